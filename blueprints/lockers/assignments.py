"""Giving lockers to people, one or many; taking them back; moving and swapping."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields, whole_number
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.lockers.routes import blueprint, give_form, one_page, swap_form, told_of
from rules.auth.permissions import Permission
from rules.core.errors import Changed, Invalid
from rules.lockers import assignments, lockers
from rules.people import classes


@blueprint.post("/<record:locker>/give")
@allow(Permission.KEEP_LOCKERS)
@stands_on("lockers.one")
def give(locker):
    """Give a free locker to somebody."""
    form = give_form(lockers.find(current_actor(), locker), request.form)
    if form.sent():
        try:
            assignments.give(current_actor(), locker, form.chosen())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return told_of(locker, f"Locker {lockers.find(current_actor(), locker).number} has been given.")
    return one_page(locker, form, 422)


@blueprint.post("/<record:locker>/take-back")
@allow(Permission.KEEP_LOCKERS)
@stands_on("lockers.one")
def take_back(locker):
    only_fields("use")
    assignments.take_back(current_actor(), locker, whole_number(request.form.get("use")))
    return told_of(locker, "The locker has been taken back. It is free now.")


@blueprint.post("/<record:locker>/swap")
@allow(Permission.KEEP_LOCKERS)
@stands_on("lockers.one")
def swap(locker):
    """Move the holder of a locker to a free one, or let two holders change places."""
    form = swap_form(lockers.find(current_actor(), locker), request.form)
    if form.sent():
        try:
            assignments.swap(current_actor(), locker, *form.chosen())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return told_of(locker, "They have been moved.")
    return one_page(locker, form, 422)


# --- Many at once -------------------------------------------------------------------------------------------


@blueprint.get("/many")
@allow(Permission.KEEP_LOCKERS)
def many():
    """Look at what giving the free lockers to a class, or to everybody, would do."""
    groups, group = assignments.groups(current_actor()), request.args.get("group", "")
    plan = assignments.plan(current_actor(), group) if group in groups else None
    return _plan_page(groups, plan)


def _plan_page(groups, plan, status=200, changed=False):
    labels = classes.labels(lockers.owners(plan.area)) if plan else {}
    return render_template("lockers/many.html", groups=groups, plan=plan, labels=labels, changed=changed), status


@blueprint.post("/many")
@allow(Permission.KEEP_LOCKERS)
def give_many():
    """Give the lockers as it was looked at, or nothing where it would be otherwise now."""
    only_fields("group", "plan")
    group, looked_at = request.form.get("group", ""), request.form.get("plan") or abort(400)
    try:
        count = assignments.apply(current_actor(), group, looked_at)
    except Changed as changed:
        return _plan_page(assignments.groups(current_actor()), changed.current, 409, changed=True)
    except Invalid:
        return _plan_page(assignments.groups(current_actor()), None, 422)
    flash("One locker has been given." if count == 1 else f"{count} lockers have been given.")
    return redirect(url_for("lockers.register"), 303)
