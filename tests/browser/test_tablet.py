"""Visitors at the reception tablet: with scripts and without, with a network that goes away, and left alone."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser import at_tablet

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def heading(page):
    """The heading of the page."""
    return page.get_by_role("heading", level=1)


@pytest.mark.journey
@with_and_without_scripts
def test_a_visitor_signs_in_and_out_and_reception_prints_the_badge(screens, scripts):
    tablet = at_tablet.switch_on(screens, f"Desk {scripts}", scripts)
    office = screens.signed_in("office")
    office.goto("/visitors")
    name = f"Wilma Testerby {'ab'[scripts]}"
    at_tablet.begin(tablet)
    at_tablet.fill_in(tablet, name, scripts, "Yes")
    at_tablet.go_on(tablet)
    tablet.get_by_role("button", name="Change what I wrote").click()
    expect(heading(tablet)).to_have_text("Sign in: about you")
    expect(tablet.get_by_label("Your name")).to_have_value(name)
    at_tablet.go_on(tablet)
    code = at_tablet.accept(tablet)
    row = office.locator("#here ~ ul li", has_text=name)
    expect(row).to_contain_text("signed in at the tablet")
    expect(row).to_contain_text("Needs to use a device")
    row.get_by_role("link", name="Print the badge").click()
    expect(heading(office)).to_have_text(f"Badge of {name}")  # so that it is this page that is printed
    paper = PdfReader(BytesIO(office.pdf(prefer_css_page_size=True)))
    assert len(paper.pages) == 1
    width, height = (float(side) * 25.4 / 72 for side in paper.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (62, 100)
    text = " ".join(paper.pages[0].extract_text().split())
    for said in (name, "Hazel Winterbourne", "Device: not approved", code):
        assert said in text
    tablet.get_by_role("link", name="I have got my code").click()
    at_tablet.leave(tablet, name.upper(), code)
    expect(heading(tablet)).to_have_text("You are signed out")
    office.goto("/visitors")
    expect(office.locator("#gone ~ ul li", has_text=name)).to_be_visible()


def test_everything_happens_under_one_address_and_back_leads_to_nobodys_data(screens):
    tablet = at_tablet.switch_on(screens, "Back")
    before = tablet.evaluate("history.length")
    at_tablet.begin(tablet)
    at_tablet.fill_in(tablet, "Wilma Backwards")
    at_tablet.go_on(tablet)
    at_tablet.accept(tablet)
    assert tablet.evaluate("history.length") == before
    assert tablet.url.endswith("/visitors/sign-in")
    tablet.go_back()
    expect(heading(tablet)).to_contain_text("Welcome to")  # its own first page, not the staff's sign-in
    tablet.go_forward()
    expect(heading(tablet)).to_contain_text("Welcome to")
    assert "Wilma" not in tablet.content()


def test_a_tablet_that_loses_its_network_keeps_what_was_typed_and_says_so(screens):
    tablet = at_tablet.switch_on(screens, "Network")
    at_tablet.begin(tablet)
    at_tablet.fill_in(tablet, "Wilma Offline")
    screens.expect_offline()
    tablet.context.set_offline(True)
    tablet.get_by_role("button", name="Go on").click()
    lost = tablet.get_by_text("The tablet has lost its network. Nothing is lost.")
    expect(lost).to_be_visible()
    expect(tablet.get_by_label("Your name")).to_have_value("Wilma Offline")
    tablet.context.set_offline(False)
    at_tablet.go_on(tablet)
    expect(lost).to_be_hidden()


def test_a_server_that_cannot_save_is_told_in_the_same_way(screens):
    tablet = at_tablet.switch_on(screens, "Full disk")
    at_tablet.begin(tablet)
    at_tablet.fill_in(tablet, "Wilma Fulldisk")
    screens.expect_status(503)
    tablet.route("**/visitors/sign-in/about", lambda route: route.fulfill(status=503, body="<p>full</p>"))
    tablet.get_by_role("button", name="Go on").click()
    expect(tablet.locator("[data-offline]")).to_be_visible()
    expect(tablet.get_by_label("Your name")).to_have_value("Wilma Fulldisk")
    tablet.unroute("**/visitors/sign-in/about")
    at_tablet.go_on(tablet)


def test_a_page_that_is_left_alone_is_cleared_and_says_so_beforehand(screens):
    tablet = at_tablet.switch_on(screens, "Alone")
    tablet.clock.install()
    at_tablet.begin(tablet)
    tablet.get_by_label("Your name").fill("Wilma Gone")
    still = tablet.get_by_role("button", name="I am still here")
    tablet.clock.fast_forward(39_000)
    expect(still).to_be_hidden()
    tablet.clock.fast_forward(3_000)
    expect(tablet.locator("[data-still]")).to_contain_text(re.compile(r"cleared soon. 1\d seconds"))
    still.click()
    expect(still).to_be_hidden()
    tablet.clock.fast_forward(39_000)
    expect(tablet.get_by_label("Your name")).to_have_value("Wilma Gone")
    tablet.clock.fast_forward(22_000)
    expect(heading(tablet)).to_contain_text("Welcome to")
    assert "Wilma" not in tablet.content()


def test_without_a_network_it_is_cleared_too_and_begins_again_when_there_is_one(screens):
    tablet = at_tablet.switch_on(screens, "Alone and offline")
    tablet.clock.install()
    at_tablet.begin(tablet)
    tablet.get_by_label("Your name").fill("Wilma Gone")
    screens.expect_offline()
    tablet.context.set_offline(True)
    tablet.clock.fast_forward(61_000)
    expect(heading(tablet)).to_have_count(0)
    assert "Wilma" not in tablet.content()
    tablet.context.set_offline(False)
    tablet.clock.fast_forward(6_000)
    expect(heading(tablet)).to_contain_text("Welcome to")


def test_a_host_is_found_by_typing_and_by_keys_alone(screens):
    tablet = at_tablet.switch_on(screens, "Search")
    at_tablet.begin(tablet)
    search = tablet.get_by_role("combobox", name="Whom do you visit?")
    names = tablet.get_by_role("option")
    search.fill("zzz")
    expect(names).to_have_count(0)
    search.fill("  WINTERB haz ")
    expect(names).to_have_text(["Hazel Winterbourne"])
    search.press("ArrowDown")
    search.press("Enter")
    expect(search).to_have_value("Hazel Winterbourne")
    expect(search).to_have_attribute("aria-expanded", "false")
    expect(heading(tablet)).to_have_text("Sign in: about you")
    chosen = tablet.locator("select[name=host]").input_value()
    assert chosen
    search.fill("somebody else")
    screens.expect_status(422)
    tablet.get_by_role("button", name="Go on").click()
    expect(tablet.get_by_role("combobox")).to_have_value("somebody else")
    tablet.get_by_role("link", name=re.compile("Choose whom you visit")).click()
    expect(tablet.get_by_role("combobox")).to_be_focused()


def test_of_many_names_eight_are_shown(screens):
    tablet = at_tablet.switch_on(screens, "Many")
    many = "".join(f'<option value="{1000 + number}">Zed Testerby {number}</option>' for number in range(20))

    def answer(route):
        kept = route.fetch()
        route.fulfill(response=kept, body=kept.text().replace("</select>", f"{many}</select>"))

    tablet.route("**/visitors/sign-in/about", answer)
    at_tablet.begin(tablet)
    tablet.get_by_role("combobox").fill("test zed")
    expect(tablet.get_by_role("option")).to_have_count(8)
    tablet.get_by_role("combobox").fill("zed 11")
    expect(tablet.get_by_role("option")).to_have_text(["Zed Testerby 11"])


PHONE = {"width": 390, "height": 844}
# What is wrong with the boxes in which a radio or a tick stands with its words: all of a box can be touched.
BROKEN_BOXES = """() => {
  const inside = (one, other) =>
    one.left >= other.left && one.right <= other.right && one.top >= other.top && one.bottom <= other.bottom;
  const apart = (one, other) =>
    one.right <= other.left || one.left >= other.right || one.bottom <= other.top || one.top >= other.bottom;
  const boxes = [...document.querySelectorAll("input[type=radio], input[type=checkbox]")].map((control) => {
    const words = document.createRange(), label = control.labels[0];
    words.selectNodeContents(label);
    return {
      name: label.textContent, control: control.getBoundingClientRect(), box: label.getBoundingClientRect(),
      words: words.getBoundingClientRect(), room: control.parentElement.getBoundingClientRect(),
    };
  });
  return boxes.flatMap(({ name, control, box, words, room }, number) => [
    !inside(control, box) && `${name}: its control is outside of it`,
    !inside(words, box) && `${name}: its words are outside of it`,
    !apart(control, words) && `${name}: its control lies on its words`,
    box.width < room.width - 1 && `${name}: ${box.width} px of ${room.width} px can be touched`,
    boxes.slice(number + 1).some((other) => !apart(room, other.room)) && `${name}: another box lies on it`,
  ]).filter(Boolean);
}"""


def test_each_box_to_touch_holds_its_control_and_its_words_and_lies_on_no_other(screens):
    tablet, broken = at_tablet.switch_on(screens, "Boxes"), []

    def look():
        assert tablet.locator("input[type=radio], input[type=checkbox]").count()
        for size in (at_tablet.ACROSS, at_tablet.UPRIGHT, PHONE):
            tablet.set_viewport_size(size)
            broken.extend(f"{size['width']} px: {fault}" for fault in tablet.evaluate(BROKEN_BOXES))

    at_tablet.begin(tablet)
    look()
    screens.expect_status(422)
    tablet.get_by_role("button", name="Go on").click()
    expect(tablet.locator(".govuk-error-summary")).to_be_focused()
    look()
    at_tablet.fill_in(tablet, "Wilma Boxes")
    at_tablet.go_on(tablet)
    look()
    assert broken == []
