"""On the page of one person: their parents or carers, and the classes they work in."""

from flask import abort, flash, redirect, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor
from blueprints.people.forms import classes_form, link_form
from blueprints.people.one_page import one_page
from blueprints.people.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.people import classes, families, rights


def _access(value):
    """A posted access; one that does not exist is answered with 400."""
    if value not in families.ACCESS_WORDS:
        abort(400)
    return value


def _back(person, said):
    flash(said)
    return redirect(url_for("people.one", person=person), 303)


@blueprint.post("/<record:person>/family")
@allow(Permission.MANAGE_PEOPLE)
def link_parent(person):
    """Link a pupil to a parent or carer."""
    row = rights.find_to_edit(current_actor(), person)
    form = link_form(posted=True)
    if form.sent():
        if form.parent.data not in dict(form.parent.choices):
            form.add_errors({"parent": "Choose somebody from the list"})
            return one_page(row, link=form)
        parent, access = int(form.parent.data), _access(form.access.data)
        try:
            families.link(current_actor(), person, parent, form.relation.data, access)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return _back(person, "They are linked.")
    return one_page(row, link=form)


@blueprint.post("/<record:person>/family/<record:link>/access")
@allow(Permission.MANAGE_PEOPLE)
def change_access(person, link):
    only_fields("access")
    families.change_access(current_actor(), person, link, _access(request.form.get("access")))
    return _back(person, "Saved.")


@blueprint.post("/<record:person>/family/<record:link>/end")
@allow(Permission.MANAGE_PEOPLE)
def end_link(person, link):
    """End a link: the parent or carer sees nothing of the child from now on."""
    only_fields()
    families.end(current_actor(), person, link)
    return _back(person, "The link has been ended. They see nothing of the child any more.")


@blueprint.post("/<record:person>/classes")
@allow(Permission.MANAGE_PEOPLE)
def set_classes(person):
    """Say in which classes a member of staff works."""
    row = rights.find_to_edit(current_actor(), person)
    form = classes_form(row, posted=True)
    if form.sent():
        try:
            classes.set_classes(current_actor(), person, form.classes.data or [])
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return _back(person, "Saved.")
    return one_page(row, classes=form)
