"""A real Chromium in front of the real program: a demo school on this computer, and people who sign in to it."""

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from rules.core import clock
from tests.browser.people_at_screens import FLAGS, Screens
from tests.browser.program import MadeSchools, MovedClock, a_demo_school
from tests.browser.wire import Wire
from tests.conftest import browser_path, shared_folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of the stories in a browser `make test` tells those marked `journey`, with scripts; `make test-all` tells all."""
    for item in items:
        here = item.path.is_relative_to(Path(__file__).parent)
        if here and ("no-scripts" in item.name or not item.get_closest_marker("journey")):
            item.add_marker("thorough")


@pytest.fixture(autouse=True)
def at_ten():
    """The program runs in a process of its own, so here the clock is the real one."""


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all; each person gets a profile of their own in it."""
    path = browser_path()
    if not path and os.environ.get("OX_REQUIRE_BROWSER") == "1":
        pytest.fail("OX_REQUIRE_BROWSER is set and no browser was found")
    if not path:
        pytest.skip("no browser was found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def made_schools(tmp_path_factory, compiled_templates):
    """Demo schools to copy, made once in a run."""
    return MadeSchools(shared_folder(tmp_path_factory, "demo-schools"), compiled_templates)


@pytest.fixture(scope="module")
def address(chromium, made_schools, tmp_path_factory):
    """A demo school of this module's own: what one story changes, no other module meets."""
    with a_demo_school(tmp_path_factory.mktemp("instance"), made=made_schools) as where:
        yield where


@pytest.fixture(scope="module")
def cookies(address):
    """The sessions of those who have signed in to this school, by username."""
    return {}


@pytest.fixture
def screens(chromium, address, cookies, wire):
    """Where people sit down: `screens.signed_in("teacher")`. What their browsers complain of fails the test."""
    screens = Screens(chromium, address, cookies)
    try:
        yield screens
    finally:
        screens.close()
    screens.must_be_clean()


@pytest.fixture
def moved(tmp_path):
    """The school's clock as a test moves it: Monday 23 November 2026, 10am, and from there on."""
    return MovedClock(tmp_path, clock.at(dt.date(2026, 11, 23), dt.time(10)))


@pytest.fixture
def screens_at_ten(chromium, made_schools, tmp_path, moved, wire):
    """Screens in a demo school of the test's own, where it is ten in the morning, or when `moved` begins."""
    with a_demo_school(tmp_path, moved=moved, made=made_schools) as where:
        screens = Screens(chromium, where, moved=moved)
        try:
            yield screens
        finally:
            screens.close()
        screens.must_be_clean()


@pytest.fixture
def signed_in(screens):
    """A page of somebody who has signed in through the form: `signed_in("head")`."""
    return screens.signed_in


@pytest.fixture
def wire():
    """Between a browser and the program, to keep what the browser is sent: `wire(address)`. It outlives the screens."""
    wires = []

    def lay(address):
        wires.append(Wire(address))
        return wires[-1]

    yield lay
    for each in wires:
        each.close()
