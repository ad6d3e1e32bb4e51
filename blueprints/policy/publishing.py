"""Publishing the draft: what it changes for whom, and one click."""

from flask import flash, redirect, render_template, request, url_for
from wtforms.fields import HiddenField, StringField

from blueprints.core.forms import StrictForm, whole_number
from blueprints.core.gate import allow, current_actor
from blueprints.policy.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Changed, Invalid, NotFound
from rules.policy import draft, publishing, versions


class PublishForm(StrictForm):
    """Publishing what was looked at: this revision of the draft, after this version."""

    note = StringField("What is new, in a sentence")
    revision = HiddenField()
    since = HiddenField()


@blueprint.route("/draft/publish", methods=["GET", "POST"])
@allow(Permission.PUBLISH_POLICY)
def publish():
    """What publishing changes and for how many people; then do it."""
    form, conflict = PublishForm(), None
    if form.sent():
        revision, since = (whole_number(request.form.get(name)) for name in ("revision", "since"))
        try:
            version = publishing.publish(current_actor(), revision, since, form.note.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except Changed as changed:
            conflict = changed
        else:
            edition = versions.edition(version)
            flash(f"Version {version} is published. " + _from_when(edition))
            return redirect(url_for("policy.policy"), 303)
    current = draft.find()
    if current is None:
        if conflict is None:
            raise NotFound
        return render_template("policy/published.html", conflict=conflict), 409
    page = render_template(
        "policy/publish.html",
        form=form,
        draft=current,
        outlook=publishing.outlook(current),
        cautions=publishing.cautions(current),
        conflict=conflict,
    )
    return page, 409 if conflict else 422 if form.errors else 200


def _from_when(edition):
    if edition.waits:
        day = clock.format_date(edition.from_day)
        return f"It waits for its day: it is in force from {day}, and everybody is asked to acknowledge it then."
    return "It is in force now, and everybody is asked to acknowledge it."
