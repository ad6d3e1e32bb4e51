"""The signs for visitors: which one has to be looked at, and what was seen (clause 6.3)."""

from flask import flash, redirect, render_template, url_for
from wtforms.fields import RadioField, SelectField, TextAreaField

from blueprints.core.forms import StrictForm
from blueprints.core.gate import allow, current_actor
from blueprints.visitors.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.visitors import signs

FINE = {"yes": True, "no": False}


class SignForm(StrictForm):
    """What somebody saw."""

    place = SelectField("Which sign did you look at?", validate_choice=False)
    fine = RadioField("Is it there, clean and easy to read?", validate_choice=False)
    note = TextAreaField("What is wrong?")

    def given(self):
        """What was said, as the rules take it."""
        return self.place.data or "", FINE.get(self.fine.data), self.note.data or ""


def _form():
    form = SignForm()
    form.place.choices = [("", "Choose one"), *signs.places().items()]
    form.fine.choices = [("yes", "Yes"), ("no", "No")]
    return form


@blueprint.route("/signs", methods=["GET", "POST"])
@allow(Permission.CHECK_SIGNS)
def signs_page():
    """Every sign with its last checks, and the form that writes down a new one."""
    form = _form()
    if form.sent():
        try:
            signs.check(current_actor(), *form.given())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Written down. Thank you.")
            return redirect(url_for("visitors.signs_page"), 303)
    return render_template(
        "visitors/signs.html", form=form, signs=signs.signs(current_actor())
    ), 422 if form.errors else 200
