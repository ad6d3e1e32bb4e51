"""What is measured without HTTP: a decision against the same rows by raw SQL, and how long a start takes."""

import gc
import time

from rules import decisions
from rules.actors import actor_of_person

from .running import end, free_port, spawn, wait_for
from .school import insert, row

MOVE = (
    "UPDATE exemption SET state = 'approved', conditions = '', approved_by = ?, decided_at = ?, stopped_at = NULL "
    "WHERE id = ? AND state = 'submitted' AND revision = 1"
)
KEEP = (
    "INSERT INTO decision (exemption_id, verdict, decided_by_id, for_person_id, decided_at, text, frozen,"
    " frozen_digest) VALUES (?, 'approved', ?, NULL, ?, '', ?, ?)"
)
TELL = (
    "INSERT INTO audit_event (id, at, event, actor_id, person_id, record, payload, digest)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
COUNT = "UPDATE counter SET value = value + 1 WHERE name = 'exemptions'"


def decision(school, scale):
    """Approve, with its frozen copy and its chained audit entry, against the same rows written by hand."""
    wall, cpu, times = [], [], scale.requests // 3
    with school.open() as connection:
        gc.collect()
        gc.freeze()  # as serve.py does before the first page
        head = actor_of_person(school.people["head"])
        for number in range(scale.rounds + 1):
            ours = _time_of(lambda each: decisions.approve(head, each, 1), _asked(school, connection, times, number))
            raw = _time_of(_raw(connection), _asked(school, connection, times, number + 1000))
            if number:
                wall.append(ours[0] / raw[0])
                cpu.append(ours[1] / raw[1])
    return {"decision ÷ raw SQL": wall, "decision ÷ raw SQL, CPU": cpu}


def _asked(school, connection, count, number):
    first = school.people["teacher1"]
    before = connection.execute("SELECT max(id) FROM exemption").fetchone()[0] or 0
    insert(connection, [row(first + n, number * 1000 + n, "submitted", 1, 2) for n in range(count)])
    return range(before + 1, before + 1 + count)


def _time_of(decide, exemptions):
    began = time.perf_counter(), time.process_time()
    for each in exemptions:
        decide(each)
    return time.perf_counter() - began[0], time.process_time() - began[1]


def _raw(connection):
    """A function that writes what the newest decision wrote, for another exemption: the values are all there."""
    execute = connection.execute
    by, at = execute(
        "SELECT approved_by, decided_at FROM exemption WHERE state = 'approved' ORDER BY id DESC"
    ).fetchone()
    kept = execute("SELECT decided_by_id, frozen, frozen_digest FROM decision ORDER BY id DESC").fetchone()
    told = execute("SELECT * FROM audit_event ORDER BY id DESC").fetchone()
    last = told[0]

    def decide(exemption):
        nonlocal last
        last += 1
        execute("BEGIN IMMEDIATE")
        execute(MOVE, (by, at, exemption))
        execute(KEEP, (exemption, kept[0], at, *kept[1:]))
        execute(TELL, (last, *told[1:]))
        execute(COUNT)
        execute("COMMIT")

    return decide


def start(school, scale):
    """From the start of the process to its first page, against a bare Flask with sqlite3; both started before."""
    ratios = []
    with (school.folder / "start.log").open("w", encoding="utf-8") as log:
        for number in range(scale.rounds + 1):
            ours = _start_time(["serve.py"], school, log)
            bare = _start_time(["bench/bare.py"], school, log)
            if number:
                ratios.append(ours / bare)
    return {"start ÷ bare Flask": ratios}


def _start_time(command, school, log):
    port, began = free_port(), time.perf_counter()
    process = spawn(command, port, school.folder, log)
    try:
        wait_for(process, port, "/sign-in")
        return time.perf_counter() - began
    finally:
        end(process)
