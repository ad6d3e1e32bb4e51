"""Exam sittings: who sits what, when and where, because an exam suspends exemptions (clause 5.9)."""

import datetime as dt
from typing import NamedTuple

from database import prepared, writing
from enums import ParentAccess
from fields import Parameter
from models import Candidate, Guardian, Person, Sitting
from rules.audit.record import record as record_event
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.clock import format_date, format_time
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.core.text import one_line
from rules.core.tokens import sha256
from rules.core.validation import FURTHEST_AHEAD, day_error, first_errors, text_errors, time_errors
from rules.people import classes, families
from rules.policy.in_force import policy_in_force

LONGEST_NAME = 120
NAMED = 3  # so many clashes are told one by one
NO_TIMES = ("Choose the time at which the exam starts", "Choose the time at which the exam ends")


class SittingDetails(NamedTuple):
    """What is entered of a sitting. `candidates` are ids of pupils; days and times are the school's."""

    exam: str
    body: str
    day: dt.date | None
    starts_at: dt.time | None
    ends_at: dt.time | None
    zone: str
    candidates: tuple = ()

    def cleaned(self):
        """Return a copy with each text on one line and each candidate once."""
        return self._replace(
            exam=one_line(self.exam), body=one_line(self.body), candidates=tuple(sorted(set(self.candidates)))
        )


def errors_in(details, policy, pupils, others):
    """All errors of a sitting, as {field: message}; empty when it can be saved.

    `pupils` are the rows of the active pupils by id; `others` are the other sittings of that day.
    """
    texts = text_errors(
        details,
        ("exam", LONGEST_NAME, "Write which exam it is"),
        ("body", LONGEST_NAME, "Write the name of the examining body"),
    )
    times = time_errors(details, details.day, policy, NO_TIMES)
    errors = first_errors(texts, _day(details), times, _choices(details, policy, pupils))
    if not errors:
        errors.update(_clashes(details, pupils, others))
    return errors


def _day(details):
    if error := day_error(details.day, "Choose the day of the exam"):
        yield "day", error


def _choices(details, policy, pupils):
    if details.zone not in policy.zones:
        yield "zone", "Choose the room from the list"
    if not details.candidates:
        yield "candidates", "Choose at least one candidate"
    elif not pupils.keys() >= set(details.candidates):
        yield "candidates", "Choose candidates from the list"


def _clashes(details, pupils, others):
    """The same sitting twice, or a candidate who would have to be in two exams at once."""
    if any(key_of(other) == key_of(details) for other in others):
        when = f"{format_date(details.day)}, {format_time(details.starts_at)}"
        yield "exam", f"This exam has been entered already for {when}. Change that sitting instead"
        return
    clashes = [
        f"{pupils[pupil].name} sits {_say(other)}"
        for other in others
        if other.starts_at < details.ends_at and other.ends_at > details.starts_at
        for pupil in sorted(other.pupils & set(details.candidates))
    ]
    if clashes:
        more = f", and there are {len(clashes) - NAMED} more" if len(clashes) > NAMED else ""
        yield "candidates", f"{'; '.join(clashes[:NAMED])} on that day{more}. Nobody can sit two exams at the same time"


def _say(exam):
    return f"{exam.exam} ({exam.body}) {format_time(exam.starts_at)} to {format_time(exam.ends_at)}"


# --- Sittings as they stand ---------------------------------------------------------------------------------


class Exam(NamedTuple):
    """A sitting as it stands. Its day and times are the school's; `candidates` are rows of pupils, or not asked for."""

    id: int
    exam: str
    body: str
    day: dt.date
    starts_at: dt.time
    ends_at: dt.time
    zone: str
    cancelled: bool
    candidates: tuple = ()

    @property
    def over(self):
        """Whether its last minute has passed."""
        return clock.at(self.day, self.ends_at) <= clock.now()

    @property
    def seen(self):
        """What tells this state of it from another: a page that was open meanwhile shows what is not so any more."""
        return sha256(repr((*key_of(self), self.ends_at, self.zone, sorted(self.pupils))))[:16]

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"sitting:{self.id}"

    @property
    def pupils(self):
        """The ids of its candidates."""
        return frozenset(pupil.id for pupil in self.candidates)


