"""Importing exam sittings from a file: first what it would do, then all of it or nothing (clause 5.9).

A line is one candidate; lines that are alike in everything else are one sitting. Sittings are added, never changed:
what differs from one that is there is refused. What was looked at is planned afresh when it is applied.
"""

from typing import NamedTuple

from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.clock import format_short_date, format_time
from rules.core.parsing import read_day, read_time
from rules.core.validation import FURTHEST_AHEAD
from rules.exams import sittings
from rules.exams.sittings import Exam, SittingDetails, errors_in, key_of
from rules.imports import csv_files
from rules.imports.plan import Import, Line, LineOutcome, Plan, refuse
from rules.people import classes, families
from rules.policy.in_force import policy_in_force

COLUMNS = ("exam", "body", "date", "from", "to", "place", "candidate")


class _School(NamedTuple):
    """What a plan is made against, read once for all lines. `family` are the ids of the sender's family."""

    policy: object
    pupils: dict
    usernames: dict
    places: dict
    standing: list
    family: set


def _school(actor):
    policy = policy_in_force()
    pupils = [pupil for of in classes.known_by_class(actor).values() for pupil in of]
    places = {name: key for key, zone in policy.zones.items() for name in (key, zone["name"].casefold())}
    return _School(
        policy,
        {pupil.id: pupil for pupil in pupils},
        {pupil.username: pupil.id for pupil in pupils},
        places,
        sittings.of_days(clock.today(), clock.today() + FURTHEST_AHEAD),
        families.family_of(actor.id),
    )


# --- Planning -----------------------------------------------------------------------------------------------


def plan_of(actor, rows):
    """What importing these rows, as (line number, {column: text}), would do. It takes a fixed number of queries."""
    school, together, lines = _school(actor), {}, []
    for number, row in rows:
        details, faults = _read(row, school)
        if not faults and details.candidates[0] in together.get(details._replace(candidates=()), {}):
            faults = ["This candidate is in this exam twice. Take one of the lines out"]
        if faults:
            lines.append(refuse(number, _who(row), *faults))
        else:
            together.setdefault(details._replace(candidates=()), {})[details.candidates[0]] = number
    for details, candidates in together.items():
        lines.append(_sitting_line(details._replace(candidates=tuple(sorted(candidates))), candidates, school))
    return Plan("sittings", tuple(sorted(lines, key=lambda line: line.number)))


def _who(row):
    return ", ".join(filter(None, (row["exam"], row["body"], row["candidate"])))


def _read(row, school):
    """A line as details with one candidate, and everything in it that cannot be read."""
    faults, values = [], {}
    for name, read, wrong in (
        ("date", read_day, "is not a day. Write it like this: 14/05/2027"),
        ("from", read_time, "is not a time. Write it like this: 9:00"),
        ("to", read_time, "is not a time. Write it like this: 11:30"),
        ("place", lambda cell: school.places[cell.casefold()], "is not a place of the policy. Write: Exam room"),
        ("candidate", lambda cell: school.usernames[cell.casefold()], "is not the username of a pupil at the school"),
    ):
        try:
            values[name] = read(row[name])
        except (KeyError, ValueError):
            faults.append(f"“{row[name]}” {wrong}" if row[name] else f"The column “{name}” is empty")
    if faults:
        return None, faults
    if values["candidate"] in school.family:
        return None, [sittings.OWN_FAMILY]
    details = SittingDetails(
        row["exam"], row["body"], values["date"], values["from"], values["to"], values["place"], (values["candidate"],)
    )
    return details.cleaned(), []


def _sitting_line(details, candidates, school):
    """What becomes of one sitting of the file. It counts as there for those that come after it."""
    number, label = min(candidates.values()), _label(details)
    same = next((exam for exam in school.standing if key_of(exam) == key_of(details)), None)
    if same and _is_as(same, details):
        return Line(number, label, LineOutcome.UNCHANGED)
    of_day = [exam for exam in school.standing if exam.day == details.day]
    if errors := errors_in(details, school.policy, school.pupils, of_day):
        return refuse(number, label, *errors.values())
    rows = tuple(school.pupils[pupil] for pupil in details.candidates)
    school.standing.append(Exam(**{**details._asdict(), "candidates": rows}, id=0, cancelled=False))
    names = classes.labels(rows)
    return Line(number, label, LineOutcome.NEW, tuple(names.values()), details)


def _label(exam):
    times = f"{format_time(exam.starts_at)} to {format_time(exam.ends_at)}"
    return f"{exam.exam}, {exam.body}, {format_short_date(exam.day)}, {times}"


def _is_as(exam, details):
    return (exam.ends_at, exam.zone, exam.pupils) == (details.ends_at, details.zone, set(details.candidates))


# --- Looking, then applying ---------------------------------------------------------------------------------


def _plan_of_file(actor, raw):
    return plan_of(actor, csv_files.read(raw, COLUMNS, COLUMNS))


def _apply(actor, plan):
    for line in plan.steps:
        sittings.enter(actor, line.step)
    record("sittings-imported", actor=actor.id, new=len(plan.steps))


SITTINGS = Import("sittings", Permission.MANAGE_EXAMS, _plan_of_file, _apply)
