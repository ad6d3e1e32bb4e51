"""The log of visitors: every stay, the newest first, found by day and by words (clauses 6.1, 8.1)."""

import datetime as dt
from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared
from enums import ExemptionState
from fields import JsonTextField, Parameter
from models import Stay, Visit, Visitor
from rules import stay_rows, visit_search, visitors
from rules.roles import Permission
from rules.text import one_line

PAGE = 50
MOST_IN_FILE = 10_000
NEWEST = 2**63 - 1


# Which requests for a device are meant by a decision, and how it is called.
ASKED = {
    "approved": ("Approved", (ExemptionState.APPROVED,)),
    "declined": ("Declined", (ExemptionState.DECLINED,)),
    "waiting": ("Waiting or returned", (ExemptionState.SUBMITTED, ExemptionState.RETURNED)),
    "ended": ("Withdrawn or revoked", (ExemptionState.WITHDRAWN, ExemptionState.REVOKED)),
    "none": ("No device was asked for", tuple(ExemptionState)),
}
if {state for words, states in ASKED.values() if states != tuple(ExemptionState) for state in states} != set(
    ExemptionState
):
    raise AssertionError("every state of a request needs a decision by which it is found")


class TooMany(Exception):
    """More stays than a file may have."""


class Wanted(NamedTuple):
    """Which stays: from a day to a day (both included), those with all the words, those before one of them (an id).

    `host` is a person's id, `organisation` its words, `decision` one of `ASKED` or nothing.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    text: str = ""
    before: int | None = None
    host: int | None = None
    organisation: str = ""
    decision: str = ""

    @property
    def by_days_alone(self):
        """Whether nothing but days narrows it down."""
        texts = one_line(self.text) or one_line(self.organisation)
        return not texts and self.host is None and not self.decision


_last_of = prepared(
    lambda: Stay.select(Stay.id).where(Stay.day <= Parameter("day")).order_by(Stay.day.desc(), Stay.id.desc()).limit(1)
)
_first_of = prepared(
    lambda: Stay.select(Stay.id).where(Stay.day >= Parameter("day")).order_by(Stay.day, Stay.id).limit(1)
)
_between = prepared(
    lambda: (
        stay_rows.query(Stay.id < Parameter("below"), Stay.id > Parameter("above"))
        .order_by(Stay.id.desc())
        .limit(Parameter("most"))
    )
)


@prepared
def _of_person():
    entries = Visitor.select(Visitor.id).where(
        (Visitor.id == Parameter("person")) | (Visitor.same_as == Parameter("person"))
    )
    return (
        stay_rows.query(Visit.visitor.in_(entries), Stay.id < Parameter("below"))
        .order_by(Stay.id.desc())
        .limit(Parameter("most"))
    )


@prepared
def _these():
    ids = Select((fn.json_each(Parameter("ids", JsonTextField)),), (SQL("value"),))
    return stay_rows.query(Stay.id.in_(ids)).order_by(Stay.id.desc())


def entries(actor, wanted):
    """A page of the log, and the id to go on before, or None at the end."""
    actor.must(Permission.READ_VISITOR_LOG)
    return _page(_newest(wanted, PAGE + 1))


def for_file(actor, wanted):
    """All stays that are wanted. Raises TooMany where a file would be too long."""
    actor.must(Permission.READ_VISITOR_LOG)
    found = _newest(wanted, MOST_IN_FILE + 1)
    if len(found) > MOST_IN_FILE:
        raise TooMany
    return found


def of_visitor(actor, visitor, before=None):
    """A visitor and a page of the stays of that person, and the id to go on before. Raises NotFound.

    Where the same person was entered more than once, it is the entry that counts, with the stays of all.
    """
    known = visitors.find(actor, visitor)
    if known.same_as:
        known = visitors.find(actor, known.same_as)
    rows = _of_person.rows(person=known.id, below=before or NEWEST, most=PAGE + 1)
    return known, *_page(stay_rows.read(rows))


def _page(rows):
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def _newest(wanted, most):
    """The newest stays that are wanted. Stays are numbered in the order of their days, so days are bounds of ids."""
    below, above = wanted.before or NEWEST, 0
    if wanted.last:
        row = _last_of.one(day=wanted.last)
        below = min(below, row.id + 1 if row else 0)
    if wanted.first:
        row = _first_of.one(day=wanted.first)
        above = row.id - 1 if row else NEWEST
    if wanted.by_days_alone:
        return stay_rows.read(_between.rows(below=below, above=above, most=most))
    states = ASKED[wanted.decision][1] if wanted.decision else ()
    ids = visit_search.newest(
        wanted.text, below, above, most, wanted.organisation, wanted.host, states, wanted.decision == "none"
    )
    return stay_rows.read(_these.rows(ids=ids))
