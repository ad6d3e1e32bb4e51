"""The policy in plain English, clause by clause."""

from flask import Blueprint, render_template

from blueprints.gate import allow
from rules.roles import Permission

blueprint = Blueprint("policy", __name__)


@blueprint.get("/policy")
@allow(Permission.READ_POLICY)
def policy():
    """Each clause in a few plain words, the dates of the policy, and what to read with it."""
    return render_template("policy/page.html")
