"""A browser for tests: it keeps cookies, takes its CSRF token from pages, and sends each page through the page gate."""

import re
from collections import defaultdict
from contextlib import contextmanager
from functools import cached_property
from hashlib import blake2b

import apsw
from flask import session
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from database import db
from models import TABLES, AuditEvent, Exemption
from rules.exemption_kinds import KINDS
from tests.support.page_checks import Page, faults_of

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a refused request may leave behind: its line on the trail, and the count that slows the next wrong password.
LEFT_BY_REFUSAL = frozenset({"audit_event", "sign_in_failure"})
# Whoever must not be let in is refused at reception, and the headteacher is shown it at once.
LEFT_BY_STOPPING = frozenset({"audit_event", "admission_alert", "counter"})
# At the reception tablet: the tablet's new secret as well, and the wrong code that is counted and told.
LEFT_AT_TABLET = LEFT_BY_REFUSAL | {"tablet", "wrong_code", "counter"}
TABLET = "/visitors/sign-in"
KEPT = frozenset(table._meta.table_name for table in TABLES)
PIECE = {"HX-Request": "true", "HX-Request-Type": "partial"}


# What differs between two answers that are the same page: the form's token, and the reference of an error.
TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
CHANGING = re.compile(r'(name="csrf_token" value=")[^"]*|(Reference )[0-9a-f]{8}')
SHORTEST_TYPED = 3  # a shorter text stands in half of the words of a page
_sound = set()  # digests of the pages in which the gate has found no fault


class Changes:
    """What a request has changed: the primary keys by table. What was changed back, or rolled back, is not in it."""

    def __init__(self):
        self._count = db.connection().total_changes()
        self._session = apsw.Session(db.connection(), "main")
        self._session.attach()

    def end(self):
        """Look no further, and add it up."""
        self.statements = db.connection().total_changes() - self._count
        self.keys = defaultdict(list)
        for change in apsw.Changeset.iter(self._session.changeset()) if self.statements else ():
            key = (change.new if change.op == "INSERT" else change.old)[0]
            if change.name in KEPT:
                self.keys[change.name].append(key)
        self._session.close()


def may_leave(address, changed):
    """The tables that a post to an address may have changed though it was refused."""
    if address.startswith(TABLET):
        return LEFT_AT_TABLET
    return LEFT_BY_STOPPING if "admission_alert" in changed else LEFT_BY_REFUSAL


def noted_a_look(events, statements):
    """Whether all that was written is one line on the trail: somebody else than its asker read what is confidential.

    `events` are the ids of the new events.
    """
    if len(events) != 1 or statements != 1:
        return False
    event = AuditEvent.get_by_id(events[0])
    if event.event != "confidential-read":
        return False
    read = Exemption.get_or_none(Exemption.id == int(event.record.removeprefix("exemption:")))
    return read is not None and KINDS[read.kind].confidential and event.actor_id not in {None, read.asker_id}


class Answer:
    """What came back: status, headers, text, and the page as a tree."""

    def __init__(self, response):
        self.response, self.status, self.headers = response, response.status_code, response.headers
        self.body = response.get_data()

    @cached_property
    def text(self):
        """The body as text."""
        return self.body.decode("utf-8")

    @cached_property
    def page(self):
        """The body as a tree."""
        return Page(self.text)

    @property
    def html(self):
        """Whether it has a page or a fragment of one."""
        html = self.headers.get("Content-Type", "").startswith("text/html")
        return html and self.status not in {204, 303, 308} and bool(self.body)

    def digest(self, typed):
        """The same for two pages that differ in nothing but their tokens and what was typed.

        Only what stands there as the text that it is counts as typed: markup that became an element does not.
        """
        text = CHANGING.sub(r"\1\2", self.text)
        if typed and len(typed) >= SHORTEST_TYPED:
            text = text.replace(str(escape(typed)), "\0")
        return blake2b(text.encode(), digest_size=16).digest()

    @property
    def words(self):
        """What people read."""
        return self.page.text

    @property
    def whole(self):
        """Whether it is a whole page."""
        return self.text.lstrip().lower().startswith("<!doctype html>")

    @property
    def location(self):
        """Where it sends the browser."""
        return self.headers.get("Location")

    @property
    def cookies(self):
        """The cookies it sets."""
        return self.headers.getlist("Set-Cookie")


