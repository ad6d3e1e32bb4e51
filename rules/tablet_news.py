"""What reception is told of its tablets: one that is locked after wrong codes, one whose cookie was copied."""

import datetime as dt

from peewee import fn

from database import prepared
from fields import Parameter
from models import Tablet, WrongCode
from rules import clock
from rules.roles import Permission
from rules.tablet_leaving import LOCKED_FOR, WITHIN, lock_of, say_until
from rules.tablets import COPIED

TOLD_FOR = dt.timedelta(days=7)


@prepared
def _wrong():
    return (
        WrongCode.select(Tablet.id, Tablet.name, WrongCode.at)
        .join(Tablet)
        .where(WrongCode.at >= Parameter("since"), Tablet.ended_at.is_null())
        .order_by(WrongCode.at.desc())
    )


@prepared
def _copied():
    since = Tablet.alias("since_row")
    newer = since.select(since.id).where(since.made_at > Tablet.ended_at)
    return (
        Tablet.select(Tablet.name, Tablet.ended_at)
        .where(Tablet.ended_because == COPIED, Tablet.ended_at >= Parameter("since"), ~fn.EXISTS(newer))
        .order_by(Tablet.ended_at)
    )


def told(actor):
    """What reception has to know of its tablets now, as sentences: two queries. A lock that is over is not told.

    A copied cookie is told for a week, or until a tablet has been switched on again.
    """
    actor.must(Permission.RECEIVE_VISITORS)
    return [*_locked(), *_copies()]


def _locked():
    tries = {}
    for row in _wrong.rows(since=clock.now() - WITHIN - LOCKED_FOR):
        tries.setdefault(row.name, []).append(row.at)
    for name, moments in tries.items():
        if until := lock_of(moments):
            yield (
                f"At the tablet {name} somebody typed too many wrong codes. Nobody can sign out there until "
                f"{say_until(until)}. Have a look who stands there, and sign visitors out here."
            )


def _copies():
    for row in _copied.rows(since=clock.now() - TOLD_FOR):
        at = clock.say_moment(row.ended_at)
        yield (
            f"The tablet {row.name} was switched off by itself at {at}, because its key was used in another browser. "
            "Find out who has copied it, then switch it on again."
        )
