"""Are pupils on site? What the office has said today or, until it has, what the calendar lets us assume (2.4, 4.1).

Where in doubt we assume that they are: on a school day from the time at which pupils come, until somebody says that
all have left, or midnight. Who presses second on a page that is no longer so is told who was first.
"""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from peewee import JOIN

from database import prepared, writing
from fields import Parameter
from models import Person, SiteMark
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import changes, clock
from rules.core.changes import touched
from rules.core.clock import format_date, format_time
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import text_error, tidy
from rules.policy.in_force import policy_in_force
from rules.site import calendar as site_calendar

unchanged = changes.unchanged


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
    return judge(site_calendar.answer(day, policy), time, newest_mark(day), policy)


def status_at(day, time, policy=None):
    """Whether pupils were on site at a time of a day, or would be as far as we know today.

    What was said within that minute counts. In the hour that comes twice in October the first one is meant.
    """
    policy = policy or policy_in_force()
    until = clock.at(day, time.replace(second=0, microsecond=0)) + dt.timedelta(minutes=1)
    return judge(site_calendar.answer(day, policy), time, newest_mark(day, until), policy)


def judge(calendar, time, mark, policy):
    """The rule: what holds at a time of a day, given what the calendar answers and the newest mark of that day.

    That all have left counts only until pupils come, if it was said before: they come nevertheless.
    """
    if mark_counts(calendar, time, mark, policy):
        return _said(calendar, time, mark, policy)
    return _assumed(calendar, time, policy)


def mark_counts(calendar, time, mark, policy):
    """Whether a mark (or None) counts at a time of its day: not where it says that pupils left before they came."""
    gone_before = mark and not mark.on_site and mark.time < policy.pupils_come <= time and calendar.school
    return bool(mark) and not gone_before


def _said(calendar, time, mark, policy):
    since, words = mark.time, "Pupils are on site since" if mark.on_site else "All pupils left at"
    late = mark.on_site and since < policy.pupils_leave <= time
    asks = f"Have all pupils left? On a usual day they leave by {format_time(policy.pupils_leave)}." if late else ""
    return Status(mark.on_site, since, mark.by, False, calendar.school, f"{words} {format_time(since)}", asks)


def _assumed(calendar, time, policy):
    come = format_time(policy.pupils_come)
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
    return changes.token_until(count, f"{clock.local(clock.now()):%H:%M}", [*times, *edges])


# --- Saying so, and taking it back --------------------------------------------------------------------------


UNDO_WITHIN = dt.timedelta(minutes=10)
DAYS_SHOWN, MOST_SHOWN = 7, 100
LONGEST_REASON = 300
SAID = {True: "that pupils are on site", False: "that all pupils have left"}
NOTHING_CHANGED = "Nothing was changed by your click."

Shown = namedtuple("Shown", "id day on_site at by undone_at undone_by undone_reason")


class NoSchoolToday(Conflict):
    """Pupils are said to be on site on a day without school: it has to be pressed again. The message says why."""


# --- Saying it ----------------------------------------------------------------------------------------------


def press(actor, on_site, day, seen, sure=False):
    """Say that pupils are on site (`on_site`) or that all have left. Clicked twice on one page it is one click.

    `day` is the day of the page that was pressed, `seen` the id of the mark that it showed, 0 for none. Raises
    Conflict, or NoSchoolToday unless the actor is `sure`.
    """
    actor.must(Permission.KEEP_SITE)
    with writing():
        if day != clock.today():
            raise Conflict(
                f"This page was opened on {format_date(day)}. Now it is {format_date(clock.today())}. "
                f"{NOTHING_CHANGED} Look at what holds today, then press again."
            )
        mark, policy, time = newest_mark(day), policy_in_force(), clock.local(clock.now()).time()
        calendar = site_calendar.answer(day, policy)
        counts = mark_counts(calendar, time, mark, policy)
        if counts and mark.on_site is on_site and mark.by_id == actor.id and seen < mark.id:
            return
        _must_be_news(on_site, mark, counts, seen)
        if not counts and not on_site and not judge(calendar, time, mark, policy).pupils_on_site:
            raise Conflict("No pupils are on site as far as we know, so there is nothing to change.")
        if on_site and not calendar.school and not sure:
            raise NoSchoolToday(f"The calendar says that there is no school today ({calendar.reason}).")
        _keep(actor, on_site, day)


