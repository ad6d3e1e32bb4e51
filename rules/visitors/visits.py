"""Visits as they stand, for lists, forms and queries of exemptions (clauses 6.1, 6.5). Queries only."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared
from fields import Parameter
from models import Exemption, Person, Stay, Visit, Visitor
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import NotFound
from rules.people import staff


def here():
    """A stay of today that has not ended; none where nobody is here. It takes the parameter `day`.

    Somebody who was not signed out on an earlier day is not known to be here.
    """
    return (
        Stay.select(Stay.id)
        .where(Stay.visit == Exemption.visit, Stay.left_at.is_null(), Stay.day == Parameter("day"))
        .limit(1)
    )


def came():
    """A stay on the day asked about (`day`), ended or not; none where they did not come on that day."""
    return Stay.select(Stay.id).where(Stay.visit == Exemption.visit, Stay.day == Parameter("day")).limit(1)


def left(exemption=Exemption):
    """A stay on the last day of the exemption that has ended since it was asked for; none while there is none.

    Who signs out has no permission any more: whoever comes back on that day asks anew.
    """
    return (
        Stay.select(Stay.id)
        .where(Stay.visit == exemption.visit, Stay.day >= exemption.ends_on, Stay.left_at >= exemption.asked_at)
        .limit(1)
    )


# --- Visits -------------------------------------------------------------------------------------------------


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
    fields = row._asdict()
    active, cancelled = fields.pop("host_active"), fields.pop("cancelled_at")
    fields["host_name"] = staff.say(fields["host_name"], active)
    return Announced(**fields, cancelled=cancelled is not None)


_one = prepared(lambda: query(Visit.id == Parameter("visit")))


def one(visit):
    """A visit by id, whoever asks. Raises NotFound."""
    row = _one.one(visit=visit)
    if row is None:
        raise NotFound
    return read(row)


# --- For which visit a device may be asked for --------------------------------------------------------------


class Choice(NamedTuple):
    """A visit that can be chosen. Days and times are the school's; `host` is a person's id."""

    id: int
    name: str
    organisation: str
    host: int
    starts_on: dt.date
    ends_on: dt.date
    expected_at: dt.time | None
    expected_until: dt.time | None

    @property
    def label(self):
        """How to tell it apart from the others."""
        whom = f"{self.name}, {self.organisation}" if self.organisation else self.name
        return f"{whom}: {clock.format_span(self.starts_on, self.ends_on)}"

    def lasts(self, first, last):
        """Whether the visit goes on from one day to another."""
        return self.starts_on <= first and last <= self.ends_on


def _visits(*conditions):
    return (
        Visit.select(
            *(Visit.id, Visitor.name, Visitor.organisation, Visit.host.alias("host")),
            *(Visit.starts_on, Visit.ends_on, Visit.expected_at, Visit.expected_until),
        )
        .join(Visitor, on=(Visit.visitor == Visitor.id))
        .where(Visit.ends_on >= Parameter("day"), Visit.cancelled_at.is_null(), *conditions)
        .order_by(Visit.starts_on, Visitor.name, Visit.id)
    )


_mine = prepared(row=Choice)(
    lambda: _visits((Visit.host + 0 == Parameter("me")) | (Visit.announced_by + 0 == Parameter("me")))
)
_all = prepared(_visits, row=Choice)


def for_access(actor):
    """The visits from today on that this person hosts or announced, by id; reception's are all of them."""
    if actor.may(Permission.RECEIVE_VISITORS):
        rows = _all.rows(day=clock.today())
    elif actor.may(Permission.ANNOUNCE_VISITORS):
        rows = _mine.rows(day=clock.today(), me=actor.id)
    else:
        return {}
    return {row.id: row for row in rows}


def first_answers(actor, visit):
    """What a request for the visitor of a visit (an id) begins with, by field. Raises NotFound.

    The days and times are those of the visit; once its time has come, it is asked for from now on.
    """
    chosen = for_access(actor).get(visit)
    if chosen is None:
        raise NotFound
    here = clock.local(clock.now())
    now, expected = here.time().replace(second=0, microsecond=0), chosen.expected_at
    begun = chosen.starts_on <= here.date()
    return {
        "visit": str(visit),
        "starts_on": max(chosen.starts_on, here.date()),
        "ends_on": chosen.ends_on,
        "starts_at": max(now, expected or now) if begun else expected,
        "ends_at": chosen.expected_until,
    }
