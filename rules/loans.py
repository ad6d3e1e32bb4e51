"""Lending school devices to staff, and to pupils through them, and taking them back (clauses 3.1–3.5)."""

import datetime as dt
from typing import NamedTuple

from database import prepared, writing
from enums import DeviceState
from fields import Parameter
from models import Loan
from rules import audit, classes, clock, device_rows, lending, people, school_devices, staff
from rules.errors import Conflict, Invalid, NotFound
from rules.roles import Permission
from rules.text import one_line, text_error
from rules.validation import FURTHEST_AHEAD

LONGEST_NOTE = 300
PRESSED_TWICE = dt.timedelta(minutes=1)


class Wish(NamedTuple):
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
    """What is wrong with a wish as it was typed, as {field: message}."""
    found = {}
    if school_devices.by_tag(wish.tag) is None:
        found["asset_tag"] = "Write the tag of a device that is in the register, for example T-07"
    if wish.borrower not in staff.current():
        found["borrower"] = "Choose the member of staff who borrows it"
    if wish.pupil is not None and wish.pupil not in {pupil.id for pupil in classes.pupils()}:
        found["pupil"] = "Choose the pupil from the list, or nobody"
    if error := _due_error(wish):
        found["due_on"] = error
    return found


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
        if found := validate(wish):
            raise Invalid(found)
        device = school_devices.by_tag(wish.tag)
        if device.loan:
            if _is_this(device.loan, actor, wish):
                return device
            raise Conflict(_who_has_it(device))
        if missing := lending.missing(device, wish.borrower, wish.pupil):
            raise lending.NotReady(missing)
        _must_end_with_leave(wish, lending.leave_of(wish.borrower, device.kind))
        _keep(actor, device, wish)
        return school_devices.by_tag(wish.tag)


def _is_this(loan, actor, wish):
    """Whether this same person has lent it so a moment ago."""
    due = None if wish.for_good else wish.due_on
    same = (loan.borrower, loan.pupil, loan.due_on) == (wish.borrower, wish.pupil, due)
    lately = clock.now() - loan.lent_at < PRESSED_TWICE
    return same and lately and Loan.get_by_id(loan.id).lent_by_id == actor.id


def _who_has_it(device):
    loan = device.loan
    since = clock.say_moment(loan.lent_at)
    return f"{device.tag} is with {loan.whom}: {loan.lent_by} lent it at {since}. Take it back first."


def _must_end_with_leave(wish, leave):
    """A loan is no longer than the permission for it (clause 3.3)."""
    if leave.until is None or (not wish.for_good and wish.due_on <= leave.until):
        return
    until = clock.say_date(leave.until)
    if wish.for_good:
        raise Invalid({"for_good": f"Their permission ends on {until}. For good they need a standing permission"})
    raise Invalid({"due_on": f"Their permission ends on {until}. Choose that day or an earlier one"})


def _keep(actor, device, wish):
    whom, due = {"borrower": wish.borrower, "for_pupil": wish.pupil}, None if wish.for_good else wish.due_on
    Loan.insert(device=device.id, **whom, lent_by=actor.id, lent_at=clock.now(), due_on=due).execute()
    until = f"until {clock.say_date(due)}" if due else "for good"
    told = {"actor": actor.id, "about": device.record, "tag": device.tag}
    audit.record("device-lent", person=wish.borrower, until=until, **told)
    if wish.pupil:
        audit.record("device-lent-to-pupil", person=wish.pupil, **told)


# --- Taking back --------------------------------------------------------------------------------------------

_one = prepared(lambda: device_rows.loans(Loan.id == Parameter("loan")))


def find(actor, loan):
    """A loan by id, for those who take devices back. Raises NotFound."""
    actor.must(Permission.KEEP_DEVICES)
    row = _one.one(loan=loan)
    if row is None:
        raise NotFound
    return device_rows.read_loan(row)


def find_open(actor, loan):
    """A loan that is not over, with its device. Raises Conflict where somebody has ended it: who, and when."""
    kept = find(actor, loan)
    device = school_devices.find(actor, kept.device)
    if kept.returned_at:
        raise Conflict(f"{kept.taken_by} took {device.tag} back at {clock.say_moment(kept.returned_at)}.")
    return kept, device


def take_back(actor, loan, bringer=None, note=""):
    """Take a device back; returns it as it was. `bringer` (an id) brought it, or None: who had borrowed it.

    Raises Conflict where it is back already, Invalid with the errors by field.
    """
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        kept, device = find_open(actor, loan)
        note, bringer = one_line(note), kept.borrower if bringer is None else bringer
        if error := text_error(note, LONGEST_NOTE):
            raise Invalid({"note": error})
        if bringer not in dict(people.everyones_names()):
            raise Invalid({"bringer": "Choose who brought it back from the list"})
        _end(actor, kept, returned_by=bringer, returned_note=note)
        told = {"actor": actor.id, "about": device.record, "tag": device.tag}
        audit.record("device-returned", person=kept.borrower, **told)
        if bringer != kept.borrower:
            audit.record("device-brought-by-another", person=bringer, **told)
        return device


def _end(actor, kept, **columns):
    ended = {"returned_at": max(clock.now(), kept.lent_at), "taken_by": actor.id, **columns}
    if not Loan.update(**ended).where(Loan.id == kept.id, Loan.returned_at.is_null()).execute():
        find_open(actor, kept.id)


def give_up(actor, device):
    """End the loan of a device that is lost and never comes back. Raises Conflict where it is not lost."""
    if device.state is not DeviceState.LOST:
        raise Conflict(f"{device.tag} is with {device.loan.whom}. Take it back before you retire it.")
    _end(actor, device.loan)
    told = {"actor": actor.id, "person": device.loan.borrower, "about": device.record}
    audit.record("device-never-returned", tag=device.tag, **told)
