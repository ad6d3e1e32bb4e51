"""Pages of `/exemptions`: mine, ask, one with its history, change, withdraw, the permission slip."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.exemptions.forms import answers_of, ask_form, need_form
from blueprints.gate import allow, me, quiet
from blueprints.hypermedia import page_or_piece
from blueprints.posted import only_fields, whole_number
from models import State
from rules import audit_trail, cases, clock, decided, exemptions, needs, queue
from rules.digests import token
from rules.exemption_checks import Unfit
from rules.exemption_kinds import KINDS, kinds_for
from rules.obligations import policy_in_force
from rules.roles import NotAllowed, Permission

blueprint = Blueprint("exemptions", __name__, url_prefix="/exemptions")


@blueprint.get("/")
@allow(Permission.ASK_EXEMPTION)
def mine():
    """Everything I have asked for, newest first."""
    own = cases.mine(me)
    return render_template("exemptions/page.html", cases=own, reasons=decided.reasons_for(me, own))


@blueprint.get("/new")
@allow(Permission.ASK_EXEMPTION)
def choose():
    """Choose what to ask for."""
    return render_template("exemptions/choose.html", kinds=kinds_for(me))


@blueprint.route("/new/<kind>", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def ask(kind):
    """Ask: one page, one form."""
    kind = KINDS.get(kind) or abort(404)
    if kind not in kinds_for(me):
        raise NotAllowed("This kind of exemption is not one you can ask for.")
    form = ask_form(kind, policy_in_force(), form_key=token(), starts_on=clock.today())
    if form.sent_by(me.id):
        try:
            key = (form.form_key.data or "")[:64] or None
            exemption = exemptions.submit(me, kind, form.request(), form.answers(), key)
        except Unfit as unfit:
            form.blame(unfit.problems)
        else:
            flash("Your request has been sent.")
            return redirect(url_for("exemptions.one", exemption=exemption), 303)
    return render_template("exemptions/ask.html", form=form, kind=kind, case=None), 422 if form.errors else 200


@blueprint.get("/<record:exemption>")
@allow(Permission.USE_OWN_PAGE)
def one(exemption):
    """One exemption with its history, for its asker and for those who decide it."""
    case = queue.load(me, exemption)
    met = needs.needs_met(case)
    return render_template(
        "exemptions/one.html",
        case=case,
        met=met,
        missing=needs.needs_missing(case, met),
        decided=decided.decisions_on(case),
        history=audit_trail.entries(audit_trail.Filter(record=case.record))[0],
        mine=case.asker == me.id,
        may_decide=queue.may_decide(me, case),
    )


@blueprint.route("/<record:exemption>/change", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def change(exemption):
    """Change what I asked for and send it again."""
    case = cases.find_own(me, exemption)
    form = ask_form(case.kind, policy_in_force(), case, needs.needs_met(case))
    if form.sent_by(me.id, ignore=case.id):
        try:
            revision = whole_number(request.form.get("revision"))
            exemptions.change(me, exemption, revision, form.request(), form.answers())
        except Unfit as unfit:
            form.blame(unfit.problems)
        except exemptions.Moved as moved:
            return _moved(moved.case)
        else:
            flash("Your request has been sent again.")
            return redirect(url_for("exemptions.one", exemption=exemption), 303)
    elif case.state not in exemptions.TRANSITIONS["change"].frm or (case.state is State.APPROVED and case.over):
        return _moved(case)
    return render_template("exemptions/ask.html", form=form, kind=case.kind, case=case), 422 if form.errors else 200


def _moved(case):
    return render_template("exemptions/moved.html", case=case, decided=decided.decisions_on(case)), 409


@blueprint.post("/<record:exemption>/withdraw")
@allow(Permission.ASK_EXEMPTION)
def withdraw(exemption):
    """Withdraw my request, or give up my permission."""
    only_fields()
    try:
        exemptions.withdraw(me, exemption)
    except exemptions.Moved as moved:
        return _moved(moved.case)
    flash("It has been withdrawn.")
    return redirect(url_for("exemptions.one", exemption=exemption), 303)


@blueprint.route("/<record:exemption>/needs/<need>", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def complete(exemption, need):
    """Complete something that my request needs before it can be approved."""
    case = cases.find_own(me, exemption)
    need = case.kind.need(need) or abort(404)
    form = need_form(need, needs.needs_met(case).get(need.id))
    if form.sent():
        try:
            exemptions.meet_need(me, exemption, need.id, answers_of(form, need))
        except Unfit as unfit:
            form.blame(unfit.problems)
        except exemptions.Moved as moved:
            return _moved(moved.case)
        else:
            flash("Saved.")
            return redirect(url_for("exemptions.one", exemption=exemption), 303)
    elif case.state not in {State.SUBMITTED, State.RETURNED}:
        return _moved(case)
    return render_template("exemptions/need.html", form=form, need=need, case=case), 422 if form.errors else 200


@blueprint.get("/<record:exemption>/slip")
@allow(Permission.ASK_EXEMPTION)
@quiet
def slip(exemption):
    """The permission slip, to show on a phone or to print. It asks by itself whether it still holds."""
    case = cases.find_own(me, exemption)
    if case.state is not State.APPROVED and not case.stopped_at:
        return _moved(case)
    return page_or_piece("exemptions/slip.html", "exemptions/_slip.html", case=case)
