"""The log of visitors: every stay, the newest first, found by day and by words, with what was approved (6.1 to 6.6).

The office reads the log, so nothing here tells why a device was asked for, or what was said in a discussion.
"""

import datetime as dt
import json
from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared
from enums import ExemptionState
from fields import JsonTextField, Parameter
from models import Decision, Exemption, Person, PolicyVersion, Stay, Visit, Visitor, VisitorAcknowledgement
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.text import one_line
from rules.exemptions.request import Window, format_when
from rules.policy.in_force import policy_in_force
from rules.reception import queries
from rules.visitors import register, search

DECIDED = frozenset({ExemptionState.APPROVED, ExemptionState.DECLINED, ExemptionState.RETURNED, ExemptionState.REVOKED})
STATE_WORDS = {
    ExemptionState.SUBMITTED: "Not decided",
    ExemptionState.RETURNED: "Returned",
    ExemptionState.APPROVED: "Approved",
    ExemptionState.DECLINED: "Declined",
    ExemptionState.WITHDRAWN: "Withdrawn",
    ExemptionState.REVOKED: "Revoked",
}
if STATE_WORDS.keys() != set(ExemptionState):
    raise AssertionError("every state needs its words")


class DeviceRequest(NamedTuple):
    """A device that was asked for on a visit, in words. `at` is when it was decided: aware, UTC, or None."""

    device: str
    places: str
    window: Window
    decision: str
    conditions: str
    by: str
    at: dt.datetime | None

    @property
    def when(self):
        return format_when(self.window)

    def when_on(self, day):
        """Its times, and its days where they are not this day alone."""
        first, last = self.window.starts_on, self.window.ends_on
        times = f"{clock.format_time(self.window.starts_at)} to {clock.format_time(self.window.ends_at)}"
        if first == last:
            return times if first == day else f"{clock.format_short_date(first)}, {times}"
        return f"{clock.format_short_date(first)} to {clock.format_short_date(last)}, {times}"


class Facts(NamedTuple):
    """What goes with a stay. `version` of the policy was accepted, which is that of a day of the school.

    `fuller_at`: when the visitor had accepted the fuller text of that version, aware, UTC; None where they had not.
    """

    version: int
    version_of: dt.date
    fuller_at: dt.datetime | None
    requests: tuple

    @property
    def accepted(self):
        """The version in words."""
        return f"Version {self.version} of {clock.format_short_date(self.version_of)}"


# --- Queries ------------------------------------------------------------------------------------------------


def _among(name):
    return Select((fn.json_each(Parameter(name)),), (SQL("value"),))


@prepared
def _accepted():
    entry = Visitor.alias("entry")
    person = fn.COALESCE(Visitor.same_as, Visitor.id)
    fuller = (
        VisitorAcknowledgement.select(fn.MIN(VisitorAcknowledgement.at))
        .join(entry, on=(VisitorAcknowledgement.visitor == entry.id))
        .where(
            (entry.id == person) | (entry.same_as == person),
            VisitorAcknowledgement.version == Stay.accepted_version,
            VisitorAcknowledgement.at <= fn.COALESCE(Stay.left_at, "9999"),
        )
    )
    return (
        Stay.select(Stay.id, PolicyVersion.id.alias("version"), PolicyVersion.loaded_at, fuller.alias("fuller_at"))
        .join(PolicyVersion)
        .switch(Stay)
        .join(Visit)
        .join(Visitor)
        .where(Stay.id.in_(_among("stays")))
    )


@prepared
def _requests():
    newest = Decision.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.exemption == Exemption.id)
    return (
        Exemption.select(
            Exemption.visit.alias("visit"),
            Exemption.state,
            Exemption.device_kind,
            Exemption.device,
            Exemption.zones,
            *(Exemption.starts_on, Exemption.ends_on, Exemption.starts_at, Exemption.ends_at, Exemption.weekdays),
            Exemption.conditions,
            Exemption.approved_by,
            Exemption.decided_at,
            Person.name.alias("decider"),
            Decision.for_person.alias("for_person"),
        )
        .join(Decision, "LEFT JOIN", on=(Decision.id == last))
        .join(Person, "LEFT JOIN", on=(Decision.decided_by == Person.id))
        .where(Exemption.visit.in_(_among("visits")))
        .order_by(Exemption.id)
    )


# --- Reading ------------------------------------------------------------------------------------------------


def of(actor, stays):
    """What goes with each of these stays (rows of `rules/reception/queries.py`), by its id: two queries, however
    many."""
    actor.must(Permission.READ_VISITOR_LOG)
    asked, policy = {}, policy_in_force()
    for row in _requests.rows(visits=json.dumps(sorted({stay.visit for stay in stays}))):
        asked.setdefault(row.visit, []).append(_request(row, policy))
    visits = {stay.id: stay.visit for stay in stays}
    return {
        row.id: _facts(row, tuple(asked.get(visits[row.id], ()))) for row in _accepted.rows(stays=json.dumps([*visits]))
    }


