"""Children and their parents or carers: who belongs to whom now, and what each may know (clauses 5.7, 5.14)."""

from dataclasses import dataclass

from database import prepared
from fields import Parameter
from models import Access, Guardian, Person

MAY_SEE = frozenset({Access.SIGNS, Access.SEES})


@dataclass(frozen=True)
class Kin:
    """Somebody on the other end of a link: a child of a parent, or a parent of a child."""

    link: int
    id: int
    name: str
    username: str
    team: str
    year_group: str
    relation: str
    access: Access

    @property
    def signs(self):
        """Whether the parent of this link asks and signs for the child."""
        return self.access is Access.SIGNS


def _kin(other, *conditions):
    return (
        Guardian.select(
            Guardian.id.alias("link"),
            Person.id,
            Person.name,
            Person.username,
            Person.team,
            Person.year_group,
            Guardian.relation,
            Guardian.access,
        )
        .join(Person, on=(other == Person.id))
        .where(
            Guardian.ended_at.is_null(),
            Person.active == True,  # noqa: E712 (SQL)
            *conditions,
        )
        .order_by(Person.name, Person.id)
    )


_children = prepared(lambda: _kin(Guardian.child, Guardian.parent == Parameter("person")))
_parents = prepared(lambda: _kin(Guardian.parent, Guardian.child == Parameter("person")))


def _read(rows):
    return [Kin(*row[:-1], Access(row.access)) for row in rows]


def children_of(parent):
    """The active children of a parent (by id) of whom they may know something, by name."""
    return [kin for kin in _read(_children.rows(person=parent)) if kin.access in MAY_SEE]


def parents_of(child):
    """The active parents and carers of a child (by id), by name, those who are told nothing included."""
    return _read(_parents.rows(person=child))
