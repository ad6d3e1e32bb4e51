"""The session of a lesson activity that runs now: ending it, whoever or whatever ends it."""

from models import ActivitySession
from rules import audit, clock


def close(actor, view):
    """End the session of an exemption if one runs, in the caller's transaction; whether one did (clauses 5.4, 5.5)."""
    if not view.kind.session:
        return False
    ended = (
        ActivitySession.update(ended_at=clock.now(), ended_by=actor.id)
        .where(ActivitySession.exemption == view.id, ActivitySession.ended_at.is_null())
        .execute()
    )
    if ended:
        told = {"person": view.people.subject, "about": view.record, "kind": view.kind.name}
        audit.record("activity-ended", actor=actor.id, **told)
    return bool(ended)
