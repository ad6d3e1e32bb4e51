"""Whether the program is ready: for a monitor."""

from database import OperationalError, db
from models import Counter
from rules.core import health


def test_a_school_that_can_write_is_ready(stranger):
    answer = stranger.get("/health")
    assert (answer.status, answer.text) == (200, "ready\n")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_monitor_gets_no_cookie_and_needs_none(stranger):
    assert stranger.get("/health").cookies == []


def test_a_disk_that_takes_nothing_is_said(stranger, monkeypatch):
    run = db.execute_sql

    def full(sql, *rest):
        if sql.startswith(("INSERT", "UPDATE")):
            raise OperationalError("database or disk is full")
        return run(sql, *rest)

    monkeypatch.setattr(db, "execute_sql", full)
    answer = stranger.get("/health")
    assert (answer.status, answer.text) == (503, "the database cannot be written\n")


def test_asking_often_keeps_one_row(school):
    for _ in range(3):
        health.can_write()
    assert Counter.get(Counter.name == "health").value == 3
