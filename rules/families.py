"""Children and their parents or carers: who belongs to whom now, and what each may know (clauses 5.7, 5.14)."""

from typing import NamedTuple

from database import prepared
from enums import ParentAccess
from fields import Parameter
from models import Guardian, Person

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
