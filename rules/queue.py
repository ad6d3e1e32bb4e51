"""Who decides which exemption, what waits for them, and what is in the way of Approve."""

from dataclasses import dataclass

from database import prepared, writing
from fields import Parameter
from models import Exemption, Person, Role, State
from rules import audit, clock
from rules.case_people import Subject
from rules.cases import cases, find, knows, read
from rules.exemption_needs import By
from rules.needs import may_talk_as_dsl, needs_met, needs_met_of, needs_missing, waits_for
from rules.overlaps import overlap_of_waiting, overlaps_of_waiting
from rules.roles import NotAllowed, NotFound

# --- Who decides, and who reads -----------------------------------------------------------------------------


def may_decide(actor, case):
    """Whether this person decides this exemption (the table *Who decides what*, invariant 4).

    Nobody decides their own, one that is for them, for their own child, or for a visitor whose host they were when it
    was asked for or since. Where that keeps the headteacher from deciding, the regional director does, who decides no
    others. The headteacher, or who stands in for them, decides the rest; SLT the kinds that name it. Nobody stands in
    for the headteacher where a kind is confidential.
    """
    if actor.id in {case.asker, case.subject, *case.hosts_before, *case.kin}:
        return False
    if case.head_is_party:
        return actor.holds(Role.REGIONAL_DIRECTOR)
    if actor.holds(Role.HEADTEACHER) or (actor.delegate_of is not None and not case.kind.confidential):
        return True
    return actor.holds(*case.kind.deciders)


def reads_reason(actor, case):
    """Whether this person may read the whole request, the reason with it: its asker, its deciders, and the DSL where
    the DSL has to talk it over first (clause 4.5).
    """
    if may_decide(actor, case) or (actor.id == case.asker and knows(actor, case)):
        return True
    return any(need.by is By.DSL for need in case.kind.needs) and may_talk_as_dsl(actor, case)


def readable_needs(actor, case):
    """The needs whose answers this person may read, of those who may read the reason.

    The note of a discussion about a pupil is for who decides; what is confidential, for all who share it.
    """
    whole = case.kind.confidential or may_decide(actor, case)
    return [need for need in case.kind.needs if whole or need.by is By.ASKER]


def load(actor, exemption):
    """An exemption that this person may know of; to everybody else it does not exist (NotFound).

    A pupil and their parents know of it without its reason: ask `reads_reason` before showing that.
    """
    case = find(exemption)
    if not knows(actor, case) and not reads_reason(actor, case):
        raise NotFound
    return case


def look_at(actor, exemption):
    """The same for reading it on a page: a look at what is confidential is noted on the trail (clauses 4.5, 8.4)."""
    case = load(actor, exemption)
    if case.kind.confidential and actor.id != case.asker:
        with writing():
            told = {"about": case.record, "kind": case.kind.name}
            audit.record("confidential-read", actor=actor.id, person=case.subject, **told)
    return case


def load_to_decide(actor, exemption):
    """An exemption that this person decides. Who is party to it gets NotAllowed, strangers NotFound (invariant 4)."""
    case = load(actor, exemption)
    if may_decide(actor, case):
        return case
    if actor.id == case.asker:
        raise NotAllowed("You cannot decide your own request. Somebody else has to.")
    raise NotAllowed("You cannot decide this request. Somebody else has to.")


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
