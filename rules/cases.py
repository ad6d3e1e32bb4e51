"""Finding exemptions: by id, those that concern somebody, and the query that every list of them is made from."""

from peewee import fn

from database import prepared
from enums import ParentAccess
from fields import Parameter
from models import ActivitySession, Candidate, Exemption, Person, Sitting, Visit, Visitor
from rules import case_people, clock
from rules.case import DecisionView, ExemptionView, NowView, PeopleView
from rules.case_people import Subject
from rules.errors import NotFound
from rules.exemption_kinds import KINDS
from rules.obligations import newest_on
from rules.places import still_offered
from rules.requests import Request


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


def exemptions_query(*conditions, order=()):
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
    """The day and the minute on the school's clock, as `exemptions_query` compares them."""
    here = clock.local(clock.now()).isoformat()
    return {"day": here[:10], "minute": here[11:16]}


def _kin_of(text):
    pairs = (each.split(":") for each in text.split(",")) if text else ()
    return {int(parent): ParentAccess(access) for parent, access in pairs}


def read_exemption(row):
    """The exemption that a row of `exemptions_query` tells of."""
    kind, zones = KINDS[row.kind], tuple(row.zones)
    return ExemptionView(
        id=row.id,
        kind=kind,
        revision=row.revision,
        request=Request(
            device_kind=row.device_kind,
            device=row.device,
            purpose=row.purpose,
            reason=row.reason,
            zones=zones,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            subject=row.subject if kind.for_pupil else None,
            with_pupils=row.with_pupils,
            weekdays=row.weekdays,
            audible_alert=row.audible_alert,
            exam_permission=row.exam_permission,
            visit=row.visit,
            pupil_handles=row.pupil_handles,
        ),
        people=_people_of(row, kind),
        decision=DecisionView(
            state=row.state,
            conditions=row.conditions,
            approved_by=row.approved_by,
            asked_at=row.asked_at,
            decided_at=row.decided_at,
            signed_at=row.signed_at,
            stopped_at=row.stopped_at,
        ),
        now=NowView(
            places=still_offered(row.policy, row.kind, zones),
            session_began=row.session_began,
            exam_until=row.exam_until,
            visitor_here=row.visitor_here is not None,
            visitor_left=row.visitor_left is not None,
        ),
    )


def still_here(kind, active, roles):
    """Whether somebody is active and still holds a role for which there is such a kind.

    `roles` are what `subject_roles` finds. What was approved for a pupil or a member of staff is not in force any more
    for who is only a parent now.
    """
    return bool(active) and not kind.holders.isdisjoint((roles or "").split(","))


def _people_of(row, kind):
    return PeopleView(
        asker=row.asker,
        asker_name=row.asker_name,
        asker_active=row.asker_active,
        asker_is_dsl=row.asker_is_dsl is not None,
        subject=row.subject,
        name=row.name,
        team=row.team,
        subject_active=still_here(kind, row.subject_active, row.subject_roles),
        host=row.host,
        visitor=row.visitor,
        kin=_kin_of(row.kin),
        head_is_party=row.head_is_party is not None,
        hosts_before=frozenset(map(int, row.hosts_before.split(","))) if row.hosts_before else frozenset(),
    )


def read(query, **values):
    """The cases that a prepared query of `cases` finds now."""
    return [read_exemption(row) for row in query.rows(**values, **this_moment())]


@prepared
def _one():
    return exemptions_query(Exemption.id == Parameter("id"))


def find(exemption):
    """An exemption by id, for those who have already been allowed; raises NotFound."""
    # An id beyond SQLite's integers cannot exist, and must not reach the database.
    row = _one.one(id=exemption, **this_moment()) if 0 < exemption < 2**63 else None
    if row is None:
        raise NotFound
    return read_exemption(row)
