"""Changing the school calendar: entering terms and taking them out, setting days by hand and taking that back."""

import datetime as dt
from typing import NamedTuple

from database import writing
from enums import DayKind
from models import CalendarDay, Term
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.clock import format_date, format_span
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import one_line
from rules.core.validation import text_errors
from rules.policy.in_force import policy_in_force
from rules.site import calendar
from rules.site.calendar import BY_HAND, SATURDAY

LONGEST_NAME = 60
LONGEST_SPAN = 200  # days of a term, or of what is set at once
KIND_CHOICES = {
    DayKind.CLOSED.value: "The school is closed",
    DayKind.INSET.value: "Inset day: staff only",
    DayKind.BANK_HOLIDAY.value: "Bank holiday",
    DayKind.SCHOOL.value: "School day: pupils come",
}
AHEAD, BACK = dt.timedelta(days=3 * 366), dt.timedelta(days=366)


def kind_of(text):
    """The kind of day that was chosen, or None where it is none of the choices."""
    return DayKind(text) if text in KIND_CHOICES else None


class Dates(NamedTuple):
    """Some days of the calendar: a term with its name (`kind` is None), or days set by hand, perhaps with a note.

    Of days set by hand `ends_on` is None for a single day, which is then the first.
    """

    name: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    kind: DayKind | None = None

    def cleaned(self):
        """Return a copy with its words on one line, and a single day with both ends."""
        last = self.ends_on or (self.starts_on if self.kind else None)
        return self._replace(name=one_line(self.name), ends_on=last)

    @property
    def days(self):
        """The days themselves: of several the weekends are left out, a single day is what it is."""
        first, last = self.starts_on, self.ends_on or self.starts_on
        if first == last:
            return [first]
        every = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        return [day for day in every if day.weekday() < SATURDAY]


def errors_in(dates):
    """What is wrong with some days by themselves, whatever the calendar says, as {field: message}."""
    errors = dict(text_errors(dates, ("name", LONGEST_NAME, None)))
    if dates.starts_on is None:
        errors["starts_on"] = "Choose the first day"
    elif not clock.today() - BACK <= dates.starts_on <= clock.today() + AHEAD:
        errors["starts_on"] = "Choose a day of the last year or of the next three years"
    if dates.starts_on and dates.ends_on:
        if dates.ends_on < dates.starts_on:
            errors["ends_on"] = "The last day is before the first. Choose a later one"
        elif (dates.ends_on - dates.starts_on).days >= LONGEST_SPAN:
            errors["ends_on"] = f"That is more than {LONGEST_SPAN} days. Choose an earlier last day"
        elif not dates.days:
            errors["ends_on"] = "These days are a weekend. Set one day after the other"
    return errors


# --- Terms --------------------------------------------------------------------------------------------------


def term_errors(dates, known, year_ends):
    """All errors of a term beside the terms that are `known`, as {field: message}. `year_ends` is the policy's."""
    errors = errors_in(dates)
    if not dates.name:
        errors["name"] = "Give the term a name, for example: Autumn term, first half"
    if dates.starts_on and dates.ends_on is None:
        errors["ends_on"] = "Choose the last day"
    if not errors and dates.ends_on > (last := calendar.school_year(dates.starts_on, year_ends)[1]):
        errors["ends_on"] = f"The school year ends on {format_date(last)}. Enter a term of each year"
    if not errors:
        for term in known:
            if term.starts_on <= dates.ends_on and term.ends_on >= dates.starts_on:
                says = f"“{term.name}” is there already, {format_span(term.starts_on, term.ends_on)}"
                return {"starts_on": f"{says}. Choose other days, or take that term out first"}
    return errors


def validate_term(dates):
    """All errors of a term in the calendar as it stands, as {field: message}."""
    dates = dates.cleaned()
    spans = dates.starts_on and dates.ends_on
    known = calendar.terms(dates.starts_on, dates.ends_on) if spans else []
    return term_errors(dates, known, policy_in_force().year_ends)


def add_term(actor, dates):
    """Enter a term. Raises Invalid with the errors by field."""
    actor.must(Permission.KEEP_SITE)
    with writing():
        if errors := validate_term(dates):
            raise Invalid(errors)
        save_term(actor, dates.cleaned())


def save_term(actor, dates):
    """Keep a term that was looked at, in the caller's transaction."""
    columns = {"name": dates.name, "starts_on": dates.starts_on, "ends_on": dates.ends_on}
    term = Term.insert(**columns, made_by=actor.id, made_at=clock.now()).execute()
    span = format_span(dates.starts_on, dates.ends_on)
    record("calendar-term-added", actor=actor.id, about=f"term:{term}", span=span)


def take_out_term(actor, term):
    """Take a term (by id) out of the calendar; returns its first day. Raises NotFound, or Conflict where it is gone."""
    actor.must(Permission.KEEP_SITE)
    with writing():
        row = Term.get_or_none(Term.id == term) if 0 < term < 2**63 else None
        if row is None:
            raise NotFound
        if not Term.update(ended_at=clock.now()).where(Term.id == term, Term.ended_at.is_null()).execute():
            raise Conflict(f"This term was taken out already, at {clock.format_moment(row.ended_at)}.")
        span = format_span(row.starts_on, row.ends_on)
        record("calendar-term-taken-out", actor=actor.id, about=f"term:{term}", span=span)
        return row.starts_on


# --- Days set by hand ---------------------------------------------------------------------------------------


def validate_days(dates):
    """All errors of days to be set, as {field: message}: what was set otherwise has to be taken back first."""
    dates = dates.cleaned()
    errors = errors_in(dates)
    if dates.kind is None:
        errors["kind"] = "Choose what these days are"
    if not errors and (clash := _set_differently(dates)):
        errors["starts_on"] = clash
    return errors


def set_days(actor, dates):
    """Say of some days what they are. Raises Invalid with the errors by field."""
    actor.must(Permission.KEEP_SITE)
    with writing():
        if errors := validate_days(dates):
            raise Invalid(errors)
        dates = dates.cleaned()
        save_days(actor, dates, new_days(dates))


def _set_differently(dates):
    for day, known in sorted(calendar.set_by_hand(dates.starts_on, dates.ends_on).items()):
        if day in dates.days and known.kind != dates.kind:
            says = f"{known.by} has set {format_date(day)} already: {BY_HAND[known.kind]}"
            return f"{says}. Take that back in the calendar first"
    return None


def new_days(dates):
    """Those of the days that nobody has set yet."""
    known = calendar.set_by_hand(dates.starts_on, dates.ends_on)
    return [day for day in dates.days if day not in known]


def save_days(actor, dates, days):
    """Set days that nobody has set yet, in the caller's transaction."""
    if not days:
        return
    columns = {"kind": dates.kind.value, "note": dates.name, "set_by": actor.id, "set_at": clock.now()}
    CalendarDay.insert_many([{"day": day, **columns} for day in days]).execute()
    record("calendar-days-set", actor=actor.id, kind=dates.kind.value, span=format_span(days[0], days[-1]))


def clear_days(actor, first, last, kind, set_at):
    """Take back what was set by hand from one day to another: of that kind, at that moment (aware), as a page showed.

    Raises Conflict where nothing of it is set any more.
    """
    actor.must(Permission.KEEP_SITE)
    with writing():
        shown = CalendarDay.day.between(first, last) & (CalendarDay.kind == kind) & (CalendarDay.set_at == set_at)
        if not CalendarDay.delete().where(shown).execute():
            raise Conflict("What your page showed is not set any more: somebody has taken it back already.")
        record("calendar-days-cleared", actor=actor.id, span=format_span(first, last))
