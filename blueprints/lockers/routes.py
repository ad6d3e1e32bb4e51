"""Pages of `/lockers`: the register, one locker with its history, adding lockers, the list for the wall."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.lockers.forms import AddForm, GiveForm, KeyForm, SwapForm, with_places
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.lockers import assignments, hand_in, lockers
from rules.people import classes

blueprint = Blueprint("lockers", __name__, url_prefix="/lockers")


@blueprint.get("/")
@allow(Permission.KEEP_LOCKERS)
def register():
    """Every locker of both areas, narrowed down by a number or a part of a name; and who has none."""
    text = request.args.get("text", "")[:100]
    areas = []
    for area, heading in lockers.HEADINGS.items():
        every, missing = lockers.of_area(current_actor(), area), lockers.without(area)
        area_page = {"heading": heading, "place": lockers.PLACES[area], "all": every, "missing": missing}
        areas.append(
            {**area_page, "shown": lockers.search(every, text), "labels": classes.labels(lockers.owners(area))}
        )
    return render_template("lockers/page.html", areas=areas, text=text)


@blueprint.get("/wall")
@allow(Permission.KEEP_LOCKERS)
def wall():
    """The pupils of each class with the numbers of their lockers, for the wall of the office."""
    area = next(iter(lockers.PLACES))
    context = {"teams": classes.pupils_by_class(), "apart": lockers.apart(tuple(lockers.owners(area)))}
    return render_template("lockers/wall.html", **context, numbers=lockers.numbers(area), now=clock.now())


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.KEEP_LOCKERS)
def new():
    """Add lockers by their numbers."""
    form = with_places(AddForm())
    if form.sent():
        texts = (form[name].data or "" for name in ("area", "numbers", "key_holder"))
        try:
            added = assignments.add(current_actor(), *texts)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("One locker has been added." if added == 1 else f"{added} lockers have been added.")
            return redirect(url_for("lockers.register"), 303)
    return render_template("lockers/new.html", form=form), 422 if form.errors else 200


# --- One locker ---------------------------------------------------------------------------------------------


@blueprint.get("/<record:locker>")
@allow(Permission.KEEP_LOCKERS)
def one(locker):
    """One locker: whose it is, what can be done with it, and whose it was."""
    return one_page(locker)


def one_page(locker, wrong=None, status=200):
    """The page of a locker; `wrong` is the form that could not be taken, shown in its place."""
    view = lockers.find(current_actor(), locker)
    forms = {
        "give": give_form(view) if view.free else None,
        "swap": swap_form(view) if view.use else None,
        "key": KeyForm(formdata=None, data={"key_holder": view.key_holder}),
    }
    for name, kind in (("give", GiveForm), ("swap", SwapForm), ("key", KeyForm)):
        if isinstance(wrong, kind) and forms[name]:
            forms[name] = wrong
    times = hand_in.of_day(current_actor(), view.person, clock.today())
    context = {
        "locker": view,
        "times": times,
        "history": lockers.history(current_actor(), locker),
        "wrong": wrong,
        **forms,
    }
    return render_template("lockers/one.html", **context), status


def give_form(view, posted=None):
    """The form that gives a locker to somebody, with those who have none; `posted` is what was sent."""
    form = GiveForm(formdata=posted)
    names, missing = classes.labels(lockers.owners(view.area)), lockers.without(view.area)
    form.person.choices = [("", "Choose one"), *((str(person.id), names[person.id]) for person in missing)]
    return form


def swap_form(view, posted=None):
    """The form that moves the holder of a locker, with the other lockers of its area; `posted` is what was sent."""
    form = SwapForm(formdata=posted)
    choices = [
        (f"{other.id}.{other.use or 0}", f"{other.number}, {other.label}" if other.use else f"{other.number}, free")
        for other in assignments.others(current_actor(), view)
    ]
    form.other.choices = [("", "Choose one"), *choices]
    return form


def told_of(locker, words):
    """Back to the page of a locker, saying what was done."""
    flash(words)
    return redirect(url_for("lockers.one", locker=locker), 303)


@blueprint.post("/<record:locker>/key-holder")
@allow(Permission.KEEP_LOCKERS)
def say_key_holder(locker):
    """Write down who has the spare key or the code."""
    form = KeyForm()
    if form.sent():
        try:
            assignments.set_key_holder(current_actor(), locker, form.key_holder.data or "")
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return told_of(locker, "It is written down who has the key or the code.")
    return one_page(locker, form, 422)


@blueprint.post("/<record:locker>/out-of-use")
@allow(Permission.KEEP_LOCKERS)
@stands_on("lockers.one")
def set_out_of_use(locker):
    """Take a locker out of use, or into use again."""
    only_fields("out")
    out = request.form.get("out") == "1"
    assignments.set_out_of_use(current_actor(), locker, out)
    return told_of(locker, "It is out of use." if out else "It is in use again.")
