"""Who is not let in without the headteacher: the list, and whoever of it stands at reception now."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms.fields import StringField, TextAreaField

from blueprints.gate import allow, me, quiet, stands_on
from blueprints.posted import StrictForm, only_fields
from rules import admission, not_admitted
from rules.errors import Invalid
from rules.roles import Permission

blueprint = Blueprint("admission", __name__, url_prefix="/visitors/not-admitted")


class EntryForm(StrictForm):
    """Somebody who is put on the list."""

    name = StringField("Name")
    reason = TextAreaField("Why?")


@blueprint.route("", methods=["GET", "POST"])
@allow(Permission.KEEP_NOT_ADMITTED)
def page():
    """The list, and the form that puts somebody on it."""
    form = EntryForm()
    if form.sent():
        try:
            not_admitted.put_on(me, form.name.data or "", form.reason.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Added to the list. Whoever signs in visitors is told to ask you first.")
            return _back()
    return _page(form), 422 if form.errors else 200


def _page(form):
    told = {"entries": not_admitted.entries(me), "ended": not_admitted.ended(me), "answered": admission.answered(me)}
    return render_template("admission/page.html", form=form, at_reception=admission.notice(me), **told)


def _back():
    return redirect(url_for("admission.page"), 303)


@blueprint.get("/now")
@allow(Permission.KEEP_NOT_ADMITTED)
@quiet
def now():
    """For an open page: 204 while nothing has changed, else who stands at reception."""
    if admission.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("admission/_alerts.html", at_reception=admission.notice(me))


@blueprint.post("/<record:entry>/take-off")
@allow(Permission.KEEP_NOT_ADMITTED)
@stands_on("admission.page")
def take_off(entry):
    """Take somebody off the list."""
    only_fields()
    kept = not_admitted.take_off(me, entry)
    flash(f"{kept.name} is off the list.")
    return _back()


@blueprint.post("/alerts/<record:alert>/let-in")
@allow(Permission.KEEP_NOT_ADMITTED)
@stands_on("admission.page")
def let_in(alert):
    """Let somebody in today."""
    return _answered(alert, True)


@blueprint.post("/alerts/<record:alert>/keep-out")
@allow(Permission.KEEP_NOT_ADMITTED)
@stands_on("admission.page")
def keep_out(alert):
    """Do not let somebody in today."""
    return _answered(alert, False)


@blueprint.post("/alerts/<record:alert>/let-in-after-all")
@allow(Permission.KEEP_NOT_ADMITTED)
@stands_on("admission.page")
def let_in_after_all(alert):
    """Take back a no of today."""
    return _answered(alert, True, after_all=True)


@blueprint.post("/alerts/<record:alert>/keep-out-after-all")
@allow(Permission.KEEP_NOT_ADMITTED)
@stands_on("admission.page")
def keep_out_after_all(alert):
    """Take back a yes of today."""
    return _answered(alert, False, after_all=True)


def _answered(alert, may_come_in, after_all=False):
    only_fields()
    found = admission.answer(me, alert, may_come_in, after_all)
    still = " They are in the building, and are not sent away by this." if found.inside and not may_come_in else ""
    flash(f"Reception is told: {'you may' if may_come_in else 'do not'} let {found.name} in today.{still}")
    return _back()
