"""For which visits somebody may ask that a visitor uses a device, and what the form begins with (clause 6.5)."""

import datetime as dt

import pytest

from rules.auth.permissions import STAFF
from rules.core.errors import NotFound
from rules.reception import announcing
from rules.visitors import visits
from tests.conftest import CAST
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, later

RECEPTION = ("office", "head")
STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]
OTHER_STAFF = [who for who in STAFF_NAMES if who not in {*RECEPTION, "teacher"}]


@pytest.fixture
def announced(cast):
    """A visit to the teacher that reception announced; its id."""

    def make(**changed):
        return announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]

    return make


@pytest.mark.parametrize("who", ["teacher", *RECEPTION])
def test_the_host_and_reception_choose_a_visit(cast, announced, who):
    visit = announced(ends_on=TUESDAY)
    chosen = visits.for_access(getattr(cast, who))
    assert chosen.keys() == {visit}
    assert chosen[visit].host == cast.teacher.id
    assert chosen[visit].label == "Maeve O’Brien, Larch Ltd: Monday 23 November 2026 to Tuesday 24 November 2026"


@pytest.mark.parametrize("who", [who for who in CAST if who not in {"teacher", *RECEPTION}])
def test_nobody_else_chooses_it(cast, announced, who):
    visit = announced()
    assert visits.for_access(getattr(cast, who)) == {}
    with pytest.raises(NotFound):
        visits.first_answers(getattr(cast, who), visit)


@pytest.mark.parametrize("who", OTHER_STAFF)
def test_who_announced_a_visit_chooses_it_too(cast, who):
    (visit,) = announcing.announce(getattr(cast, who), a_visit(cast.teacher))
    assert visits.for_access(getattr(cast, who)).keys() == {visit}


def test_visits_of_today_and_later_are_chosen_until_their_last_day_is_over(cast, announced):
    today, long, later_on = announced(), announced(ends_on=TUESDAY), announced(starts_on=FRIDAY)
    assert list(visits.for_access(cast.office)) == [today, long, later_on]
    with at(TUESDAY, 23, 59):
        assert list(visits.for_access(cast.office)) == [long, later_on]
    with at(dt.date(2026, 11, 25), 0):
        assert list(visits.for_access(cast.office)) == [later_on]


def test_a_cancelled_visit_is_not_chosen(cast, announced):
    announcing.cancel(cast.office, announced())
    assert visits.for_access(cast.office) == {}


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63])
def test_a_visit_that_is_not_there_is_not_found(cast, announced, number):
    announced()
    with pytest.raises(NotFound):
        visits.first_answers(cast.office, number)


def test_a_form_begins_with_the_days_and_times_of_a_visit_to_come(cast, announced):
    visit = announced(starts_on=TUESDAY, ends_on=FRIDAY, expected_until=dt.time(14))
    assert visits.first_answers(cast.teacher, visit) == {
        "visit": str(visit),
        "starts_on": TUESDAY,
        "ends_on": FRIDAY,
        "starts_at": dt.time(9),
        "ends_at": dt.time(14),
    }


def test_a_form_begins_with_now_when_the_time_of_the_visit_has_come(cast, announced):
    visit = announced(ends_on=TUESDAY)
    with later(minutes=7, seconds=30):
        begun = visits.first_answers(cast.office, visit)
    assert (begun["starts_on"], begun["starts_at"], begun["ends_at"]) == (MONDAY, dt.time(10, 7), None)
    with at(TUESDAY, 11):
        assert visits.first_answers(cast.office, visit)["starts_on"] == TUESDAY


def test_a_form_for_a_visit_of_this_afternoon_begins_with_its_time(cast, announced):
    visit = announced(expected_at=dt.time(14))
    assert visits.first_answers(cast.office, visit)["starts_at"] == dt.time(14)


def test_a_form_for_a_visit_at_no_certain_time_leaves_the_time_of_another_day_open(cast, announced):
    today, tomorrow = announced(expected_at=None), announced(expected_at=None, starts_on=TUESDAY)
    assert visits.first_answers(cast.office, today)["starts_at"] == dt.time(10)
    assert visits.first_answers(cast.office, tomorrow)["starts_at"] is None
