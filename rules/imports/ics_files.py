"""Reading a calendar file (iCalendar, .ics) that somebody has exported, with whatever program: its whole days.

Only what the school calendar needs is read: the name of an event and its first and last day. An event that is not of
whole days, that repeats, or that was cancelled is told apart, so that it can be left out with its reason.

`icalendar` understands the lines. It is given those that tell of events and days alone: pictures, long descriptions
and the rules of time zones may be of any size and in any state.
"""

import datetime as dt
import re
from typing import NamedTuple

from rules.core.clock import LONDON
from rules.core.text import one_line, text_error
from rules.imports.csv_files import CsvFault

MOST_LINES, MOST_EVENTS = 50_000, 2_000
LONGEST_SUMMARY, LONGEST_LINE = 500, 4_000
BEGINNING = "BEGIN:VCALENDAR"
_MARK = b"\xef\xbb\xbf"  # some programs write it before a text in UTF-8
_TELLING = re.compile(rb"(?:BEGIN|END|SUMMARY|STATUS|DTSTART|DTEND|DURATION|RRULE|RDATE)[;:]", re.IGNORECASE)
_EVENT_BEGINS = re.compile(r"BEGIN:VEVENT\s*", re.IGNORECASE)


class Event(NamedTuple):
    """One event: the number of the line on which it begins, its name, its days; why it is no use, or ""."""

    number: int
    summary: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    useless: str = ""


def is_one(raw):
    """Whether a file (bytes) says of itself that it is a calendar file."""
    return raw.removeprefix(_MARK).lstrip()[: len(BEGINNING)].upper() == BEGINNING.encode()


def read(raw):
    """The events of a calendar file (bytes), in their order. Raises CsvFault, which says what is wrong and where."""
    lines = _telling_lines(raw.removeprefix(_MARK))
    numbers = [number for number, line in lines if _EVENT_BEGINS.fullmatch(line)]
    if len(numbers) > MOST_EVENTS:
        raise CsvFault(f"This file has {len(numbers):,} events. Import at most {MOST_EVENTS:,} at a time")
    components = _components("\r\n".join(line for _, line in lines))
    if len(components) != len(numbers):
        raise CsvFault("The file stops in the middle of an event. Export it again")
    if not numbers:
        raise CsvFault("There is no event in this calendar file. Choose another one")
    return [_event(number, component) for number, component in zip(numbers, components, strict=True)]


def _telling_lines(raw):
    """The lines that tell of events and days, each with its number. A line that begins with a space goes on with the
    one before: joined as bytes, because some programs fold in the middle of a letter."""
    if (most := max(raw.count(b"\n"), raw.count(b"\r"))) > MOST_LINES:
        raise CsvFault(f"This file has {most:,} lines. Import at most {MOST_LINES:,} at a time")
    lines, tells = [], False
    for number, line in enumerate(raw.splitlines(), start=1):
        if not line.startswith((b" ", b"\t")):
            if tells := _TELLING.match(line) is not None:
                lines.append((number, [line]))
        elif tells:
            lines[-1][1].append(line[1:])
    return [(number, _text(number, b"".join(parts))) for number, parts in lines]


def _text(number, line):
    if len(line) > LONGEST_LINE:
        raise CsvFault(f"Line {number} is longer than {LONGEST_LINE:,} letters. Export the file again")
    for encoding in ("utf-8", "windows-1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CsvFault(f"Line {number} has characters that cannot be read. Export the file again")


def _components(text):
    """The events as `icalendar` gives them, in the order in which they begin."""
    from icalendar import Calendar  # few schools do this more than once a year, and nobody else waits for it to load

    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except ValueError:
        raise CsvFault("This calendar file ends something that it has not begun. Export it again") from None
    return [event for calendar in calendars for event in calendar.walk("VEVENT")]


def _event(number, component):
    summary = one_line(str(_first(component, "SUMMARY") or ""))
    if error := text_error(summary, LONGEST_SUMMARY):
        raise CsvFault(f"Line {number}, the name of the event: {error[0].lower()}{error[1:]}")
    if not summary:
        return Event(number, "An event without a name", None, None, "It has no name")
    if str(_first(component, "STATUS")).strip().upper() == "CANCELLED":
        return Event(number, summary, None, None, "It was cancelled")
    if _first(component, "RRULE") or _first(component, "RDATE"):
        return Event(number, summary, None, None, "It repeats. Enter its days by hand")
    try:
        return _of_days(number, summary, *(_moment(component, name) for name in ("DTSTART", "DTEND", "DURATION")))
    except (ValueError, OverflowError):
        return Event(number, summary, None, None, "Its days cannot be read. Enter them by hand")


def _of_days(number, summary, begins, ends, lasts):
    """An event from its beginning, its end and how long it lasts; of the last two one is None, or both."""
    if begins is None:
        return Event(number, summary, None, None, "It does not say when it is")
    ends = ends or begins + (lasts or dt.timedelta(days=1))
    if begins.tzname() == ends.tzname() == "UTC" and begins.time() != dt.time():
        begins, ends = begins.astimezone(LONDON), ends.astimezone(LONDON)
    # Whatever zone is named, a day is what the wall clock there shows.
    begins, ends = begins.replace(tzinfo=None), ends.replace(tzinfo=None)
    if ends < begins:
        return Event(number, summary, None, None, "It ends before it begins")
    # Many programs write whole days as times: from midnight to midnight, to the last second, or, for a day whose end
    # nobody has set, for the hour that a new event lasts.
    if begins.time() != dt.time() or not (_midnight(ends) or ends - begins <= dt.timedelta(hours=1)):
        return Event(number, summary, None, None, "It is not of whole days")
    # The end is the day after the last one; some programs write the first day there for an event of one day.
    last = max(begins, ends - dt.timedelta(seconds=1))
    return Event(number, summary, begins.date(), last.date())


def _midnight(moment):
    return moment.time() == dt.time() or moment.time() >= dt.time(23, 59)


def _first(component, name):
    """The value of a property, the first one where it stands more than once; None where it is missing."""
    value = component.get(name)
    return value[0] if isinstance(value, list) else value


def _moment(component, name):
    """A property of time as a datetime or a timedelta; a day is its midnight. Raises ValueError where it is neither."""
    written = _first(component, name)
    value = None if written is None else written.dt
    if value is None or (name == "DURATION") == isinstance(value, dt.timedelta):
        if isinstance(value, dt.datetime):  # some programs call midnight a day and still write its time and zone
            return value.replace(tzinfo=None) if written.params.get("VALUE") == "DATE" and _midnight(value) else value
        return dt.datetime(value.year, value.month, value.day) if isinstance(value, dt.date) else value  # noqa: DTZ001
    raise ValueError(name)
