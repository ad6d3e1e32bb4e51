"""What visitors did against the policy: staff tell it, the headteacher and the DSL read it (clause 6.7)."""

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms.fields import HiddenField, RadioField, SelectField, StringField, TextAreaField

from blueprints.core.forms import StrictForm, only_fields
from blueprints.core.gate import allow, current_actor
from rules.auth.permissions import Permission
from rules.concerns import visitor_concerns
from rules.concerns.visitor_concerns import Report
from rules.core.errors import Invalid
from rules.core.tokens import token

blueprint = Blueprint("concerns", __name__, url_prefix="/visitors/challenges")
SOMEBODY_ELSE = "other"
NOBODY = 0  # the id of no stay, for a choice that is not on the list
SPOKEN_TO = {"yes": True, "no": False}


class ReportForm(StrictForm):
    """What a visitor did."""

    form_key = HiddenField()
    stay = SelectField("Which visitor?", validate_choice=False)
    whom = StringField("Only if you chose “Somebody else”: who was it?")
    place = StringField("Where?")
    seen = TextAreaField("What did you see?")
    challenged = RadioField("Did you speak to them about it?", validate_choice=False)
    answer = TextAreaField("What did they say?")

    def report(self):
        """What was told, as the rules take it."""
        known = {key: int(key) for key, _ in self.stay.choices if key.isdigit()}
        return Report(
            None if self.stay.data == SOMEBODY_ELSE else known.get(self.stay.data, NOBODY),
            self.whom.data or "",
            self.place.data or "",
            self.seen.data or "",
            SPOKEN_TO.get(self.challenged.data),
            self.answer.data or "",
        )


class NoteForm(StrictForm):
    """What somebody adds."""

    text = TextAreaField("Add something")


def _report_form():
    known = [(str(stay), name) for stay, name in visitor_concerns.to_choose_from().items()]
    form = ReportForm(data={"form_key": token(), "stay": "" if known else SOMEBODY_ELSE})
    form.stay.choices = [("", "Choose one"), *known, (SOMEBODY_ELSE, "Somebody else")]
    form.challenged.choices = [("yes", "Yes"), ("no", "No")]
    return form


@blueprint.get("")
@allow(Permission.REPORT_VISITOR_CONCERN)
def page():
    """The reports that this person may see."""
    return render_template(
        "concerns/visitor_concerns.html", reports=visitor_concerns.seen_by(current_actor()), reads=_reads()
    )


def _reads():
    return current_actor().may(Permission.READ_VISITOR_CONCERNS)


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.REPORT_VISITOR_CONCERN)
def new():
    """Tell the headteacher and the DSL what a visitor did."""
    form = _report_form()
    if form.sent():
        try:
            key = (form.form_key.data or "")[:64] or None
            challenge = visitor_concerns.make(current_actor(), form.report(), key)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Thank you. The headteacher and the DSL can read it now.")
            return redirect(url_for("concerns.one", challenge=challenge), 303)
    return render_template("concerns/visitor_concern_new.html", form=form), 422 if form.errors else 200


@blueprint.get("/<record:challenge>")
@allow(Permission.REPORT_VISITOR_CONCERN)
def one(challenge):
    """One report, for who made it, the headteacher and the DSL. Opening it does not say that it was read."""
    return _one(visitor_concerns.find(current_actor(), challenge), NoteForm(formdata=None))


def _one(report, form):
    context = {
        "report": report,
        "form": form,
        "reads": _reads(),
        "to_confirm": _reads() and report.to_confirm(current_actor().id),
    }
    return render_template("concerns/visitor_concern.html", **context), 422 if form.errors else 200


@blueprint.post("/<record:challenge>/read")
@allow(Permission.READ_VISITOR_CONCERNS)
def read(challenge):
    """Record that the headteacher or the DSL has read it."""
    only_fields()
    visitor_concerns.read(current_actor(), challenge)
    flash("Noted. Who reported it can see that you have read it.")
    return redirect(url_for("concerns.one", challenge=challenge), 303)


@blueprint.post("/<record:challenge>/notes")
@allow(Permission.REPORT_VISITOR_CONCERN)
def add(challenge):
    """Add to a report."""
    report, form = visitor_concerns.find(current_actor(), challenge), NoteForm()
    if form.sent():
        try:
            visitor_concerns.add(current_actor(), challenge, form.text.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Added.")
            return redirect(url_for("concerns.one", challenge=challenge), 303)
    return _one(report, form)
