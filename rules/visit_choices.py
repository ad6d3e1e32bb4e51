"""For which visits somebody may ask that a visitor uses a device: the list that the form offers (clause 6.5)."""

import datetime as dt
from typing import NamedTuple

from database import prepared
from fields import Parameter
from models import Visit, Visitor
from rules import clock
from rules.errors import NotFound
from rules.roles import Permission


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
        return f"{whom}: {clock.say_span(self.starts_on, self.ends_on)}"

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
