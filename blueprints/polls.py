"""The short way for polls: an open list asks every few seconds, and nearly always nothing has changed.

The answer 204 is given before Flask builds a request, to somebody who is signed in and may see the list. Everything
else, a change, a missing right, a session that is over, goes the usual way through the gate.
"""

import datetime as dt
from typing import NamedTuple
from urllib.parse import parse_qs

from blueprints.gate import actor_of_session
from database import DatabaseError
from rules import admission, changes, clock, hand_ins, sessions, site, stays, today
from rules.roles import Permission

UNCHANGED = {
    "/today/changes": (Permission.SEE_TODAY, today.unchanged),
    "/visitors/changes": (Permission.RECEIVE_VISITORS, stays.unchanged),
    "/lockers/morning/changes": (Permission.RECEIVE_DEVICES, hand_ins.unchanged),
    "/right-now": (Permission.USE_OWN_PAGE, site.unchanged),
    "/site/changes": (Permission.KEEP_SITE, site.unchanged),
    "/visitors/tries": (Permission.RECEIVE_VISITORS, admission.unchanged),
    "/visitors/not-admitted/now": (Permission.KEEP_NOT_ADMITTED, admission.unchanged),
    "/decisions/changes": (Permission.DECIDE_EXEMPTIONS, lambda seen: seen == str(changes.touched())),
}
HEADERS = [("Cache-Control", "no-store")]
LOOK_AGAIN = dt.timedelta(seconds=60)
MOST_KNOWN = 1000


class Known(NamedTuple):
    """What was found out about a browser's cookie: good while the count of changes stands, and until a moment.

    Whatever ends a session or changes a role counts as a change, so it is noticed by the next poll.
    """

    count: str
    until: dt.datetime
    permissions: frozenset


NOBODY = Known("", dt.datetime.min.replace(tzinfo=dt.UTC), frozenset())


class QuickPolls:
    """WSGI middleware in front of Flask."""

    def __init__(self, app):
        self.app, self.next, self._known = app, app.wsgi_app, {}

    def __call__(self, environ, start_response):
        poll = UNCHANGED.get(environ["PATH_INFO"])
        if poll and environ["REQUEST_METHOD"] == "GET" and self._is_unchanged(environ, *poll):
            start_response("204 No Content", HEADERS)
            return []
        return self.next(environ, start_response)

    def _is_unchanged(self, environ, permission, unchanged):
        try:
            seen = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=20).get("seen", [""])
            if len(seen) != 1 or not unchanged(seen[0]):
                return False
            return permission in self._who_asks(environ, seen[0].partition(".")[0]).permissions
        except (DatabaseError, ValueError):  # ValueError: too many parameters
            return False  # the usual way has the page for it

    def _who_asks(self, environ, count):
        cookie = environ.get("HTTP_COOKIE", "")
        known = self._known.get(cookie, NOBODY)
        if known.count != count or known.until <= clock.now():
            known = self._find_out(environ, count)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[cookie] = known
        return known

    def _find_out(self, environ, count):
        session = self.app.session_interface.open_session(self.app, self.app.request_class(environ))
        actor = actor_of_session(session)
        if actor is None:
            return NOBODY
        idle_ends = clock.moment_of(session["seen"]) + sessions.idle_limit(actor.roles)
        return Known(count, min(clock.now() + LOOK_AGAIN, idle_ends), actor.permissions)
