"""The list of people: found by words, role and team, a page at a time, whoever works with it (clause 1.3)."""

from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared
from fields import JsonTextField, Parameter
from models import Person, RoleGrant
from rules.auth.actors import held_today
from rules.auth.permissions import Permission
from rules.core import clock

PAGE = 50
NO_LIMIT = -1


class DirectoryFilter(NamedTuple):
    """Who is wanted: with all the words in name, username or team, with a role today, in a team.

    `active` is "yes", "no" or nothing for both; `after` the id of the person behind whom the page begins.
    """

    text: str = ""
    role: str = ""
    team: str = ""
    active: str = ""
    after: int | None = None

    @property
    def words(self):
        """The words that all have to be found."""
        return self.text.casefold().split()


def _order():
    return Person.active.desc(), Person.name, Person.id


@prepared
def _found():
    """Names alone. Words are looked for in Python, because SQLite knows no capital letters beyond A to Z."""
    holds = RoleGrant.select(SQL("1")).where(
        RoleGrant.person == Person.id,
        RoleGrant.role == Parameter("role"),
        held_today(RoleGrant, Parameter("day")),
    )
    same_active = Person.active == Parameter("after_active")
    behind = (Person.name > Parameter("after_name")) | (
        (Person.name == Parameter("after_name")) & (Person.id > Parameter("after"))
    )
    return (
        Person.select(Person.id, Person.name, Person.username, Person.team)
        .where(
            (Parameter("role") == "") | fn.EXISTS(holds),
            (Parameter("team") == "") | (Person.team == Parameter("team")),
            (Parameter("active") == "") | (Person.active == (Parameter("active") == "yes")),
            (Person.active < Parameter("after_active")) | (same_active & behind),
        )
        .order_by(*_order())
        .limit(Parameter("most"))
    )


@prepared
def _these():
    roles = RoleGrant.select(fn.group_concat(RoleGrant.role)).where(
        RoleGrant.person == Person.id, held_today(RoleGrant, Parameter("day"))
    )
    ids = Select((fn.json_each(Parameter("ids", JsonTextField)),), (SQL("value"),))
    return (
        Person.select(
            Person.id,
            Person.username,
            Person.name,
            Person.team,
            Person.year_group,
            Person.born_on,
            Person.active,
            roles.alias("roles"),
        )
        .where(Person.id.in_(ids))
        .order_by(*_order())
    )


_place = prepared(lambda: Person.select(Person.active, Person.name).where(Person.id == Parameter("person")))


@prepared
def _teams():
    return Person.select(Person.team).where(Person.team != "").distinct().order_by(Person.team)


def teams(actor):
    """The names of every team and class, for narrowing the list down."""
    actor.must(Permission.MANAGE_PEOPLE)
    return [row.team for row in _teams.rows()]


def page(actor, wanted):
    """A page of those who are wanted, by name, the active ones first, and the id to go on after, or None at the end."""
    actor.must(Permission.MANAGE_PEOPLE)
    ids = [row.id for row in _rows(wanted) if _has(row, wanted.words)][: PAGE + 1]
    rows = _these.rows(ids=ids[:PAGE], day=clock.today())
    return rows, ids[PAGE - 1] if len(ids) > PAGE else None


def _rows(wanted):
    after = _place.one(person=wanted.after) if wanted.after else None
    return _found.rows(
        role=wanted.role,
        team=wanted.team,
        active=wanted.active,
        day=clock.today(),
        after=wanted.after or 0,
        after_active=int(after.active) if after else 2,  # above both, so that everybody comes after it
        after_name=after.name if after else "",
        most=NO_LIMIT if wanted.words else PAGE + 1,
    )


def _has(row, words):
    text = f"{row.name} {row.username} {row.team}".casefold()
    return all(word in text for word in words)
