"""People: the list, adding, editing, roles, first passwords."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from wtforms.fields import SelectField, SelectMultipleField, StringField

from blueprints.fields import DayField, Needed, TimeField
from blueprints.gate import allow, me
from blueprints.posted import StrictForm, only_fields
from models import Role
from rules import clock, codes, people_rights, role_grants
from rules import people as rules
from rules.actors import actor_of_person
from rules.exemption_checks import Unfit
from rules.roles import ROLE_NAMES, Permission

blueprint = Blueprint("people", __name__, url_prefix="/people")


class DetailsForm(StrictForm):
    name = StringField("Full name", [Needed("Write the person’s full name")])
    username = StringField("Username", [Needed("Choose a username")])
    team = StringField("Team or class")
    starts_work_at = TimeField("Working day starts at")
    ends_work_at = TimeField("Working day ends at")

    def details(self):
        """What the form says of somebody."""
        return rules.Details(
            self.username.data or "",
            self.name.data or "",
            self.team.data or "",
            self.starts_work_at.data,
            self.ends_work_at.data,
        )


class AddForm(DetailsForm):
    roles = SelectMultipleField("Roles", validate_choice=False)


class RoleForm(StrictForm):
    role = SelectField("Role", [Needed("Choose a role")], validate_choice=False)
    starts_on = DayField("From", [Needed("Choose the first day")])
    ends_on = DayField("Until")


def _choices():
    actor = me._get_current_object()
    return [(role.value, ROLE_NAMES[role]) for role in Role if people_rights.may_give(actor, role)]


def _roles(values):
    """Posted roles as roles; one that does not exist is answered with 400."""
    if not set(values) <= set(Role):
        abort(400)
    return [Role(value) for value in dict.fromkeys(values)]


@blueprint.get("/")
@allow(Permission.MANAGE_PEOPLE)
def people():
    """Everyone, by name."""
    part, role = request.args.get("name", "")[:100], request.args.get("role", "")
    if role and role not in set(Role):
        abort(422, "There is no such role. Choose one from the list.")
    found = rules.list_people(me, part, role or None)
    return render_template("people/page.html", people=found, part=part, role=role)


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.MANAGE_PEOPLE)
def add():
    """Add somebody; their single-use code is shown once."""
    form = AddForm()
    form.roles.choices = _choices()
    if form.sent():
        try:
            person, code = rules.add(me, form.details(), _roles(form.roles.data))
        except Unfit as unfit:
            form.blame(unfit.problems)
        else:
            return _code_page(person, code)
    return render_template("people/add.html", form=form), 422 if form.errors else 200


def _code_page(person, code):
    """The page that shows a code, as the answer to the POST itself: a code is kept nowhere to show it from later."""
    return render_template("people/code.html", person=people_rights.find(me, person), code=code)


@blueprint.route("/<record:person>", methods=["GET", "POST"])
@allow(Permission.MANAGE_PEOPLE)
def one(person):
    """One person: details, roles, what can be done."""
    kept = people_rights.find_to_edit(me, person) if request.method == "POST" else people_rights.find(me, person)
    form = DetailsForm(obj=kept)
    if form.sent():
        try:
            rules.edit(me, person, form.details())
        except Unfit as unfit:
            form.blame(unfit.problems)
        else:
            flash("Saved.")
            return redirect(url_for("people.one", person=person), 303)
    return _one(kept, form, _role_form(request.method == "GET"))


def _role_form(fresh=True):
    form = RoleForm(formdata=None, data={"starts_on": clock.today()}) if fresh else RoleForm(formdata=None)
    form.role.choices = [("", "Choose one"), *_choices()]
    return form


def _one(kept, form, role_form):
    other = actor_of_person(kept.id)
    actor = me._get_current_object()
    page = render_template(
        "people/one.html",
        person=kept,
        form=form,
        role_form=role_form,
        grants=role_grants.grants_of(kept.id),
        may_edit=people_rights.may_edit(actor, other),
        may_give=lambda role: kept.id != actor.id and people_rights.may_give(actor, Role(role)),
        myself=kept.id == actor.id,
    )
    return page, 422 if form.errors or role_form.errors else 200


@blueprint.post("/<record:person>/roles")
@allow(Permission.MANAGE_PEOPLE)
def give_role(person):
    """Give somebody a role from a day on."""
    kept = people_rights.find_to_edit(me, person)
    form = RoleForm()
    form.role.choices = [("", "Choose one"), *_choices()]
    if form.sent():
        try:
            role_grants.give_role(me, person, *_roles([form.role.data]), form.starts_on.data, form.ends_on.data)
        except Unfit as unfit:
            form.blame(unfit.problems)
        else:
            flash("The role has been given.")
            return redirect(url_for("people.one", person=person), 303)
    return _one(kept, DetailsForm(formdata=None, obj=kept), form)


@blueprint.post("/<record:person>/roles/<record:grant>/take")
@allow(Permission.MANAGE_PEOPLE)
def take_role(person, grant):
    """Take a role from somebody at once."""
    only_fields()
    role_grants.take_role(me, person, grant)
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
    rules.set_active(me, person, wanted == "1")
    flash("Active again." if wanted == "1" else "Made inactive. They can no longer sign in.")
    return redirect(url_for("people.one", person=person), 303)


@blueprint.post("/<record:person>/code")
@allow(Permission.MANAGE_PEOPLE)
def new_code(person):
    """A new single-use code. The old password stops working."""
    only_fields()
    return _code_page(person, codes.new_code(me, person))
