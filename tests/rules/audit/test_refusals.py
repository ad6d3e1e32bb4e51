"""Who is refused is noted once and then now and again, and never waits for whoever writes."""

import datetime as dt
import threading
from contextlib import nullcontext

import pytest

from database import OperationalError, db
from models import AuditEvent
from rules.audit import refusals
from rules.core import clock
from tests.conftest import MONDAY_AT_TEN


def noted():
    """The refusals on the trail, as (who, where)."""
    rows = AuditEvent.select().where(AuditEvent.event == "refused").order_by(AuditEvent.id)
    return [(row.actor_id, row.payload["what"]) for row in rows]


def test_five_hundred_refusals_of_one_kind_are_three_entries_with_their_number(cast):
    pupil = cast.pupil.id
    for _ in range(500):
        refusals.note(pupil, "audit page")
    assert noted() == [
        (pupil, "audit page"),
        (pupil, "audit page, 10 times that day"),
        (pupil, "audit page, 100 times that day"),
    ]


def test_each_person_each_page_and_each_day_counts_for_itself(cast):
    refusals.note(cast.pupil.id, "audit page")
    refusals.note(cast.pupil.id, "people list")
    refusals.note(cast.parent.id, "audit page")
    with clock.frozen(MONDAY_AT_TEN.replace(day=24)):
        refusals.note(cast.pupil.id, "audit page")
    assert len(noted()) == 4


def test_a_refusal_does_not_wait_for_whoever_writes_and_is_noted_with_the_next(cast, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def write():
        with database_lock():
            begun.set()
            go_on.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        refusals.note(cast.pupil.id, "audit page")
        assert noted() == []
    finally:
        go_on.set()
        writer.join()
    refusals.note(cast.pupil.id, "people list")
    assert [what for _, what in noted()] == ["audit page", "people list"]


def database_lock():
    """What a writer of this process holds."""
    import database

    return database._write_lock


def test_what_is_noted_late_says_when_it_was(cast, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(refusals, "writing_if_free", lambda: nullcontext(False))
        refusals.note(cast.pupil.id, "audit page")
    with clock.frozen(MONDAY_AT_TEN + dt.timedelta(days=1)):
        refusals.note(cast.pupil.id, "people list")
    assert [what for _, what in noted()] == ["audit page, at 10am on Monday 23 November 2026", "people list"]


@pytest.mark.parametrize("why", ["database is locked", "database or disk is full"])
def test_a_refusal_that_cannot_be_written_is_kept(cast, monkeypatch, why):
    run = db.execute_sql

    def refuse(sql, *rest):
        if sql.startswith("INSERT"):
            raise OperationalError(why)
        return run(sql, *rest)

    with monkeypatch.context() as full:
        full.setattr(db, "execute_sql", refuse)
        refusals.note(cast.pupil.id, "audit page")
    assert noted() == []
    refusals.note(cast.pupil.id, "audit page")
    assert noted() == [(cast.pupil.id, "audit page")]


ANOTHER_PROCESS_WRITES = """
import time
from rules.audit import refusals
from models import AuditEvent
import apsw
other = apsw.Connection(sys.argv[1])
other.execute("BEGIN IMMEDIATE")
begun = time.monotonic()
refusals.note(school["teacher"].id, "audit page")
say(time.monotonic() - begun < 10)
other.execute("ROLLBACK")
refusals.note(school["teacher"].id, "people list")
say([row.payload["what"] for row in AuditEvent.select().where(AuditEvent.event == "refused")])
say(db.connection().execute("PRAGMA busy_timeout").fetchone()[0])
"""


def test_a_refusal_does_not_wait_for_another_process_either(own_school):
    lines = own_school.run("from database import db\n" + ANOTHER_PROCESS_WRITES, str(own_school.database))
    assert lines == ["True", "['audit page', 'people list']", "15000"]
