"""What reception looks at after the queue: who has no locker, who is missing, and what the school still holds (2.3)."""

import datetime as dt
from typing import NamedTuple

from database import writing
from enums import HandInOutcome, LockerArea
from rules import classes, clock, hand_in_rows
from rules.errors import Conflict, Invalid, NotFound
from rules.hand_ins import hand_back
from rules.lockers import numbers, without
from rules.obligations import policy_in_force
from rules.roles import Permission
from rules.text import one_line, text_error

LONGEST_TO = 80


class Held(NamedTuple):
    """A device that was handed in: the row, whose it is, and the number of the locker.

    `belongs`: they are still at the school; `absent`: it was written down that they are not here today.
    """

    row: hand_in_rows.Row
    label: str
    number: str
    belongs: bool
    absent: bool


class Lists(NamedTuple):
    """The lists of now. A device stands in the first of the last four that it fits."""

    no_locker: list
    not_yet: list
    left: list
    absent: list
    not_returned: list
    here: list


def lists(actor):
    """All lists at once, in a fixed number of queries."""
    actor.must(Permission.KEEP_LOCKERS)
    rows, pupils = hand_in_rows.of_today(), classes.pupils()
    asked, absent = {row.person for row in rows if row.day == clock.today()}, _absent(rows)
    labels, having = classes.labels(pupils), numbers(LockerArea.PUPILS)
    held = [_read(row, labels, having, absent) for row in rows if row.held]
    came, late_from = [each for each in held if each.belongs and not each.absent], _late_from()
    return Lists(
        no_locker=without(LockerArea.PUPILS),
        not_yet=[pupil for pupil in pupils if pupil.id not in asked],
        left=[each for each in held if not each.belongs],
        absent=[each for each in held if each.belongs and each.absent],
        not_returned=[each for each in came if each.row.day < late_from],
        here=[each for each in came if each.row.day >= late_from],
    )


def _absent(rows):
    """Who was written down as absent today, by id."""
    return {row.person for row in rows if row.day == clock.today() and row.brought is HandInOutcome.ABSENT}


def _read(row, labels, having, absent):
    label = labels.get(row.person) or ", ".join(filter(None, (row.name, row.team)))
    return Held(row, label, having.get(row.person, ""), row.person in labels, row.person in absent)


def _late_from():
    """The first day whose devices need not have gone back yet: today, or tomorrow once pupils have gone home."""
    gone_home = clock.local(clock.now()).time() >= policy_in_force().pupils_leave
    return clock.today() + dt.timedelta(days=gone_home)


def left_over(actor):
    """How many devices wait since an earlier day or for a parent: 0 for those who do not keep them."""
    if not actor.may(Permission.KEEP_LOCKERS):
        return 0
    held = [row for row in hand_in_rows.of_today() if row.held]
    here = {pupil.id for pupil in classes.pupils()} if held else set()
    return sum(row.day < clock.today() or row.person not in here for row in held)


# --- One device ---------------------------------------------------------------------------------------------


def find(actor, hand_in):
    """A device that was handed in, by the id of its row: for the receipt, and for who fetches it. Raises NotFound."""
    actor.must(Permission.KEEP_LOCKERS)
    row = hand_in_rows.one(hand_in)
    if row is None or row.brought is not HandInOutcome.DEVICE:
        raise NotFound
    absent = _absent(hand_in_rows.of_today(row.person))
    return _read(row, classes.labels(classes.pupils()), numbers(LockerArea.PUPILS), absent)


def of_day(actor, person, day):
    """The devices that a pupil (by id) handed in on a day, the earliest first: a row for each time."""
    actor.must(Permission.KEEP_LOCKERS)
    return [row for row in hand_in_rows.of_day(person, day) if row.brought is HandInOutcome.DEVICE]


def validate(kept, to):
    """What keeps a device from being given back, as {field: message}."""
    if error := text_error(to, LONGEST_TO):
        return {"returned_to": error}
    if to or (kept.belongs and not kept.absent):
        return {}
    why = "is absent today" if kept.belongs else "has left the school"
    return {"returned_to": f"{kept.row.name} {why}. Say who fetches it, such as “mother”"}


def give(actor, hand_in, returned_to=""):
    """Give a held device back; `returned_to` says who fetches it (clause 5.12c).

    It must for a pupil who has left or is absent today. Raises Conflict where somebody has done so, Invalid with the
    problem by field.
    """
    with writing():
        kept, to = find(actor, hand_in), one_line(returned_to)
        if found := validate(kept, to):
            raise Invalid(found)
        if not hand_back(actor, kept.row, clock.now(), to):
            when = clock.say_moment(kept.row.returned_at)
            raise Conflict(f"{kept.row.returned_name} has given it back already, at {when}.")
        return kept
