"""The story of an exemption as people live it: asked, approved with one click, on the office's screen, on paper."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser import steps
from tests.browser.people_at_screens import DEMO_PASSWORD, sign_in

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

SECRET = "Zebra4711"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.mark.journey
@with_and_without_scripts
def test_a_teacher_asks_the_head_approves_the_office_sees_and_prints_it(screens, wire, scripts):
    day, device = steps.a_day_to_ask_for(), steps.a_device()
    line_in = wire(screens.address)
    office = screens.signed_in("office", scripts, address=line_in.address)
    office.goto(f"/today?date={day.isoformat()}")
    head = screens.signed_in("head", scripts)
    steps.queue(head)

    teacher = screens.signed_in("teacher", scripts)
    teacher.get_by_role("link", name="Ask for an exemption").click()
    teacher.get_by_role("link", name="Use my own device in a teaching period").click()
    steps.fill_in(teacher, device, day, f"{SECRET} is why.")
    teacher.get_by_role("button", name="Send my request").click()
    exemption = steps.number_in(teacher)
    expect(teacher.locator("main")).to_contain_text("Your request has been sent.")
    expect(teacher.locator("main")).to_contain_text(f"{SECRET} is why.")

    if scripts:
        head.get_by_role("link", name="Show the new list").click()
    else:
        head.reload()
    expect(steps.row(head, exemption)).to_contain_text(f"{SECRET} is why.")
    before = steps.waiting(head)
    line = office.locator(f"#line-{exemption}")
    expect(line).to_have_count(0)
    for page in (head, office):
        steps.mark(page)
    steps.approve(head, exemption)

    if scripts:
        expect(steps.row(head, exemption)).to_contain_text(re.compile(r"Approved by Hazel Winterbourne at \d"))
        assert steps.is_marked(head)
    else:
        expect(head.locator(".govuk-notification-banner")).to_have_text(
            "Approved: Samuel Oakenfold, teaching-period use."
        )
    expect(head.locator("#waiting-count")).to_have_text(re.compile(f"^{before - 1} waiting|^$"))
    assert steps.waiting(head) == before - 1

    if not scripts:
        office.reload()
    expect(line).to_contain_text("Samuel Oakenfold")
    expect(line).to_contain_text(device)
    expect(line).to_contain_text("Hazel Winterbourne")
    assert steps.is_marked(office) == scripts

    paper = PdfReader(BytesIO(office.pdf(prefer_css_page_size=True)))
    width, height = (float(side) * 25.4 / 72 for side in paper.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    text = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    assert "Samuel Oakenfold" in text
    assert "Page 1 of" in text
    assert re.search(r"Printed at .* by Priya Lanternby", text)
    assert "Sign out" not in text
    assert SECRET not in text

    with office.expect_download() as download:
        office.get_by_role("link", name="Save as a spreadsheet file").click()
    file = download.value.path().read_text(encoding="utf-8")
    assert device in file
    assert SECRET not in file
    for where in ("/", "/exemptions", "/people", "/policy", "/account"):
        office.goto(where)
    screens.expect_status(403, 404)
    for where in (f"/exemptions/{exemption}", f"/exemptions/{exemption}/slip", "/decisions", "/audit"):
        office.goto(where)
    assert device.encode() in line_in.received()
    assert SECRET.encode() not in line_in.received()


# --- Two who decide -----------------------------------------------------------------------------------------


@with_and_without_scripts
@pytest.mark.parametrize("second", ["deputy", "head"], ids=["another-person", "my-other-tab"])
def test_whoever_decides_second_is_told_who_was_first(screens, scripts, second):
    exemption = steps.ask(screens.signed_in("teacher", scripts))
    first = screens.signed_in("head", scripts)
    late = first.context.new_page() if second == "head" else screens.signed_in(second, scripts)
    for page in (first, late):
        steps.queue(page)
    before = steps.waiting(late)
    steps.approve(first, exemption)
    expect(steps.outcome(first, exemption)).to_contain_text("Approved")

    screens.expect_status(409)
    steps.approve(late, exemption)
    expect(steps.row(late, exemption)).to_contain_text(re.compile(r"Approved by Hazel Winterbourne at \d"))
    expect(steps.row(late, exemption)).to_contain_text("Nothing was changed by your click.")
    expect(steps.row(late, exemption).get_by_role("button")).to_have_count(0)
    expect(late.locator("#waiting-count")).to_have_text(re.compile(f"^{before - 1}\\b|^$"))
    late.goto(f"/exemptions/{exemption}")
    expect(late.locator(".ox-history li").filter(has_text="approved")).to_have_count(1)


@with_and_without_scripts
def test_a_double_click_on_approve_is_one_decision(screens, scripts):
    exemption = steps.ask(screens.signed_in("teacher", scripts))
    head = screens.signed_in("head", scripts)
    row = steps.queue(head, exemption)
    sent = []
    head.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    screens.expect_status(*([] if scripts else [409]))
    row.get_by_role("button", name=steps.APPROVE).dblclick()
    expect(steps.outcome(head, exemption)).to_contain_text("Approved")
    if scripts:
        expect(row).to_contain_text("Approved by Hazel Winterbourne")
        assert len(sent) == 1
    head.goto(f"/exemptions/{exemption}")
    expect(head.locator(".ox-history li").filter(has_text="approved")).to_have_count(1)


@with_and_without_scripts
def test_a_double_click_on_send_is_one_request(screens, scripts):
    teacher, device = screens.signed_in("teacher", scripts), steps.a_device()
    teacher.goto("/exemptions/new/teaching-period")
    steps.fill_in(teacher, device, steps.a_day_to_ask_for())
    teacher.get_by_role("button", name="Send my request").dblclick()
    steps.number_in(teacher)
    teacher.goto("/exemptions")
    expect(teacher.locator(".ox-case").filter(has_text=re.compile(rf"{device}\b"))).to_have_count(1)


@with_and_without_scripts
def test_back_shows_the_queue_as_it_is_now(screens, scripts):
    exemption = steps.ask(screens.signed_in("teacher", scripts))
    head = screens.signed_in("head", scripts)
    row = steps.queue(head, exemption)
    before = steps.waiting(head)
    steps.approve(head, exemption)
    expect(steps.outcome(head, exemption)).to_contain_text("Approved")
    head.goto(f"/exemptions/{exemption}")
    head.go_back()
    expect(head.get_by_role("heading", name="Decisions")).to_be_visible()
    expect(row).to_have_count(0)
    expect(head.locator(f"#approved-{exemption}")).to_be_visible()
    assert steps.waiting(head) == before - 1


@with_and_without_scripts
def test_a_click_after_signing_out_in_another_tab_leads_to_the_sign_in_page(screens, scripts):
    exemption = steps.ask(screens.signed_in("teacher", scripts))
    head = screens.signed_in("head", scripts, anew=True)
    steps.queue(head, exemption)
    steps.stop_asking(head)
    other = head.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()

    screens.expect_status(401)
    steps.approve(head, exemption)
    expect(head.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(head, "head")
    expect(steps.queue(head, exemption).get_by_role("button", name=steps.APPROVE)).to_be_enabled()


# --- The other answers --------------------------------------------------------------------------------------


@with_and_without_scripts
def test_declining_needs_a_reason_and_keeps_what_was_typed(screens, scripts):
    teacher = screens.signed_in("teacher", scripts)
    exemption = steps.ask(teacher)
    head = screens.signed_in("head", scripts)
    row = steps.queue(head, exemption)
    steps.mark(head)
    screens.expect_status(422)
    steps.answer_with_words(row, "Decline", "")
    field = row.get_by_label("Why do you decline it?")
    expect(row.locator(".govuk-error-message")).to_have_text("Error: Say why you decline it")
    expect(field).to_be_visible()

    too_long = "No phone in Year 2. " * 60
    field.fill(too_long)
    row.get_by_role("button", name="Decline", exact=True).click()
    expect(row.locator(".govuk-error-message")).to_contain_text("1,000")
    expect(field).to_have_value(too_long)
    if scripts:
        expect(field).to_be_focused()

    field.fill("Please use the office telephone.")
    row.get_by_role("button", name="Decline", exact=True).click()
    expect(steps.outcome(head, exemption)).to_contain_text("Declined")
    assert steps.is_marked(head) == scripts
    teacher.reload()
    expect(teacher.locator("main")).to_contain_text("Declined by Hazel Winterbourne")
    expect(teacher.locator("main")).to_contain_text("Please use the office telephone.")


@with_and_without_scripts
def test_conditions_stand_on_the_slip_and_revoking_ends_it_under_the_teachers_eyes(screens, scripts):
    teacher, day = screens.signed_in("teacher", scripts), steps.a_day_to_ask_for()
    exemption = steps.ask(teacher, day=day)
    head = screens.signed_in("head", scripts)
    steps.answer_with_words(steps.queue(head, exemption), "Approve with conditions", "Silent, in your pocket.")
    expect(steps.outcome(head, exemption)).to_contain_text("Approved")

    said = {steps.verdicts_of_slip(day)}
    teacher.goto("/")
    teacher.locator(f'a[href="/exemptions/{exemption}/slip"]').click()
    verdict = teacher.locator(".ox-slip__verdict[role=status]")
    expect(teacher.locator("#slip")).to_contain_text("Silent, in your pocket.")
    expect(verdict).to_have_text(re.compile("|".join(said | {steps.verdicts_of_slip(day)})))
    steps.mark(teacher)

    steps.queue(head)
    place = head.locator(f"#approved-{exemption}")
    screens.expect_status(422)
    steps.answer_with_words(place, "Revoke", "")
    expect(place.locator(".govuk-error-message")).to_have_text("Error: Say why you revoke it")
    place.get_by_label("Why do you revoke it?").fill("The phone rang in the lesson.")
    place.get_by_role("button", name="Revoke", exact=True).click()
    expect(steps.outcome(head, exemption)).to_contain_text("Revoked")
    if not scripts:
        teacher.reload()
    expect(verdict).to_have_text("No longer permitted")
    assert steps.is_marked(teacher) == scripts


@with_and_without_scripts
def test_what_was_withdrawn_can_no_longer_be_approved(screens, scripts):
    teacher = screens.signed_in("teacher", scripts)
    exemption = steps.ask(teacher)
    head = screens.signed_in("head", scripts)
    row = steps.queue(head, exemption)
    teacher.get_by_role("button", name="Withdraw").click()
    expect(teacher.locator("main")).to_contain_text("It has been withdrawn.")
    screens.expect_status(409)
    steps.approve(head, exemption)
    expect(row).to_contain_text("Withdrawn")
    expect(row).to_contain_text("Nothing was changed by your click.")


@with_and_without_scripts
def test_what_was_returned_is_changed_and_sent_again(screens, scripts):
    teacher = screens.signed_in("teacher", scripts)
    exemption = steps.ask(teacher)
    head = screens.signed_in("head", scripts)
    row = steps.queue(head, exemption)
    steps.answer_with_words(row, "Return", "Which telephone is it?")
    expect(steps.outcome(head, exemption)).to_contain_text("Returned")

    teacher.goto("/")
    teacher.locator(f'.ox-tasks a[href="/exemptions/{exemption}"]').click()
    expect(teacher.locator("main")).to_contain_text("Which telephone is it?")
    teacher.get_by_role("link", name="Change it and send it again").click()
    clearer = f"{steps.a_device()}, green case"
    teacher.get_by_label("Which one?").fill(clearer)
    teacher.get_by_role("button", name="Send again").click()
    expect(teacher.locator("main")).to_contain_text("Your request has been sent again.")
    if scripts:
        head.get_by_role("link", name="Show the new list").click()
    else:
        head.reload()
    expect(row).to_contain_text(clearer)
    expect(row.get_by_role("button", name=steps.APPROVE)).to_be_enabled()


# --- What only scripts do -----------------------------------------------------------------------------------


def test_the_offices_list_keeps_focus_and_place_while_it_changes(screens):
    day = steps.a_day_to_ask_for()
    exemption = steps.ask(screens.signed_in("teacher"), times=("17:45", "18:00"))
    head, office = screens.signed_in("head"), screens.signed_in("office", height=300)
    office.goto(f"/today?date={day.isoformat()}")
    office.get_by_label("Name").focus()
    office.keyboard.type("Sam")
    office.mouse.wheel(0, 250)
    office.wait_for_function("window.scrollY > 100")
    steps.mark(office)
    first = office.locator("#list tr[id]").first
    place = first.bounding_box()["y"]
    steps.approved(head, exemption)
    expect(office.locator(f"#line-{exemption}")).to_be_attached()
    assert steps.is_marked(office)
    expect(office.get_by_label("Name")).to_be_focused()
    expect(office.get_by_label("Name")).to_have_value("Sam")
    assert abs(first.bounding_box()["y"] - place) < 2


def test_an_unforeseen_refusal_is_said_above_the_list_and_no_row_is_lost(screens):
    screens.expect_status(404)
    exemption = steps.ask(screens.signed_in("teacher"))
    head = screens.signed_in("head")
    waiting = steps.queue(head, exemption)
    form = waiting.locator("form").first
    form.evaluate("form => form.setAttribute('hx-post', '/decisions/999999/approve')")
    form.get_by_role("button").click()
    expect(head.locator("#news")).to_contain_text("We cannot find that page")
    expect(waiting).to_be_visible()


def test_an_open_answer_is_left_alone_while_new_requests_come_in(screens):
    teacher, head = screens.signed_in("teacher"), screens.signed_in("head")
    row = steps.queue(head, steps.ask(teacher))
    row.locator("summary").filter(has_text="Decline").click()
    field = row.get_by_label("Why do you decline it?")
    field.fill("Half a sen")
    steps.ask(teacher)
    expect(head.locator("#news")).to_contain_text("1 request is new or changed.")
    expect(field).to_be_focused()
    expect(field).to_have_value("Half a sen")


def test_the_page_says_when_the_school_cannot_be_reached_and_nothing_is_lost(screens):
    exemption = steps.ask(screens.signed_in("teacher"))
    head = screens.signed_in("head")
    row = steps.queue(head, exemption)
    screens.expect_offline()
    head.context.set_offline(True)
    steps.approve(head, exemption)
    expect(head.locator("[data-offline]")).to_be_visible()
    head.context.set_offline(False)
    expect(head.locator("[data-offline]")).to_be_hidden()
    steps.approve(head, exemption)
    expect(row).to_contain_text("Approved by Hazel Winterbourne")


@pytest.mark.journey
def test_a_wrong_password_is_told_and_the_name_is_kept(screens):
    page = screens.profile().new_page()
    page.goto("/sign-in")
    page.get_by_label("Username").fill("teacher")
    page.get_by_label("Password").fill(f"not {DEMO_PASSWORD}")
    screens.expect_status(422)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value("teacher")
    expect(page.get_by_label("Password")).to_have_value("")
