"""Roles that people hold from one day to another: giving them, taking them."""

import datetime as dt

from database import writing
from enums import Role
from models import RoleGrant
from rules.audit.record import record
from rules.auth.permissions import ROLE_NAMES
from rules.auth.sessions import end_all
from rules.core import clock
from rules.core.errors import Invalid, NotAllowed, NotFound
from rules.core.validation import span_errors
from rules.people.rights import find_to_edit, may_give, not_over


def held_from(role, day):
    """The people who hold a role on a day or from a later one on, as a query of their ids."""
    return RoleGrant.select(RoleGrant.person).where(RoleGrant.role == role.value, not_over(day))


def grants_of(person):
    """The roles somebody holds or will hold, with their days."""
    return list(
        RoleGrant.select()
        .where(RoleGrant.person == person, not_over(clock.today()))
        .order_by(RoleGrant.starts_on, RoleGrant.id)
    )


def give_role(actor, person, role, starts_on, ends_on=None):
    """Give somebody a role from a day on, until a day or for good. Nobody changes their own roles."""
    _must_change_role(actor, person, role)
    with writing():
        find_to_edit(actor, person)
        if errors := _role_errors(person, role, starts_on, ends_on):
            raise Invalid(errors)
        grant(actor.id, person, role, starts_on, ends_on)


def _must_change_role(actor, person, role):
    if person == actor.id:
        raise NotAllowed("You cannot change your own roles. Somebody else has to.")
    if not may_give(actor, role):
        raise NotAllowed("Only the headteacher gives and takes this role.")


def _role_errors(person, role, starts_on, ends_on):
    if errors := span_errors(starts_on, ends_on):
        return errors
    for grant in grants_of(person):
        same = grant.role == role and starts_on <= (grant.ends_on or dt.date.max)
        if same and (ends_on or dt.date.max) >= grant.starts_on:
            return {"role": "This person already has this role on some of these days"}
    return {}


def grant(giver, person, role, starts_on, ends_on):
    """Give a role and note it on the trail, in the caller's transaction; who may is asked beforehand."""
    RoleGrant.insert(
        person=person,
        role=role.value,
        starts_on=starts_on,
        ends_on=ends_on,
        given_by=giver,
        given_at=clock.now(),
    ).execute()
    until = f"until {clock.format_date(ends_on)}" if ends_on else "with no last day"
    span = f"from {clock.format_date(starts_on)} {until}"
    record("role-given", actor=giver, person=person, role=ROLE_NAMES[role], span=span)


def take_role(actor, person, grant):
    """Take a role from somebody at once; their sessions end with it."""
    with writing():
        find_to_edit(actor, person)
        row = _grant(person, grant)
        _must_change_role(actor, person, Role(row.role))
        RoleGrant.update(taken_at=clock.now()).where(RoleGrant.id == grant).execute()
        # Not left to the comparison of roles: given back, the role would bring the sessions to life again.
        end_all(person)
        record("role-taken", actor=actor.id, person=person, role=ROLE_NAMES[Role(row.role)])


def _grant(person, grant):
    for row in grants_of(person):
        if row.id == grant:
            return row
    raise NotFound
