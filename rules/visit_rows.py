"""Visits as they stand. Queries only (clause 6)."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from models import Person, Stay, Visit, Visitor
from rules import clock, staff

Host = Person.alias("host_row")


class Announced(NamedTuple):
    """A visit as it stands. Days and times are the school's, `host` is an id, `host_name` how the host is named.

    `came_on` is the day of the newest stay, and `here_since` that day if the visitor has not been signed out.
    """

    id: int
    visitor: int
    name: str
    organisation: str
    kind: str
    host: int
    host_name: str
    purpose: str
    vehicle: str
    starts_on: dt.date
    ends_on: dt.date
    expected_at: dt.time | None
    expected_until: dt.time | None
    announced_by: int
    revision: int
    cancelled: bool
    came_on: dt.date | None
    here_since: dt.date | None

    @property
    def over(self):
        """Whether its last day has passed."""
        return self.ends_on < clock.today()

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"visit:{self.id}"


def query(*conditions):
    """The visits for which the conditions hold, as a query: by day, then by time, those at no certain time last."""
    came_on = Stay.select(fn.MAX(Stay.day)).where(Stay.visit == Visit.id)
    here_since = Stay.select(Stay.day).where(Stay.visit == Visit.id, Stay.left_at.is_null())
    return (
        Visit.select(
            Visit.id,
            Visit.visitor.alias("visitor"),
            Visitor.name,
            Visitor.organisation,
            Visitor.kind,
            Visit.host.alias("host"),
            Host.name.alias("host_name"),
            Host.active.alias("host_active"),
            Visit.purpose,
            Visit.vehicle,
            Visit.starts_on,
            Visit.ends_on,
            Visit.expected_at,
            Visit.expected_until,
            Visit.announced_by.alias("announced_by"),
            Visit.revision,
            Visit.cancelled_at,
            came_on.alias("came_on"),
            here_since.alias("here_since"),
        )
        .join(Visitor, on=(Visit.visitor == Visitor.id))
        .switch(Visit)
        .join(Host, on=(Visit.host == Host.id))
        .where(*conditions)
        .order_by(Visit.starts_on, Visit.expected_at.is_null(), Visit.expected_at, Visitor.name, Visit.id)
    )


def read(row):
    """A row of such a query as a visit that people read."""
    told = row._asdict()
    active, cancelled = told.pop("host_active"), told.pop("cancelled_at")
    told["host_name"] = staff.say(told["host_name"], active)
    return Announced(**told, cancelled=cancelled is not None)
