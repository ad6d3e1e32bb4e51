"""The pupils of the demo school, their classes and their families."""

from enums import Role
from models import Person
from rules import class_staff, clock, family_links
from rules.actors import actor_of_person
from rules.demo_people import DEMO_CLASSES, DEMO_FAMILIES, DEMO_PARENTS, DEMO_PUPILS
from rules.people import Details, add_from_the_start


def add(password_hash):
    """Add them all, in the caller's transaction; the demo's logins are there already."""
    ids = {row.username: row.id for row in Person.select(Person.id, Person.username)}
    for username, name, team, _, _ in DEMO_PUPILS:
        if username not in ids:
            ids[username] = add_from_the_start(Details(username, name, team), (Role.PUPIL,))
    for username, name in DEMO_PARENTS:
        ids[username] = add_from_the_start(Details(username, name), (Role.PARENT,))
    for username, _, _, year, born in DEMO_PUPILS:
        Person.update(year_group=year, born_on=born).where(Person.id == ids[username]).execute()
    Person.update(password_hash=password_hash, made_at=clock.now()).where(Person.password_hash.is_null()).execute()
    office = actor_of_person(ids["office"])
    for child, parent, relation, access in DEMO_FAMILIES:
        family_links.keep(office, ids[child], ids[parent], relation, access)
    for staff in sorted({name for name, _ in DEMO_CLASSES}):
        class_staff.keep(office, ids[staff], (), [team for name, team in DEMO_CLASSES if name == staff])
