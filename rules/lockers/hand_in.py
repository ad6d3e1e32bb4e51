"""The morning and the afternoon at reception: pupils hand in their devices and get them back (clause 2.3).

Each pupil is a tile. A tap says what it saw (`Tile.seen`), so of two who tap the same the second changes nothing.
"""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from database import writing
from enums import HandInOutcome, LockerArea
from models import HandIn
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.changes import LOCKERS, touched
from rules.core.errors import Changed, Conflict, Invalid, NotFound
from rules.core.text import one_line, text_error
from rules.lockers import tiles as locker_tiles
from rules.lockers.lockers import numbers, without
from rules.lockers.tiles import RETURNED, UNDO
from rules.people import classes
from rules.policy.in_force import policy_in_force

BROUGHT_EVENTS = {
    HandInOutcome.DEVICE: "device-handed-in",
    HandInOutcome.NOTHING: "device-not-brought",
    HandInOutcome.ABSENT: "pupil-absent",
}
UNDONE_WORDS = {
    HandInOutcome.DEVICE: "handed in",
    HandInOutcome.NOTHING: "nothing today",
    HandInOutcome.ABSENT: "absent",
}
if not BROUGHT_EVENTS.keys() == UNDONE_WORDS.keys() == set(HandInOutcome):
    raise AssertionError("every way to come needs its event and its words")


class Morning(NamedTuple):
    """The page of a class, or of everybody: its tiles, and of each class how many are done and how many there are."""

    team: str | None
    tiles: list
    teams: dict
    token: str

    def count(self, *brought):
        """How many of these pupils came so today; None stands for those nobody has asked yet."""
        return sum(tile.brought in brought for tile in self.tiles)

    @property
    def held(self):
        """Of how many of these pupils the school has a device."""
        return sum(tile.held for tile in self.tiles)


# --- Reading ------------------------------------------------------------------------------------------------


def token():
    """What stays the same as long as the morning page does: the counts of changes, and the day."""
    return f"{touched()}.{touched(LOCKERS)}.{clock.today()}"


def unchanged(seen):
    """Whether a page with this token would look the same now."""
    return seen == token()


def morning(actor, team=None):
    """The page of a class by name, or of every pupil. It takes a fixed number of queries. Raises NotFound."""
    actor.must(Permission.RECEIVE_DEVICES)
    seen, tiles = token(), locker_tiles.tiles()
    totals, done = (Counter(tile.team for tile in some) for some in (tiles, [t for t in tiles if t.brought]))
    teams = {name: (done[name], total) for name, total in totals.items()}
    if team is not None and team not in teams:
        raise NotFound
    return Morning(team, [tile for tile in tiles if team in {None, tile.team}], teams, seen)


def _blank_tile(actor, person):
    actor.must(Permission.RECEIVE_DEVICES)
    blank = next((tile for tile in locker_tiles.blanks() if tile.id == person), None)
    if blank is None:
        raise NotFound
    return blank


def holds(person):
    """Whether the school has a device that somebody (by id) handed in."""
    return bool(locker_tiles.held_of(person))


# --- Tapping ------------------------------------------------------------------------------------------------


def tap(actor, person, day, what, seen):
    """Write down one tap on a pupil's tile; returns the tile as it is then.

    `day` is the one of the page, `what` one of `tiles.TAPS`, `seen` what the tapped tile showed. Raises
    Conflict for a page of yesterday, Changed where somebody was first, NotFound for somebody who is no pupil.
    """
    if day != clock.today():
        raise Conflict(
            f"This page is of {clock.format_date(day)}. Load it again: it is {clock.format_date(clock.today())}."
        )
    with writing():
        blank = _blank_tile(actor, person)
        tile = locker_tiles.filled(blank, locker_tiles.of_today(person))
        if tile.tapped_so(actor, what, seen):
            return tile  # the same tap twice
        if tile.seen != seen or what not in tile.taps:
            raise Changed("Somebody was first. Your tap changed nothing.", tile)
        _write(actor, tile, what)
        return locker_tiles.filled(blank, locker_tiles.of_today(person))


def _write(actor, tile, what):
    if what == RETURNED:
        moment = clock.now()  # one for all: by it Undo knows what went back together
        for row in locker_tiles.held_of(tile.id):
            hand_back(actor, row, moment)
    elif what == UNDO:
        _undo(actor, tile)
    else:
        _bring(actor, tile.id, HandInOutcome(what))


def _bring(actor, person, brought):
    columns = {"person": person, "area": LockerArea.PUPILS.value, "day": clock.today(), "brought": brought.value}
    hand_in = HandIn.insert(**columns, by=actor.id, at=clock.now()).execute()
    record(BROUGHT_EVENTS[brought], actor=actor.id, person=person, about=f"hand-in:{hand_in}")


def hand_back(actor, row, moment, to=""):
    """Write down that a held device went back at a moment, in the caller's transaction; whether nobody did so before.

    `to` says to whom, where somebody fetched it in the pupil's place.
    """
    giving = HandIn.update(returned_at=moment, returned_by=actor.id, returned_to=to)
    if not giving.where(HandIn.id == row.id, HandIn.returned_at.is_null(), HandIn.undone_at.is_null()).execute():
        return False
    event = "hand-in-fetched" if to else "hand-in-returned"
    record(event, actor=actor.id, person=row.person, about=row.record)
    return True


