"""The school calendar: what a day is, and why; and a school year as people read it.

What somebody has set by hand counts before all else; then bank holidays, weekends, and what the terms say. In a
school year of which no term was entered every weekday counts as a school day, and so does every weekday after the
last term that was entered, up to the summer holidays, and every one where terms lie further apart than any holiday
lasts: a forgotten term is no holiday.
"""

import datetime as dt
from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

from peewee import Select, fn

from database import prepared
from enums import DayKind
from fields import Parameter
from models import CalendarDay, Person, Term
from rules.auth.permissions import Permission
from rules.core import clock
from rules.policy.in_force import policy_in_force

# --- A day --------------------------------------------------------------------------------------------------


SATURDAY = 5
SCHOOL_DAY, WEEKEND, NO_TERM = "school day", "weekend", "no term"
NOT_ENTERED = "a weekday; the term dates of this school year have not been entered"
NEXT_NOT_ENTERED = "a weekday after the last term that was entered; the next one is missing"
TERM_MISSING = "a weekday between terms that lie further apart than holidays last; a term is missing"
FIRST_MISSING = "a weekday before the first term that was entered; an earlier one is missing"
UNKNOWN = frozenset({NOT_ENTERED, NEXT_NOT_ENTERED, TERM_MISSING, FIRST_MISSING})
# Schools in England close for two to three weeks at Christmas and at Easter, and the shortest half term has five weeks
# and holidays on both sides. So four weeks are longer than any holiday, and shorter than any gap with a term in it.
LONGEST_HOLIDAY = 28
# The summer holidays last six weeks, so the first term begins by then, whichever summer day the school year begins on;
# the second half term of the autumn never begins so soon after the first of September.
FIRST_TERM_BEGINS_WITHIN = 42
# The last days of a school year are holidays. A term that ends so near to the year's end is its last one.
SUMMER_DAYS, LAST_TERM_ENDS_WITHIN = 31, 62
BY_HAND = {
    DayKind.SCHOOL: SCHOOL_DAY,
    DayKind.CLOSED: "the school is closed",
    DayKind.INSET: "inset day",
    DayKind.BANK_HOLIDAY: "bank holiday",
}
if BY_HAND.keys() != set(DayKind):
    raise AssertionError("every kind of day needs its words")

HandSet = namedtuple("HandSet", "kind note by at")
# What is known of the terms of a school year around a day: whether it is in one, the last day of the one before it, the
# first day of the one after it, the last day of all; None where there is none.
Around = namedtuple("Around", "in_term before after terms_end")
TermDates = namedtuple("TermDates", "id name starts_on ends_on")


class Answer(NamedTuple):
    """What a day is. `school`: pupils are expected; `reason` says why or why not; `set_by_hand` who said so."""

    day: dt.date
    school: bool
    reason: str
    set_by_hand: HandSet | None = None


def school_year(day, year_ends):
    """The first and the last day of the school year in which a day lies; `year_ends` is MM-DD from the policy.

    >>> school_year(dt.date(2026, 11, 23), "08-31")
    (datetime.date(2026, 9, 1), datetime.date(2027, 8, 31))
    """
    month, number = (int(part) for part in year_ends.split("-"))
    ends = day.year if day <= dt.date(day.year, month, number) else day.year + 1
    first = dt.date.min if ends - 1 < dt.MINYEAR else dt.date(ends - 1, month, number) + dt.timedelta(days=1)
    return first, dt.date.max if ends > dt.MAXYEAR else dt.date(ends, month, number)


def _judge(day, by_hand, around, year):
    """What a day is, from what is known of it: the rule itself. `year` is the first and the last day of its year."""
    if by_hand:
        kind = by_hand.kind
        return Answer(day, kind is DayKind.SCHOOL, BY_HAND[kind], by_hand)
    if holiday := bank_holiday(day):
        return Answer(day, False, f"bank holiday: {holiday}")
    if day.weekday() >= SATURDAY:
        return Answer(day, False, WEEKEND)
    if around.in_term:
        return Answer(day, True, SCHOOL_DAY)
    unknown = _why_unknown(day, around, year)
    return Answer(day, bool(unknown), unknown or NO_TERM)


def _why_unknown(day, around, year):
    """Why it is not known whether a weekday outside the terms is a holiday; None where it is one."""
    first, last = year
    if around.terms_end is None:
        return NOT_ENTERED
    if around.after is None:
        return None if _in_summer(day, around.terms_end, last) else NEXT_NOT_ENTERED
    if around.before is None:
        return FIRST_MISSING if (around.after - first).days > FIRST_TERM_BEGINS_WITHIN else None
    return TERM_MISSING if (around.after - around.before).days - 1 > LONGEST_HOLIDAY else None


