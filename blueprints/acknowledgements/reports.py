"""Who has not acknowledged the policy: numbers, names, a file, reminders, and those who are new."""

from collections import namedtuple

from flask import flash, redirect, render_template, request, url_for

from blueprints.acknowledgements.routes import blueprint
from blueprints.core.csv_response import csv_file
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor
from enums import Role
from rules.acknowledgements import reports
from rules.auth.permissions import ROLE_NAMES, Permission
from rules.core.errors import AlreadyDone
from rules.policy import versions

CSV_HEAD = ("Name", "Class or team", "Roles", "Not acknowledged")
MOST_NAMES = 200
# The chart's size, in the units of its drawing.
WIDTH, HEIGHT = 360, 130

Mark = namedtuple("Mark", "x y point")


@blueprint.get("/who")
@allow(Permission.COUNT_ACKNOWLEDGEMENTS)
def who():
    """How many have acknowledged the version in force; for those who may know, who has not."""
    version, readers = reports.readers(current_actor())
    role, team = _asked()
    knows = current_actor().may(Permission.READ_ACKNOWLEDGEMENTS)
    names = reports.narrowed(readers, role, team) if knows else None
    shown = list if knows else reports.large_enough
    return render_template(
        "acknowledgements/who.html",
        edition=versions.edition(version),
        total=len(readers),
        done=sum(not reader.owes for reader in readers),
        percent=reports.percent,
        roles=shown(reports.by_role(version, readers)),
        classes=shown(reports.by_team(readers, pupils=True)),
        teams=shown(reports.by_team(readers, pupils=False)),
        fewest=reports.FEWEST,
        marks=_marks(reports.over_time(version, readers)),
        size=(WIDTH, HEIGHT),
        role=role,
        team=team,
        names=names and names[:MOST_NAMES],
        more=max(0, len(names or ()) - MOST_NAMES),
        format_owed=reports.format_owed,
        last=reports.newest(version),
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
    """Those who have not acknowledged it, as a file."""
    role, team = _asked()
    version, readers = reports.readers(current_actor())
    rows = [
        (
            *(reader.name, reader.team, ", ".join(ROLE_NAMES[held] for held in Role if held in reader.roles)),
            reports.format_owed(version, reader),
        )
        for reader in reports.narrowed(readers, role, team)
    ]
    return csv_file(f"not-acknowledged-version-{version}", CSV_HEAD, rows)


@blueprint.post("/remind")
@allow(Permission.REMIND_OF_POLICY)
def remind():
    """Remind everybody who has not acknowledged it, on their own page."""
    only_fields()
    try:
        reports.remind(current_actor())
    except AlreadyDone as done:
        flash(f"Nobody was reminded again. {done}")
    else:
        flash("Everybody who has not acknowledged it reads on their own page that you remind them.")
    return redirect(url_for("acknowledgements.who"), 303)


@blueprint.get("/new-starters")
@allow(Permission.READ_ACKNOWLEDGEMENTS)
def new_starters():
    """Who is new at the school, and what they still owe."""
    version, joiners = reports.new_starters(current_actor())
    context = {"joiners": joiners, "version": version, "format_owed": reports.format_owed}
    return render_template("acknowledgements/new_starters.html", **context)
