"""Error pages and fragments: what went wrong, how to go on, a reference that is in the log too, never a trace."""

import io
import json
import logging
import re

import pytest

import logs
from blueprints.core import errors
from database import OperationalError, db
from models import AuditEvent
from rules.core import clock
from rules.decisions import deciding
from rules.policy import in_force
from tests.conftest import PASSWORD
from tests.pages.conftest import SECRET_REASON, form_of
from tests.support.browser import PIECE

REFERENCE = re.compile(r"Reference ([0-9a-f]{8})")
TRACES = ("Traceback", 'File "', "werkzeug", "peewee", "jinja2", "sqlite", "site-packages", "RuntimeError")


@pytest.fixture
def log(app):
    """What the program's log says, in the form the technician reads."""
    written, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(written)
    handler.setFormatter(logs.OneLine())
    logging.getLogger("app").addHandler(handler)
    yield written.getvalue
    logging.getLogger("app").removeHandler(handler)


@pytest.fixture
def in_service(app, monkeypatch):
    """The program as it serves a school: what nobody thought of becomes a page, also in a test."""
    monkeypatch.setattr(app, "testing", False)


def break_policy(app, monkeypatch, error):
    """Let the policy page fail with this error."""

    def broken():
        raise error

    broken.permission = app.view_functions["policy.policy"].permission
    monkeypatch.setitem(app.view_functions, "policy.policy", broken)


def must_be_an_error(answer, status, log, piece):
    """Every error has its status, words, a reference that the log knows, and no trace."""
    assert answer.status == status
    assert answer.whole is not piece
    reference = REFERENCE.search(answer.words)[1]
    lines = [line for line in log().splitlines() if f"reference {reference}" in line]
    assert any(f"answered {status}" in line for line in lines)
    for trace in TRACES:
        assert trace not in answer.text
    if piece:
        (alert,) = [each for each in answer.page.all("div") if each["role"] == "alert"]
        assert REFERENCE.search(alert.text)
    else:
        assert answer.page.links["Go to my page"] == "/"


PIECES = pytest.mark.parametrize("piece", [False, True], ids=["page", "piece"])


@PIECES
def test_400_a_form_that_is_out_of_date(sign_in_as, log, piece):
    answer = sign_in_as("teacher").post("/account", {}, piece, token="x")
    must_be_an_error(answer, 400, log, piece)
    assert "This form is out of date" in answer.words


@PIECES
def test_400_a_form_with_a_foreign_field(sign_in_as, log, piece):
    must_be_an_error(sign_in_as("teacher").post("/account", {"x": "1"}, piece), 400, log, piece)


@PIECES
def test_403_a_page_for_others(sign_in_as, log, piece):
    must_be_an_error(sign_in_as("teacher").get("/audit", piece), 403, log, piece)


@PIECES
@pytest.mark.parametrize(
    "address",
    ["/nowhere", "/exemptions/999999", "/exemptions/0", "/%00", "/%ff", "/%ed%a0%80", "/.env", "/" + "a" * 3000],
)
def test_404_an_address_that_there_is_not(sign_in_as, stranger, log, piece, address):
    must_be_an_error(sign_in_as("teacher").get(address, piece), 404, log, piece)
    if not address.startswith("/exemptions"):
        must_be_an_error(stranger.get(address, piece), 404, log, piece)


@PIECES
def test_405_a_page_that_cannot_be_posted_to(sign_in_as, log, piece):
    must_be_an_error(sign_in_as("teacher").post("/policy", {}, piece), 405, log, piece)


def test_409_says_how_it_stands_now(sign_in_as, ask, cast):
    exemption = ask()
    deciding.decline(cast.head, exemption, 1, "x")
    answer = sign_in_as("teacher").post(f"/exemptions/{exemption}/withdraw")
    assert answer.status == 409
    assert "Declined by Head Invented" in answer.words


@PIECES
@pytest.mark.parametrize("size", [600_000, 5_000_000])
def test_413_a_form_that_is_too_large(sign_in_as, stranger, log, piece, size):
    for browser, address in ((sign_in_as("teacher"), "/exemptions/new/teaching-period"), (stranger, "/sign-in")):
        answer = browser.post(address, {"reason": "x" * size}, piece)
        must_be_an_error(answer, 413, log, piece)
        assert "Send less text" in answer.words


@PIECES
def test_422_a_place_that_there_is_not(sign_in_as, log, piece):
    must_be_an_error(sign_in_as("office").get("/today?zone=moon", piece), 422, log, piece)


@PIECES
def test_429_too_many_tries(stranger, log, piece):
    form = {"username": "teacher", "password": "wrong", "next": ""}
    for _ in range(5):
        stranger.post("/sign-in", form)
    answer = stranger.post("/sign-in", form, piece)
    must_be_an_error(answer, 429, log, piece)
    assert answer.headers["Retry-After"].isdigit()


@PIECES
def test_500_something_nobody_thought_of(app, sign_in_as, monkeypatch, in_service, log, piece):
    break_policy(app, monkeypatch, RuntimeError("a secret of the program"))
    answer = sign_in_as("teacher").get("/policy", piece)
    must_be_an_error(answer, 500, log, piece)
    assert "a secret of the program" not in answer.text
    reference = REFERENCE.search(answer.words)[1]
    crash = next(line for line in log().splitlines() if "crash in policy.policy" in line)
    assert reference in crash
    assert "RuntimeError" in crash