def _in_summer(day, terms_end, year_ends):
    """Whether a day after the terms that were entered lies in the summer holidays: there is no term to come."""
    return (year_ends - day).days < SUMMER_DAYS or (year_ends - terms_end).days < LAST_TERM_ENDS_WITHIN


# --- One day ------------------------------------------------------------------------------------------------


def _standing(what, starts, ends):
    return Term.select(what).where(
        Term.ended_at.is_null(), Term.starts_on <= Parameter(ends), Term.ends_on >= Parameter(starts)
    )


@prepared
def _of_day():
    kind = CalendarDay.select(CalendarDay.kind).where(CalendarDay.day == Parameter("day"))
    return Select(
        columns=(
            kind.alias("kind"),
            fn.EXISTS(_standing(Term.id, "day", "day")).alias("in_term"),
            _standing(fn.MAX(Term.ends_on), "first", "last").where(Term.ends_on < Parameter("day")).alias("before"),
            _standing(fn.MIN(Term.starts_on), "first", "last").where(Term.starts_on > Parameter("day")).alias("after"),
            _standing(fn.MAX(Term.ends_on), "first", "last").alias("terms_end"),
        )
    )


def answer(day, policy=None):
    """What a day is, without who has set it by hand. One query; `policy` saves another where it is known."""
    first, last = school_year(day, (policy or policy_in_force()).year_ends)
    row = _of_day.one(day=day, first=first, last=last)
    by_hand = row.kind and HandSet(row.kind, "", "", None)
    return _judge(day, by_hand, Around(row.in_term, row.before, row.after, row.terms_end), (first, last))


# --- Many days ----------------------------------------------------------------------------------------------


@prepared
def _by_hand():
    return (
        CalendarDay.select(
            CalendarDay.day, CalendarDay.kind, CalendarDay.note, Person.name.alias("by"), CalendarDay.set_at
        )
        .join(Person, on=(CalendarDay.set_by == Person.id))
        .where(CalendarDay.day >= Parameter("first"), CalendarDay.day <= Parameter("last"))
    )


@prepared(row=TermDates)
def _terms():
    return (
        Term.select(Term.id, Term.name, Term.starts_on, Term.ends_on)
        .where(Term.ended_at.is_null(), Term.starts_on <= Parameter("last"), Term.ends_on >= Parameter("first"))
        .order_by(Term.starts_on)
    )


def terms(first, last):
    """The terms that touch these days, by their first day."""
    return _terms.rows(first=first, last=last)


def set_by_hand(first, last):
    """What was set by hand of these days, as {day: HandSet}."""
    rows = _by_hand.rows(first=first, last=last)
    return {row.day: HandSet(row.kind, row.note, row.by, row.set_at) for row in rows}


def answers_of_year(first, last):
    """What each day of one school year is, in their order. Two queries, however many days are set by hand."""
    known, by_hand = terms(first, last), set_by_hand(first, last)
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return [_judge(day, by_hand.get(day), _around(day, known), (first, last)) for day in days]


def _around(day, known):
    """What these terms say of a day."""
    return Around(
        any(term.starts_on <= day <= term.ends_on for term in known),
        max((term.ends_on for term in known if term.ends_on < day), default=None),
        min((term.starts_on for term in known if term.starts_on > day), default=None),
        max((term.ends_on for term in known), default=None),
    )


def today(policy=None):
    return answer(clock.today(), policy)


# --- A year -------------------------------------------------------------------------------------------------


FIRST_YEAR, LAST_YEAR = 2001, 2098


class Run(NamedTuple):
    """Days one after the other that are the same, the weekends between them left out. `days` counts those that are."""

    first: dt.date
    last: dt.date
    answer: Answer
    days: int


class Year(NamedTuple):
    """A school year. `school_days` counts them, those of which we do not know it included."""

    first: dt.date
    last: dt.date
    terms: list
    runs: list
    school_days: int

    @property
    def missing(self):
        """The runs of days of which nobody has said whether they are school days; bank holidays do not part them."""
        runs, goes_on = [], False
        for run in self.runs:
            if run.answer.reason in UNKNOWN:
                before = runs.pop() if goes_on else Run(run.first, run.last, run.answer, 0)
                runs.append(Run(before.first, run.last, run.answer, before.days + run.days))
                goes_on = True
            elif bank_holiday(run.first) is None:
                goes_on = False
        return runs

    @property
    def name(self):
        """How people call it: 2026 to 2027."""
        return f"{self.first.year} to {self.last.year}"


