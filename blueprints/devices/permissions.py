"""The page that says who may borrow: the roles that the headteacher lets borrow without asking (clause 3.3)."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.devices.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.devices import lending, standing_permissions


@blueprint.get("/permissions")
@allow(Permission.READ_DEVICES)
def permissions():
    """Every role of staff, and whether it may borrow."""
    return render_template(
        "devices/permissions.html",
        standing=standing_permissions.of_roles(current_actor()),
        kinds=list(lending.LENDING.values()),
        gives=current_actor().may(Permission.LET_ROLES_BORROW),
    )


@blueprint.post("/permissions/give")
@allow(Permission.LET_ROLES_BORROW)
@stands_on("devices.permissions")
def give_permission():
    """Let everybody with a role borrow."""
    return _change(standing_permissions.give, "Everybody with this role may borrow school devices now.")


@blueprint.post("/permissions/end")
@allow(Permission.LET_ROLES_BORROW)
@stands_on("devices.permissions")
def end_permission():
    """End the permission of a role. What is lent stays lent."""
    return _change(standing_permissions.end, "People with this role have to ask again before they borrow.")


def _change(rule, said):
    only_fields("role")
    try:
        rule(current_actor(), request.form.get("role", ""))
    except Invalid as invalid:
        abort(422, invalid.errors["role"])
    flash(said)
    return redirect(url_for("devices.permissions"), 303)
