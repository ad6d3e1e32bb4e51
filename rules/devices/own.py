"""What somebody's own page says of school devices: what they have, and what the office has to see to (3.1, 3.3)."""

from typing import NamedTuple

from database import prepared
from enums import Role
from fields import Parameter
from models import Loan, SchoolDevice
from rules.auth.permissions import STAFF, Permission
from rules.devices import loan_problems, queries, work_phones


class MyDevices(NamedTuple):
    """The devices somebody has, those to be chased, and how many people need a work phone and have none."""

    mine: list
    to_chase: list
    without_phone: int


def of(actor):
    """What somebody's own page says of devices; only their own for those who do not keep the register."""
    if not actor.may(Permission.KEEP_DEVICES):
        return MyDevices(with_me(actor), [], 0)
    return MyDevices(with_me(actor), to_chase(actor), work_phones.without_phone(actor))


@prepared
def _with():
    me = Parameter("me")
    mine = Loan.returned_at.is_null() & ((Loan.borrower == me) | (Loan.for_pupil == me))
    # By their ids: so it starts from this person's loans, however many devices there are.
    return queries.devices(SchoolDevice.id.in_(Loan.select(Loan.device).where(mine)))


def with_me(actor):
    """The devices that this person has, or that a member of staff has borrowed for them."""
    if not actor.holds(Role.PUPIL, *STAFF):
        return []
    return [queries.read_device(row) for row in _with.rows(me=actor.id)]


def to_chase(actor):
    """The devices that the office has to see to, and why; [] for those who do not keep them."""
    return loan_problems.devices() if actor.may(Permission.KEEP_DEVICES) else []
