"""The columns of an exemption that are about people: who asked, whom it is for, whose child that is. Queries only."""

from peewee import Value, fn

from enums import Role
from fields import Parameter
from models import AuditEvent, Exemption, Guardian, Person, RoleGrant, Visit, Visitor
from rules import visit_presence
from rules.actors import held_today

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
        visit_presence.here().alias("visitor_here"),
        visit_presence.left().alias("visitor_left"),
    )
