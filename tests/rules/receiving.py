"""What the tests of visitors say over and over: a visit, announced."""

import datetime as dt

from rules import clock
from rules.visit_checks import Details

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
    return Details(**said)


def at(day, hour, minute=0):
    """The school's clock stopped at a day and time."""
    return clock.frozen(clock.at(day, dt.time(hour, minute)))


def later(**span):
    """The clock so much later than the test's."""
    return clock.frozen(clock.now() + dt.timedelta(**span))
