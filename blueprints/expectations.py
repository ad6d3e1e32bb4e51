"""What the school expects of visitors: for anybody to read on a phone, and to print as a sign (clauses 6.3, 6.4)."""

from flask import Blueprint, Response, abort, render_template, request, url_for

from blueprints.gate import public
from rules import expectations, regulars
from rules.obligations import policy_in_force

blueprint = Blueprint("expectations", __name__, url_prefix="/visitors/expectations")


@blueprint.get("")
@public
def page():
    """The expectations in large print, in easy-read with `easy=1`; printed on one sheet, A3 with `size=a3`."""
    asked = {"easy": request.args.get("easy") == "1", "a3": request.args.get("size") == "a3"}
    return render_template("expectations/page.html", lines=expectations.lines(), **asked)


@blueprint.get("/regular")
@public
def regular():
    """The fuller text for visitors who come regularly, to read or print (clause 6.4)."""
    policy = policy_in_force()
    return render_template("expectations/regular.html", lines=regulars.fuller_text(policy), version=policy.version)


@blueprint.get("/qr.svg")
@public
def code():
    """The code on the sign: the address of this page, as the one who asks for it reached it."""
    try:
        drawn = expectations.code_for(url_for("expectations.page", _external=True))
    except expectations.TooLong:
        abort(400)
    return Response(drawn, mimetype="image/svg+xml")
