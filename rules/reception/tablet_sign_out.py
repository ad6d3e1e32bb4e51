"""A visitor signs out at the reception tablet, with their name and the code on their badge (clause 6.1).

A code has four digits, so it could be guessed: too many wrong ones lock signing out at that tablet for a while.
"""

import datetime as dt

from database import prepared, writing
from fields import Parameter
from models import Stay, WrongCode
from rules.audit.record import record
from rules.core import clock
from rules.core.errors import Invalid
from rules.core.text import name_key
from rules.reception import queries, stays
from rules.visitors import visits

MOST_WRONG = 5
WITHIN = dt.timedelta(minutes=10)
LOCKED_FOR = dt.timedelta(minutes=10)
FORGOTTEN_AFTER = dt.timedelta(days=1)

WRITE_NAME = "Write your name as it stands on your badge"
WRITE_CODE = "Write the four digits on your badge"


class NotKnown(Exception):
    """Nobody of this name with this code is in the building. Which of the two is wrong is not said."""


class Forgotten(Exception):
    """They came on an earlier day and were not signed out; reception settles when they left."""


class Locked(Exception):
    """Too many wrong codes were typed at this tablet. `until` is when that is over, on the school's clock, in words."""

    def __init__(self, until):
        self.until = format_until(until)
        super().__init__(f"locked until {self.until}")


def format_until(moment):
    """A moment at which something is over, as a time of the school's clock: the next full minute."""
    there = clock.local(moment + dt.timedelta(seconds=59))
    return clock.format_time(there.time().replace(second=0, microsecond=0))


_newest_wrong = prepared(
    lambda: (
        WrongCode.select(WrongCode.at)
        .where(WrongCode.tablet == Parameter("tablet"), WrongCode.at <= Parameter("now"))
        .order_by(WrongCode.at.desc())
        .limit(MOST_WRONG)
    )
)
_of_code = prepared(lambda: queries.query(Stay.left_at.is_null(), Stay.code == Parameter("code")))
_gone_here = prepared(
    lambda: (
        queries.query(Stay.day >= Parameter("day"), Stay.left_tablet == Parameter("tablet"))
        .order_by(Stay.left_at.desc())
        .limit(1)
    )
)


def locked_until(tablet):
    """Until when signing out at a tablet (by id) is locked, aware, UTC; None where it is not.

    No try is counted while it is locked, so the newest wrong code is the one that locked it.
    """
    return lock_of([row.at for row in _newest_wrong.rows(tablet=tablet, now=clock.now())])


def lock_of(tries):
    """Until when wrong codes typed at these moments, the newest first, lock a tablet; None where they do not.

    Those of later than now were typed while the clock ran ahead, and would lock it until then.
    """
    tries = [at for at in tries if at <= clock.now()]
    if len(tries) < MOST_WRONG or tries[0] - tries[MOST_WRONG - 1] >= WITHIN:
        return None
    until = tries[0] + LOCKED_FOR
    return until if clock.now() < until else None


def leave(tablet, name, code):
    """Sign out whoever has this name and this code, at a tablet (as `rules/reception/tablets.py` knows it); returns
    the stay.

    Raises Invalid where something is missing, NotKnown, Locked, or Forgotten: a stay that should have ended on an
    earlier day is no fact of this morning.
    """
    code = "".join(code.split())
    if missing := _missing(name, code):
        raise Invalid(missing)
    with writing():
        if until := locked_until(tablet.id):
            raise Locked(until)
        stay = _inside(name, code) or _gone_before(tablet, name, code)
        if stay is None:
            _note_wrong(tablet)
        elif stay.left_at is None and stays.forgotten(stay):
            raise Forgotten
        elif stay.left_at is None:
            _sign_out(tablet, stay)
    if stay is None:
        _refuse(tablet)
    return stay


def _missing(name, code):
    errors = {} if name.strip() else {"name": WRITE_NAME}
    if not (len(code) == 4 and code.isascii() and code.isdigit()):
        errors["code"] = WRITE_CODE
    return errors


def _inside(name, code):
    rows = queries.read(_of_code.rows(code=code))
    return next((row for row in rows if name_key(row.name) == name_key(name)), None)


def _gone_before(tablet, name, code):
    """The stay that the same form has ended, where its answer was lost on the way."""
    if not tablet.answer_lost:
        return None
    yesterday = clock.today() - dt.timedelta(days=1)
    rows = queries.read(_gone_here.rows(day=yesterday, tablet=tablet.id))
    return next((row for row in rows if row.code == code and name_key(row.name) == name_key(name)), None)


def _sign_out(tablet, stay):
    stays.end(stay.id, max(clock.now(), stay.came_at), left_tablet=tablet.id)
    visit = visits.one(stay.visit)
    record("visitor-signed-out-at-tablet", person=visit.host, about=visit.record, tablet=tablet.name)


def _note_wrong(tablet):
    WrongCode.delete().where(WrongCode.at < clock.now() - FORGOTTEN_AFTER).execute()
    WrongCode.insert(tablet=tablet.id, at=clock.now()).execute()
    if locked_until(tablet.id):
        record("tablet-locked", about=f"tablet:{tablet.id}", tablet=tablet.name)


def _refuse(tablet):
    if until := locked_until(tablet.id):
        raise Locked(until)
    raise NotKnown
