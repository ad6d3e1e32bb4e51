"""Pages of `/acknowledgements`: what somebody has to read, for themselves or for a child, and what they have read."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from wtforms.fields import BooleanField, HiddenField, SelectMultipleField

from blueprints.core.forms import StrictForm, whole_number
from blueprints.core.gate import allow, current_actor
from enums import Role
from rules.acknowledgements import acknowledging, owed
from rules.auth.permissions import Permission
from rules.core.errors import AlreadyDone, Invalid
from rules.people import people
from rules.policy import versions
from rules.policy.in_force import policy_in_force

blueprint = Blueprint("acknowledgements", __name__, url_prefix="/acknowledgements")


class ReadForm(StrictForm):
    """What was read. `version` and `easy` say which text was shown, and how."""

    version = HiddenField()
    easy = HiddenField()
    items = SelectMultipleField("I have read this", validate_choice=False)
    everything = BooleanField("I have read all of this")


@blueprint.get("/")
@allow(Permission.USE_OWN_PAGE)
def mine():
    """What I have to read, and what I have read."""
    return _page(acknowledging.look(current_actor(), current_actor().id), ReadForm(formdata=None))


@blueprint.get("/of/<record:person>")
@allow(Permission.USE_OWN_PAGE)
def of_person(person):
    """What a child, or for those who may read it anybody, has to read and has read."""
    return _page(acknowledging.look(current_actor(), person), ReadForm(formdata=None))


@blueprint.post("/")
@allow(Permission.USE_OWN_PAGE)
def acknowledge():
    return _acknowledge(current_actor().id)


@blueprint.post("/of/<record:person>")
@allow(Permission.SIGN_AGREEMENT)
def acknowledge_for(person):
    """A parent acknowledges for their child."""
    return _acknowledge(person)


def _acknowledge(person):
    form = ReadForm()
    if not form.sent():
        return _page(acknowledging.look(current_actor(), person), form), 422
    version = shown_version(form.version.data)
    spelled = None if form.everything.data else tuple(form.items.data or ())
    try:
        acknowledging.acknowledge(current_actor(), person, version, spelled, form.easy.data == "1")
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return _page(acknowledging.look(current_actor(), person), form, version), 422
    except AlreadyDone as done:
        flash(f"There was nothing new to keep. {done}")
    else:
        flash(_thanks(version))
    return redirect(_next_page(person), 303)


def shown_version(text):
    """The version that a form was made for; 400 where nobody can have seen it."""
    version = whole_number(text)
    if not acknowledging.was_in_force(version):
        abort(400)
    return version


def _thanks(version):
    now = policy_in_force().version
    if version == now:
        return "Thank you. It is kept that you have read it."
    return (
        f"Thank you. It is kept that you have read version {version}. "
        f"Version {now} has been published since: please read what has changed."
    )


def _next_page(person):
    """My page where nothing is left to read, else the rest of it."""
    left = owed.waiting(current_actor(), policy_in_force().version)
    if person == current_actor().id:
        return url_for("acknowledgements.mine") if left.owed else url_for("home.home")
    waits = person in {child.id for child in left.children}
    return url_for("acknowledgements.of_person", person=person) if waits else url_for("home.home")


def _page(whose, form, version=None):
    """What somebody has to read of a version (the one in force), with what they have read below it."""
    own = whose.person.id == current_actor().id
    reads_easy = own and whose.person.holds(Role.PUPIL) and people.likes_easy_read(current_actor())
    version = version or policy_in_force().version
    sections = owed.sections(whose, version, reads_easy)
    if not sections:
        form = ReadForm(formdata=None)  # all of it was read meanwhile: there is nothing to mend
    others, since = owed.others(whose.roles, sections, version)
    return render_template(
        "acknowledgements/page.html",
        form=form,
        whose=whose,
        own=own,
        sections=sections,
        others=others,
        since=since,
        edition=versions.edition(version),
        reminder=owed.waiting(current_actor(), version).reminder if own else None,
        reads_easy=reads_easy,
        history=owed.history(whose.person.id),
    )


@blueprint.get("/<record:acknowledgement>")
@allow(Permission.USE_OWN_PAGE)
def one(acknowledgement):
    """One acknowledgement, with the exact text it was given for."""
    return render_template("acknowledgements/one.html", view=acknowledging.find(current_actor(), acknowledgement))
