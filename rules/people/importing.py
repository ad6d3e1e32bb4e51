"""Importing people from files: first what it would do, then all of it or nothing.

Somebody who is not in the file is left alone. Nobody is deleted, no role is taken and no link ended. What was looked
at is kept for an hour at most, for its sender only, and planned afresh when it is applied.
"""

from typing import NamedTuple

from database import writing
from enums import Role
from models import ClassStaff, Guardian, Person, RoleGrant
from rules.audit.record import record
from rules.auth.permissions import Actor, Permission
from rules.auth.sessions import end_all
from rules.core import clock, config
from rules.imports import csv_files, uploads
from rules.imports import plan as import_plan
from rules.imports.plan import LineOutcome, Plan, Refused
from rules.people import families
from rules.people.classes import save as keep_classes
from rules.people.import_lines import KINDS, LinkStep, link_line, person_line
from rules.people.people import CHANGE_WORDS
from rules.people.rights import not_over
from rules.people.role_grants import grant


class School(NamedTuple):
    """Everybody by username; by their ids the roles they hold now or later, their classes; the links by pair."""

    people: dict
    roles: dict
    classes: dict
    links: dict

    def roles_of(self, person):
        """The roles of somebody in `people`, or none for nobody."""
        return self.roles.get(person.id, frozenset()) if person else frozenset()

    def classes_of(self, person):
        """The classes in which somebody in `people` works, or none for nobody."""
        return self.classes.get(person.id, frozenset()) if person else frozenset()


def load_school():
    """The school as it is now, however large, in four queries."""
    roles, classes = {}, {}
    grants = RoleGrant.select(RoleGrant.person, RoleGrant.role).where(not_over(clock.today()))
    for person, role in grants.tuples():
        roles.setdefault(person, set()).add(Role(role))
    for person, name in ClassStaff.select(ClassStaff.person, ClassStaff.class_name).tuples():
        classes.setdefault(person, set()).add(name)
    links = Guardian.select().where(Guardian.ended_at.is_null())
    return School(
        {person.username: person for person in Person.select()},
        roles,
        classes,
        {(link.child_id, link.parent_id): link for link in links},
    )


# --- How far an import has come -----------------------------------------------------------------------------


class Progress:
    """How many lines are done, and how many there are."""

    def __init__(self, total):
        self.done, self.total = 0, total


def count(actor, lines):
    """Go through lines and note how far somebody's import has come. It is forgotten at the end, however it ends."""
    running = config.current().imports
    progress = running[actor.id] = Progress(len(lines))
    try:
        for line in lines:
            yield line
            progress.done += 1
    finally:
        running.pop(actor.id, None)


def progress_of(actor):
    """How far somebody's import has come, or None where none runs."""
    return config.current().imports.get(actor.id)


# --- Doing what was planned ---------------------------------------------------------------------------------


def apply_step(actor, step, school):
    """Do what one line takes. Who may was asked when it was planned."""
    if isinstance(step, LinkStep):
        _apply_link(actor, step)
    elif step.person is None:
        _add(actor, step)
    else:
        _change(actor, step, school.classes_of(step.person))


def _apply_link(actor, step):
    if step.link:
        families.change(actor, step.link, step.relation, step.access)
    else:
        families.save_link(actor, step.child, step.parent, step.relation, step.access)


def _add(actor, step):
    """Somebody new has no password: they get their code on their page."""
    person = Person.insert(**step.details._asdict(), made_at=clock.now()).execute()
    record("person-added", actor=actor.id, person=person)
    _give(actor, person, step, ())


def _change(actor, step, classes):
    person = step.person.id
    if step.changed:
        Person.update({name: getattr(step.details, name) for name in step.changed}).where(Person.id == person).execute()
        what = ", ".join(CHANGE_WORDS[name] for name in step.changed)
        record("person-changed", actor=actor.id, person=person, what=what)
    _give(actor, person, step, classes)
    if step.active is not None:
        Person.update(active=step.active).where(Person.id == person).execute()
        end_all(person)
        event = "person-made-active" if step.active else "person-made-inactive"
        record(event, actor=actor.id, person=person)


def _give(actor, person, step, classes):
    for role in step.roles:
        grant(actor.id, person, role, clock.today(), None)
    if step.classes is not None:
        keep_classes(actor, person, classes, step.classes)


# --- Looked at, then applied --------------------------------------------------------------------------------


# At the command line nobody is signed in. Whoever may use it may do there what the headteacher may.
COMMAND_LINE = Actor(None, "", "the command line", "", frozenset({Role.HEADTEACHER}))


def look_over(actor, what, raw):
    """Plan the import of a file (bytes) and keep nothing. Raises CsvFault for a file that cannot be read."""
    actor.must(Permission.MANAGE_PEOPLE)
    return plan_of(actor, what, _rows(what, raw))


def look_at(actor, what, raw):
    """Plan the import of a file (bytes). Returns the plan, and a token to apply it with where it does anything.

    Raises CsvFault for a file that cannot be read. `what` is a key of KINDS.
    """
    return import_plan.keep(actor, what, look_over(actor, what, raw), raw)


def _rows(what, raw):
    kind = KINDS[what]
    return csv_files.read(raw, kind.names, kind.required)


def plan_of(actor, what, rows, school=None):
    """What importing these rows would do, line by line. It takes the same few queries for any number of them."""
    kind, school, seen = KINDS[what], school or load_school(), {}
    if what == "links":
        lines = (link_line(actor, number, row, school, seen) for number, row in rows)
    else:
        lines = (person_line(actor, kind, number, row, school, seen) for number, row in rows)
    return Plan(kind, tuple(lines))


def apply_kept(actor, secret):
    """Do what a file that was looked at says; returns the plan that was done. Raises Conflict or Refused."""
    actor.must(Permission.MANAGE_PEOPLE)
    with writing():
        what, raw = uploads.take_file(actor, secret, KINDS)
        return apply_file(actor, what, raw)


def give_up(actor, secret):
    """Forget a file that was looked at. Raises Conflict."""
    actor.must(Permission.MANAGE_PEOPLE)
    uploads.take(actor, secret, KINDS)


def apply_file(actor, what, raw):
    """Plan a file (bytes) afresh and do all of it, in one transaction; returns the plan.

    Raises CsvFault, or Refused where any line cannot be imported; then nothing has changed.
    """
    actor.must(Permission.MANAGE_PEOPLE)
    rows = _rows(what, raw)
    with writing():
        school = load_school()
        plan = plan_of(actor, what, rows, school)
        if plan.refused:
            raise Refused(plan)
        for line in count(actor, plan.steps):
            apply_step(actor, line.step, school)
        if plan.steps:
            new, changed = plan.counts[LineOutcome.NEW], plan.counts[LineOutcome.CHANGED]
            record("people-imported", actor=actor.id, what=plan.kind.title.lower(), new=new, changed=changed)
        return plan
