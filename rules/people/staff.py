"""The members of staff, and how one is named who has left: whom visitors visit, who borrows, who has a work phone."""

from database import prepared
from fields import Parameter
from models import Person, RoleGrant
from rules.auth.actors import held_today
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.core.text import words_of

_STAFF_ROLES = [role.value for role in STAFF]


@prepared
def _current():
    holders = RoleGrant.select(RoleGrant.person).where(
        RoleGrant.role.in_(_STAFF_ROLES), held_today(RoleGrant, Parameter("day"))
    )
    return (
        Person.select(Person.id, Person.name)
        .where(Person.active == True, Person.id.in_(holders))  # noqa: E712 (SQL)
        .order_by(Person.name, Person.id)
    )


@prepared
def _ever():
    holders = RoleGrant.select(RoleGrant.person).where(RoleGrant.role.in_(_STAFF_ROLES))
    return (
        Person.select(Person.id, Person.name, Person.active)
        .where(Person.id.in_(holders))
        .order_by(Person.name, Person.id)
    )


def current():
    """The active members of staff, as {id: name}, by name."""
    return dict(_current.rows(day=clock.today()))


def ever():
    """Everybody who is or was a member of staff, as {id: name}, by name, as a host is named."""
    return {row.id: say(row.name, row.active) for row in _ever.rows()}


def named(word):
    """The ids of everybody who is or was a member of staff and has a name that begins with a plain word."""
    return [row.id for row in _ever.rows() if any(part.startswith(word) for part in words_of(row.name))]


def say(name, active):
    """A host by name, who may have left since the visit was announced."""
    return name if active else f"{name} (has left the school)"
