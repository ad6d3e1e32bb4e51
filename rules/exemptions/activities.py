"""Lesson activities on the day: the teacher starts and ends the session, others see it run (clauses 5.4, 5.5)."""

import datetime as dt

from database import prepared, writing
from fields import Parameter
from models import ActivitySession
from rules.audit.record import record
from rules.core import clock
from rules.core.errors import Changed, Conflict, NotFound
from rules.exemptions import lifecycle
from rules.exemptions.permissions import find_own
from rules.exemptions.queries import find

# A teacher may press Start a little early; devices may be used only from the approved time on.
START_EARLY = dt.timedelta(minutes=10)


def load(actor, exemption):
    """An activity of this person's own, to run it. To everybody else it does not exist (NotFound)."""
    view = find_own(actor, exemption)
    if not view.kind.session:
        raise NotFound
    return view


def why_not_now(view):
    """Why an activity cannot be started at this moment, in words, or None."""
    opens = clock.at(view.request.starts_on, view.request.starts_at)
    if view.now.session_began:
        return f"It has been running since {clock.format_time(clock.local(view.now.session_began).time())}."
    if not view.holds:
        return "It is over." if view.over else "It is not approved."
    if clock.now() < opens - START_EARLY:
        return f"You can start it from {clock.format_moment(opens - START_EARLY)} on."
    return None


def start(actor, exemption):
    """The teacher who asked starts the session. Nothing is in force before it. Raises Conflict with the reason."""
    with writing():
        view = load(actor, exemption)
        if why := why_not_now(view):
            raise Conflict(why)
        now = clock.now()
        ActivitySession.insert(
            exemption=view.id, day=view.request.starts_on, started_by=actor.id, started_at=now
        ).execute()
        record("activity-started", actor=actor.id, person=view.people.subject, about=view.record, kind=view.kind.name)


def end(actor, exemption):
    """The teacher ends the session; from then on nobody may use a device for it. Raises Changed when none runs."""
    with writing():
        view = load(actor, exemption)
        if not lifecycle.close(actor, view):
            raise Changed("It is not running.", find(view.id))


@prepared
def _of_case():
    return (
        ActivitySession.select(ActivitySession.started_at, ActivitySession.ended_at)
        .where(ActivitySession.exemption == Parameter("exemption"))
        .order_by(ActivitySession.id)
    )


def sessions_of(view):
    """When an activity was started and ended, the first time first, as (moment, moment or None), aware, UTC."""
    rows = _of_case.rows(exemption=view.id) if view.kind.session else []
    return [(row.started_at, row.ended_at) for row in rows]
