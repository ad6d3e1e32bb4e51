"""Pages of `/exemptions`: mine, ask, one with its history, change, withdraw, the permission slip."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.errors import exemption_changed
from blueprints.exemptions.forms import ask_form
from blueprints.gate import allow, me, quiet
from blueprints.hypermedia import htmx, page_or_piece
from blueprints.posted import only_fields, whole_number
from enums import ExemptionState
from rules import (
    agreements,
    audit_trail,
    awaiting,
    clock,
    completing,
    decided,
    exemption_permissions,
    exemptions,
    may_i_now,
    needs,
    participants,
    signing,
    visit_choices,
)
from rules.digests import token
from rules.errors import Changed, Invalid, NotAllowed, NotFound
from rules.exemption_kinds import KINDS, kinds_for
from rules.obligations import policy_in_force
from rules.roles import Permission

blueprint = Blueprint("exemptions", __name__, url_prefix="/exemptions")


@blueprint.get("/")
@allow(Permission.ASK_EXEMPTION)
def mine():
    """Everything that is my business, newest first."""
    own = exemption_permissions.mine(me)
    to_sign = awaiting.agreements_to_sign(me)
    return render_template("exemptions/page.html", cases=own, reasons=decided.reasons_for(me, own), to_sign=to_sign)


@blueprint.get("/new")
@allow(Permission.ASK_EXEMPTION)
def choose():
    """Choose what to ask for. A kind for which the policy in force has no purposes is not offered."""
    policy = policy_in_force()
    return render_template("exemptions/choose.html", kinds=[k for k in kinds_for(me) if policy.purposes_of(k)])


@blueprint.route("/new/<kind>", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def ask(kind):
    """Ask: one page, one form. `again` names an exemption of one's own to start from."""
    kind = KINDS.get(kind) or abort(404)
    if kind not in kinds_for(me):
        raise NotAllowed("This kind of exemption is not one you can ask for.")
    form = ask_form(kind, policy_in_force(), me, form_key=token(), **_start(kind))
    if form.sent_by(me):
        try:
            key = (form.form_key.data or "")[:64] or None
            exemption = exemptions.submit(me, kind, form.request(), form.answers(), key)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Your request has been sent.")
            return redirect(_after_asking(kind, exemption), 303)
    return _ask_page(form, kind)


def _after_asking(kind, exemption):
    """Where somebody goes on: reception to its own page, which shows the decision when it is made."""
    if kind.for_visitor and me.may(Permission.RECEIVE_VISITORS):
        return url_for("visitors.visitors")
    return url_for("exemptions.one", exemption=exemption)


def _number_in(name):
    """A number in the address, or None where there is none."""
    wanted = request.args.get(name, "")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18 else None


def _start(kind):
    """What a new form begins with: today, what one asks for again, or the visit for which it is asked."""
    if kind.for_visitor and (visit := _number_in("visit")):
        return visit_choices.first_answers(me, visit)
    wanted = _number_in("again")
    if wanted is None:
        return {"starts_on": clock.today()}
    view = exemption_permissions.find_own(me, wanted)
    if view.kind is not kind:
        raise NotFound
    begun = view.request._replace(starts_on=clock.today(), ends_on=None)
    return {"start": begun, "met": needs.needs_met(view), "pupils": participants.of(view)}


def _ask_page(form, kind, view=None, changed=None):
    """The form of a kind. Where the request was `changed` meanwhile, how it is now stands above what was typed."""
    if changed:
        form.revision.data = view.revision
    page = render_template(
        "exemptions/ask.html",
        form=form,
        kind=kind,
        exemption=view,
        changed=changed,
        decided=decided.decisions_on(view) if changed else (),
        notices=policy_in_force().notices_for(kind),
    )
    return page, 409 if changed else 422 if form.errors else 200


@blueprint.get("/<record:exemption>")
@allow(Permission.USE_OWN_PAGE)
def one(exemption):
    """One exemption with its history: for its asker and who decides with the reason, for the family without."""
    view = exemption_permissions.look_at(me, exemption)
    met, readable = needs.needs_met(view), {need.id for need in exemption_permissions.readable_needs(me, view)}
    before = _number_in("before")
    history, earlier = audit_trail.entries(audit_trail.Filter(record=view.record, before=before))
    return render_template(
        "exemptions/one.html",
        exemption=view,
        met={key: kept for key, kept in met.items() if key in readable},
        missing=needs.needs_missing(view, met),
        my_needs=[need for need in view.kind.needs if completing.may_complete(me, view, need)],
        pupils=participants.names_of(participants.of(view)),
        agreement=agreements.newest_of(view),
        party=signing.party_of(me, view),
        decided=decided.decisions_on(view),
        history=history,
        earlier=earlier,
        before=before,
        mine=view.people.asker == me.id,
        reads_reason=exemption_permissions.reads_reason(me, view),
        may_decide=exemption_permissions.may_decide(me, view),
    )


@blueprint.route("/<record:exemption>/change", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def change(exemption):
    """Change what I asked for and send it again."""
    view = exemption_permissions.find_own(me, exemption)
    begun = {"start": view.request, "met": needs.needs_met(view), "pupils": participants.of(view)}
    form = ask_form(view.kind, policy_in_force(), me, revision=view.revision, **begun)
    if form.sent_by(me, ignore=view.id):
        try:
            revision = whole_number(request.form.get("revision"))
            exemptions.change(me, exemption, revision, form.request(), form.answers())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except Changed as changed:
            return (
                _ask_page(form, view.kind, changed.current, changed)
                if _can_change(changed.current)
                else exemption_changed(changed.current, written=form.written())
            )
        else:
            flash("Your request has been sent again.")
            return redirect(url_for("exemptions.one", exemption=exemption), 303)
    elif not _can_change(view):
        return exemption_changed(view, written=form.written())
    return _ask_page(form, view.kind, view)


def _can_change(view):
    return view.state in exemptions.TRANSITIONS["change"].sources and not (
        view.state is ExemptionState.APPROVED and view.over
    )


@blueprint.post("/<record:exemption>/withdraw")
@allow(Permission.ASK_EXEMPTION)
def withdraw(exemption):
    """Withdraw my request, or give up my permission."""
    only_fields()
    try:
        exemptions.withdraw(me, exemption)
    except Changed as changed:
        return exemption_changed(changed.current)
    flash("It has been withdrawn.")
    return redirect(url_for("exemptions.one", exemption=exemption), 303)


@blueprint.get("/<record:exemption>/slip")
@allow(Permission.ASK_EXEMPTION)
@quiet
def slip(exemption):
    """The permission slip, to show on a phone or to print. It asks by itself whether it still holds."""
    view = exemption_permissions.load(me, exemption)
    if not exemption_permissions.knows(me, view) or view.kind.confidential:
        raise NotFound
    if view.state is not ExemptionState.APPROVED and not view.decision.stopped_at and not htmx:
        return exemption_changed(view)
    # An open slip that asks is told that it does not hold any more; an error would leave standing what it says.
    told = {"exemption": view, "permit": may_i_now.permit_now(view)}
    return page_or_piece("exemptions/slip.html", "exemptions/_slip.html", **told)
