"""One person's chronology, on the page and on paper."""

from flask import Blueprint, render_template, request

from blueprints.gate import allow, me
from rules import chronology as rules
from rules import clock
from rules.roles import Permission

blueprint = Blueprint("chronology", __name__, url_prefix="/chronology")


@blueprint.get("/")
@allow(Permission.READ_CHRONOLOGIES)
def find():
    """Find somebody by a part of their name."""
    part = request.args.get("name", "")[:100]
    return render_template("chronology/find.html", part=part, found=rules.whose(me, part))


@blueprint.get("/<record:person>")
@allow(Permission.USE_OWN_PAGE)
def one(person):
    """Everything about somebody's exemptions in order, for themselves, their parents, the leaders and the DSL."""
    return render_template("chronology/page.html", found=rules.of(me, person), now=clock.now(), me=me)
