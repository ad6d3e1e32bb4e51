"""The policy as a school lives it: one day from the queue at reception until all have left, and a new version."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from rules.core import clock
from tests.browser.people_at_screens import sign_in
from tests.browser.program import MovedClock

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

MONDAY = dt.date(2026, 11, 23)
MORNING, HOME_TIME = clock.at(MONDAY, dt.time(8, 15)), clock.at(MONDAY, dt.time(15, 40))
TABLET = "T-07"
NOTICE = "has not acknowledged the notice that use may be monitored"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def moved(tmp_path):
    """The school's clock: Monday 23 November 2026, 8:15am, before the teacher's work begins and before pupils come."""
    return MovedClock(tmp_path, MORNING)


@pytest.fixture
def screens(screens_at_ten):
    """Screens in a demo school of this test's own, at the time of its clock."""
    return screens_at_ten


def right_now(page, scripts, *words):
    """What an open page says of right now: it comes by itself where there are scripts."""
    if not scripts:
        page.reload()
    for each in words:
        expect(page.locator("#site")).to_contain_text(each)


def tap(office, name, what, state):
    """One tap on a pupil's tile, and what the tile says then."""
    tile = office.get_by_role("group", name=name, exact=True)
    tile.get_by_role("button", name=what, exact=True).click()
    expect(tile).to_contain_text(state)


def press(office, what):
    """The office opens the page of pupils on site from their own page, and presses a button."""
    office.goto("/")
    office.get_by_role("link", name=re.compile("^(Pupils on site|Say how it is)$")).click()
    office.get_by_role("button", name=what, exact=True).click()
    expect(office.locator(".govuk-notification-banner")).to_contain_text(f"{what}. Everybody can see it now.")


def may_i(page, place, answer, device="phone", whose="own"):
    """Ask whether a device may be used in a place, beginning on one's own page; the answer."""
    page.goto("/")
    page.get_by_role("link", name="May I use a device?").click()
    page.get_by_label("Device", exact=True).select_option(device)
    page.get_by_label("Whose is it?").select_option(whose)
    page.get_by_role("button", name=place, exact=True).click()
    expect(page.get_by_role("heading", level=2).first).to_have_text(answer)
    return page.locator(".ox-answer")


def lend(office):
    """The office lends the tablet to the teacher, until today."""
    office.goto("/")
    office.get_by_role("link", name="School devices: lend, take back, look up").click()
    office.get_by_role("link", name="Lend a device", exact=True).click()
    office.get_by_label("Asset tag").fill(TABLET)
    office.get_by_label("Who borrows it?").select_option(label="Samuel Oakenfold")
    office.get_by_role("button", name="Lend", exact=True).click()


def let_teachers_borrow(head):
    """The headteacher lets everybody borrow who works directly with children."""
    head.goto("/school-devices/permissions")
    head.get_by_role("button", name=re.compile("^Let them borrow ?: Staff working directly")).click()
    expect(head.locator(".govuk-notification-banner")).to_be_visible()


def read_the_notice(teacher):
    """The teacher follows the answer to the monitoring notice and acknowledges it alone."""
    teacher.get_by_role("link", name="Read the notice and acknowledge it").click()
    teacher.get_by_label(re.compile("^I have read this ?: .*school device", re.I)).check()
    teacher.get_by_role("button", name="Say that I have read it").click()
    expect(teacher.locator(".govuk-notification-banner")).to_contain_text("It is kept that you have read it.")


@pytest.mark.journey
@with_and_without_scripts
def test_a_school_day_from_the_queue_at_reception_until_all_have_left(screens, moved, scripts):
    screens.expect_status(422)
    office, teacher = screens.signed_in("office", scripts), screens.signed_in("teacher", scripts)
    hand_in(office)
    right_now(teacher, scripts, "We assume that no pupils are on site", "Put it into your locker in the staff room")
    teacher.get_by_role("button", name="My device is in my locker").click()
    expect(teacher.locator(".ox-locker")).to_contain_text(re.compile(r"Your device went in at 8:\d\dam"))

    press(office, "Pupils are on site")
    right_now(teacher, scripts, "Pupils are on site since 8:", "Your device stays in your locker in the staff room")
    asks_about_a_phone(teacher)
    borrows_a_tablet(teacher, office, screens.signed_in("head", scripts))

    for page in (office, teacher):
        page.get_by_role("button", name="Sign out").click()
    moved.go_to(HOME_TIME)
    goes_home(*(screens.signed_in(who, scripts, anew=True) for who in ("office", "teacher")), scripts)


