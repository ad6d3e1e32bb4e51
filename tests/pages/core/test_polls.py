"""Open pages that ask by themselves: whoever may not see them any more is told so in their place."""

import pytest

from enums import Role
from models import Guardian, RoleGrant
from rules.auth import sessions
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.people import delegation

# The polls that answer 204 while nothing has changed, and who may see the list behind each.
POLLS = {
    "/today/changes": Permission.SEE_TODAY,
    "/visitors/changes": Permission.RECEIVE_VISITORS,
    "/lockers/morning/changes": Permission.RECEIVE_DEVICES,
    "/right-now": Permission.USE_OWN_PAGE,
    "/site/changes": Permission.KEEP_SITE,
    "/visitors/tries": Permission.RECEIVE_VISITORS,
    "/visitors/not-admitted/now": Permission.KEEP_WATCHLIST,
    "/decisions/changes": Permission.DECIDE_EXEMPTIONS,
}
# What an open page asks by itself besides: it is answered in full each time.
ANSWERED_IN_FULL = {"/health", "/exemptions/<record:exemption>/slip", "/people/import/progress"}
GONE = "This page is no longer for you"
SEEN_NOTHING = "?seen=0.nothing"


def whose(path):
    """Somebody of the cast who has the page with this poll open."""
    holders = WHO_MAY[POLLS[path]]
    return "office" if Role.OFFICE in holders else "head"


def test_every_page_that_asks_by_itself_is_known_here(app):
    quiet = {rule.rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "quiet", 0)}
    assert quiet == {*POLLS, *ANSWERED_IN_FULL}


def open_slip(browser, exemption):
    """The slip as its page asks for it again."""
    return browser.get(f"/exemptions/{exemption}/slip", piece=True)


@pytest.mark.parametrize("path", POLLS)
def test_a_poll_whose_session_is_over_leads_to_signing_in_again(sign_in_as, cast, path):
    who = whose(path)
    browser = sign_in_as(who)
    assert browser.get(path + SEEN_NOTHING, piece=True).status in {200, 204}
    sessions.end_all(getattr(cast, who).id)
    answer = browser.get(path + SEEN_NOTHING, piece=True)
    assert answer.status == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?why=ended"


@pytest.mark.parametrize("path", POLLS)
def test_a_poll_of_somebody_whose_role_was_taken_leads_to_signing_in_again(sign_in_as, cast, path):
    who = whose(path)
    browser = sign_in_as(who)
    assert browser.get(path + SEEN_NOTHING, piece=True).status in {200, 204}
    actor = getattr(cast, who)
    role = Role.OFFICE if who == "office" else Role.HEADTEACHER
    RoleGrant.delete().where(RoleGrant.person == actor.id, RoleGrant.role == role.value).execute()
    answer = browser.get(path + SEEN_NOTHING, piece=True)
    assert answer.status == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?why=ended"


@pytest.mark.parametrize("path", [path for path, needed in POLLS.items() if Role.PUPIL not in WHO_MAY[needed]])
def test_a_poll_of_somebody_who_may_not_see_the_page_is_answered_with_plain_words(sign_in_as, path):
    answer = sign_in_as("pupil").get(path + SEEN_NOTHING, piece=True)
    assert answer.status == 403
    assert GONE in answer.words


def test_who_no_longer_stands_in_is_told_so_on_the_open_queue(sign_in_as, cast, ask):
    delegation.give(cast.head, cast.dsl.id, clock.today(), clock.today())
    browser = sign_in_as("dsl")
    assert browser.get("/decisions").status == 200
    (standing,) = delegation.delegations_of(cast.head)
    delegation.end(cast.head, standing.id)
    answer = browser.get("/decisions/changes" + SEEN_NOTHING, piece=True)
    assert answer.status == 403
    assert GONE in answer.words


def test_an_open_slip_tells_a_parent_whose_link_has_ended_that_it_is_not_for_them(sign_in_as, cast, permitted):
    exemption = permitted("exceptional-access")
    parent = sign_in_as("parent")
    assert "Permitted now" in open_slip(parent, exemption).words
    Guardian.delete().where(Guardian.child == cast.pupil.id, Guardian.parent == cast.parent.id).execute()
    answer = open_slip(parent, exemption)
    assert answer.status == 404
    assert GONE in answer.words
    assert GONE not in parent.get(f"/exemptions/{exemption}/slip").words  # a page that was never theirs is not found


def test_an_open_slip_of_a_session_that_is_over_leads_to_signing_in_again(sign_in_as, cast, permitted):
    exemption = permitted("exceptional-access")
    parent = sign_in_as("parent")
    sessions.end_all(cast.parent.id)
    assert open_slip(parent, exemption).headers["HX-Redirect"] == "/sign-in?why=ended"


POLLING = [
    ("office", "/today", "today.changes"),
    ("office", "/visitors", "reception.changes"),
    ("office", "/lockers/morning", "lockers.morning_changes"),
    ("office", "/site", "site.changes"),
    ("office", "/", "home.how_it_is_now"),
    ("head", "/decisions", "decisions.news"),
]


def asking_on(app, answer, endpoint):
    """The part of a page that asks by itself at this endpoint."""
    address = app.url_map.bind("localhost").build(endpoint)
    (asking,) = [each for each in answer.page.all() if (each["hx-get"] or "").partition("?")[0] == address]
    return asking


@pytest.mark.parametrize(("who", "where", "endpoint"), POLLING)
def test_an_unchanged_poll_says_so_in_a_few_bytes_and_leaves_the_session_as_it_was(
    app, sign_in_as, later, who, where, endpoint
):
    browser = sign_in_as(who)
    poll = asking_on(app, browser.get(where), endpoint)["hx-get"]
    with later(seconds=90):
        answer = browser.get(poll, piece=True)
    assert answer.status == 204
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items()) <= 150


@pytest.mark.parametrize(("who", "where", "endpoint"), POLLING)
def test_a_page_that_asks_by_itself_shows_a_refusal_instead_of_what_stood_there(app, sign_in_as, who, where, endpoint):
    asking = asking_on(app, sign_in_as(who).get(where), endpoint)
    for status in ("403", "404"):
        assert asking[f"hx-status:{status}"] == "swap:innerHTML target:#main"
    assert asking["hx-status:4xx"] == asking["hx-status:5xx"] == "swap:none"
