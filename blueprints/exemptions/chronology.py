"""One person's chronology, on the page and on paper."""

from flask import render_template, request

from blueprints.core.gate import allow, current_actor
from blueprints.exemptions.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.exemptions import chronology


@blueprint.get("/chronology/")
@allow(Permission.READ_CHRONOLOGIES)
def find_chronology():
    """Find somebody by a part of their name."""
    part = request.args.get("name", "")[:100]
    return render_template("exemptions/chronology_find.html", part=part, people=chronology.whose(current_actor(), part))


@blueprint.get("/chronology/<record:person>")
@allow(Permission.USE_OWN_PAGE)
def chronology_of(person):
    """Everything about somebody's exemptions in order, for themselves, their parents, the leaders and the DSL."""
    return render_template(
        "exemptions/chronology.html",
        chronology=chronology.of(current_actor(), person),
        now=clock.now(),
        me=current_actor(),
    )
