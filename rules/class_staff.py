"""The classes that a member of staff works in. They see the list of these classes (*Who sees what*)."""

from database import writing
from enums import Role
from models import ClassStaff
from rules import audit
from rules.classes import classes_of, pupils_by_class
from rules.errors import Invalid
from rules.people_rights import find_to_edit
from rules.role_grants import grants_of


def choices_for(person):
    """The names of the classes there are, and of those somebody (by id) has, by name."""
    return sorted({*filter(None, pupils_by_class()), *classes_of(person)})


def set_classes(actor, person, names):
    """Say in which classes a member of staff (by id) works. Raises Invalid where that cannot be."""
    with writing():
        find_to_edit(actor, person)
        if all(grant.role != Role.STAFF_DIRECT for grant in grants_of(person)):
            raise Invalid({"classes": "Only staff who work directly with children work in a class"})
        if not set(names) <= set(choices_for(person)):
            raise Invalid({"classes": "Choose from the list"})
        keep(actor, person, classes_of(person), names)


def keep(actor, person, before, names):
    """Store the classes of somebody in the caller's transaction; whether they are others than `before`."""
    gone, new = set(before) - set(names), sorted(set(names) - set(before))
    if not gone and not new:
        return False
    ClassStaff.delete().where(ClassStaff.person == person, ClassStaff.class_name.in_(gone)).execute()
    if new:
        ClassStaff.insert_many([{"person": person, "class_name": name} for name in new]).execute()
    audit.record("classes-changed", actor=actor.id, person=person, what=", ".join(sorted(set(names))) or "none")
    return True
