"""People: the office's and the headteacher's work of keeping names, roles and hours in order."""

import datetime as dt
import re
from dataclasses import dataclass

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Person, Role, RoleGrant
from rules import audit, clock
from rules.digests import code, sha256
from rules.exemption_checks import Unfit
from rules.exemptions import touch
from rules.roles import GIVEN_BY_HEADTEACHER, ROLE_NAMES, NotAllowed, NotFound, Permission
from rules.sessions import actor_of_person, end_all, held_today
from rules.text import fault_of, one_line

CODE_LASTS = dt.timedelta(days=7)
USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")


@dataclass(frozen=True)
class Details:
    """What the people page keeps of somebody. Times are the school's wall clock."""

    username: str
    name: str
    team: str = ""
    starts_work_at: dt.time | None = None
    ends_work_at: dt.time | None = None

    def tidied(self):
        """The same, on one line each, the username without case."""
        return Details(
            self.username.strip().lower(),
            one_line(self.name),
            one_line(self.team),
            self.starts_work_at,
            self.ends_work_at,
        )


# --- Who may do what to whom --------------------------------------------------------------------------------


def may_give(actor, role):
    """Whether this person gives and takes this role: some roles are the headteacher's alone to give."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        return False
    return actor.holds(Role.HEADTEACHER) or role not in GIVEN_BY_HEADTEACHER


def may_edit(actor, person_actor):
    """Whether this person edits that one. The office does not touch the accounts of those above it."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        return False
    return actor.holds(Role.HEADTEACHER) or not (_roles_ever(person_actor.id) & GIVEN_BY_HEADTEACHER)


def _roles_ever(person):
    """Roles held today or from a later day on: somebody who will be headteacher is guarded already."""
    day = clock.today()
    grants = RoleGrant.select(RoleGrant.role).where(
        RoleGrant.person == person,
        RoleGrant.taken_at.is_null(),
        RoleGrant.ends_on.is_null() | (RoleGrant.ends_on >= day),
    )
    return {Role(grant.role) for grant in grants}


def find(actor, person):
    """Somebody by id, with the roles they hold today. Raises NotFound."""
    actor.must(Permission.MANAGE_PEOPLE)
    found = Person.get_or_none(Person.id == person) if 0 < person < 2**63 else None
    if found is None:
        raise NotFound
    return found


def find_to_edit(actor, person):
    """Somebody whom this person edits: NotFound for strangers to the page, NotAllowed for those above."""
    found = find(actor, person)
    if not may_edit(actor, actor_of_person(person)):
        raise NotAllowed("Only the headteacher can change this person.")
    return found


# --- The list -----------------------------------------------------------------------------------------------


@prepared
def _everyone():
    roles = RoleGrant.select(fn.group_concat(RoleGrant.role)).where(
        RoleGrant.person == Person.id, held_today(RoleGrant, Parameter("day"))
    )
    return Person.select(
        Person.id, Person.username, Person.name, Person.team, Person.active, roles.alias("roles")
    ).order_by(Person.active.desc(), Person.name, Person.id)


def list_people(actor, part="", role=None):
    """Everyone by name, the active ones first; a part of a name or username, or a role, narrows it down."""
    actor.must(Permission.MANAGE_PEOPLE)
    part = part.casefold().strip()
    rows = _everyone.rows(day=clock.today().isoformat())
    return [
        row
        for row in rows
        if (part in row.name.casefold() or part in row.username)
        and (role is None or role in (row.roles or "").split(","))
    ]


def grants_of(person):
    """The roles somebody holds or will hold, with their days."""
    return list(
        RoleGrant.select()
        .where(
            RoleGrant.person == person,
            RoleGrant.taken_at.is_null(),
            RoleGrant.ends_on.is_null() | (RoleGrant.ends_on >= clock.today()),
        )
        .order_by(RoleGrant.starts_on, RoleGrant.id)
    )


# --- Adding and changing ------------------------------------------------------------------------------------


def add(actor, details, roles):
    """Add somebody with at least one role; returns their id and the single-use code for a first password."""
    actor.must(Permission.MANAGE_PEOPLE)
    for role in roles:
        if not may_give(actor, role):
            raise NotAllowed("Only the headteacher gives this role.")
    problems = {} if roles else {"roles": "Choose at least one role"}
    with writing():
        person = _insert(details, problems)
        audit.record("person-added", actor=actor.id, person=person)
        for role in roles:
            _give(actor.id, person, role, clock.today(), None)
        return person, _make_code(actor.id, person)


def _insert(details, problems):
    details = details.tidied()
    problems = {**details_problems(details), **problems}
    if problems:
        raise Unfit(problems)
    return Person.insert(**vars(details), made_at=clock.now()).execute()


def details_problems(details, person=None):
    """What is wrong with somebody's details, as {field: message}."""
    problems = {}
    if not USERNAME.fullmatch(details.username):
        problems["username"] = "Use 2 to 64 small letters, digits, dots or hyphens, and begin with a letter"
    elif Person.select().where(Person.username == details.username, Person.id != (person or 0)).exists():
        problems["username"] = "Somebody else has this username. Choose another one"
    for field, longest in (("name", 100), ("team", 100)):
        if fault := fault_of(getattr(details, field), longest):
            problems[field] = fault
    if not details.name:
        problems["name"] = "Write the person’s full name"
    if details.starts_work_at and details.ends_work_at and details.ends_work_at <= details.starts_work_at:
        problems["ends_work_at"] = "The end of the working day must be after its start"
    return problems