def key_of(exam):
    """What makes two sittings the same one: the exam and the body, however spelled, the day and the start."""
    return exam.exam.casefold(), exam.body.casefold(), exam.day, exam.starts_at


def _sittings(*conditions):
    return (
        Sitting.select(
            Sitting.id,
            Sitting.exam,
            Sitting.body,
            Sitting.day,
            Sitting.starts_at,
            Sitting.ends_at,
            Sitting.zone,
            Sitting.cancelled_at,
        )
        .where(*conditions)
        .order_by(Sitting.day, Sitting.starts_at, Sitting.exam, Sitting.id)
    )


def _candidates(*conditions):
    return (
        Candidate.select(
            Candidate.sitting.alias("sitting"),
            Person.id,
            Person.name,
            Person.username,
            Person.team,
            Person.year_group,
        )
        .join(Person, on=(Candidate.pupil == Person.id))
        .switch(Candidate)
        .join(Sitting, on=(Candidate.sitting == Sitting.id))
        .where(*conditions)
        .order_by(Person.team, Person.name, Person.id)
    )


def _between():
    return (
        Sitting.day >= Parameter("first"),
        Sitting.day <= Parameter("last"),
        Sitting.cancelled_at.is_null(),
    )


def _barred():
    """The children of whom the parent `reader` is told nothing (clause 5.14)."""
    link = (Guardian.parent == Parameter("reader")) & Guardian.ended_at.is_null()
    return Guardian.select(Guardian.child).where(link, Guardian.access == ParentAccess.NOTHING.value)


_of_days = prepared(lambda: _sittings(*_between()))
_candidates_of_days = prepared(lambda: _candidates(*_between(), Candidate.pupil.not_in(_barred())))
_one = prepared(lambda: _sittings(Sitting.id == Parameter("id")))
_candidates_of_one = prepared(lambda: _candidates(Sitting.id == Parameter("id")))


def _read(rows, candidates):
    of = {}
    for row in candidates:
        of.setdefault(row.sitting, []).append(row)
    return [
        Exam(
            *(row.id, row.exam, row.body, row.day, row.starts_at, row.ends_at, row.zone),
            cancelled=row.cancelled_at is not None,
            candidates=tuple(of.get(row.id, ())),
        )
        for row in rows
    ]


def of_days(first, last, reader=None):
    """The sittings of these days with their candidates, by day and time, without those that were cancelled.

    `reader` (an id) is shown no child of whom they are told nothing as a parent.
    """
    bounds = {"first": first, "last": last}
    return _read(_of_days.rows(**bounds), _candidates_of_days.rows(**bounds, reader=reader))


def without_names(first, last):
    """The sittings of these days, by day and time, and nothing of who sits them."""
    return _read(_of_days.rows(first=first, last=last), ())


def one(sitting):
    """A sitting by id with its candidates, a cancelled one too; None if there is no such."""
    rows = _one.rows(id=sitting) if 0 < sitting < 2**63 else ()
    exams = _read(rows, _candidates_of_one.rows(id=sitting)) if rows else [None]
    return exams[0]


# --- Entering, changing, cancelling -------------------------------------------------------------------------


OWN_FAMILY = "An exam that somebody of your own family sits is entered, changed and cancelled by a colleague"
KEPT_IN_SIGHT = dt.timedelta(days=30)
ROOM = "exam-room"  # where an exam is sat unless somebody says otherwise


# --- The lists ----------------------------------------------------------------------------------------------


def upcoming(actor):
    """The sittings from today on, by day and time, with their candidates: for those who enter them."""
    actor.must(Permission.MANAGE_EXAMS)
    return of_days(clock.today(), clock.today() + FURTHEST_AHEAD, actor.id)


def past(actor):
    """The sittings of the last 30 days before today, the latest first, with their candidates."""
    actor.must(Permission.MANAGE_EXAMS)
    day = dt.timedelta(days=1)
    return of_days(clock.today() - KEPT_IN_SIGHT, clock.today() - day, actor.id)[::-1]


