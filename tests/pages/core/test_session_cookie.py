"""The session's cookie: what is verified once, and what each time."""

import secrets

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from blueprints.core.session_cookie import COOKIES_KEPT, LONGEST_KEPT, SessionCookie

SIGNED_IN = {
    "_user_id": secrets.token_urlsafe(32),
    "_fresh": True,
    "seen": 1_796_000_000,
    "csrf_token": secrets.token_hex(20),
}


def opened(interface, app, content, times=2):
    """The sessions that the same cookie opens so many times."""
    cookie = interface.get_signing_serializer(app).dumps(content)
    asks = [Request(EnvironBuilder(headers={"Cookie": f"session={cookie}"}).get_environ()) for _ in range(times)]
    return len(cookie), [interface.open_session(app, request) for request in asks]


@pytest.mark.parametrize(("more", "kept"), [({}, 1), ({"_flashes": [("message", "Your request was sent.")]}, 0)])
def test_a_cookie_with_words_to_be_shown_once_is_read_and_not_remembered(app, more, kept):
    interface = SessionCookie(app)
    length, sessions = opened(interface, app, SIGNED_IN | more)
    assert (length <= LONGEST_KEPT) == bool(kept)
    assert [dict(session) for session in sessions] == [SIGNED_IN | more] * 2
    assert interface._content_of.cache_info().currsize == kept


def test_so_many_cookies_are_remembered_and_no_more(app):
    interface = SessionCookie(app)
    for number in range(COOKIES_KEPT + 10):
        opened(interface, app, SIGNED_IN | {"seen": number}, times=1)
    assert interface._content_of.cache_info().currsize == COOKIES_KEPT
