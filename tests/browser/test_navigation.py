"""The navigation at a screen: one line for everybody, and “More” by mouse, by keyboard and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import faults_of

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

ONE_LINE = 60  # px; a second line would make it at least 90
EVERYBODY = ("head", "deputy", "dsl", "office", "teacher", "pupil", "parent", "governor")


def more(page):
    """“More” of the navigation."""
    return page.locator("[data-more]")


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_navigation_is_one_line_on_a_desktop_and_no_wider_than_a_phone(screens, who):
    page = screens.signed_in(who)
    for where in ("/", "/policy", "/may-i"):
        page.goto(where)
        assert page.locator(".ox-nav").bounding_box()["height"] < ONE_LINE, where
    page.set_viewport_size({"width": 320, "height": 700})
    if more(page).count():
        more(page).locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.journey
def test_more_is_closed_by_escape_by_a_click_elsewhere_and_by_tabbing_out(screens):
    page = screens.signed_in("head")
    summary = more(page).locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(more(page).get_by_role("link", name="School devices")).to_be_visible()
    page.keyboard.press("Tab")
    expect(more(page).get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(more(page).get_by_role("link").first).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.mouse.click(5, 500)
    expect(more(page).get_by_role("link").first).to_be_hidden()
    summary.click()
    more(page).get_by_role("link").last.focus()
    page.keyboard.press("Tab")
    expect(more(page).get_by_role("link").first).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_more_leads_to_a_page_and_says_that_it_is_one_of_its_own(screens, scripts):
    page = screens.signed_in("office", scripts)
    more(page).locator("summary").click()
    more(page).get_by_role("link", name="School devices").click()
    expect(page.locator("h1")).to_have_text("School devices")
    expect(more(page).locator("summary")).to_have_class(re.compile("ox-more--here"))
    more(page).locator("summary").click()
    expect(more(page).locator("[aria-current]")).to_have_text("School devices")


@pytest.mark.parametrize("who", ["head", "teacher"])
def test_more_is_fit_for_everybody_while_it_is_open(screens, who):
    page = screens.signed_in(who)
    more(page).locator("summary").click()
    assert faults_of(page) == []
