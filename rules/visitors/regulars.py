"""Regular visitors: who is one, since when, and who has yet to accept the fuller text of the policy (clause 6.4).

Somebody is regular who came on three different days of thirty, today included, or whose visit lasts several days; the
numbers are the policy's. The same person entered twice counts once.
"""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared
from enums import Role
from fields import DayField, JsonTextField, Parameter
from models import Person, Stay, Tablet, Visit, Visitor, VisitorAcknowledgement
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.text import name_key
from rules.policy.in_force import obligation_lines, policy_in_force
from rules.policy.schema import RegularVisits
from rules.visitors import register
from rules.visitors.validation import name_error


def first_of(day, numbers):
    """The first of the days on end of which `day` is the last: 30 days with it, for the numbers as they are shipped."""
    return day - dt.timedelta(days=numbers.days - 1)


def regular_since(days, long_days, today, numbers):
    """Since which day somebody has been regular without a break until today, or None where they are not.

    `days` are all the days on which they came, in order; `long_days` those of them that belong to a visit of several
    days. Who came often enough is regular until the first of those days is too long ago.
    """
    begun = until = None
    for begins, ends in sorted(_spans(days, long_days, numbers)):
        if until is None or begins > until + dt.timedelta(days=1):
            begun, until = begins, ends
        until = max(until, ends)
    return begun if until is not None and until >= today else None


def _spans(days, long_days, numbers):
    within = dt.timedelta(days=numbers.days - 1)
    for day in long_days:
        yield day, day + within
    for first, last in zip(days, days[numbers.visits - 1 :], strict=False):
        if last - first <= within:
            yield last, first + within


# --- Who owes the fuller text -------------------------------------------------------------------------------


Line = namedtuple("Line", "clauses says")

# The entry that counts, where the same person was entered more than once.
person = fn.COALESCE(Visitor.same_as, Visitor.id)


def numbers():
    """What makes a visitor regular, as the policy in force says; one that says nothing means three days of thirty."""
    return RegularVisits(**policy_in_force().visitors.get("regular", {}))


# --- The fuller text ----------------------------------------------------------------------------------------


def fuller_text(policy):
    """What a regular visitor reads and accepts, as lines with their clauses: what is expected of every visitor, then
    what a version of the policy asks of those who come regularly.
    """
    expected = [Line((line["clause"],), line["says"]) for line in policy.visitors.get("expects", ())]
    return [*expected, *map(_line, obligation_lines(policy.version, frozenset({Role.REGULAR_VISITOR})))]


def _line(line):
    if line.before is None:
        return Line(line.clauses, line.says)
    return Line(line.clauses, f"Before you {line.before}: {line.says[0].lower()}{line.says[1:]}")


# --- Who is regular -----------------------------------------------------------------------------------------


def among(name):
    """The ids that a parameter holds as a JSON list, as a part of a query."""
    return Select((fn.json_each(Parameter(name, JsonTextField)),), (SQL("value"),))


def came(*conditions):
    """The people who came since `first`, as a query: on how many days before `today`, today too, on a long visit.

    Without conditions it begins with the stays of those days: it costs what they cost, however many years there were.
    """
    several_days = Visit.starts_on < Visit.ends_on
    return (
        Stay.select(
            person.alias("person"),
            fn.COUNT(fn.NULLIF(Stay.day, Parameter("today", DayField)).distinct()).alias("before"),
            fn.MAX(Stay.day == Parameter("today")).alias("today"),
            fn.MAX(several_days).alias("long"),
            fn.MAX(Stay.day).alias("last"),
        )
        .join(Visit)
        .join(Visitor)
        .where(Stay.day >= Parameter("first"), *conditions)
        .group_by(person)
    )


def _theirs():
    """The entries of some people, as a condition. It leads SQLite from the people to their stays, not through all."""
    return Visitor.id.in_(among("people")) | Visitor.same_as.in_(among("people"))


# Of who came often for years, the visits that were over before are left out without a look at their stays.
_came_of = prepared(lambda: came(_theirs(), Visit.ends_on >= Parameter("first")))


