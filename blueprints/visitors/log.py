"""Pages of the visitors' log: every stay, one visitor's stays, and both as far back as they go."""

from flask import abort, render_template, request

from blueprints.gate import allow, me
from blueprints.spreadsheets import csv_file
from blueprints.visitors.forms import LogForm
from blueprints.visitors.routes import blueprint
from rules import clock, visitor_log
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
)
TOO_MANY = f"That is more than {visitor_log.MOST_IN_FILE:,} lines. Choose a first and a last day, then save again."


def _number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _wanted():
    """The filter that stands in the address, as the form and as the rules take it."""
    form = LogForm(formdata=request.args)
    form.validate()
    text = (form.text.data or "")[:200]
    return form, visitor_log.Wanted(form.first.data, form.last.data, text, _number(form.before.data))


@blueprint.get("/log")
@allow(Permission.READ_VISITOR_LOG)
def log():
    """Every stay, the newest first."""
    form, wanted = _wanted()
    entries, older = ([], None) if form.errors else visitor_log.entries(me, wanted)
    kept = {name: request.args[name] for name in ("text", "first", "last") if request.args.get(name)}
    page = render_template("visitors/log.html", form=form, entries=entries, older=older, kept=kept)
    return page, 422 if form.errors else 200


@blueprint.get("/log.csv")
@allow(Permission.READ_VISITOR_LOG)
def log_as_csv():
    """The log as a file for a spreadsheet."""
    form, wanted = _wanted()
    if form.errors:
        abort(422, "Write the days like this: 23/11/2026.")
    try:
        entries = visitor_log.for_file(me, wanted)
    except visitor_log.TooMany:
        abort(422, TOO_MANY)
    devices = policy_in_force().devices
    return csv_file(f"visitors-{clock.today()}", CSV_HEAD, [_cells(entry, devices) for entry in entries])


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


@blueprint.get("/<record:visitor>")
@allow(Permission.READ_VISITOR_LOG)
def one(visitor):
    """One visitor and their stays."""
    known, entries, older = visitor_log.of_visitor(me, visitor, _number(request.args.get("before")))
    return render_template("visitors/one.html", visitor=known, entries=entries, older=older)