def begins_in(day):
    """The year of the calendar in which the school year of a day begins."""
    return school_year(day, policy_in_force().year_ends)[0].year


def year_of(actor, begins=None):
    """The school year that begins in a year of the calendar, or the one of today: for those who keep the calendar."""
    actor.must(Permission.KEEP_SITE)
    day = dt.date(begins, 12, 31) if begins else clock.today()
    first, last = school_year(day, policy_in_force().year_ends)
    answers = answers_of_year(first, last)
    return Year(first, last, terms(first, last), _runs(answers), sum(answer.school for answer in answers))


def still_missing(actor):
    """The runs of days of this school year, from today on, that nobody has entered: for those who keep the calendar."""
    return [run for run in year_of(actor).missing if run.last >= clock.today()]


def _runs(answers):
    runs = []
    for answer in answers:
        if answer.reason == WEEKEND:
            continue
        if runs and _same(runs[-1].answer, answer):
            runs[-1] = Run(runs[-1].first, answer.day, answer, runs[-1].days + 1)
        else:
            runs.append(Run(answer.day, answer.day, answer, 1))
    return runs


def _same(before, after):
    return (before.reason, before.set_by_hand) == (after.reason, after.set_by_hand)


# --- The bank holidays of England ---------------------------------------------------------------------------
# Those that move to a Monday too. A test compares them with the package `holidays`, which takes longer to import than
# a page to make, and twelve megabytes for as long as the program runs.

FIRST_YEAR, LAST_YEAR = 2000, 2099
MONDAY = 0
# What Parliament or the Crown has moved or added, once each.
MOVED = {
    ("Spring Bank Holiday", 2002): dt.date(2002, 6, 4),
    ("Spring Bank Holiday", 2012): dt.date(2012, 6, 4),
    ("May Day", 2020): dt.date(2020, 5, 8),
    ("Spring Bank Holiday", 2022): dt.date(2022, 6, 2),
}
ADDED = {
    dt.date(2002, 6, 3): "Golden Jubilee of Elizabeth II",
    dt.date(2011, 4, 29): "Wedding of William and Catherine",
    dt.date(2012, 6, 5): "Diamond Jubilee of Elizabeth II",
    dt.date(2022, 6, 3): "Platinum Jubilee of Elizabeth II",
    dt.date(2022, 9, 19): "State Funeral of Queen Elizabeth II",
    dt.date(2023, 5, 8): "Coronation of Charles III",
}


def bank_holiday(day):
    """What the bank holiday on a day is called, or None; none is known outside the years 2000 to 2099.

    >>> from datetime import date
    >>> bank_holiday(date(2026, 12, 28))
    'Boxing Day (substitute day)'
    """
    return bank_holidays(day.year).get(day)


@lru_cache(maxsize=8)
def bank_holidays(year):
    """The bank holidays of a year, as {day: name}. It depends on the year alone."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    good_friday = _easter(year) - dt.timedelta(days=2)
    days = {
        "New Year’s Day": dt.date(year, 1, 1),
        "Good Friday": good_friday,
        "Easter Monday": good_friday + dt.timedelta(days=3),
        "May Day": _monday_from(dt.date(year, 5, 1)),
        "Spring Bank Holiday": _monday_from(dt.date(year, 5, 25)),
        "Late Summer Bank Holiday": _monday_from(dt.date(year, 8, 25)),
        "Christmas Day": dt.date(year, 12, 25),
        "Boxing Day": dt.date(year, 12, 26),
    }
    holidays = {MOVED.get((name, year), day): name for name, day in days.items()}
    holidays |= {day: name for day, name in ADDED.items() if day.year == year}
    for name in ("New Year’s Day", "Christmas Day", "Boxing Day"):
        if days[name].weekday() >= SATURDAY:
            holidays[_next_working_day(days[name], holidays)] = f"{name} (substitute day)"
    return holidays


def _monday_from(day):
    """The first Monday on a day or after it."""
    return day + dt.timedelta(days=(MONDAY - day.weekday()) % 7)


def _next_working_day(day, holidays):
    """The first weekday after a day that is no holiday yet."""
    while day.weekday() >= SATURDAY or day in holidays:
        day += dt.timedelta(days=1)
    return day


def _easter(year):
    """Easter Sunday, reckoned by the rule of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)
