"""What the office has to see to of what is lent: why, and what to do (clauses 3.3, 3.5). Queries only.

A loan is for as long as there is permission for it. Days are the school's. Whether a permission still stands is what
`leave_of` in `rules/devices/lending.py` says of one loan; here it is asked of all that are out at once.
"""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared
from enums import AcknowledgedItem, DeviceState, ExemptionState, Verdict
from fields import Parameter
from models import Acknowledgement, Decision, Exemption, Loan, RoleGrant, SchoolDevice, StandingPermission
from rules.auth.actors import held_today
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.devices import queries
from rules.exemption_kinds import KINDS
from rules.policy.in_force import newest_on

LENDING = [key for key, kind in KINDS.items() if kind.lends]
STAFF_ROLES = sorted(role.value for role in STAFF)
BACK = "Ask for it back"


class Trouble(NamedTuple):
    """Why a loan has to be seen to, its clause, and what to do. A `reminder`: it is not overdue, somebody is asked."""

    why: str
    clause: str
    do: str
    reminder: bool = False


# What became of the newest request that a loan was made with; with the day it ended on.
WHY = {
    ExemptionState.APPROVED: "Their permission ended on {day}",
    ExemptionState.REVOKED: "Their permission was revoked",
    ExemptionState.WITHDRAWN: "Their permission was withdrawn",
    ExemptionState.SUBMITTED: "Their permission was changed, and nobody has decided yet",
    ExemptionState.RETURNED: "Their permission was changed, and returned to them",
    ExemptionState.DECLINED: "Their permission was changed, and declined",
}
if WHY.keys() != set(ExemptionState):
    raise AssertionError("every state of a permission needs its words")


def _standing():
    """Whether a role of the borrower has a standing permission."""
    of_role = (StandingPermission.role == RoleGrant.role) & StandingPermission.ended_at.is_null()
    mine = (RoleGrant.person == Loan.borrower) & held_today(RoleGrant, Parameter("day"))
    return fn.EXISTS(RoleGrant.select(RoleGrant.id).join(StandingPermission, on=of_role).where(mine))


def _asked(*columns):
    fits = (Exemption.subject == Loan.borrower) & (Exemption.device_kind == SchoolDevice.kind)
    return Exemption.select(*columns).where(fits, Exemption.kind.in_(LENDING))


def _newest(column):
    """Of the newest request that was approved once and not stopped before the loan began: its leave, if it had one."""
    approved = Decision.select(Decision.id).where(
        Decision.exemption == Exemption.id, Decision.verdict == Verdict.APPROVED.value
    )
    not_before = Exemption.stopped_at.is_null() | (Exemption.stopped_at >= Loan.lent_at)
    return _asked(column).where(fn.EXISTS(approved), not_before).order_by(Exemption.id.desc()).limit(1)


def _own():
    """Whether the borrower has a permission of their own for this kind of device today, and is on the staff."""
    held = (RoleGrant.person == Loan.borrower) & held_today(RoleGrant, Parameter("day"))
    on_staff = RoleGrant.select(RoleGrant.id).where(held, RoleGrant.role.in_(STAFF_ROLES))
    open_today = (Exemption.starts_on <= Parameter("day")) & (Exemption.ends_on >= Parameter("day"))
    return fn.EXISTS(
        _asked(Exemption.id).where(Exemption.state == ExemptionState.APPROVED.value, open_today)
    ) & fn.EXISTS(on_staff)


def _knows(person):
    """Whether somebody has acknowledged the monitoring notice of the version in force (clause 3.5)."""
    mine = (Acknowledgement.person == person) & (Acknowledgement.item == AcknowledgedItem.MONITORING.value)
    return fn.EXISTS(
        Acknowledgement.select(Acknowledgement.id).where(mine, Acknowledgement.version == newest_on(Parameter("day")))
    )


def _in_trouble(*conditions):
    late = Loan.due_on < Parameter("day")
    gone = (queries.Borrower.active == False) | (queries.ForPupil.active == False)  # noqa: E712 (SQL)
    leave, knows = _standing() | _own(), _knows(Loan.borrower)
    pupil_knows = Loan.for_pupil.is_null() | _knows(Loan.for_pupil)
    there = SchoolDevice.state != DeviceState.LOST.value
    columns = (
        *(leave.alias("leave"), knows.alias("knows"), pupil_knows.alias("pupil_knows")),
        _newest(Exemption.state).alias("asked_state"),
        _newest(Exemption.ends_on).alias("asked_until"),
    )
    out = Loan.select(Loan.device).where(Loan.returned_at.is_null())
    return queries.devices(
        SchoolDevice.id.in_(out),  # so it starts from what is out, however many devices there are
        Loan.id.is_null(False),
        late | gone | (there & (~leave | ~knows | ~pupil_knows)),
        *conditions,
    ).select_extend(*columns)


_all = prepared(_in_trouble)
_of_one = prepared(lambda: _in_trouble(SchoolDevice.id == Parameter("device")))


def devices():
    """The devices that have to be seen to, with their troubles, the longest overdue first. One query."""
    rows = [_read(row) for row in _all.rows(day=clock.today())]
    return sorted((device for device in rows if device.troubles), key=lambda device: device.loan.due_on or dt.date.max)


def of(device):
    """What has to be seen to of one device (by id)."""
    row = _of_one.one(device=device, day=clock.today())
    return _read(row).troubles if row else ()


def _read(row):
    device = queries.read_device(row)
    return device._replace(troubles=tuple(_troubles(device, row)))


def _troubles(device, row):
    loan = device.loan
    if loan.gone:
        yield Trouble("Who has it, or uses it, has left the school", "3.3", BACK)
    if device.overdue:
        yield Trouble("It is overdue", "3.3", BACK)
    if loan.gone or device.state is DeviceState.LOST:
        return
    if not row.leave and not (device.overdue and row.asked_state == ExemptionState.APPROVED.value):
        yield Trouble(_why_no_leave(loan, row), "3.3", f"{BACK}, or see that they get permission")
    for knows, name in ((row.knows, loan.borrower_name), (row.pupil_knows, loan.pupil_name)):
        if not knows:
            why = f"{name} has not acknowledged that use may be monitored, as the policy says it now"
            yield Trouble(why, "3.5", "Remind them", reminder=True)


def _why_no_leave(loan, row):
    """Why there is no permission any more: the newest request tells, unless it had ended before the loan began."""
    if row.asked_state is None or row.asked_until < clock.local(loan.lent_at).date():
        return "The standing permission that they borrowed it with has ended"
    return WHY[row.asked_state].format(day=clock.format_date(row.asked_until))
