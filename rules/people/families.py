"""Children and their parents or carers: who belongs to whom, what each may know, linking them (clauses 5.7, 5.14).

A link is ended and never deleted, so that it can be told later who could see what and when.
"""

from typing import NamedTuple

from database import IntegrityError, prepared, writing
from enums import ParentAccess, Role
from fields import Parameter
from models import Guardian, Person
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid, NotAllowed, NotFound
from rules.core.text import one_line, text_error
from rules.people.rights import find_to_edit
from rules.people.role_grants import grants_of, held_from

MAY_SEE = frozenset({ParentAccess.SIGNS, ParentAccess.SEES})


class Kin(NamedTuple):
    """Somebody on the other end of a link: a child of a parent, or a parent of a child."""

    link: int
    id: int
    name: str
    username: str
    team: str
    year_group: str
    relation: str
    access: ParentAccess

    @property
    def signs(self):
        """Whether the parent of this link asks and signs for the child."""
        return self.access is ParentAccess.SIGNS


def linked(other, mine, *conditions, more=()):
    """A query of the present links of a person, with whoever is on their other end, and `more` columns."""
    return (
        Guardian.select(
            Guardian.id.alias("link"),
            *(Person.id, Person.name, Person.username, Person.team, Person.year_group),
            Guardian.relation,
            Guardian.access,
            *more,
        )
        .join(Person, on=(other == Person.id))
        .where(mine == Parameter("person"), Guardian.ended_at.is_null(), *conditions)
        .order_by(Person.name, Person.id)
    )


def _active(other, mine):
    return linked(other, mine, Person.active == True)  # noqa: E712 (SQL)


_children = prepared(row=Kin)(lambda: _active(Guardian.child, Guardian.parent))
_parents = prepared(row=Kin)(lambda: _active(Guardian.parent, Guardian.child))


def children_of(parent):
    """The active children of a parent (by id) of whom they may know something, by name."""
    return [kin for kin in _children.rows(person=parent) if kin.access in MAY_SEE]


def barred_from(parent):
    """The active children of a parent (by id) of whom they are told nothing, as ids (clause 5.14)."""
    return {kin.id for kin in _children.rows(person=parent) if kin.access is ParentAccess.NOTHING}


def family_of(person):
    """The ids of somebody's active children and of their active parents and carers, whatever they may know."""
    return {kin.id for kin in (*_children.rows(person=person), *_parents.rows(person=person))}


def parents_of(child):
    """The active parents and carers of a child (by id), by name, those who are told nothing included."""
    return _parents.rows(person=child)


# --- Linking a child to a parent or carer -------------------------------------------------------------------


LONGEST_RELATION = 40
# What a link allows, as it completes “a parent or carer who …”.
ACCESS_WORDS = {
    ParentAccess.SIGNS: "sees and signs",
    ParentAccess.SEES: "sees, but does not ask or sign",
    ParentAccess.NOTHING: "is told nothing",
}
if ACCESS_WORDS.keys() != set(ParentAccess):
    raise AssertionError("every access needs its words")


# --- Who is linked ------------------------------------------------------------------------------------------


_linked_parents = prepared(lambda: linked(Guardian.parent, Guardian.child, more=(Person.active,)))
_linked_children = prepared(lambda: linked(Guardian.child, Guardian.parent, more=(Person.active,)))


@prepared
def _may_be_parents():
    return (
        Person.select(Person.id, Person.name, Person.username, Person.team, Person.year_group)
        .where(
            Person.active == True,  # noqa: E712 (SQL)
            Person.id.in_(held_from(Role.PARENT, Parameter("day"))),
        )
        .order_by(Person.name, Person.id)
    )


def links_of(actor, person):
    """The present links of somebody (by id), inactive people included, as (to their parents, to their children).

    The office sees more here than a parent does: also those who are told nothing (`rules/people/families.py`).
    """
    actor.must(Permission.MANAGE_PEOPLE)
    return _linked_parents.rows(person=person), _linked_children.rows(person=person)


