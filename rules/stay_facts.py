"""What the log says beside a stay: which policy the visitor accepted, and the devices asked for (clauses 6.1 to 6.6).

The office reads the log, so nothing here tells why a device was asked for, or what was said in a discussion.
"""

import datetime as dt
import json
from dataclasses import dataclass

from peewee import SQL, Select, fn

from database import prepared
from enums import ExemptionState
from fields import Parameter
from models import Decision, Exemption, Person, PolicyVersion, Stay, Visit, Visitor, VisitorAcknowledgement
from rules import clock
from rules.obligations import policy_in_force
from rules.requests import Window, say_when
from rules.roles import Permission

DECIDED = frozenset({ExemptionState.APPROVED, ExemptionState.DECLINED, ExemptionState.RETURNED, ExemptionState.REVOKED})
STATE_WORDS = {
    ExemptionState.SUBMITTED: "Waiting",
    ExemptionState.RETURNED: "Returned",
    ExemptionState.APPROVED: "Approved",
    ExemptionState.DECLINED: "Declined",
    ExemptionState.WITHDRAWN: "Withdrawn",
    ExemptionState.REVOKED: "Revoked",
}
if STATE_WORDS.keys() != set(ExemptionState):
    raise AssertionError("every state needs its words")


@dataclass(frozen=True)
class DeviceRequest:
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
        """Its days and times."""
        return say_when(self.window)

    def when_on(self, day):
        """Its times, and its days where they are not this day alone."""
        first, last = self.window.starts_on, self.window.ends_on
        times = f"{clock.say_time(self.window.starts_at)} to {clock.say_time(self.window.ends_at)}"
        if first == last:
            return times if first == day else f"{clock.say_short_date(first)}, {times}"
        return f"{clock.say_short_date(first)} to {clock.say_short_date(last)}, {times}"


@dataclass(frozen=True)
class Facts:
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
        return f"Version {self.version} of {clock.say_short_date(self.version_of)}"


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
    """What goes with each of these stays (rows of `rules/stay_rows.py`), by its id: two queries, however many."""
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
