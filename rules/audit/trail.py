"""Reading the audit trail: filtered pages of sentences, and the check that nothing was changed or cut off."""

import re
from collections import Counter
from typing import NamedTuple

from database import db, prepared
from fields import Parameter
from models import AuditEvent, Person
from rules.audit import frozen_copies
from rules.audit import record as audit_record
from rules.core import clock

PAGE_SIZE = 50
BEFORE_ALL = float("-inf")
_OPTIONAL = re.compile(r"\[([^]]*)\]")

Actor = Person.alias("actor_row")
Subject = Person.alias("subject_row")


class Filter(NamedTuple):
    """What to look for in the trail; None means any. Days are calendar days of the school."""

    person: int | None = None
    record: str | None = None
    event: str | None = None
    first: object = None
    last: object = None
    before: int | None = None


class TrailEntry(NamedTuple):
    """One event as people read it. `at` is aware, UTC."""

    id: int
    at: object
    event: str
    sentence: str
    record: str | None


def entries(wanted):
    """One page of the trail, newest first, and the id to go on from (None at the end).

    Pages go by key, not by offset, so the last page of a long trail costs what the first one does.
    """
    query = _named()
    for condition in _conditions(wanted):
        query = query.where(condition)
    rows = list(query.order_by(AuditEvent.id.desc()).limit(PAGE_SIZE + 1).tuples())
    page = [_entry(row) for row in rows[:PAGE_SIZE]]
    return page, page[-1].id if len(rows) > PAGE_SIZE else None


def _named():
    return (
        AuditEvent.select(AuditEvent, Actor.name, Subject.name)
        .join(Actor, "LEFT JOIN", on=(AuditEvent.actor == Actor.id))
        .switch(AuditEvent)
        .join(Subject, "LEFT JOIN", on=(AuditEvent.person == Subject.id))
    )


def of_records(records):
    """Every event about these records, the oldest first: one query, however many records."""
    rows = _named().where(AuditEvent.record.in_(records)).order_by(AuditEvent.id).tuples() if records else ()
    return [_entry(row) for row in rows]


def _conditions(wanted):
    if wanted.person is not None:
        yield (AuditEvent.actor == wanted.person) | (AuditEvent.person == wanted.person)
    if wanted.record:
        yield AuditEvent.record == wanted.record
    if wanted.event:
        yield AuditEvent.event == wanted.event
    if wanted.first:
        yield AuditEvent.at >= clock.day_bounds(wanted.first)[0]
    if wanted.last:
        yield AuditEvent.at < clock.day_bounds(wanted.last)[1]
    if wanted.before:
        yield AuditEvent.id < wanted.before


def _entry(row):
    number, at, event, by, about, record, payload, _, actor, person = row
    return TrailEntry(number, at, event, sentence(event, payload, actor, person, by == about), record)


def sentence(event, payload, actor, person, for_themselves=False):
    """An event in words. An event of an older version, no longer declared, is told by its name."""
    declared = audit_record.EVENTS.get(event)
    if declared is None:
        return event
    words = {**payload, "actor": actor or "The system", "person": person or "somebody"}
    return _OPTIONAL.sub("" if for_themselves else r"\1", declared.sentence).format_map(words) + "."


# --- Verifying ----------------------------------------------------------------------------------------------


@prepared(raw=True)
def _chain():
    return (
        AuditEvent.select(
            AuditEvent.id,
            AuditEvent.at,
            AuditEvent.event,
            AuditEvent.actor.alias("actor"),
            AuditEvent.person.alias("person"),
            AuditEvent.record,
            AuditEvent.payload,
            AuditEvent.digest,
        )
        .where(AuditEvent.id > Parameter("after"))
        .order_by(AuditEvent.id)
        .limit(5000)
    )


def verify():
    """Check every link. Returns how many there are and a list of faults in words, the first one first."""
    anchor = audit_record.read_anchor()  # before the snapshot, which then holds all that the anchor knows
    with db.atomic("DEFERRED"):
        count, faults, recorded = _verify_chain(anchor)
        return count, faults + frozen_copies.faults(None if faults else recorded)


def _verify_chain(anchor):
    count, link, recorded, anchor_seen = 0, audit_record.FIRST_LINK, Counter(), anchor is None
    # From below every number, so that a row slipped in before the first one is met too.
    while rows := _chain.rows(after=count or BEFORE_ALL):
        for row in rows:
            if fault := _fault(row, count + 1, link):
                return count, [fault], recorded
            count, link = row.id, row.digest
            anchor_seen = anchor_seen or (row.id, row.digest) == anchor
            recorded.update(frozen_copies.told_by(row))
    return count, [] if anchor_seen else [_tail_fault(anchor, count)], recorded


def _fault(row, expected, link):
    if row.id < expected:
        return f"Event {row.id} was slipped in."
    if row.id != expected:
        return f"Event {expected} is missing."
    if audit_record.link_digest(link, tuple(row[:-1])) != row.digest:
        return f"Event {row.id} is not as it was written, or the one before it was changed."
    return None


def _tail_fault(anchor, count):
    if anchor[0] > count:
        return f"The end is missing: the anchor knows event {anchor[0]}, the trail ends at event {count}."
    return f"Event {anchor[0]} is not the one the anchor knows."