def hand_in(office):
    """Two pupils of the queue on the morning page."""
    office.get_by_role("link", name="Lockers", exact=True).click()
    expect(office.locator(".ox-counts")).to_contain_text("3 to ask")
    tap(office, "Tamsin Oakleaf", "Handed in", "Handed in")
    tap(office, "Ivo Merriweather", "Nothing today", "Nothing today")
    office.reload()
    expect(office.locator(".ox-counts")).to_contain_text("1 to ask")


def asks_about_a_phone(teacher):
    """The teacher's own phone: yes in the staff room, no in a classroom, with the form to ask with."""
    may_i(teacher, "Staff room", "YES")
    answer = may_i(teacher, "Classroom", "NO")
    expect(answer).to_contain_text("Your device stays in your locker in the staff room until all pupils have left.")
    expect(answer.locator(".ox-clause")).to_contain_text("2.4")
    answer.get_by_role("link", name="Use my own device in a teaching period").click()
    expect(teacher.get_by_label("Why do you need it?")).to_be_visible()


def borrows_a_tablet(teacher, office, head):
    """A tablet of the school is refused until there is permission and the teacher knows the notice, then lent."""
    lend(office)
    expect(office.locator("#missing")).to_contain_text("Samuel Oakenfold has no permission today")
    expect(office.locator("#missing")).to_contain_text(NOTICE)
    let_teachers_borrow(head)
    lend(office)
    expect(office.locator("#missing")).not_to_contain_text("permission")
    expect(office.locator("#missing")).to_contain_text(NOTICE)

    tablet = {"device": "tablet", "whose": "school"}
    expect(may_i(teacher, "Classroom", "NO", **tablet)).to_contain_text("First the notice has to be acknowledged")
    read_the_notice(teacher)
    lend(office)
    expect(office.locator(".govuk-notification-banner")).to_contain_text(f"{TABLET} is lent to Samuel Oakenfold")
    expect(may_i(teacher, "Classroom", "YES", **tablet)).to_contain_text("The school has lent this device.")
    teacher.goto("/")
    expect(teacher.locator("section", has_text="School devices with me")).to_contain_text(f"Tablet {TABLET}")


def goes_home(office, teacher, scripts):
    """Devices go back to their pupils, all leave, and the teacher's page follows."""
    right_now(teacher, scripts, "Pupils are on site since 8:", "Your device stays in your locker")
    office.get_by_role("link", name="Lockers", exact=True).click()
    tap(office, "Tamsin Oakleaf", "Returned", "Returned")
    press(office, "All pupils have left")
    right_now(teacher, scripts, "All pupils left at 3:4", "You may take your device out of the staff room")
    teacher.get_by_role("button", name="I have taken it out").click()
    expect(teacher.locator(".ox-locker")).to_contain_text("came out at 3:4")
    may_i(teacher, "Classroom", "YES")


# --- A new version of the policy ----------------------------------------------------------------------------

OLD = "Put your phone and your smart watch in your locker in the staff room before your working day starts."
NEW = "Put your phone, your watch and your earphones in your locker in the staff room before your working day starts."
FOR_PUPILS = "Charge nothing of your own at school."


