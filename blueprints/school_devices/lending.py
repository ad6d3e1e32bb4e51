"""Pages that lend a school device and take it back: with one click where everything is there."""

from flask import flash, redirect, render_template, url_for

from blueprints.gate import allow, me, stands_on
from blueprints.posted import inside
from blueprints.school_devices.forms import LendForm, lend_form, return_form
from blueprints.school_devices.routes import blueprint
from rules import loans, school_devices
from rules.errors import Conflict, Invalid
from rules.lending import NotReady
from rules.roles import Permission


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
        form.add_errors({name: each for name, each in loans.validate(form.wish()).items() if not form[name].errors})
        return _lend_page(form)
    try:
        device = loans.lend(me, form.wish())
    except Invalid as invalid:
        form.add_errors(invalid.errors)
    except Conflict as conflict:
        return _lend_page(form, taken=str(conflict))
    except NotReady as not_ready:
        return _lend_page(form, missing=not_ready.missing)
    else:
        flash(f"{device.tag} is lent to {device.loan.whom}, {device.loan.due}.")
        return redirect(url_for("school_devices.one", device=device.id), 303)
    return _lend_page(form)


def _lend_page(form, missing=(), taken=""):
    device = school_devices.by_tag(form.asset_tag.data or "")
    page = render_template("school_devices/lend.html", form=form, missing=missing, taken=taken, device=device)
    return page, 409 if taken else 422 if missing or form.errors else 200


@blueprint.route("/loans/<record:loan>/return", methods=["GET", "POST"])
@allow(Permission.KEEP_DEVICES)
@stands_on("school_devices.register")
def take_back(loan):
    """Take a device back: with nothing filled in from who borrowed it, else from somebody else."""
    kept, device = loans.find_open(me, loan)
    form = return_form(kept)
    if form.sent():
        try:
            loans.take_back(me, loan, form.bringer_id(), form.note.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"{device.tag} is back.")
            back = form.back.data
            return redirect(inside(back) if back else url_for("school_devices.one", device=device.id), 303)
    page = render_template("school_devices/return.html", form=form, loan=kept, device=device)
    return page, 422 if form.errors else 200
