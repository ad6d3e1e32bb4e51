"""The page of regular visitors: who came often in the last days, and who has yet to accept the fuller text."""

from flask import render_template

from blueprints.core.gate import allow, current_actor
from blueprints.visitors.routes import blueprint
from rules.auth.permissions import Permission
from rules.visitors import regulars


@blueprint.get("/regulars")
@allow(Permission.READ_VISITOR_LOG)
def regular_visitors():
    context = {"people": regulars.of_last_days(current_actor()), "numbers": regulars.numbers()}
    return render_template(
        "visitors/regulars.html", receives=current_actor().may(Permission.RECEIVE_VISITORS), **context
    )