def draft_and_publish(head):
    """The headteacher begins a draft of their own, changes a line for teachers, adds one for pupils, publishes it."""
    head.get_by_role("link", name="Policy", exact=True).click()
    head.get_by_role("link", name="Go on with the draft").click()
    head.get_by_role("button", name="Drop the draft").click()
    head.get_by_role("button", name="Begin a draft").click()
    head.get_by_role("link", name="What everybody must do").click()
    head.get_by_role("link", name=re.compile(f"^Change ?: {OLD}")).click()
    head.get_by_label("What must they do?").fill(NEW)
    head.get_by_role("button", name="Save in the draft").click()
    expect(head.locator("tr", has_text=NEW)).to_contain_text("Changed")
    head.get_by_role("link", name="Add a line").click()
    head.get_by_label("What must they do?").fill(FOR_PUPILS)
    head.get_by_label("Clauses").fill("5.3")
    head.get_by_label("Pupil", exact=True).check()
    head.get_by_role("button", name="Save in the draft").click()
    expect(head.locator("tr", has_text=FOR_PUPILS)).to_contain_text("New")
    head.get_by_role("link", name="Back to the draft").click()
    expect(head.locator("main")).to_contain_text("2 differences from the policy as it is now.")
    head.get_by_role("link", name="Go on to publish").click()
    head.get_by_label("What is new, in a sentence").fill("Earphones are named.")
    head.get_by_role("button", name="Publish it").click()
    expect(head.locator(".govuk-notification-banner")).to_contain_text("Version 3 is published. It is in force now")


def acknowledge_everything(page):
    """Say that all of the page was read."""
    page.get_by_label("I have read all of this").check()
    page.get_by_role("button", name="Say that I have read it").click()


def not_acknowledged(head):
    """The headteacher's list of who has not acknowledged the policy in force, of those who work with children."""
    head.get_by_role("link", name="Policy", exact=True).click()
    head.get_by_role("link", name="Who has acknowledged the policy").click()
    head.get_by_role("link", name="Staff working directly with children").click()
    return head.get_by_role("table", name="Who has not acknowledged what")


@pytest.mark.journey
@with_and_without_scripts
def test_a_new_version_is_published_and_teachers_acknowledge_what_changed_for_them(screens, scripts):
    head, teacher = screens.signed_in("head", scripts), screens.signed_in("teacher", scripts)
    teacher.get_by_role("link", name="Read version 2 of the policy").click()
    draft_and_publish(head)
    acknowledge_everything(teacher)
    expect(teacher.locator(".govuk-notification-banner")).to_contain_text(
        "you have read version 2. Version 3 has been published since"
    )
    expect(not_acknowledged(head)).to_contain_text("Samuel Oakenfold")

    teacher.get_by_role("button", name="Sign out").click()
    sign_in(teacher, "teacher")
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Read the policy")
    reads_what_changed(teacher)
    acknowledge_everything(teacher)
    expect(teacher.locator(".govuk-notification-banner")).to_contain_text("It is kept that you have read it.")
    teacher.goto("/")
    expect(teacher.locator("main")).to_contain_text(NEW)
    expect(teacher.locator("main")).not_to_contain_text("Read version 3")
    expect(not_acknowledged(head)).to_contain_text("Bea Thistlewood")
    expect(not_acknowledged(head)).not_to_contain_text("Samuel Oakenfold")
    old_text_is_kept(teacher)


def reads_what_changed(teacher):
    """The page shows the changed line before and now, nothing that is for pupils, and what was new in a sentence."""
    section = teacher.locator(".ox-ack", has_text="What has changed since version 2")
    expect(section.locator(".ox-ack__changes li")).to_have_count(1)
    expect(section.locator("del").last).to_contain_text("smart watch")
    expect(section.locator("ins").last).to_contain_text("earphones")
    expect(teacher.locator("main")).to_contain_text("Earphones are named.")
    expect(teacher.locator("main")).not_to_contain_text(FOR_PUPILS)


def old_text_is_kept(teacher):
    """What the teacher has acknowledged of the version before still says what it said then."""
    teacher.goto("/acknowledgements/")
    teacher.get_by_role("link", name=re.compile("working directly with children.*version 2$")).click()
    expect(teacher.locator(".ox-ack")).to_contain_text(OLD)
    expect(teacher.locator(".ox-ack")).not_to_contain_text(NEW)


def test_who_signs_in_in_the_middle_of_a_decision_is_only_told_that_there_is_something_to_read(screens):
    deputy = screens.profile().new_page()
    deputy.goto("/decisions")
    sign_in(deputy, "deputy")
    expect(deputy.get_by_role("heading", level=1)).to_have_text("Decisions")
    expect(deputy.locator(".govuk-notification-banner")).to_contain_text("something new to read in the policy")
