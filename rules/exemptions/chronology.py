"""One person's chronology: their exemptions, agreements, lesson sessions and exam reports, in order, never a reason."""

from typing import NamedTuple

from database import prepared
from enums import ParentAccess, Role
from fields import Parameter
from models import Exemption, Participant, Person
from rules.audit import trail
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import NotFound
from rules.exams import reports
from rules.exemptions.permissions import knows, reads_reason
from rules.exemptions.queries import exemptions_query, read
from rules.people.classes import labels
from rules.people.families import parents_of

MOST = 500
LEFT_OUT = frozenset({"confidential-read"})


class Step(NamedTuple):
    """One line: when (aware, UTC), what happened, and the exemption that may be opened, by id, or None."""

    at: object
    words: str
    exemption: int | None = None


class Chronology(NamedTuple):
    """Whose it is, and their steps, the earliest first."""

    id: int
    name: str
    team: str
    steps: list


@prepared
def _of_person():
    takes_part = Participant.select(Participant.exemption).where(Participant.pupil == Parameter("person"))
    lessons = Exemption.id.in_(takes_part) & Exemption.approved_by.is_null(False)
    theirs = (Exemption.subject == Parameter("person")) | lessons
    return exemptions_query(theirs, order=(Exemption.id.desc(),)).limit(MOST)


def may_open(actor, person):
    """Whether this person may see a chronology: their own, their child's; the leaders and the DSL see everybody's.

    A parent who is told nothing sees nothing, whatever they are in the school (clause 5.14).
    """
    access = _access(actor, person)
    if access is ParentAccess.NOTHING:
        return False
    if person == actor.id or actor.may(Permission.READ_CHRONOLOGIES):
        return True
    return actor.holds(Role.PARENT) and access is not None


def _access(actor, person):
    """What this person may know as a parent or carer of somebody (by id), or None where they are neither."""
    return next((parent.access for parent in parents_of(person) if parent.id == actor.id), None)


@prepared
def _everybody():
    return Person.select(Person.id, Person.name, Person.username, Person.team, Person.year_group).order_by(
        Person.name, Person.id
    )


def whose(actor, part):
    """The people whose name has this part, as (id, how to tell them apart), for whoever may read every chronology.

    Nothing is listed for an empty part: a school has many people.
    """
    actor.must(Permission.READ_CHRONOLOGIES)
    part = part.casefold().strip()
    people = [row for row in _everybody.rows() if part in row.name.casefold()] if part else []
    return list(labels(people[:MOST]).items())


def of(actor, person):
    """Somebody's chronology (by id), with what this reader may know of it. NotFound for those who may not open it."""
    row = Person.get_or_none(Person.id == person) if 0 < person < 2**63 else None
    if row is None or not may_open(actor, person):
        raise NotFound
    views = [view for view in read(_of_person, person=person) if _visible(actor, view)]
    opens = {view.record: view.id for view in views if knows(actor, view) or reads_reason(actor, view)}
    entries = trail.of_records([view.record for view in views])
    steps = [
        Step(entry.at, entry.sentence, opens.get(entry.record)) for entry in entries if entry.event not in LEFT_OUT
    ]
    # Of an exam report nobody learns who belongs to the candidate's family, as in `rules/exams/reports.py`.
    outside = person != actor.id and _access(actor, person) is None
    steps += _exam_steps(person) if outside and actor.may(Permission.READ_CHRONOLOGIES) else []
    return Chronology(row.id, row.name, row.team, sorted(steps, key=lambda step: step.at))


def _visible(actor, view):
    """What is confidential shows only to those it is shared with; the rest to whoever may open the chronology."""
    return not view.kind.confidential or reads_reason(actor, view)


def _exam_steps(person):
    for report in reports.of_candidate(person):
        state = "still open" if report.open else "closed"
        at = clock.at(report.found_on, report.found_at)
        yield Step(at, f"A device was reported in the exam {report.exam}, {report.body}: {state}.")
