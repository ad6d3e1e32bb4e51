"""Exam sittings as they stand: when, where, and who sits them. Queries only (clause 5.9)."""

import datetime as dt
from typing import NamedTuple

from database import prepared
from enums import ParentAccess
from fields import Parameter
from models import Candidate, Guardian, Person, Sitting
from rules import clock
from rules.digests import sha256


class Exam(NamedTuple):
    """A sitting as it stands. Its day and times are the school's; `candidates` are rows of pupils, or not asked for."""

    id: int
    exam: str
    body: str
    day: dt.date
    starts_at: dt.time
    ends_at: dt.time
    zone: str
    cancelled: bool
    candidates: tuple = ()

    @property
    def over(self):
        """Whether its last minute has passed."""
        return clock.at(self.day, self.ends_at) <= clock.now()

    @property
    def seen(self):
        """What tells this state of it from another: a page that was open meanwhile shows what is not so any more."""
        return sha256(repr((*key_of(self), self.ends_at, self.zone, sorted(self.pupils))))[:16]

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"sitting:{self.id}"

    @property
    def pupils(self):
        """The ids of its candidates."""
        return frozenset(pupil.id for pupil in self.candidates)


def key_of(exam):
    """What makes two sittings the same one: the exam and the body, however spelled, the day and the start."""
    return exam.exam.casefold(), exam.body.casefold(), exam.day, exam.starts_at


def _sittings(*conditions):
    return (
        Sitting.select(
            Sitting.id,
            Sitting.exam,
            Sitting.body,
            Sitting.day,
            Sitting.starts_at,
            Sitting.ends_at,
            Sitting.zone,
            Sitting.cancelled_at,
        )
        .where(*conditions)
        .order_by(Sitting.day, Sitting.starts_at, Sitting.exam, Sitting.id)
    )


def _candidates(*conditions):
    return (
        Candidate.select(
            Candidate.sitting.alias("sitting"),
            Person.id,
            Person.name,
            Person.username,
            Person.team,
            Person.year_group,
        )
        .join(Person, on=(Candidate.pupil == Person.id))
        .switch(Candidate)
        .join(Sitting, on=(Candidate.sitting == Sitting.id))
        .where(*conditions)
        .order_by(Person.team, Person.name, Person.id)
    )


def _between():
    return (
        Sitting.day >= Parameter("first"),
        Sitting.day <= Parameter("last"),
        Sitting.cancelled_at.is_null(),
    )


def _barred():
    """The children of whom the parent `reader` is told nothing (clause 5.14)."""
    link = (Guardian.parent == Parameter("reader")) & Guardian.ended_at.is_null()
    return Guardian.select(Guardian.child).where(link, Guardian.access == ParentAccess.NOTHING.value)


_of_days = prepared(lambda: _sittings(*_between()))
_candidates_of_days = prepared(lambda: _candidates(*_between(), Candidate.pupil.not_in(_barred())))
_one = prepared(lambda: _sittings(Sitting.id == Parameter("id")))
_candidates_of_one = prepared(lambda: _candidates(Sitting.id == Parameter("id")))


def _read(rows, candidates):
    of = {}
    for row in candidates:
        of.setdefault(row.sitting, []).append(row)
    return [
        Exam(
            *(row.id, row.exam, row.body, row.day, row.starts_at, row.ends_at, row.zone),
            cancelled=row.cancelled_at is not None,
            candidates=tuple(of.get(row.id, ())),
        )
        for row in rows
    ]


def of_days(first, last, reader=None):
    """The sittings of these days with their candidates, by day and time, without those that were cancelled.

    `reader` (an id) is shown no child of whom they are told nothing as a parent.
    """
    bounds = {"first": first, "last": last}
    return _read(_of_days.rows(**bounds), _candidates_of_days.rows(**bounds, reader=reader))


def without_names(first, last):
    """The sittings of these days, by day and time, and nothing of who sits them."""
    return _read(_of_days.rows(first=first, last=last), ())


def one(sitting):
    """A sitting by id with its candidates, a cancelled one too; None if there is no such."""
    rows = _one.rows(id=sitting) if 0 < sitting < 2**63 else ()
    found = _read(rows, _candidates_of_one.rows(id=sitting)) if rows else [None]
    return found[0]
