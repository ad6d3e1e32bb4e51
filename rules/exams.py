"""Exams: the office enters who sits what and when, because an exam suspends exemptions (clause 5.9)."""

import datetime as dt

from database import writing
from models import Candidate, Sitting
from rules import audit, classes, clock, families, sittings
from rules.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.exam_checks import FURTHEST_AHEAD, errors_in
from rules.obligations import policy_in_force
from rules.roles import Permission

OWN_FAMILY = "An exam that somebody of your own family sits is entered, changed and cancelled by a colleague"
KEPT_IN_SIGHT = dt.timedelta(days=30)
ROOM = "exam-room"  # where an exam is sat unless somebody says otherwise


# --- The lists ----------------------------------------------------------------------------------------------


def upcoming(actor):
    """The sittings from today on, by day and time, with their candidates: for those who enter them."""
    actor.must(Permission.MANAGE_EXAMS)
    return sittings.of_days(clock.today(), clock.today() + FURTHEST_AHEAD, actor.id)


def past(actor):
    """The sittings of the last 30 days before today, the latest first, with their candidates."""
    actor.must(Permission.MANAGE_EXAMS)
    day = dt.timedelta(days=1)
    return sittings.of_days(clock.today() - KEPT_IN_SIGHT, clock.today() - day, actor.id)[::-1]


def of_today(actor):
    """Today's sittings for any member of staff, who needs the room and the time, not the names."""
    actor.must(Permission.REPORT_EXAM)
    return sittings.without_names(clock.today(), clock.today())


def find(actor, sitting):
    """A sitting by id, for those who enter them. Raises NotFound."""
    actor.must(Permission.MANAGE_EXAMS)
    return sittings.one(sitting) or _missing()


def _missing():
    raise NotFound


def find_to_change(actor, sitting):
    """A sitting that can still be changed. One that is over or cancelled raises Conflict.

    Raises NotAllowed where somebody of this person's own family sits it; it does not say who, because a parent may be
    told nothing of their child (clause 5.14).
    """
    found = find(actor, sitting)
    if found.pupils & families.family_of(actor.id):
        raise NotAllowed("You cannot change or cancel this exam. Ask a colleague to do it.")
    if found.cancelled:
        raise Conflict("This exam has been cancelled. Enter it anew if it takes place after all.")
    if found.over:
        raise Conflict("This exam is over, so it can no longer be changed.")
    return found


# --- Entering, changing, cancelling -------------------------------------------------------------------------


def validate(actor, details, sitting=None):
    """What is wrong with a sitting that is entered, or with the changes to one, as {field: message}.

    A member of staff enters no exam of their own family; a child of whom they are told nothing is unknown to them.
    """
    others = sittings.of_days(details.day, details.day) if details.day else ()
    pupils = {pupil.id: pupil for of in classes.known_by_class(actor).values() for pupil in of}
    others = [other for other in others if other.id != sitting]
    found = errors_in(details.cleaned(), policy_in_force(), pupils, others)
    if families.family_of(actor.id) & pupils.keys() & set(details.candidates):
        found.setdefault("candidates", OWN_FAMILY)
    return found


def save(actor, details, sitting=None, seen=None):
    """Enter a sitting, or change one; returns its id. Raises Invalid with the errors by field, or Conflict.

    `seen` is what the page showed that the change was made on (`Exam.seen`).
    """
    actor.must(Permission.MANAGE_EXAMS)
    details = details.cleaned()
    with writing():
        kept = find_to_change(actor, sitting) if sitting else None
        if kept and seen not in {None, kept.seen}:
            raise Conflict("This exam was changed after you opened this page. Open it again before you change it.")
        if found := validate(actor, details, sitting):
            raise Invalid(found)
        if kept is None:
            sitting = enter(actor, details)
        elif _differs(kept, details):
            _change(actor, kept, details)
        return sitting


def enter(actor, details):
    """Keep a new sitting that has been checked, and tell the trail; the caller has begun a write transaction."""
    kept = Sitting.insert(**_columns(details), made_by=actor.id, made_at=clock.now()).execute()
    _keep_candidates(kept, details)
    audit.record("sitting-entered", actor=actor.id, about=f"sitting:{kept}", **_told(details))
    return kept


def _columns(details):
    return {key: value for key, value in details._asdict().items() if key != "candidates"}


def _keep_candidates(sitting, details):
    Candidate.insert_many([{"sitting": sitting, "pupil": pupil} for pupil in details.candidates]).execute()


def _told(exam):
    return {"exam": exam.exam, "day": clock.say_date(exam.day)}


def _differs(kept, details):
    columns = _columns(details)
    return {key: getattr(kept, key) for key in columns} != columns or kept.pupils != set(details.candidates)


def _change(actor, kept, details):
    Sitting.update(**_columns(details)).where(Sitting.id == kept.id).execute()
    Candidate.delete().where(Candidate.sitting == kept.id).execute()
    _keep_candidates(kept.id, details)
    audit.record("sitting-changed", actor=actor.id, about=kept.record, **_told(details))


def cancel(actor, sitting):
    """Cancel a sitting that is not over. Its row stays, because reports may name it. Raises Conflict."""
    with writing():
        kept = find_to_change(actor, sitting)
        Sitting.update(cancelled_at=clock.now()).where(Sitting.id == kept.id).execute()
        audit.record("sitting-cancelled", actor=actor.id, about=kept.record, **_told(kept))
