"""The prerequisites of an exemption: what has been completed of them, and what is missing."""

import datetime as dt
from typing import NamedTuple

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


def _completions():
    columns = (NeedMet.exemption.alias("exemption"), NeedMet.need, NeedMet.answers, NeedMet.met_at)
    query = NeedMet.select(*columns, Person.name.alias("by")).join(Person, on=(NeedMet.met_by == Person.id))
    return query.order_by(NeedMet.id)


_completed = prepared(lambda: _completions().where(NeedMet.exemption == Parameter("exemption")))
_completed_of_waiting = prepared(
    lambda: (
        _completions()
        .join(Exemption, on=(NeedMet.exemption == Exemption.id))
        .where(Exemption.state == ExemptionState.SUBMITTED.value, Exemption.ends_on >= Parameter("day"))
    )
)


class Completed(NamedTuple):
    """A completed prerequisite: its answers, by whom and when, and what was written before it, the oldest first."""

    answers: dict
    by: str
    at: dt.datetime
    earlier: tuple = ()


def completed(view):
    """The completed prerequisites of an exemption, by their ids; a later answer replaces an earlier one."""
    met = {}
    for row in _completed.rows(exemption=view.id) if view.kind.prerequisites else ():
        _add(met, row)
    return met


def completed_of(waiting):
    """The completed prerequisites of requests that wait, by exemption id: one query for all of them."""
    met = {view.id: {} for view in waiting}
    for row in _completed_of_waiting.rows(day=clock.today()) if waiting else ():
        if row.exemption in met:
            _add(met[row.exemption], row)
    return met


def _add(met, row):
    before = met.get(row.need)
    earlier = (*before.earlier, before) if before else ()
    met[row.need] = Completed(row.answers, row.by, row.met_at, earlier)


def missing(view, met=None):
    """The prerequisites of an exemption that nobody has completed yet."""
    met = completed(view) if met is None else met
    return [prerequisite for prerequisite in view.kind.prerequisites if prerequisite.id not in met]


def waits_for(actor, view, met, may_decide):
    """The prerequisites of a request that this person has still to complete."""
    mine = {By.ASKER: view.people.asker == actor.id, By.DECIDER: may_decide, By.DSL: may_talk_as_dsl(actor, view)}
    return [prerequisite for prerequisite in missing(view, met) if mine[prerequisite.by]]


def save_answers(actor, view, prerequisite, answers):
    """Save the answers to a prerequisite in the caller's transaction. Raises Invalid with errors by question id."""
    if errors := answer_errors(prerequisite, answers):
        raise Invalid(errors)
    stored = {question.id: answers[question.id] for question in prerequisite.questions}
    NeedMet.insert(
        exemption=view.id, need=prerequisite.id, answers=stored, met_by=actor.id, met_at=clock.now()
    ).execute()
    record(
        "need-met",
        actor=actor.id,
        person=view.people.subject,
        about=view.record,
        kind=view.kind.name,
        need=prerequisite.title,
    )
