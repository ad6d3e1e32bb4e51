"""Who visits the school: visitors without a login, known again by name and organisation (clause 6)."""

import re
import unicodedata
from dataclasses import dataclass

from database import prepared
from fields import Parameter
from models import Visitor, VisitorKind
from rules import clock
from rules.roles import NotFound, Permission

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

_SIGNS = re.compile("['’‘ʼ`.]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Known:
    """A visitor whom the school knows; `kind` is in words."""

    id: int
    name: str
    organisation: str
    kind: str


def plain(text):
    """A text without case, accents, apostrophes and dots, however it was spelled.

    >>> plain("O’Brien") == plain("o'brien"), plain("Ó Súilleabháin")
    (True, 'o suilleabhain')
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _SIGNS.sub("", text)).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def name_key(name):
    """What two spellings of one name have in common: `plain`, and without spaces.

    >>> name_key("Dr. Anna  Ó Brien")
    'drannaobrien'
    """
    return "".join(plain(name).split())


def words_of(text):
    """The words of a text as they are searched for.

    >>> words_of("O’Brien, Smith-Jones Ltd.")
    ['obrien', 'smith', 'jones', 'ltd']
    """
    return _WORD.findall(plain(text))


@prepared
def _named():
    return (
        Visitor.select(Visitor.id, Visitor.organisation, Visitor.kind)
        .where(Visitor.name_key == Parameter("key"))
        .order_by(Visitor.id)
    )


def keep(name, organisation, kind):
    """The id of the visitor of this name and organisation, who is made if not known; in the caller's transaction.

    What brings somebody to the school is kept as it was said last.
    """
    key = name_key(name)
    for known in _named.rows(key=key):
        if name_key(known.organisation) == name_key(organisation):
            if known.kind != kind:
                Visitor.update(kind=kind).where(Visitor.id == known.id).execute()
            return known.id
    made = {"name": name, "name_key": key, "organisation": organisation, "kind": kind, "made_at": clock.now()}
    return Visitor.insert(made).execute()


@prepared
def _one():
    return Visitor.select(Visitor.id, Visitor.name, Visitor.organisation, Visitor.kind).where(
        Visitor.id == Parameter("visitor")
    )


def find(actor, visitor):
    """A visitor by id, for those who read the log. Raises NotFound."""
    actor.must(Permission.READ_VISITOR_LOG)
    row = _one.one(visitor=visitor)
    if row is None:
        raise NotFound
    return Known(row.id, row.name, row.organisation, KIND_WORDS[VisitorKind(row.kind)])
