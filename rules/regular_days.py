"""From which days on somebody counts as regular: arithmetic with days, without the database (clause 6.4)."""

import datetime as dt


def first_of(day, numbers):
    """The first of the days on end of which `day` is the last: 30 days with it, for the numbers as they are shipped."""
    return day - dt.timedelta(days=numbers.days - 1)


def since(days, long_days, today, numbers):
    """Since which day somebody has been regular without a break until today, or None where they are not.

    `days` are all the days on which they came, in order; `long_days` those of them that belong to a visit of several
    days. Who came often enough is regular until the first of those days is too long ago.
    """
    begun = until = None
    for begins, ends in sorted(_spans(days, long_days, numbers)):
        if until is None or begins > until + dt.timedelta(days=1):
            begun, until = begins, ends
        until = max(until, ends)
    return begun if until is not None and until >= today else None


def _spans(days, long_days, numbers):
    within = dt.timedelta(days=numbers.days - 1)
    for day in long_days:
        yield day, day + within
    for first, last in zip(days, days[numbers.visits - 1 :], strict=False):
        if last - first <= within:
            yield last, first + within
