"""Lockers: which there are, whose they are now, and whose they were (clauses 2.3, 2.4)."""

import re
from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

from peewee import JOIN

from database import prepared
from enums import LockerArea, Role
from fields import Parameter
from models import Locker, LockerUse, Person, RoleGrant
from rules.audit.record import record as record_event
from rules.auth.actors import held_today
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import NotFound
from rules.core.text import one_line
from rules.people import classes

MOST = 500
_NUMBER = re.compile(r"([A-Z]{0,3})([0-9]{1,4})")
_SPAN = re.compile(r"([A-Z]{0,3})([0-9]{1,4})-([A-Z]{0,3})([0-9]{1,4})")
HINT = "Write numbers like 1-40, or A1-A12, 57"


def numbers_of(text):
    """The numbers that a text names, in its order. Raises ValueError with what is wrong, in words.

    >>> numbers_of("1-3, a07, B9 - B10")
    ('1', '2', '3', 'A7', 'B9', 'B10')
    """
    numbers = []
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip().upper())):
        numbers += _part(part) if part else []
        if len(numbers) > MOST:
            raise ValueError(f"That is more than {MOST} lockers. Add them in several steps")
    if not numbers:
        raise ValueError(HINT)
    if twice := next((number for number in numbers if numbers.count(number) > 1), None):
        raise ValueError(f"The number {twice} is there twice. Take one out")
    return tuple(numbers)


def _part(part):
    if single := _NUMBER.fullmatch(part):
        return [f"{single[1]}{int(single[2])}"]
    span = _SPAN.fullmatch(part)
    if not span or span[3] not in {span[1], ""}:
        raise ValueError(HINT)
    first, last = int(span[2]), int(span[4])
    if first > last:
        raise ValueError(f"Write the smaller number first: {span[1]}{last}-{span[1]}{first}")
    return [f"{span[1]}{number}" for number in range(first, last + 1)]


def in_order(number):
    """What numbers are sorted by.

    >>> sorted(["B1", "10", "9", "A2"], key=in_order)
    ['9', '10', 'A2', 'B1']
    """
    letters, digits = _NUMBER.fullmatch(number).groups()
    return letters, int(digits)


# --- Lockers ------------------------------------------------------------------------------------------------


# Where they stand, and whose they are.
PLACES = {LockerArea.PUPILS: "administration office", LockerArea.STAFF: "staff room"}
HEADINGS = {LockerArea.PUPILS: "Pupils’ lockers", LockerArea.STAFF: "Staff lockers"}
if not PLACES.keys() == HEADINGS.keys() == set(LockerArea):
    raise AssertionError("every area needs its words")
SHOWN = 100  # of those who had a locker
Past = namedtuple("Past", "name given_by given_at ended_by ended_at")

_Giver = Person.alias("giver")
_Ender = Person.alias("ender")


class LockerView(NamedTuple):
    """A locker as it is now. `use` is the id of its present use, `person` who has it; None where it is free.

    `label` tells its holder apart from others; `belongs`: they are still at the school. Moments are aware, UTC.
    """

    id: int
    area: LockerArea
    number: str
    key_holder: str
    out_of_use_since: object
    use: int | None
    person: int | None
    name: str
    label: str
    given_by: str
    given_at: object
    belongs: bool

    @property
    def free(self):
        """Whether it can be given to somebody."""
        return self.use is None and self.out_of_use_since is None

    @property
    def place(self):
        return PLACES[self.area]

    @property
    def record(self):
        """Its name on the audit trail."""
        return f"locker:{self.id}"


# --- Who has which ------------------------------------------------------------------------------------------


def _query(condition):
    return (
        Locker.select(
            *(Locker.id, Locker.area, Locker.number, Locker.key_holder, Locker.out_of_use_since),
            *(LockerUse.id.alias("use"), LockerUse.given_at, Person.id.alias("person"), Person.name, Person.team),
            _Giver.name.alias("given_by"),
        )
        .join(LockerUse, JOIN.LEFT_OUTER, on=(LockerUse.locker == Locker.id) & LockerUse.ended_at.is_null())
        .join(Person, JOIN.LEFT_OUTER, on=(LockerUse.person == Person.id))
        .join(_Giver, JOIN.LEFT_OUTER, on=(LockerUse.given_by == _Giver.id))
        .where(condition)
    )


