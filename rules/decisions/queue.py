"""What waits for whom to be decided, and what is in the way of Approve."""

from typing import NamedTuple

from database import prepared
from enums import ExemptionState, Role
from fields import Parameter
from models import Exemption, Person
from rules.core import clock
from rules.exemption_kinds.prerequisites import By
from rules.exemptions.permissions import decided_by, may_decide, may_talk_as_dsl
from rules.exemptions.prerequisites import completed, completed_of, waits_for
from rules.exemptions.queries import Subject, exemptions_query, read
from rules.exemptions.validation import Waiting, in_the_way, share_a_day

# --- The queue ----------------------------------------------------------------------------------------------


@prepared
def _waiting():
    return exemptions_query(
        Exemption.state == ExemptionState.SUBMITTED.value,
        Exemption.ends_on >= Parameter("day"),
        Person.active == True,  # noqa: E712 (SQL)
        Subject.active == True,  # noqa: E712 (SQL)
        order=(Exemption.starts_on, Exemption.starts_at, Exemption.asked_at),
    )


def waiting_for(actor):
    """The requests of active people that wait for this person, the soonest-starting first, then the oldest.

    What nobody decided in time has lapsed and waits for nobody (invariant 21).
    """
    return decided_by(actor, read(_waiting))


def talks_for(actor):
    """The requests that wait for this person's discussion as the DSL, as (view, prerequisite)."""
    if not actor.holds(Role.DSL, Role.DEPUTY_DSL):
        return []
    asked = [view for view in read(_waiting) if view.people_here and may_talk_as_dsl(actor, view)]
    asked = [view for view in asked if any(prerequisite.by is By.DSL for prerequisite in view.kind.prerequisites)]
    met = completed_of(asked)
    return [(view, prerequisite) for view in asked for prerequisite in waits_for(actor, view, met[view.id], False)]


@prepared
def _approved():
    return exemptions_query(
        Exemption.state == ExemptionState.APPROVED.value,
        Exemption.ends_on >= Parameter("day"),
        Subject.active == True,  # noqa: E712 (SQL)
        order=(Exemption.starts_on, Exemption.starts_at),
    )


def revocable_by(actor):
    """The approved exemptions of active people, not over yet, that this person could revoke."""
    return [view for view in read(_approved) if view.holds and may_decide(actor, view)]


# --- What is in the way -------------------------------------------------------------------------------------


_in_the_way_of_all = prepared(lambda: in_the_way(Waiting.ends_on >= Parameter("day")))
_in_the_way_of_one = prepared(lambda: in_the_way(Waiting.id == Parameter("id")))


def overlap_of(exemption):
    """An approved exemption whose device, days and times are those of a waiting request (by id), or None."""
    for row in _in_the_way_of_one.rows(id=exemption):
        if _shares_a_day(row):
            return row
    return None


def _overlaps():
    """The same of all requests that wait, by their ids: one query for all of them."""
    return {row.waiting: row for row in _in_the_way_of_all.rows(day=clock.today()) if _shares_a_day(row)}


def _shares_a_day(row):
    return share_a_day(row, row.first, row.last, row.wanted)


def blockers_of(view, met=None):
    """Everything that keeps this waiting request from being approved now; empty when Approve may be pressed."""
    met = completed(view) if met is None else met
    return _blockers(view, met, overlap_of(view.id))


def weigh(waiting):
    """What there is of each waiting request and what is in its way, as (view, met, blockers).

    It takes two queries, however many requests wait.
    """
    met, others = completed_of(waiting), _overlaps() if waiting else {}
    return [(view, met[view.id], _blockers(view, met[view.id], others.get(view.id))) for view in waiting]


def _blockers(view, met, other):
    blockers = [
        Blocker(
            f"{prerequisite.title} is missing (clause {prerequisite.clause})",
            prerequisite.id,
            prerequisite.by is By.DECIDER,
        )
        for prerequisite in view.kind.prerequisites
        if prerequisite.id not in met
    ]
    if view.now.visitor_left:
        blockers.append(Blocker("The visitor has signed out. Decline it; they can ask anew when they come back"))
    elif view.over:
        blockers.append(Blocker("Its time has passed. Return it, so that new days can be chosen"))
    elif other:
        span = clock.format_span(other.starts_on, other.ends_on)
        blockers.append(Blocker(f"The same device already has permission on {span}, at overlapping times"))
    return blockers


class Blocker(NamedTuple):
    """Something that keeps Approve from being pressed, and the id of its prerequisite; `mine`: the decider has it."""

    message: str
    prerequisite: str | None = None
    mine: bool = False
