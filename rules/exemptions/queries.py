"""Finding exemptions: by id, those that concern somebody, and the query that every list of them is made from."""

from peewee import Value, fn

from database import prepared
from enums import ParentAccess, Role
from fields import Parameter
from models import (
    ActivitySession,
    AuditEvent,
    Candidate,
    Exemption,
    Guardian,
    Person,
    RoleGrant,
    Sitting,
    Visit,
    Visitor,
)
from rules.auth.actors import held_today
from rules.core import clock
from rules.core.errors import NotFound
from rules.exemption_kinds import KINDS
from rules.exemptions.places import still_offered
from rules.exemptions.request import Request
from rules.exemptions.view import DecisionView, ExemptionView, NowView, PeopleView
from rules.policy.in_force import newest_on
from rules.visitors import visits

# What the trail tells of a request with the host whom it was for until then.
TOLD_OF_THE_HOST = ("exemption-submitted", "exemption-changed", "exemption-moved")

Subject = Person.alias("subject_row")


def _kin():
    said = Guardian.parent.concat(":").concat(Guardian.access)
    return Guardian.select(fn.group_concat(said)).where(
        Guardian.child == Exemption.subject, Guardian.ended_at.is_null()
    )


def _told_of_a_host(column):
    """What the trail told of the hosts of a visitor's request: whose it was when it was asked for, and since."""
    record = Value("exemption:").concat(Exemption.id)
    return AuditEvent.select(column).where(AuditEvent.record == record, AuditEvent.event.in_(TOLD_OF_THE_HOST))


def subject_roles():
    """The roles of whom an exemption is for on a day (the parameter `day`), with commas between them."""
    held = held_today(RoleGrant, Parameter("day"))
    return RoleGrant.select(fn.group_concat(RoleGrant.role)).where(RoleGrant.person == Exemption.subject, held)


def _head_is_party():
    is_kin = Guardian.select(Guardian.id).where(
        Guardian.child == Exemption.subject, Guardian.parent == RoleGrant.person, Guardian.ended_at.is_null()
    )
    was_host = _told_of_a_host(AuditEvent.id).where(AuditEvent.person == RoleGrant.person)
    party = RoleGrant.person.in_([Exemption.asker, Exemption.subject]) | fn.EXISTS(is_kin)
    party |= Exemption.visit.is_null(False) & fn.EXISTS(was_host)
    return (
        RoleGrant.select(RoleGrant.id)
        .where(RoleGrant.role == Role.HEADTEACHER.value, held_today(RoleGrant, Parameter("day")), party)
        .limit(1)
    )


def _asker_is_dsl():
    grants = (RoleGrant.role == Role.DSL.value) & (RoleGrant.person == Exemption.asker)
    return RoleGrant.select(RoleGrant.id).where(grants, held_today(RoleGrant, Parameter("day"))).limit(1)


def people():
    """The columns about people: who asked, whom it is for, whose child that is, and who they are in the school."""
    return (
        Exemption.asker.alias("asker"),
        Person.name.alias("asker_name"),
        Person.active.alias("asker_active"),
        _asker_is_dsl().alias("asker_is_dsl"),
        Exemption.subject.alias("subject"),
        fn.COALESCE(Visitor.name, Subject.name).alias("name"),
        fn.COALESCE(Visitor.organisation, Subject.team).alias("team"),
        Subject.active.alias("subject_active"),
        subject_roles().alias("subject_roles"),
        _kin().alias("kin"),
        _head_is_party().alias("head_is_party"),
        fn.IIF(Exemption.visit.is_null(), None, Subject.name).alias("host"),
        fn.IIF(Exemption.visit.is_null(), None, _told_of_a_host(fn.group_concat(AuditEvent.person))).alias(
            "hosts_before"
        ),
        Exemption.visit.alias("visit"),
        Visit.visitor.alias("visitor"),
        visits.here().alias("visitor_here"),
        visits.left().alias("visitor_left"),
    )


# --- Exemptions ---------------------------------------------------------------------------------------------


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
        Exemption.select(*OWN_COLUMNS, *people(), *now)
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
    pairs = (pair.split(":") for pair in text.split(",")) if text else ()
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
    for somebody who is only a parent now.
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
    """The exemptions that a prepared query of `exemptions_query` finds now."""
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
