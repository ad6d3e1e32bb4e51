"""What the tests of visitors say over and over: a visit, announced."""

import datetime as dt

from rules.core import clock
from rules.policy.in_force import policy_in_force
from rules.reception import stays
from rules.visitors.validation import VisitDetails

MONDAY, TUESDAY, FRIDAY = (dt.date(2026, 11, day) for day in (23, 24, 27))


def a_visit(host, /, **changed):
    """What is said of a visit of today at 9 to somebody (an actor)."""
    said = {
        "name": "Maeve O’Brien",
        "organisation": "Larch Ltd",
        "kind": "contractor",
        "host": host.id,
        "starts_on": clock.today(),
        "ends_on": None,
        "purpose": "To mend the boiler",
        "expected_at": dt.time(9),
        **changed,
    }
    return VisitDetails(**said)


def receive(actor, visit, carries=()):
    """Reception signs in the visitor of a visit (an id), who has read all there is to read; the id of the stay."""
    return stays.sign_in(actor, visit, True, carries, fuller=policy_in_force().version)


def at(day, hour, minute=0):
    """The school's clock stopped at a day and time."""
    return clock.frozen(clock.at(day, dt.time(hour, minute)))


def later(**span):
    """The clock so much later than the test's."""
    return clock.frozen(clock.now() + dt.timedelta(**span))
