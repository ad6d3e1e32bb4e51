"""Pages of `/exams`: the sittings, entering, changing and cancelling one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.exams.forms import sitting_form
from blueprints.gate import allow, me, stands_on
from blueprints.posted import only_fields
from rules import classes, exam_reports
from rules import exams as rules
from rules.errors import Invalid
from rules.roles import Permission

blueprint = Blueprint("exams", __name__, url_prefix="/exams")


@blueprint.get("/")
@allow(Permission.REPORT_EXAM)
def exams():
    """The sittings and the reports, as much of them as this person needs."""
    manages = me.may(Permission.MANAGE_EXAMS)
    coming, past = (rules.upcoming(me), rules.past(me)) if manages else (rules.of_today(me), [])
    pupils = {pupil.id: pupil for sitting in [*coming, *past] for pupil in sitting.candidates}
    return render_template(
        "exams/page.html",
        manages=manages,
        coming=coming,
        past=past,
        labels=classes.labels(list(pupils.values())),
        reports=exam_reports.seen_by(me),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.MANAGE_EXAMS)
def new():
    """Enter a sitting."""
    form = sitting_form(me, fresh=request.method == "GET")
    if form.is_submitted() and _saved(form):
        flash("The exam has been entered.")
        return redirect(url_for("exams.exams"), 303)
    return render_template("exams/sitting.html", form=form, sitting=None), 422 if form.errors else 200


def _saved(form, sitting=None):
    """Whether the form could be kept. If not, everything that is wrong is said at its field at once."""
    if not form.sent():
        form.add_other_errors(rules.validate(me, form.details(), sitting))
        return False
    try:
        rules.save(me, form.details(), sitting, seen=form.seen.data if sitting else None)
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return False
    return True


@blueprint.route("/<record:sitting>/change", methods=["GET", "POST"])
@allow(Permission.MANAGE_EXAMS)
@stands_on("exams.exams")
def change(sitting):
    """Change a sitting that is not over."""
    kept = rules.find_to_change(me, sitting)
    form = sitting_form(me, kept)
    if form.is_submitted() and not request.form.get("seen"):
        abort(400)
    if form.is_submitted() and _saved(form, sitting):
        flash("The exam has been changed.")
        return redirect(url_for("exams.exams"), 303)
    return render_template("exams/sitting.html", form=form, sitting=kept), 422 if form.errors else 200


@blueprint.post("/<record:sitting>/cancel")
@allow(Permission.MANAGE_EXAMS)
@stands_on("exams.exams")
def cancel(sitting):
    """Cancel a sitting that is not over."""
    only_fields()
    rules.cancel(me, sitting)
    flash("The exam has been cancelled. It no longer suspends anything.")
    return redirect(url_for("exams.exams"), 303)
