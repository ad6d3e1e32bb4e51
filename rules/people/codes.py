"""Single-use codes, with which people choose their first password."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Person, RoleGrant
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.auth.sessions import end_all
from rules.core import clock
from rules.core.errors import NotAllowed, NotFound
from rules.core.tokens import code, sha256
from rules.people.rights import find_to_edit, may_edit_holder, not_over

CODE_LASTS = dt.timedelta(days=7)


def new_code(actor, person):
    """A new single-use code for somebody who has no password or has forgotten it. Their old one stops working."""
    if person == actor.id:
        raise NotAllowed("Change your own password on your account page.")
    with writing():
        find_to_edit(actor, person)
        Person.update(password_hash=None).where(Person.id == person).execute()
        end_all(person)
        return make_code(actor.id, person)


class Slip(NamedTuple):
    """Somebody's code on a sheet. It is kept nowhere."""

    name: str
    team: str
    username: str
    code: str


@prepared
def _without_password():
    roles = RoleGrant.select(fn.group_concat(RoleGrant.role)).where(
        RoleGrant.person == Person.id, not_over(Parameter("day"))
    )
    return (
        Person.select(Person.id, Person.name, Person.team, Person.username, roles.alias("roles"))
        .where(
            Person.active == True,  # noqa: E712 (SQL)
            Person.password_hash.is_null(),
        )
        .order_by(Person.team, Person.name, Person.id)
    )


def sheet(actor, role, team):
    """A new single-use code for everybody of a role or a team, or both, who has no password yet, as slips.

    `role` or `team` may be empty. Those whom this person may not edit are left out; old codes stop working.
    """
    actor.must(Permission.MANAGE_PEOPLE)
    with writing():
        slips = []
        for row in _without_password.rows(day=clock.today()):
            roles = set((row.roles or "").split(","))
            wanted = role in {"", *roles} and team in {"", row.team} and row.id != actor.id
            if wanted and may_edit_holder(actor, roles):
                slips.append(Slip(row.name, row.team, row.username, make_code(actor.id, row.id)))
        return slips


def make_code(maker, person):
    """Make a person's single-use code, in the caller's transaction. It is returned, and only its digest is kept."""
    secret = code()
    Person.update(code_hash=sha256(secret), code_ends_at=clock.now() + CODE_LASTS).where(Person.id == person).execute()
    record("code-made", actor=maker, person=person)
    return secret


def reset(username):
    """A new single-use code from the command line; returns it. Raises NotFound."""
    with writing():
        row = Person.get_or_none(Person.username == username.strip().lower())
        if row is None:
            raise NotFound
        Person.update(password_hash=None).where(Person.id == row.id).execute()
        end_all(row.id)
        return make_code(None, row.id)
