"""Staff: one tap on one's own page, and for the office and the headteacher where everybody's device is today."""

import re

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.lockers.hand_in import posted_day
from blueprints.lockers.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.lockers import own

STEPS = {
    "in": (own.put_in, "It is written down: your device is in your locker."),
    "out": (own.take_out, "It is written down: you have taken your device out."),
    "undo": (own.undo, "Your last tap has been taken back."),
}
SEEN = re.compile(r"[0-9]{1,18}\.(in|out)", re.ASCII)


@blueprint.post("/mine")
@allow(Permission.USE_OWN_LOCKER)
@stands_on("home.home")
def mine():
    """One's device is in the locker, or has been taken out."""
    only_fields("what", "day", "seen")
    day, seen = posted_day(), request.form.get("seen", "")
    if request.form.get("what") not in STEPS or not SEEN.fullmatch(seen):
        abort(400)
    step, words = STEPS[request.form["what"]]
    step(current_actor(), day, seen)
    flash(words)
    return redirect(url_for("home.home"), 303)


@blueprint.get("/staff")
@allow(Permission.KEEP_LOCKERS)
def staff():
    """Whose device is in the locker today, whose came late, and whose not yet."""
    return render_template("lockers/staff.html", staff=own.staff_today(current_actor()), now=clock.now())