class Browser:
    """One browser of somebody. Each answer goes through the gate before a test sees it."""

    def __init__(self, app):
        self.app, self.client, self._token = app, app.test_client(), None

    def get(self, address, piece=False, **kwargs):
        """Open an address; as htmx asks for a piece of a page, where wanted."""
        return self.open("GET", address, piece, **kwargs)

    def post(self, address, form=None, piece=False, token=True, **kwargs):
        """Send a form, with the token of this browser's session."""
        fields = list(form.items()) if isinstance(form, dict) else list(form or [])
        if token:
            fields.append(("csrf_token", self.token if token is True else token))
        data = {}
        for name, value in fields:
            for each in value if isinstance(value, (list, tuple)) else [value]:
                data.setdefault(name, []).append(each)
        return self.open("POST", address, piece, data=data, **kwargs)

    @property
    def token(self):
        """The CSRF token of the last page that had one."""
        if self._token is None:
            with self.app.test_request_context(), self.client.session_transaction() as kept:
                session.update(kept)
                self._token = generate_csrf()
                kept.update(session)
        return self._token

    def open(self, method, address, piece=False, headers=None, typed=None, **kwargs):
        """Ask for anything, in any way. `typed` is a text that the page may show, and be otherwise like another."""
        changes = Changes()
        headers = {**(PIECE if piece else {}), **(headers or {})}
        try:
            answer = Answer(self.client.open(address, method=method, headers=headers, **kwargs))
        finally:
            changes.end()
        self._check(method, address, answer, changes, typed)
        if any(cookie.startswith("session=") for cookie in answer.cookies):
            self._token = None
        if answer.html and (token := TOKEN.search(answer.text)):
            self._token = token[1]
        return answer

    @contextmanager
    def tried(self):
        """Whatever is done meanwhile, in the school and to this browser's session, is undone afterwards."""
        token = self.token  # made once, not in each attempt
        cookie = self.client.get_cookie("session")
        with db.atomic() as attempt:
            yield
            attempt.rollback()
        self._token = token
        self.client.set_cookie("session", cookie.value)

    def _check(self, method, address, answer, changes, typed):
        faults = [*self._wrote(method, address, answer, changes), *self._looks(answer, typed)]
        assert not faults, f"{method} {address} → {answer.status}\n  " + "\n  ".join(faults)

    @staticmethod
    def _wrote(method, address, answer, changes):
        refused = answer.status in {400, 403}
        changed = set(changes.keys)
        if method != "POST":
            looked = answer.status == 200 and changed == {"audit_event"}
            if looked and noted_a_look(changes.keys["audit_event"], changes.statements):
                return
            left = changed - (LEFT_BY_REFUSAL if refused else set())
            if left:
                yield f"a {method} changed {sorted(left)}"
            elif not refused and changes.statements:
                yield f"a {method} wrote something, though it looks the same"
        elif answer.status >= 400 and changed - may_leave(address, changed):
            yield f"it was refused, and changed {sorted(changed)}"

    def _looks(self, answer, typed):
        for name, value in HEADERS.items() if answer.status != 204 else ():
            if answer.headers.get(name) != value:
                yield f"{name} is {answer.headers.get(name)!r}"
        if answer.status != 204 and "default-src 'none'" not in answer.headers.get("Content-Security-Policy", ""):
            yield "no Content-Security-Policy"
        if answer.status == 204 and answer.body:
            yield "a body where there should be none"
        if answer.html and (digest := answer.digest(typed)) not in _sound:
            faults = faults_of(self.app, answer.page, answer.whole)
            yield from faults
            if not faults:
                _sound.add(digest)
