"""Are pupils on site? What the office has said today or, until it has, what the calendar lets us assume (2.4, 4.1).

Where in doubt we assume that they are: on a school day from the time at which pupils come, until somebody says that
all have left, or midnight.
"""

import datetime as dt
from typing import NamedTuple

from database import prepared
from fields import Parameter
from models import Person, SiteMark
from rules import clock, poll_tokens, school_calendar
from rules.changes import touched
from rules.clock import say_time
from rules.obligations import policy_in_force

unchanged = poll_tokens.unchanged


class Status(NamedTuple):
    """Whether pupils are on site. `since` is a time of the school's clock, None where there is none to tell.

    `by` is who said so, "" where nobody did; then it is `assumed` from the calendar. `words` say it to everybody;
    `asks` is what the office is asked, "" while there is nothing to ask.
    """

    pupils_on_site: bool
    since: dt.time | None
    by: str
    assumed: bool
    school_day: bool
    words: str
    asks: str = ""


class Mark(NamedTuple):
    """Something that was said and not taken back. `at` is aware, UTC; `by_id` is who said it."""

    id: int
    on_site: bool
    at: dt.datetime
    by: str
    by_id: int

    @property
    def time(self):
        """When it was said, on the school's clock, to the minute."""
        return clock.local(self.at).time().replace(second=0, microsecond=0)


@prepared(row=Mark)
def _newest():
    return (
        SiteMark.select(
            SiteMark.id,
            SiteMark.pupils_on_site.alias("on_site"),
            SiteMark.at,
            Person.name.alias("by"),
            SiteMark.by.alias("by_id"),
        )
        .join(Person, on=(SiteMark.by == Person.id))
        .where(
            SiteMark.day == Parameter("day"),
            SiteMark.undone_at.is_null(),
            SiteMark.at < Parameter("until"),
        )
        .order_by(SiteMark.id.desc())
        .limit(1)
    )


def newest_mark(day, until=None):
    """The newest mark of a day that was not taken back, or None; with `until` the newest before that moment."""
    until = until or clock.day_bounds(day)[1]
    return _newest.one(day=day, until=until)


def status(policy=None):
    """Whether pupils are on site now. `policy` saves a query where it is known."""
    day, policy = clock.today(), policy or policy_in_force()
    time = clock.local(clock.now()).time()
    return judge(school_calendar.answer(day, policy), time, newest_mark(day), policy)


def status_at(day, time, policy=None):
    """Whether pupils were on site at a time of a day, or would be as far as we know today.

    What was said within that minute counts. In the hour that comes twice in October the first one is meant.
    """
    policy = policy or policy_in_force()
    until = clock.at(day, time.replace(second=0, microsecond=0)) + dt.timedelta(minutes=1)
    return judge(school_calendar.answer(day, policy), time, newest_mark(day, until), policy)


def judge(calendar, time, mark, policy):
    """The rule: what holds at a time of a day, given what the calendar answers and the newest mark of that day.

    That all have left counts only until pupils come, if it was said before: they come nevertheless.
    """
    if counts(calendar, time, mark, policy):
        return _said(calendar, time, mark, policy)
    return _assumed(calendar, time, policy)


def counts(calendar, time, mark, policy):
    """Whether a mark (or None) counts at a time of its day: not where it says that pupils left before they came."""
    gone_before = mark and not mark.on_site and mark.time < policy.pupils_come <= time and calendar.school
    return bool(mark) and not gone_before


def _said(calendar, time, mark, policy):
    words = "Pupils are on site since" if mark.on_site else "All pupils left at"
    late = mark.on_site and mark.time < policy.pupils_leave <= time
    asks = f"Have all pupils left? On a usual day they leave by {say_time(policy.pupils_leave)}." if late else ""
    return Status(mark.on_site, mark.time, mark.by, False, calendar.school, f"{words} {say_time(mark.time)}", asks)


def _assumed(calendar, time, policy):
    come = say_time(policy.pupils_come)
    if not calendar.school:
        when = "today" if calendar.day == clock.today() else "on that day"
        words = f"There is no school {when} ({calendar.reason}), so we assume that no pupils are on site"
        return Status(False, None, "", True, False, words)
    if time < policy.pupils_come:
        return Status(False, None, "", True, True, f"We assume that no pupils are on site before {come}")
    words, asks = f"We assume that pupils are on site since {come}", "Nobody has said today whether pupils are on site."
    if time >= policy.pupils_leave:
        words, asks = "We assume that pupils are still on site", "Nobody has said today that all pupils have left."
    return Status(True, policy.pupils_come, "", True, True, words, asks)


def next_is_on_site(status, policy):
    """Whether the next thing to say is most likely that pupils are on site; else it is that all have left."""
    if status.assumed:
        return not status.pupils_on_site or clock.local(clock.now()).time() < policy.pupils_leave
    return not status.pupils_on_site


def token(policy=None, edges=()):
    """What stays the same as long as the status does; ask for it first. `edges` are further times, HH:MM."""
    count, policy = touched(), policy or policy_in_force()
    times = [f"{time:%H:%M}" for time in (policy.pupils_come, policy.pupils_leave)]
    return poll_tokens.token_until(count, f"{clock.local(clock.now()):%H:%M}", [*times, *edges])
