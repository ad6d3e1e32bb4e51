"""Who is signed out is told why, and comes back to the page where they were."""

import pytest

from models import RoleGrant
from rules.auth import sessions
from rules.core import clock

SAID = "You have been signed out because {}. Sign in to go on."
IDLE = "nothing was done here for too long"
LONGEST = "nobody stays signed in for longer than a working day"
ENDED = "your time was up, or your password or your roles have changed"
GONE = "somebody signed out in this browser, or it was closed"
QUEUE = {"Referer": "http://localhost/decisions/"}


def told(stranger, answer):
    """The words of the sign-in page that an answer leads to, for somebody in a browser of their own."""
    where = answer.location or answer.headers["HX-Redirect"]
    assert where.startswith("/sign-in")
    return stranger.get(where)


@pytest.mark.parametrize("piece", [False, True], ids=["page", "piece"])
def test_a_click_after_too_long_says_why_and_leads_back_to_the_queue(sign_in_as, stranger, ask, later, stored, piece):
    head, exemption = sign_in_as("head"), ask()
    came_from = {"HX-Current-URL": "http://localhost/decisions/"} if piece else QUEUE
    with later(minutes=31):
        answer = head.post(f"/decisions/{exemption}/approve", {"revision": "1"}, piece, headers=came_from)
        page = told(stranger, answer)
    assert SAID.format(IDLE) in page.words
    assert "Nothing was changed by your click." in page.words
    assert page.page.value("next") == "/decisions/"
    assert stored(exemption).state.value == "submitted"


@pytest.mark.parametrize("verdict", ["approve", "decline", "return", "revoke"])
def test_a_browser_that_does_not_say_where_it_came_from_is_led_to_the_queue_too(stranger, ask, verdict):
    answer = stranger.post(f"/decisions/{ask()}/{verdict}", {"revision": "1"})
    page = told(stranger, answer)
    assert SAID.format(GONE) in page.words
    assert page.page.value("next") == "/decisions/"


def test_each_reason_is_said_in_its_own_words(sign_in_as, stranger, cast, later):
    head = sign_in_as("head")
    with later(minutes=31):
        assert SAID.format(IDLE) in told(stranger, head.get("/today")).words
    with later(minutes=541), head.client.session_transaction() as cookie:
        cookie["seen"] = int(clock.now().timestamp())
    with later(minutes=541):
        assert SAID.format(LONGEST) in told(stranger, head.get("/today")).words
    finance = sign_in_as("finance")
    RoleGrant.delete().where(RoleGrant.person == cast.finance.id).execute()
    assert SAID.format(ENDED) in told(stranger, finance.get("/policy")).words
    teacher = sign_in_as("teacher")
    sessions.end_all(cast.teacher.id)
    assert SAID.format(ENDED) in told(stranger, teacher.get("/policy")).words


def test_who_only_opens_a_page_is_told_nothing_of_a_click(sign_in_as, stranger, later):
    teacher = sign_in_as("teacher")
    with later(minutes=61):
        assert "by your click" not in told(stranger, teacher.get("/policy")).words
    assert "signed out" not in told(stranger, stranger.get("/policy")).words


@pytest.mark.parametrize("why", ["", "nonsense", "<b>", "idle2"])
def test_an_address_cannot_put_words_on_the_sign_in_page(stranger, why):
    page = stranger.get("/sign-in", query_string={"why": why, "sent": "1"})
    assert "signed out" not in page.words
    assert "click" not in page.words


@pytest.mark.parametrize(
    ("came_from", "where"),
    [
        ("http://localhost/today?date=2026-11-24", "/today?date=2026-11-24"),
        ("http://localhost/exemptions/new/teaching-period#reason", "/exemptions/new/teaching-period"),
        ("http://localhost/decisions", "/decisions"),
        ("http://localhost/", ""),
        ("https://evil.example/today", "/decisions/"),
        ("http://localhost.evil.example/today", "/decisions/"),
        ("http://localhost/nowhere", "/decisions/"),
        ("http://localhost/decisions/1/decline", "/decisions/"),
        ("http://localhost//evil.example/today", "/decisions/"),
        ("http://[", "/decisions/"),
        ("javascript:alert(1)", "/decisions/"),
        ("", "/decisions/"),
    ],
)
def test_the_way_back_is_a_page_of_this_site_that_can_be_opened(stranger, ask, came_from, where):
    for header, piece in (("Referer", False), ("HX-Current-URL", True)):
        answer = stranger.post(f"/decisions/{ask()}/approve", {}, piece, headers={header: came_from})
        assert (told(stranger, answer).page.value("next") or "") == where


@pytest.mark.parametrize("who", ["office", "head"])
def test_an_open_list_whose_session_is_over_leads_back_to_that_list(sign_in_as, stranger, later, who):
    browser = sign_in_as(who)
    came_from = {"HX-Current-URL": "http://localhost/today?date=2026-11-24&name=a"}
    with later(minutes=31):
        page = told(stranger, browser.get("/today/changes?seen=", piece=True, headers=came_from))
    assert page.page.value("next") == "/today?date=2026-11-24&name=a"
    assert SAID.format(IDLE) in page.words
    assert "click" not in page.words
