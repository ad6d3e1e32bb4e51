"""What has to be there before a school device is lent: in use, a PIN, permission, the notice (clauses 3.3, 3.5)."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from database import prepared
from enums import DeviceState, ExemptionState
from fields import Parameter
from models import Exemption
from rules import cases, classes, clock, school_devices, staff, standing_permissions
from rules.acknowledgements import acknowledged
from rules.actors import roles_today
from rules.exemption_kinds import KINDS
from rules.requests import is_open

LENDING = {key: kind for key, kind in KINDS.items() if kind.lends}
NOTICE = "monitoring"


class Requirement(StrEnum):
    """What can be missing; a page says where it is met."""

    STATE = "state"
    PIN = "pin"
    PERMISSION = "permission"
    NOTICE = "notice"


class Unmet(NamedTuple):
    """Something that keeps a device from being lent, its clause, and the person (an id) who has to see to it."""

    need: Requirement
    message: str
    clause: str
    person: int | None = None


class Leave(NamedTuple):
    """Permission to borrow a kind of device; `until` is its last day, or None where it stands until it is ended."""

    until: dt.date | None = None


class NotReady(Exception):
    """The device cannot be lent yet. `missing` says everything that has to be there first."""

    def __init__(self, missing):
        super().__init__("; ".join(each.message for each in missing))
        self.missing = missing


# --- Permission ---------------------------------------------------------------------------------------------


@prepared
def _asked():
    return cases.exemptions_query(
        Exemption.subject == Parameter("borrower"),
        Exemption.kind.in_(list(LENDING)),
        Exemption.ends_on >= Parameter("day"),
        Exemption.state.in_([ExemptionState.APPROVED.value, ExemptionState.SUBMITTED.value]),
        order=(Exemption.starts_on, Exemption.id),
    )


def leave_of(borrower, kind, asked=None):
    """The permission that a member of staff (by id) has today for a kind of device, or None.

    Their role's standing permission, else the longest of their own that is open today (clause 3.3).
    """
    if standing_permissions.holds(roles_today(borrower)):
        return Leave()
    asked = cases.read(_asked, borrower=borrower) if asked is None else asked
    fits = [view for view in asked if view.request.device_kind == kind and is_open(view.request, clock.today())]
    days = [view.request.ends_on for view in fits if view.holds]
    return Leave(max(days)) if days else None


def may_still_use(device, day):
    """Whether a device that is lent may be used on a day: in use, not overdue then, and permitted to its borrower."""
    if device.state is not DeviceState.IN_USE or (device.loan.due_on is not None and device.loan.due_on < day):
        return False
    leave = leave_of(device.loan.borrower, device.kind)
    return leave is not None and (leave.until is None or leave.until >= day)


# --- What is missing ----------------------------------------------------------------------------------------


def missing_of_device(device):
    """What a device itself lacks before anybody can borrow it."""
    found = []
    if device.state is not DeviceState.IN_USE:
        found.append(Unmet(Requirement.STATE, f"{device.tag} is {device.state}", "3.3"))
    if device.pin_set_on is None:
        found.append(Unmet(Requirement.PIN, f"No PIN is set on {device.tag}", "3.3"))
    return found


def missing(device, borrower, pupil=None):
    """Everything that keeps a device from being lent to a member of staff, and to a pupil (ids) through them."""
    names_of_staff, found = staff.current(), missing_of_device(device)
    asked = cases.read(_asked, borrower=borrower)
    if leave_of(borrower, device.kind, asked) is None:
        found.append(
            Unmet(Requirement.PERMISSION, _no_leave(names_of_staff[borrower], device.kind, asked), "3.3", borrower)
        )
    names = {borrower: names_of_staff[borrower], **({pupil: _pupil_name(pupil)} if pupil else {})}
    for person, name in names.items():
        if not acknowledged(person, NOTICE):
            words = f"{name} has not acknowledged the notice that use may be monitored"
            found.append(Unmet(Requirement.NOTICE, words, "3.5", person))
    return found


def _pupil_name(pupil):
    return next(row.name for row in classes.pupils() if row.id == pupil)


def _no_leave(name, kind, asked):
    device = school_devices.kind_name(kind).lower()
    fits = [view for view in asked if view.request.device_kind == kind]
    if any(view.state is ExemptionState.SUBMITTED for view in fits):
        return f"{name} has asked to use a school device of this kind ({device}), and nobody has decided yet"
    if later := [view.request.starts_on for view in fits if view.request.starts_on > clock.today()]:
        return (
            f"The permission of {name} for a school device of this kind ({device}) begins on {clock.say_date(later[0])}"
        )
    return f"{name} has no permission today for a school device of this kind ({device})"
