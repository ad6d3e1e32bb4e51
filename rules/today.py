"""Today's list: who may use which device, where and when. Queries only, and never the reason (invariant 14)."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import NamedTuple

from database import prepared
from fields import Parameter, UtcField
from models import Exemption, Person, State
from rules import clock
from rules.changes import touched
from rules.exemption_kinds import KINDS

NOW, LATER, ENDED, ALL_DAY = "now", "later", "ended", "listed"


class Line(NamedTuple):
    """One line of the list: the database's own text, so that the same line is the same key of a cache."""

    id: int
    name: str
    team: str
    kind: str
    device_kind: str
    device: str
    zones: str
    starts_at: str
    ends_at: str
    ends_on: str
    conditions: str
    approved_by: str
    stopped: str
    when: str

    @property
    def kind_name(self):
        """The kind in words."""
        return KINDS[self.kind].name


@prepared
def _of_day():
    return (
        Exemption.select(
            Exemption.id,
            Person.name,
            Person.team,
            Exemption.kind,
            Exemption.device_kind,
            Exemption.device,
            Exemption.zones,
            Exemption.starts_at,
            Exemption.ends_at,
            Exemption.ends_on,
            Exemption.conditions,
            Exemption.approved_by,
            Exemption.stopped_at,
            Exemption.decided_at,
        )
        .join(Person, on=(Exemption.asker == Person.id))
        .where(
            Exemption.ends_on >= Parameter("day"),
            Exemption.starts_on <= Parameter("day"),
            Exemption.approved_by.is_null(False),
            Exemption.state.in_([State.APPROVED.value, State.REVOKED.value, State.WITHDRAWN.value]),
            Person.active == True,  # noqa: E712 (SQL)
        )
        .order_by(Exemption.starts_at, Person.name, Exemption.id)
    )


@dataclass(frozen=True)
class DayList:
    """The list of one day, in groups, and the token that says whether it has changed since."""

    day: dt.date
    lines: list
    token: str

    def group(self, when):
        """The lines of one group, in the order of time."""
        return [line for line in self.lines if line.when == when]


def list_of(day, zone="", name=""):
    """Everyone with an exemption in force on a day, by time; `zone` and a part of a `name` narrow it down."""
    before = touched()
    rows = _of_day.rows(day=day.isoformat())
    wanted, part = (f'"{zone}"' if zone else ""), name.casefold().strip()
    minute = f"{clock.local(clock.now()):%H:%M}"
    today = clock.today()
    ends = UtcField.spell(clock.day_bounds(day)[1])
    lines = []
    for row in rows:
        if (wanted and wanted not in row.zones) or (part and part not in row.name.casefold()):
            continue
        line = _line(row, day, today, minute) if _approved_by(ends, row) else None
        if line:
            lines.append(line)
    return DayList(day, lines, _token(before, rows, day, today, minute))


def _approved_by(ends, row):
    """Whether the approval was there before a day had ended. One that was revoked keeps only the later moment."""
    return row.decided_at < ends or bool(row.stopped_at and row.stopped_at <= row.decided_at)


def _line(row, day, today, minute):
    """The line of a row, or None when it had been stopped before that day or before it began on it."""
    stopped = ""
    if row.stopped_at:
        moment = clock.local(UtcField.read(row.stopped_at))
        if moment.date() < day or (moment.date() == day and f"{moment:%H:%M}" <= row.starts_at):
            return None
        stopped = f"{moment:%H:%M}" if moment.date() == day else ""
    return Line(*row[:-2], stopped, _when(row, day, today, minute, stopped))


def _when(row, day, today, minute, stopped):
    if day != today:
        return ALL_DAY
    if stopped or row.ends_at <= minute:
        return ENDED
    return NOW if row.starts_at <= minute else LATER


# --- Has the list changed? ----------------------------------------------------------------------------------


def _token(count, rows, day, today, minute):
    """A token that stays good until an exemption changes or the clock reaches the next line's start or end."""
    if day != today:
        return f"{count}.{today}.24:00"
    edges = (edge for row in rows for edge in (row.starts_at, row.ends_at) if edge > minute)
    return f"{count}.{today}.{min(edges, default='24:00')}"


def unchanged(token):
    """Whether a list with this token would look the same now. It costs one number from the database."""
    count, _, rest = token.partition(".")
    today, _, edge = rest.partition(".")
    here = clock.local(clock.now())
    return count == str(touched()) and today == f"{here:%Y-%m-%d}" and f"{here:%H:%M}" < edge


def device_words(line, policy):
    """The device of a line: its kind and which one."""
    kind = policy.devices.get(line.device_kind)
    return f"{kind['name']}: {line.device}" if kind else line.device


def place_words(line, policy):
    """The places of a line, by name."""
    return policy.zone_names(json.loads(line.zones))
