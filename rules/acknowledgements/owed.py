"""Who has acknowledged what of the policy in force, and what somebody still owes (clauses 3.5, 7.1, 8.5).

An *item* is one thing that people read and acknowledge: "obligations" (what they must do, once for each role they
hold), "complaints" (how to complain), "whistleblowing" and "monitoring" (use of school devices may be checked). The
policy says whom each is for. Nothing is written when a version is published: whoever has no row for it owes it
(invariant 16).
"""

from collections import namedtuple

from peewee import SQL, TextField, Value, fn

from database import prepared
from enums import AcknowledgedItem, ParentAccess, Role
from fields import Parameter, UtcField, typed
from models import Acknowledgement, Guardian, Person, Reminder, RoleGrant
from rules.acknowledgements.texts import Key, keys_for, text_of, title_of
from rules.auth.actors import held_today, roles_today
from rules.core import clock
from rules.policy import differences
from rules.policy.in_force import policy_in_force

# Something that somebody owes, and what it is called.
Owed = namedtuple("Owed", "key title")
# A child of whom a parent can acknowledge something, with what is owed.
OwedChild = namedtuple("OwedChild", "id name owed")
# What waits for somebody: of their own and of their children's, and who reminded them last, and when; or None.
Waiting = namedtuple("Waiting", "version owed children reminder")
PUPILS = frozenset({Role.PUPIL})


@prepared
def _done():
    return Acknowledgement.select(Acknowledgement.item, Acknowledgement.role).where(
        Acknowledgement.version == Parameter("version"), Acknowledgement.person == Parameter("person")
    )


def done(person, version):
    """What somebody (by id) has acknowledged of a version, as a set of keys."""
    return {Key(row.item, row.role) for row in _done.rows(person=person, version=version)}


def acknowledged(person, item):
    """Whether somebody (by id) has acknowledged an item of the version in force, for every role they hold today.

    False where the item is not for them.
    """
    version = policy_in_force().version
    needed = {key for key in keys_for(version, roles_today(person)) if key.item == item}
    return bool(needed) and needed <= done(person, version)


def owed(actor):
    """What somebody has not acknowledged yet of the version in force, in the order in which they read it."""
    version = policy_in_force().version
    return _owed(version, actor.roles, done(actor.id, version))


def _owed(version, roles, done):
    return [Owed(key, title_of(version, key)) for key in keys_for(version, roles) if key not in done]


# --- On one's own page --------------------------------------------------------------------------------------


def _children(*columns):
    """Pupils for whom a parent signs."""
    return (
        Guardian.select(*columns)
        .join(Person, on=(Guardian.child == Person.id))
        .join(RoleGrant, on=(RoleGrant.person == Person.id))
        .where(
            Guardian.parent == Parameter("person"),
            Guardian.access == ParentAccess.SIGNS.value,
            Guardian.ended_at.is_null(),
            Person.active == True,  # noqa: E712 (SQL)
            RoleGrant.role == Role.PUPIL.value,
            held_today(RoleGrant, Parameter("day")),
        )
    )


@prepared
def _all_about():
    """What was acknowledged, the children, and the newest reminder, in one go: it is asked for on everybody's page."""
    done = Acknowledgement.select(
        Value("given").alias("what"),
        Acknowledgement.person.alias("id"),
        typed(Acknowledgement.item, TextField).alias("text"),
        Acknowledgement.role.alias("more"),
    ).where(
        Acknowledgement.version == Parameter("version"),
        (Acknowledgement.person == Parameter("person")) | Acknowledgement.person.in_(_children(Guardian.child)),
    )
    children = _children(Value("child"), Person.id, Person.name, Value(""))
    newest = Reminder.select(fn.MAX(Reminder.id)).where(Reminder.version == Parameter("version"))
    reminder = (
        Reminder.select(Value("reminder"), Person.id, Person.name, Reminder.at)
        .join(Person, on=(Reminder.by == Person.id))
        .where(Reminder.id == newest)
    )
    return done.union_all(children).union_all(reminder).order_by(SQL("1, 3, 2"))