def _undo(actor, tile):
    """Take the last tap back: what went back is here again, or what was brought today was never written down."""
    if tile.back:
        HandIn.update(returned_at=None, returned_by=None, returned_to="").where(HandIn.id.in_(tile.back)).execute()
        for row in tile.back:
            record("return-undone", actor=actor.id, person=tile.id, about=f"hand-in:{row}")
        return
    HandIn.update(undone_at=clock.now(), undone_by=actor.id).where(HandIn.id == tile.row).execute()
    what = UNDONE_WORDS[tile.brought]
    record("hand-in-undone", actor=actor.id, person=tile.id, about=f"hand-in:{tile.row}", what=what)


# --- After the queue ----------------------------------------------------------------------------------------


LONGEST_TO = 80


class Held(NamedTuple):
    """A device that was handed in: the row, whose it is, and the number of the locker.

    `belongs`: they are still at the school; `absent`: it was written down that they are not here today.
    """

    row: locker_tiles.HandInRow
    label: str
    number: str
    belongs: bool
    absent: bool


class Lists(NamedTuple):
    """The lists as they are now. A device stands in the first of the last four that it fits."""

    no_locker: list
    not_yet: list
    left: list
    absent: list
    not_returned: list
    here: list


def lists(actor):
    """All lists at once, in a fixed number of queries."""
    actor.must(Permission.KEEP_LOCKERS)
    rows, pupils = locker_tiles.of_today(), classes.pupils()
    asked, absent = {row.person for row in rows if row.day == clock.today()}, _absent(rows)
    labels, having = classes.labels(pupils), numbers(LockerArea.PUPILS)
    held = [_read(row, labels, having, absent) for row in rows if row.held]
    came, late_from = [device for device in held if device.belongs and not device.absent], _late_from()
    return Lists(
        no_locker=without(LockerArea.PUPILS),
        not_yet=[pupil for pupil in pupils if pupil.id not in asked],
        left=[device for device in held if not device.belongs],
        absent=[device for device in held if device.belongs and device.absent],
        not_returned=[device for device in came if device.row.day < late_from],
        here=[device for device in came if device.row.day >= late_from],
    )


def _absent(rows):
    """Who was written down as absent today, by id."""
    return {row.person for row in rows if row.day == clock.today() and row.brought is HandInOutcome.ABSENT}


def _read(row, labels, having, absent):
    label = labels.get(row.person) or ", ".join(filter(None, (row.name, row.team)))
    return Held(row, label, having.get(row.person, ""), row.person in labels, row.person in absent)


def _late_from():
    """The first day whose devices need not have gone back yet: today, or tomorrow once pupils have gone home."""
    gone_home = clock.local(clock.now()).time() >= policy_in_force().pupils_leave
    return clock.today() + dt.timedelta(days=gone_home)


def left_over(actor):
    """How many devices wait since an earlier day or for a parent: 0 for those who do not keep them."""
    if not actor.may(Permission.KEEP_LOCKERS):
        return 0
    held = [row for row in locker_tiles.of_today() if row.held]
    here = {pupil.id for pupil in classes.pupils()} if held else set()
    return sum(row.day < clock.today() or row.person not in here for row in held)


# --- One device ---------------------------------------------------------------------------------------------


def find(actor, hand_in):
    """A device that was handed in, by the id of its row: for the receipt, and for who fetches it. Raises NotFound."""
    actor.must(Permission.KEEP_LOCKERS)
    row = locker_tiles.one(hand_in)
    if row is None or row.brought is not HandInOutcome.DEVICE:
        raise NotFound
    absent = _absent(locker_tiles.of_today(row.person))
    return _read(row, classes.labels(classes.pupils()), numbers(LockerArea.PUPILS), absent)


def of_day(actor, person, day):
    """The devices that a pupil (by id) handed in on a day, the earliest first: a row for each time."""
    actor.must(Permission.KEEP_LOCKERS)
    return [row for row in locker_tiles.of_day(person, day) if row.brought is HandInOutcome.DEVICE]


def validate(current, to):
    """What keeps a device from being given back, as {field: message}."""
    if error := text_error(to, LONGEST_TO):
        return {"returned_to": error}
    if to or (current.belongs and not current.absent):
        return {}
    why = "is absent today" if current.belongs else "has left the school"
    return {"returned_to": f"{current.row.name} {why}. Say who fetches it, such as “mother”"}


def give(actor, hand_in, returned_to=""):
    """Give a held device back; `returned_to` says who fetches it (clause 5.12c).

    It must for a pupil who has left or is absent today. Raises Conflict where somebody has done so, Invalid with the
    problem by field.
    """
    with writing():
        current, to = find(actor, hand_in), one_line(returned_to)
        if errors := validate(current, to):
            raise Invalid(errors)
        if not hand_back(actor, current.row, clock.now(), to):
            when = clock.format_moment(current.row.returned_at)
            raise Conflict(f"{current.row.returned_name} has given it back already, at {when}.")
        return current
