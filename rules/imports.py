"""Importing people from files: first what it would do, then all of it or nothing.

Somebody who is not in the file is left alone. Nobody is deleted, no role is taken and no link ended. What was looked
at is kept for an hour at most, for its sender only, and planned afresh when it is applied.
"""

from database import writing
from enums import Role
from rules import audit, csv_files, kept_plans, uploads
from rules.import_apply import apply_step
from rules.import_kinds import KINDS
from rules.import_links import link_line
from rules.import_people import person_line
from rules.import_plan import Plan, Refused, Standing
from rules.import_progress import count
from rules.import_school import load_school
from rules.roles import Actor, Permission

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
    return kept_plans.keep(actor, what, look_over(actor, what, raw), raw)


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
        what, text = uploads.take(actor, secret, KINDS)
        return apply_file(actor, what, text.encode())


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
            new, changed = plan.counts[Standing.NEW], plan.counts[Standing.CHANGED]
            audit.record("people-imported", actor=actor.id, what=plan.kind.title.lower(), new=new, changed=changed)
        return plan
