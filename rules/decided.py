"""What was decided: decisions as people read them."""

import datetime as dt
import json
from dataclasses import dataclass

from database import prepared
from fields import Parameter, UtcField
from models import Decision, Exemption, Person, State, Verdict
from rules import clock


@dataclass(frozen=True)
class Decided:
    """A decision as people read it. `at` is aware, UTC; `by` says for whom, where it was delegated."""

    id: int
    verdict: Verdict
    by: str
    decided_by: int
    at: dt.datetime
    text: str
    frozen: dict
    digest: str

    @property
    def line(self):
        """The decision in one line."""
        return f"{self.verdict.value.capitalize()} by {self.by} at {clock.say_moment(self.at)}"


@prepared
def _decisions():
    return (
        Decision.select(
            Decision.id,
            Decision.verdict,
            Person.name.alias("by"),
            Decision.decided_by.alias("decided_by"),
            Decision.for_person.alias("for_person"),
            Decision.decided_at,
            Decision.text,
            Decision.frozen,
            Decision.frozen_digest,
        )
        .join(Person, on=(Decision.decided_by == Person.id))
        .where(Decision.exemption == Parameter("exemption"))
        .order_by(Decision.id)
    )


def decisions_on(case):
    """All decisions on an exemption, the oldest first. What was decided stays, also when it no longer counts."""
    return [
        Decided(
            row.id,
            Verdict(row.verdict),
            f"{row.by} for the headteacher" if row.for_person else row.by,
            row.decided_by,
            UtcField.read(row.decided_at),
            row.text,
            json.loads(row.frozen),
            row.frozen_digest,
        )
        for row in _decisions.rows(exemption=case.id)
    ]


TOLD_WHY = frozenset({State.DECLINED, State.RETURNED, State.REVOKED})


@prepared
def _reasons():
    return (
        Decision.select(Decision.exemption.alias("exemption"), Decision.text)
        .join(Exemption)
        .where(
            Exemption.asker == Parameter("asker"),
            Exemption.state.in_([state.value for state in TOLD_WHY]),
        )
        .order_by(Decision.id)
    )


def reasons_for(actor, cases):
    """Why these of a person's own requests were declined, returned or revoked, in the decider's words, by id."""
    if TOLD_WHY.isdisjoint({case.state for case in cases}):
        return {}
    return {row.exemption: row.text for row in _reasons.rows(asker=actor.id)}
