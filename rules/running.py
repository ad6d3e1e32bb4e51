"""The session of a lesson activity that runs now: ending it, whoever or whatever ends it."""

from models import ActivitySession
from rules import audit, clock


def close(actor, case):
    """End the session of a case if one runs, in the caller's transaction; whether one did (clauses 5.4, 5.5)."""
    if not case.kind.session:
        return False
    ended = (
        ActivitySession.update(ended_at=clock.now(), ended_by=actor.id)
        .where(ActivitySession.exemption == case.id, ActivitySession.ended_at.is_null())
        .execute()
    )
    if ended:
        audit.record("activity-ended", actor=actor.id, person=case.subject, about=case.record, kind=case.kind.name)
    return bool(ended)
