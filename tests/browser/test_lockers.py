"""The morning at reception as people live it: two screens, a queue, an impatient finger, and the day after."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from rules.core import clock
from tests.browser.program import MovedClock

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

MORNING = clock.at(dt.date(2026, 11, 23), dt.time(8, 30))


@pytest.fixture
def moved(tmp_path):
    """The school's clock: Monday 23 November 2026, 8:30am, and from there on."""
    return MovedClock(tmp_path, MORNING)


@pytest.fixture
def screens(screens_at_ten):
    """Screens in a demo school of this test's own, while the queue stands at reception."""
    return screens_at_ten


def tile(page, name):
    """The tile of a pupil."""
    return page.get_by_role("group", name=name, exact=True)


def tap(page, name, what):
    """One tap on a pupil's tile."""
    tile(page, name).get_by_role("button", name=what, exact=True).click()


@pytest.fixture
def reception(screens):
    """The morning page of the office, open."""

    def open_page(**more):
        page = screens.signed_in("office", **more)
        page.get_by_role("link", name="Lockers", exact=True).click()
        return page

    return open_page


@pytest.mark.journey
def test_a_tap_changes_its_tile_alone_and_the_other_screen_follows(reception):
    one, two = reception(), reception(width=800)
    expect(two.locator(".ox-counts")).to_contain_text("3 to ask")
    tap(one, "Tamsin Oakleaf", "Handed in")
    expect(tile(one, "Tamsin Oakleaf")).to_contain_text(re.compile(r"Handed in\s*8:3\dam, Priya Lanternby"))
    expect(tile(one, "Tamsin Oakleaf")).to_be_focused()
    expect(tile(two, "Tamsin Oakleaf")).to_contain_text("Handed in")
    expect(two.locator(".ox-counts")).to_contain_text("2 to ask")


def test_of_two_who_tap_the_same_the_second_sees_what_the_first_did(reception, screens):
    screens.expect_status(409)
    one, two = reception(), reception()
    two.route("**/changes?*", lambda route: route.abort())
    screens.expect_offline()
    tap(one, "Ivo Merriweather", "Absent")
    expect(tile(one, "Ivo Merriweather")).to_contain_text("Absent")
    tap(two, "Ivo Merriweather", "Nothing today")
    expect(tile(two, "Ivo Merriweather")).to_contain_text("Somebody was first. Your tap changed nothing.")
    expect(tile(two, "Ivo Merriweather").locator(".ox-tile__state")).to_contain_text("Absent")
    two.unroute("**/changes?*")


@pytest.mark.parametrize("what", ["Handed in", "Nothing today", "Absent"])
def test_an_impatient_finger_does_not_undo_what_it_has_just_tapped(reception, what):
    page = reception(height=1600)
    box = tile(page, "Tamsin Oakleaf").get_by_role("button", name=what).bounding_box()
    for _ in range(5):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(120)
    expect(tile(page, "Tamsin Oakleaf").locator(".ox-tile__state")).to_contain_text(what)
    expect(tile(page, "Tamsin Oakleaf").get_by_role("button", name="Undo")).to_be_visible()


def test_without_scripts_a_tap_comes_back_to_the_class(reception):
    page = reception(javascript=False)
    page.get_by_role("link", name=re.compile("^Heron class")).click()
    tap(page, "Tamsin Oakleaf", "Nothing today")
    expect(tile(page, "Tamsin Oakleaf").locator(".ox-tile__state")).to_contain_text("Nothing today")
    expect(page.get_by_role("main").get_by_role("group")).to_have_count(3)


def test_a_page_that_is_open_since_yesterday_says_so(reception, screens, moved):
    moved.go_to(clock.at(dt.date(2026, 11, 23), dt.time(23, 50)))
    screens.expect_status(422)
    screens.expect_offline()
    page = reception()
    page.route("**/changes?*", lambda route: route.abort())
    moved.go_on(minutes=12)
    tap(page, "Tamsin Oakleaf", "Absent")
    expect(page.locator("#news")).to_contain_text("This page is of Monday 23 November 2026. Load it again")
    page.unroute("**/changes?*")
