"""Days and times as people write them, in a form or in a file."""

import datetime as dt
import re

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.ASCII | re.IGNORECASE)
_BRITISH = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def read_day(text):
    """A day written like 2026-11-23 or 23/11/2026. Raises ValueError for anything else.

    >>> read_day("29/2/2028")
    datetime.date(2028, 2, 29)
    """
    if found := _ISO.fullmatch(text):
        return dt.date(*map(int, found.groups()))
    if found := _BRITISH.fullmatch(text):
        day, month, year = map(int, found.groups())
        return dt.date(year, month, day)
    raise ValueError("no day")


def read_time(text):
    """A wall-clock time written like 13:30, 1.30pm or 9am. Raises ValueError for anything else.

    >>> read_time("1.30 pm"), read_time("09:00")
    (datetime.time(13, 30), datetime.time(9, 0))
    """
    found = _CLOCK.fullmatch(text.replace(" ", "")[:8])
    if not found or (not found[2] and not found[3]):
        raise ValueError("no time")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no time")
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute)
