"""The page of regular visitors: who came often in the last days, and who has yet to accept the fuller text."""

from flask import render_template

from blueprints.gate import allow, me
from blueprints.visitors.routes import blueprint
from rules import regulars, regulars_list
from rules.roles import Permission


@blueprint.get("/regulars")
@allow(Permission.READ_VISITOR_LOG)
def regular_visitors():
    """The regular visitors of the last days."""
    told = {"people": regulars_list.of_last_days(me), "numbers": regulars.numbers()}
    return render_template("visitors/regulars.html", receives=me.may(Permission.RECEIVE_VISITORS), **told)
