"""Pages of `/school-devices/import`: choose a file of devices, look at what it would do, do all of it."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.csv_response import csv_answer
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, takes_file
from blueprints.devices.routes import blueprint
from blueprints.imports.flow import FileForm, shown_of
from rules.auth.permissions import Permission
from rules.devices import register_import
from rules.imports.csv_files import CsvFault
from rules.imports.plan import Refused, Standing

EXAMPLE = "T-07,Tablet,Larch Pad 2,,01/09/2026"


@blueprint.get("/import")
@allow(Permission.KEEP_DEVICES)
def import_send():
    """Choose the file, or paste it."""
    return render_template("devices/send.html", form=FileForm(formdata=None))


@blueprint.post("/import")
@allow(Permission.KEEP_DEVICES)
@takes_file
def import_look():
    """What the file would do. Nothing is changed yet."""
    form = FileForm()
    if form.sent():
        try:
            plan, token = register_import.look_at(current_actor(), form.content())
        except CsvFault as fault:
            form.add_errors({"file": str(fault)})
        else:
            return _preview(plan, token)
    return render_template("devices/send.html", form=form), 422


def _preview(plan, token=None, too_late=False):
    shown = {"plan": plan, "token": token, "groups": shown_of(plan), "too_late": too_late}
    return render_template("devices/preview.html", **shown)


@blueprint.get("/import/template")
@allow(Permission.KEEP_DEVICES)
def import_template():
    """A file to start from: the names of the columns, and an example."""
    return csv_answer("school-devices", f"{','.join(register_import.COLUMNS)}\r\n{EXAMPLE}\r\n")


def _token():
    only_fields("token")
    return request.form.get("token") or abort(400)


@blueprint.post("/import/apply")
@allow(Permission.KEEP_DEVICES)
def import_apply():
    """Do what was looked at: all of it, or nothing where a line can no longer be taken."""
    try:
        plan = register_import.apply_kept(current_actor(), _token())
    except Refused as refused:
        return _preview(refused.plan, too_late=True), 409
    counts = plan.counts
    flash(f"Imported: {counts[Standing.NEW]:,} new, {counts[Standing.CHANGED]:,} changed.")
    return redirect(url_for("devices.register"), 303)


@blueprint.post("/import/cancel")
@allow(Permission.KEEP_DEVICES)
def import_cancel():
    """Forget what was looked at."""
    register_import.give_up(current_actor(), _token())
    flash("Nothing was imported.")
    return redirect(url_for("devices.import_send"), 303)
