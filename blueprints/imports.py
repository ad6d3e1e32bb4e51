"""Importing people: choose a file, look at what it would do, do all of it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from wtforms.fields import TextAreaField

from blueprints.gate import allow, me, quiet, takes_file, work
from blueprints.posted import StrictForm, only_fields
from blueprints.spreadsheets import csv_answer
from rules import imports as rules
from rules.csv_files import CsvFault
from rules.import_kinds import KINDS
from rules.import_plan import Standing
from rules.import_progress import progress_of
from rules.roles import Permission

blueprint = Blueprint("imports", __name__, url_prefix="/people/import")

# How many lines of each standing a page shows. The counts are of all.
MOST_SHOWN = {Standing.REFUSED: 500, Standing.NEW: 200, Standing.CHANGED: 200, Standing.UNCHANGED: 200}
ONE_OF_FOUR = f"<any({', '.join(KINDS)}):what>"


class FileForm(StrictForm):
    """A file, or the same pasted. A file counts before what is pasted."""

    file = FileField("The file")
    pasted = TextAreaField("Or paste it here")

    def content(self):
        """What was sent, as bytes. Raises CsvFault where nothing was."""
        sent = self.file.data.read() if self.file.data else b""
        sent = sent or (self.pasted.data or "").encode("utf-8", "surrogatepass")
        if not sent.strip():
            raise CsvFault("Choose a file, or paste its lines below")
        return sent


def shown_of(plan):
    """The lines of a plan that a page shows, by standing."""
    return [(standing, plan.of(standing)[:most]) for standing, most in MOST_SHOWN.items()]


@blueprint.get("/")
@allow(Permission.MANAGE_PEOPLE)
def choose():
    """Which of the four files."""
    return render_template("imports/page.html", import_kinds=KINDS.values())


@blueprint.get(f"/{ONE_OF_FOUR}")
@allow(Permission.MANAGE_PEOPLE)
def send(what):
    """Choose the file, or paste it."""
    return render_template("imports/send.html", kind=KINDS[what], form=FileForm(formdata=None))


@blueprint.post(f"/{ONE_OF_FOUR}")
@allow(Permission.MANAGE_PEOPLE)
@takes_file
def look(what):
    """What importing the file would do. Nothing is changed yet."""
    form = FileForm()
    if form.sent():
        try:
            plan, token = rules.look_at(me, what, form.content())
        except CsvFault as fault:
            form.add_errors({"file": str(fault)})
        else:
            return _preview(plan, token)
    return render_template("imports/send.html", kind=KINDS[what], form=form), 422


def _preview(plan, token=None, too_late=False):
    return render_template("imports/preview.html", plan=plan, token=token, groups=shown_of(plan), too_late=too_late)


@blueprint.get(f"/templates/{ONE_OF_FOUR}")
@allow(Permission.MANAGE_PEOPLE)
def template(what):
    """A file to start from: the names of the columns, and an example."""
    return csv_answer(what, KINDS[what].template())


def _token():
    only_fields("token")
    return request.form.get("token") or abort(400)


@blueprint.post("/apply")
@allow(Permission.MANAGE_PEOPLE)
@work
def apply():
    """Import what was looked at: all of it, or nothing where a line can no longer be imported."""
    try:
        plan = rules.apply_kept(me, _token())
    except rules.Refused as refused:
        return _preview(refused.plan, too_late=True), 409
    counts = plan.counts
    flash(
        f"Imported: {counts[Standing.NEW]:,} new, {counts[Standing.CHANGED]:,} changed, "
        f"{counts[Standing.UNCHANGED]:,} as before."
    )
    return redirect(url_for("imports.choose"), 303)


@blueprint.post("/cancel")
@allow(Permission.MANAGE_PEOPLE)
def cancel():
    """Forget what was looked at."""
    rules.give_up(me, _token())
    flash("Nothing was imported.")
    return redirect(url_for("imports.choose"), 303)


@blueprint.get("/progress")
@allow(Permission.MANAGE_PEOPLE)
@quiet
def progress():
    """How far my import has come, for the page that waits for it."""
    return render_template("imports/_progress.html", progress=progress_of(me))
