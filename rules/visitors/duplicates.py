"""The same person entered twice: which entries could be, making two entries one, and parting them (clause 6.1).

`Visitor.same_as` leads from an entry to the one that counts, always in one step: what counted as the first counts as
the second as well. Stays keep the entry they were written for, so that parting two entries loses nothing.
"""

import datetime as dt
import itertools
from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared, writing
from fields import JsonTextField, Parameter
from models import Person, Stay, Visit, Visitor, VisitorMerge
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict, NotFound
from rules.core.text import name_key, words_of
from rules.visitors import register
from rules.visitors import search as visitor_search
from rules.visitors.register import KIND_WORDS, Known

MOST = 20
MOST_STAYS = 500  # the newest stays that a search looks at
MOST_SHUFFLED = 4  # the words of a longer name are not tried in every order
LAST_LETTER = "\U0010ffff"
NEWEST = 2**63 - 1


class VisitorEntry(NamedTuple):
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
    return [VisitorEntry(row.id, row.name, row.organisation, KIND_WORDS[row.kind], row.stays, row.last) for row in rows]


# --- Finding ------------------------------------------------------------------------------------------------


def entry(actor, visitor):
    """An entry that counts, with how often and when somebody came last, for those who merge entries."""
    actor.must(Permission.MERGE_VISITORS)
    return _read([visitor])[0]


def likely(actor, visitor):
    """Entries that could be this visitor (an entry that counts): the same name elsewhere, or its words in any order."""
    actor.must(Permission.MERGE_VISITORS)
    people = {row.person for row in _called.rows(keys=sorted(_keys(visitor.name)))}
    return _read(people - {visitor.id})


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
    stays, key = visitor_search.newest(text, NEWEST, 0, MOST_STAYS), name_key(text)
    rows = [*_beginning.rows(key=key, end=key + LAST_LETTER), *_who_came.rows(stays=stays)]
    return _read({row.person for row in rows} - {visitor.id})


def counting_as(actor, visitor):
    """The other entries of the same person, which count as this one, as they were written."""
    actor.must(Permission.READ_VISITOR_LOG)
    rows = _counting.rows(visitor=visitor.id)
    return [Known(row.id, row.name, row.organisation, KIND_WORDS[row.kind], visitor.id) for row in rows]


# --- Making two entries one, and parting them ---------------------------------------------------------------


Gone, Kept, Undoer = Visitor.alias("gone_row"), Visitor.alias("kept_row"), Person.alias("undoer_row")


class Merge(NamedTuple):
    """The entry `visitor` counts as the entry `into` (ids). `at` is aware, UTC. `undone` says by whom and when."""

    id: int
    visitor: int
    name: str
    organisation: str
    into: int
    into_name: str
    moved: tuple
    by: str
    at: dt.datetime
    undone: str

    @property
    def said(self):
        """Who made it, and when, in words."""
        return f"{self.by} said so at {clock.format_moment(self.at)}"


# --- Queries ------------------------------------------------------------------------------------------------


def _merges(*conditions):
    return (
        VisitorMerge.select(
            *(VisitorMerge.id, VisitorMerge.visitor.alias("visitor"), Gone.name, Gone.organisation),
            *(VisitorMerge.into.alias("into"), Kept.name.alias("into_name"), VisitorMerge.moved),
            *(Person.name.alias("by"), VisitorMerge.merged_at.alias("at")),
            *(Undoer.name.alias("undone_by"), VisitorMerge.undone_at.alias("undone_at")),
        )
        .join(Gone, on=(VisitorMerge.visitor == Gone.id))
        .switch(VisitorMerge)
        .join(Kept, on=(VisitorMerge.into == Kept.id))
        .switch(VisitorMerge)
        .join(Person, on=(VisitorMerge.merged_by == Person.id))
        .switch(VisitorMerge)
        .join(Undoer, "LEFT JOIN", on=(VisitorMerge.undone_by == Undoer.id))
        .where(*conditions)
        .order_by(VisitorMerge.id.desc())
    )


