"""Reading a calendar file (iCalendar, .ics) that somebody has exported, with whatever program: its whole days.

Only what the school calendar needs is read: the name of an event and its first and last day. An event that is not of
whole days, that repeats, or that was cancelled is told apart, so that it can be left out with its reason.

`icalendar` understands the values, one event at a time. It is given the few lines of an event that tell of its name and
its days, each once: pictures, long descriptions, alarms and time zones may be of any size and in any state.
"""

import datetime as dt
import re
from typing import NamedTuple

from rules.core.clock import LONDON
from rules.core.text import one_line, text_error
from rules.imports.csv_files import CsvFault

MOST_LINES, MOST_EVENTS = 50_000, 2_000
LONGEST_SUMMARY, LONGEST_LINE, LONGEST_TOGETHER = 500, 4_000, 600_000
BEGINNING = "BEGIN:VCALENDAR"
_MARK = b"\xef\xbb\xbf"  # some programs write it before a text in UTF-8
_TELLING = re.compile(rb"(?:BEGIN|END|SUMMARY|STATUS|DTSTART|DTEND|DURATION|RRULE|RDATE)[;:]", re.IGNORECASE)
_REPEATS = re.compile(r"[^:]*:\s*\S")  # some programs write the line and leave it empty
# Whatever zone is named, a day is what the wall clock there shows; its name would lead to a file.
_ZONE = re.compile(r';TZID=(?:"[^"]*"|[^";:]*)', re.IGNORECASE)
_OF_NAME, _OF_DAYS = ("SUMMARY", "STATUS"), ("DTSTART", "DTEND", "DURATION")


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
    events = list(_events(_telling_lines(raw.removeprefix(_MARK))))
    if not events:
        raise CsvFault("There is no event in this calendar file. Choose another one")
    if len(events) > MOST_EVENTS:
        raise CsvFault(f"This file has {len(events):,} events. Import at most {MOST_EVENTS:,} at a time")
    return [_event(number, lines) for number, lines in events]


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
    if sum(len(part) for _, parts in lines for part in parts) > LONGEST_TOGETHER:
        raise CsvFault("This file holds far more than a school's calendar does. Choose another one")
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


def _events(lines):
    """Each event as the number of its first line, and its own telling lines by their names, the first of each.

    What stands inside a part of an event, such as an alarm, is not the event's own.
    """
    begun, own, depth = 0, {}, 0
    for number, line in lines:
        name, value = re.split("[;:]", line, maxsplit=1)
        name, what = name.upper(), value.strip().upper()
        if depth:
            depth += (name == "BEGIN") - (name == "END")
            if depth == 0:
                yield begun, own
            elif depth == 1 and name not in {"BEGIN", "END"}:
                own.setdefault(name, line)
        elif (name, what) == ("BEGIN", "VEVENT"):
            begun, own, depth = number, {}, 1
    if depth:
        raise CsvFault("The file stops in the middle of an event. Export it again")


def _parsed(lines, names):
    """The lines of these names as `icalendar` reads them; None where it cannot."""
    from icalendar import Event as Component  # few schools do this more than once a year, and nobody waits for it

    text = "\r\n".join(["BEGIN:VEVENT", *(_ZONE.sub("", lines[name]) for name in names if name in lines), "END:VEVENT"])
    try:
        return Component.from_ical(text)
    except Exception:
        return None


def _event(number, lines):
    named = _parsed(lines, _OF_NAME)
    summary = one_line(str((named and named.get("SUMMARY")) or ""))
    if error := text_error(summary, LONGEST_SUMMARY):
        raise CsvFault(f"Line {number}, the name of the event: {error[0].lower()}{error[1:]}")
    if not summary:
        return Event(number, "An event without a name", None, None, "It has no name")
    if str(named.get("STATUS")).strip().upper() == "CANCELLED":
        return Event(number, summary, None, None, "It was cancelled")
    if any(_REPEATS.match(lines[name]) for name in ("RRULE", "RDATE") if name in lines):
        return Event(number, summary, None, None, "It repeats. Enter its days by hand")
    dated = _parsed(lines, _OF_DAYS)
    try:
        return _of_days(number, summary, *(_moment(dated, name) for name in _OF_DAYS))
    except (ValueError, OverflowError):
        return Event(number, summary, None, None, "Its days cannot be read. Enter them by hand")


def _of_days(number, summary, begins, ends, lasts):
    """An event from its beginning, its end and how long it lasts; of the last two one is None, or both."""
    if begins is None:
        return Event(number, summary, None, None, "It does not say when it is")
    ends = ends or begins + (lasts or dt.timedelta(days=1))
    if begins.tzname() == ends.tzname() == "UTC" and begins.time() != dt.time():
        begins, ends = begins.astimezone(LONDON), ends.astimezone(LONDON)
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


def _moment(component, name):
    """A property of time as a datetime or a timedelta; a day is its midnight. Raises ValueError where it is neither."""
    written = component and component.get(name)
    value = getattr(written, "dt", None)
    if written is None and component is not None:
        return None
    if name == "DURATION" and isinstance(value, dt.timedelta):
        return value
    if name == "DURATION" or not isinstance(value, dt.date):
        raise ValueError(name)
    if isinstance(value, dt.datetime):  # some programs call midnight a day and still write its time and zone
        return value.replace(tzinfo=None) if written.params.get("VALUE") == "DATE" and _midnight(value) else value
    return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001
