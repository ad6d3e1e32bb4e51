"""Pages of `/site`: whether pupils are on site, said with one click, and taken back within ten minutes."""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields, whole_number
from blueprints.core.gate import allow, current_actor, quiet
from blueprints.site.forms import UndoForm
from rules.auth.permissions import Permission
from rules.core import clock, parsing
from rules.core.errors import Conflict, Invalid
from rules.policy.in_force import policy_in_force
from rules.site import calendar
from rules.site import status as site_status

blueprint = Blueprint("site", __name__, url_prefix="/site")
SAID = {True: "Pupils are on site. Everybody can see it now.", False: "All pupils have left. Everybody can see it now."}


def board():
    """What the page shows of now, in a fixed number of queries."""
    policy, mark = policy_in_force(), site_status.newest_mark(clock.today())
    until = site_status.undo_until(mark)
    # The minute after: until then whoever looks at the form can still send it.
    edges = [f"{clock.local(until + dt.timedelta(minutes=1)):%H:%M}"] if until else []
    seen, status = site_status.token(policy, edges), site_status.status(policy)
    return {
        "seen": seen,
        "status": status,
        "on_fits": site_status.next_is_on_site(status, policy),
        "mark": mark,
        "undo_until": until,
        "calendar": calendar.today(policy),
        "not_entered": calendar.still_missing(current_actor()),
        "recent": site_status.recent(current_actor()),
        "days_shown": site_status.DAYS_SHOWN,
        "today": clock.today(),
    }


def _page(form=None, status=200, **more):
    form = form or UndoForm(formdata=None)
    return render_template("site/page.html", **board(), form=form, **more), status


@blueprint.get("/")
@allow(Permission.KEEP_SITE)
def page():
    """What holds now, the two buttons, and what was said in the last days."""
    return _page()


@blueprint.get("/changes")
@allow(Permission.KEEP_SITE)
@quiet
def changes():
    """For an open page: 204 while it is unchanged, else how it stands now."""
    if site_status.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("site/_state.html", **board(), form=UndoForm(formdata=None))


def _press(on_site):
    only_fields("day", "seen", "sure")
    try:
        day, seen = parsing.read_day(request.form.get("day", "")), whole_number(request.form.get("seen"))
    except ValueError:
        abort(400)
    try:
        site_status.press(current_actor(), on_site, day, seen, request.form.get("sure") == "1")
    except site_status.NoSchoolToday as doubt:
        return _page(status=409, doubt=str(doubt))
    except Conflict as conflict:
        return _page(status=409, trouble=str(conflict))
    flash(SAID[on_site])
    return redirect(url_for("site.page"), 303)


@blueprint.post("/on-site")
@allow(Permission.KEEP_SITE)
def on_site():
    return _press(True)


@blueprint.post("/all-left")
@allow(Permission.KEEP_SITE)
def all_left():
    return _press(False)


@blueprint.post("/marks/<record:mark>/undo")
@allow(Permission.KEEP_SITE)
def undo(mark):
    """Take back what was said: it was a mistake."""
    form = UndoForm()
    if not form.sent():
        return _page(form, 422)
    try:
        site_status.undo(current_actor(), mark, form.reason.data or "")
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return _page(form, 422)
    except Conflict as conflict:
        return _page(status=409, trouble=str(conflict))
    flash("Taken back. What held before holds again.")
    return redirect(url_for("site.page"), 303)
