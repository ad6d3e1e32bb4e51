"""Publishing the draft: what it changes for whom, and one click."""

from flask import flash, redirect, render_template, request, url_for

from blueprints.gate import allow, me
from blueprints.policy.front_forms import PublishForm
from blueprints.policy.routes import blueprint
from blueprints.posted import whole_number
from rules import policy_drafts, policy_publishing, policy_versions
from rules.exemption_checks import Unfit
from rules.policy_drafts import Changed
from rules.policy_publishing import Overtaken
from rules.roles import NotFound, Permission


@blueprint.route("/draft/publish", methods=["GET", "POST"])
@allow(Permission.PUBLISH_POLICY)
def publish():
    """What publishing changes and for how many people; then do it."""
    form, told = PublishForm(), None
    if form.sent():
        revision, since = (whole_number(request.form.get(name)) for name in ("revision", "since"))
        try:
            version = policy_publishing.publish(me, revision, since, form.note.data or "")
        except Unfit as unfit:
            form.blame(unfit.problems)
        except (Changed, Overtaken) as moved:
            told = moved
        else:
            edition = policy_versions.edition(version)
            flash(f"Version {version} is published. " + _from_when(edition))
            return redirect(url_for("policy.policy"), 303)
    found = policy_drafts.find()
    if found is None:
        if told is None:
            raise NotFound
        return render_template("policy/published.html", told=told), 409
    page = render_template(
        "policy/publish.html", form=form, draft=found, outlook=policy_publishing.outlook(found), told=told
    )
    return page, 409 if told else 422 if form.errors else 200


def _from_when(edition):
    return "It waits for its day." if edition.waits else "It is in force now, and everybody is asked to acknowledge it."
