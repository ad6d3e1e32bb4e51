"""Whether the program is ready: for a monitor."""

from database import OperationalError, db
from models import Counter


def test_a_school_that_can_write_is_ready(stranger):
    answer = stranger.get("/health")
    assert (answer.status, answer.text) == (200, "ready\n")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_monitor_gets_no_cookie_and_needs_none(stranger):
    assert stranger.get("/health").cookies == []


def test_asking_writes_nothing_and_waits_for_nobody_who_writes(stranger, monkeypatch):
    run = db.execute_sql

    def locked(sql, *rest):
        if not sql.startswith("SELECT"):
            raise OperationalError("database is locked")
        return run(sql, *rest)

    monkeypatch.setattr(db, "execute_sql", locked)
    before = db.connection().total_changes()
    assert stranger.get("/health").status == 200
    assert db.connection().total_changes() == before


def test_a_database_that_cannot_be_read_is_said(stranger, monkeypatch):
    def broken(sql, *rest):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(db, "execute_sql", broken)
    answer = stranger.get("/health")
    assert (answer.status, answer.text) == (503, "the database cannot be read\n")


def test_the_machine_itself_asks_whether_the_disk_takes_what_is_written(app, school, monkeypatch):
    ask = app.test_cli_runner().invoke
    for _ in range(3):
        answer = ask(args=["health"])
        assert (answer.exit_code, answer.output) == (0, "ready\n")
    assert Counter.get(Counter.name == "health").value == 3
    run = db.execute_sql

    def full(sql, *rest):
        if sql.startswith(("INSERT", "UPDATE")):
            raise OperationalError("database or disk is full")
        return run(sql, *rest)

    monkeypatch.setattr(db, "execute_sql", full)
    answer = ask(args=["health"])
    assert answer.exit_code == 1
    assert "cannot be written: database or disk is full" in answer.output
