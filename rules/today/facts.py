"""What a day's list has to know besides its exemptions: lessons that run, exams, and which agreements were signed.

Four queries, however long the list is.
"""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared
from fields import Parameter, UtcField
from models import ActivitySession, Agreement, Candidate, Exemption, Participant, Person, Signature, Sitting
from rules.core import clock


@prepared(raw=True)
def _sessions():
    return (
        ActivitySession.select(
            ActivitySession.exemption.alias("exemption"), ActivitySession.started_at, ActivitySession.ended_at
        )
        .where(ActivitySession.day == Parameter("day"))
        .order_by(ActivitySession.id)
    )


@prepared(raw=True)
def _exams():
    return (
        Sitting.select(Candidate.pupil.alias("pupil"), Sitting.starts_at, Sitting.ends_at)
        .join(Candidate, on=(Candidate.sitting == Sitting.id))
        .where(Sitting.day == Parameter("day"), Sitting.cancelled_at.is_null())
        .order_by(Sitting.starts_at, Sitting.id)
    )


@prepared(raw=True)
def _taking_part():
    return (
        Participant.select(Participant.exemption.alias("exemption"), Person.id, Person.name, Person.team)
        .join(Person, on=(Participant.pupil == Person.id))
        .switch(Participant)
        .join(Exemption, on=(Participant.exemption == Exemption.id))
        .where(Exemption.ends_on == Parameter("day"), Exemption.approved_by.is_null(False))
        .order_by(Person.name, Person.id)
    )


@prepared(raw=True)
def _signed_before():
    """The versions of agreements that were complete before a day's end, and when the next one took their place."""
    needed = fn.IIF(Agreement.signers == "both", 2, 1)
    there = Signature.select(fn.COUNT(Signature.id)).where(
        Signature.agreement == Agreement.id, Signature.recorded_at < Parameter("ends")
    )
    newer = Agreement.alias("newer")
    replaced = newer.select(newer.issued_at).where(
        newer.exemption == Agreement.exemption, newer.version == Agreement.version + 1
    )
    return (
        Agreement.select(Agreement.exemption.alias("exemption"), replaced.alias("replaced"))
        .join(Exemption)
        .where(
            Exemption.ends_on >= Parameter("day"),
            Exemption.starts_on <= Parameter("day"),
            there == needed,
        )
    )


class DayFacts(NamedTuple):
    """What is known of one day. `minute` is the time on the school's clock now, `ends` the day's end, both as text."""

    day: dt.date
    today: bool
    past: bool
    minute: str
    ends: str
    sessions: dict
    exams: dict
    taking_part: dict
    held: frozenset = frozenset()

    def began(self, exemption):
        """When a lesson activity was started on this day, or an empty text."""
        known = self.sessions.get(exemption)
        return known[0] if known else ""

    def runs(self, exemption):
        """Whether a lesson activity runs: started and not ended."""
        return exemption in self.sessions and not self.sessions[exemption][1]

    def exam(self, person):
        """When somebody sits exams on this day, as 09:00-11:00, several with a space between."""
        spans = self.exams.get(person)
        return " ".join(f"{start}-{end}" for start, end in spans) if spans else ""

    def in_exam(self, person):
        """Whether somebody sits an exam at this minute."""
        spans = self.exams.get(person)
        return spans is not None and any(start <= self.minute < end for start, end in spans)

    def absent(self, exemption):
        """The names of those taking part who sit an exam at this minute (on another day: at any time of it)."""
        taking_part = self.taking_part.get(exemption)
        if not taking_part:
            return ""
        busy = self.in_exam if self.today else self.exams.__contains__
        return ", ".join(name for person, name, _ in taking_part if busy(person))

    def classes_in(self, exemption):
        """The classes of those taking part."""
        return {team for _, _, team in self.taking_part.get(exemption, ())}

    def signed(self, row):
        """Whether the agreement of a row was signed on this day: today as it stands now, else as it stood then."""
        return bool(row.signed_at and row.signed_at < self.ends) or row.id in self.held

    def edges(self):
        """The minutes at which an exam begins or ends."""
        return {edge for spans in self.exams.values() for span in spans for edge in span}


def of(day):
    """What is known of a day."""
    spelled, here = day.isoformat(), clock.local(clock.now())
    today = day == here.date()
    begins, ends = map(UtcField.spell, clock.day_bounds(day))
    sessions, exams, taking_part = {}, {}, {}
    for row in _sessions.rows(day=spelled):
        sessions[row.exemption] = (f"{clock.local(UtcField.read(row.started_at)):%H:%M}", row.ended_at)
    for row in _exams.rows(day=spelled):
        exams.setdefault(row.pupil, []).append((row.starts_at, row.ends_at))
    for row in _taking_part.rows(day=spelled):
        taking_part.setdefault(row.exemption, []).append((row.id, row.name, row.team))
    past = day < here.date()
    rows = _signed_before.rows(day=spelled, ends=ends) if past else ()
    held = frozenset(row.exemption for row in rows if row.replaced is None or row.replaced >= begins)
    return DayFacts(day, today, past, f"{here:%H:%M}", ends, sessions, exams, taking_part, held)
