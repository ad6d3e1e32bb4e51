"""Browsers as schools have them: pages kept for Back, scripts that an old one understands in part, an iPad upright."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import at_tablet, steps
from tests.browser.people_at_screens import sign_in

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

# As Safari and Firefox do when Back leads to a page that they have kept.
COMES_BACK = """() => {
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  return [document.documentElement.checkVisibility(), document.getElementById("main").textContent];
}"""
# What there is not before Safari 16.4.
BEFORE_SAFARI_16_4 = """
  Object.defineProperty(Document.prototype, "adoptedStyleSheets", { get: () => undefined, set: () => undefined });
  CSSStyleSheet = function () { throw new TypeError("Illegal constructor"); };
"""
# A browser in which one part of the scripts cannot start.
NO_POLLING = """
  const listen = document.addEventListener;
  document.addEventListener = function (kind, ...rest) {
    if (kind === "htmx:config:request") throw new TypeError("not in this browser");
    return listen.call(this, kind, ...rest);
  };
"""


@pytest.mark.journey
def test_a_page_that_the_browser_kept_shows_nothing_and_is_asked_for_anew(screens):
    page = screens.signed_in("head", anew=True)
    page.goto("/audit#main")
    assert page.evaluate(COMES_BACK) == [False, ""]
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit trail")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate(COMES_BACK) == [False, ""]
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_roll_call_that_the_browser_kept_is_there_in_an_evacuation_and_asked_for_anew_at_other_times(screens):
    page = screens.signed_in("office", anew=True)
    page.goto("/visitors/roll-call")
    box = page.get_by_role("checkbox").first
    box.check()
    screens.expect_offline()
    page.context.set_offline(True)
    assert page.evaluate(COMES_BACK)[0] is False
    expect(box).to_be_visible()
    expect(box).to_be_checked()
    page.context.set_offline(False)
    page.evaluate(COMES_BACK)
    expect(box).to_be_visible()
    expect(box).not_to_be_checked()


def test_a_page_that_the_tablet_kept_leads_to_its_first(screens):
    page = at_tablet.switch_on(screens, "Kept")
    at_tablet.begin(page)
    page.get_by_label("Your name").fill("Wilma Left")
    assert page.evaluate(COMES_BACK) == [False, ""]
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome to")


@pytest.mark.journey
def test_back_at_the_tablet_leads_to_its_first_page_again_and_again(screens):
    page = at_tablet.switch_on(screens, "Back again")
    for _ in range(3):  # before that there was an empty page
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome to")


def test_an_old_safari_has_all_that_the_scripts_do(screens):
    page = at_tablet.switch_on(screens, "Old")
    page.add_init_script(BEFORE_SAFARI_16_4)
    page.clock.install()
    page.reload()
    assert page.evaluate("document.adoptedStyleSheets") is None
    at_tablet.begin(page)
    at_tablet.fill_in(page, "Wilma Old")  # finds a name by typing
    page.clock.fast_forward(45_000)
    expect(page.get_by_role("button", name="I am still here")).to_be_visible()


def test_a_part_of_the_scripts_that_cannot_start_leaves_the_others_alone(screens):
    page = screens.signed_in("office")
    told = []
    page.on("console", lambda message: told.append(message.text))
    page.add_init_script(NO_POLLING)
    page.goto("/today")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.locator("[data-more] summary").click()
    page.keyboard.press("Escape")
    expect(page.locator("[data-more][open]")).to_have_count(0)
    (line,) = [each for each in told if "did not start" in each]
    assert line.startswith("polling did not start")
    screens.complaints.remove(next(each for each in screens.complaints if line in each))


def test_the_second_step_at_the_tablet_opens_at_its_top(screens):
    page = at_tablet.switch_on(screens, "Top")
    page.set_viewport_size(at_tablet.UPRIGHT)
    at_tablet.begin(page)
    at_tablet.fill_in(page, "Wilma Top")
    at_tablet.go_on(page)
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()


@pytest.mark.journey
def test_after_a_decision_by_keyboard_the_focus_is_on_its_outcome(screens):
    teacher, head = screens.signed_in("teacher"), screens.signed_in("head")
    approved, declined = steps.ask(teacher), steps.ask(teacher)
    row = steps.queue(head, approved)
    row.get_by_role("button", name=steps.APPROVE).focus()
    head.keyboard.press("Enter")
    expect(row).to_contain_text("Approved by")
    expect(row).to_be_focused()
    row = steps.row(head, declined)
    row.locator("summary").filter(has_text="Decline").click()
    row.get_by_label("Why do you decline it?").fill("Not this week.")
    row.get_by_role("button", name="Decline").focus()
    head.keyboard.press("Enter")
    expect(row).to_contain_text("Declined by")
    expect(row).to_be_focused()


def test_who_was_signed_out_and_approves_is_told_so_and_comes_back_to_the_queue(screens):
    exemption = steps.ask(screens.signed_in("teacher"))
    page = screens.signed_in("head", anew=True)
    row = steps.queue(page, exemption)
    steps.stop_asking(page)
    page.context.clear_cookies()
    screens.expect_status(401)
    row.get_by_role("button", name=steps.APPROVE).click()
    expect(page.locator("main")).to_contain_text("Nothing was changed by your click.")
    sign_in(page, "head")
    expect(page).to_have_url(re.compile("/decisions/?$"))
    expect(steps.row(page, exemption).get_by_role("button", name=steps.APPROVE)).to_be_visible()


# --- An iPad upright, large text, a finger, and paper -------------------------------------------------------

IPADS = (744, 768, 810, 834)  # px upright; the smallest across is 1024
WIDE_LISTS = (
    ("office", "/today"),
    ("office", "/visitors/log"),
    ("teacher", "/my-class"),
    ("office", "/visitors/counts"),
)
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll(".ox-fit")]
  .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.scrollWidth)"""
SHALLOW = """() => [...document.querySelectorAll(".govuk-link, .govuk-back-link, .ox-header__link, summary")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 30)
  .map((each) => each.outerHTML.slice(0, 90))"""
ON_PAPER = """() => ["thead", "tbody tr", "tbody td"].map((each) => {
  const look = getComputedStyle(document.querySelector(`.ox-today ${each}`));
  return [look.display, look.breakInside];
})"""


@pytest.mark.parametrize(("who", "where"), WIDE_LISTS)
def test_a_list_of_many_columns_is_no_wider_than_an_ipad_upright_or_twice_as_large_a_text(screens, who, where):
    page = screens.signed_in(who)
    page.goto(where)
    for width in (*IPADS, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 1024})
        assert page.evaluate(TOO_WIDE) == [], width
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (768, 1280):
        page.set_viewport_size({"width": width, "height": 1024})
        assert page.evaluate(TOO_WIDE) == [], f"{width} px, text twice as large"


@pytest.mark.parametrize(
    ("who", "where"), [*WIDE_LISTS, ("office", "/"), ("head", "/decisions/"), ("office", "/visitors")]
)
def test_a_link_is_as_high_as_a_finger_needs_it(screens, who, where):
    page = screens.signed_in(who, touch=True, width=768, height=1024)
    page.goto(where)
    assert page.evaluate(SHALLOW) == []


def test_a_printed_list_repeats_its_head_and_keeps_its_rows_whole(screens):
    page = screens.signed_in("office")
    page.goto("/today")
    page.emulate_media(media="print")
    assert page.evaluate(ON_PAPER) == [
        ["table-header-group", "avoid"],
        ["table-row", "avoid"],
        ["table-cell", "avoid"],
    ]
