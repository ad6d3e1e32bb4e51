"""The office's page of its reception tablets: which are on, switching one on and off."""

from flask import flash, redirect, render_template, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, end_session, stands_on
from blueprints.reception.routes import blueprint
from blueprints.reception.tablet_cookie import hand_over
from blueprints.reception.tablet_forms import SwitchOnForm
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.reception import tablets


@blueprint.route("/tablets", methods=["GET", "POST"])
@allow(Permission.KEEP_TABLETS)
def tablets_page():
    """The tablets; and this browser becomes one, in which nobody is signed in any more."""
    form = SwitchOnForm()
    if form.sent():
        try:
            tablet = tablets.switch_on(current_actor(), form.name.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            end_session()
            return hand_over(redirect(url_for("reception.tablet_start"), 303), tablet)
    on, ended = tablets.listed(current_actor())
    return render_template("reception/tablet/page.html", form=form, on=on, ended=ended), 422 if form.errors else 200


@blueprint.post("/tablets/<record:tablet>/off")
@allow(Permission.KEEP_TABLETS)
@stands_on("reception.tablets_page")
def switch_off_tablet(tablet):
    only_fields()
    gone = tablets.switch_off(current_actor(), tablet)
    flash(f"The tablet {gone.name} is switched off.")
    return redirect(url_for("reception.tablets_page"), 303)
