"""Pages of `/people`: the list, adding, one person's details, roles and signing in."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields, whole_number
from blueprints.core.gate import allow, current_actor
from blueprints.people.forms import AddForm, details_form, role_choices, role_form, roles_of
from blueprints.people.one_page import one_page, roles_of_person
from enums import Role
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.people import codes, directory, rights, role_grants
from rules.people import people as people_people

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("/")
@allow(Permission.MANAGE_PEOPLE)
def people():
    """Everyone, by name, a page at a time."""
    wanted = _wanted()
    page, after = directory.page(current_actor(), wanted)
    filters = {name: request.args[name] for name in ("name", "role", "team", "active") if request.args.get(name)}
    context = {"people": page, "after": after, "filters": filters, "teams": directory.teams(current_actor())}
    return render_template("people/page.html", wanted=wanted, **context)


def _wanted():
    """What the address asks for, or 422 where a choice is not one of the list."""
    text, role, team, active = (request.args.get(name, "")[:100] for name in ("name", "role", "team", "active"))
    if role not in {"", *Role}:
        abort(422, "There is no such role. Choose one from the list.")
    if active not in {"", "yes", "no"}:
        abort(422, "There is no such choice. Choose one from the list.")
    after = request.args.get("after")
    return directory.DirectoryFilter(text, role, team, active, whole_number(after) if after else None)


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.MANAGE_PEOPLE)
def add():
    """Add somebody; their single-use code is shown once."""
    form = AddForm()
    form.roles.choices = role_choices()
    if form.sent():
        try:
            person, code = people_people.add(current_actor(), form.details(), roles_of(form.roles.data))
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return _code_page(person, code)
    return render_template("people/add.html", form=form), 422 if form.errors else 200


def _code_page(person, code):
    """The page that shows a code, as the answer to the POST itself: a code is kept nowhere to show it from later."""
    return render_template("people/code.html", person=rights.find(current_actor(), person), code=code)


@blueprint.post("/codes")
@allow(Permission.MANAGE_PEOPLE)
def code_sheet():
    """Codes for everybody of a role or a team who has no password yet, to print. They are shown this once."""
    only_fields("role", "team")
    role, team = request.form.get("role"), request.form.get("team")
    if role is None or team is None:
        abort(400)
    if not (role or team) or role not in {"", *Role} or team not in {"", *directory.teams(current_actor())}:
        abort(422, "Choose a role or a class from the list first.")
    if slips := codes.sheet(current_actor(), role, team):
        return render_template("people/codes.html", slips=slips, until=clock.now() + codes.CODE_LASTS)
    flash("Everybody there has chosen a password already. No code was made.")
    return redirect(url_for("people.people", role=role, team=team), 303)


@blueprint.get("/<record:person>")
@allow(Permission.MANAGE_PEOPLE)
def one(person):
    """One person: details, roles, family, classes, what can be done."""
    return one_page(rights.find(current_actor(), person))


@blueprint.post("/<record:person>")
@allow(Permission.MANAGE_PEOPLE)
def edit(person):
    """Change somebody's details."""
    row = rights.find_to_edit(current_actor(), person)
    form = details_form(row, roles_of_person(person))
    if form.sent():
        try:
            people_people.edit(current_actor(), person, form.details(row))
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Saved.")
            return redirect(url_for("people.one", person=person), 303)
    return one_page(row, details=form)


@blueprint.post("/<record:person>/roles")
@allow(Permission.MANAGE_PEOPLE)
def give_role(person):
    """Give somebody a role from a day on."""
    row = rights.find_to_edit(current_actor(), person)
    form = role_form(posted=True)
    if form.sent():
        try:
            role_grants.give_role(
                current_actor(), person, *roles_of([form.role.data]), form.starts_on.data, form.ends_on.data
            )
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("The role has been given.")
            return redirect(url_for("people.one", person=person), 303)
    return one_page(row, role=form)


@blueprint.post("/<record:person>/roles/<record:grant>/take")
@allow(Permission.MANAGE_PEOPLE)
def take_role(person, grant):
    only_fields()
    role_grants.take_role(current_actor(), person, grant)
    flash("The role has been taken.")
    return redirect(url_for("people.one", person=person), 303)


@blueprint.post("/<record:person>/active")
@allow(Permission.MANAGE_PEOPLE)
def set_active(person):
    """Make somebody inactive, or active again."""
    only_fields("active")
    wanted = request.form.get("active")
    if wanted not in {"0", "1"}:
        abort(400)
    people_people.set_active(current_actor(), person, wanted == "1")
    flash("Active again." if wanted == "1" else "Made inactive. They can no longer sign in.")
    return redirect(url_for("people.one", person=person), 303)


@blueprint.post("/<record:person>/code")
@allow(Permission.MANAGE_PEOPLE)
def new_code(person):
    """A new single-use code. The old password stops working."""
    only_fields()
    return _code_page(person, codes.new_code(current_actor(), person))
