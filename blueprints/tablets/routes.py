"""The office's page of its reception tablets: which are on, switching one on and off."""

from flask import Blueprint, flash, redirect, render_template, url_for

from blueprints.gate import allow, end_session, me, stands_on
from blueprints.posted import only_fields
from blueprints.tablets.forms import SwitchOnForm
from blueprints.tablets.kiosk import hand_over
from rules import tablets
from rules.errors import Invalid
from rules.roles import Permission

blueprint = Blueprint("tablets", __name__, url_prefix="/visitors")


@blueprint.route("/tablets", methods=["GET", "POST"])
@allow(Permission.KEEP_TABLETS)
def page():
    """The tablets; and this browser becomes one, in which nobody is signed in any more."""
    form = SwitchOnForm()
    if form.sent():
        try:
            tablet = tablets.switch_on(me, form.name.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            end_session()
            return hand_over(redirect(url_for("tablets.start"), 303), tablet)
    on, ended = tablets.listed(me)
    return render_template("tablets/page.html", form=form, on=on, ended=ended), 422 if form.errors else 200


@blueprint.post("/tablets/<record:tablet>/off")
@allow(Permission.KEEP_TABLETS)
@stands_on("tablets.page")
def switch_off(tablet):
    """Switch a tablet off, at once."""
    only_fields()
    gone = tablets.switch_off(me, tablet)
    flash(f"The tablet {gone.name} is switched off.")
    return redirect(url_for("tablets.page"), 303)
