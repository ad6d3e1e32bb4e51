"""Days and times as people write them, in a form or in a file."""

import datetime as dt
import re

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.ASCII | re.IGNORECASE)
_BRITISH = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})|(\d{1,2})[/.\- ](\d{4})", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def read_day(text):
    """A day written like 2026-11-23 or 23/11/2026. Raises ValueError for anything else.

    >>> read_day("29/2/2028")
    datetime.date(2028, 2, 29)
    """
    if match := _ISO.fullmatch(text):
        return dt.date(*map(int, match.groups()))
    if match := _BRITISH.fullmatch(text):
        day, month, year = map(int, match.groups())
        return dt.date(year, month, day)
    raise ValueError("no day")


def read_month(text):
    """A month written like 2026-11 or 11/2026, as its first day. Raises ValueError for anything else.

    >>> read_month("9/2023")
    datetime.date(2023, 9, 1)
    """
    if match := _MONTH.fullmatch(text):
        year, month = match.group(1, 2) if match[1] else match.group(4, 3)
        return dt.date(int(year), int(month), 1)
    raise ValueError("no month")


def read_day_of_year(text):
    """A day that comes every year, written like 31/8, as a day of a year that is no leap year.

    Raises ValueError for anything else, and so for the 29th of February.

    >>> read_day_of_year("31/8")
    datetime.date(2023, 8, 31)
    """
    if match := _DAY_OF_YEAR.fullmatch(text):
        return dt.date(2023, int(match[2]), int(match[1]))
    raise ValueError("no day")


def read_whole_number(text):
    """A number of up to nine digits. Raises ValueError for anything else.

    >>> read_whole_number("030")
    30
    """
    if _WHOLE.fullmatch(text):
        return int(text)
    raise ValueError("no whole number")


def read_moment(text):
    """A moment in UTC, as a page spells it in a hidden field. Raises ValueError for anything else.

    >>> read_moment("2026-11-23T10:00:00+00:00")
    datetime.datetime(2026, 11, 23, 10, 0, tzinfo=datetime.timezone.utc)
    """
    moment = dt.datetime.fromisoformat(text)
    if moment.utcoffset() != dt.timedelta():
        raise ValueError("no moment in UTC")
    return moment


def read_time(text):
    """A wall-clock time written like 13:30, 1.30pm or 9am. Raises ValueError for anything else.

    >>> read_time("1.30 pm"), read_time("09:00")
    (datetime.time(13, 30), datetime.time(9, 0))
    """
    match = _CLOCK.fullmatch(text.replace(" ", "")[:8])
    if not match or (not match[2] and not match[3]):
        raise ValueError("no time")
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no time")
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute)
