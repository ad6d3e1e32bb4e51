"""Who has not acknowledged the policy: numbers, names, a file, reminders, and those who are new."""

from collections import namedtuple

from flask import flash, redirect, render_template, request, url_for

from blueprints.acknowledgements.routes import blueprint
from blueprints.gate import allow, me
from blueprints.posted import only_fields
from blueprints.spreadsheets import csv_file
from enums import Role
from rules import acknowledgement_lists, acknowledgement_reminders, policy_versions
from rules.errors import AlreadyDone
from rules.roles import ROLE_NAMES, Permission

CSV_HEAD = ("Name", "Class or team", "Roles", "Not acknowledged")
MOST_NAMES = 200
# The chart's size, in the units of its drawing.
WIDTH, HEIGHT = 360, 130

Mark = namedtuple("Mark", "x y point")


@blueprint.get("/who")
@allow(Permission.COUNT_ACKNOWLEDGEMENTS)
def who():
    """How many have acknowledged the version in force; for those who may know, who has not."""
    version, readers = acknowledgement_lists.readers(me)
    role, team = _asked()
    knows = me.may(Permission.READ_ACKNOWLEDGEMENTS)
    names = acknowledgement_lists.narrowed(readers, role, team) if knows else None
    shown = list if knows else acknowledgement_lists.large_enough
    return render_template(
        "acknowledgements/who.html",
        edition=policy_versions.edition(version),
        total=len(readers),
        done=sum(not reader.owes for reader in readers),
        percent=acknowledgement_lists.percent,
        roles=shown(acknowledgement_lists.by_role(version, readers)),
        classes=shown(acknowledgement_lists.by_team(readers, pupils=True)),
        teams=shown(acknowledgement_lists.by_team(readers, pupils=False)),
        fewest=acknowledgement_lists.FEWEST,
        marks=_marks(acknowledgement_lists.over_time(version, readers)),
        size=(WIDTH, HEIGHT),
        role=role,
        team=team,
        names=names and names[:MOST_NAMES],
        more=max(0, len(names or ()) - MOST_NAMES),
        say_owed=acknowledgement_lists.say_owed,
        last=acknowledgement_reminders.newest(version),
    )


def _asked():
    """The role (empty: any) and the team (None: any) that the list is asked for."""
    role, team = request.args.get("role", ""), request.args.get("team")
    return role if role in set(Role) else "", team if team is None else team[:100]


def _marks(points):
    """Where the points of the chart lie."""
    step = WIDTH / max(1, len(points) - 1)
    return [
        Mark(round(number * step) if len(points) > 1 else WIDTH, round(HEIGHT - HEIGHT * point.percent / 100), point)
        for number, point in enumerate(points)
    ]


@blueprint.get("/who.csv")
@allow(Permission.READ_ACKNOWLEDGEMENTS)
def who_csv():
    """Who has not, as a file."""
    role, team = _asked()
    version, readers = acknowledgement_lists.readers(me)
    rows = [
        (
            *(reader.name, reader.team, ", ".join(ROLE_NAMES[each] for each in Role if each in reader.roles)),
            acknowledgement_lists.say_owed(version, reader),
        )
        for reader in acknowledgement_lists.narrowed(readers, role, team)
    ]
    return csv_file(f"not-acknowledged-version-{version}", CSV_HEAD, rows)


@blueprint.post("/remind")
@allow(Permission.REMIND_OF_POLICY)
def remind():
    """Remind everybody who has not, on their own page."""
    only_fields()
    try:
        acknowledgement_reminders.remind(me)
    except AlreadyDone as done:
        flash(f"Nobody was reminded again. {done}")
    else:
        flash("Everybody who has not acknowledged it reads on their own page that you remind them.")
    return redirect(url_for("acknowledgements.who"), 303)


@blueprint.get("/new-starters")
@allow(Permission.READ_ACKNOWLEDGEMENTS)
def new_starters():
    """Who is new at the school, and what they still owe."""
    version, joiners = acknowledgement_lists.new_starters(me)
    told = {"joiners": joiners, "version": version, "say_owed": acknowledgement_lists.say_owed}
    return render_template("acknowledgements/new_starters.html", **told)
