"""One's locker: staff say when their device is in it (clauses 2.4, 4.1), pupils see whether theirs is here (2.3)."""

import datetime as dt
from typing import NamedTuple

from peewee import JOIN

from database import prepared, writing
from enums import HandInOutcome, LockerArea, Role
from fields import Parameter
from models import HandIn, Locker, LockerUse, Person
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict
from rules.lockers import tiles
from rules.lockers.lockers import numbers, staff_direct
from rules.site import status

NO_LOCKER = "You have no locker yet. Ask the office for one."
NOTHING_CHANGED = "Nothing was changed."
STILL_ON_SITE = (
    "Pupils are on site, so your device stays in your locker in the staff room until all of them have left "
    "(clause 4.1)."
)


class OwnLocker(NamedTuple):
    """Somebody's locker and their device today. `row` is the id of what was written down last today.

    `came`, `again` and `went` are moments (aware, UTC) or None: when the device first came into the locker, when it
    last came back after it had been taken out, and when it was taken out, where it is out now. `starts` is the
    beginning of their contracted hours, on the school's clock. `since` is for pupils: the day from which the school
    has their device.
    """

    area: LockerArea
    number: str
    name: str = ""
    team: str = ""
    starts: dt.time | None = None
    row: int | None = None
    came: dt.datetime | None = None
    again: dt.datetime | None = None
    went: dt.datetime | None = None
    since: dt.date | None = None

    @property
    def late(self):
        """By how many minutes the device came after the contracted hours had begun; 0 where it was in time."""
        if self.came is None or self.starts is None:
            return 0
        return max(_minutes(clock.local(self.came).time()) - _minutes(self.starts), 0)

    @property
    def came_words(self):
        """When the device came into the locker, and by how much that was too late.

        >>> came = dt.datetime(2026, 11, 23, 8, 1, tzinfo=dt.UTC)
        >>> OwnLocker(LockerArea.STAFF, "7", starts=dt.time(8), came=came).came_words
        '8:01am, 1 minute late'
        """
        late = f", {self.late} {'minute' if self.late == 1 else 'minutes'} late" if self.late else ""
        return _say(self.came) + late

    @property
    def again_words(self):
        """When the device last came back into the locker."""
        return _say(self.again)

    @property
    def went_words(self):
        """When the device was taken out."""
        return _say(self.went)

    @property
    def inside(self):
        """Whether the device is in the locker now."""
        return self.came is not None and self.went is None

    @property
    def seen(self):
        """What a tap says it saw: what was written down today, and whether the device was in the locker."""
        return f"{self.row or 0}.{'in' if self.inside else 'out'}"


def _say(moment):
    return clock.format_time(clock.local(moment).time().replace(second=0, microsecond=0))


def _minutes(time):
    return time.hour * 60 + time.minute


# --- My page ------------------------------------------------------------------------------------------------


@prepared
def _staff_rows():
    return (
        HandIn.select(HandIn.id, HandIn.person, HandIn.at, HandIn.returned_at)
        .where(HandIn.day == Parameter("day"), HandIn.area == LockerArea.STAFF.value, HandIn.undone_at.is_null())
        .order_by(HandIn.id)
    )


@prepared
def _own():
    today = (
        (HandIn.person == Person.id)
        & (HandIn.day == Parameter("day"))
        & (HandIn.area == LockerArea.STAFF.value)
        & HandIn.undone_at.is_null()
    )
    return (
        Person.select(Person.starts_work_at, Locker.area, Locker.number, HandIn.id, HandIn.at, HandIn.returned_at)
        .join(LockerUse, JOIN.LEFT_OUTER, on=(LockerUse.person == Person.id) & LockerUse.ended_at.is_null())
        .join(Locker, JOIN.LEFT_OUTER, on=(LockerUse.locker == Locker.id))
        .join(HandIn, JOIN.LEFT_OUTER, on=today)
        .where(Person.id == Parameter("person"))
        .order_by(HandIn.id)
    )