CHANGE_WORDS = {
    "username": "username",
    "name": "name",
    "team": "team",
    "starts_work_at": "start of the working day",
    "ends_work_at": "end of the working day",
}


def edit(actor, person, details):
    """Change somebody's details. Raises Unfit with the problems by field."""
    with writing():
        kept = find_to_edit(actor, person)
        details = details.tidied()
        if problems := details_problems(details, person):
            raise Unfit(problems)
        changed = {key: value for key, value in vars(details).items() if getattr(kept, key) != value}
        if changed:
            Person.update(**changed).where(Person.id == person).execute()
            what = ", ".join(CHANGE_WORDS[key] for key in changed)
            audit.record("person-changed", actor=actor.id, person=person, what=what)
            touch()


def set_active(actor, person, active):
    """Make somebody inactive, which ends their sessions at once, or active again. Nobody does it to themselves."""
    if person == actor.id:
        raise NotAllowed("You cannot make yourself inactive. Somebody else has to.")
    with writing():
        kept = find_to_edit(actor, person)
        if kept.active == active:
            return
        Person.update(active=active).where(Person.id == person).execute()
        end_all(person)
        event = "person-made-active" if active else "person-made-inactive"
        audit.record(event, actor=actor.id, person=person)
        touch()


# --- Roles --------------------------------------------------------------------------------------------------


def give_role(actor, person, role, starts_on, ends_on=None):
    """Give somebody a role from a day on, until a day or for good. Nobody changes their own roles."""
    _must_change_role(actor, person, role)
    with writing():
        find_to_edit(actor, person)
        if problems := _role_problems(person, role, starts_on, ends_on):
            raise Unfit(problems)
        _give(actor.id, person, role, starts_on, ends_on)
        touch()


def _must_change_role(actor, person, role):
    if person == actor.id:
        raise NotAllowed("You cannot change your own roles. Somebody else has to.")
    if not may_give(actor, role):
        raise NotAllowed("Only the headteacher gives and takes this role.")


def _role_problems(person, role, starts_on, ends_on):
    if starts_on < clock.today():
        return {"starts_on": "The first day is in the past. Choose today or a later day"}
    if ends_on and ends_on < starts_on:
        return {"ends_on": "The last day is before the first day. Choose the same day or a later one"}
    for grant in grants_of(person):
        same = grant.role == role and starts_on <= (grant.ends_on or dt.date.max)
        if same and (ends_on or dt.date.max) >= grant.starts_on:
            return {"role": "This person already has this role on some of these days"}
    return {}


def _give(giver, person, role, starts_on, ends_on):
    RoleGrant.insert(
        person=person,
        role=role.value,
        starts_on=starts_on,
        ends_on=ends_on,
        given_by=giver,
        given_at=clock.now(),
    ).execute()
    until = f"until {clock.say_date(ends_on)}" if ends_on else "with no last day"
    span = f"from {clock.say_date(starts_on)} {until}"
    audit.record("role-given", actor=giver, person=person, role=ROLE_NAMES[role], span=span)


def take_role(actor, person, grant):
    """Take a role from somebody at once; their sessions end with it."""
    with writing():
        find_to_edit(actor, person)
        row = RoleGrant.get_or_none(RoleGrant.id == grant, RoleGrant.person == person, RoleGrant.taken_at.is_null())
        if row is None:
            raise NotFound
        _must_change_role(actor, person, Role(row.role))
        RoleGrant.update(taken_at=clock.now()).where(RoleGrant.id == grant).execute()
        audit.record("role-taken", actor=actor.id, person=person, role=ROLE_NAMES[Role(row.role)])
        touch()


# --- First passwords ----------------------------------------------------------------------------------------


def new_code(actor, person):
    """A new single-use code for somebody who has no password or has forgotten it. Their old one stops working."""
    if person == actor.id:
        raise NotAllowed("Change your own password on your account page.")
    with writing():
        find_to_edit(actor, person)
        Person.update(password_hash=None).where(Person.id == person).execute()
        end_all(person)
        return _make_code(actor.id, person)


def _make_code(maker, person):
    secret = code()
    Person.update(code_hash=sha256(secret), code_ends_at=clock.now() + CODE_LASTS).where(Person.id == person).execute()
    audit.record("code-made", actor=maker, person=person)
    return secret


def add_from_the_start(details, roles):
    """Somebody whom nobody signed in has added: the first headteacher, the demo's people. Returns their id."""
    with writing():
        person = _insert(details, {})
        audit.record("person-added", person=person)
        for role in roles:
            _give(None, person, role, clock.today(), None)
        return person


def add_headteacher(username, name):
    """The first account of a real school, made from the command line; returns the single-use code.

    Raises Unfit with the problems by field. There is no default account and no default password.
    """
    with writing():
        person = add_from_the_start(Details(username, name), (Role.HEADTEACHER, Role.STAFF_NONDIRECT))
        return _make_code(None, person)


def reset(username):
    """A new single-use code from the command line; returns it. Raises NotFound."""
    with writing():
        kept = Person.get_or_none(Person.username == username.strip().lower())
        if kept is None:
            raise NotFound
        Person.update(password_hash=None).where(Person.id == kept.id).execute()
        end_all(kept.id)
        return _make_code(None, kept.id)


def everyones_names():
    """Everyone's id and name, by name, for choosing from."""
    return list(Person.select(Person.id, Person.name).order_by(Person.name, Person.id).tuples())
