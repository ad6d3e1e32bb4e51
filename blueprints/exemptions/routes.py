"""Pages of `/exemptions`: mine, ask, one with its history, change, withdraw, the permission slip."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.core.errors import exemption_changed
from blueprints.core.forms import only_fields, whole_number
from blueprints.core.gate import allow, current_actor, quiet
from blueprints.core.htmx import htmx, page_or_piece
from blueprints.exemptions.forms import ask_form
from enums import ExemptionState
from rules.agreements import agreements, signing
from rules.audit import trail
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Changed, Invalid, NotAllowed, NotFound
from rules.core.tokens import token
from rules.decisions import receipts
from rules.exemption_kinds import KINDS
from rules.exemption_kinds.kinds import kinds_for
from rules.exemptions import lifecycle, permissions, prerequisites, subjects
from rules.may_i import now
from rules.policy.in_force import policy_in_force
from rules.visitors import visits

blueprint = Blueprint("exemptions", __name__)


@blueprint.get("/exemptions/")
@allow(Permission.ASK_EXEMPTION)
def mine():
    """Everything that is my business, newest first."""
    own = permissions.mine(current_actor())
    to_sign = signing.agreements_to_sign(current_actor())
    return render_template(
        "exemptions/page.html", cases=own, reasons=receipts.reasons_for(current_actor(), own), to_sign=to_sign
    )


@blueprint.get("/exemptions/new")
@allow(Permission.ASK_EXEMPTION)
def choose():
    """Choose what to ask for. A kind for which the policy in force has no purposes is not offered."""
    policy = policy_in_force()
    return render_template(
        "exemptions/choose.html", kinds=[k for k in kinds_for(current_actor()) if policy.purposes_of(k)]
    )


@blueprint.route("/exemptions/new/<kind>", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def ask(kind):
    """Ask: one page, one form. `again` names an exemption of one's own to start from."""
    kind = KINDS.get(kind) or abort(404)
    if kind not in kinds_for(current_actor()):
        raise NotAllowed("This kind of exemption is not one you can ask for.")
    form = ask_form(kind, policy_in_force(), current_actor(), form_key=token(), **_start(kind))
    if form.sent_by(current_actor()):
        try:
            key = (form.form_key.data or "")[:64] or None
            exemption = lifecycle.submit(current_actor(), kind, form.request(), form.answers(), key)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Your request has been sent.")
            return redirect(_after_asking(kind, exemption), 303)
    return _ask_page(form, kind)


def _after_asking(kind, exemption):
    """Where somebody goes on: reception to its own page, which shows the decision when it is made."""
    if kind.for_visitor and current_actor().may(Permission.RECEIVE_VISITORS):
        return url_for("reception.page")
    return url_for("exemptions.one", exemption=exemption)


def _number_in(name):
    """A number in the address, or None where there is none."""
    wanted = request.args.get(name, "")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18 else None


def _start(kind):
    """What a new form begins with: today, what one asks for again, or the visit for which it is asked."""
    if kind.for_visitor and (visit := _number_in("visit")):
        return visits.first_answers(current_actor(), visit)
    wanted = _number_in("again")
    if wanted is None:
        return {"starts_on": clock.today()}
    view = permissions.find_own(current_actor(), wanted)
    if view.kind is not kind:
        raise NotFound
    begun = view.request._replace(starts_on=clock.today(), ends_on=None)
    return {"start": begun, "met": prerequisites.completed(view), "pupils": subjects.of(view)}


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
        decided=receipts.decisions_on(view) if changed else (),
        notices=policy_in_force().notices_for(kind),
    )
    return page, 409 if changed else 422 if form.errors else 200


@blueprint.get("/exemptions/<record:exemption>")
@allow(Permission.USE_OWN_PAGE)
def one(exemption):
    """One exemption with its history: for its asker and who decides with the reason, for the family without."""
    view = permissions.look_at(current_actor(), exemption)
    met, readable = (
        prerequisites.completed(view),
        {prerequisite.id for prerequisite in permissions.readable_prerequisites(current_actor(), view)},
    )
    before = _number_in("before")
    history, earlier = trail.entries(trail.Filter(record=view.record, before=before))
    return render_template(
        "exemptions/one.html",
        exemption=view,
        met={key: done for key, done in met.items() if key in readable},
        missing=prerequisites.missing(view, met),
        to_complete=[
            prerequisite
            for prerequisite in view.kind.prerequisites
            if lifecycle.may_complete(current_actor(), view, prerequisite)
        ],
        pupils=subjects.names_of(subjects.of(view)),
        agreement=agreements.newest_of(view),
        party=signing.party_of(current_actor(), view),
        decided=receipts.decisions_on(view),
        history=history,
        earlier=earlier,
        before=before,
        mine=view.people.asker == current_actor().id,
        reads_reason=permissions.reads_reason(current_actor(), view),
        may_decide=permissions.may_decide(current_actor(), view),
    )


@blueprint.route("/exemptions/<record:exemption>/change", methods=["GET", "POST"])
@allow(Permission.ASK_EXEMPTION)
def change(exemption):
    """Change what I asked for and send it again."""
    view = permissions.find_own(current_actor(), exemption)
    begun = {"start": view.request, "met": prerequisites.completed(view), "pupils": subjects.of(view)}
    form = ask_form(view.kind, policy_in_force(), current_actor(), revision=view.revision, **begun)
    if form.sent_by(current_actor(), ignore=view.id):
        try:
            revision = whole_number(request.form.get("revision"))
            lifecycle.change(current_actor(), exemption, revision, form.request(), form.answers())
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
    return view.state in lifecycle.TRANSITIONS["change"].sources and not (
        view.state is ExemptionState.APPROVED and view.over
    )


@blueprint.post("/exemptions/<record:exemption>/withdraw")
@allow(Permission.ASK_EXEMPTION)
def withdraw(exemption):
    """Withdraw my request, or give up my permission."""
    only_fields()
    try:
        lifecycle.withdraw(current_actor(), exemption)
    except Changed as changed:
        return exemption_changed(changed.current)
    flash("It has been withdrawn.")
    return redirect(url_for("exemptions.one", exemption=exemption), 303)


@blueprint.get("/exemptions/<record:exemption>/slip")
@allow(Permission.ASK_EXEMPTION)
@quiet
def slip(exemption):
    """The permission slip, to show on a phone or to print. It asks by itself whether it still holds."""
    view = permissions.load(current_actor(), exemption)
    if not permissions.knows(current_actor(), view) or view.kind.confidential:
        raise NotFound
    if view.state is not ExemptionState.APPROVED and not view.decision.stopped_at and not htmx:
        return exemption_changed(view)
    # An open slip that asks is told that it does not hold any more; an error would leave standing what it says.
    context = {"exemption": view, "permit": now.permit_now(view)}
    return page_or_piece("exemptions/slip.html", "exemptions/_slip.html", **context)
