"""The lists of a member of staff's own classes: who may use what today, never why."""

from flask import Blueprint, render_template

from blueprints.gate import allow, me
from blueprints.today import groups_of
from rules import classes, clock, today
from rules.roles import Permission

blueprint = Blueprint("classes", __name__)


@blueprint.get("/my-class")
@allow(Permission.SEE_CLASS)
def lists():
    """What holds today for the pupils of the classes in which I work."""
    names = set(classes.classes_of(me.id))
    found = today.list_of(clock.today(), classes=names)
    return render_template(
        "classes/page.html", names=sorted(names), found=found, groups=groups_of(found), now=clock.now(), me=me
    )