def own(actor):
    """One's own locker, for pupils and for staff who work directly with children; None for everybody else."""
    if not actor.holds(Role.PUPIL, Role.STAFF_DIRECT):
        return None
    rows = _own.rows(person=actor.id, day=clock.today())
    row = rows[-1]
    if actor.holds(Role.PUPIL):
        held = tiles.held_of(actor.id)
        return OwnLocker(
            LockerArea.PUPILS, row.number or "", came=held[0].at if held else None, since=held[0].day if held else None
        )
    details = (row.number or "", actor.name, actor.team, row.starts_work_at)
    return OwnLocker(LockerArea.STAFF, *details, **_times(rows if row.id else ()))


def _times(rows):
    """What the rows of a person and a day say, the oldest first: a row for each time the device came in."""
    if not rows:
        return {}
    first, last = rows[0], rows[-1]
    return {
        "row": last.id,
        "came": first.at,
        "again": last.at if last is not first else None,
        "went": last.returned_at,
    }


# --- One tap ------------------------------------------------------------------------------------------------


# Each tap says the `day` of its page and what that showed, `OwnLocker.seen`. Raises Conflict where it is no longer so.


def _of_today(actor, day):
    if day != clock.today():
        raise Conflict(
            f"This page was opened on {clock.format_date(day)}. Now it is {clock.format_date(clock.today())}. "
            f"{NOTHING_CHANGED}"
        )
    return own(actor)


def _must_be_as_seen(current, seen):
    if current.seen != seen:
        raise Conflict(f"You have tapped meanwhile: your page now shows how it stands. {NOTHING_CHANGED}")


def put_in(actor, day, seen):
    """Record that one's device is in one's locker. The same tap twice is one. Raises Conflict also without a locker."""
    actor.must(Permission.USE_OWN_LOCKER)
    with writing():
        current = _of_today(actor, day)
        if not current.number:
            raise Conflict(NO_LOCKER)
        if current.inside:
            return
        _must_be_as_seen(current, seen)
        columns = {
            "person": actor.id,
            "area": LockerArea.STAFF.value,
            "day": clock.today(),
            "brought": HandInOutcome.DEVICE.value,
        }
        _note(actor, "own-device-in", HandIn.insert(**columns, by=actor.id, at=clock.now()).execute())


def _note(actor, event, row, **more):
    record(event, actor=actor.id, person=actor.id, about=f"hand-in:{row}", **more)


def take_out(actor, day, seen):
    """Record that it was taken out. Raises Conflict while pupils are on site, and where it is not in the locker."""
    actor.must(Permission.USE_OWN_LOCKER)
    with writing():
        current = _of_today(actor, day)
        if not current.inside:
            raise Conflict(f"Your device is not in your locker. {NOTHING_CHANGED}")
        _must_be_as_seen(current, seen)
        if pupils_on_site():
            raise Conflict(STILL_ON_SITE)
        HandIn.update(returned_at=clock.now(), returned_by=actor.id).where(HandIn.id == current.row).execute()
        _note(actor, "own-device-out", current.row)


def pupils_on_site():
    """Whether pupils are on site now, as the office has said it or as is assumed."""
    return status.status().pupils_on_site


def undo(actor, day, seen):
    """Take back the last tap of today. Raises Conflict where there is none."""
    actor.must(Permission.USE_OWN_LOCKER)
    with writing():
        current = _of_today(actor, day)
        if not current.row:
            raise Conflict("There is nothing to take back today.")
        _must_be_as_seen(current, seen)
        if current.went:
            HandIn.update(returned_at=None, returned_by=None).where(HandIn.id == current.row).execute()
        else:
            HandIn.update(undone_at=clock.now(), undone_by=actor.id).where(HandIn.id == current.row).execute()
        _note(actor, "own-device-undone", current.row, what="out" if current.went else "in")


# --- Everybody's today --------------------------------------------------------------------------------------


def rows_of_staff():
    """What staff have said today, by their ids: a row for each time the device came in, the oldest first."""
    rows = {}
    for row in _staff_rows.rows(day=clock.today()):
        rows.setdefault(row.person, []).append(row)
    return rows


def staff_today(actor):
    """The staff who work directly with children, by name: where their devices are today."""
    actor.must(Permission.KEEP_LOCKERS)
    having, rows = numbers(LockerArea.STAFF), rows_of_staff()
    return [
        OwnLocker(
            *(LockerArea.STAFF, having.get(person.id, ""), person.name, person.team),
            person.starts_work_at,
            **_times(rows.get(person.id, ())),
        )
        for person in staff_direct()
    ]
