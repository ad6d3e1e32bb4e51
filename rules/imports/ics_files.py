"""Reading a calendar file (iCalendar, .ics) that somebody has exported, with whatever program: its whole days.

Only what the school calendar needs is read: the name of an event and its first and last day. An event that is not of
whole days, that repeats, or that was cancelled is told apart, so that it can be left out with its reason.
"""

import datetime as dt
import re
from typing import NamedTuple

from rules.core.text import one_line, text_error
from rules.imports.csv_files import CsvFault, text_of

MOST_LINES, MOST_EVENTS = 50_000, 2_000
LONGEST_SUMMARY = 500
BEGINNING = "BEGIN:VCALENDAR"
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN])")
# A line is a name, its parameters, a colon and the value; a parameter in quotation marks may hold a colon.
_LINE = re.compile(
    r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', re.DOTALL
)


class Event(NamedTuple):
    """One event: the number of the line on which it begins, its name, its days; why it is no use, or ""."""

    number: int
    summary: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    useless: str = ""


def is_one(raw):
    """Whether a file (bytes) says of itself that it is a calendar file."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(BEGINNING)].upper() == BEGINNING.encode()


def read(raw):
    """The events of a calendar file (bytes), in their order. Raises CsvFault, which says what is wrong and where."""
    lines = _unfolded(text_of(raw))
    events = list(_events(lines))
    if not events:
        raise CsvFault("There is no event in this calendar file. Choose another one")
    if len(events) > MOST_EVENTS:
        raise CsvFault(f"This file has {len(events):,} events. Import at most {MOST_EVENTS:,} at a time")
    return events


def _unfolded(text):
    """The lines of the file with the number of each. A line that begins with a space goes on with the one before."""
    lines = []
    raw_lines = re.split(r"\r\n|\n|\r", text)
    if len(raw_lines) > MOST_LINES:
        raise CsvFault(f"This file has {len(raw_lines):,} lines. Import at most {MOST_LINES:,} at a time")
    for number, line in enumerate(raw_lines, start=1):
        if line[:1] in (" ", "\t") and lines:
            lines[-1][1].append(line[1:])
        elif line.strip():
            lines.append((number, [line]))
    return [(number, "".join(parts)) for number, parts in lines]


def _events(lines):
    inside, begins, found = [], 0, {}
    for number, line in lines:
        name, parameters, value = _parts(number, line)
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[-1] == "VEVENT":
                begins, found = number, {}
        elif name == "END":
            if not inside or inside.pop() != value.strip().upper():
                raise CsvFault(f"Line {number} ends something that was not begun. Export the file again")
            if value.strip().upper() == "VEVENT":
                yield _event(begins, found)
        elif inside[-1:] == ["VEVENT"]:
            found.setdefault(name, (parameters, value))
    if inside:
        raise CsvFault("The file stops in the middle. Export it again")


def _parts(number, line):
    found = _LINE.fullmatch(line)
    if found is None:
        raise CsvFault(f"Line {number} is not a line of a calendar file. Export the file again")
    return found[1].upper(), found[2].upper(), found[3]


def _event(number, found):
    """An event from its properties, as {name: (parameters, value)}."""
    summary = one_line(_unescape(found.get("SUMMARY", ("", ""))[1]))
    if error := text_error(summary, LONGEST_SUMMARY):
        raise CsvFault(f"Line {number}, the name of the event: {error[0].lower()}{error[1:]}")
    if not summary:
        return Event(number, "An event without a name", None, None, "It has no name")
    if found.get("STATUS", ("", ""))[1].strip().upper() == "CANCELLED":
        return Event(number, summary, None, None, "It was cancelled")
    if "RRULE" in found or "RDATE" in found:
        return Event(number, summary, None, None, "It repeats. Enter its days by hand")
    return _of_days(number, summary, found)


def _of_days(number, summary, found):
    first = _day(found.get("DTSTART"))
    if first is None or "DURATION" in found or ("DTEND" in found and _day(found["DTEND"]) is None):
        return Event(number, summary, None, None, "It is not of whole days")
    after = _day(found.get("DTEND")) or first
    # The end is the day after the last one; some programs write the first day there for an event of one day.
    last = after - dt.timedelta(days=1) if after > first else after
    if last < first:
        return Event(number, summary, None, None, "It ends before it begins")
    return Event(number, summary, first, last)


def _day(written):
    """The day of a DATE value, or None where it is something else or no day of the calendar."""
    parameters, value = written or ("", "")
    found = _DAY.fullmatch(value.strip())
    if found is None or "VALUE=DATE-TIME" in parameters:
        return None
    try:
        return dt.date(*map(int, found.groups()))
    except ValueError:
        return None


def _unescape(text):
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text)
