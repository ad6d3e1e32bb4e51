"""What is read of the devices that pupils hand in: today's rows, those still held, those that went back today.

It takes one query, whose cost follows the day's work: each of the three parts has an index of its own.
"""

import datetime as dt
from typing import NamedTuple

from peewee import JOIN, SQL, fn

from database import prepared
from enums import HandInOutcome, LockerArea
from fields import Parameter
from models import HandIn, Person
from rules import clock

_Returner = Person.alias("returner")
# Spelled as in the index, because SQLite compares the texts of the two.
_HELD = (SQL("brought = 'device'"), HandIn.returned_at.is_null())


class Row(NamedTuple):
    """What a pupil brought on a day. Moments are aware, UTC; `returned_at` is None while the device is held."""

    id: int
    person: int
    name: str
    team: str
    day: dt.date
    brought: HandInOutcome
    by: int
    by_name: str
    at: dt.datetime
    returned_at: dt.datetime | None
    returned_by: int | None
    returned_to: str
    returned_name: str

    @property
    def held(self):
        """Whether the school has the device."""
        return self.brought is HandInOutcome.DEVICE and self.returned_at is None

    @property
    def record(self):
        """Its name on the audit trail."""
        return f"hand-in:{self.id}"


def _query(*conditions):
    whose = Person.alias("whose")
    return (
        HandIn.select(
            *(HandIn.id, HandIn.person, whose.name, whose.team, HandIn.day, HandIn.brought, HandIn.by),
            *(Person.name.alias("by_name"), HandIn.at, HandIn.returned_at, HandIn.returned_by, HandIn.returned_to),
            fn.COALESCE(_Returner.name, "").alias("returned_name"),
        )
        .join(whose, on=(HandIn.person == whose.id))
        .switch(HandIn)
        .join(Person, on=(HandIn.by == Person.id))
        .switch(HandIn)
        .join(_Returner, JOIN.LEFT_OUTER, on=(HandIn.returned_by == _Returner.id))
        .where(HandIn.area == LockerArea.PUPILS.value, HandIn.undone_at.is_null(), *conditions)
        .order_by(HandIn.day, HandIn.id)
    )


def _ids(*conditions):
    return HandIn.select(HandIn.id).where(HandIn.undone_at.is_null(), *conditions)


def _held():
    return _ids(HandIn.area == LockerArea.PUPILS.value, *_HELD)


def _of_the_day():
    today = _ids(HandIn.area == LockerArea.PUPILS.value, HandIn.day == Parameter("day"))
    given_back = _ids(HandIn.returned_at.is_null(False), HandIn.returned_at >= Parameter("start"))
    return HandIn.id.in_(today + _held() + given_back)


_of_day = prepared(row=Row)(lambda: _query(_of_the_day()))
_of_pupil = prepared(row=Row)(lambda: _query(_of_the_day(), HandIn.person == Parameter("person")))
_one = prepared(row=Row)(lambda: _query(HandIn.id == Parameter("hand_in")))
_of_pupil_on = prepared(row=Row)(lambda: _query(HandIn.person == Parameter("person"), HandIn.day == Parameter("day")))
_of_person = prepared(row=Row)(lambda: _query(HandIn.person == Parameter("person"), *_HELD))


def of_today(pupil=None):
    """The rows of today, those held from earlier days, and those that went back today, the oldest first.

    With `pupil`, an id, only theirs.
    """
    start, _ = clock.day_bounds(clock.today())
    bounds = {"day": clock.today(), "start": start}
    return _of_day.rows(**bounds) if pupil is None else _of_pupil.rows(**bounds, person=pupil)


def one(hand_in):
    """A row by id, or None where there is none or it was taken back."""
    return _one.one(hand_in=hand_in)


def of_day(person, day):
    """What a pupil (by id) brought on a day, the earliest first: a row for each time."""
    return _of_pupil_on.rows(person=person, day=day)


def held_of(person):
    """The devices of somebody (by id) that the school has."""
    return _of_person.rows(person=person)