_one = prepared(lambda: _query(Locker.id == Parameter("locker")))
_of_area = prepared(lambda: _query(Locker.area == Parameter("area")))


@prepared
def _numbers():
    return (
        LockerUse.select(LockerUse.person, Locker.number)
        .join(Locker)
        .where(LockerUse.ended_at.is_null(), Locker.area == Parameter("area"))
    )


@prepared
def _staff():
    direct = RoleGrant.select(RoleGrant.person).where(
        RoleGrant.role == Role.STAFF_DIRECT.value, held_today(RoleGrant, Parameter("day"))
    )
    return (
        Person.select(*(Person.id, Person.name, Person.username, Person.team, Person.year_group, Person.starts_work_at))
        .where(Person.active == True, Person.id.in_(direct))  # noqa: E712 (SQL)
        .order_by(Person.name, Person.id)
    )


def staff_direct():
    """The staff who work directly with children, by name: they need a locker in the staff room (clause 2.4)."""
    return _staff.rows(day=clock.today())


def owners(area):
    """Who can have a locker of an area: pupils by class, or the staff who work directly with children."""
    return classes.pupils() if area is LockerArea.PUPILS else staff_direct()


def numbers(area):
    """The number of the locker that people have in an area, by their ids."""
    return {row.person: row.number for row in _numbers.rows(area=area.value)}


def without(area):
    """Those of `owners` who have no locker, neither in this area nor, from before, in the other one."""
    having = {person for any_area in LockerArea for person in numbers(any_area)}
    return [person for person in owners(area) if person.id not in having]


@lru_cache(maxsize=8)
def apart(people):
    """What tells people (a tuple) of one name and class apart, by id: for most of them nothing.

    It depends on these rows alone, so it is remembered: a tap asks for it, however many pupils there are.
    """
    labels = classes.labels(people)
    plain = {one.id: ", ".join(filter(None, (one.name, one.team))) for one in people}
    return {person: labels[person].removeprefix(words).removeprefix(", ") for person, words in plain.items()}


def _read(row, labels):
    label = labels.get(row.person) or ", ".join(filter(None, (row.name, row.team)))
    return LockerView(
        *row[:5],
        *(row.use, row.person, row.name or "", label, row.given_by or ""),
        row.given_at,
        row.person in labels,
    )


def of_area(actor, area):
    """Every locker of an area, in the order of their numbers."""
    actor.must(Permission.KEEP_LOCKERS)
    labels = classes.labels(owners(area))
    lockers = [_read(row, labels) for row in _of_area.rows(area=area.value)]
    return sorted(lockers, key=lambda locker: in_order(locker.number))


def search(lockers, text):
    """Those lockers whose number it is, or whose holder's name has this part."""
    part = one_line(text).casefold()
    return [locker for locker in lockers if locker.number.casefold() == part or part in locker.name.casefold()]


def find(actor, locker):
    """A locker by id. Raises NotFound."""
    actor.must(Permission.KEEP_LOCKERS)
    row = _one.one(locker=locker)
    if row is None:
        raise NotFound
    return _read(row, classes.labels(owners(row.area)))


@prepared(row=Past)
def _history():
    return (
        LockerUse.select(
            *(Person.name, _Giver.name.alias("given_by"), LockerUse.given_at),
            *(_Ender.name.alias("ended_by"), LockerUse.ended_at),
        )
        .join(Person, on=(LockerUse.person == Person.id))
        .join(_Giver, on=(LockerUse.given_by == _Giver.id))
        .join(_Ender, JOIN.LEFT_OUTER, on=(LockerUse.ended_by == _Ender.id))
        .where(LockerUse.locker == Parameter("locker"))
        .order_by(LockerUse.id.desc())
        .limit(SHOWN)
    )


def history(actor, locker):
    """Who has had a locker (by id), the latest first."""
    actor.must(Permission.KEEP_LOCKERS)
    return _history.rows(locker=locker)


def note(actor, event, locker, person=None, **more):
    """Put something that happened to a locker on the trail, and let open pages know; in the caller's transaction."""
    record_event(
        event, actor=actor.id, person=person, about=locker.record, number=locker.number, place=locker.place, **more
    )
