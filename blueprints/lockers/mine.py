"""Staff: one tap on one's own page, and for the office and the headteacher where everybody's device is today."""

import re

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.gate import allow, me, stands_on
from blueprints.lockers.morning import posted_day
from blueprints.lockers.routes import blueprint
from blueprints.posted import only_fields
from rules import clock, own_lockers
from rules.roles import Permission

STEPS = {
    "in": (own_lockers.put_in, "It is written down: your device is in your locker."),
    "out": (own_lockers.take_out, "It is written down: you have taken your device out."),
    "undo": (own_lockers.undo, "Your last tap has been taken back."),
}
SEEN = re.compile(r"[0-9]{1,18}\.(in|out)", re.ASCII)


@blueprint.post("/mine")
@allow(Permission.USE_OWN_LOCKER)
@stands_on("my_page.my_page")
def mine():
    """One's device is in the locker, or has been taken out."""
    only_fields("what", "day", "seen")
    day, seen = posted_day(), request.form.get("seen", "")
    if request.form.get("what") not in STEPS or not SEEN.fullmatch(seen):
        abort(400)
    step, words = STEPS[request.form["what"]]
    step(me._get_current_object(), day, seen)
    flash(words)
    return redirect(url_for("my_page.my_page"), 303)


@blueprint.get("/staff")
@allow(Permission.KEEP_LOCKERS)
def staff():
    """Whose device is in the locker today, whose came late, and whose not yet."""
    return render_template("lockers/staff.html", staff=own_lockers.staff_today(me), now=clock.now())
