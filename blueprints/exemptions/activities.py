"""A lesson activity on the day: the teacher starts and ends it on a phone (clauses 5.4, 5.5)."""

from flask import flash, redirect, render_template, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor
from blueprints.exemptions.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Changed, Conflict
from rules.exemptions import activities, subjects


@blueprint.get("/activities/<record:exemption>")
@allow(Permission.RUN_ACTIVITY)
def activity(exemption):
    """The page with one large button: Start, or End while it runs."""
    return _page(activities.load(current_actor(), exemption))


def _page(view, trouble="", status=200):
    page = render_template(
        "exemptions/activity.html",
        exemption=view,
        pupils=subjects.names_of(subjects.of(view)),
        sessions=activities.sessions_of(view),
        why_not=activities.why_not_now(view),
        trouble=trouble,
    )
    return page, status


@blueprint.post("/activities/<record:exemption>/start")
@allow(Permission.RUN_ACTIVITY)
def start_activity(exemption):
    """Start the activity: from now on it is in force."""
    only_fields()
    try:
        activities.start(current_actor(), exemption)
    except Conflict as conflict:
        return _page(activities.load(current_actor(), exemption), str(conflict), 409)
    flash("Started. End it here when the devices are away.")
    return redirect(url_for("exemptions.activity", exemption=exemption), 303)


@blueprint.post("/activities/<record:exemption>/end")
@allow(Permission.RUN_ACTIVITY)
def end_activity(exemption):
    """End the activity."""
    only_fields()
    try:
        activities.end(current_actor(), exemption)
    except Changed as changed:
        return _page(changed.current, str(changed), 409)
    flash("Ended.")
    return redirect(url_for("exemptions.activity", exemption=exemption), 303)
