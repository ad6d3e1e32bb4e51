"""The lists of a member of staff's own classes: who may use what today, never why."""

from flask import render_template

from blueprints.core.gate import allow, current_actor
from blueprints.today.routes import blueprint, groups_of
from rules.auth.permissions import Permission
from rules.core import clock
from rules.people import classes
from rules.today import day_list


@blueprint.get("/my-class")
@allow(Permission.SEE_CLASS)
def my_classes():
    """What holds today for the pupils of the classes in which I work."""
    names = set(classes.classes_of(current_actor().id))
    listing = day_list.list_of(clock.today(), classes=names)
    return render_template(
        "today/my_classes.html",
        names=sorted(names),
        listing=listing,
        groups=groups_of(listing),
        now=clock.now(),
        me=current_actor(),
    )
