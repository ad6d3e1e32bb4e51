"""How many visitors there were, by month: numbers for those who watch over the policy, and no names (clause 0.2)."""

import datetime as dt
from collections import Counter
from typing import NamedTuple

from peewee import fn

from database import prepared
from enums import ExemptionState, VisitorKind
from fields import Parameter
from models import Exemption, SignCheck, Stay, Visit, Visitor, VisitorConcern
from rules.auth.permissions import Permission
from rules.core import clock
from rules.policy.in_force import policy_in_force
from rules.visitors.register import KIND_WORDS

EARLIEST = dt.date(2000, 1, 1)
KINDS = tuple(KIND_WORDS[kind].split(",")[0] for kind in VisitorKind)
# Which number a request for a device adds to. One that was withdrawn adds to none.
REQUESTS = {
    ExemptionState.APPROVED: "approved",
    ExemptionState.REVOKED: "approved",
    ExemptionState.DECLINED: "declined",
    ExemptionState.SUBMITTED: "waiting",
    ExemptionState.RETURNED: "waiting",
}


class Month(NamedTuple):
    """The numbers of a month, or of all months together. `kinds` are visits in the order of `KINDS`."""

    name: str
    visits: int
    kinds: tuple
    approved: int
    declined: int
    waiting: int
    reports: int
    checks: int


class Year(NamedTuple):
    """A school year so far: its months with the latest first, and all of them together. `first` is its first day.

    `before` is a day of the year before, None where no visitor came before this one; `after` of the year after it.
    """

    first: dt.date
    last: dt.date
    months: tuple
    total: Month
    before: dt.date | None
    after: dt.date | None


# --- Queries ------------------------------------------------------------------------------------------------


@prepared
def _visits():
    month = fn.SUBSTR(Stay.day, 1, 7)
    return (
        Stay.select(month.alias("month"), Visitor.kind, fn.COUNT(Stay.id).alias("number"))
        .join(Visit)
        .join(Visitor)
        .where(Stay.day.between(Parameter("first"), Parameter("last")))
        .group_by(month, Visitor.kind)
    )


@prepared
def _requests():
    month = fn.SUBSTR(Exemption.starts_on, 1, 7)
    return (
        Exemption.select(month.alias("month"), Exemption.state, fn.COUNT(Exemption.id).alias("number"))
        .where(
            Exemption.visit.is_null(False),
            Exemption.ends_on >= Parameter("first"),
            Exemption.starts_on.between(Parameter("first"), Parameter("last")),
        )
        .group_by(month, Exemption.state)
    )


_reports = prepared(
    lambda: VisitorConcern.select(VisitorConcern.reported_at.alias("at")).where(
        VisitorConcern.reported_at >= Parameter("start"), VisitorConcern.reported_at < Parameter("end")
    )
)
_checks = prepared(
    lambda: SignCheck.select(SignCheck.checked_at.alias("at")).where(
        SignCheck.checked_at >= Parameter("start"), SignCheck.checked_at < Parameter("end")
    )
)
_oldest = prepared(lambda: Stay.select(Stay.day).order_by(Stay.day).limit(1))


# --- Counting -----------------------------------------------------------------------------------------------


def of_year(actor, day):
    """The numbers of the school year in which a day lies, up to today. Days and months are the school's."""
    actor.must(Permission.COUNT_VISITORS)
    first, last = _year(max(EARLIEST, min(day, clock.today())))
    counted = _count(first, last)
    upto = min(last, clock.today())
    months = [_month(f"{month:%B %Y}", counted, [f"{month:%Y-%m}"]) for month in _months(first, upto)]
    total = _month("All together", counted, [f"{month:%Y-%m}" for month in _months(first, upto)])
    oldest = _oldest.one()
    before = oldest is not None and oldest.day < first
    one_day = dt.timedelta(days=1)
    return Year(
        *(first, last, tuple(reversed(months)), total),
        before=first - one_day if before else None,
        after=last + one_day if last < clock.today() else None,
    )


def _year(day):
    """The first and the last day of the school year of a day."""
    last = clock.academic_year_end(day, policy_in_force().year_ends)
    before = clock.academic_year_end(dt.date(last.year - 1, 1, 1), policy_in_force().year_ends)
    return before + dt.timedelta(days=1), last


def _months(first, last):
    """The first days of the months from a day to another."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + dt.timedelta(days=31)).replace(day=1)


def _count(first, last):
    """Every number of these days, by its month (YYYY-MM) and what it counts."""
    counted = Counter()
    days = {"first": first, "last": last}
    for row in _visits.rows(**days):
        counted[row.month, row.kind] += row.number
    for row in _requests.rows(**days):
        if what := REQUESTS.get(row.state):
            counted[row.month, what] += row.number
    bounds = {"start": clock.day_bounds(first)[0], "end": clock.day_bounds(last)[1]}
    for what, query in (("reports", _reports), ("checks", _checks)):
        for row in query.rows(**bounds):
            counted[f"{clock.local(row.at):%Y-%m}", what] += 1
    return counted


def _month(name, counted, months):
    def number(what):
        return sum(counted[month, what] for month in months)

    kinds = tuple(number(kind.value) for kind in VisitorKind)
    return Month(name, sum(kinds), kinds, *map(number, ("approved", "declined", "waiting", "reports", "checks")))
