"""What the tests of school devices say over and over: a device with a PIN, and somebody who may borrow it."""

import datetime as dt

from enums import Role
from rules.core import clock
from rules.devices import lending, register, standing_permissions
from rules.devices.lending import LoanRequest
from rules.devices.register import DeviceDetails

MONDAY, TUESDAY, FRIDAY = (dt.date(2026, 11, day) for day in (23, 24, 27))


def a_device(actor, tag="T-07", kind="tablet", pin=True, **more):
    """Add a device, with a PIN unless it is said otherwise; its id."""
    device = register.add(actor, DeviceDetails(tag, kind, **more))
    if pin:
        register.set_pin(actor, device, True)
    return device


def everybody_knows_the_notice(monkeypatch, but=()):
    """As if everybody had acknowledged the monitoring notice, but these (actors)."""
    without = {actor.id for actor in but}
    monkeypatch.setattr(lending, "acknowledged", lambda person, item: item == "monitoring" and person not in without)


def staff_may_borrow(head):
    """The headteacher lets those who work with children borrow, and those who do not."""
    for role in (Role.STAFF_DIRECT, Role.STAFF_NONDIRECT):
        standing_permissions.give(head, role)


def lend(actor, borrower, tag="T-07", due=MONDAY, **more):
    """Lend a device to somebody (an actor); the loan."""
    if more.get("for_good"):
        due = None
    return lending.lend(actor, LoanRequest(tag, borrower.id, due_on=due, **more)).loan


def on(day, hour=10, minute=0):
    """The school's clock stopped at a day and time."""
    return clock.frozen(clock.at(day, dt.time(hour, minute)))
