"""The short way for polls: an open list asks every few seconds, and nearly always nothing has changed.

The answer 204 is given before Flask builds a request, to somebody who is signed in and may see the list. Everything
else, a change, a missing right, a session that is over, goes the usual way through the gate.
"""

from urllib.parse import parse_qs

from blueprints.gate import actor_of_session
from database import DatabaseError
from rules import changes, today
from rules.roles import Permission

UNCHANGED = {
    "/today/changes": (Permission.SEE_TODAY, today.unchanged),
    "/decisions/changes": (Permission.DECIDE_EXEMPTIONS, lambda seen: seen == str(changes.touched())),
}
HEADERS = [("Cache-Control", "no-store")]


class QuickPolls:
    """WSGI middleware in front of Flask."""

    def __init__(self, app):
        self.app, self.next = app, app.wsgi_app

    def __call__(self, environ, start_response):
        poll = UNCHANGED.get(environ["PATH_INFO"])
        if poll and environ["REQUEST_METHOD"] == "GET" and self._is_unchanged(environ, *poll):
            start_response("204 No Content", HEADERS)
            return []
        return self.next(environ, start_response)

    def _is_unchanged(self, environ, permission, unchanged):
        try:
            return self._ask(environ, permission, unchanged)
        except (DatabaseError, ValueError):  # ValueError: too many parameters
            return False  # the usual way has the page for it

    def _ask(self, environ, permission, unchanged):
        seen = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=20).get("seen", [""])
        if len(seen) != 1 or not unchanged(seen[0]):
            return False
        session = self.app.session_interface.open_session(self.app, self.app.request_class(environ))
        actor = actor_of_session(session)
        return actor is not None and actor.may(permission)
