"""Pages of the visitors' log: every stay, as far back as they go, and how many there were."""

from flask import abort, render_template, request

from blueprints.core.csv_response import csv_file
from blueprints.core.gate import allow, current_actor
from blueprints.reception.forms import LogForm
from blueprints.reception.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.policy.in_force import policy_in_force
from rules.reception import log as reception_log

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
TOO_MANY = f"That is more than {reception_log.MOST_IN_FILE:,} lines. Choose a first and a last day, then save again."


@blueprint.get("/log")
@allow(Permission.READ_VISITOR_LOG)
def log():
    """Every stay, the newest first."""
    form = LogForm(formdata=request.args).with_choices()
    wanted = form.read()
    entries, older = reception_log.entries(current_actor(), wanted) if wanted else ([], None)
    filters = {name: request.args[name] for name in form._fields if name != "before" and request.args.get(name)}
    context = {
        "entries": entries,
        "facts": reception_log.of(current_actor(), entries),
        "older": older,
        "filters": filters,
    }
    return render_template("reception/log.html", form=form, **context), 422 if form.errors else 200


@blueprint.get("/log.csv")
@allow(Permission.READ_VISITOR_LOG)
def log_as_csv():
    """The log as a file for a spreadsheet."""
    wanted = LogForm(formdata=request.args).with_choices().read()
    if wanted is None:
        abort(422, "Something in this address cannot be read. Go back to the log and choose again what to save.")
    try:
        entries = reception_log.for_file(current_actor(), wanted)
    except reception_log.TooMany:
        abort(422, TOO_MANY)
    devices, facts = policy_in_force().devices, reception_log.of(current_actor(), entries)
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
        (device.device, device.places, device.when, device.decision, device.conditions, device.by, _said(device.at))
        for device in facts.requests
    ]
    columns = ["; ".join(column) for column in zip(*asked, strict=True)] or [""] * 7
    return (facts.accepted, _said(facts.fuller_at), *columns)


def _said(moment):
    return clock.format_moment(moment) if moment else ""
