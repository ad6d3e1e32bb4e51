"""The demo school's calendar, and what was said of pupils on site: in the last days, and today so far."""

import datetime as dt

from demo.story import who_is
from rules.core import clock
from rules.policy.in_force import policy_in_force
from rules.site import calendar, calendar_changes, status
from rules.site.calendar_changes import Dates, kind_of

SATURDAY = 5


def _term(name, first, last):
    """The office enters a term, from the Monday to the Friday of two weeks that are counted in days from today.

    Of two school years it keeps to the one that is nearer to today.
    """

    def step(story):
        mondays = [story.day(days) - dt.timedelta(days=story.day(days).weekday()) for days in (first, last)]
        starts_on, ends_on = mondays[0], mondays[1] + dt.timedelta(days=4)
        nearest = max(starts_on, min(story.day(0), ends_on))
        year = calendar.school_year(nearest, policy_in_force().year_ends)
        calendar_changes.add_term(who_is("office"), Dates(name, max(starts_on, year[0]), min(ends_on, year[1])))

    return step


def _set_day(who, days, kind, note):
    """Somebody sets a day by hand: the one so many days from today, or the Monday after it where that is a weekend."""

    def step(story):
        day = story.day(days)
        while day.weekday() >= SATURDAY:
            day += dt.timedelta(days=1)
        calendar_changes.set_days(who_is(who), Dates(note, day, None, kind_of(kind)))

    return step


def _press(who, on_site):
    """Somebody says that pupils are on site or that all have left. On a day without school nobody says anything."""

    def step(story):
        if calendar.today().school:
            mark = status.newest_mark(clock.today())
            status.press(who_is(who), on_site, clock.today(), mark.id if mark else 0)

    return step


def _take_back(who, reason):
    """Somebody takes back what they said a moment ago."""

    def step(story):
        if calendar.today().school:
            status.undo(who_is(who), status.newest_mark(clock.today()).id, reason)

    return step


def _day(days):
    """A day on which the office presses both buttons."""
    return (days, "08:39", _press("office", True)), (days, "15:44", _press("office", False))


WEEK = (
    (-7, "08:00", _term("This half term", -30, 24)),
    (-7, "08:01", _term("Next half term", 33, 75)),
    (-7, "08:02", _set_day("head", 12, "inset", "Training in first aid")),
    (-7, "08:03", _set_day("office", -9, "closed", "The boiler was broken")),
    *(step for days in range(-4, 0) for step in _day(days)),
    (-1, "09:02", _press("head", False)),
    (-1, "09:04", _take_back("head", "I pressed the wrong button.")),
)
TODAY = (("08:40", _press("office", True)), ("15:42", _press("office", False)))


def today(story):
    """What has been said today, as far as the day has gone."""
    for at, step in TODAY:
        if story.moment(0, at) <= clock.now():
            with clock.frozen(story.moment(0, at)):
                step(story)
