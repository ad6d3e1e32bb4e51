"""Pages of `/visitors`, reception's: who is in the building, who is expected, signing in and out, the roll call."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, quiet, stands_on
from blueprints.reception.forms import SettleForm, SignInForm, WalkInForm, key_of, shown, with_choices
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.policy.in_force import policy_in_force
from rules.reception import admission, announcing, device_access, stays, tablets
from rules.reception.roll_call import call_roll
from rules.visitors import regulars, visits

blueprint = Blueprint("reception", __name__, url_prefix="/visitors")


@blueprint.get("/")
@allow(Permission.RECEIVE_VISITORS)
def page():
    return render_template("reception/page.html", **_lists())


def _lists():
    """What reception's page shows. The token comes first: what changes after it is seen by the next poll."""
    seen = stays.token()
    here, forgotten = stays.open_stays(current_actor())
    gone, expected = stays.left_today(current_actor()), announcing.expected_today(current_actor())
    accesses = device_access.shown({stay.visit for stay in here} | {visit.id for visit in expected})
    seen = stays.good_until(seen, device_access.next_edge(accesses.values()))
    lists = {
        "accesses": accesses,
        "access_kind": device_access.KIND,
        "here": here,
        "forgotten": forgotten,
        "gone": gone,
        "expected": expected,
        "tablet_news": tablets.news(current_actor()),
    }
    again = stays.may_come_again(gone, here + forgotten)
    lists["owing"] = regulars.owing(
        {visit.visitor for visit in expected} | {stay.visitor for stay in gone if stay.id in again}
    )
    lists["tries"] = admission.tries(current_actor(), here + gone)
    return {**lists, "again": again, "token": seen, "now": clock.now(), "wrong": None, "form": None}


@blueprint.get("/changes")
@allow(Permission.RECEIVE_VISITORS)
@quiet
def changes():
    """For an open page: 204 while it is unchanged, else the new lists."""
    if stays.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("reception/_lists.html", **_lists())


def _page_with(form, wrong):
    """Reception's page with a form that could not be taken, in the row of the visit or stay `wrong`."""
    return render_template("reception/page.html", **{**_lists(), "form": form, "wrong": wrong}), 422


@blueprint.post("/visits/<record:visit>/sign-in")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("reception.page")
def sign_in(visit):
    """Sign in a visitor who was announced."""
    form = SignInForm()
    if form.sent():
        try:
            stays.sign_in(current_actor(), visit, form.accepts.data, form.carries.data or (), shown(form))
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"{visits.one(visit).name} is signed in.")
            return redirect(url_for("reception.page"), 303)
    return _page_with(form, f"visit-{visit}")


@blueprint.post("/stays/<record:stay>/sign-out")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("reception.page")
def sign_out(stay):
    return _signed_out(stay)


@blueprint.post("/stays/<record:stay>/goes-now")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("reception.page")
def goes_now(stay):
    """Sign out somebody who came on an earlier day, was not signed out, and is still here."""
    return _signed_out(stay, still_here=True)


def _signed_out(stay, still_here=False):
    only_fields()
    gone = stays.sign_out(current_actor(), stay, still_here)
    flash(f"{gone.name} is signed out.")
    return redirect(url_for("reception.page"), 303)


@blueprint.post("/stays/<record:stay>/settle")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("reception.page")
def settle(stay):
    """Write down when somebody left who was not signed out."""
    form = SettleForm()
    gone = stays.find_to_settle(current_actor(), stay)
    if form.sent():
        try:
            stays.settle(current_actor(), stay, form.time.data)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"It is written down when {gone.name} left.")
            return redirect(url_for("reception.page"), 303)
    return _page_with(form, f"stay-{stay}")


@blueprint.route("/walk-in", methods=["GET", "POST"])
@allow(Permission.RECEIVE_VISITORS)
def walk_in():
    """Sign in a visitor who was not announced."""
    form = with_choices(WalkInForm(data={"form_key": secrets.token_urlsafe(16)}))
    if form.is_submitted() and (visit := _walked_in(form)):
        flash(f"{visits.one(visit).name} is signed in.")
        return redirect(url_for("reception.page"), 303)
    return _walk_in_page(form), 422 if form.errors else 200


def _walk_in_page(form):
    """The form, with the fuller text for who comes regularly, and with who waits for the headteacher's answer."""
    details = form.details()
    owes = form.is_submitted() and regulars.owes_by_name(details.name, details.organisation)
    if owes:
        form.ask_fuller(policy_in_force().version)
    token = admission.token()
    return render_template("reception/walk_in.html", form=form, owes=owes, token=token, tries=_tries())


def _tries():
    here, _ = stays.open_stays(current_actor())
    return admission.tries(current_actor(), here + stays.left_today(current_actor()))


@blueprint.get("/tries")
@allow(Permission.RECEIVE_VISITORS)
@quiet
def tries():
    """For an open form: 204 while it is unchanged, else who waits for the headteacher's answer, and the answers."""
    token = admission.token()
    if admission.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("reception/_alerts_short.html", token=token, tries=_tries(), alone=True)


def _walked_in(form):
    """The id of the visit, or None where something is wrong, which is then said at its field."""
    accepts, carries = form.accepts.data, form.carries.data or ()
    if not form.sent():
        form.add_other_errors({**announcing.validate(form.details()), **stays.validate(accepts, carries)})
        return None
    try:
        return stays.walk_in(current_actor(), form.details(), accepts, carries, key_of(form), shown(form))
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return None


@blueprint.get("/roll-call")
@allow(Permission.READ_VISITOR_LOG)
def roll_call():
    """Visitors, pupils and staff who are on site as far as it was written down, to be printed or ticked."""
    receives = current_actor().may(Permission.RECEIVE_VISITORS)
    return render_template("reception/roll_call.html", roll=call_roll(current_actor()), receives=receives)
