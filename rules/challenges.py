"""What staff saw visitors do against the policy, for those who may know of it (clause 6.7).

A report is seen by who made it and by the headteacher and the DSL; to everybody else it does not exist. Who made it
sees what they wrote themselves, and whether it was read, not what the headteacher and the DSL added.
"""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from peewee import fn

from database import prepared
from fields import Parameter
from models import Person, VisitorConcern, VisitorConcernNote
from rules.errors import NotFound
from rules.roles import Permission

LONGEST_LIST = 200

Note = namedtuple("Note", "text read by_id by at")
Reporter = Person.alias("reporter_row")


class Kept(NamedTuple):
    """A report as its reader may see it, the notes with the oldest first. Moments are aware, in UTC.

    `unread`: somebody else than this reader wrote it, or added to it, and the headteacher and the DSL have not yet
    said that they read that.
    """

    id: int
    whom: str
    place: str
    seen: str
    challenged: bool
    answer: str
    reporter_id: int
    reporter: str
    reported_at: dt.datetime
    unread: bool
    notes: tuple = ()

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"visitor-concern:{self.id}"

    @property
    def reads(self):
        """Who has read it, and when."""
        return [note for note in self.notes if note.read]

    @property
    def additions(self):
        """What was added to it."""
        return [note for note in self.notes if note.text]

    def to_confirm(self, reader):
        """Whether this reader (an id) has yet to say that they read what others wrote."""
        told = [(-1, self.reporter_id), *((at, note.by_id) for at, note in enumerate(self.notes) if note.text)]
        said = max((at for at, note in enumerate(self.notes) if note.read and note.by_id == reader), default=-2)
        return any(by != reader and at > said for at, by in told)


# --- Queries ------------------------------------------------------------------------------------------------


def _unread():
    """The condition that something of a report was written by another than the reader and read by nobody else."""
    read, added, later = (VisitorConcernNote.alias(name) for name in ("read_note", "added_note", "later_note"))
    read_at_all = fn.EXISTS(
        read.select(read.id).where(
            read.concern == VisitorConcern.id, read.read == 1, read.by != VisitorConcern.reported_by
        )
    )
    read_later = fn.EXISTS(
        later.select(later.id).where(
            later.concern == VisitorConcern.id, later.read == 1, later.id > added.id, later.by != added.by
        )
    )
    added_and_unread = fn.EXISTS(
        added.select(added.id).where(
            added.concern == VisitorConcern.id, added.text != "", added.by != Parameter("reader"), ~read_later
        )
    )
    return ((VisitorConcern.reported_by != Parameter("reader")) & ~read_at_all) | added_and_unread


def _reports(*conditions):
    return (
        VisitorConcern.select(
            VisitorConcern.id,
            VisitorConcern.whom,
            VisitorConcern.place,
            VisitorConcern.seen,
            VisitorConcern.challenged,
            VisitorConcern.answer,
            VisitorConcern.reported_by.alias("reporter_id"),
            Reporter.name.alias("reporter"),
            VisitorConcern.reported_at,
            _unread().alias("unread"),
        )
        .join(Reporter, on=(VisitorConcern.reported_by == Reporter.id))
        .where((VisitorConcern.reported_by == Parameter("reader")) | (Parameter("reads") == 1), *conditions)
        .order_by(VisitorConcern.id.desc())
        .limit(LONGEST_LIST)
    )


_one = prepared(lambda: _reports(VisitorConcern.id == Parameter("id")))
_all = prepared(_reports)
_all_unread = prepared(lambda: _reports(_unread()))


@prepared(row=Note)
def _notes():
    note = VisitorConcernNote
    return (
        note.select(note.text, note.read, note.by.alias("by_id"), Person.name.alias("by"), note.at)
        .join(Person)
        .where(
            note.concern == Parameter("id"),
            (note.by == Parameter("reader")) | (note.read == 1) | (Parameter("reads") == 1),
        )
        .order_by(note.id)
    )


# --- Reading ------------------------------------------------------------------------------------------------


def _reader(actor):
    actor.must(Permission.REPORT_VISITOR)
    return {"reader": actor.id, "reads": int(actor.may(Permission.READ_VISITOR_CONCERNS))}


def _kept(row, notes=()):
    return Kept(*row, tuple(notes))


def find(actor, challenge):
    """A report by id, for its reporter, the headteacher and the DSL; to everybody else it does not exist (NotFound)."""
    reader = _reader(actor)
    row = _one.one(id=challenge, **reader) if 0 < challenge < 2**63 else None
    if row is None:
        raise NotFound
    return _kept(row, _notes.rows(id=challenge, **reader))


def seen_by(actor):
    """The reports that this person may see, the latest first, without their notes."""
    return [_kept(row) for row in _all.rows(**_reader(actor))]


def unread_for(actor):
    """The reports in which the headteacher or the DSL has something to read, without their notes; [] for others."""
    if not actor.may(Permission.READ_VISITOR_CONCERNS):
        return []
    return [_kept(row) for row in _all_unread.rows(**_reader(actor))]
