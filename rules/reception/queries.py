"""Stays in the building as people read them. Queries only (clause 6.1)."""

import datetime as dt
from typing import NamedTuple

from models import Person, Stay, Tablet, Visit, Visitor
from rules.core import clock
from rules.people import staff

Host, CameBy, LeftBy = Person.alias("host_row"), Person.alias("came_by_row"), Person.alias("left_by_row")
CameTablet, LeftTablet = Tablet.alias("came_tablet_row"), Tablet.alias("left_tablet_row")


class StayView(NamedTuple):
    """One stay. `came_at` and `left_at` are aware, UTC; `day` is the school's. `carries` are kinds of device.

    `last_day` is the last day of the visit, `host` how the host is named. `came_by` and `left_by` name a person at
    reception or the tablet; `at_tablet`: they signed in there. `code` is what they sign out with at a tablet.
    """

    id: int
    visit: int
    visitor: int
    name: str
    organisation: str
    host: str
    purpose: str
    vehicle: str
    day: dt.date
    came_at: dt.datetime
    came_by: str
    at_tablet: bool
    code: str | None
    carries: tuple
    needs_device: bool
    left_at: dt.datetime | None
    left_by: str | None
    estimated: bool
    last_day: dt.date
    cancelled: bool

    @property
    def came(self):
        """When they came, on the school's clock."""
        return clock.format_time(clock.local(self.came_at).time())

    @property
    def left(self):
        """When they left, on the school's clock, with the day where it was a later one; None while they are here."""
        if self.left_at is None:
            return None
        there = clock.local(self.left_at)
        said = clock.format_time(there.time())
        return said if there.date() == self.day else f"{said} on {clock.format_short_date(there.date())}"

    @property
    def can_come_again(self):
        """Whether the same visit still goes on today, so that they can be signed in again."""
        return self.last_day >= clock.today() and not self.cancelled


def query(*conditions):
    """The stays for which the conditions hold, as a query without an order."""
    return (
        Stay.select(
            *(Stay.id, Stay.visit.alias("visit"), Visit.visitor.alias("visitor"), Visitor.name, Visitor.organisation),
            *(Host.name.alias("host_name"), Host.active.alias("host_active"), Visit.purpose, Visit.vehicle),
            *(Stay.day, Stay.came_at, CameBy.name.alias("came_by"), CameTablet.name.alias("came_tablet")),
            *(Stay.code, Stay.carries, Stay.needs_device),
            *(Stay.left_at, LeftBy.name.alias("left_by"), LeftTablet.name.alias("left_tablet"), Stay.estimated),
            *(Visit.ends_on, Visit.cancelled_at),
        )
        .join(Visit, on=(Stay.visit == Visit.id))
        .join(Visitor, on=(Visit.visitor == Visitor.id))
        .switch(Visit)
        .join(Host, on=(Visit.host == Host.id))
        .switch(Stay)
        .join(CameBy, "LEFT JOIN", on=(Stay.came_by == CameBy.id))
        .switch(Stay)
        .join(CameTablet, "LEFT JOIN", on=(Stay.came_tablet == CameTablet.id))
        .switch(Stay)
        .join(LeftBy, "LEFT JOIN", on=(Stay.left_by == LeftBy.id))
        .switch(Stay)
        .join(LeftTablet, "LEFT JOIN", on=(Stay.left_tablet == LeftTablet.id))
        .where(*conditions)
    )


def read(rows):
    """The rows of such a query, read."""
    return [_read(row) for row in rows]


def _read(row):
    fields = row._asdict()
    host, active = fields.pop("host_name"), fields.pop("host_active")
    last_day, cancelled = fields.pop("ends_on"), fields.pop("cancelled_at")
    came_tablet, left_tablet = fields.pop("came_tablet"), fields.pop("left_tablet")
    return StayView(
        **{
            **fields,
            "came_by": _who(row.came_by, came_tablet),
            "at_tablet": came_tablet is not None,
            "carries": tuple(row.carries),
            "left_by": _who(row.left_by, left_tablet),
            "last_day": last_day,
            "cancelled": cancelled is not None,
            "host": staff.say(host, active),
        }
    )


def _who(person, tablet):
    """Who signed a visitor in or out, by name; None where nobody has done so yet."""
    return f"the tablet {tablet}" if tablet else person
