"""Classes: which there are, who is in them and who works in them. A pupil's class is their `team`.

Staff see the list of the classes that they work in.
"""

from collections import Counter

from database import prepared, writing
from enums import Role
from fields import Parameter
from models import ClassStaff, Person, RoleGrant
from rules.audit.record import record
from rules.auth.actors import held_today
from rules.core import clock
from rules.core.errors import Invalid
from rules.people import families
from rules.people.rights import find_to_edit
from rules.people.role_grants import grants_of


@prepared
def _pupils():
    pupils = RoleGrant.select(RoleGrant.person).where(
        RoleGrant.role == Role.PUPIL.value, held_today(RoleGrant, Parameter("day"))
    )
    return (
        Person.select(Person.id, Person.name, Person.username, Person.team, Person.year_group)
        .where(
            Person.active == True,  # noqa: E712 (SQL)
            Person.id.in_(pupils),
        )
        .order_by(Person.team, Person.name, Person.id)
    )


@prepared
def _of_staff():
    return (
        ClassStaff.select(ClassStaff.class_name)
        .where(ClassStaff.person == Parameter("person"))
        .order_by(ClassStaff.class_name)
    )


def pupils():
    """Every active pupil, by class and name: rows of id, name, username, team and year_group."""
    return _pupils.rows(day=clock.today())


def pupils_by_class():
    """The active pupils of each class, by the class's name; those without a class stand under an empty one."""
    by_class = {}
    for pupil in pupils():
        by_class.setdefault(pupil.team, []).append(pupil)
    return by_class


def known_by_class(actor):
    """The pupils by class, without a child of whom this person is told nothing as a parent (clause 5.14)."""
    barred, by_class = families.barred_from(actor.id), pupils_by_class()
    left = {name: [pupil for pupil in of if pupil.id not in barred] for name, of in by_class.items()}
    return {name: of for name, of in left.items() if of}


def classes_of(staff):
    """The names of the classes in which a member of staff (by id) works."""
    return [row.class_name for row in _of_staff.rows(person=staff)]


def labels(people):
    """How to tell people apart, by id: name and class, and what more it takes where two would read the same.

    >>> from collections import namedtuple
    >>> Pupil = namedtuple("Pupil", "id name username team year_group")
    >>> three = [Pupil(1, "Sam", "sam", "Owl", "7"), Pupil(2, "Sam", "sam2", "Owl", "9"), Pupil(3, "Jo", "jo", "", "")]
    >>> labels(three)
    {1: 'Sam, Owl, year 7', 2: 'Sam, Owl, year 9', 3: 'Jo'}
    """
    said = {person.id: [person.name, person.team] for person in people}
    for more in (lambda person: person.year_group and f"year {person.year_group}", lambda person: person.username):
        words = Counter(tuple(parts) for parts in said.values())
        for person in people:
            if words[tuple(said[person.id])] > 1:
                said[person.id].append(more(person))
    return {key: ", ".join(filter(None, parts)) for key, parts in said.items()}


# --- The classes that staff work in -------------------------------------------------------------------------


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
        save(actor, person, classes_of(person), names)


def save(actor, person, before, names):
    """Save somebody's classes in the caller's transaction; returns whether they differ from `before`."""
    gone, new = set(before) - set(names), sorted(set(names) - set(before))
    if not gone and not new:
        return False
    ClassStaff.delete().where(ClassStaff.person == person, ClassStaff.class_name.in_(gone)).execute()
    if new:
        ClassStaff.insert_many([{"person": person, "class_name": name} for name in new]).execute()
    record("classes-changed", actor=actor.id, person=person, what=", ".join(sorted(set(names))) or "none")
    return True
