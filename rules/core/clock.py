"""The one place that reads the clock. Moments are aware and in UTC; people see Europe/London."""

import datetime as dt
from contextlib import contextmanager
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_frozen_at = None


def now():
    """This moment, aware, in UTC."""
    return _frozen_at or dt.datetime.now(dt.UTC)


@contextmanager
def frozen(moment):
    """Stop the clock at an aware moment, for tests and for filling the demo school."""
    global _frozen_at
    if moment.tzinfo is None:
        raise ValueError("the clock can only be stopped at an aware moment")
    before, _frozen_at = _frozen_at, moment.astimezone(dt.UTC)
    try:
        yield
    finally:
        _frozen_at = before


def local(moment):
    """A moment as the school's wall clock shows it. A naive moment raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a naive moment has no place on the school's clock")
    return moment.astimezone(LONDON)


def today():
    """The school's calendar day."""
    return local(now()).date()


def at(day, time):
    """The moment when the school's clock first shows `time` on `day`, in UTC.

    A time that the spring change leaves out is read with the clock as it was before the change.
    """
    return dt.datetime.combine(day, time, LONDON).astimezone(dt.UTC)


def day_bounds(day):
    """From when until when (exclusive) a calendar day lasts, in UTC: 23 or 25 hours on the two change nights.

    The very last day that Python knows has no day after it: it ends as it begins.
    """
    after = day if day == dt.date.max else day + dt.timedelta(days=1)
    return at(day, dt.time()), at(after, dt.time())


@lru_cache(maxsize=4096)
def format_date(day):
    """A date in words.

    >>> format_date(dt.date(2026, 11, 23))
    'Monday 23 November 2026'
    """
    return f"{day:%A} {day.day} {day:%B %Y}"


@lru_cache(maxsize=4096)
def format_short_date(day):
    """A date in words, for a table.

    >>> format_short_date(dt.date(2026, 11, 3))
    'Tue 3 Nov 2026'
    """
    return f"{day:%a} {day.day} {day:%b %Y}"


@lru_cache(maxsize=2048)
def format_time(time):
    """A wall-clock time in words.

    >>> [format_time(dt.time(*time)) for time in ((8, 30), (13, 0), (12, 0), (0, 5))]
    ['8:30am', '1pm', 'midday', '12:05am']
    """
    if (time.hour, time.minute) in {(0, 0), (12, 0)}:
        return "midday" if time.hour else "midnight"
    minutes = f":{time.minute:02}" if time.minute else ""
    return f"{time.hour % 12 or 12}{minutes}{'am' if time.hour < 12 else 'pm'}"


def format_moment(moment):
    """A moment in words, on the school's clock.

    >>> format_moment(dt.datetime(2026, 7, 1, 8, 5, tzinfo=dt.UTC))
    '9:05am on Wednesday 1 July 2026'
    """
    there = local(moment)
    return f"{format_time(there.time())} on {format_date(there.date())}"


def format_span(first, last):
    """One day or a range of days in words."""
    return format_date(first) if first == last else f"{format_date(first)} to {format_date(last)}"


def academic_year_end(day, month_day="08-31"):
    """The last day of the academic year in which `day` lies; `month_day` is MM-DD from the policy."""
    month, number = (int(part) for part in month_day.split("-"))
    end = dt.date(day.year, month, number)
    return end if day <= end else dt.date(day.year + 1, month, number)


def read_time(text):
    """A wall-clock time spelled HH:MM; None or nothing is None."""
    return dt.time.fromisoformat(text) if text else None
