"""Importing school dates from a file, CSV or iCalendar: first what it would do, then all of it or nothing.

What is in the calendar already stays as it is: a day that somebody has set by hand, or the file before. What was looked
at is planned afresh when it is applied.
"""

import re

from enums import DayKind
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.clock import format_short_date
from rules.core.parsing import read_day
from rules.imports import csv_files, ics_files
from rules.imports.plan import Import, Line, LineOutcome, Plan, refuse
from rules.policy.in_force import policy_in_force
from rules.site import calendar
from rules.site.calendar import BY_HAND, TermDates
from rules.site.calendar_changes import AHEAD, BACK, Dates, errors_in, save_days, save_term, term_errors

COLUMNS = ("name", "from", "to", "kind")
TERM = "term"
KINDS = {TERM: None, **{kind.value: kind for kind in DayKind}}
# What an event of a calendar file is, told by a word of its name; the first that fits counts. Names are the school's.
WORDS = (
    (DayKind.INSET, r"inset|training day|non[- ]pupil|staff day|teacher day"),
    (DayKind.BANK_HOLIDAY, r"bank holiday"),
    (DayKind.CLOSED, r"half[- ]term|holidays?|break|clos(?:ed|ure)"),
    (None, r"terms?"),
)
# A single day of this name tells where something begins or ends, not what the day is.
EDGE = r"first|last|starts?|ends?|begins?|finish(?:es)?|returns?|re-?opens?|back|before|up"
NO_KIND = "We cannot tell what it is: its name holds none of the words term, half term, holiday, closed, inset"


# --- Planning -----------------------------------------------------------------------------------------------


def _entries(raw):
    """What a file (bytes) says, as (line, name, Dates or None, reasons to refuse, reason to leave out)."""
    if ics_files.is_one(raw):
        return [_of_event(event) for event in ics_files.read(raw)]
    return [_of_row(number, row) for number, row in csv_files.read(raw, COLUMNS, COLUMNS, 2_000)]


def _of_event(event):
    if event.useless:
        return event.number, event.summary, None, (), event.useless
    fits = [kind for kind, words in WORDS if re.search(rf"\b(?:{words})\b", event.summary, re.IGNORECASE)]
    if not fits:
        return event.number, event.summary, None, (), NO_KIND
    one_day = event.starts_on == event.ends_on
    if one_day and (fits[0] is None or re.search(rf"\b(?:{EDGE})\b", event.summary, re.IGNORECASE)):
        return event.number, event.summary, None, (), "It tells where something begins or ends. Enter the dates by hand"
    return event.number, event.summary, Dates(event.summary, event.starts_on, event.ends_on, fits[0]), (), ""


def _of_row(number, row):
    faults, days = [], {}
    for name in ("from", "to"):
        try:
            days[name] = read_day(row[name]) if row[name] else None
        except ValueError:
            faults.append(f"“{row[name]}” is not a day. Write it like this: 01/09/2027")
    kind = row["kind"].casefold()
    if kind not in KINDS:
        faults.append(f"“{row['kind']}” is not a kind. Write one of: {', '.join(KINDS)}")
    if faults:
        return number, row["name"], None, tuple(faults), ""
    return number, row["name"], Dates(row["name"], days["from"], days["to"], KINDS[kind]), (), ""


def plan_of(raw):
    """What importing a file (bytes) would do. It takes three queries. Raises CsvFault for one that cannot be read."""
    first, last = clock.today() - 2 * BACK, clock.today() + 2 * AHEAD
    terms, by_hand = calendar.terms(first, last), dict(calendar.set_by_hand(first, last))
    year_ends = policy_in_force().year_ends
    # A line of a table can be mended, an event of somebody's calendar cannot: it is left out instead.
    refuse_line, lines = (_leave_out if ics_files.is_one(raw) else refuse), []
    for number, name, dates, faults, left_out in _entries(raw):
        if faults:
            lines.append(refuse(number, name, *faults))
        elif left_out:
            lines.append(_leave_out(number, name, left_out))
        elif dates.kind is None:
            lines.append(_term_line(number, dates.cleaned(), (terms, year_ends), refuse_line))
        else:
            lines.append(_days_line(number, dates.cleaned(), by_hand, refuse_line))
    return Plan("school-dates", tuple(lines))


def _leave_out(number, name, *reasons):
    return Line(number, name, LineOutcome.UNCHANGED, tuple(f"Left out. {reason}" for reason in reasons))


def _term_line(number, dates, known, refuse_line):
    """What becomes of a term. It counts as there for those that come after it."""
    terms, year_ends = known
    if any((term.name, term.starts_on, term.ends_on) == (dates.name, dates.starts_on, dates.ends_on) for term in terms):
        return Line(number, dates.name, LineOutcome.UNCHANGED, (f"Term, {_span(dates)}",))
    if errors := term_errors(dates, terms, year_ends):
        return refuse_line(number, dates.name, *errors.values())
    terms.append(TermDates(0, dates.name, dates.starts_on, dates.ends_on))
    return Line(number, dates.name, LineOutcome.NEW, (f"Term, {_span(dates)}",), (dates, ()))


def _days_line(number, dates, by_hand, refuse_line):
    """What becomes of days. Those that are set stay as they are, and those that are not count as set from here on."""
    if errors := errors_in(dates):
        return refuse_line(number, dates.name, *errors.values())
    new = [day for day in dates.days if day not in by_hand]
    other = sum(day in by_hand and by_hand[day].kind != dates.kind for day in dates.days)
    by_hand.update({day: calendar.HandSet(dates.kind.value, dates.name, "", None) for day in new})
    says = [f"{BY_HAND[dates.kind][:1].upper()}{BY_HAND[dates.kind][1:]}, {_span(dates)}"]
    if other:
        says.append(
            "1 of these days is set otherwise and stays so"
            if other == 1
            else f"{other} of these days are set otherwise and stay so"
        )
    if not new:
        return Line(number, dates.name, LineOutcome.UNCHANGED, tuple(says))
    return Line(number, dates.name, LineOutcome.NEW, tuple(says), (dates, tuple(new)))


def _span(dates):
    first, last = format_short_date(dates.starts_on), format_short_date(dates.ends_on)
    return first if first == last else f"{first} to {last}"


# --- Looking, then applying ---------------------------------------------------------------------------------


def _apply(actor, plan):
    for dates, days in (line.step for line in plan.steps):
        if dates.kind is None:
            save_term(actor, dates)
        else:
            save_days(actor, dates, list(days))
    terms = sum(line.step[0].kind is None for line in plan.steps)
    days = sum(len(line.step[1]) for line in plan.steps)
    record("calendar-imported", actor=actor.id, terms=terms, days=days)


SCHOOL_DATES = Import("school-dates", Permission.KEEP_SITE, lambda _actor, raw: plan_of(raw), _apply)