@PIECES
def test_503_a_database_that_cannot_be_written(app, sign_in_as, monkeypatch, in_service, log, piece):
    break_policy(app, monkeypatch, OperationalError("disk I/O error"))
    answer = sign_in_as("teacher").get("/policy", piece)
    must_be_an_error(answer, 503, log, piece)
    assert "Nothing was changed." in answer.words


@PIECES
@pytest.mark.parametrize("signed", [False, True])
def test_503_a_database_that_cannot_be_read_either(app, sign_in_as, stranger, monkeypatch, in_service, piece, signed):
    browser = sign_in_as("teacher") if signed else stranger

    def broken(*args, **more):
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(db, "execute_sql", broken)
        addresses = ("/", "/sign-in", "/today/changes?seen=1.2026-11-23.11:00")
        answers = [browser.client.get(address, headers=PIECE if piece else {}) for address in addresses]
    for answer in answers:
        if answer.status_code in {303, 401}:
            continue  # somebody who has no cookie is not looked up
        assert answer.status_code == 503
        assert REFERENCE.search(answer.text)
        assert not any(trace in answer.text for trace in TRACES)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.text.startswith("<!DOCTYPE html>") is not piece


def test_a_write_that_fails_half_way_leaves_nothing_behind(sign_in_as, monkeypatch, ask, stored, in_service):
    exemption, run = ask(), db.execute_sql
    head = sign_in_as("head")
    assert head.token

    def full(sql, *rest, **more):
        if sql.startswith('INSERT INTO "audit_event"'):
            raise OperationalError("database or disk is full")
        return run(sql, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(db, "execute_sql", full)
        answer = head.post(f"/decisions/{exemption}/approve", {"revision": "1"})
    assert answer.status == 503
    assert stored(exemption).state.value == "submitted"
    assert head.post(f"/decisions/{exemption}/approve", {"revision": "1"}).status == 303


def test_two_errors_have_two_references(sign_in_as):
    teacher = sign_in_as("teacher")
    assert len({REFERENCE.search(teacher.get("/nowhere").words)[1] for _ in range(5)}) == 5


def test_every_status_has_words_that_say_how_to_go_on():
    assert {400, 403, 404, 405, 409, 413, 422, 429, 500, 503} <= errors.WORDS.keys()
    for title, advice in errors.WORDS.values():
        assert title[0].isupper()
        assert not title.endswith(".")
        assert advice.endswith(".")


def test_a_school_without_a_policy_says_so_in_the_log(sign_in_as, monkeypatch, in_service, log, app):
    break_policy(app, monkeypatch, in_force.NoPolicy("No policy has been loaded: run `flask policy load`."))
    assert sign_in_as("teacher").get("/policy").status == 500
    assert "run `flask policy load`" in log()


# --- The log ------------------------------------------------------------------------------------------------


def test_no_line_of_the_log_can_be_forged(sign_in_as, stranger, log):
    forged = "2026-11-23T10:00:00.000+00:00 info app: head signed in"
    teacher = sign_in_as("teacher")
    for text in (f"x\n{forged}", f"x\r\n{forged}", f"x\u2028{forged}", f"x\x85{forged}", f"x\x1b[2K{forged}"):
        teacher.get("/exemptions", query_string={"x": text})
        teacher.get("/nowhere/" + text.replace("\n", "%0a").replace("\r", "%0d"))
        stranger.post("/sign-in", {"username": text, "password": text, "next": text})
        teacher.post("/account", {text: text})
        teacher.get("/today", query_string={"zone": text})
        with clock.frozen(clock.now()):
            logging.getLogger("app").warning("typed: %s", text)
    lines = log().splitlines()
    assert lines
    assert not any(line.startswith(forged) for line in lines)
    assert all(re.match(r"2026-11-23T10:00:00\.000\+00:00 \w+ app: (answered|typed|crash)", line) for line in lines)


def test_the_log_holds_no_reason_no_password_and_no_token(app, sign_in_as, stranger, monkeypatch, in_service, log, ask):
    exemption = ask()
    teacher, head = sign_in_as("teacher"), sign_in_as("head")
    token, cookie = teacher.token, teacher.client.get_cookie("session").value
    stranger.post("/sign-in", {"username": "typed-name-4711", "password": PASSWORD + "!", "next": "/today?name=4712"})
    teacher.post("/exemptions/new/teaching-period", form_of(reason=SECRET_REASON, state="approved"))
    teacher.post("/account", {"old": PASSWORD, "new": "typed-new-4713", "again": "x"})
    teacher.get("/today?name=typed-4714")
    teacher.get("/typed-4715")
    head.post(f"/decisions/{exemption}/decline", {"revision": "7", "text": "typed-4716"})
    monkeypatch.setattr("rules.decisions.deciding.decline", lambda *given: 1 / 0)
    assert head.post(f"/decisions/{exemption}/decline", {"revision": "1", "text": "typed-4717"}).status == 500
    said = log()
    assert "ZeroDivisionError" in said
    for never in (SECRET_REASON, "Zebra", PASSWORD, token, cookie, "typed-", "name=4712"):
        assert never not in said


def test_a_refusal_is_recorded_once_and_a_stranger_leaves_nothing(sign_in_as, stranger):
    before = AuditEvent.select().count()
    sign_in_as("teacher").get("/audit")
    stranger.get("/audit")
    stranger.post("/account", {}, token=False)
    assert AuditEvent.select().count() == before + 1


def test_the_log_as_objects_keeps_one_line_an_event():
    record = logging.LogRecord("app", logging.INFO, "", 0, "a\nb “c” %s", ("d\r",), None)
    line = logs.OneObject().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == r"a\nb “c” d\r"
