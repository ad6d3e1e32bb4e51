"""The headteacher names who decides in their place, from one day to another."""

from typing import NamedTuple

from database import writing
from models import Delegation, Person, RoleGrant
from rules.audit.record import record
from rules.auth.actors import held_today
from rules.auth.permissions import MAY_BE_DELEGATE, Permission
from rules.core import clock
from rules.core.errors import Invalid, NotFound
from rules.core.validation import span_errors

LONGEST_DAYS = 92


class DelegationView(NamedTuple):
    """A delegation as people read it; both days are included."""

    id: int
    name: str
    starts_on: object
    ends_on: object

    @property
    def now(self):
        """Whether it holds today."""
        return self.starts_on <= clock.today() <= self.ends_on


def delegations_of(actor):
    """The delegations a headteacher has given that hold today or later, the earliest first."""
    rows = (
        Delegation.select(Delegation, Person.name.alias("who"))
        .join(Person, on=(Delegation.delegate == Person.id))
        .where(Delegation.giver == actor.id, Delegation.ended_at.is_null(), Delegation.ends_on >= clock.today())
        .order_by(Delegation.starts_on)
        .objects()
    )
    return [DelegationView(row.id, row.who, row.starts_on, row.ends_on) for row in rows]


def possible_delegates(actor):
    """Who can be named: active people in SLT, the DSL and the deputy DSL, by name."""
    roles = [role.value for role in MAY_BE_DELEGATE]
    holders = RoleGrant.select(RoleGrant.person).where(RoleGrant.role.in_(roles), held_today(RoleGrant, clock.today()))
    people = Person.select(Person.id, Person.name).where(
        Person.active == True,  # noqa: E712 (SQL)
        Person.id != actor.id,
        Person.id.in_(holders),
    )
    return list(people.order_by(Person.name, Person.id))


def give(actor, delegate, starts_on, ends_on):
    """Name somebody to decide in the headteacher's place on these days. Raises Invalid with errors by field."""
    actor.must(Permission.DELEGATE)
    with writing():
        if errors := _errors(actor, delegate, starts_on, ends_on):
            raise Invalid(errors)
        Delegation.insert(
            giver=actor.id, delegate=delegate, starts_on=starts_on, ends_on=ends_on, given_at=clock.now()
        ).execute()
        span = clock.format_span(starts_on, ends_on)
        record("delegation-given", actor=actor.id, person=delegate, span=span)


def _errors(actor, delegate, starts_on, ends_on):
    if delegate not in {person.id for person in possible_delegates(actor)}:
        return {"delegate": "Choose somebody from the list"}
    if errors := span_errors(starts_on, ends_on):
        return errors
    if (ends_on - starts_on).days > LONGEST_DAYS:
        return {"ends_on": "That is longer than a term. Choose an earlier last day"}
    for other in delegations_of(actor):
        if starts_on <= other.ends_on and other.starts_on <= ends_on:
            days = clock.format_span(other.starts_on, other.ends_on)
            return {"starts_on": f"{other.name} already decides in your place on {days}. End that one first"}
    return {}


def end(actor, delegation):
    """End a delegation at once. What the delegate decided stays."""
    actor.must(Permission.DELEGATE)
    with writing():
        known = 0 < delegation < 2**63  # a larger number cannot exist, and must not reach the database
        row = Delegation.get_or_none(Delegation.id == delegation, Delegation.giver == actor.id) if known else None
        if row is None:
            raise NotFound
        ended = (
            Delegation.update(ended_at=clock.now())
            .where(Delegation.id == delegation, Delegation.ended_at.is_null())
            .execute()
        )
        if ended:
            record("delegation-ended", actor=actor.id, person=row.delegate_id)
