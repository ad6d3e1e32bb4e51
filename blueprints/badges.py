"""A visitor's badge to print, and what reception sees when it scans one (clauses 6.1, 6.6)."""

from flask import Blueprint, Response, abort, render_template, request, url_for

from blueprints.gate import allow, me
from rules import badges
from rules.expectations import TooLong
from rules.roles import Permission

blueprint = Blueprint("badges", __name__, url_prefix="/visitors/stays/<record:stay>")


@blueprint.get("/badge")
@allow(Permission.RECEIVE_VISITORS)
def badge(stay):
    """The badge, for a label or, with `size=a4`, for a sheet of paper."""
    found = badges.find(me, stay)
    return render_template("badges/page.html", badge=found, stay=found.stay, a4=request.args.get("size") == "a4")


@blueprint.get("/badge.svg")
@allow(Permission.RECEIVE_VISITORS)
def code(stay):
    """The code on the badge: it leads to the page on which reception signs this visitor out."""
    badges.find(me, stay)
    try:
        drawn = badges.code_for(url_for("badges.out", stay=stay, _external=True))
    except TooLong:
        abort(400)
    return Response(drawn, mimetype="image/svg+xml")


@blueprint.get("/out")
@allow(Permission.RECEIVE_VISITORS)
def out(stay):
    """Whose badge was scanned, and one button. Opening it signs nobody out."""
    found = badges.find(me, stay)
    return render_template("badges/out.html", stay=found.stay, forgotten=found.forgotten)
