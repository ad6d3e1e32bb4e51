"""What a kind needs before it can be approved: what has been completed of it, and what is missing."""

import datetime as dt
import json
from dataclasses import dataclass

from database import prepared
from fields import Parameter, UtcField
from models import Exemption, NeedMet, Person, State
from rules import audit, clock
from rules.exemption_checks import Unfit, answer_problems


def _needs():
    columns = (NeedMet.exemption.alias("exemption"), NeedMet.need, NeedMet.answers, NeedMet.met_at)
    query = NeedMet.select(*columns, Person.name.alias("by")).join(Person, on=(NeedMet.met_by == Person.id))
    return query.order_by(NeedMet.id)


_needs_met = prepared(lambda: _needs().where(NeedMet.exemption == Parameter("exemption")))
_needs_met_of_waiting = prepared(
    lambda: (
        _needs().join(Exemption, on=(NeedMet.exemption == Exemption.id)).where(Exemption.state == State.SUBMITTED.value)
    )
)


@dataclass(frozen=True)
class Met:
    """A need that was completed: its answers, by whom and when."""

    need: object
    answers: dict
    by: str
    at: dt.datetime


def needs_met(case):
    """What has been completed of the needs of an exemption, by need id; a later answer replaces an earlier one."""
    if not case.kind.needs:
        return {}
    return {row.need: _met(case.kind, row) for row in _needs_met.rows(exemption=case.id)}


def needs_met_of(waiting):
    """The same of requests that wait, by exemption id: one query for all of them."""
    found, kinds = {case.id: {} for case in waiting}, {case.id: case.kind for case in waiting}
    for row in _needs_met_of_waiting.rows() if waiting else ():
        if row.exemption in found:
            found[row.exemption][row.need] = _met(kinds[row.exemption], row)
    return found


def _met(kind, row):
    return Met(kind.need(row.need), json.loads(row.answers), row.by, UtcField.read(row.met_at))


def needs_missing(case, met=None):
    """The needs of an exemption that nobody has completed yet."""
    met = needs_met(case) if met is None else met
    return [need for need in case.kind.needs if need.id not in met]


def keep_answers(actor, case, need, answers):
    """Keep the answers to a need, in the caller's transaction. Raises Unfit with the problems by question id."""
    if problems := answer_problems(need, answers):
        raise Unfit(problems)
    kept = {question.id: answers[question.id] for question in need.questions}
    NeedMet.insert(exemption=case.id, need=need.id, answers=kept, met_by=actor.id, met_at=clock.now()).execute()
    audit.record("need-met", actor=actor.id, person=case.asker, about=case.record, kind=case.kind.name, need=need.title)