def waiting(actor, version):
    """What of a version waits for somebody on their own page; one query."""
    done_by, children, reminder = {}, [], None
    for row in _all_about.rows(version=version, person=actor.id, day=clock.today()):
        if row.what == "given":
            done_by.setdefault(row.id, set()).add(Key(AcknowledgedItem(row.text), row.more))
        elif row.what == "child":
            children.append((row.id, row.text))
        else:
            reminder = (row.text, UtcField.read(row.more))
    mine = _owed(version, actor.roles, done_by.get(actor.id, ()))
    theirs = [
        OwedChild(child, name, _owed(version, PUPILS, done_by.get(child, ())))
        for child, name in dict.fromkeys(children)
    ]
    theirs = [child for child in theirs if child.owed]
    return Waiting(version, mine, theirs, reminder if mine or theirs else None)


# --- One by one ---------------------------------------------------------------------------------------------


@prepared
def _history():
    giver = Person.alias("giver")
    return (
        Acknowledgement.select(
            *(Acknowledgement.id, Acknowledgement.version.alias("version"), Acknowledgement.item, Acknowledgement.role),
            *(Acknowledgement.at, Acknowledgement.given_by.alias("giver"), giver.name.alias("giver_name")),
            *(Acknowledgement.on_paper, Acknowledgement.signed_on),
        )
        .join(giver, on=(Acknowledgement.given_by == giver.id))
        .where(Acknowledgement.person == Parameter("person"))
        .order_by(Acknowledgement.id.desc())
    )


class PastAcknowledgement(
    namedtuple("PastAcknowledgement", "id version key title at giver giver_name on_paper signed_on")
):
    """Something that was acknowledged. `at` is aware, UTC; `signed_on` is the school's day, None unless on paper."""

    __slots__ = ()


def history(person):
    """Everything that somebody (by id) has acknowledged, the newest first."""
    past = []
    for row in _history.rows(person=person):
        key = Key(row.item, row.role)
        details = (row.at, row.giver, row.giver_name, row.on_paper, row.signed_on)
        past.append(PastAcknowledgement(row.id, row.version, key, title_of(row.version, key), *details))
    return past


# --- The page on which it is done ---------------------------------------------------------------------------


PART_OF = {AcknowledgedItem.OBLIGATIONS: "obligations", AcknowledgedItem.MONITORING: "monitoring"}
PROCEDURES = "procedures"
OF_SECTIONS = {*PART_OF.values(), PROCEDURES}

# A text to read. `since` is the version of it that was acknowledged last, or None; `changes` are those made since.
Section = namedtuple("Section", "key title text since changes")


def sections(whose, version, easy):
    """What somebody has not acknowledged of a version, in the order in which they read it."""
    past = history(whose.person.id)
    done = {row.key for row in past if row.version == version}
    last = {}
    for row in past:
        if row.version < version:
            last[row.key] = max(row.version, last.get(row.key, 0))
    return [_section(version, key, last.get(key), easy) for key in keys_for(version, whose.roles) if key not in done]


def _section(version, key, since, easy):
    text = text_of(version, key, easy)
    return Section(key, text["title"], text, since, _changes(key, since, version) if since else ())


def _changes(key, since, version):
    """What has changed in one text for those who read it."""
    if key.item == AcknowledgedItem.OBLIGATIONS:
        return tuple(change for change in _for({key.role}, since, version) if change.part == PART_OF[key.item])
    every = differences.between(since, version)
    part = PART_OF.get(key.item, PROCEDURES)
    return tuple(change for change in every if change.part == part and change.key == key.item)


def _for(roles, since, version):
    return differences.changed_for(frozenset(roles), since, version)


def others(roles, sections, version):
    """How much else in the policy has changed for somebody with these roles, and since which version.

    The first is 0 for somebody who reads it for the first time.
    """
    versions = [section.since for section in sections if section.since]
    if not versions:
        return 0, None
    since = min(versions)
    return sum(change.part not in OF_SECTIONS for change in _for(roles, since, version)), since
