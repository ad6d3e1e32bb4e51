"""The roll call: who is on site as far as the school has written it down today (clauses 2.3, 4.1, 6.1).

It tells names and classes only, and when a device went back: neither what somebody brought nor why they are absent.
"""

import datetime as dt
from typing import NamedTuple

from enums import HandInOutcome
from rules.auth.permissions import Permission
from rules.core import clock
from rules.lockers import own, tiles
from rules.lockers.lockers import apart, staff_direct
from rules.people import classes
from rules.reception import stays
from rules.site import status


class RollCallLine(NamedTuple):
    """Somebody to be ticked. `more` tells people of one name and class apart; `note` is what else is known."""

    id: int
    name: str
    more: str
    note: str = ""


class RollCall(NamedTuple):
    """Everybody, as it stood at `made_at` (aware, UTC).

    `here` and `forgotten` are the stays of visitors, of today and of earlier days. `pupils` were entered today,
    `unasked` were not, both {class: lines}; `absent` are lines with the class as their note. `staff` have said today
    that their device is in their locker, {team: lines}. `gone` says that all pupils have left, "" while they have not.
    """

    made_at: dt.datetime
    here: list
    forgotten: list
    pupils: dict
    unasked: dict
    absent: list
    staff: dict
    gone: str


def call_roll(actor):
    """The roll call of now, in a fixed number of queries."""
    actor.must(Permission.READ_VISITOR_LOG)
    here, forgotten = stays.open_stays(actor)
    # Of several rows of a day the newest counts.
    newest = {row.person: row for row in tiles.of_today() if row.day == clock.today()}
    pupils = tuple(classes.pupils())
    more, absent = apart(pupils), {key for key, row in newest.items() if row.brought is HandInOutcome.ABSENT}
    came = [pupil for pupil in pupils if pupil.id in newest and pupil.id not in absent]
    return RollCall(
        made_at=clock.now(),
        here=here,
        forgotten=forgotten,
        pupils=_by_team((pupil.team, _line(pupil, more, _given_back(newest[pupil.id]))) for pupil in came),
        unasked=_by_team((pupil.team, _line(pupil, more)) for pupil in pupils if pupil.id not in newest),
        absent=[_line(pupil, more, pupil.team) for pupil in pupils if pupil.id in absent],
        staff=_staff(),
        gone=_gone(),
    )


def _gone():
    """What somebody said who wrote down that pupils left; what is only assumed from the calendar takes nobody off."""
    now = status.status()
    return "" if now.pupils_on_site or now.assumed else now.words


def _staff():
    """Who has said today that their device is in their locker; who took it out again may still be on site."""
    rows, people = own.rows_of_staff(), tuple(staff_direct())
    more = apart(people)
    return _by_team((one.team, _line(one, more, _taken_out(rows[one.id][-1]))) for one in people if one.id in rows)


def _line(person, more, note=""):
    return RollCallLine(person.id, person.name, more[person.id], note)


def _given_back(row):
    return f"Device given back at {_time(row.returned_at)}" if row.returned_at else ""


def _taken_out(row):
    return f"Device taken out at {_time(row.returned_at)}" if row.returned_at else ""


def _time(moment):
    return clock.format_time(clock.local(moment).time().replace(second=0, microsecond=0))


def _by_team(lines):
    """Lines by team, in the order of the names of teams; those without one come first, under an empty name."""
    by_team = {}
    for team, line in lines:
        by_team.setdefault(team, []).append(line)
    return dict(sorted(by_team.items()))