def _facts(row, requests):
    loaded = clock.local(row.loaded_at).date()
    return Facts(row.version, loaded, row.fuller_at, requests)


def _request(row, policy):
    state, kind = row.state, policy.devices.get(row.device_kind)
    decided = state in DECIDED
    return DeviceRequest(
        f"{kind['name']}: {row.device}" if kind else row.device,
        policy.zone_names(row.zones),
        Window.of(row),
        STATE_WORDS[state],
        row.conditions,
        _decider(row) if decided else "",
        row.decided_at if decided else None,
    )


def _decider(row):
    if row.decider is None:
        return row.approved_by or ""
    return f"{row.decider} for the headteacher" if row.for_person else row.decider


# --- The log ------------------------------------------------------------------------------------------------


PAGE = 50
MOST_IN_FILE = 10_000
NEWEST = 2**63 - 1


# Which requests for a device are meant by a decision, and how it is called.
ASKED = {
    "approved": ("Approved", (ExemptionState.APPROVED,)),
    "declined": ("Declined", (ExemptionState.DECLINED,)),
    "waiting": ("Not decided, or returned", (ExemptionState.SUBMITTED, ExemptionState.RETURNED)),
    "ended": ("Withdrawn or revoked", (ExemptionState.WITHDRAWN, ExemptionState.REVOKED)),
    "none": ("No device was asked for", tuple(ExemptionState)),
}
if {state for words, states in ASKED.values() if states != tuple(ExemptionState) for state in states} != set(
    ExemptionState
):
    raise AssertionError("every state of a request needs a decision by which it is found")


class TooMany(Exception):
    """More stays than a file may have."""


class LogFilter(NamedTuple):
    """Which stays: from a day to a day (both included), those with all the words, those before one of them (an id).

    `host` is a person's id, `organisation` its words, `decision` one of `ASKED` or nothing.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    text: str = ""
    before: int | None = None
    host: int | None = None
    organisation: str = ""
    decision: str = ""

    @property
    def by_days_alone(self):
        """Whether nothing but days narrows it down."""
        texts = one_line(self.text) or one_line(self.organisation)
        return not texts and self.host is None and not self.decision


_last_of = prepared(
    lambda: Stay.select(Stay.id).where(Stay.day <= Parameter("day")).order_by(Stay.day.desc(), Stay.id.desc()).limit(1)
)
_first_of = prepared(
    lambda: Stay.select(Stay.id).where(Stay.day >= Parameter("day")).order_by(Stay.day, Stay.id).limit(1)
)
_between = prepared(
    lambda: (
        queries.query(Stay.id < Parameter("below"), Stay.id > Parameter("above"))
        .order_by(Stay.id.desc())
        .limit(Parameter("most"))
    )
)


@prepared
def _of_person():
    entries = Visitor.select(Visitor.id).where(
        (Visitor.id == Parameter("person")) | (Visitor.same_as == Parameter("person"))
    )
    return (
        queries.query(Visit.visitor.in_(entries), Stay.id < Parameter("below"))
        .order_by(Stay.id.desc())
        .limit(Parameter("most"))
    )


@prepared
def _these():
    ids = Select((fn.json_each(Parameter("ids", JsonTextField)),), (SQL("value"),))
    return queries.query(Stay.id.in_(ids)).order_by(Stay.id.desc())


def entries(actor, wanted):
    """A page of the log, and the id to go on before, or None at the end."""
    actor.must(Permission.READ_VISITOR_LOG)
    return _page(_newest(wanted, PAGE + 1))


def for_file(actor, wanted):
    """All stays that are wanted. Raises TooMany where a file would be too long."""
    actor.must(Permission.READ_VISITOR_LOG)
    stays = _newest(wanted, MOST_IN_FILE + 1)
    if len(stays) > MOST_IN_FILE:
        raise TooMany
    return stays


def of_visitor(actor, visitor, before=None):
    """A visitor and a page of the stays of that person, and the id to go on before. Raises NotFound.

    Where the same person was entered more than once, it is the entry that counts, with the stays of all.
    """
    known = register.find(actor, visitor)
    if known.same_as:
        known = register.find(actor, known.same_as)
    rows = _of_person.rows(person=known.id, below=before or NEWEST, most=PAGE + 1)
    return known, *_page(queries.read(rows))


def _page(rows):
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def _newest(wanted, most):
    """The newest stays that are wanted. Stays are numbered in the order of their days, so days are bounds of ids."""
    below, above = wanted.before or NEWEST, 0
    if wanted.last:
        row = _last_of.one(day=wanted.last)
        below = min(below, row.id + 1 if row else 0)
    if wanted.first:
        row = _first_of.one(day=wanted.first)
        above = row.id - 1 if row else NEWEST
    if wanted.by_days_alone:
        return queries.read(_between.rows(below=below, above=above, most=most))
    states = ASKED[wanted.decision][1] if wanted.decision else ()
    ids = search.newest(
        wanted.text, below, above, most, wanted.organisation, wanted.host, states, wanted.decision == "none"
    )
    return queries.read(_these.rows(ids=ids))
