"""What staff saw visitors do against the policy, for those who may know of it (clause 6.7).

It is seen by who told it and by the headteacher and the DSL; to everybody else it does not exist. Who told it sees
what they wrote themselves, and whether it was read, not what the headteacher and the DSL added. Nothing of it is ever
changed: there are only new rows.
"""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Person, Stay, Visit, Visitor, VisitorConcern, VisitorConcernNote
from rules.audit.record import record as record_event
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid, NotFound
from rules.core.text import one_line, text_error, tidy
from rules.core.validation import text_errors

LONGEST_LIST = 200

Note = namedtuple("Note", "text read by_id by at")
Reporter = Person.alias("reporter_row")


class VisitorConcernView(NamedTuple):
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
        written = [(-1, self.reporter_id), *((at, note.by_id) for at, note in enumerate(self.notes) if note.text)]
        said = max((at for at, note in enumerate(self.notes) if note.read and note.by_id == reader), default=-2)
        return any(by != reader and at > said for at, by in written)


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
    actor.must(Permission.REPORT_VISITOR_CONCERN)
    return {"reader": actor.id, "reads": int(actor.may(Permission.READ_VISITOR_CONCERNS))}


def _kept(row, notes=()):
    return VisitorConcernView(*row, tuple(notes))


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


# --- Telling, adding, reading -------------------------------------------------------------------------------


LONGEST_LINE = 200


class Report(NamedTuple):
    """What somebody reports. `stay` is the id of one of `to_choose_from`, or None with `whom` described.

    `challenged` says whether the visitor was spoken to, None where it is not said; `answer` is what they said.
    """

    stay: int | None
    whom: str
    place: str
    seen: str
    challenged: bool | None
    answer: str = ""

    def cleaned(self, present):
        """Return a copy with whitespace normalised; `present` gives the name of somebody who was chosen."""
        whom = present[self.stay] if self.stay in present else one_line(self.whom)
        return self._replace(whom=whom, place=one_line(self.place), seen=tidy(self.seen), answer=tidy(self.answer))


@prepared
def _here():
    return (
        Stay.select(Stay.id, Visitor.name)
        .join(Visit)
        .join(Visitor)
        .where(Stay.left_at.is_null())
        .order_by(Visitor.name, Stay.id)
    )


def to_choose_from():
    """The names of those in the building, by the id of their stay.

    Every member of staff may report, so it says no more than they could hear at the door: not where somebody comes
    from, nor who has been here before.
    """
    return {row.id: row.name for row in _here.rows()}


def validate(report):
    """What is wrong with a report, as {field: message}."""
    present = to_choose_from()
    cleaned, errors = report.cleaned(present), {}
    if report.stay is None:
        errors.update(text_errors(cleaned, ("whom", LONGEST_LINE, "Say who it was, or what they looked like")))
    elif report.stay not in present:
        errors["stay"] = "Choose the visitor from the list, or choose “Somebody else”"
    place, seen = ("place", LONGEST_LINE, "Say where it was"), ("seen", 2000, "Say what you saw")
    errors.update(text_errors(cleaned, place, seen))
    if report.challenged is None:
        errors["challenged"] = "Say whether you spoke to them"
    return {**errors, **dict(text_errors(cleaned, ("answer", 2000, None)))}


def make(actor, report, form_key=None):
    """Save a report; returns its id. The same form sent twice is one report. Raises Invalid with the errors."""
    actor.must(Permission.REPORT_VISITOR_CONCERN)
    with writing():
        if form_key and (sent := VisitorConcern.get_or_none(reported_by=actor.id, form_key=form_key)):
            return sent.id
        if errors := validate(report):
            raise Invalid(errors)
        columns = report.cleaned(to_choose_from())._asdict()
        sender = {"reported_by": actor.id, "reported_at": clock.now(), "form_key": form_key}
        concern = VisitorConcern.insert(**columns, **sender).execute()
        record_event("visitor-reported", actor=actor.id, about=f"visitor-concern:{concern}")
        return concern


def add(actor, challenge, text):
    """Add to a report that one may see. The same words sent twice are one note. Raises Invalid or NotFound."""
    text = tidy(text)
    with writing():
        report = find(actor, challenge)
        if error := text_error(text, missing="Write what you want to add"):
            raise Invalid({"text": error})
        if not any(note.text == text and note.by_id == actor.id for note in report.notes):
            _note(actor, report, "visitor-report-added", text=text)


def read(actor, challenge):
    """Record that the headteacher or the DSL has read what others wrote; once is enough. Raises NotFound."""
    actor.must(Permission.READ_VISITOR_CONCERNS)
    with writing():
        report = find(actor, challenge)
        if report.to_confirm(actor.id):
            _note(actor, report, "visitor-report-read", read=True)


def _note(actor, report, event, **columns):
    VisitorConcernNote.insert(concern=report.id, by=actor.id, at=clock.now(), **columns).execute()
    record_event(event, actor=actor.id, about=report.record)
