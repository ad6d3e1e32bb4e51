"""An exemption as it stands: read from its row, found by id, and what can be computed of it from the clock."""

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

from database import prepared
from fields import Parameter, UtcField
from models import Exemption, Person, Role, RoleGrant, State
from rules import clock
from rules.actors import held_today
from rules.exemption_checks import Request
from rules.exemption_kinds import KINDS
from rules.roles import NotFound


@dataclass(frozen=True)
class Case:
    """An exemption as it stands. Days and times are the school's; moments are aware, UTC."""

    id: int
    kind: object
    state: State
    revision: int
    asker: int
    asker_name: str
    asker_team: str
    asker_is_head: bool
    asker_active: bool
    device_kind: str
    device: str
    purpose: str
    reason: str
    zones: tuple
    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time
    conditions: str
    approved_by: str | None
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    stopped_at: dt.datetime | None

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"exemption:{self.id}"

    @cached_property
    def request(self):
        """What was asked for."""
        return Request(
            self.device_kind,
            self.device,
            self.purpose,
            self.reason,
            self.zones,
            self.starts_on,
            self.ends_on,
            self.starts_at,
            self.ends_at,
        )

    @property
    def over(self):
        """Whether the last minute of its window has passed."""
        return clock.at(self.ends_on, self.ends_at) <= clock.now()

    @property
    def in_force(self):
        """Whether it permits use at this moment: approved, its asker here, the day and the time inside its window."""
        here = clock.local(clock.now())
        return (
            self.state is State.APPROVED
            and self.asker_active
            and self.starts_on <= here.date() <= self.ends_on
            and self.starts_at <= here.time() < self.ends_at
        )

    @property
    def standing(self):
        """Where it stands now, as one word or two for a tag."""
        if self.state is State.SUBMITTED:
            return "waiting"
        if self.state is not State.APPROVED:
            return self.state.value
        if self.over:
            return "ended"
        return "in force" if self.in_force else "approved"


def _asker_is_head():
    return (
        RoleGrant.select(RoleGrant.id)
        .where(
            RoleGrant.person == Exemption.asker,
            RoleGrant.role == Role.HEADTEACHER.value,
            held_today(RoleGrant, Parameter("day")),
        )
        .limit(1)
    )


def cases(*conditions, order=()):
    """A query of exemptions with their askers, for `prepared`; read its rows with `case_of`."""
    return (
        Exemption.select(
            Exemption.id,
            Exemption.kind,
            Exemption.state,
            Exemption.revision,
            Exemption.asker.alias("asker"),
            Person.name.alias("asker_name"),
            Person.team.alias("asker_team"),
            _asker_is_head().alias("asker_is_head"),
            Person.active.alias("asker_active"),
            Exemption.device_kind,
            Exemption.device,
            Exemption.purpose,
            Exemption.reason,
            Exemption.zones,
            Exemption.starts_on,
            Exemption.ends_on,
            Exemption.starts_at,
            Exemption.ends_at,
            Exemption.conditions,
            Exemption.approved_by,
            Exemption.asked_at,
            Exemption.decided_at,
            Exemption.stopped_at,
        )
        .join(Person, on=(Exemption.asker == Person.id))
        .where(*conditions)
        .order_by(*order)
    )


def _moment(text):
    return text and UtcField.read(text)


@lru_cache(maxsize=1024)
def case_of(row):
    """A row of `cases` with the types people think in. The same row is the same case, so it is read once."""
    day, time, moment = dt.date.fromisoformat, dt.time.fromisoformat, _moment
    return Case(
        *(row.id, KINDS[row.kind], State(row.state), row.revision),
        *(row.asker, row.asker_name, row.asker_team, row.asker_is_head is not None, bool(row.asker_active)),
        *(row.device_kind, row.device, row.purpose, row.reason, tuple(json.loads(row.zones))),
        *(day(row.starts_on), day(row.ends_on), time(row.starts_at), time(row.ends_at)),
        *(
            row.conditions,
            row.approved_by,
            moment(row.asked_at),
            moment(row.decided_at),
            moment(row.stopped_at),
        ),
    )


@prepared
def _one():
    return cases(Exemption.id == Parameter("id"))


@prepared
def _mine():
    return cases(
        Exemption.asker == Parameter("asker"),
        Exemption.ends_on >= Parameter("since"),
        order=(Exemption.starts_on.desc(), Exemption.id.desc()),
    ).limit(Parameter("limit"))


def find(exemption):
    """An exemption by id, for those who have already been allowed; raises NotFound."""
    # An id beyond SQLite's integers cannot exist, and must not reach the database.
    row = _one.one(id=exemption, day=clock.today().isoformat()) if 0 < exemption < 2**63 else None
    if row is None:
        raise NotFound
    return case_of(row)


def mine(actor, since=None, limit=100):
    """The exemptions a person asked for, newest first; `since` leaves out what ended before that day."""
    first = since.isoformat() if since else ""
    rows = _mine.rows(asker=actor.id, since=first, limit=limit, day=clock.today().isoformat())
    return [case_of(row) for row in rows]


def find_own(actor, exemption):
    """An exemption of the person's own, for changing it. Strangers get NotFound."""
    case = find(exemption)
    if case.asker != actor.id:
        raise NotFound
    return case
