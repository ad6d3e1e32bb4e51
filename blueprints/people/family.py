"""On the page of one person: their parents or carers, and the classes they work in."""

from flask import abort, flash, redirect, request, url_for

from blueprints.gate import allow, me
from blueprints.people.forms import classes_form, link_form
from blueprints.people.one_page import one_page
from blueprints.people.routes import blueprint
from blueprints.posted import only_fields
from rules import class_staff, family_links, people_rights
from rules.errors import Invalid
from rules.roles import Permission


def _access(value):
    """A posted access; one that does not exist is answered with 400."""
    if value not in family_links.ACCESS_WORDS:
        abort(400)
    return value


def _back(person, said):
    flash(said)
    return redirect(url_for("people.one", person=person), 303)


@blueprint.post("/<record:person>/family")
@allow(Permission.MANAGE_PEOPLE)
def link_parent(person):
    """Link a pupil to a parent or carer."""
    kept = people_rights.find_to_edit(me, person)
    form = link_form(posted=True)
    if form.sent():
        if form.parent.data not in dict(form.parent.choices):
            form.add_errors({"parent": "Choose somebody from the list"})
            return one_page(kept, link=form)
        parent, access = int(form.parent.data), _access(form.access.data)
        try:
            family_links.link(me, person, parent, form.relation.data, access)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return _back(person, "They are linked.")
    return one_page(kept, link=form)


@blueprint.post("/<record:person>/family/<record:link>/access")
@allow(Permission.MANAGE_PEOPLE)
def change_access(person, link):
    """Change what a parent or carer may know and do."""
    only_fields("access")
    family_links.change_access(me, person, link, _access(request.form.get("access")))
    return _back(person, "Saved.")


@blueprint.post("/<record:person>/family/<record:link>/end")
@allow(Permission.MANAGE_PEOPLE)
def end_link(person, link):
    """End a link: the parent or carer sees nothing of the child from now on."""
    only_fields()
    family_links.end(me, person, link)
    return _back(person, "The link has been ended. They see nothing of the child any more.")


@blueprint.post("/<record:person>/classes")
@allow(Permission.MANAGE_PEOPLE)
def set_classes(person):
    """Say in which classes a member of staff works."""
    kept = people_rights.find_to_edit(me, person)
    form = classes_form(kept, posted=True)
    if form.sent():
        try:
            class_staff.set_classes(me, person, form.classes.data or [])
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            return _back(person, "Saved.")
    return one_page(kept, classes=form)
