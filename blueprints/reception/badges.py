"""A visitor's badge to print, and what reception sees when it scans one (clauses 6.1, 6.6)."""

from flask import Response, abort, render_template, request, url_for

from blueprints.core.gate import allow, current_actor
from blueprints.reception.routes import blueprint
from rules.auth.permissions import Permission
from rules.reception import badges
from rules.visitors.expectations import TooLong


@blueprint.get("/stays/<record:stay>/badge")
@allow(Permission.RECEIVE_VISITORS)
def badge(stay):
    """The badge, for a label or, with `size=a4`, for a sheet of paper."""
    view = badges.find(current_actor(), stay)
    return render_template("reception/badge.html", badge=view, stay=view.stay, a4=request.args.get("size") == "a4")


@blueprint.get("/stays/<record:stay>/badge.svg")
@allow(Permission.RECEIVE_VISITORS)
def badge_code(stay):
    """The code on the badge: it leads to the page on which reception signs this visitor out."""
    badges.find(current_actor(), stay)
    try:
        drawn = badges.code_for(url_for("reception.badge_out", stay=stay, _external=True))
    except TooLong:
        abort(400)
    return Response(drawn, mimetype="image/svg+xml")


@blueprint.get("/stays/<record:stay>/out")
@allow(Permission.RECEIVE_VISITORS)
def badge_out(stay):
    """Whose badge was scanned, and one button. Opening it signs nobody out."""
    view = badges.find(current_actor(), stay)
    return render_template("reception/badge_out.html", stay=view.stay, forgotten=view.forgotten)