def _must_be_news(on_site, mark, counts, seen):
    """Whoever pressed knew what holds now, and it is something else. A mark that no longer `counts` holds nothing."""
    newest = mark.id if mark else 0
    if counts and (newest > seen or mark.on_site is on_site):
        raise Conflict(
            f"{mark.by} was first: at {format_time(mark.time)} they said {SAID[mark.on_site]}. {NOTHING_CHANGED}"
        )
    if newest < seen:
        raise Conflict(f"What your page showed has been taken back{_taken_back_by(seen)}. {NOTHING_CHANGED}")


def _keep(actor, on_site, day):
    mark = SiteMark.insert(day=day, pupils_on_site=on_site, at=clock.now(), by=actor.id).execute()
    record("site-pupils-on-site" if on_site else "site-all-left", actor=actor.id, about=f"site-mark:{mark}")


def _taken_back_by(mark):
    row = SiteMark.get_or_none(SiteMark.id == mark) if mark < 2**63 else None
    if row is None or row.undone_at is None:
        return ""
    return f" by {row.undone_by.name} at {format_time(_minute(row.undone_at))}"


def _minute(moment):
    return clock.local(moment).time().replace(second=0, microsecond=0)


# --- Taking it back -----------------------------------------------------------------------------------------


def undo_until(mark):
    """Until when a mark of today can be taken back, aware, UTC; None where that is over or there is none."""
    until = mark and mark.at + UNDO_WITHIN
    return until if until and clock.now() <= until else None


def undo(actor, mark, reason):
    """Take back the newest mark (by id) of today within ten minutes: what held before it holds again.

    Raises NotFound, Invalid for the reason, or Conflict.
    """
    actor.must(Permission.KEEP_SITE)
    with writing():
        row = SiteMark.get_or_none(SiteMark.id == mark) if 0 < mark < 2**63 else None
        if row is None:
            raise NotFound
        reason = tidy(reason)
        _must_be_undoable(row)
        if error := text_error(reason, LONGEST_REASON, "Say why it was a mistake"):
            raise Invalid({"reason": error})
        taken = {"undone_at": clock.now(), "undone_by": actor.id, "undone_reason": reason}
        if not SiteMark.update(taken).where(SiteMark.id == row.id, SiteMark.undone_at.is_null()).execute():
            raise Conflict(f"It has been taken back already. {NOTHING_CHANGED}")
        what = SAID[row.pupils_on_site]
        record("site-mark-undone", actor=actor.id, about=f"site-mark:{row.id}", what=what)


def _must_be_undoable(row):
    newest = newest_mark(clock.today())
    if row.undone_at is not None:
        raise Conflict(f"It has been taken back already{_taken_back_by(row.id)}. {NOTHING_CHANGED}")
    if row.day != clock.today():
        raise Conflict(f"That was said on {format_date(row.day)}. Today begins anew, so there is nothing to take back.")
    if newest.id != row.id:
        raise Conflict(
            f"{newest.by} has said meanwhile, at {format_time(newest.time)}, {SAID[newest.on_site]}. {NOTHING_CHANGED}"
        )
    if undo_until(newest) is None:
        raise Conflict(
            f"It was said at {format_time(newest.time)}, and can be taken back for ten minutes only. "
            "If it is wrong, press the other button."
        )


# --- The last days ------------------------------------------------------------------------------------------


@prepared(row=Shown)
def _recent():
    undoer = Person.alias("undoer")
    return (
        SiteMark.select(
            SiteMark.id,
            SiteMark.day,
            SiteMark.pupils_on_site.alias("on_site"),
            SiteMark.at,
            Person.name.alias("by"),
            SiteMark.undone_at,
            undoer.name.alias("undone_by"),
            SiteMark.undone_reason,
        )
        .join(Person, on=(SiteMark.by == Person.id))
        .switch(SiteMark)
        .join(undoer, JOIN.LEFT_OUTER, on=(SiteMark.undone_by == undoer.id))
        .where(SiteMark.day >= Parameter("first"))
        .order_by(SiteMark.day.desc(), SiteMark.id.desc())
        .limit(MOST_SHOWN)
    )


def recent(actor):
    """What was said in the last days, the latest first, also what was taken back, with its reason."""
    actor.must(Permission.KEEP_SITE)
    first = clock.today() - dt.timedelta(days=DAYS_SHOWN)
    return _recent.rows(first=first)
