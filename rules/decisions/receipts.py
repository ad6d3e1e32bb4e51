"""What was decided: decisions as people read them."""

import datetime as dt
import json
from typing import NamedTuple

from peewee import TextField

from database import prepared
from enums import ExemptionState, Verdict
from fields import Parameter, typed
from models import Decision, Exemption, Person
from rules.core.errors import NotFound
from rules.core.tokens import sha256
from rules.decisions.deciding import format_decision
from rules.exemption_kinds import KINDS
from rules.exemptions.permissions import look_at, reads_reason
from rules.exemptions.request import Window, format_when


class Decided(NamedTuple):
    """A decision as people read it. `at` is aware, UTC; `by` says for whom, where it was delegated.

    `intact` says whether what it was made on still has the digest of that moment.
    """

    id: int
    exemption: int
    verdict: Verdict
    by: str
    decided_by: int
    at: dt.datetime
    text: str
    frozen: dict
    digest: str
    intact: bool

    @property
    def when(self):
        """When the request wanted it, in words."""
        return format_when(Window.read(self.frozen["request"]), KINDS[self.frozen["kind"]].all_day)

    @property
    def line(self):
        """The decision in one line."""
        return format_decision(self.verdict, self.by, self.at)


def _decisions(*conditions):
    return (
        Decision.select(
            Decision.id,
            Decision.exemption.alias("exemption"),
            Decision.verdict,
            Person.name.alias("by"),
            Decision.decided_by.alias("decided_by"),
            Decision.for_person.alias("for_person"),
            Decision.decided_at,
            Decision.text,
            typed(Decision.frozen, TextField),
            Decision.frozen_digest,
        )
        .join(Person, on=(Decision.decided_by == Person.id))
        .where(*conditions)
        .order_by(Decision.id)
    )


_on_exemption = prepared(lambda: _decisions(Decision.exemption == Parameter("exemption")))
_one = prepared(lambda: _decisions(Decision.id == Parameter("id")))


def _read(row):
    return Decided(
        row.id,
        row.exemption,
        row.verdict,
        f"{row.by} for the headteacher" if row.for_person else row.by,
        row.decided_by,
        row.decided_at,
        row.text,
        json.loads(row.frozen),
        row.frozen_digest,
        intact=sha256(row.frozen) == row.frozen_digest,
    )


def decisions_on(view):
    """All decisions on an exemption, the oldest first. What was decided stays, also when it no longer counts."""
    return [_read(row) for row in _on_exemption.rows(exemption=view.id)]


def receipt(actor, decision):
    """A decision with the exemption as it stands now, for those who may read its reason. Raises NotFound for others."""
    row = _one.one(id=decision) if 0 < decision < 2**63 else None
    if row is None:
        raise NotFound
    view = look_at(actor, row.exemption)
    if not reads_reason(actor, view):
        raise NotFound
    return view, _read(row)


TOLD_WHY = frozenset({ExemptionState.DECLINED, ExemptionState.RETURNED, ExemptionState.REVOKED})


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


def reasons_for(actor, views):
    """Why these of a person's own requests were declined, returned or revoked, in the decider's words, by id."""
    if TOLD_WHY.isdisjoint({view.state for view in views}):
        return {}
    return {row.exemption: row.text for row in _reasons.rows(asker=actor.id)}
