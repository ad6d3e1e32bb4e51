"""Who is not let in without the headteacher: the list, and whoever of it stands at reception now."""

from flask import flash, redirect, render_template, request, url_for
from wtforms.fields import StringField, TextAreaField

from blueprints.core.forms import StrictForm, only_fields
from blueprints.core.gate import allow, current_actor, quiet, stands_on
from blueprints.reception.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.reception import admission
from rules.visitors import watchlist


class EntryForm(StrictForm):
    """Somebody who is put on the list."""

    name = StringField("Name")
    reason = TextAreaField("Why?")


@blueprint.route("/not-admitted", methods=["GET", "POST"])
@allow(Permission.KEEP_WATCHLIST)
def watchlist_page():
    """The list, and the form that puts somebody on it."""
    form = EntryForm()
    if form.sent():
        try:
            watchlist.put_on(current_actor(), form.name.data or "", form.reason.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Added to the list. Whoever signs in visitors is told to ask you first.")
            return _back()
    return _page(form), 422 if form.errors else 200


def _page(form):
    context = {
        "entries": watchlist.entries(current_actor()),
        "ended": watchlist.ended(current_actor()),
        "answered": admission.answered(current_actor()),
    }
    return render_template(
        "reception/admission.html", form=form, at_reception=admission.notice(current_actor()), **context
    )


def _back():
    return redirect(url_for("reception.watchlist_page"), 303)


@blueprint.get("/not-admitted/now")
@allow(Permission.KEEP_WATCHLIST)
@quiet
def alerts_now():
    """For an open page: 204 while nothing has changed, else who stands at reception."""
    if admission.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("reception/_alerts.html", at_reception=admission.notice(current_actor()))


@blueprint.post("/not-admitted/<record:entry>/take-off")
@allow(Permission.KEEP_WATCHLIST)
@stands_on("reception.watchlist_page")
def take_off(entry):
    only_fields()
    listed = watchlist.take_off(current_actor(), entry)
    flash(f"{listed.name} is off the list.")
    return _back()


@blueprint.post("/not-admitted/alerts/<record:alert>/let-in")
@allow(Permission.KEEP_WATCHLIST)
@stands_on("reception.watchlist_page")
def let_in(alert):
    return _answered(alert, True)


@blueprint.post("/not-admitted/alerts/<record:alert>/keep-out")
@allow(Permission.KEEP_WATCHLIST)
@stands_on("reception.watchlist_page")
def keep_out(alert):
    return _answered(alert, False)


@blueprint.post("/not-admitted/alerts/<record:alert>/let-in-after-all")
@allow(Permission.KEEP_WATCHLIST)
@stands_on("reception.watchlist_page")
def let_in_after_all(alert):
    """Take back a no of today."""
    return _answered(alert, True, after_all=True)


@blueprint.post("/not-admitted/alerts/<record:alert>/keep-out-after-all")
@allow(Permission.KEEP_WATCHLIST)
@stands_on("reception.watchlist_page")
def keep_out_after_all(alert):
    """Take back a yes of today."""
    return _answered(alert, False, after_all=True)


def _answered(alert, may_come_in, after_all=False):
    only_fields()
    stopped = admission.answer(current_actor(), alert, may_come_in, after_all)
    still = " They are in the building, and are not sent away by this." if stopped.inside and not may_come_in else ""
    flash(f"Reception is told: {'you may' if may_come_in else 'do not'} let {stopped.name} in today.{still}")
    return _back()
