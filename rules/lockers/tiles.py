"""The tile of a pupil at reception: what was brought today, what is here, and what went back last (clause 2.3).

It takes one query, whose cost follows the day's work: each of its three parts has an index of its own.
"""

import datetime as dt
from typing import NamedTuple

from peewee import JOIN, SQL, fn

from database import prepared
from enums import HandInOutcome, LockerArea
from fields import Parameter
from models import HandIn, Person
from rules.core import clock
from rules.lockers.lockers import apart, numbers
from rules.people import classes

_Returner = Person.alias("returner")
# Spelled as in the index, because SQLite compares the texts of the two.
_HELD = (SQL("brought = 'device'"), HandIn.returned_at.is_null())


class HandInRow(NamedTuple):
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


_of_day = prepared(row=HandInRow)(lambda: _query(_of_the_day()))
_of_pupil = prepared(row=HandInRow)(lambda: _query(_of_the_day(), HandIn.person == Parameter("person")))
_one = prepared(row=HandInRow)(lambda: _query(HandIn.id == Parameter("hand_in")))
_of_pupil_on = prepared(row=HandInRow)(
    lambda: _query(HandIn.person == Parameter("person"), HandIn.day == Parameter("day"))
)
_of_person = prepared(row=HandInRow)(lambda: _query(HandIn.person == Parameter("person"), *_HELD))


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


# --- Tiles --------------------------------------------------------------------------------------------------


RETURNED, UNDO = "returned", "undo"
TAPS = (*HandInOutcome, RETURNED, UNDO)


class Tile(NamedTuple):
    """A pupil at reception today. Times are in words; `more` tells pupils of one name apart.

    `row` is the newest of today, `before` the one of today that went back before it, where there is one. `here` are
    the ids of the devices that the school holds, `since` is the earliest day of those from before today; `back` are
    the ids of what went back last, `returned_by` is the id of who gave it back.
    """

    id: int
    name: str
    team: str
    more: str
    number: str
    row: int | None = None
    before: int | None = None
    brought: HandInOutcome | None = None
    by: int | None = None
    by_name: str = ""
    at: str = ""
    returned: str = ""
    returned_by: int | None = None
    returned_name: str = ""
    since: object = None
    here: tuple = ()
    back: tuple = ()

    @property
    def held(self):
        """Whether the school has a device of this pupil, of today or of an earlier day."""
        return bool(self.here)

    @property
    def went_back(self):
        """Whether the device that was handed in today has gone back: one of an earlier day does not tell."""
        return self.brought is HandInOutcome.DEVICE and self.row not in self.here

    @property
    def seen(self):
        """What a tap on this tile says it saw: it changes with everything that the tile shows."""
        here, back = ("".join(f"{sign}{row}" for row in rows) for sign, rows in (("h", self.here), ("r", self.back)))
        return f"{self.row or 0}{here}{back}"

    @property
    def taps(self):
        """What can be tapped. What went back today can be handed in again; another answer takes Undo."""
        brought = (HandInOutcome.DEVICE,) if self.went_back else () if self.brought else tuple(HandInOutcome)
        done = (RETURNED,) if self.held else ()
        return (*brought, *done, *((UNDO,) if self.row or self.back else ()))

    def tapped_so(self, actor, what, seen):
        """Whether this very tap of the actor, on a tile that showed `seen`, has made it what it is."""
        if what == RETURNED:
            before = self._replace(here=self.back, back=()).seen
            return bool(self.back) and self.returned_by == actor.id and seen.partition("r")[0] == before
        here = tuple(row for row in self.here if row != self.row)
        before = self._replace(row=self.before, here=here, back=()).seen
        answered = self.brought == what and not self.went_back
        return answered and self.by == actor.id and seen.partition("r")[0] == before


def tiles():
    """The tiles of every pupil by class and name."""
    rows = {}
    for row in of_today():
        rows.setdefault(row.person, []).append(row)
    return [filled(blank, rows.get(blank.id, ())) for blank in blanks()]


def blanks():
    """The tiles of every pupil as they are before anything is written down."""
    pupils, having = classes.pupils(), numbers(LockerArea.PUPILS)
    labels = apart(tuple(pupils))
    return [Tile(pupil.id, pupil.name, pupil.team, labels[pupil.id], having.get(pupil.id, "")) for pupil in pupils]


def filled(blank, rows):
    """A tile with what is written down: `rows` are those of its pupil that `of_today` reads."""
    *earlier, now = [row for row in rows if row.day == clock.today()] or [None]
    back = _went_back(rows, earlier, now)
    return blank._replace(
        **(_brought(now, earlier) if now else {}),
        **(_returned(back[0]) if back else {}),
        since=next((row.day for row in rows if row.held and row.day < clock.today()), None),
        here=tuple(row.id for row in rows if row.held),
        back=tuple(row.id for row in back),
    )


def _went_back(rows, earlier, now):
    """The rows that went back today with the last tap; none where something was handed in after it.

    What was handed in `earlier` today went back before `now` came, whatever the clock said, and all that went back
    together with it too.
    """
    before = {row.returned_at for row in earlier}
    last = max((row.returned_at for row in rows if row.returned_at and row.returned_at not in before), default=None)
    came_after = now and now.returned_at is None and last and now.at > last
    if last is None or came_after or clock.local(last).date() != clock.today():
        return []
    return [row for row in rows if row.returned_at == last]


def _brought(row, earlier):
    before = earlier[-1].id if earlier else None
    fields = {"row": row.id, "before": before, "brought": row.brought, "by": row.by, "by_name": row.by_name}
    return {**fields, "at": _time(row.at)}


def _returned(row):
    fields = {"returned_by": row.returned_by, "returned_name": row.returned_name}
    return {**fields, "returned": _time(row.returned_at)}


def _time(moment):
    return clock.format_time(clock.local(moment).time().replace(second=0, microsecond=0))
