"""Pages of `/site/calendar/import`: choose a file of school dates, look at what it would enter, enter all of it."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.csv_response import csv_answer
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, takes_file
from blueprints.imports.flow import FileForm, shown_of
from blueprints.site.routes import blueprint
from rules.auth.permissions import Permission
from rules.imports.csv_files import CsvFault
from rules.imports.plan import Refused, Standing
from rules.site import calendar_import

EXAMPLES = ("Autumn term,02/09/2027,17/12/2027,term", "Autumn half term,25/10/2027,29/10/2027,closed")


@blueprint.get("/calendar/import")
@allow(Permission.KEEP_SITE)
def import_send():
    """Choose the file, or paste it."""
    return render_template("site/send.html", form=FileForm(formdata=None), kinds=calendar_import.KINDS)


@blueprint.post("/calendar/import")
@allow(Permission.KEEP_SITE)
@takes_file
def import_look():
    """What the file would enter. Nothing is changed yet."""
    form = FileForm()
    if form.sent():
        try:
            plan, token = calendar_import.look_at(current_actor(), form.content())
        except CsvFault as fault:
            form.add_errors({"file": str(fault)})
        else:
            return _preview(plan, token)
    return render_template("site/send.html", form=form, kinds=calendar_import.KINDS), 422


def _preview(plan, token=None, too_late=False):
    return render_template("site/preview.html", plan=plan, token=token, groups=shown_of(plan), too_late=too_late)


@blueprint.get("/calendar/import/template")
@allow(Permission.KEEP_SITE)
def import_template():
    """A file to start from: the names of the columns, and examples."""
    lines = (",".join(calendar_import.COLUMNS), *EXAMPLES)
    return csv_answer("school-dates", "".join(f"{line}\r\n" for line in lines))


def _token():
    """The token of the file that was looked at, from its hidden field."""
    only_fields("token")
    return request.form.get("token") or abort(400)


@blueprint.post("/calendar/import/apply")
@allow(Permission.KEEP_SITE)
def import_apply():
    """Enter what was looked at: all of it, or nothing where a line can no longer be taken."""
    try:
        plan = calendar_import.apply_kept(current_actor(), _token())
    except Refused as refused:
        return _preview(refused.plan, too_late=True), 409
    flash(
        f"Entered: {plan.counts[Standing.NEW]:,} new, {plan.counts[Standing.UNCHANGED]:,} were here before or left out."
    )
    return redirect(url_for("site.calendar"), 303)


@blueprint.post("/calendar/import/cancel")
@allow(Permission.KEEP_SITE)
def import_cancel():
    """Forget what was looked at."""
    calendar_import.give_up(current_actor(), _token())
    flash("Nothing was entered.")
    return redirect(url_for("site.import_send"), 303)
