"""The morning page of reception: the pupils of a class as tiles, one tap each."""

import datetime as dt
import re

from flask import abort, get_template_attribute, redirect, render_template, request, url_for
from markupsafe import Markup

from blueprints.gate import allow, me, quiet
from blueprints.hypermedia import htmx
from blueprints.lockers.routes import blueprint
from blueprints.posted import only_fields
from rules import clock, hand_ins
from rules.errors import Changed, Conflict
from rules.hand_in_tiles import TAPS
from rules.roles import Permission

TAP = re.compile(rf"([1-9][0-9]{{0,17}})\.({'|'.join(TAPS)})\.([0-9hr]{{1,200}})", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FIRST = "Somebody was first. Your tap changed nothing."


@blueprint.get("/morning")
@allow(Permission.RECEIVE_DEVICES)
def morning():
    """The tiles of a class, or of all pupils."""
    return render_template("lockers/morning.html", **_queue())


def _queue(trouble=None):
    """What the page shows; `trouble` is a tile to say on that somebody was first."""
    found = hand_ins.morning(me, request.args.get("class"))
    as_html = _tile_macro()
    tiles = [as_html(tile, FIRST if trouble == tile.id else "") for tile in found.tiles]
    return {"morning": found, "tiles": Markup("").join(tiles), "day": clock.today(), "now": clock.now()}


def tile_html(tile, notice=""):
    """One tile as HTML. It holds no token: that stands once, in the form round all of them."""
    return _tile_macro()(tile, notice)


def _tile_macro():
    return get_template_attribute("lockers/_tile.html", "tile")


@blueprint.get("/morning/changes")
@allow(Permission.RECEIVE_DEVICES)
@quiet
def morning_changes():
    """For an open page: 204 while it is unchanged, else the new tiles and counts."""
    if hand_ins.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("lockers/_queue.html", **_queue())


@blueprint.post("/morning")
@allow(Permission.RECEIVE_DEVICES)
def tap():
    """One tap on a tile. It is answered with the tile alone, or, without scripts, with the way back to its class."""
    only_fields("day", "tap")
    person, what, seen = _tapped()
    try:
        tile = hand_ins.tap(me._get_current_object(), person, posted_day(), what, seen)
    except Changed as changed:
        if htmx:
            return tile_html(changed.current, str(changed)), 409
        return render_template("lockers/morning.html", **_queue(changed.current.id)), 409
    except Conflict as conflict:
        abort(422, str(conflict))  # the page is of another day: it is no answer for a tile
    if htmx:
        return tile_html(tile)
    where = url_for("lockers.morning", **{"class": request.args.get("class")}, _anchor=f"p{tile.id}")
    return redirect(where, 303)


def _tapped():
    found = TAP.fullmatch(request.form.get("tap", "")) or abort(400)
    return int(found[1]), found[2], found[3]


def posted_day():
    """The day of the page that was posted, or 400."""
    text = request.form.get("day", "")
    try:
        return dt.date.fromisoformat(text) if DAY.fullmatch(text) else abort(400)
    except ValueError:
        abort(400)
