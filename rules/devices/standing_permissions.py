"""Standing permissions: the headteacher lets everybody with a role borrow school devices (clause 3.3)."""

from typing import NamedTuple

from database import IntegrityError, prepared, writing
from enums import Role
from models import Person, StandingPermission
from rules.audit.record import record
from rules.auth.permissions import ROLE_NAMES, STAFF, Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid

# The roles of staff, in the order of all roles: nobody else borrows.
ROLES = tuple(role for role in Role if role in STAFF)


class StandingPermissionView(NamedTuple):
    """A role of staff, and its permission where it has one: who gave it, and when (aware, UTC)."""

    role: Role
    given_by: str | None = None
    given_at: object = None


@prepared(row=StandingPermissionView)
def _now():
    return (
        StandingPermission.select(StandingPermission.role, Person.name.alias("given_by"), StandingPermission.given_at)
        .join(Person, on=(StandingPermission.given_by == Person.id))
        .where(StandingPermission.ended_at.is_null())
    )


def _given():
    return {row.role: row for row in _now.rows()}


def of_roles(actor):
    """Every role of staff with its standing permission, for those who see the register."""
    actor.must(Permission.READ_DEVICES)
    by_role = _given()
    return [by_role.get(role, StandingPermissionView(role)) for role in ROLES]


def holds(roles):
    """Whether somebody with these roles may borrow without asking."""
    return not _given().keys().isdisjoint(roles)


def _role(text):
    if text not in ROLES:
        raise Invalid({"role": "Choose a role from the list"})
    return Role(text)


def give(actor, role):
    """Let everybody with a role of staff borrow. Raises Conflict where that was given already, Invalid for no role."""
    actor.must(Permission.LET_ROLES_BORROW)
    role = _role(role)
    with writing():
        try:
            StandingPermission.insert(role=role.value, given_by=actor.id, given_at=clock.now()).execute()
        except IntegrityError:
            known = _given()[role]
            raise Conflict(f"{known.given_by} gave this permission at {clock.format_moment(known.given_at)}.") from None
        record("standing-permission-given", actor=actor.id, role=ROLE_NAMES[role])


def end(actor, role):
    """End the permission of a role at once; what is lent stays lent. Raises Conflict where there is none to end."""
    actor.must(Permission.LET_ROLES_BORROW)
    role = _role(role)
    with writing():
        here = (StandingPermission.role == role.value) & StandingPermission.ended_at.is_null()
        if not StandingPermission.update(ended_at=clock.now(), ended_by=actor.id).where(here).execute():
            raise Conflict(_who_ended(role))
        record("standing-permission-ended", actor=actor.id, role=ROLE_NAMES[role])


def _who_ended(role):
    query = StandingPermission.select(Person.name, StandingPermission.ended_at).join(
        Person, on=(StandingPermission.ended_by == Person.id)
    )
    last = query.where(StandingPermission.role == role.value).order_by(StandingPermission.id.desc()).tuples().first()
    if last is None:
        return "This role has no standing permission."
    return f"{last[0]} ended this permission at {clock.format_moment(last[1])}."
