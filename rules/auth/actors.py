"""Who is this? The person behind a session or an id, with the roles they hold today."""

import datetime as dt
from functools import lru_cache

from peewee import fn

from database import prepared
from enums import Role
from fields import Parameter
from models import Delegation, LoginSession, Person, RoleGrant
from rules.auth.permissions import MAY_BE_DELEGATE, STRICT_SESSION, Actor
from rules.core import clock, config
from rules.core.tokens import sha256

# A computer's clock may be put right by this much; what is of later than that was made while it ran ahead.
CLOCK_MAY_DIFFER = dt.timedelta(minutes=5)


def held_today(grant, day):
    """The condition that a grant holds on a day."""
    return grant.taken_at.is_null() & (grant.starts_on <= day) & (grant.ends_on.is_null() | (grant.ends_on >= day))


def _roles_of_person():
    return RoleGrant.select(fn.group_concat(RoleGrant.role)).where(
        RoleGrant.person == Person.id, held_today(RoleGrant, Parameter("day"))
    )


def _delegate_of():
    head = RoleGrant.alias()
    giver = Person.alias()
    return (
        Delegation.select(fn.MIN(Delegation.giver))
        .join(head, on=(head.person == Delegation.giver))
        .join(giver, on=(giver.id == Delegation.giver))
        .where(
            Delegation.delegate == Person.id,
            Delegation.ended_at.is_null(),
            Delegation.starts_on <= Parameter("day"),
            Delegation.ends_on >= Parameter("day"),
            head.role == Role.HEADTEACHER.value,
            held_today(head, Parameter("day")),
            giver.active == True,  # noqa: E712 (SQL)
        )
    )


def _actor_columns():
    return (
        Person.id,
        Person.username,
        Person.name,
        Person.team,
        _roles_of_person().alias("roles_now"),
        _delegate_of().alias("delegate_of"),
    )


@prepared
def _session():
    return (
        LoginSession.select(*_actor_columns(), LoginSession.roles.alias("roles_then"))
        .join(Person)
        .where(
            LoginSession.token_digest == Parameter("digest"),
            LoginSession.ends_at > Parameter("now"),
            LoginSession.began_at <= Parameter("soon"),
            Person.active == True,  # noqa: E712 (SQL)
        )
    )


@prepared
def _person():
    return Person.select(*_actor_columns()).where(Person.id == Parameter("person"))


def actor_of_token(secret, seen=None):
    """The actor a session token stands for, or None when the session is over.

    It is over when it was ended, when its time is up, when the person was made inactive, when the roles they hold
    today are not those they signed in with, and when it lay idle for too long. They were last `seen` so many seconds
    after 1970; None is just now.
    """
    now = clock.now()
    today = clock.local(now).date()
    row = _session.one(digest=sha256(secret), now=now, soon=now + CLOCK_MAY_DIFFER, day=today)
    if row is None:
        return None
    actor = _actor(row)
    if ",".join(sorted(actor.roles)) != row.roles_then:
        return None
    # Neither a session nor its last page can be of later than now, unless a clock ran ahead and was put right.
    lies_idle = seen is not None and abs(now.timestamp() - seen) > idle_limit(actor.roles).total_seconds()
    return None if lies_idle else actor


def idle_limit(roles):
    """How long a session of somebody with these roles may lie idle."""
    limits = config.current().limits
    return limits.strict_idle if STRICT_SESSION & roles else limits.idle


def actor_of_person(person):
    """The actor a person (by id) is today, whether signed in or not; None if there is no such person."""
    row = _person.one(person=person, day=clock.today())
    return row and _actor(row)


def roles_today(person):
    """The roles a person (by id) holds today."""
    return actor_of_person(person).roles


@lru_cache(maxsize=256)  # a school has some dozen sets of roles, and every request asks for one
def _role_set(text):
    return frozenset(Role(role) for role in (text or "").split(",") if role)


def _actor(row):
    roles = _role_set(row.roles_now)
    # Who has left the group that can be named no longer stands in, whatever was agreed before.
    delegate_of = row.delegate_of if roles & MAY_BE_DELEGATE else None
    return Actor(row.id, row.username, row.name, row.team, roles, delegate_of)
