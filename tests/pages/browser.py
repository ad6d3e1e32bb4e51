"""A browser for tests: it keeps cookies, takes its CSRF token from pages, and sends each page through the page gate."""

from functools import cached_property

from flask import session
from flask_wtf.csrf import generate_csrf

from database import db
from models import TABLES, AuditEvent, Exemption, Obligation, ObligationRole, PolicyVersion
from rules.exemption_kinds import KINDS

from .page_gate import Page, faults_of

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# What a refused request may leave behind: its line on the trail, and the count that slows the next wrong password.
LEFT_BY_REFUSAL = frozenset({"audit_event", "sign_in_failure"})
# Whoever must not be let in is refused at reception, and the headteacher is shown it at once.
LEFT_BY_STOPPING = frozenset({"audit_event", "admission_alert", "counter"})
# At the reception tablet: the tablet's new secret as well, and the wrong code that is counted and told.
LEFT_AT_TABLET = LEFT_BY_REFUSAL | {"tablet", "wrong_code", "counter"}
TABLET = "/visitors/sign-in"
KEPT = [table._meta.table_name for table in TABLES if table not in {Obligation, ObligationRole, PolicyVersion}]
PIECE = {"HX-Request": "true", "HX-Request-Type": "partial"}


def rows_of_school():
    """Every row of every table that a page could change."""
    rows = {table: db.execute_sql(f'SELECT * FROM "{table}"').fetchall() for table in KEPT}  # noqa: S608
    rows["counter"] = [row for row in rows["counter"] if row[0] != "health"]  # the trial of the disk, see rules/health
    return rows


def changed_tables(before):
    """The names of the tables that are not as they were."""
    now = rows_of_school()
    return {table for table in KEPT if now[table] != before[table]}


def may_leave(address, changed):
    """The tables that a post to an address may have changed though it was refused."""
    if address.startswith(TABLET):
        return LEFT_AT_TABLET
    return LEFT_BY_STOPPING if "admission_alert" in changed else LEFT_BY_REFUSAL


def noted_a_look(before, statements):
    """Whether all that was written is one line on the trail: somebody else than its asker read what is confidential."""
    new = AuditEvent.select().where(AuditEvent.id.not_in([row[0] for row in before["audit_event"]]))
    if len(new) != 1 or statements != 1 or new[0].event != "confidential-read":
        return False
    read = Exemption.get_or_none(Exemption.id == int(new[0].record.removeprefix("exemption:")))
    return read is not None and KINDS[read.kind].confidential and new[0].actor_id not in {None, read.asker_id}


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

    def open(self, method, address, piece=False, headers=None, **kwargs):
        """Ask for anything, in any way."""
        before, count = rows_of_school(), db.connection().total_changes()
        headers = {**(PIECE if piece else {}), **(headers or {})}
        answer = Answer(self.client.open(address, method=method, headers=headers, **kwargs))
        self._check(method, address, answer, before, count)
        if any(cookie.startswith("session=") for cookie in answer.cookies):
            self._token = None
        self._take_token(answer)
        return answer

    def _take_token(self, answer):
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.status != 204:
            tokens = [each for each in answer.page.all("input") if each["name"] == "csrf_token"]
            if tokens:
                self._token = tokens[0]["value"]

    def _check(self, method, address, answer, before, count):
        faults = [*self._wrote(method, address, answer, before, count), *self._looks(answer)]
        assert not faults, f"{method} {address} → {answer.status}\n  " + "\n  ".join(faults)

    @staticmethod
    def _wrote(method, address, answer, before, count):
        refused = answer.status in {400, 403}
        statements = db.connection().total_changes() - count
        changed = changed_tables(before) if statements else set()
        if method != "POST":
            if answer.status == 200 and changed == {"audit_event"} and noted_a_look(before, statements):
                return
            left = changed - (LEFT_BY_REFUSAL if refused else set())
            if left:
                yield f"a {method} changed {sorted(left)}"
            elif not refused and address != "/health" and statements:
                yield f"a {method} wrote something, though it looks the same"
        elif answer.status >= 400 and changed - may_leave(address, changed):
            yield f"it was refused, and changed {sorted(changed)}"

    def _looks(self, answer):
        for name, value in HEADERS.items() if answer.status != 204 else ():
            if answer.headers.get(name) != value:
                yield f"{name} is {answer.headers.get(name)!r}"
        if answer.status != 204 and "default-src 'none'" not in answer.headers.get("Content-Security-Policy", ""):
            yield "no Content-Security-Policy"
        if answer.status == 204 and answer.body:
            yield "a body where there should be none"
        html = answer.headers.get("Content-Type", "").startswith("text/html") and answer.status not in {303, 308}
        if html and answer.body:
            yield from faults_of(self.app, answer.page, answer.whole)
