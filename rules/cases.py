"""Finding exemptions: by id, those that concern somebody, and the query that every list of them is made from."""

import datetime as dt
import json
from functools import lru_cache

from peewee import fn

from database import prepared_raw as prepared
from fields import Parameter, UtcField
from models import (
    Access,
    ActivitySession,
    Candidate,
    Exemption,
    Person,
    Sitting,
    State,
    Visit,
    Visitor,
)
from rules import case_people, clock
from rules.case import Case
from rules.case_people import Subject, still_here
from rules.errors import NotFound
from rules.exemption_kinds import KINDS
from rules.obligations import newest_on
from rules.places import still_offered


def _session():
    running = (ActivitySession.exemption == Exemption.id) & ActivitySession.ended_at.is_null()
    return ActivitySession.select(ActivitySession.started_at).where(running).limit(1)


def _exam_until():
    return (
        Candidate.select(fn.MAX(Sitting.ends_at))
        .join(Sitting)
        .where(
            Candidate.pupil == Exemption.subject,
            Sitting.day == Parameter("day"),
            Sitting.starts_at <= Parameter("minute"),
            Sitting.ends_at > Parameter("minute"),
            Sitting.cancelled_at.is_null(),
        )
    )


OWN_COLUMNS = (
    *(Exemption.id, Exemption.kind, Exemption.state, Exemption.revision, Exemption.with_pupils),
    *(Exemption.device_kind, Exemption.device, Exemption.purpose, Exemption.reason, Exemption.zones),
    *(Exemption.starts_on, Exemption.ends_on, Exemption.starts_at, Exemption.ends_at, Exemption.weekdays),
    *(Exemption.audible_alert, Exemption.exam_permission, Exemption.conditions, Exemption.approved_by),
    Exemption.pupil_handles,
    *(Exemption.asked_at, Exemption.decided_at, Exemption.signed_at, Exemption.stopped_at),
)


def cases(*conditions, order=()):
    """A query of exemptions with their people, for `prepared`. Run it with `read`, or with `**this_moment()`."""
    policy = newest_on(Parameter("day")).alias("policy")
    now = (_session().alias("session_began"), _exam_until().alias("exam_until"), policy)
    return (
        Exemption.select(*OWN_COLUMNS, *case_people.people(), *now)
        .join(Person, on=(Exemption.asker == Person.id))
        .switch(Exemption)
        .join(Subject, on=(Exemption.subject == Subject.id))
        .switch(Exemption)
        .join(Visit, "LEFT JOIN", on=(Exemption.visit == Visit.id))
        .join(Visitor, "LEFT JOIN", on=(Visit.visitor == Visitor.id))
        .where(*conditions)
        .order_by(*order)
    )


def this_moment():
    """The day and the minute on the school's clock, as `cases` compares them."""
    here = clock.local(clock.now()).isoformat()
    return {"day": here[:10], "minute": here[11:16]}


def _moment(text):
    return text and UtcField.read(text)


def _kin_of(text):
    pairs = (each.split(":") for each in text.split(",")) if text else ()
    return {int(parent): Access(access) for parent, access in pairs}


@lru_cache(maxsize=1024)
def case_of(row):
    """A row of `cases` with the types people think in. The same row is the same case, so it is read once."""
    day, time = dt.date.fromisoformat, dt.time.fromisoformat
    values, kind = row._asdict(), KINDS[row.kind]
    places = still_offered(values.pop("policy"), row.kind, row.zones)
    here = still_here(kind, values.pop("subject_active"), values.pop("subject_roles"))
    return Case(
        **{
            **values,
            "kind": kind,
            "subject_active": here,
            "hosts_before": frozenset(int(person) for person in (row.hosts_before or "").split(",") if person),
            "state": State(row.state),
            "kin": _kin_of(row.kin),
            "head_is_party": row.head_is_party is not None,
            "asker_is_dsl": row.asker_is_dsl is not None,
            "visitor_here": row.visitor_here is not None,
            "visitor_left": row.visitor_left is not None,
            "pupil_handles": None if row.pupil_handles is None else bool(row.pupil_handles),
            "zones": tuple(json.loads(row.zones)),
            "places": places,
            **{name: bool(values[name]) for name in ("asker_active", "audible_alert")},
            **{name: day(values[name]) for name in ("starts_on", "ends_on")},
            **{name: time(values[name]) for name in ("starts_at", "ends_at")},
            **{name: _moment(values[name]) for name in MOMENTS},
            "exam_until": row.exam_until and time(row.exam_until),
        }
    )


MOMENTS = ("asked_at", "decided_at", "signed_at", "stopped_at", "session_began")


def read(query, **values):
    """The cases that a prepared query of `cases` finds now."""
    return [case_of(row) for row in query.rows(**values, **this_moment())]


@prepared
def _one():
    return cases(Exemption.id == Parameter("id"))


def find(exemption):
    """An exemption by id, for those who have already been allowed; raises NotFound."""
    # An id beyond SQLite's integers cannot exist, and must not reach the database.
    row = _one.one(id=exemption, **this_moment()) if 0 < exemption < 2**63 else None
    if row is None:
        raise NotFound
    return case_of(row)
