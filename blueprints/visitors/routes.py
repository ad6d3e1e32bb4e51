"""Pages of `/visitors`, reception's: who is in the building, who is expected, signing in and out, the roll call."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.gate import allow, me, quiet, stands_on
from blueprints.posted import only_fields
from blueprints.visitors.forms import SettleForm, SignInForm, WalkInForm, key_of, shown, with_choices
from rules import admission, clock, regulars, stays, tablet_news, visitor_access, visits
from rules.errors import Invalid
from rules.obligations import policy_in_force
from rules.roles import Permission
from rules.roll_call import call_roll

blueprint = Blueprint("visitors", __name__, url_prefix="/visitors")


@blueprint.get("/")
@allow(Permission.RECEIVE_VISITORS)
def visitors():
    """Reception's page."""
    return render_template("visitors/page.html", **_lists())


def _lists():
    """What reception's page shows. The token comes first: what changes after it is seen by the next poll."""
    seen = stays.token()
    here, forgotten = stays.open_stays(me)
    gone, expected = stays.left_today(me), visits.expected_today(me)
    accesses = visitor_access.shown({stay.visit for stay in here} | {visit.id for visit in expected})
    seen = stays.good_until(seen, visitor_access.next_edge(accesses.values()))
    told = {
        "accesses": accesses,
        "access_kind": visitor_access.KIND,
        "here": here,
        "forgotten": forgotten,
        "gone": gone,
        "expected": expected,
        "tablet_news": tablet_news.told(me),
    }
    again = stays.may_come_again(gone, here + forgotten)
    told["owing"] = regulars.owing(
        {visit.visitor for visit in expected} | {stay.visitor for stay in gone if stay.id in again}
    )
    told["tries"] = admission.tries(me, here + gone)
    return {**told, "again": again, "token": seen, "now": clock.now(), "wrong": None, "form": None}


@blueprint.get("/changes")
@allow(Permission.RECEIVE_VISITORS)
@quiet
def changes():
    """For an open page: 204 while it is unchanged, else the new lists."""
    if stays.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("visitors/_lists.html", **_lists())


def _page_with(form, wrong):
    """Reception's page with a form that could not be taken, in the row of the visit or stay `wrong`."""
    return render_template("visitors/page.html", **{**_lists(), "form": form, "wrong": wrong}), 422


@blueprint.post("/visits/<record:visit>/sign-in")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("visitors.visitors")
def sign_in(visit):
    """Sign in a visitor who was announced."""
    form = SignInForm()
    if form.sent():
        try:
            stays.sign_in(me, visit, form.accepts.data, form.carries.data or (), shown(form))
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"{visits.one(visit).name} is signed in.")
            return redirect(url_for("visitors.visitors"), 303)
    return _page_with(form, f"visit-{visit}")


@blueprint.post("/stays/<record:stay>/sign-out")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("visitors.visitors")
def sign_out(stay):
    """Sign out a visitor who goes."""
    return _signed_out(stay)


@blueprint.post("/stays/<record:stay>/goes-now")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("visitors.visitors")
def goes_now(stay):
    """Sign out somebody who came on an earlier day, was not signed out, and is still here."""
    return _signed_out(stay, still_here=True)


def _signed_out(stay, still_here=False):
    only_fields()
    gone = stays.sign_out(me, stay, still_here)
    flash(f"{gone.name} is signed out.")
    return redirect(url_for("visitors.visitors"), 303)


@blueprint.post("/stays/<record:stay>/settle")
@allow(Permission.RECEIVE_VISITORS)
@stands_on("visitors.visitors")
def settle(stay):
    """Write down when somebody left who was not signed out."""
    form = SettleForm()
    gone = stays.find_to_settle(me, stay)
    if form.sent():
        try:
            stays.settle(me, stay, form.time.data)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"It is written down when {gone.name} left.")
            return redirect(url_for("visitors.visitors"), 303)
    return _page_with(form, f"stay-{stay}")


@blueprint.route("/walk-in", methods=["GET", "POST"])
@allow(Permission.RECEIVE_VISITORS)
def walk_in():
    """Sign in a visitor who was not announced."""
    form = with_choices(WalkInForm(data={"form_key": secrets.token_urlsafe(16)}))
    if form.is_submitted() and (visit := _walked_in(form)):
        flash(f"{visits.one(visit).name} is signed in.")
        return redirect(url_for("visitors.visitors"), 303)
    return _walk_in_page(form), 422 if form.errors else 200


def _walk_in_page(form):
    """The form, with the fuller text for who comes regularly, and with who waits for the headteacher's answer."""
    details = form.details()
    owes = form.is_submitted() and regulars.owes_by_name(details.name, details.organisation)
    if owes:
        form.ask_fuller(policy_in_force().version)
    token = admission.token()
    return render_template("visitors/walk_in.html", form=form, owes=owes, token=token, tries=_tries())


def _tries():
    here, _ = stays.open_stays(me)
    return admission.tries(me, here + stays.left_today(me))


@blueprint.get("/tries")
@allow(Permission.RECEIVE_VISITORS)
@quiet
def tries():
    """For an open form: 204 while it is unchanged, else who waits for the headteacher's answer, and the answers."""
    token = admission.token()
    if admission.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("visitors/_tries.html", token=token, tries=_tries(), alone=True)


def _walked_in(form):
    """The id of the visit, or None where something is wrong, which is then said at its field."""
    accepts, carries = form.accepts.data, form.carries.data or ()
    if not form.sent():
        form.add_other_errors({**visits.validate(form.details()), **stays.validate(accepts, carries)})
        return None
    try:
        return stays.walk_in(me, form.details(), accepts, carries, key_of(form), shown(form))
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return None


@blueprint.get("/roll-call")
@allow(Permission.READ_VISITOR_LOG)
def roll_call():
    """Visitors, pupils and staff who are on site as far as it was written down, to be printed or ticked."""
    receives = me.may(Permission.RECEIVE_VISITORS)
    return render_template("visitors/roll_call.html", roll=call_roll(me), receives=receives)
