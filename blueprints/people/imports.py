"""Importing people: choose a file, look at what it would do, do all of it."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.csv_response import csv_answer
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, quiet, takes_file, work
from blueprints.imports.flow import FileForm, shown_of
from blueprints.people.routes import blueprint
from rules.auth.permissions import Permission
from rules.imports.csv_files import CsvFault
from rules.imports.plan import Standing
from rules.people import importing
from rules.people.import_lines import KINDS
from rules.people.importing import progress_of

ONE_OF_FOUR = f"<any({', '.join(KINDS)}):what>"


@blueprint.get("/import/")
@allow(Permission.MANAGE_PEOPLE)
def import_choose():
    """Which of the four files."""
    return render_template("people/imports.html", import_kinds=KINDS.values())


@blueprint.get(f"/import/{ONE_OF_FOUR}")
@allow(Permission.MANAGE_PEOPLE)
def import_send(what):
    """Choose the file, or paste it."""
    return render_template("imports/send.html", kind=KINDS[what], form=FileForm(formdata=None))


@blueprint.post(f"/import/{ONE_OF_FOUR}")
@allow(Permission.MANAGE_PEOPLE)
@takes_file
def import_look(what):
    """What importing the file would do. Nothing is changed yet."""
    form = FileForm()
    if form.sent():
        try:
            plan, token = importing.look_at(current_actor(), what, form.content())
        except CsvFault as fault:
            form.add_errors({"file": str(fault)})
        else:
            return _preview(plan, token)
    return render_template("imports/send.html", kind=KINDS[what], form=form), 422


def _preview(plan, token=None, too_late=False):
    return render_template("imports/preview.html", plan=plan, token=token, groups=shown_of(plan), too_late=too_late)


@blueprint.get(f"/import/templates/{ONE_OF_FOUR}")
@allow(Permission.MANAGE_PEOPLE)
def import_template(what):
    """A file to start from: the names of the columns, and an example."""
    return csv_answer(what, KINDS[what].template())


def _token():
    only_fields("token")
    return request.form.get("token") or abort(400)


@blueprint.post("/import/apply")
@allow(Permission.MANAGE_PEOPLE)
@work
def import_apply():
    """Import what was looked at: all of it, or nothing where a line can no longer be imported."""
    try:
        plan = importing.apply_kept(current_actor(), _token())
    except importing.Refused as refused:
        return _preview(refused.plan, too_late=True), 409
    counts = plan.counts
    flash(
        f"Imported: {counts[Standing.NEW]:,} new, {counts[Standing.CHANGED]:,} changed, "
        f"{counts[Standing.UNCHANGED]:,} as before."
    )
    return redirect(url_for("people.import_choose"), 303)


@blueprint.post("/import/cancel")
@allow(Permission.MANAGE_PEOPLE)
def import_cancel():
    """Forget what was looked at."""
    importing.give_up(current_actor(), _token())
    flash("Nothing was imported.")
    return redirect(url_for("people.import_choose"), 303)


@blueprint.get("/import/progress")
@allow(Permission.MANAGE_PEOPLE)
@quiet
def import_progress():
    """How far my import has come, for the page that waits for it."""
    return render_template("people/_import_progress.html", progress=progress_of(current_actor()))
