"""What reception looks at after the queue, giving a device back, and the receipt for one that is held."""

from flask import flash, redirect, render_template, url_for

from blueprints.gate import allow, me, stands_on
from blueprints.lockers.forms import FetchForm
from blueprints.lockers.routes import blueprint
from rules import classes, clock, hand_in_lists
from rules.errors import Invalid
from rules.roles import Permission


@blueprint.get("/held")
@allow(Permission.KEEP_LOCKERS)
def held():
    """Who has no locker, who was not asked yet, and which devices wait to go back."""
    return _page()


def _page(form=None, wrong=None, status=200):
    lists = hand_in_lists.lists(me)
    labels = classes.labels(classes.pupils())
    told = {"lists": lists, "labels": labels, "form": form, "wrong": wrong, "now": clock.now()}
    return render_template("lockers/held.html", **told), status


@blueprint.post("/held/<record:hand_in>/give")
@allow(Permission.KEEP_LOCKERS)
@stands_on("lockers.held")
def give_device(hand_in):
    """Give a held device back: to its pupil, or to whoever fetches it."""
    form = FetchForm()
    if form.sent():
        try:
            kept = hand_in_lists.give(me, hand_in, form.returned_to.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash(f"The device of {kept.row.name} has gone back.")
            return redirect(url_for("lockers.held"), 303)
    return _page(form, hand_in, 422)


@blueprint.get("/receipts/<record:hand_in>")
@allow(Permission.KEEP_LOCKERS)
def receipt(hand_in):
    """For a device that the school holds: whose, since when, where, and who took it in."""
    kept = hand_in_lists.find(me, hand_in)
    times = hand_in_lists.of_day(me, kept.row.person, kept.row.day)
    return render_template("lockers/receipt.html", kept=kept, times=times, now=clock.now())
