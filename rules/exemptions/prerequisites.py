"""What a kind needs before it can be approved: what has been completed of it, and what is missing."""

import datetime as dt
from dataclasses import dataclass

from database import prepared
from enums import ExemptionState
from fields import Parameter
from models import Exemption, NeedMet, Person
from rules.audit.record import record
from rules.core import clock
from rules.core.errors import Invalid
from rules.exemption_kinds.prerequisites import By
from rules.exemptions.permissions import may_talk_as_dsl
from rules.exemptions.validation import answer_errors


def _needs():
    columns = (NeedMet.exemption.alias("exemption"), NeedMet.need, NeedMet.answers, NeedMet.met_at)
    query = NeedMet.select(*columns, Person.name.alias("by")).join(Person, on=(NeedMet.met_by == Person.id))
    return query.order_by(NeedMet.id)


_needs_met = prepared(lambda: _needs().where(NeedMet.exemption == Parameter("exemption")))
_needs_met_of_waiting = prepared(
    lambda: (
        _needs()
        .join(Exemption, on=(NeedMet.exemption == Exemption.id))
        .where(Exemption.state == ExemptionState.SUBMITTED.value)
    )
)


@dataclass(frozen=True)
class Completed:
    """A need that was completed: its answers, by whom and when, and what was written before it, the oldest first."""

    need: object
    answers: dict
    by: str
    at: dt.datetime
    earlier: tuple = ()


def needs_met(view):
    """What has been completed of the needs of an exemption, by need id; a later answer replaces an earlier one."""
    met = {}
    for row in _needs_met.rows(exemption=view.id) if view.kind.needs else ():
        _add(met, view.kind, row)
    return met


def needs_met_of(waiting):
    """The same of requests that wait, by exemption id: one query for all of them."""
    found, kinds = {view.id: {} for view in waiting}, {view.id: view.kind for view in waiting}
    for row in _needs_met_of_waiting.rows() if waiting else ():
        if row.exemption in found:
            _add(found[row.exemption], kinds[row.exemption], row)
    return found


def _add(met, kind, row):
    before = met.get(row.need)
    earlier = (*before.earlier, before) if before else ()
    met[row.need] = Completed(kind.need(row.need), row.answers, row.by, row.met_at, earlier)


def needs_missing(view, met=None):
    """The needs of an exemption that nobody has completed yet."""
    met = needs_met(view) if met is None else met
    return [need for need in view.kind.needs if need.id not in met]


def waits_for(actor, view, met, may_decide):
    """The needs of a request that this person has still to complete."""
    mine = {By.ASKER: view.people.asker == actor.id, By.DECIDER: may_decide, By.DSL: may_talk_as_dsl(actor, view)}
    return [need for need in needs_missing(view, met) if mine[need.by]]


def save_answers(actor, view, need, answers):
    """Keep the answers to a need, in the caller's transaction. Raises Invalid with the errors by question id."""
    if errors := answer_errors(need, answers):
        raise Invalid(errors)
    kept = {question.id: answers[question.id] for question in need.questions}
    NeedMet.insert(exemption=view.id, need=need.id, answers=kept, met_by=actor.id, met_at=clock.now()).execute()
    record(
        "need-met", actor=actor.id, person=view.people.subject, about=view.record, kind=view.kind.name, need=need.title
    )