@prepared
def _long_now():
    return (
        Visit.select(person.alias("person"))
        .join(Visitor)
        .where(
            Visit.starts_on <= Parameter("today"),
            Visit.ends_on >= Parameter("today"),
            Visit.starts_on < Visit.ends_on,
            Visit.cancelled_at.is_null(),
            person.in_(among("people")),
        )
    )


@prepared
def _people():
    return Visitor.select(Visitor.id, person.alias("person")).where(Visitor.id.in_(among("visitors")))


@prepared
def _accepted():
    return (
        VisitorAcknowledgement.select(person.alias("person"))
        .join(Visitor)
        .where(_theirs(), VisitorAcknowledgement.version == Parameter("version"))
    )


def who_accepted(people):
    """Of people (ids of the entries that count), those who have accepted the fuller text in force."""
    rows = _accepted.rows(people=sorted(people), version=policy_in_force().version)
    return {row.person for row in rows}


def owing(ids):
    """Of visitors (by id) who stand at reception today, those who come regularly and have not accepted the fuller text.

    They are about to be signed in, so today counts as a day on which they come.
    """
    if not ids:
        return set()
    people = {row.id: row.person for row in _people.rows(visitors=sorted(ids))}
    regular = _regular_today(set(people.values()))
    owe = regular - who_accepted(regular) if regular else regular
    return {visitor for visitor, known in people.items() if known in owe}


def _regular_today(people):
    needed, today = numbers(), clock.today()
    bound = {"people": sorted(people), "today": today}
    rows = _came_of.rows(first=first_of(today, needed), **bound)
    often = {row.person for row in rows if row.long or row.before + 1 >= needed.visits}
    return often | {row.person for row in _long_now.rows(**bound)}


def owes(visitor):
    """Whether a visitor (an id) who stands at reception has to be shown the fuller text before they are signed in."""
    return bool(owing({visitor}))


def owes_by_name(name, organisation):
    """The same of somebody by name and organisation, whose entry is not known yet. Without an organisation anybody of
    the name counts: who is shown the fuller text for nothing loses a minute. A name that cannot be one owes nothing.
    """
    if name_error(name):
        return False
    key = name_key(organisation)
    return bool(owing({row.id for row in register.named(name) if not key or name_key(row.organisation) == key}))


# --- Accepting it -------------------------------------------------------------------------------------------


def validate(name, owes, fuller):
    """What keeps a visitor from being signed in who `owes` it, as {field: message}.

    `fuller` is the version whose fuller text was shown beside the tick, None where none was.
    """
    if not owes or fuller == policy_in_force().version:
        return {}
    return {"accepts": f"{name} comes regularly. Show them the fuller text, then tick the box"}


def save_acceptance(visitor, taken_by=None, tablet=None):
    """A visitor (an id) has read and accepted the fuller text in force, before a person at reception (`taken_by`) or at
    a tablet, by id; in the caller's transaction. Once for each version: a second time changes nothing.
    """
    version = policy_in_force().version
    known = register.entry(visitor)
    if who_accepted({known.same_as or known.id}):
        return
    VisitorAcknowledgement.insert(
        visitor=visitor, version=version, at=clock.now(), taken_by=taken_by, tablet=tablet
    ).execute()
    record("fuller-text-accepted", actor=taken_by, about=f"visitor:{visitor}", version=version)


# --- The list of them ---------------------------------------------------------------------------------------


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


class RegularVisitorView(NamedTuple):
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
    rows = _came.rows(today=today, first=first_of(today, needed))
    by_person = {row.person: row for row in rows if row.long or row.before + row.today >= needed.visits}
    accepted = who_accepted(by_person)
    named = _names.rows(people=sorted(by_person))
    listed = [_regular(row, by_person[row.id], row.id not in accepted) for row in named]
    return sorted(listed, key=lambda regular: not regular.owes)


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
def _acceptances_of():
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
    since = regular_since([day for day, _ in days], [day for day, long in days if long], clock.today(), numbers())
    accepted = tuple(map(_read, _acceptances_of.rows(person=visitor)))
    owes = since is not None and policy_in_force().version not in {acceptance.version for acceptance in accepted}
    return RegularVisitorView(since, accepted, owes)


def _read(row):
    return Accepted(row.version, row.at, f"the tablet {row.tablet}" if row.tablet else row.by)
