"""Who visits the school: visitors without a login, known again by name and organisation (clause 6)."""

from typing import NamedTuple

from peewee import fn

from database import prepared
from enums import VisitorKind
from fields import Parameter
from models import Visitor
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import NotFound
from rules.core.text import name_key

KIND_WORDS = {
    VisitorKind.PARENT: "Parent or carer",
    VisitorKind.PROFESSIONAL: "Professional, such as a therapist or social worker",
    VisitorKind.CONTRACTOR: "Contractor or delivery",
    VisitorKind.VOLUNTEER: "Volunteer",
    VisitorKind.GOVERNOR: "Governor",
    VisitorKind.OTHER: "Somebody else",
}
if KIND_WORDS.keys() != set(VisitorKind):
    raise AssertionError("every kind of visitor needs its words")


class Known(NamedTuple):
    """An entry of a visitor whom the school knows; `kind` is in words.

    `same_as` is the entry (an id) that counts, where the same person was entered twice and this is not the one.
    """

    id: int
    name: str
    organisation: str
    kind: str
    same_as: int | None = None


def can_be_one(organisation, other):
    """Whether two organisations can be the same one: they are spelled alike, or one of them is not said.

    >>> can_be_one("Larch Ltd.", "larch ltd"), can_be_one("", "Larch Ltd"), can_be_one("Elm", "Larch Ltd")
    (True, True, False)
    """
    first, second = name_key(organisation), name_key(other)
    return first == second or not first or not second


@prepared
def _named():
    return (
        Visitor.select(Visitor.id, Visitor.organisation, Visitor.kind)
        .where(Visitor.name_key == Parameter("key"))
        .order_by(Visitor.id)
    )


def named(name):
    """The entries of a name in any spelling, as rows of `id`, `organisation` and `kind`, the oldest first."""
    return _named.rows(key=name_key(name))


@prepared
def _of_people_named():
    named = Visitor.alias("named")
    people = named.select(fn.COALESCE(named.same_as, named.id)).where(named.name_key == Parameter("key"))
    return Visitor.select(Visitor.name).where(Visitor.id.in_(people) | Visitor.same_as.in_(people))


def names_of(name):
    """A name, and all others that were written for the people of this name: somebody may have been entered twice."""
    return {name}.union(*_of_people_named.rows(key=name_key(name)))  # each row is one name


def save(name, organisation, kind):
    """The id of the visitor of this name and organisation, who is made if not known; in the caller's transaction.

    What brings somebody to the school is kept as it was said last.
    """
    key, their_key = name_key(name), name_key(organisation)
    for known in _named.rows(key=key):
        if name_key(known.organisation) == their_key:
            if known.kind != kind:
                Visitor.update(kind=kind).where(Visitor.id == known.id).execute()
            return known.id
    made = {"name": name, "name_key": key, "organisation": organisation, "kind": kind, "made_at": clock.now()}
    return Visitor.insert(made).execute()


@prepared
def _one():
    return Visitor.select(
        Visitor.id, Visitor.name, Visitor.organisation, Visitor.kind, Visitor.same_as.alias("same_as")
    ).where(Visitor.id == Parameter("visitor"))


def entry(visitor):
    """An entry by id, whoever asks. Raises NotFound."""
    row = _one.one(visitor=visitor) if 0 < visitor < 2**63 else None
    if row is None:
        raise NotFound
    return Known(row.id, row.name, row.organisation, KIND_WORDS[row.kind], row.same_as)


def find(actor, visitor):
    """An entry by id, for those who read the log. Raises NotFound."""
    actor.must(Permission.READ_VISITOR_LOG)
    return entry(visitor)
