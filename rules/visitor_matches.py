"""Which entries could be the same person as a visitor: likely ones, and those that a search finds (clause 6.1)."""

import datetime as dt
import itertools
from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared
from fields import JsonTextField, Parameter
from models import Stay, Visit, Visitor
from rules import visit_search
from rules.roles import Permission
from rules.text import words_of
from rules.visitors import KIND_WORDS, Known, name_key

MOST = 20
MOST_STAYS = 500  # the newest stays that a search looks at
MOST_SHUFFLED = 4  # the words of a longer name are not tried in every order
LAST_LETTER = "\U0010ffff"
NEWEST = 2**63 - 1


class Entry(NamedTuple):
    """An entry that counts, with the number of stays of all that count as it, and the last day. `kind` is in words."""

    id: int
    name: str
    organisation: str
    kind: str
    stays: int
    last: dt.date | None


# --- Queries ------------------------------------------------------------------------------------------------

PERSON = fn.COALESCE(Visitor.same_as, Visitor.id).alias("person")


def _among(name):
    return Select((fn.json_each(Parameter(name, JsonTextField)),), (SQL("value"),))


@prepared
def _entries():
    other = Visitor.alias("other")
    theirs = other.select(other.id).where((other.id == Visitor.id) | (other.same_as == Visitor.id))
    stays = Stay.select(fn.COUNT(Stay.id)).join(Visit).where(Visit.visitor.in_(theirs))
    last = Stay.select(fn.MAX(Stay.day)).join(Visit).where(Visit.visitor.in_(theirs))
    return (
        Visitor.select(
            *(Visitor.id, Visitor.name, Visitor.organisation, Visitor.kind),
            *(stays.alias("stays"), last.alias("last")),
        )
        .where(Visitor.id.in_(_among("entries")))
        .order_by(Visitor.name, Visitor.id)
    )


_called = prepared(lambda: Visitor.select(PERSON).where(Visitor.name_key.in_(_among("keys"))).limit(MOST))
_beginning = prepared(
    lambda: (
        Visitor.select(PERSON)
        .where(Visitor.name_key >= Parameter("key"), Visitor.name_key < Parameter("end"))
        .limit(MOST)
    )
)
_who_came = prepared(
    lambda: Visitor.select(PERSON).distinct().join(Visit).join(Stay).where(Stay.id.in_(_among("stays")))
)
_counting = prepared(
    lambda: (
        Visitor.select(Visitor.id, Visitor.name, Visitor.organisation, Visitor.kind)
        .where(Visitor.same_as == Parameter("visitor"))
        .order_by(Visitor.id)
    )
)


def _read(entries):
    rows = _entries.rows(entries=sorted(entries)[:MOST])
    return [Entry(row.id, row.name, row.organisation, KIND_WORDS[row.kind], row.stays, row.last) for row in rows]


# --- Finding ------------------------------------------------------------------------------------------------


def entry(actor, visitor):
    """An entry that counts, with how often and when somebody came last, for those who merge entries."""
    actor.must(Permission.MERGE_VISITORS)
    return _read([visitor])[0]


def likely(actor, visitor):
    """Entries that could be this visitor (an entry that counts): the same name elsewhere, or its words in any order."""
    actor.must(Permission.MERGE_VISITORS)
    found = {row.person for row in _called.rows(keys=sorted(_keys(visitor.name)))}
    return _read(found - {visitor.id})


def _keys(name):
    """How a name could have been spelled: as it is, and with its words in other orders, a comma after the first."""
    words, keys = words_of(name), {name_key(name)}
    if 0 < len(words) <= MOST_SHUFFLED:
        for order in itertools.permutations(words):
            keys |= {"".join(order), f"{order[0]},{''.join(order[1:])}"}
    return keys


def search(actor, visitor, text):
    """Entries other than this visitor's that a text finds: in the newest stays, or as the beginning of a name."""
    actor.must(Permission.MERGE_VISITORS)
    if not words_of(text):
        return []
    stays, key = visit_search.newest(text, NEWEST, 0, MOST_STAYS), name_key(text)
    rows = [*_beginning.rows(key=key, end=key + LAST_LETTER), *_who_came.rows(stays=stays)]
    return _read({row.person for row in rows} - {visitor.id})


def counting_as(actor, visitor):
    """The other entries of the same person, which count as this one, as they were written."""
    actor.must(Permission.READ_VISITOR_LOG)
    rows = _counting.rows(visitor=visitor.id)
    return [Known(row.id, row.name, row.organisation, KIND_WORDS[row.kind], visitor.id) for row in rows]
