"""Who decides which exemption, what waits for them, and what is in the way of Approve."""

from dataclasses import dataclass

from database import prepared
from fields import Parameter
from models import Exemption, Person, Role, State
from rules import clock
from rules.cases import case_of, cases, find
from rules.exemption_checks import overlap_of_waiting, overlaps_of_waiting
from rules.needs import needs_met, needs_met_of, needs_missing
from rules.roles import NotAllowed, NotFound

# --- Who decides --------------------------------------------------------------------------------------------


def may_decide(actor, case):
    """Whether this person decides this exemption (the table *Who decides what*).

    Nobody decides their own. The headteacher's own go to the regional director, who decides no others.
    The headteacher, or who stands in for them, decides the rest; SLT the kinds that name it.
    """
    if case.asker == actor.id:
        return False
    if case.asker_is_head:
        return actor.holds(Role.REGIONAL_DIRECTOR)
    if actor.holds(Role.HEADTEACHER) or actor.delegate_of is not None:
        return True
    return actor.holds(*case.kind.deciders)


def may_see(actor, case):
    """Whether this person may read the whole request, the reason with it: its asker and its deciders."""
    return case.asker == actor.id or may_decide(actor, case)


def load(actor, exemption):
    """An exemption that this person may read; to everybody else it does not exist (NotFound)."""
    case = find(exemption)
    if not may_see(actor, case):
        raise NotFound
    return case


def load_to_decide(actor, exemption):
    """An exemption that this person decides. Its asker gets NotAllowed, strangers NotFound (invariant 4)."""
    case = load(actor, exemption)
    if not may_decide(actor, case):
        raise NotAllowed("You cannot decide your own request. Somebody else has to.")
    return case


# --- The queue ----------------------------------------------------------------------------------------------


@prepared
def _waiting():
    return cases(
        Exemption.state == State.SUBMITTED.value,
        Person.active == True,  # noqa: E712 (SQL)
        order=(Exemption.starts_on, Exemption.starts_at, Exemption.asked_at),
    )


def waiting_for(actor):
    """The requests of active people that wait for this person, the soonest-starting first, then the oldest."""
    rows = _waiting.rows(day=clock.today().isoformat())
    return [case for case in map(case_of, rows) if may_decide(actor, case)]


@prepared
def _approved():
    return cases(
        Exemption.state == State.APPROVED.value,
        Exemption.ends_on >= Parameter("day"),
        Person.active == True,  # noqa: E712 (SQL)
        order=(Exemption.starts_on, Exemption.starts_at),
    )


def revocable_by(actor):
    """The approved exemptions of active people, not over yet, that this person could revoke."""
    rows = _approved.rows(day=clock.today().isoformat())
    return [case for case in map(case_of, rows) if may_decide(actor, case) and not case.over]


def blockers_of(case, met=None):
    """Everything that keeps this waiting request from being approved now; empty when Approve may be pressed."""
    met = needs_met(case) if met is None else met
    return _blockers(case, met, None if case.over else overlap_of_waiting(case.id))


def weigh(waiting):
    """What there is of each waiting request and what is in its way, as (case, met, blockers).

    It takes two queries, however many requests wait.
    """
    met, others = needs_met_of(waiting), overlaps_of_waiting() if waiting else {}
    return [(case, met[case.id], _blockers(case, met[case.id], others.get(case.id))) for case in waiting]


def _blockers(case, met, other):
    found = [Blocker(f"{need.title} is missing (clause {need.clause})", need.id) for need in needs_missing(case, met)]
    if case.over:
        found.append(Blocker("Its days have passed. Return it, so that new days can be chosen"))
    elif other:
        span = clock.say_span(other.starts_on, other.ends_on)
        found.append(Blocker(f"The same device already has permission on {span}, at overlapping times"))
    return found


@dataclass(frozen=True)
class Blocker:
    """Something that keeps Approve from being pressed, and the place where it can be met."""

    message: str
    need: str | None = None
