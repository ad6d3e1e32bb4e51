"""What waits for whom to be decided, and what is in the way of Approve."""

from dataclasses import dataclass

from database import prepared_raw as prepared
from fields import Parameter
from models import Exemption, Person, Role, State
from rules import clock
from rules.case_people import Subject
from rules.cases import cases, read
from rules.exemption_needs import By
from rules.exemption_permissions import may_decide, may_talk_as_dsl
from rules.needs import needs_met, needs_met_of, needs_missing, waits_for
from rules.overlaps import overlap_of_waiting, overlaps_of_waiting

# --- The queue ----------------------------------------------------------------------------------------------


@prepared
def _waiting():
    return cases(
        Exemption.state == State.SUBMITTED.value,
        Person.active == True,  # noqa: E712 (SQL)
        Subject.active == True,  # noqa: E712 (SQL)
        order=(Exemption.starts_on, Exemption.starts_at, Exemption.asked_at),
    )


def waiting_for(actor):
    """The requests of active people that wait for this person, the soonest-starting first, then the oldest."""
    return [case for case in read(_waiting) if case.people_here and may_decide(actor, case)]


def talks_for(actor):
    """The requests that wait for this person's discussion as the DSL, as (case, need)."""
    if not actor.holds(Role.DSL, Role.DEPUTY_DSL):
        return []
    asked = [case for case in read(_waiting) if case.people_here and may_talk_as_dsl(actor, case)]
    asked = [case for case in asked if any(need.by is By.DSL for need in case.kind.needs)]
    met = needs_met_of(asked)
    return [(case, need) for case in asked for need in waits_for(actor, case, met[case.id], False)]


@prepared
def _approved():
    return cases(
        Exemption.state == State.APPROVED.value,
        Exemption.ends_on >= Parameter("day"),
        Subject.active == True,  # noqa: E712 (SQL)
        order=(Exemption.starts_on, Exemption.starts_at),
    )


def revocable_by(actor):
    """The approved exemptions of active people, not over yet, that this person could revoke."""
    return [case for case in read(_approved) if case.holds and may_decide(actor, case)]


def blockers_of(case, met=None):
    """Everything that keeps this waiting request from being approved now; empty when Approve may be pressed."""
    met = needs_met(case) if met is None else met
    return _blockers(case, met, overlap_of_waiting(case.id))


def weigh(waiting):
    """What there is of each waiting request and what is in its way, as (case, met, blockers).

    It takes two queries, however many requests wait.
    """
    met, others = needs_met_of(waiting), overlaps_of_waiting() if waiting else {}
    return [(case, met[case.id], _blockers(case, met[case.id], others.get(case.id))) for case in waiting]


def _blockers(case, met, other):
    found = [
        Blocker(f"{need.title} is missing (clause {need.clause})", need.id, need.by is By.DECIDER)
        for need in needs_missing(case, met)
    ]
    if case.visitor_left:
        found.append(Blocker("The visitor has signed out. Decline it; they can ask anew when they come back"))
    elif case.over:
        found.append(Blocker("Its days have passed. Return it, so that new days can be chosen"))
    elif other:
        span = clock.say_span(other.starts_on, other.ends_on)
        found.append(Blocker(f"The same device already has permission on {span}, at overlapping times"))
    return found


@dataclass(frozen=True)
class Blocker:
    """Something that keeps Approve from being pressed, and the need that can be met; `mine`: by who decides."""

    message: str
    need: str | None = None
    mine: bool = False
