"""The school as an import finds it: everybody, their roles, links and classes, by four queries."""

from typing import NamedTuple

from enums import Role
from models import ClassStaff, Guardian, Person, RoleGrant
from rules import clock
from rules.people_rights import not_over


class School(NamedTuple):
    """Everybody by username; by their ids the roles they hold now or later, their classes; the links by pair."""

    people: dict
    roles: dict
    classes: dict
    links: dict

    def roles_of(self, person):
        """The roles of somebody in `people`, or none for nobody."""
        return self.roles.get(person.id, frozenset()) if person else frozenset()

    def classes_of(self, person):
        """The classes in which somebody in `people` works, or none for nobody."""
        return self.classes.get(person.id, frozenset()) if person else frozenset()


def load_school():
    """The school as it is now, however large, in four queries."""
    roles, classes = {}, {}
    grants = RoleGrant.select(RoleGrant.person, RoleGrant.role).where(not_over(clock.today()))
    for person, role in grants.tuples():
        roles.setdefault(person, set()).add(Role(role))
    for person, name in ClassStaff.select(ClassStaff.person, ClassStaff.class_name).tuples():
        classes.setdefault(person, set()).add(name)
    links = Guardian.select().where(Guardian.ended_at.is_null())
    return School(
        {person.username: person for person in Person.select()},
        roles,
        classes,
        {(link.child_id, link.parent_id): link for link in links},
    )
