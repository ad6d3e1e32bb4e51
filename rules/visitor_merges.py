"""The same person entered twice: two entries of visitors become one, and can be parted again (clause 6.1).

`Visitor.same_as` leads from an entry to the one that counts, always in one step: what counted as the first counts as
the second as well. Stays keep the entry they were written for, so that parting two entries loses nothing.
"""

import datetime as dt
from typing import NamedTuple

from database import prepared, writing
from fields import Parameter
from models import Person, Visitor, VisitorMerge
from rules import audit, clock, visitors
from rules.errors import Conflict, NotFound
from rules.roles import Permission

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
        return f"{self.by} said so at {clock.say_moment(self.at)}"


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
_counting = prepared(lambda: Visitor.select(Visitor.id).where(Visitor.same_as == Parameter("visitor")))


def _read(row):
    undone = row.undone_at and f"{row.undone_by} at {clock.say_moment(row.undone_at)}"
    return Merge(*row[:6], tuple(row.moved), row.by, row.at, undone or "")


def find(actor, merge):
    """A merge by id, undone or not, for those who may undo it. Raises NotFound."""
    actor.must(Permission.MERGE_VISITORS)
    row = _one.one(merge=merge) if 0 < merge < 2**63 else None
    if row is None:
        raise NotFound
    return _read(row)


def standing(actor, visitor):
    """The merges by which other entries count as this one (an id), the newest first, for those who may undo them."""
    actor.must(Permission.MERGE_VISITORS)
    return _standing(visitor)


def _standing(visitor):
    return [_read(row) for row in _into.rows(visitor=visitor)]


# --- Merging ------------------------------------------------------------------------------------------------


def pair(actor, visitor, other):
    """Two entries (ids) that could be one person: the one that stays, and the one that will count as it.

    Raises NotFound where there are not two, Conflict where one of them counts as another entry by now.
    """
    actor.must(Permission.MERGE_VISITORS)
    if visitor == other:
        raise NotFound
    both = visitors.find(actor, visitor), visitors.find(actor, other)
    for entry in both:
        _must_count(entry)
    return both


def _must_count(entry):
    if entry.same_as:
        into = visitors.entry(entry.same_as)
        made = next(made for made in _standing(into.id) if entry.id in made.moved)
        raise Conflict(f"“{entry.name}” counts as “{into.name}” already: {made.said}.")


def merge(actor, visitor, other):
    """From now on `other` counts as `visitor` (ids), and with it what counted as `other`. Raises as `pair` does."""
    with writing():
        kept, gone = pair(actor, visitor, other)
        moved = [gone.id, *(row.id for row in _counting.rows(visitor=gone.id))]
        Visitor.update(same_as=kept.id).where(Visitor.id.in_(moved)).execute()
        VisitorMerge.insert(
            visitor=gone.id, into=kept.id, moved=moved, merged_by=actor.id, merged_at=clock.now()
        ).execute()
        audit.record("visitors-merged", actor=actor.id, about=f"visitor:{kept.id}", entry=f"visitor:{gone.id}")


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
        audit.record("visitors-parted", actor=actor.id, about=f"visitor:{made.into}", entry=f"visitor:{made.visitor}")
        return made


def _must_be_last(made):
    into = visitors.entry(made.into)
    if into.same_as:
        last = visitors.entry(into.same_as)
        raise Conflict(
            f"“{into.name}” was later found to be the same person as “{last.name}”. Undo that first, on the page of "
            f"{last.name}. Then this can be undone."
        )


def _part(made):
    followers = [entry for entry in made.moved if entry != made.visitor]
    Visitor.update(same_as=None).where(Visitor.id == made.visitor).execute()
    Visitor.update(same_as=made.visitor).where(Visitor.id.in_(followers)).execute()
