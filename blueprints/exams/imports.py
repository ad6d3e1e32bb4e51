"""Pages of `/exams/import`: choose a file of sittings, look at what it would enter, enter all of it."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.csv_response import csv_answer
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, takes_file
from blueprints.exams.routes import blueprint
from blueprints.imports.flow import FileForm, shown_of
from rules.auth.permissions import Permission
from rules.exams import sitting_import
from rules.imports.csv_files import CsvFault
from rules.imports.plan import Refused, Standing

EXAMPLE = "Biology paper 1,AQA,14/05/2027,9:00,11:00,Exam room,sam.hart"


@blueprint.get("/import")
@allow(Permission.MANAGE_EXAMS)
def import_send():
    """Choose the file, or paste it."""
    return render_template("exams/send.html", form=FileForm(formdata=None))


@blueprint.post("/import")
@allow(Permission.MANAGE_EXAMS)
@takes_file
def import_look():
    """What the file would enter. Nothing is changed yet."""
    form = FileForm()
    if form.sent():
        try:
            plan, token = sitting_import.look_at(current_actor(), form.content())
        except CsvFault as fault:
            form.add_errors({"file": str(fault)})
        else:
            return _preview(plan, token)
    return render_template("exams/send.html", form=form), 422


def _preview(plan, token=None, too_late=False):
    return render_template("exams/preview.html", plan=plan, token=token, groups=shown_of(plan), too_late=too_late)


@blueprint.get("/import/template")
@allow(Permission.MANAGE_EXAMS)
def import_template():
    """A file to start from: the names of the columns, and an example."""
    return csv_answer("sittings", f"{','.join(sitting_import.COLUMNS)}\r\n{EXAMPLE}\r\n")


def _token():
    """The token of the file that was looked at, from its hidden field."""
    return request.form.get("token") or abort(400)


@blueprint.post("/import/apply")
@allow(Permission.MANAGE_EXAMS)
def import_apply():
    """Enter what was looked at: all of it, or nothing where a line can no longer be taken."""
    only_fields("token")
    try:
        plan = sitting_import.apply_kept(current_actor(), _token())
    except Refused as refused:
        return _preview(refused.plan, too_late=True), 409
    flash(f"Entered: {plan.counts[Standing.NEW]:,} new, {plan.counts[Standing.UNCHANGED]:,} were here before.")
    return redirect(url_for("exams.exams"), 303)


@blueprint.post("/import/cancel")
@allow(Permission.MANAGE_EXAMS)
def import_cancel():
    """Forget what was looked at."""
    only_fields("token")
    sitting_import.give_up(current_actor(), _token())
    flash("Nothing was entered.")
    return redirect(url_for("exams.import_send"), 303)
