"""Pages that lend a school device and take it back: with one click where everything is there."""

from flask import flash, redirect, render_template, url_for

from blueprints.core.forms import inside
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.devices.forms import LendForm, lend_form, return_form
from blueprints.devices.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Conflict, Invalid
from rules.devices import lending, register
from rules.devices.lending import NotReady


@blueprint.get("/lend")
@allow(Permission.KEEP_DEVICES)
def lend_page():
    """The form that lends, for a device whose tag is typed."""
    return _lend_page(lend_form())


@blueprint.post("/lend")
@allow(Permission.KEEP_DEVICES)
def lend():
    """Lend a device, or say everything that is wrong or missing."""
    form = LendForm()
    if not form.sent():
        form.add_errors(
            {name: message for name, message in lending.validate(form.wish()).items() if not form[name].errors}
        )
        return _lend_page(form)
    try:
        device = lending.lend(current_actor(), form.wish())
    except Invalid as invalid:
        form.add_errors(invalid.errors)
    except Conflict as conflict:
        return _lend_page(form, taken=str(conflict))
    except NotReady as not_ready:
        return _lend_page(form, missing=not_ready.missing)
    else:
        flash(f"{device.tag} is lent to {device.loan.whom}, {device.loan.due}.")
        return redirect(url_for("devices.one", device=device.id), 303)
    return _lend_page(form)


def _lend_page(form, missing=(), taken=""):
    device = register.by_tag(form.asset_tag.data or "")
    page = render_template("devices/lend.html", form=form, missing=missing, taken=taken, device=device)
    return page, 409 if taken else 422 if missing or form.errors else 200


@blueprint.route("/loans/<record:loan>/return", methods=["GET", "POST"])
@allow(Permission.KEEP_DEVICES)
@stands_on("devices.register")
def take_back(loan):
    """Take a device back: with nothing filled in from who borrowed it, else from somebody else."""
    current, device = lending.find_open(current_actor(), loan)
    form = return_form(current)
    if form.sent():
        try:
            lending.take_back(current_actor(), loan, form.bringer_id(), form.note.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"{device.tag} is back.")
            back = form.back.data
            return redirect(inside(back) if back else url_for("devices.one", device=device.id), 303)
    page = render_template("devices/return.html", form=form, loan=current, device=device)
    return page, 422 if form.errors else 200
