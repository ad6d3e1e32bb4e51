"""Deciding: the queue, Approve with one click, the other verdicts with their words, and standing in."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from wtforms.fields import SelectField

from blueprints.core.fields import DayField, Needed
from blueprints.core.forms import StrictForm, only_fields, whole_number
from blueprints.core.gate import allow, current_actor, quiet, stands_on
from blueprints.core.htmx import htmx
from blueprints.core.templating import waiting as waiting_for_me
from rules.auth.permissions import Permission
from rules.core import changes
from rules.core.errors import Changed, Invalid
from rules.decisions import deciding, queue, receipts
from rules.exemptions import permissions, prerequisites
from rules.people import delegation

blueprint = Blueprint("decisions", __name__, url_prefix="/decisions")

DONE = {
    "approve": "Approved",
    "decline": "Declined",
    "return": "Returned",
    "revoke": "Revoked",
}


@blueprint.get("/")
@allow(Permission.DECIDE_EXEMPTIONS)
def page():
    """What waits for me, the soonest first, and what I could revoke."""
    return _queue()


def _queue(status=200, trouble=None):
    """The page of decisions; `trouble` is a row to show instead, with what went wrong in it."""
    seen = changes.touched()
    waiting = [_fields(*weighed, closed=weighed[0].kind.confidential) for weighed in queue.weigh(waiting_for_me())]
    approved = queue.revocable_by(current_actor())
    if trouble:
        waiting = [trouble if row["exemption"].id == trouble["exemption"].id else row for row in waiting]
    in_place = {row["exemption"].id for row in waiting}
    if trouble and trouble["errors"]:
        in_place |= {view.id for view in approved}  # the field that is wrong is there
    page = render_template(
        "decisions/page.html",
        waiting=waiting,
        approved=approved,
        seen=seen,
        shown=",".join(f"{row['exemption'].id}.{row['exemption'].revision}" for row in waiting),
        trouble=trouble,
        apart=trouble if trouble and trouble["exemption"].id not in in_place else None,
    )
    return page, status


def _row(view, **trouble):
    met = prerequisites.completed(view)
    blockers = queue.blockers_of(view, met) if view.waits else []
    return _fields(view, met, blockers, **trouble)


def _fields(view, met, blockers, **trouble):
    return {
        "exemption": view,
        "met": met,
        "blockers": blockers,
        "errors": {},
        "typed": "",
        "action": "",
        "closed": False,
        **trouble,
    }


@blueprint.get("/request/<record:exemption>")
@allow(Permission.DECIDE_EXEMPTIONS)
def request_alone(exemption):
    """One request that waits, on a page of its own: where what is confidential is read and decided."""
    view = permissions.load_to_decide(current_actor(), exemption)
    if not view.waits:
        return redirect(url_for("exemptions.one", exemption=exemption), 303)
    return render_template("decisions/single.html", row=_row(permissions.look_at(current_actor(), exemption)))


@blueprint.get("/<record:decision>")
@allow(Permission.USE_OWN_PAGE)
def receipt(decision):
    """A decision with everything it was made on, exactly as it was; for who may read the reason."""
    view, made = receipts.receipt(current_actor(), decision)
    readable = permissions.readable_prerequisites(current_actor(), view)
    return render_template("decisions/receipt.html", exemption=view, decision=made, prerequisites=readable)


@blueprint.get("/changes")
@allow(Permission.DECIDE_EXEMPTIONS)
@quiet
def news():
    """For an open queue: 204 while nothing new waits, else a line that offers the new list."""
    if request.args.get("seen", "") == str(changes.touched()):
        return "", 204
    shown = set(request.args.get("shown", "")[:4000].split(","))
    fresh = [view for view in queue.waiting_for(current_actor()) if f"{view.id}.{view.revision}" not in shown]
    if not fresh:
        return "", 204
    return render_template("decisions/_news.html", fresh=fresh)


# --- The verdicts -------------------------------------------------------------------------------------------


@blueprint.post("/<record:exemption>/approve")
@allow(Permission.DECIDE_EXEMPTIONS)
@stands_on("decisions.page")
def approve(exemption):
    return _decide("approve", deciding.approve, exemption)


@blueprint.post("/<record:exemption>/decline")
@allow(Permission.DECIDE_EXEMPTIONS)
@stands_on("decisions.page")
def decline(exemption):
    return _decide("decline", deciding.decline, exemption)


@blueprint.post("/<record:exemption>/return")
@allow(Permission.DECIDE_EXEMPTIONS)
@stands_on("decisions.page")
def return_to_asker(exemption):
    return _decide("return", deciding.return_to_asker, exemption)


@blueprint.post("/<record:exemption>/revoke")
@allow(Permission.DECIDE_EXEMPTIONS)
@stands_on("decisions.page")
def revoke(exemption):
    return _decide("revoke", deciding.revoke, exemption)


def _decide(action, rule, exemption):
    only_fields("revision", "text")
    revision, text = whole_number(request.form.get("revision")), request.form.get("text", "")
    try:
        made = rule(current_actor(), exemption, revision, text)
    except Invalid as invalid:
        return _trouble(422, _row(_again(exemption), errors=invalid.errors, typed=text, action=action))
    except deciding.NotReady:
        return _trouble(409, _row(_again(exemption), notice="It cannot be approved yet. What is missing stands below."))
    except Changed:
        view = _again(exemption)
        return _trouble(409, _row(view, notice=_what_happened(view), decided=_newest(view)))
    view = made.exemption
    if htmx:
        return render_template("decisions/_outcome.html", row={"exemption": view, "decided": made}, count=True)
    flash(f"{DONE[action]}: {view.name}, {view.kind.name}.")
    return redirect(url_for("decisions.page"), 303)


def _again(exemption):
    """The request for showing its row again: where it still waits, that is a look like any other."""
    view = permissions.load_to_decide(current_actor(), exemption)
    return permissions.look_at(current_actor(), exemption) if view.waits else view


def _newest(view):
    made = receipts.decisions_on(view)
    return made[-1] if made else None


def _what_happened(view):
    if not view.people_here:
        return "Whoever it is for, or who asked, is no longer at the school. Nothing was changed by your click."
    if view.lapsed:
        return "Its days have passed, so there is nothing left to decide. Nothing was changed by your click."
    if view.waits:
        return "It was changed after you opened this page. Read it again before you decide."
    return "Somebody was there first. Nothing was changed by your click."


def _trouble(status, row):
    if not htmx:
        return _queue(status, row)
    wrong = "_approved.html" if row["errors"] else "_outcome.html"
    template = "_row.html" if row["exemption"].waits else wrong
    return make_response(render_template(f"decisions/{template}", row=row, count=True), status)


# --- Standing in --------------------------------------------------------------------------------------------


class DelegationForm(StrictForm):
    delegate = SelectField("Who decides in your place?", coerce=str, validate_choice=False)
    starts_on = DayField("First day", [Needed("Choose the first day")])
    ends_on = DayField("Last day", [Needed("Choose the last day")])


@blueprint.route("/delegation", methods=["GET", "POST"])
@allow(Permission.DELEGATE)
def delegate():
    """Name who decides in the headteacher's place, from one day to another."""
    form = DelegationForm()
    people = delegation.possible_delegates(current_actor())
    form.delegate.choices = [("", "Choose one"), *((str(person.id), person.name) for person in people)]
    if form.sent():
        chosen = form.delegate.data or ""
        if chosen not in {str(person.id) for person in people}:
            form.add_errors({"delegate": "Choose somebody from the list"})
        else:
            try:
                delegation.give(current_actor(), int(chosen), form.starts_on.data, form.ends_on.data)
            except Invalid as invalid:
                form.add_errors(invalid.errors)
            else:
                flash("They can decide in your place on these days.")
                return redirect(url_for("decisions.delegate"), 303)
    page = render_template("decisions/delegation.html", form=form, standing=delegation.delegations_of(current_actor()))
    return page, 422 if form.errors else 200


@blueprint.post("/delegation/<record:number>/end")
@allow(Permission.DELEGATE)
def end_delegation(number):
    only_fields()
    delegation.end(current_actor(), number)
    flash("It has been ended.")
    return redirect(url_for("decisions.delegate"), 303)
