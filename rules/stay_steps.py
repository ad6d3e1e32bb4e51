"""Beginning and ending a stay in the building, by reception or at a tablet (clauses 6.1, 6.2).

Both are parts of a caller's write transaction, which also tells the trail.
"""

import datetime as dt
import secrets

from database import prepared
from fields import Parameter
from models import Stay, Visitor
from rules import clock, stay_rows, visit_search
from rules.obligations import policy_in_force
from rules.visitors import can_be_one, name_key

CODES = tuple(f"{number:04}" for number in range(10_000))

_codes_inside = prepared(lambda: Stay.select(Stay.code).where(Stay.left_at.is_null(), Stay.code.is_null(False)))
_of_name = prepared(
    lambda: stay_rows.query(Stay.left_at.is_null(), Visitor.name_key == Parameter("key")).order_by(Stay.came_at)
)


def inside(name, organisation):
    """The stay of somebody of this name and organisation who has not left, or None. None said counts as the same."""
    rows = stay_rows.read(_of_name.rows(key=name_key(name)))
    return next((row for row in rows if can_be_one(row.organisation, organisation)), None)


def begin(visit, carries, **who):
    """The visitor of a visit (as `rules/visit_rows.py` reads it) comes in now; returns the id of the stay.

    `carries` are kinds of device. `who` signs them in is `came_by`, a person's id, or `came_tablet`, a tablet's.
    """
    return Stay.insert(
        visit=visit.id,
        day=clock.today(),
        came_at=clock.now(),
        code=_free_code(),
        accepted_version=policy_in_force().version,
        carries=sorted(set(carries)),
        search_text=visit_search.text_of(visit.name, visit.organisation, visit.purpose, visit.host),
        **who,
    ).execute()


def _free_code():
    """A code of four digits that nobody in the building has: with it, and their name, they sign out at a tablet."""
    taken = {row.code for row in _codes_inside.rows()}
    return secrets.choice([code for code in CODES if code not in taken])


def forgotten(stay):
    """Whether a stay that has not ended was forgotten: the school has opened on the day after it began.

    Until then somebody may still be leaving. From then on nobody knows when they left, so it is settled as an estimate.
    """
    return clock.now() >= clock.at(stay.day + dt.timedelta(days=1), policy_in_force().opens)


def end(stay, left_at, **who):
    """End a stay (by id) at a moment. False where it had ended: somebody was first.

    `who` signs them out is `left_by`, a person's id, or `left_tablet`, a tablet's; `estimated` goes with it.
    """
    ending = Stay.update(left_at=left_at, **who).where(Stay.id == stay, Stay.left_at.is_null())
    return bool(ending.execute())
