"""The tile of a pupil at reception: what was brought today, what is here, and what went back last (clause 2.3)."""

from dataclasses import dataclass, replace

from models import Area, Brought
from rules import classes, clock, hand_in_rows
from rules.lockers import apart, numbers

RETURNED, UNDO = "returned", "undo"
TAPS = (*Brought, RETURNED, UNDO)


@dataclass(frozen=True)
class Tile:
    """A pupil at reception today. Times are in words; `more` tells pupils of one name apart.

    `here` are the ids of the devices that the school holds, `since` is the earliest day of those from before today;
    `back` are the ids of what went back last, `returned_by` is the id of who gave it back.
    """

    id: int
    name: str
    team: str
    more: str
    number: str
    row: int | None = None
    brought: Brought | None = None
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
        return self.brought is Brought.DEVICE and self.row not in self.here

    @property
    def seen(self):
        """What a tap on this tile says it saw: it changes with everything that the tile shows."""
        here, back = ("".join(f"{sign}{row}" for row in rows) for sign, rows in (("h", self.here), ("r", self.back)))
        return f"{self.row or 0}{here}{back}"

    @property
    def taps(self):
        """What can be tapped."""
        brought = () if self.brought else tuple(Brought)
        done = (RETURNED,) if self.held else ()
        return (*brought, *done, *((UNDO,) if self.row or self.back else ()))

    def tapped_so(self, actor, what, seen):
        """Whether it is as it is because the actor has made this very tap, on a tile that showed `seen`."""
        if what == RETURNED:
            before = replace(self, here=self.back, back=()).seen
            return bool(self.back) and self.returned_by == actor.id and seen.partition("r")[0] == before
        return self.brought == what and self.by == actor.id


def tiles():
    """The tiles of every pupil by class and name."""
    rows = {}
    for row in hand_in_rows.of_today():
        rows.setdefault(row.person, []).append(row)
    return [filled(blank, rows.get(blank.id, ())) for blank in blanks()]


def blanks():
    """The tiles of every pupil as they are before anything is written down."""
    pupils, having = classes.pupils(), numbers(Area.PUPILS)
    told = apart(tuple(pupils))
    return [Tile(pupil.id, pupil.name, pupil.team, told[pupil.id], having.get(pupil.id, "")) for pupil in pupils]


def filled(blank, rows):
    """A tile with what is written down: `rows` are those of its pupil that `hand_in_rows.of_today` reads."""
    now = next((row for row in rows if row.day == clock.today()), None)
    back = _went_back(rows, now)
    return replace(
        blank,
        **(_brought(now) if now else {}),
        **(_returned(back[0]) if back else {}),
        since=next((row.day for row in rows if row.held and row.day < clock.today()), None),
        here=tuple(row.id for row in rows if row.held),
        back=tuple(row.id for row in back),
    )


def _went_back(rows, now):
    """The rows that went back today with the last tap; none where something was handed in after it."""
    last = max((row.returned_at for row in rows if row.returned_at), default=None)
    if last is None or clock.local(last).date() != clock.today() or (now and now.at > last):
        return []
    return [row for row in rows if row.returned_at == last]


def _brought(row):
    told = {"row": row.id, "brought": row.brought, "by": row.by, "by_name": row.by_name}
    return {**told, "at": _time(row.at)}


def _returned(row):
    told = {"returned_by": row.returned_by, "returned_name": row.returned_name}
    return {**told, "returned": _time(row.returned_at)}


def _time(moment):
    return clock.say_time(clock.local(moment).time().replace(second=0, microsecond=0))
