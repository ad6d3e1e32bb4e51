"""The navigation: for each role alone, every link leads to a page they may open, and every page can be reached."""

from urllib.parse import urlsplit

import pytest

from blueprints.core.navigation import DAILY, FURTHER, IN_LINE
from enums import Role
from rules.auth.permissions import WHO_MAY
from tests.pages.conftest import signed_in
from tests.pages.core.test_permissions import permission_of
from tests.support import policy


@pytest.fixture
def navigation_of(app, a_person):
    """A browser in which somebody with one role alone is signed in, and the navigation of their page."""

    def make(role):
        browser = signed_in(app, a_person(f"nav-{role.value}", role))
        return browser, nav_of(browser.get("/"))

    return make


def nav_of(answer):
    """The navigation of a page."""
    (nav,) = [each for each in answer.page.all("nav") if each["aria-label"] == "Pages"]
    return nav


def paths(element):
    """The addresses within the school that the links below an element lead to, without what follows the path."""
    found = {urlsplit(link["href"]).path for link in element.all("a") if (link["href"] or "").startswith("/")}
    return {path.rstrip("/") or "/" for path in found}


@pytest.mark.parametrize("role", Role)
def test_the_navigation_shows_exactly_the_pages_a_role_may_open(app, navigation_of, role):
    _, nav = navigation_of(role)
    adapter = app.url_map.bind("localhost")
    pages = [*DAILY, *(page for _, group in FURTHER for page in group)]
    assert [link["href"] for link in nav.all("a")] == [
        adapter.build(endpoint) for needed, endpoint, _ in pages if role in WHO_MAY[needed]
    ]


@pytest.mark.parametrize("role", Role)
def test_every_link_of_the_navigation_opens_and_is_marked_as_the_page_that_is_open(navigation_of, role):
    browser, nav = navigation_of(role)
    for where in [link["href"] for link in nav.all("a")]:
        answer = browser.get(where)
        assert answer.status == 200, where
        here = nav_of(answer)
        (current,) = [link for link in here.all("a") if link["aria-current"] == "page"]
        assert current["href"] == where
        marked = [each for each in here.all("summary") if "ox-more--here" in each.classes]
        assert bool(marked) == current.inside("ox-more"), where


@pytest.mark.parametrize("role", Role)
def test_no_more_links_stand_in_the_line_than_fit(navigation_of, role):
    _, nav = navigation_of(role)
    assert 0 < len([link for link in nav.all("a") if not link.inside("ox-more")]) <= IN_LINE


@pytest.mark.parametrize("role", Role)
def test_every_page_that_a_role_may_open_is_reached_from_the_navigation_my_page_or_a_page_linked_there(
    app, cast, navigation_of, a_draft, a_loan, role
):
    policy.new_version(cast.head)
    a_draft(says="Look at it each month.")
    a_loan()
    browser, _ = navigation_of(role)
    first = paths(browser.get("/").page)
    reached = first.union(*(paths(answer.page) for answer in map(browser.get, sorted(first)) if is_page(answer)))
    reached |= paths(browser.get("/policy/history").page)  # the policy leads there
    missing = [where for where in addresses(app, role) if (where.rstrip("/") or "/") not in reached]
    assert [where for where in missing if is_page(browser.get(where))] == []


def is_page(answer):
    """Whether an answer is a page: neither a file nor a redirect."""
    return answer.status == 200 and answer.headers["Content-Type"].startswith("text/html")


def addresses(app, role):
    """The addresses without a parameter that a role may open: neither polls nor what everybody may open."""
    for rule in app.url_map.iter_rules():
        polled = getattr(app.view_functions[rule.endpoint], "quiet", False)
        holders = WHO_MAY.get(permission_of(app, rule), ())
        if "GET" in rule.methods and not rule.arguments and not polled and role in holders:
            yield rule.rule


def test_somebody_who_is_not_signed_in_has_no_navigation(stranger):
    assert not [each for each in stranger.get("/sign-in").page.all("nav") if each["aria-label"] == "Pages"]
