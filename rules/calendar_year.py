"""One school year as people read it: its terms, and its days in runs of the same answer."""

import datetime as dt
from typing import NamedTuple

from rules import clock, school_calendar
from rules.bank_holidays import bank_holiday
from rules.obligations import policy_in_force
from rules.roles import Permission
from rules.school_calendar import UNKNOWN, WEEKEND

FIRST_YEAR, LAST_YEAR = 2001, 2098


class Run(NamedTuple):
    """Days one after the other that are the same, the weekends between them left out. `days` counts those that are."""

    first: dt.date
    last: dt.date
    answer: school_calendar.Answer
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
        found, goes_on = [], False
        for run in self.runs:
            if run.answer.reason in UNKNOWN:
                before = found.pop() if goes_on else Run(run.first, run.last, run.answer, 0)
                found.append(Run(before.first, run.last, run.answer, before.days + run.days))
                goes_on = True
            elif bank_holiday(run.first) is None:
                goes_on = False
        return found

    @property
    def name(self):
        """How people call it: 2026 to 2027."""
        return f"{self.first.year} to {self.last.year}"


def begins_in(day):
    """The year of the calendar in which the school year of a day begins."""
    return school_calendar.school_year(day, policy_in_force().year_ends)[0].year


def year_of(actor, begins=None):
    """The school year that begins in a year of the calendar, or the one of today: for those who keep the calendar."""
    actor.must(Permission.KEEP_SITE)
    day = dt.date(begins, 12, 31) if begins else clock.today()
    first, last = school_calendar.school_year(day, policy_in_force().year_ends)
    answers = school_calendar.answers_of_year(first, last)
    return Year(
        first, last, school_calendar.terms(first, last), _runs(answers), sum(answer.school for answer in answers)
    )


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
