"""The morning and the afternoon at reception: pupils hand in their devices and get them back (clause 2.3).

Each pupil is a tile. A tap says what it saw (`Tile.seen`), so of two who tap the same the second changes nothing.
"""

from collections import Counter
from typing import NamedTuple

from database import writing
from enums import HandInOutcome, LockerArea
from models import HandIn
from rules import audit, clock, hand_in_rows, hand_in_tiles
from rules.changes import LOCKERS, touched
from rules.errors import Changed, Conflict, NotFound
from rules.hand_in_tiles import RETURNED, UNDO
from rules.roles import Permission

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
    seen, tiles = token(), hand_in_tiles.tiles()
    totals, done = (Counter(tile.team for tile in some) for some in (tiles, [t for t in tiles if t.brought]))
    teams = {name: (done[name], total) for name, total in totals.items()}
    if team is not None and team not in teams:
        raise NotFound
    return Morning(team, [tile for tile in tiles if team in {None, tile.team}], teams, seen)


def _blank_tile(actor, person):
    actor.must(Permission.RECEIVE_DEVICES)
    blank = next((tile for tile in hand_in_tiles.blanks() if tile.id == person), None)
    if blank is None:
        raise NotFound
    return blank


def holds(person):
    """Whether the school has a device that somebody (by id) handed in."""
    return bool(hand_in_rows.held_of(person))


# --- Tapping ------------------------------------------------------------------------------------------------


def tap(actor, person, day, what, seen):
    """Write down one tap on a pupil's tile; returns the tile as it is then.

    `day` is the one of the page, `what` one of `hand_in_tiles.TAPS`, `seen` what the tapped tile showed. Raises
    Conflict for a page of yesterday, Changed where somebody was first, NotFound for who is no pupil.
    """
    if day != clock.today():
        raise Conflict(f"This page is of {clock.say_date(day)}. Load it again: it is {clock.say_date(clock.today())}.")
    with writing():
        blank = _blank_tile(actor, person)
        tile = hand_in_tiles.filled(blank, hand_in_rows.of_today(person))
        if tile.tapped_so(actor, what, seen):
            return tile  # the same tap twice
        if tile.seen != seen or what not in tile.taps:
            raise Changed("Somebody was first. Your tap changed nothing.", tile)
        _write(actor, tile, what)
        return hand_in_tiles.filled(blank, hand_in_rows.of_today(person))


def _write(actor, tile, what):
    if what == RETURNED:
        moment = clock.now()  # one for all: by it Undo knows what went back together
        for row in hand_in_rows.held_of(tile.id):
            hand_back(actor, row, moment)
    elif what == UNDO:
        _undo(actor, tile)
    else:
        _bring(actor, tile.id, HandInOutcome(what))


def _bring(actor, person, brought):
    told = {"person": person, "area": LockerArea.PUPILS.value, "day": clock.today(), "brought": brought.value}
    kept = HandIn.insert(**told, by=actor.id, at=clock.now()).execute()
    audit.record(BROUGHT_EVENTS[brought], actor=actor.id, person=person, about=f"hand-in:{kept}")


def hand_back(actor, row, moment, to=""):
    """Write down that a held device went back at a moment, in the caller's transaction; whether nobody did so before.

    `to` says to whom, where somebody fetched it in the pupil's place.
    """
    giving = HandIn.update(returned_at=moment, returned_by=actor.id, returned_to=to)
    if not giving.where(HandIn.id == row.id, HandIn.returned_at.is_null(), HandIn.undone_at.is_null()).execute():
        return False
    event = "hand-in-fetched" if to else "hand-in-returned"
    audit.record(event, actor=actor.id, person=row.person, about=row.record)
    return True


def _undo(actor, tile):
    """Take the last tap back: what went back is here again, or what was brought today was never written down."""
    if tile.back:
        HandIn.update(returned_at=None, returned_by=None, returned_to="").where(HandIn.id.in_(tile.back)).execute()
        for row in tile.back:
            audit.record("return-undone", actor=actor.id, person=tile.id, about=f"hand-in:{row}")
        return
    HandIn.update(undone_at=clock.now(), undone_by=actor.id).where(HandIn.id == tile.row).execute()
    what = UNDONE_WORDS[tile.brought]
    audit.record("hand-in-undone", actor=actor.id, person=tile.id, about=f"hand-in:{tile.row}", what=what)
