"""Pages of `/exams/reports`: a device found in an exam, and what the examining body was told and answered."""

from flask import flash, redirect, render_template, request, url_for

from blueprints.core.forms import whole_number
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.exams.forms import SettleForm, report_form
from blueprints.exams.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.exams import reports


@blueprint.route("/reports/new", methods=["GET", "POST"])
@allow(Permission.REPORT_EXAM)
def report_new():
    """Report a device that was found in an exam."""
    form = report_form(clock.local(clock.now()))
    if form.is_submitted() and (report := _made(form)):
        flash("Your report has been sent to the headteacher.")
        return redirect(url_for("exams.report", report=report), 303)
    return render_template("exams/report_new.html", form=form), 422 if form.errors else 200


def _made(form):
    """The id of the report, or None where something is wrong, which is then said at its field."""
    if not form.sent():
        form.add_other_errors(reports.validate(current_actor(), form.report()))
        return None
    try:
        return reports.make(current_actor(), form.report())
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return None


@blueprint.get("/reports/<record:report>")
@allow(Permission.REPORT_EXAM)
def report(report):
    """One report, for who made it and for the headteacher, to read and to print."""
    view = reports.find(current_actor(), report)
    return _report(view, SettleForm(formdata=None, obj=view))


def _report(view, form):
    settles = current_actor().may(Permission.SETTLE_EXAM_REPORTS)
    return render_template("exams/report.html", report=view, form=form, settles=settles), 422 if form.errors else 200


@blueprint.post("/reports/<record:report>/settle")
@allow(Permission.SETTLE_EXAM_REPORTS)
@stands_on("exams.report")
def settle(report):
    """Write down what the examining body was told and answered."""
    view = reports.find(current_actor(), report)
    form = SettleForm()
    revision = whole_number(request.form.get("revision"))
    if form.sent():
        try:
            reports.settle(current_actor(), report, revision, form.settlement())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Saved.")
            return redirect(url_for("exams.report", report=report), 303)
    return _report(view, form)
