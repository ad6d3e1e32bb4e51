"""A lesson activity on the day: the teacher starts and ends it on a phone (clauses 5.4, 5.5)."""

from flask import Blueprint, flash, redirect, render_template, url_for

from blueprints.gate import allow, me
from blueprints.posted import only_fields
from rules import activities, participants
from rules.errors import Changed, Conflict
from rules.roles import Permission

blueprint = Blueprint("activities", __name__, url_prefix="/activities")


@blueprint.get("/<record:exemption>")
@allow(Permission.RUN_ACTIVITY)
def one(exemption):
    """The page with one large button: Start, or End while it runs."""
    return _page(activities.load(me, exemption))


def _page(view, trouble="", status=200):
    page = render_template(
        "activities/page.html",
        exemption=view,
        pupils=participants.names_of(participants.of(view)),
        sessions=activities.sessions_of(view),
        why_not=activities.why_not_now(view),
        trouble=trouble,
    )
    return page, status


@blueprint.post("/<record:exemption>/start")
@allow(Permission.RUN_ACTIVITY)
def start(exemption):
    """Start the activity: from now on it is in force."""
    only_fields()
    try:
        activities.start(me, exemption)
    except Conflict as conflict:
        return _page(activities.load(me, exemption), str(conflict), 409)
    flash("Started. End it here when the devices are away.")
    return redirect(url_for("activities.one", exemption=exemption), 303)


@blueprint.post("/<record:exemption>/end")
@allow(Permission.RUN_ACTIVITY)
def end(exemption):
    """End the activity."""
    only_fields()
    try:
        activities.end(me, exemption)
    except Changed as changed:
        return _page(changed.current, str(changed), 409)
    flash("Ended.")
    return redirect(url_for("activities.one", exemption=exemption), 303)
