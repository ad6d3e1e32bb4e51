"""Recording what somebody has acknowledged on paper."""

from flask import flash, redirect, render_template, url_for
from wtforms.fields import HiddenField, SelectMultipleField, StringField

from blueprints.acknowledgements.routes import blueprint, shown_version
from blueprints.core.fields import DayField
from blueprints.core.forms import StrictForm
from blueprints.core.gate import allow, current_actor
from rules.acknowledgements import acknowledging, owed
from rules.auth.permissions import Permission
from rules.core.errors import AlreadyDone, Invalid
from rules.policy.in_force import policy_in_force


class PaperForm(StrictForm):
    """What stands on a paper that was signed."""

    version = HiddenField()
    items = SelectMultipleField("What stands on the paper?", validate_choice=False)
    signed_on = DayField("When was it signed?")
    kept_at = StringField("Where is the paper kept?")


@blueprint.get("/of/<record:person>/paper")
@allow(Permission.RECORD_SIGNATURE)
def paper(person):
    """The form, and the sheet to print and have signed."""
    return _paper_page(person, PaperForm(formdata=None))


@blueprint.post("/of/<record:person>/paper")
@allow(Permission.RECORD_SIGNATURE)
def record_paper(person):
    """Record a paper that was signed."""
    form = PaperForm()
    version = None
    if form.sent():
        version = shown_version(form.version.data)
        said = acknowledging.Paper(tuple(form.items.data or ()), form.signed_on.data, form.kept_at.data or "")
        try:
            acknowledging.record_paper(current_actor(), person, version, said)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except AlreadyDone as done:
            flash(f"There was nothing new to record. {done}")
            return redirect(url_for("acknowledgements.of_person", person=person), 303)
        else:
            flash("It is recorded what was acknowledged on paper.")
            return redirect(url_for("acknowledgements.of_person", person=person), 303)
    return _paper_page(person, form, version), 422


def _paper_page(person, form, version=None):
    whose = acknowledging.look(current_actor(), person)
    acknowledging.must_be_outside(whose)
    version = version or policy_in_force().version
    sections = owed.sections(whose, version, easy=False)
    if not sections:
        form = PaperForm(formdata=None)  # all of it was read meanwhile: there is nothing to mend
    form.items.choices = [(section.key.spelled, section.title) for section in sections]
    context = {"form": form, "whose": whose, "sections": sections, "version": version}
    return render_template("acknowledgements/paper.html", **context)