_one = prepared(lambda: _merges(VisitorMerge.id == Parameter("merge")))
_into = prepared(lambda: _merges(VisitorMerge.into == Parameter("visitor"), VisitorMerge.undone_at.is_null()))
_leading_to = prepared(lambda: Visitor.select(Visitor.id).where(Visitor.same_as == Parameter("visitor")))


def _read_merge(row):
    undone = row.undone_at and f"{row.undone_by} at {clock.format_moment(row.undone_at)}"
    return Merge(*row[:6], tuple(row.moved), row.by, row.at, undone or "")


def find(actor, merge):
    """A merge by id, undone or not, for those who may undo it. Raises NotFound."""
    actor.must(Permission.MERGE_VISITORS)
    row = _one.one(merge=merge) if 0 < merge < 2**63 else None
    if row is None:
        raise NotFound
    return _read_merge(row)


def standing(actor, visitor):
    """The merges by which other entries count as this one (an id), the newest first, for those who may undo them."""
    actor.must(Permission.MERGE_VISITORS)
    return _standing(visitor)


def _standing(visitor):
    return [_read_merge(row) for row in _into.rows(visitor=visitor)]


# --- Merging ------------------------------------------------------------------------------------------------


def pair(actor, visitor, other):
    """Two entries (ids) that could be one person: the one that stays, and the one that will count as it.

    Raises NotFound where there are not two, Conflict where one of them counts as another entry by now.
    """
    actor.must(Permission.MERGE_VISITORS)
    if visitor == other:
        raise NotFound
    both = register.find(actor, visitor), register.find(actor, other)
    for entry in both:
        _must_count(entry)
    return both


def _must_count(entry):
    if entry.same_as:
        into = register.entry(entry.same_as)
        made = next(made for made in _standing(into.id) if entry.id in made.moved)
        raise Conflict(f"“{entry.name}” counts as “{into.name}” already: {made.said}.")


def merge(actor, visitor, other):
    """From now on `other` counts as `visitor` (ids), and with it what counted as `other`. Raises as `pair` does."""
    with writing():
        stays, gone = pair(actor, visitor, other)
        moved = [gone.id, *(row.id for row in _leading_to.rows(visitor=gone.id))]
        Visitor.update(same_as=stays.id).where(Visitor.id.in_(moved)).execute()
        VisitorMerge.insert(
            visitor=gone.id, into=stays.id, moved=moved, merged_by=actor.id, merged_at=clock.now()
        ).execute()
        record("visitors-merged", actor=actor.id, about=f"visitor:{stays.id}", entry=f"visitor:{gone.id}")


# --- Undoing ------------------------------------------------------------------------------------------------


def undo(actor, merge):
    """Part two entries again: what was moved goes back as it was. Returns the merge. Raises NotFound.

    Raises Conflict where somebody has undone it, or where a later merge stands on it.
    """
    with writing():
        made = find(actor, merge)
        if made.undone:
            raise Conflict(f"This has been undone already: by {made.undone}.")
        _must_be_last(made)
        _part(made)
        VisitorMerge.update(undone_by=actor.id, undone_at=clock.now()).where(VisitorMerge.id == made.id).execute()
        record("visitors-parted", actor=actor.id, about=f"visitor:{made.into}", entry=f"visitor:{made.visitor}")
        return made


def _must_be_last(made):
    into = register.entry(made.into)
    if into.same_as:
        last = register.entry(into.same_as)
        raise Conflict(
            f"“{into.name}” was later found to be the same person as “{last.name}”. Undo that first, on the page of "
            f"{last.name}. Then this can be undone."
        )


def _part(made):
    followers = [entry for entry in made.moved if entry != made.visitor]
    Visitor.update(same_as=None).where(Visitor.id == made.visitor).execute()
    Visitor.update(same_as=made.visitor).where(Visitor.id.in_(followers)).execute()
