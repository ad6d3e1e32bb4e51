"""The regular visitors of the last days, and what one of them has accepted: what those read who read the log (6.4)."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared
from fields import Parameter
from models import Person, Stay, Tablet, Visit, Visitor, VisitorAcknowledgement
from rules import clock, regular_days, regulars
from rules.obligations import policy_in_force
from rules.regulars import among, came, numbers
from rules.roles import Permission


class Regular(NamedTuple):
    """Somebody who comes regularly. `id` is the entry that counts, `times` on how many of the last days they came.

    `long`: it is for a visit of several days. `last` is the school's day, `owes` whether they have yet to accept the
    fuller text in force.
    """

    id: int
    name: str
    organisation: str
    times: int
    long: bool
    last: dt.date
    owes: bool


class Accepted(NamedTuple):
    """The fuller text of a version of the policy, accepted at a moment (aware, UTC), `by` whom it was shown."""

    version: int
    at: dt.datetime
    by: str


class Standing(NamedTuple):
    """How one visitor stands: since which day they are regular, or None; what they accepted, the newest first."""

    since: dt.date | None
    accepted: tuple
    owes: bool


# --- All of the last days -----------------------------------------------------------------------------------

_came = prepared(came)
_names = prepared(
    lambda: (
        Visitor.select(Visitor.id, Visitor.name, Visitor.organisation)
        .where(Visitor.id.in_(among("people")))
        .order_by(Visitor.name_key, Visitor.id)
    )
)


def of_last_days(actor):
    """The regular visitors of the last days, those who owe the fuller text first, then by name."""
    actor.must(Permission.READ_VISITOR_LOG)
    needed, today = numbers(), clock.today()
    rows = _came.rows(today=today, first=regular_days.first_of(today, needed))
    found = {row.person: row for row in rows if row.long or row.before + row.today >= needed.visits}
    accepted = regulars.accepted(found)
    named = _names.rows(people=sorted(found))
    listed = [_regular(row, found[row.id], row.id not in accepted) for row in named]
    return sorted(listed, key=lambda each: not each.owes)


def _regular(named, came, owes):
    return Regular(*named, came.before + came.today, came.long, came.last, owes)


# --- One of them --------------------------------------------------------------------------------------------


def _of_one():
    return (Visitor.id == Parameter("person")) | (Visitor.same_as == Parameter("person"))


@prepared
def _days():
    return (
        Stay.select(Stay.day, fn.MAX(Visit.starts_on < Visit.ends_on).alias("long"))
        .join(Visit)
        .where(Visit.visitor.in_(Visitor.select(Visitor.id).where(_of_one())))
        .group_by(Stay.day)
        .order_by(Stay.day)
    )


@prepared
def _accepted():
    return (
        VisitorAcknowledgement.select(
            VisitorAcknowledgement.version.alias("version"),
            VisitorAcknowledgement.at,
            Person.name.alias("by"),
            Tablet.name.alias("tablet"),
        )
        .join(Visitor)
        .switch(VisitorAcknowledgement)
        .join(Person, "LEFT JOIN", on=(VisitorAcknowledgement.taken_by == Person.id))
        .switch(VisitorAcknowledgement)
        .join(Tablet, "LEFT JOIN", on=(VisitorAcknowledgement.tablet == Tablet.id))
        .where(_of_one())
        .order_by(VisitorAcknowledgement.id.desc())
    )


def of_visitor(actor, visitor):
    """How a visitor stands, by the entry (an id) that counts."""
    actor.must(Permission.READ_VISITOR_LOG)
    days = [(row.day, row.long) for row in _days.rows(person=visitor)]
    since = regular_days.since([day for day, _ in days], [day for day, long in days if long], clock.today(), numbers())
    accepted = tuple(map(_read, _accepted.rows(person=visitor)))
    owes = since is not None and policy_in_force().version not in {each.version for each in accepted}
    return Standing(since, accepted, owes)


def _read(row):
    return Accepted(row.version, row.at, f"the tablet {row.tablet}" if row.tablet else row.by)