def may_be_parents(actor):
    """Everybody active who holds the parent role, now or from a later day on, for choosing from."""
    actor.must(Permission.MANAGE_PEOPLE)
    return _may_be_parents.rows(day=clock.today())


# --- Changing links -----------------------------------------------------------------------------------------


def link(actor, child, parent, relation, access):
    """Link a child to a parent or carer (both by id). Raises Invalid with the errors by field."""
    relation, access = one_line(relation), ParentAccess(access)
    with writing():
        find_to_edit(actor, child)
        if errors := _errors(child, parent, relation):
            raise Invalid(errors)
        _must_be_outside(actor, child, parent)
        try:
            save_link(actor, child, parent, relation, access)
        except IntegrityError:
            raise Invalid({"parent": "They are linked already. Change what they may know in the list above"}) from None


def _errors(child, parent, relation):
    if child == parent:
        return {"parent": "Nobody is their own parent or carer. Choose somebody else"}
    if not _holds(child, Role.PUPIL):
        return {"parent": "Only a pupil is linked to parents and carers. Give the role “Pupil” first"}
    if not _holds(parent, Role.PARENT):
        return {"parent": "Choose somebody from the list"}
    error = relation_error(relation)
    return {"relation": error} if error else {}


def relation_error(relation):
    """What is wrong with the words for a relation, or None."""
    return text_error(relation, LONGEST_RELATION, "Write what they are to the child, for example mother")


def _holds(person, role):
    return any(grant.role == role for grant in grants_of(person))


def is_outside(actor, child):
    """Whether somebody is no parent or carer of a child (by id), and so may say what those may know."""
    return actor.id not in {parent.id for parent in _linked_parents.rows(person=child)}


def _must_be_outside(actor, child, parent):
    if parent == actor.id or not is_outside(actor, child):
        raise NotAllowed("You cannot change your own family links. Somebody else has to.")


def save_link(actor, child, parent, relation, access):
    """Store a link and note it on the trail, in the caller's transaction; who may is asked beforehand.

    Raises IntegrityError when the two are linked already.
    """
    made = Guardian.insert(
        child=child,
        parent=parent,
        relation=relation,
        access=access.value,
        given_by=actor.id,
        given_at=clock.now(),
    ).execute()
    _record("family-linked", actor, child, made, relation=relation, access=ACCESS_WORDS[access])


def change_access(actor, child, link, access):
    """Change what the parent or carer of a link (by id) may know and do."""
    with writing():
        guardian = _link_to_edit(actor, child, link)
        if guardian.access != access:
            change(actor, guardian, guardian.relation, ParentAccess(access))


def change(actor, guardian, relation, access):
    """Store what a link says now, in the caller's transaction; who may is asked beforehand."""
    Guardian.update(relation=relation, access=access.value).where(Guardian.id == guardian.id).execute()
    words = {"relation": relation, "access": ACCESS_WORDS[access]}
    _record("family-link-changed", actor, guardian.child_id, guardian.id, **words)


def end(actor, child, link):
    """End a link (by id): the parent or carer sees nothing of the child from now on."""
    with writing():
        guardian = _link_to_edit(actor, child, link)
        Guardian.update(ended_at=clock.now()).where(Guardian.id == guardian.id).execute()
        _record("family-link-ended", actor, child, guardian.id, relation=guardian.relation)


def _link_to_edit(actor, child, link):
    find_to_edit(actor, child)
    guardian = Guardian.get_or_none(Guardian.id == link, Guardian.child == child, Guardian.ended_at.is_null())
    if guardian is None:
        raise NotFound
    _must_be_outside(actor, child, guardian.parent_id)
    return guardian


def _record(event, actor, child, link, **words):
    record(event, actor=actor.id, person=child, about=f"guardian:{link}", **words)
