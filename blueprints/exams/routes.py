"""Pages of `/exams`: the sittings, entering, changing and cancelling one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.exams.forms import sitting_form
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.exams import reports, sittings
from rules.people import classes

blueprint = Blueprint("exams", __name__, url_prefix="/exams")


@blueprint.get("/")
@allow(Permission.REPORT_EXAM)
def exams():
    """The sittings and the reports, as much of them as this person needs."""
    manages = current_actor().may(Permission.MANAGE_EXAMS)
    coming, past = (
        (sittings.upcoming(current_actor()), sittings.past(current_actor()))
        if manages
        else (sittings.of_today(current_actor()), [])
    )
    pupils = {pupil.id: pupil for sitting in [*coming, *past] for pupil in sitting.candidates}
    return render_template(
        "exams/page.html",
        manages=manages,
        coming=coming,
        past=past,
        labels=classes.labels(list(pupils.values())),
        reports=reports.seen_by(current_actor()),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.MANAGE_EXAMS)
def new():
    """Enter a sitting."""
    form = sitting_form(current_actor(), fresh=request.method == "GET")
    if form.is_submitted() and _saved(form):
        flash("The exam has been entered.")
        return redirect(url_for("exams.exams"), 303)
    return render_template("exams/sitting.html", form=form, sitting=None), 422 if form.errors else 200


def _saved(form, sitting=None):
    """Save what the form says; returns whether it could be. If not, every error is shown at its field at once."""
    if not form.sent():
        form.add_other_errors(sittings.validate(current_actor(), form.details(), sitting))
        return False
    try:
        sittings.save(current_actor(), form.details(), sitting, seen=form.seen.data if sitting else None)
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return False
    return True


@blueprint.route("/<record:sitting>/change", methods=["GET", "POST"])
@allow(Permission.MANAGE_EXAMS)
@stands_on("exams.exams")
def change(sitting):
    """Change a sitting that is not over."""
    exam = sittings.find_to_change(current_actor(), sitting)
    form = sitting_form(current_actor(), exam)
    if form.is_submitted() and not request.form.get("seen"):
        abort(400)
    if form.is_submitted() and _saved(form, sitting):
        flash("The exam has been changed.")
        return redirect(url_for("exams.exams"), 303)
    return render_template("exams/sitting.html", form=form, sitting=exam), 422 if form.errors else 200


@blueprint.post("/<record:sitting>/cancel")
@allow(Permission.MANAGE_EXAMS)
@stands_on("exams.exams")
def cancel(sitting):
    """Cancel a sitting that is not over."""
    only_fields()
    sittings.cancel(current_actor(), sitting)
    flash("The exam has been cancelled. It no longer suspends anything.")
    return redirect(url_for("exams.exams"), 303)
