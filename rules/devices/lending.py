"""Lending school devices and taking them back: what has to be there first, lost, damaged, retired (clauses 3.1–3.5)."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from database import prepared, writing
from enums import DeviceState, ExemptionState
from fields import Parameter
from models import Exemption, Loan
from rules.acknowledgements.owed import acknowledged
from rules.audit.record import record
from rules.auth.actors import roles_today
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import one_line, text_error
from rules.core.validation import FURTHEST_AHEAD
from rules.devices import queries, register, standing_permissions
from rules.exemption_kinds import KINDS
from rules.exemptions import queries as exemption_queries
from rules.exemptions.view import is_open
from rules.people import classes, people, staff

IN_USE, LOST, DAMAGED, RETIRED = DeviceState
# From one state to another, as people press it. What has been retired by mistake comes back.
STEPS = {
    IN_USE: {LOST: "It is lost", DAMAGED: "It is damaged", RETIRED: "Retire it"},
    LOST: {IN_USE: "It has been found", RETIRED: "Retire it"},
    DAMAGED: {IN_USE: "It has been mended", LOST: "It is lost", RETIRED: "Retire it"},
    RETIRED: {IN_USE: "Take it into use again"},
}
if STEPS.keys() != set(DeviceState):
    raise AssertionError("every state of a device needs its steps")


def set_state(actor, device, revision, state, note=""):
    """Write down that a device is lost, damaged, in use again or retired.

    What is lost stays lent to whoever had it last; with its retiring that loan ends, because it never comes back.
    Raises Invalid with a note that cannot be kept, or Conflict where somebody has changed the device since it was
    opened, or where it has to be taken back first.
    """
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        current = register.find(actor, device)
        if current.revision != revision or state not in STEPS[current.state]:
            raise Conflict(register.who_was_first(current))
        note = one_line(note)
        if error := text_error(note, register.LONGEST_NOTE):
            raise Invalid({"note": error})
        if state == RETIRED and current.loan:
            give_up(actor, current)
        register.update(actor, current, state=DeviceState(state).value, state_note=note)
        record("device-state-changed", actor=actor.id, about=current.record, tag=current.tag, state=str(state))


# --- What has to be there first -----------------------------------------------------------------------------


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

    requirement: Requirement
    message: str
    clause: str
    person: int | None = None


class Leave(NamedTuple):
    """Permission to borrow a kind of device; `until` is its last day, or None where it stands until it is ended."""

    until: dt.date | None = None


class NotReady(Exception):
    """The device cannot be lent yet. `missing` says everything that has to be there first."""

    def __init__(self, missing):
        super().__init__("; ".join(unmet.message for unmet in missing))
        self.missing = missing


# --- Permission ---------------------------------------------------------------------------------------------


@prepared
def _asked():
    return exemption_queries.exemptions_query(
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
    asked = exemption_queries.read(_asked, borrower=borrower) if asked is None else asked
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
    unmet = []
    if device.state is not DeviceState.IN_USE:
        unmet.append(Unmet(Requirement.STATE, f"{device.tag} is {device.state}", "3.3"))
    if device.pin_set_on is None:
        unmet.append(Unmet(Requirement.PIN, f"No PIN is set on {device.tag}", "3.3"))
    return unmet


def unmet_requirements(device, borrower, pupil=None):
    """Everything that keeps a device from being lent to a member of staff, and to a pupil (ids) through them."""
    names_of_staff, unmet = staff.current(), missing_of_device(device)
    asked = exemption_queries.read(_asked, borrower=borrower)
    if leave_of(borrower, device.kind, asked) is None:
        unmet.append(
            Unmet(Requirement.PERMISSION, _no_leave(names_of_staff[borrower], device.kind, asked), "3.3", borrower)
        )
    names = {borrower: names_of_staff[borrower], **({pupil: _pupil_name(pupil)} if pupil else {})}
    for person, name in names.items():
        if not acknowledged(person, NOTICE):
            words = f"{name} has not acknowledged the notice that use may be monitored"
            unmet.append(Unmet(Requirement.NOTICE, words, "3.5", person))
    return unmet


def _pupil_name(pupil):
    return next(row.name for row in classes.pupils() if row.id == pupil)


def _no_leave(name, kind, asked):
    device = register.kind_name(kind).lower()
    fits = [view for view in asked if view.request.device_kind == kind]
    if any(view.waits for view in fits):
        return f"{name} has asked to use a school device of this kind ({device}), and nobody has decided yet"
    if later := [view.request.starts_on for view in fits if view.request.starts_on > clock.today()]:
        first = clock.format_date(later[0])
        return f"The permission of {name} for a school device of this kind ({device}) begins on {first}"
    return f"{name} has no permission today for a school device of this kind ({device})"


# --- Lending and taking back --------------------------------------------------------------------------------


LONGEST_NOTE = 300
PRESSED_TWICE = dt.timedelta(minutes=1)


class LoanRequest(NamedTuple):
    """Which device is lent, to whom (an id), for which pupil (an id) if any, and until when.

    `for_good`: there is no day on which it is due, as with a work phone; then `due_on` does not count.
    """

    tag: str
    borrower: int | None
    pupil: int | None = None
    due_on: dt.date | None = None
    for_good: bool = False


# --- Lending ------------------------------------------------------------------------------------------------


def validate(wish):
    """What is wrong with a request for a loan as it was typed, as {field: message}."""
    errors = {}
    if register.by_tag(wish.tag) is None:
        errors["asset_tag"] = "Write the tag of a device that is in the register, for example T-07"
    if wish.borrower not in staff.current():
        errors["borrower"] = "Choose the member of staff who borrows it"
    if wish.pupil is not None and wish.pupil not in {pupil.id for pupil in classes.pupils()}:
        errors["pupil"] = "Choose the pupil from the list, or nobody"
    if error := _due_error(wish):
        errors["due_on"] = error
    return errors


def _due_error(wish):
    today, due = clock.today(), wish.due_on
    if wish.for_good:
        return None
    if due is None:
        return "Choose the day on which it is due back"
    if due < today:
        return "This day is in the past. Choose today or a later day"
    return "This is more than a year away. Choose an earlier day" if due - today > FURTHEST_AHEAD else None


def lend(actor, wish):
    """Lend a device; returns it as it is then.

    Pressed twice it is lent once. Raises Invalid with the errors by field, Conflict where somebody has it already (who,
    and since when), or lending.NotReady with everything that has to be there first.
    """
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        if errors := validate(wish):
            raise Invalid(errors)
        device = register.by_tag(wish.tag)
        if device.loan:
            if _is_this(device.loan, actor, wish):
                return device
            raise Conflict(_who_has_it(device))
        if missing := unmet_requirements(device, wish.borrower, wish.pupil):
            raise NotReady(missing)
        _must_end_with_leave(wish, leave_of(wish.borrower, device.kind))
        _keep(actor, device, wish)
        return register.by_tag(wish.tag)


def _is_this(loan, actor, wish):
    """Whether this same person has lent it so a moment ago."""
    due = None if wish.for_good else wish.due_on
    same = (loan.borrower, loan.pupil, loan.due_on) == (wish.borrower, wish.pupil, due)
    lately = clock.now() - loan.lent_at < PRESSED_TWICE
    return same and lately and Loan.get_by_id(loan.id).lent_by_id == actor.id


def _who_has_it(device):
    loan = device.loan
    since = clock.format_moment(loan.lent_at)
    return f"{device.tag} is with {loan.whom}: {loan.lent_by} lent it at {since}. Take it back first."


def _must_end_with_leave(wish, leave):
    """A loan is no longer than the permission for it (clause 3.3)."""
    if leave.until is None or (not wish.for_good and wish.due_on <= leave.until):
        return
    until = clock.format_date(leave.until)
    if wish.for_good:
        raise Invalid({"for_good": f"Their permission ends on {until}. For good they need a standing permission"})
    raise Invalid({"due_on": f"Their permission ends on {until}. Choose that day or an earlier one"})


def _keep(actor, device, wish):
    whom, due = {"borrower": wish.borrower, "for_pupil": wish.pupil}, None if wish.for_good else wish.due_on
    Loan.insert(device=device.id, **whom, lent_by=actor.id, lent_at=clock.now(), due_on=due).execute()
    until = f"until {clock.format_date(due)}" if due else "for good"
    payload = {"actor": actor.id, "about": device.record, "tag": device.tag}
    record("device-lent", person=wish.borrower, until=until, **payload)
    if wish.pupil:
        record("device-lent-to-pupil", person=wish.pupil, **payload)


# --- Taking back --------------------------------------------------------------------------------------------

_one = prepared(lambda: queries.loans(Loan.id == Parameter("loan")))


def find(actor, loan):
    """A loan by id, for those who take devices back. Raises NotFound."""
    actor.must(Permission.KEEP_DEVICES)
    row = _one.one(loan=loan)
    if row is None:
        raise NotFound
    return queries.read_loan(row)


def find_open(actor, loan):
    """A loan that is not over, with its device. Raises Conflict where somebody has ended it: who, and when."""
    current = find(actor, loan)
    device = register.find(actor, current.device)
    if current.returned_at:
        raise Conflict(f"{current.taken_by} took {device.tag} back at {clock.format_moment(current.returned_at)}.")
    return current, device


def take_back(actor, loan, bringer=None, note=""):
    """Take a device back; returns it as it was. `bringer` (an id) brought it, or None: who had borrowed it.

    Raises Conflict where it is back already, Invalid with the errors by field.
    """
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        current, device = find_open(actor, loan)
        note, bringer = one_line(note), current.borrower if bringer is None else bringer
        if error := text_error(note, LONGEST_NOTE):
            raise Invalid({"note": error})
        if bringer not in dict(people.everyones_names()):
            raise Invalid({"bringer": "Choose who brought it back from the list"})
        _end(actor, current, returned_by=bringer, returned_note=note)
        payload = {"actor": actor.id, "about": device.record, "tag": device.tag}
        record("device-returned", person=current.borrower, **payload)
        if bringer != current.borrower:
            record("device-brought-by-another", person=bringer, **payload)
        return device


def _end(actor, loan, **columns):
    ended = {"returned_at": max(clock.now(), loan.lent_at), "taken_by": actor.id, **columns}
    if not Loan.update(**ended).where(Loan.id == loan.id, Loan.returned_at.is_null()).execute():
        find_open(actor, loan.id)


def give_up(actor, device):
    """End the loan of a device that is lost and never comes back. Raises Conflict where it is not lost."""
    if device.state is not DeviceState.LOST:
        raise Conflict(f"{device.tag} is with {device.loan.whom}. Take it back before you retire it.")
    _end(actor, device.loan)
    payload = {"actor": actor.id, "person": device.loan.borrower, "about": device.record}
    record("device-never-returned", tag=device.tag, **payload)
