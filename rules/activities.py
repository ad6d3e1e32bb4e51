"""Lesson activities on the day: the teacher starts and ends the session, others see it run (clauses 5.4, 5.5)."""

import datetime as dt

from database import prepared_raw as prepared
from database import writing
from fields import Parameter, UtcField
from models import ActivitySession
from rules import audit, clock, running
from rules.cases import find
from rules.errors import NotFound
from rules.exemption_permissions import find_own
from rules.exemptions import Moved

# A teacher may press Start a little early; devices may be used only from the approved time on.
START_EARLY = dt.timedelta(minutes=10)


class CannotStart(Exception):
    """The session cannot be started now. The message says why, in plain English."""


def load(actor, exemption):
    """An activity of this person's own, to run it. To everybody else it does not exist (NotFound)."""
    case = find_own(actor, exemption)
    if not case.kind.session:
        raise NotFound
    return case


def why_not_now(case):
    """Why an activity cannot be started at this moment, in words, or None."""
    opens = clock.at(case.starts_on, case.starts_at)
    if case.session_began:
        return f"It has been running since {clock.say_time(clock.local(case.session_began).time())}."
    if not case.holds:
        return "It is over." if case.over else "It is not approved."
    if clock.now() < opens - START_EARLY:
        return f"You can start it from {clock.say_moment(opens - START_EARLY)} on."
    return None


def start(actor, exemption):
    """The teacher who asked starts the session. Nothing is in force before it. Raises CannotStart with the reason."""
    with writing():
        case = load(actor, exemption)
        if why := why_not_now(case):
            raise CannotStart(why)
        now = clock.now()
        ActivitySession.insert(exemption=case.id, day=case.starts_on, started_by=actor.id, started_at=now).execute()
        audit.record("activity-started", actor=actor.id, person=case.subject, about=case.record, kind=case.kind.name)


def end(actor, exemption):
    """The teacher ends the session; from then on nobody may use a device for it. Raises Moved when none runs."""
    with writing():
        case = load(actor, exemption)
        if not running.close(actor, case):
            raise Moved(find(case.id))


@prepared
def _of_case():
    return (
        ActivitySession.select(ActivitySession.started_at, ActivitySession.ended_at)
        .where(ActivitySession.exemption == Parameter("exemption"))
        .order_by(ActivitySession.id)
    )


def sessions_of(case):
    """When an activity was started and ended, the first time first, as (moment, moment or None), aware, UTC."""
    rows = _of_case.rows(exemption=case.id) if case.kind.session else []
    return [(UtcField.read(row.started_at), row.ended_at and UtcField.read(row.ended_at)) for row in rows]
