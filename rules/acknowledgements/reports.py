"""Who has not acknowledged the policy in force, by role, team and class, and reminding them (clause 7.1)."""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from enums import Role
from fields import DayField, Parameter
from models import Acknowledgement, Person, Reminder, RoleGrant
from rules.acknowledgements.texts import Key, keys_for, title_of
from rules.audit.record import record
from rules.auth.actors import held_today
from rules.auth.permissions import ROLE_NAMES, Permission
from rules.core import clock
from rules.core.errors import AlreadyDone
from rules.policy import versions
from rules.policy.in_force import policy_in_force

NEW_FOR = dt.timedelta(days=90)
MOST_POINTS = 12
FEWEST = 5

# A role, class or team, found again by `key`: `done` of `total` people have acknowledged all that it asks of them.
Group = namedtuple("Group", "key name total done")
Point = namedtuple("Point", "day percent")
Joiner = namedtuple("Joiner", "since reader")


def percent(done, total):
    """How many of a hundred, rounded down, so that 100 means all.

    >>> percent(199, 200), percent(2, 2), percent(0, 0)
    (99, 100, 0)
    """
    return 100 * done // total if total else 0


class Reader(NamedTuple):
    """Somebody who is asked to acknowledge the policy. `given` says when (aware, UTC) by key."""

    id: int
    name: str
    team: str
    roles: frozenset
    needed: tuple
    given: dict

    @property
    def owes(self):
        """What they have not acknowledged yet."""
        return [key for key in self.needed if key not in self.given]

    @property
    def done_at(self):
        """When they had acknowledged all of it, or None."""
        return None if self.owes else max(self.given[key] for key in self.needed)


@prepared
def _people():
    return (
        Person.select(Person.id, Person.name, Person.team, fn.group_concat(RoleGrant.role).alias("roles"))
        .join(RoleGrant, on=(RoleGrant.person == Person.id))
        .where(Person.active == True, held_today(RoleGrant, Parameter("day")))  # noqa: E712 (SQL)
        .group_by(Person.id)
        .order_by(Person.name, Person.id)
    )


@prepared
def _given():
    return Acknowledgement.select(
        Acknowledgement.person.alias("person"), Acknowledgement.item, Acknowledgement.role, Acknowledgement.at
    ).where(Acknowledgement.version == Parameter("version"))


def readers(actor):
    """The version in force, and everybody who is asked, by name: as many queries for two people as for two thousand."""
    actor.must(Permission.COUNT_ACKNOWLEDGEMENTS)
    version, given_at = policy_in_force().version, {}
    for row in _given.rows(version=version):
        given_at.setdefault(row.person, {})[Key(row.item, row.role)] = row.at
    people = []
    for row in _people.rows(day=clock.today()):
        roles = frozenset(map(Role, row.roles.split(",")))
        if needed := keys_for(version, roles):
            people.append(Reader(row.id, row.name, row.team, roles, needed, given_at.get(row.id, {})))
    return version, people


# --- In numbers -----------------------------------------------------------------------------------------


def by_role(version, people):
    """A group for each role that somebody holds; whoever has acknowledged what it asks counts as done."""
    groups = []
    for role in Role:
        holders = [reader for reader in people if role in reader.roles]
        needed = keys_for(version, frozenset({role}))
        done = sum(all(key in reader.given for key in needed) for reader in holders)
        if holders:
            groups.append(Group(role.value, ROLE_NAMES[role], len(holders), done))
    return groups


def by_team(people, pupils):
    """A group for each class of the pupils, or for each team of everybody else, by name."""
    teams = {}
    for reader in people:
        if (Role.PUPIL in reader.roles) == pupils:
            teams.setdefault(reader.team, []).append(reader)
    missing = "No class" if pupils else "No team"
    return [
        Group(team, team or missing, len(teams[team]), sum(not reader.owes for reader in teams[team]))
        for team in sorted(teams, key=lambda team: (not team, team))
    ]


def over_time(version, people):
    """How many of a hundred of today's people had acknowledged all of it by the end of a day, for up to 12 days."""
    first, last = min(versions.edition(version).from_day, clock.today()), clock.today()
    step = max(1, -(-(last - first).days // (MOST_POINTS - 1)))
    days = [last - dt.timedelta(days=step * back) for back in range(MOST_POINTS)]
    done = [reader.done_at for reader in people if not reader.owes]
    return [
        Point(day, percent(sum(moment < clock.day_bounds(day)[1] for moment in done), len(people)))
        for day in reversed(days)
        if day >= first
    ]


def large_enough(groups):
    """The groups in which a share gives nobody away, for governors, who see no names."""
    return [group for group in groups if group.total >= FEWEST]


# --- By name --------------------------------------------------------------------------------------------


def narrowed(people, role="", team=None):
    """The readers who owe something, narrowed down to a role and a team (or class) where one is given."""
    return [
        reader
        for reader in people
        if reader.owes and (not role or role in reader.roles) and (team is None or reader.team == team)
    ]


def format_owed(version, reader):
    """What somebody owes, in words."""
    return "; ".join(title_of(version, key) for key in reader.owes)


@prepared
def _begun():
    return (
        RoleGrant.select(RoleGrant.person.alias("person"), fn.MIN(RoleGrant.starts_on).alias("since"))
        .group_by(RoleGrant.person)
        .having(fn.MIN(RoleGrant.starts_on) >= Parameter("since", DayField))
    )


def new_starters(actor):
    """The people whose first role began within the last 90 days, the newest first; some owe nothing (8.1)."""
    actor.must(Permission.READ_ACKNOWLEDGEMENTS)
    version, people = readers(actor)
    begun = {row.person: row.since for row in _begun.rows(since=clock.today() - NEW_FOR)}
    joiners = [Joiner(begun[one.id], one) for one in people if one.id in begun]
    return version, sorted(joiners, key=lambda joiner: joiner.since, reverse=True)


# --- Reminding ----------------------------------------------------------------------------------------------


AT_MOST_EVERY = dt.timedelta(days=1)
Last = namedtuple("Last", "name at")


@prepared
def _newest():
    return (
        Reminder.select(Person.name, Reminder.at)
        .join(Person, on=(Reminder.by == Person.id))
        .where(Reminder.version == Parameter("version"))
        .order_by(Reminder.id.desc())
        .limit(1)
    )


def newest(version):
    """Who reminded last of a version, and when (aware, UTC); None where nobody has."""
    row = _newest.one(version=version)
    return row and Last(row.name, row.at)


def remind(actor):
    """Remind everybody who owes something of the version in force. Raises AlreadyDone, NotAllowed."""
    actor.must(Permission.REMIND_OF_POLICY)
    with writing():
        version = policy_in_force().version
        last = newest(version)
        if last and clock.now() - last.at < AT_MOST_EVERY:
            raise AlreadyDone(f"{last.name} has reminded them already, at {clock.format_moment(last.at)}.")
        Reminder.insert(version=version, by=actor.id, at=clock.now()).execute()
        record("acknowledgement-reminder", actor=actor.id, about=f"policy:{version}", version=version)
