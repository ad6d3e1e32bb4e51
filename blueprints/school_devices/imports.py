"""Pages of `/school-devices/import`: choose a file of devices, look at what it would do, do all of it."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.gate import allow, me, takes_file
from blueprints.imports import FileForm, shown_of
from blueprints.posted import only_fields
from blueprints.school_devices.routes import blueprint
from blueprints.spreadsheets import csv_answer
from rules import device_import
from rules.csv_files import CsvFault
from rules.import_plan import Refused, Standing
from rules.roles import Permission

EXAMPLE = "T-07,Tablet,Larch Pad 2,,01/09/2026"


@blueprint.get("/import")
@allow(Permission.KEEP_DEVICES)
def import_send():
    """Choose the file, or paste it."""
    return render_template("school_devices/send.html", form=FileForm(formdata=None))


@blueprint.post("/import")
@allow(Permission.KEEP_DEVICES)
@takes_file
def import_look():
    """What the file would do. Nothing is changed yet."""
    form = FileForm()
    if form.sent():
        try:
            plan, token = device_import.look_at(me, form.content())
        except CsvFault as fault:
            form.add_errors({"file": str(fault)})
        else:
            return _preview(plan, token)
    return render_template("school_devices/send.html", form=form), 422


def _preview(plan, token=None, too_late=False):
    shown = {"plan": plan, "token": token, "groups": shown_of(plan), "too_late": too_late}
    return render_template("school_devices/preview.html", **shown)


@blueprint.get("/import/template")
@allow(Permission.KEEP_DEVICES)
def import_template():
    """A file to start from: the names of the columns, and an example."""
    return csv_answer("school-devices", f"{','.join(device_import.COLUMNS)}\r\n{EXAMPLE}\r\n")


def _token():
    only_fields("token")
    return request.form.get("token") or abort(400)


@blueprint.post("/import/apply")
@allow(Permission.KEEP_DEVICES)
def import_apply():
    """Do what was looked at: all of it, or nothing where a line can no longer be taken."""
    try:
        plan = device_import.apply_kept(me, _token())
    except Refused as refused:
        return _preview(refused.plan, too_late=True), 409
    counts = plan.counts
    flash(f"Imported: {counts[Standing.NEW]:,} new, {counts[Standing.CHANGED]:,} changed.")
    return redirect(url_for("school_devices.register"), 303)


@blueprint.post("/import/cancel")
@allow(Permission.KEEP_DEVICES)
def import_cancel():
    """Forget what was looked at."""
    device_import.give_up(me, _token())
    flash("Nothing was imported.")
    return redirect(url_for("school_devices.import_send"), 303)
