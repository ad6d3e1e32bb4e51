"""The forms about a person. What has no meaning for somebody with their roles is not asked for."""

from flask import abort
from wtforms.fields import RadioField, SelectField, SelectMultipleField, StringField

from blueprints.core.fields import DayField, Needed, TimeField
from blueprints.core.forms import StrictForm
from blueprints.core.gate import current_actor
from enums import Role
from rules.auth.permissions import ROLE_NAMES
from rules.core import clock
from rules.people import classes as people_classes
from rules.people import families, people, rights

ACCESS_LABELS = {access.value: words[:1].upper() + words[1:] for access, words in families.ACCESS_WORDS.items()}


class DetailsForm(StrictForm):
    """Who somebody is. A field that is not asked for keeps what it has."""

    name = StringField("Full name", [Needed("Write the person’s full name")])
    username = StringField("Username", [Needed("Choose a username")])
    team = StringField("Team or class")
    year_group = StringField("Year group (for a pupil)")
    born_on = DayField("Date of birth (for a pupil)")
    starts_work_at = TimeField("Working day starts at")
    ends_work_at = TimeField("Working day ends at")

    def details(self, current=None):
        """What the form says of somebody, and for the rest what is kept of them."""
        names = people.CHANGE_WORDS
        before = (
            people.PersonDetails("", "")
            if current is None
            else people.PersonDetails(**{n: getattr(current, n) for n in names})
        )
        texts = ("name", "username", "team", "year_group")
        said = {name: self[name].data for name in names if name in self}
        return before._replace(**{name: data or "" if name in texts else data for name, data in said.items()})


class AddForm(DetailsForm):
    roles = SelectMultipleField("Roles", validate_choice=False)


class RoleForm(StrictForm):
    role = SelectField("Role", [Needed("Choose a role")], validate_choice=False)
    starts_on = DayField("From", [Needed("Choose the first day")])
    ends_on = DayField("Until")


class LinkForm(StrictForm):
    parent = SelectField("Parent or carer", [Needed("Choose somebody from the list")], validate_choice=False)
    relation = StringField("What they are to the child", [Needed("Write what they are to the child")])
    access = RadioField(
        "What they may know and do", [Needed("Choose what they may know and do")], validate_choice=False
    )


class ClassesForm(StrictForm):
    classes = SelectMultipleField("Classes they work in", validate_choice=False)


def details_form(current, roles, fresh=False):
    """The form of somebody's details, without what is not for these roles; `fresh` leaves what was posted aside."""
    form = DetailsForm(formdata=None, obj=current) if fresh else DetailsForm(obj=current)
    for name in people.not_for(roles):
        del form[name]
    return form


def role_choices():
    """The roles that the signed-in person may give."""
    actor = current_actor()
    return [(role.value, ROLE_NAMES[role]) for role in Role if rights.may_give(actor, role)]


def roles_of(values):
    """Posted roles as roles; one that does not exist is answered with 400."""
    if not set(values) <= set(Role):
        abort(400)
    return [Role(value) for value in dict.fromkeys(values)]


def role_form(posted=False):
    """The form that gives a role, from today on where nothing else is said."""
    form = RoleForm() if posted else RoleForm(formdata=None, data={"starts_on": clock.today()})
    form.role.choices = [("", "Choose one"), *role_choices()]
    return form


def link_form(posted=False):
    """The form that links a child to a parent or carer."""
    form = LinkForm() if posted else LinkForm(formdata=None)
    labels = people_classes.labels(families.may_be_parents(current_actor()))
    form.parent.choices = [("", "Choose one"), *((str(key), label) for key, label in labels.items())]
    form.access.choices = list(ACCESS_LABELS.items())
    return form


def classes_form(current, posted=False):
    """The form that says in which classes somebody works."""
    chosen = people_classes.classes_of(current.id)
    form = ClassesForm() if posted else ClassesForm(formdata=None, data={"classes": chosen})
    form.classes.choices = [(name, name) for name in people_classes.choices_for(current.id)]
    return form
