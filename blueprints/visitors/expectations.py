"""What the school expects of visitors: for anybody to read on a phone, and to print as a sign (clauses 6.3, 6.4)."""

from flask import Response, abort, render_template, request, url_for

from blueprints.core.gate import public
from blueprints.visitors.routes import blueprint
from rules.policy.in_force import policy_in_force
from rules.visitors import expectations, regulars


@blueprint.get("/expectations")
@public
def expectations_page():
    """The expectations in large print, in easy-read with `easy=1`; printed on one sheet, A3 with `size=a3`."""
    asked = {"easy": request.args.get("easy") == "1", "a3": request.args.get("size") == "a3"}
    return render_template("visitors/expectations.html", lines=expectations.lines(), **asked)


@blueprint.get("/expectations/regular")
@public
def expectations_for_regulars():
    """The fuller text for visitors who come regularly, to read or print (clause 6.4)."""
    policy = policy_in_force()
    return render_template(
        "visitors/expectations_regular.html", lines=regulars.fuller_text(policy), version=policy.version
    )


@blueprint.get("/expectations/qr.svg")
@public
def expectations_code():
    """The code on the sign: the address of this page, as the one who asks for it reached it."""
    try:
        drawn = expectations.code_for(url_for("visitors.expectations_page", _external=True))
    except expectations.TooLong:
        abort(400)
    return Response(drawn, mimetype="image/svg+xml")
