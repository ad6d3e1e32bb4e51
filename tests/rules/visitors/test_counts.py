"""How many visitors there were, by month of the school year, for those who watch over the policy (clause 0.2)."""

import datetime as dt

import pytest

from enums import ExemptionState
from rules.concerns import visitor_concerns
from rules.core import clock
from rules.core.errors import NotAllowed
from rules.reception import announcing, stays
from rules.visitors import counts, signs
from tests.conftest import CAST
from tests.support.device_access import a_device
from tests.support.visitors import MONDAY, a_visit, at

MAY = {"head", "dsl", "office", "governor", "director"}


@pytest.fixture
def came(cast):
    """Somebody came; the id of the visit."""

    def make(**changed):
        visit = announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]
        stays.sign_in(cast.office, visit, True, ())
        return visit

    return make


def numbers(month):
    """The numbers of a month but for the kinds."""
    return (month.visits, month.approved, month.declined, month.waiting, month.reports, month.checks)


def test_each_number_stands_in_its_month_and_in_the_sum(cast, came):
    came(name="Ann", kind="parent")
    signs.check(cast.office, "hall", True)
    with at(dt.date(2026, 12, 31), 23, 30):
        visitor_concerns.make(cast.teacher, visitor_concerns.Report(None, "A man", "Hall", "He filmed.", True))
    with at(dt.date(2027, 1, 11), 9):
        visit = came(kind="parent")
        came(name="Jo")
        for state in ExemptionState:
            a_device(visit, cast.teacher, state, cast.head)
        year = counts.of_year(cast.governor, clock.today())
    assert {month.name: numbers(month) for month in year.months} == {
        "January 2027": (2, 2, 1, 2, 0, 0),
        "December 2026": (0, 0, 0, 0, 1, 0),
        "November 2026": (1, 0, 0, 0, 0, 1),
        "October 2026": (0, 0, 0, 0, 0, 0),
        "September 2026": (0, 0, 0, 0, 0, 0),
    }
    assert year.months[0].name == "January 2027"
    assert numbers(year.total) == (3, 2, 1, 2, 1, 1)
    assert dict(zip(counts.KINDS, year.total.kinds, strict=True)) == {
        "Parent or carer": 2,
        "Professional": 0,
        "Contractor or delivery": 1,
        "Volunteer": 0,
        "Governor": 0,
        "Somebody else": 0,
    }


def test_the_last_evening_of_a_summer_month_belongs_to_that_month_of_the_school(cast):
    """Half past midnight on 1 June is still May in UTC."""
    with at(dt.date(2027, 6, 1), 0, 30):
        visitor_concerns.make(cast.teacher, visitor_concerns.Report(None, "A man", "Hall", "He filmed.", True))
        year = counts.of_year(cast.head, clock.today())
    assert [(month.name, month.reports) for month in year.months][:2] == [("June 2027", 1), ("May 2027", 0)]


def test_a_school_year_ends_in_august_and_one_goes_back_as_far_as_there_were_visitors(cast, came):
    came()
    with at(dt.date(2027, 9, 6), 9):
        this = counts.of_year(cast.office, clock.today())
        assert (this.first, this.last) == (dt.date(2027, 9, 1), dt.date(2028, 8, 31))
        assert (this.total.visits, this.before, this.after) == (0, dt.date(2027, 8, 31), None)
        last = counts.of_year(cast.office, this.before)
        assert (len(last.months), last.total.visits) == (12, 1)
        assert (last.before, last.after) == (None, this.first)


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_any_day_has_a_year(cast, day):
    assert counts.of_year(cast.office, day).total.visits == 0


@pytest.mark.parametrize("who", CAST)
def test_governor_director_headteacher_dsl_and_office_see_the_numbers_and_nobody_else(cast, who):
    actor = getattr(cast, who)
    if who in MAY:
        assert counts.of_year(actor, MONDAY).total.visits == 0
        return
    with pytest.raises(NotAllowed):
        counts.of_year(actor, MONDAY)
