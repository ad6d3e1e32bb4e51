"""School devices and their loans as they stand: the rows that every list of them is made from. Queries only."""

import datetime as dt
from typing import NamedTuple

from enums import DeviceState
from models import Loan, Person, SchoolDevice
from rules.core import clock
from rules.people import staff

Borrower, ForPupil, LentBy, ReturnedBy, TakenBy, PinSetBy, ChangedBy = (
    Person.alias(name)
    for name in ("borrower_row", "pupil_row", "lender_row", "bringer_row", "taker_row", "pin_row", "changer_row")
)


class Lent(NamedTuple):
    """A loan. Days are the school's, moments aware, UTC; no `due_on` is for good. People are named as the page does.

    `gone`: who borrowed it or uses it has left the school. `returned_by` is who brought it back, or None where it
    never came back; `taken_by` ended the loan.
    """

    id: int
    device: int
    borrower: int
    borrower_name: str
    pupil: int | None
    pupil_name: str | None
    gone: bool
    lent_by: str
    lent_at: dt.datetime
    due_on: dt.date | None
    returned_at: dt.datetime | None
    returned_by: str | None
    taken_by: str | None
    note: str

    @property
    def whom(self):
        """Who has it, and for whom."""
        return f"{self.borrower_name}, for {self.pupil_name}" if self.pupil_name else self.borrower_name

    @property
    def overdue(self):
        """Whether it is out and the day on which it was due has passed."""
        return self.returned_at is None and self.due_on is not None and self.due_on < clock.today()

    @property
    def due(self):
        """When it is due, in words that fit after the name of the device."""
        if self.due_on is None:
            return "for good"
        near = {-1: "due yesterday", 0: "due back today", 1: "due back tomorrow"}
        days = (self.due_on - clock.today()).days
        return near.get(days, f"{'was due' if days < 0 else 'due back'} on {clock.format_date(self.due_on)}")


class Device(NamedTuple):
    """A school device, its loan where somebody has it now, and what `rules/devices/loan_problems.py` says of it, if
    asked."""

    id: int
    tag: str
    kind: str
    model: str
    phone_number: str
    pin_set_on: dt.date | None
    pin_set_by: str | None
    state: DeviceState
    state_note: str
    revision: int
    changed_by: str
    changed_at: dt.datetime
    loan: Lent | None
    troubles: tuple = ()

    @property
    def record(self):
        """What the audit trail calls it."""
        return record_of(self.id)

    @property
    def overdue(self):
        """Whether somebody has to bring it back: nobody can bring back what is lost."""
        return self.loan is not None and self.loan.overdue and self.state is not DeviceState.LOST


def record_of(device):
    """What the audit trail calls a device (by id)."""
    return f"school-device:{device}"


LOAN = (
    *(Loan.id.alias("loan"), Loan.device.alias("device"), Loan.borrower.alias("borrower")),
    *(Borrower.name.alias("borrower_name"), Borrower.active.alias("borrower_active")),
    *(ForPupil.id.alias("pupil"), ForPupil.name.alias("pupil_name"), ForPupil.active.alias("pupil_active")),
    *(LentBy.name.alias("lent_by"), Loan.lent_at, Loan.due_on, Loan.returned_at),
    *(ReturnedBy.name.alias("returned_by"), TakenBy.name.alias("taken_by"), Loan.returned_note),
)
DEVICE = (
    *(SchoolDevice.id, SchoolDevice.asset_tag, SchoolDevice.kind, SchoolDevice.model, SchoolDevice.phone_number),
    *(SchoolDevice.pin_set_on, PinSetBy.name.alias("pin_set_by"), SchoolDevice.state, SchoolDevice.state_note),
    *(SchoolDevice.revision, ChangedBy.name.alias("changed_by"), SchoolDevice.changed_at),
)


def _with_people(query):
    """A query of loans, with everybody who has to do with them."""
    return (
        query.join(Borrower, "LEFT JOIN", on=(Loan.borrower == Borrower.id))
        .switch(Loan)
        .join(ForPupil, "LEFT JOIN", on=(Loan.for_pupil == ForPupil.id))
        .switch(Loan)
        .join(LentBy, "LEFT JOIN", on=(Loan.lent_by == LentBy.id))
        .switch(Loan)
        .join(ReturnedBy, "LEFT JOIN", on=(Loan.returned_by == ReturnedBy.id))
        .switch(Loan)
        .join(TakenBy, "LEFT JOIN", on=(Loan.taken_by == TakenBy.id))
    )


def loans(*conditions):
    """A query of loans, the newest first, for `prepared`; read its rows with `read_loan`."""
    return _with_people(Loan.select(*LOAN)).where(*conditions).order_by(Loan.id.desc())


def devices(*conditions):
    """A query of devices with the loan that is open, for `prepared`; read its rows with `read_device`."""
    out = (Loan.device == SchoolDevice.id) & Loan.returned_at.is_null()
    query = SchoolDevice.select(*DEVICE, *LOAN).join(Loan, "LEFT JOIN", on=out)
    return (
        _with_people(query)
        .switch(SchoolDevice)
        .join(PinSetBy, "LEFT JOIN", on=(SchoolDevice.pin_set_by == PinSetBy.id))
        .switch(SchoolDevice)
        .join(ChangedBy, on=(SchoolDevice.changed_by == ChangedBy.id))
        .where(*conditions)
        .order_by(SchoolDevice.tag_key)
    )


def read_loan(row):
    """The loan in a row of `loans`, or in one of `devices`."""
    return Lent(
        *(row.loan, row.device, row.borrower, staff.say(row.borrower_name, row.borrower_active)),
        *(row.pupil, row.pupil and staff.say(row.pupil_name, row.pupil_active)),
        gone=not row.borrower_active or row.pupil_active is False,
        lent_by=row.lent_by,
        lent_at=row.lent_at,
        due_on=row.due_on,
        returned_at=row.returned_at,
        returned_by=row.returned_by,
        taken_by=row.taken_by,
        note=row.returned_note or "",
    )


def read_device(row):
    """The device in a row of `devices`."""
    return Device(
        *(row.id, row.asset_tag, row.kind, row.model, row.phone_number),
        *(row.pin_set_on, row.pin_set_by, row.state, row.state_note, row.revision),
        *(row.changed_by, row.changed_at),
        loan=read_loan(row) if row.loan else None,
    )
