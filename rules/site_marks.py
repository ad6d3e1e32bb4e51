"""The office says that pupils are on site, or that all have left, and takes it back where it was a mistake.

Who presses second on a page that is no longer so is told who was first, and nothing is changed by their click.
"""

import datetime as dt
from collections import namedtuple

from peewee import JOIN

from database import prepared, writing
from fields import Parameter
from models import Person, SiteMark
from rules import audit, clock, school_calendar, site
from rules.clock import say_date, say_time
from rules.errors import Conflict, Invalid, NotFound
from rules.obligations import policy_in_force
from rules.roles import Permission
from rules.text import text_error, tidy

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
                f"This page was opened on {say_date(day)}. Now it is {say_date(clock.today())}. {NOTHING_CHANGED} "
                "Look at what holds today, then press again."
            )
        mark, policy, time = site.newest_mark(day), policy_in_force(), clock.local(clock.now()).time()
        calendar = school_calendar.answer(day, policy)
        counts = site.counts(calendar, time, mark, policy)
        if counts and mark.on_site is on_site and mark.by_id == actor.id and seen < mark.id:
            return
        _must_be_news(on_site, mark, counts, seen)
        if not counts and not on_site and not site.judge(calendar, time, mark, policy).pupils_on_site:
            raise Conflict("No pupils are on site as far as we know, so there is nothing to change.")
        if on_site and not calendar.school and not sure:
            raise NoSchoolToday(f"The calendar says that there is no school today ({calendar.reason}).")
        _keep(actor, on_site, day)


def _must_be_news(on_site, mark, counts, seen):
    """Whoever pressed knew what holds now, and it is something else. A mark that no longer `counts` holds nothing."""
    newest = mark.id if mark else 0
    if counts and (newest > seen or mark.on_site is on_site):
        raise Conflict(
            f"{mark.by} was first: at {say_time(mark.time)} they said {SAID[mark.on_site]}. {NOTHING_CHANGED}"
        )
    if newest < seen:
        raise Conflict(f"What your page showed has been taken back{_taken_back_by(seen)}. {NOTHING_CHANGED}")


def _keep(actor, on_site, day):
    mark = SiteMark.insert(day=day, pupils_on_site=on_site, at=clock.now(), by=actor.id).execute()
    audit.record("site-pupils-on-site" if on_site else "site-all-left", actor=actor.id, about=f"site-mark:{mark}")


def _taken_back_by(mark):
    row = SiteMark.get_or_none(SiteMark.id == mark) if mark < 2**63 else None
    if row is None or row.undone_at is None:
        return ""
    return f" by {row.undone_by.name} at {say_time(_minute(row.undone_at))}"


def _minute(moment):
    return clock.local(moment).time().replace(second=0, microsecond=0)


# --- Taking it back -----------------------------------------------------------------------------------------


def undo_until(mark):
    """Until when a mark of today can be taken back, aware, UTC; None where that is over or there is none."""
    until = mark and mark.at + UNDO_WITHIN
    return until if until and clock.now() <= until else None


def undo(actor, mark, reason):
    """Take back the newest mark (by id) of today within ten minutes: what held before it holds again.

    Raises NotFound, Invalid with the problem of the reason, or Conflict.
    """
    actor.must(Permission.KEEP_SITE)
    with writing():
        row = SiteMark.get_or_none(SiteMark.id == mark) if 0 < mark < 2**63 else None
        if row is None:
            raise NotFound
        reason = tidy(reason)
        _must_be_undoable(row)
        if error := text_error(reason, LONGEST_REASON) if reason else "Say why it was a mistake":
            raise Invalid({"reason": error})
        taken = {"undone_at": clock.now(), "undone_by": actor.id, "undone_reason": reason}
        if not SiteMark.update(taken).where(SiteMark.id == row.id, SiteMark.undone_at.is_null()).execute():
            raise Conflict(f"It has been taken back already. {NOTHING_CHANGED}")
        what = SAID[row.pupils_on_site]
        audit.record("site-mark-undone", actor=actor.id, about=f"site-mark:{row.id}", what=what)


def _must_be_undoable(row):
    newest = site.newest_mark(clock.today())
    if row.undone_at is not None:
        raise Conflict(f"It has been taken back already{_taken_back_by(row.id)}. {NOTHING_CHANGED}")
    if row.day != clock.today():
        raise Conflict(f"That was said on {say_date(row.day)}. Today begins anew, so there is nothing to take back.")
    if newest.id != row.id:
        raise Conflict(
            f"{newest.by} has said meanwhile, at {say_time(newest.time)}, {SAID[newest.on_site]}. {NOTHING_CHANGED}"
        )
    if undo_until(newest) is None:
        raise Conflict(
            f"It was said at {say_time(newest.time)}, and can be taken back for ten minutes only. "
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
