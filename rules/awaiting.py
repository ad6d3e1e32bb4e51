"""Agreements that wait for somebody's signature."""

from typing import NamedTuple

from peewee import fn

from database import prepared
from enums import ExemptionState, ParentAccess, SigningParty
from fields import Parameter
from models import Agreement, Exemption, Guardian, Signature
from rules import clock
from rules.case_people import Subject, subject_roles
from rules.cases import still_here
from rules.exemption_kinds import KINDS
from rules.requests import is_over
from rules.roles import FAMILY
from rules.terms import PARTIES


class ToSign(NamedTuple):
    """An agreement (its id) that waits for somebody: about which kind, for whom."""

    agreement: int
    kind: object
    name: str
    own: bool


@prepared
def _to_sign():
    actor, newer = Parameter("actor"), Agreement.alias("newer")
    newest = newer.select(fn.MAX(newer.version)).where(newer.exemption == Agreement.exemption)
    signed = Signature.select(fn.group_concat(Signature.party)).where(Signature.agreement == Agreement.id)
    children = Guardian.select(Guardian.child).where(
        Guardian.parent == actor, Guardian.access == ParentAccess.SIGNS.value, Guardian.ended_at.is_null()
    )
    window = (Exemption.starts_on, Exemption.ends_on, Exemption.starts_at, Exemption.ends_at, Exemption.weekdays)
    roles = subject_roles()
    columns = (Agreement.id, Agreement.signers, Exemption.kind, Subject.id.alias("subject"), Subject.name.alias("name"))
    return (
        Exemption.select(*columns, *window, signed.alias("signed"), roles.alias("roles"))
        .join(Subject, on=(Exemption.subject == Subject.id))
        .switch(Exemption)
        .join(Agreement, on=(Agreement.exemption == Exemption.id))
        .where(
            (Exemption.subject == actor) | Exemption.subject.in_(children),
            Exemption.state == ExemptionState.APPROVED.value,
            Exemption.signed_at.is_null(),
            Exemption.ends_on >= Parameter("day"),
            Subject.active == True,  # noqa: E712 (SQL)
            Agreement.version == newest,
        )
        .order_by(Exemption.starts_on, Agreement.id)
    )


def agreements_to_sign(actor):
    """The agreements that wait for this person's own signature, as the pupil or as a parent who signs."""
    if not actor.holds(*FAMILY):
        return []
    found = []
    for row in _to_sign.rows(actor=actor.id, day=clock.today()):
        kind = KINDS[row.kind]
        if is_over(row, kind.all_day) or not still_here(kind, True, row.roles):
            continue
        own = row.subject == actor.id
        party = SigningParty.PUPIL if own else SigningParty.PARENT
        if party in PARTIES[row.signers] and party.value not in (row.signed or ""):
            found.append(ToSign(row.id, kind, row.name, own))
    return found
