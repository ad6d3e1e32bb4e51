"""Who may do what to whom on the people pages."""

from enums import Role
from models import Person, RoleGrant
from rules.auth.actors import actor_of_person
from rules.auth.permissions import GIVEN_BY_HEADTEACHER, Permission
from rules.core import clock
from rules.core.errors import NotAllowed, NotFound


def may_give(actor, role):
    """Whether this person may give and take this role: some roles are the headteacher's alone to give."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        return False
    return actor.holds(Role.HEADTEACHER) or role not in GIVEN_BY_HEADTEACHER


def may_edit(actor, person_actor):
    """Whether this person may edit that one. The office does not touch the accounts of those above it."""
    return may_edit_holder(actor, _roles_ever(person_actor.id))


def may_edit_holder(actor, roles):
    """Whether this person may edit somebody who holds these roles, today or from a later day on."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        return False
    return actor.holds(Role.HEADTEACHER) or not (roles & GIVEN_BY_HEADTEACHER)


def not_over(day):
    """The condition that a grant holds on a day or will hold from a later one on."""
    return RoleGrant.taken_at.is_null() & (RoleGrant.ends_on.is_null() | (RoleGrant.ends_on >= day))


def _roles_ever(person):
    """Roles held today or from a later day on: somebody who will be headteacher is guarded already."""
    grants = RoleGrant.select(RoleGrant.role).where(RoleGrant.person == person, not_over(clock.today()))
    return {Role(grant.role) for grant in grants}


def find(actor, person):
    """Somebody by id, with the roles they hold today. Raises NotFound."""
    actor.must(Permission.MANAGE_PEOPLE)
    row = Person.get_or_none(Person.id == person) if 0 < person < 2**63 else None
    if row is None:
        raise NotFound
    return row


def find_to_edit(actor, person):
    """Somebody by id, whom this person may edit. Raises NotFound, or NotAllowed for those above them."""
    row = find(actor, person)
    if not may_edit(actor, actor_of_person(person)):
        raise NotAllowed("Only the headteacher can change this person.")
    return row
