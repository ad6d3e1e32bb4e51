"""Pages of the visitors' log: every stay, as far back as they go, and how many there were."""

from flask import abort, render_template, request

from blueprints.gate import allow, me
from blueprints.spreadsheets import csv_file
from blueprints.visitors.forms import LogForm, YearForm
from blueprints.visitors.routes import blueprint
from rules import clock, stay_facts, visitor_counts, visitor_log
from rules.obligations import policy_in_force
from rules.roles import Permission

CSV_HEAD = (
    "Day",
    "Came",
    "Left",
    "Left is an estimate",
    "Visitor",
    "Organisation",
    "Visits",
    "Reason",
    "Vehicle",
    "With them",
    "Signed in by",
    "Signed out by",
    "Accepted",
    "Fuller text accepted",
    "Device asked for",
    "Where",
    "When",
    "Decision",
    "Conditions",
    "Decided by",
    "Decided at",
)
TOO_MANY = f"That is more than {visitor_log.MOST_IN_FILE:,} lines. Choose a first and a last day, then save again."


@blueprint.get("/log")
@allow(Permission.READ_VISITOR_LOG)
def log():
    """Every stay, the newest first."""
    form = LogForm(formdata=request.args).with_choices()
    wanted = form.read()
    entries, older = visitor_log.entries(me, wanted) if wanted else ([], None)
    kept = {name: request.args[name] for name in form._fields if name != "before" and request.args.get(name)}
    told = {"entries": entries, "facts": stay_facts.of(me, entries), "older": older, "kept": kept}
    return render_template("visitors/log.html", form=form, **told), 422 if form.errors else 200


@blueprint.get("/log.csv")
@allow(Permission.READ_VISITOR_LOG)
def log_as_csv():
    """The log as a file for a spreadsheet."""
    wanted = LogForm(formdata=request.args).with_choices().read()
    if wanted is None:
        abort(422, "Something in this address cannot be read. Go back to the log and choose again what to save.")
    try:
        entries = visitor_log.for_file(me, wanted)
    except visitor_log.TooMany:
        abort(422, TOO_MANY)
    devices, facts = policy_in_force().devices, stay_facts.of(me, entries)
    lines = [_cells(entry, devices) + _further_cells(facts[entry.id]) for entry in entries]
    return csv_file(f"visitors-{clock.today()}", CSV_HEAD, lines)


def _cells(entry, devices):
    carried = (devices[key]["name"] if key in devices else key for key in entry.carries)
    return (
        entry.day.isoformat(),
        entry.came,
        entry.left or "",
        "Yes" if entry.estimated else "",
        entry.name,
        entry.organisation,
        entry.host,
        entry.purpose,
        entry.vehicle,
        ", ".join(carried),
        entry.came_by,
        entry.left_by or "",
    )


def _further_cells(facts):
    """What was accepted, and the devices asked for: where there are several, one after the other in each cell."""
    asked = [
        (each.device, each.places, each.when, each.decision, each.conditions, each.by, _said(each.at))
        for each in facts.requests
    ]
    columns = ["; ".join(column) for column in zip(*asked, strict=True)] or [""] * 7
    return (facts.accepted, _said(facts.fuller_at), *columns)


def _said(moment):
    return clock.say_moment(moment) if moment else ""


@blueprint.get("/counts")
@allow(Permission.COUNT_VISITORS)
def counts():
    """How many visitors came in a school year, by month: numbers alone."""
    form = YearForm(formdata=request.args)
    form.validate()
    year = visitor_counts.of_year(me, form.on.data or clock.today())
    reads_log = me.may(Permission.READ_VISITOR_LOG)
    return render_template("visitors/counts.html", year=year, kinds=visitor_counts.KINDS, reads_log=reads_log)