def of_today(actor):
    """Today's sittings for any member of staff, who needs the room and the time, not the names."""
    actor.must(Permission.REPORT_EXAM)
    return without_names(clock.today(), clock.today())


def find(actor, sitting):
    """A sitting by id, for those who enter them. Raises NotFound."""
    actor.must(Permission.MANAGE_EXAMS)
    return one(sitting) or _missing()


def _missing():
    raise NotFound


def find_to_change(actor, sitting):
    """A sitting that can still be changed. One that is over or cancelled raises Conflict.

    Raises NotAllowed where somebody of this person's own family sits it; it does not say who, because a parent may be
    told nothing of their child (clause 5.14).
    """
    exam = find(actor, sitting)
    if exam.pupils & families.family_of(actor.id):
        raise NotAllowed("You cannot change or cancel this exam. Ask a colleague to do it.")
    if exam.cancelled:
        raise Conflict("This exam has been cancelled. Enter it anew if it takes place after all.")
    if exam.over:
        raise Conflict("This exam is over, so it can no longer be changed.")
    return exam


# --- Entering, changing, cancelling -------------------------------------------------------------------------


def validate(actor, details, sitting=None):
    """What is wrong with a sitting that is entered, or with the changes to one, as {field: message}.

    A member of staff enters no exam of their own family; a child of whom they are told nothing is unknown to them.
    """
    others = of_days(details.day, details.day) if details.day else ()
    pupils = {pupil.id: pupil for of in classes.known_by_class(actor).values() for pupil in of}
    others = [other for other in others if other.id != sitting]
    errors = errors_in(details.cleaned(), policy_in_force(), pupils, others)
    if families.family_of(actor.id) & pupils.keys() & set(details.candidates):
        errors.setdefault("candidates", OWN_FAMILY)
    return errors


def save(actor, details, sitting=None, seen=None):
    """Enter a sitting, or change one; returns its id. Raises Invalid with the errors by field, or Conflict.

    `seen` is what the page showed that the change was made on (`Exam.seen`).
    """
    actor.must(Permission.MANAGE_EXAMS)
    details = details.cleaned()
    with writing():
        exam = find_to_change(actor, sitting) if sitting else None
        if exam and seen not in {None, exam.seen}:
            raise Conflict("This exam was changed after you opened this page. Open it again before you change it.")
        if errors := validate(actor, details, sitting):
            raise Invalid(errors)
        if exam is None:
            sitting = enter(actor, details)
        elif _differs(exam, details):
            _change(actor, exam, details)
        return sitting


def enter(actor, details):
    """Save a new sitting that has been checked, with its event, in the caller's transaction."""
    sitting = Sitting.insert(**_columns(details), made_by=actor.id, made_at=clock.now()).execute()
    _keep_candidates(sitting, details)
    record_event("sitting-entered", actor=actor.id, about=f"sitting:{sitting}", **_told(details))
    return sitting


def _columns(details):
    return {key: value for key, value in details._asdict().items() if key != "candidates"}


def _keep_candidates(sitting, details):
    Candidate.insert_many([{"sitting": sitting, "pupil": pupil} for pupil in details.candidates]).execute()


def _told(exam):
    return {"exam": exam.exam, "day": clock.format_date(exam.day)}


def _differs(exam, details):
    columns = _columns(details)
    return {key: getattr(exam, key) for key in columns} != columns or exam.pupils != set(details.candidates)


def _change(actor, exam, details):
    Sitting.update(**_columns(details)).where(Sitting.id == exam.id).execute()
    Candidate.delete().where(Candidate.sitting == exam.id).execute()
    _keep_candidates(exam.id, details)
    record_event("sitting-changed", actor=actor.id, about=exam.record, **_told(details))


def cancel(actor, sitting):
    """Cancel a sitting that is not over. Its row stays, because reports may name it. Raises Conflict."""
    with writing():
        exam = find_to_change(actor, sitting)
        Sitting.update(cancelled_at=clock.now()).where(Sitting.id == exam.id).execute()
        record_event("sitting-cancelled", actor=actor.id, about=exam.record, **_told(exam))
