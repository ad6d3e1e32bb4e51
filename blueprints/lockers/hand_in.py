"""The morning page of reception: the pupils of a class as tiles, one tap each."""

import datetime as dt
import re

from flask import abort, flash, get_template_attribute, redirect, render_template, request, url_for
from markupsafe import Markup

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, quiet, stands_on
from blueprints.core.htmx import htmx
from blueprints.lockers.forms import FetchForm
from blueprints.lockers.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Changed, Conflict, Invalid
from rules.lockers import hand_in as locker_hand_in
from rules.lockers.tiles import TAPS
from rules.people import classes

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
    page = locker_hand_in.morning(current_actor(), request.args.get("class"))
    as_html = _tile_macro()
    tiles = [as_html(tile, FIRST if trouble == tile.id else "") for tile in page.tiles]
    return {"morning": page, "tiles": Markup("").join(tiles), "day": clock.today(), "now": clock.now()}


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
    if locker_hand_in.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("lockers/_queue.html", **_queue())


@blueprint.post("/morning")
@allow(Permission.RECEIVE_DEVICES)
def tap():
    """One tap on a tile. It is answered with the tile alone, or, without scripts, with the way back to its class."""
    only_fields("day", "tap")
    person, what, seen = _tapped()
    try:
        tile = locker_hand_in.tap(current_actor(), person, posted_day(), what, seen)
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
    match = TAP.fullmatch(request.form.get("tap", "")) or abort(400)
    return int(match[1]), match[2], match[3]


def posted_day():
    """The day of the page that was posted, or 400."""
    text = request.form.get("day", "")
    try:
        return dt.date.fromisoformat(text) if DAY.fullmatch(text) else abort(400)
    except ValueError:
        abort(400)


@blueprint.get("/held")
@allow(Permission.KEEP_LOCKERS)
def held():
    """Who has no locker, who was not asked yet, and which devices wait to go back."""
    return _page()


def _page(form=None, wrong=None, status=200):
    lists = locker_hand_in.lists(current_actor())
    labels = classes.labels(classes.pupils())
    context = {"lists": lists, "labels": labels, "form": form, "wrong": wrong, "now": clock.now()}
    return render_template("lockers/held.html", **context), status


@blueprint.post("/held/<record:hand_in>/give")
@allow(Permission.KEEP_LOCKERS)
@stands_on("lockers.held")
def give_device(hand_in):
    """Give a held device back: to its pupil, or to whoever fetches it."""
    form = FetchForm()
    if form.sent():
        try:
            device = locker_hand_in.give(current_actor(), hand_in, form.returned_to.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"The device of {device.row.name} has gone back.")
            return redirect(url_for("lockers.held"), 303)
    return _page(form, hand_in, 422)


@blueprint.get("/receipts/<record:hand_in>")
@allow(Permission.KEEP_LOCKERS)
def receipt(hand_in):
    """For a device that the school holds: whose, since when, where, and who took it in."""
    device = locker_hand_in.find(current_actor(), hand_in)
    times = locker_hand_in.of_day(current_actor(), device.row.person, device.row.day)
    return render_template("lockers/receipt.html", device=device, times=times, now=clock.now())
