"""People: the office's and the headteacher's work of keeping names, roles and hours in order."""

import datetime as dt
import re
from typing import NamedTuple

from database import prepared, writing
from enums import Role
from fields import Parameter
from models import Person
from rules.audit.record import record
from rules.auth.permissions import FAMILY, Permission
from rules.auth.sessions import end_all
from rules.core import clock
from rules.core.errors import Invalid, NotAllowed
from rules.core.text import one_line
from rules.core.validation import text_errors
from rules.people.codes import make_code
from rules.people.rights import find_to_edit, may_give
from rules.people.role_grants import grant

USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet takes for a formula when it opens a list of names
FIRST_BIRTHDAY = dt.date(1900, 1, 1)
OF_PUPILS = ("year_group", "born_on")
OF_STAFF = ("starts_work_at", "ends_work_at")


class PersonDetails(NamedTuple):
    """What the people page keeps of somebody. Times are the school's wall clock. A pupil's team is their class."""

    username: str
    name: str
    team: str = ""
    starts_work_at: dt.time | None = None
    ends_work_at: dt.time | None = None
    year_group: str = ""
    born_on: dt.date | None = None

    def cleaned(self):
        """Return a copy with each text on one line, the username in small letters."""
        return self._replace(
            username=self.username.strip().lower(),
            name=one_line(self.name),
            team=one_line(self.team),
            year_group=one_line(self.year_group),
        )


def not_for(roles):
    """The details that have no meaning for somebody with these roles, so that their page does not ask for them."""
    details = () if Role.PUPIL in roles else OF_PUPILS
    return details + (OF_STAFF if roles and roles <= FAMILY else ())


# --- Adding and changing ------------------------------------------------------------------------------------


def add(actor, details, roles):
    """Add somebody with at least one role; returns their id and the single-use code for a first password."""
    actor.must(Permission.MANAGE_PEOPLE)
    for role in roles:
        if not may_give(actor, role):
            raise NotAllowed("Only the headteacher gives this role.")
    errors = {} if roles else {"roles": "Choose at least one role"}
    with writing():
        person = _insert(details, errors)
        record("person-added", actor=actor.id, person=person)
        for role in roles:
            grant(actor.id, person, role, clock.today(), None)
        return person, make_code(actor.id, person)


def _insert(details, errors):
    details = details.cleaned()
    errors = {**validate(details), **errors}
    if errors:
        raise Invalid(errors)
    return Person.insert(**details._asdict(), made_at=clock.now()).execute()


def validate(details, person=None):
    """What is wrong with somebody's details, as {field: message}."""
    errors = errors_in(details)
    taken = Person.select().where(Person.username == details.username, Person.id != (person or 0))
    if "username" not in errors and taken.exists():
        errors["username"] = "Somebody else has this username. Choose another one"
    return errors


def formula_error(what, text):
    """The complaint that a text begins like a formula, or None. `what` names the text."""
    return f"{what} cannot begin with “=”, “+”, “-” or “@”" if text.startswith(FORMULA) else None


def errors_in(details):
    """What is wrong with cleaned details by themselves, whoever else there is, as {field: message}."""
    errors = {}
    if not USERNAME.fullmatch(details.username):
        errors["username"] = "Use 2 to 64 small letters, digits, dots or hyphens, and begin with a letter"
    name = ("name", 100, "Write the person’s full name")
    errors.update(text_errors(details, name, ("team", 100, None), ("year_group", 20, None)))
    if error := formula_error("A name", details.name):
        errors["name"] = error
    if details.starts_work_at and details.ends_work_at and details.ends_work_at <= details.starts_work_at:
        errors["ends_work_at"] = "The end of the working day must be after its start"
    if details.born_on and not FIRST_BIRTHDAY <= details.born_on <= clock.today():
        errors["born_on"] = "The date of birth must be in the past, and not before 1900"
    return errors


CHANGE_WORDS = {
    "username": "username",
    "name": "name",
    "team": "team",
    "starts_work_at": "start of the working day",
    "ends_work_at": "end of the working day",
    "year_group": "year group",
    "born_on": "date of birth",
}


def edit(actor, person, details):
    """Change somebody's details. Raises Invalid with the errors by field."""
    with writing():
        current = find_to_edit(actor, person)
        details = details.cleaned()
        if errors := validate(details, person):
            raise Invalid(errors)
        changed = {key: value for key, value in details._asdict().items() if getattr(current, key) != value}
        if changed:
            Person.update(**changed).where(Person.id == person).execute()
            what = ", ".join(CHANGE_WORDS[key] for key in changed)
            record("person-changed", actor=actor.id, person=person, what=what)


def set_active(actor, person, active):
    """Make somebody inactive, which ends their sessions at once, or active again. Nobody does it to themselves."""
    if person == actor.id:
        raise NotAllowed("You cannot make yourself inactive. Somebody else has to.")
    with writing():
        current = find_to_edit(actor, person)
        if current.active == active:
            return
        Person.update(active=active).where(Person.id == person).execute()
        end_all(person)
        event = "person-made-active" if active else "person-made-inactive"
        record(event, actor=actor.id, person=person)


def add_from_the_start(details, roles):
    """Add somebody without an actor: the first headteacher, the people of the demo. Returns their id."""
    with writing():
        person = _insert(details, {})
        record("person-added", person=person)
        for role in roles:
            grant(None, person, role, clock.today(), None)
        return person


def add_headteacher(username, name):
    """The first account of a real school, made from the command line; returns the single-use code.

    Raises Invalid with the errors by field. There is no default account and no default password.
    """
    with writing():
        person = add_from_the_start(PersonDetails(username, name), (Role.HEADTEACHER, Role.STAFF_NONDIRECT))
        return make_code(None, person)


def everyones_names():
    """Everyone's id and name, by name, for choosing from."""
    return list(Person.select(Person.id, Person.name).order_by(Person.name, Person.id).tuples())


def anybody():
    """Whether the school has any account yet."""
    return Person.select().exists()


# --- Easy-read ----------------------------------------------------------------------------------------------


@prepared
def _reads_easy():
    return Person.select(Person.easy_read).where(Person.id == Parameter("person"))


def likes_easy_read(actor):
    """Whether this person reads in easy-read."""
    row = _reads_easy.one(person=actor.id)
    return bool(row and row.easy_read)


def prefer_easy_read(actor, easy):
    """Remember whether this person reads in easy-read. It is nobody else's business, so it is not on the trail."""
    with writing():
        Person.update(easy_read=easy).where(Person.id == actor.id).execute()
