"""Reception signs visitors in and out, and settles what was forgotten (clauses 6.1, 6.2)."""

import datetime as dt

import pytest

from database import IntegrityError, writing
from models import PolicyVersion, Stay, Visit, Visitor
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.reception import announcing, stays
from tests.conftest import CAST
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, later, receive

RECEIVING = WHO_MAY[Permission.RECEIVE_VISITORS]
OTHERS = [who for who, roles in CAST.items() if RECEIVING.isdisjoint(roles)]


@pytest.fixture
def visit(cast):
    """A visit of today to the teacher; its id."""
    return announcing.announce(cast.teacher, a_visit(cast.teacher))[0]


@pytest.fixture
def stay(cast, visit):
    """Its visitor, signed in; the id of the stay."""
    return stays.sign_in(cast.office, visit, True, ("phone",))


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- In -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "head"])
def test_reception_signs_in_who_is_expected(cast, visit, who):
    actor = getattr(cast, who)
    stays.sign_in(actor, visit, True, ("phone", "phone", "tablet"))
    (here,), forgotten = stays.open_stays(actor)
    assert (here.name, here.came, here.came_by, here.carries) == (
        "Maeve O’Brien",
        "10am",
        actor.name,
        ("phone", "tablet"),
    )
    assert (forgotten, announcing.expected_today(actor)) == ([], [])
    assert newest() == f"{actor.name} signed in a visitor to Teacher Invented."


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_signs_anybody_in_or_out(cast, visit, stay, who):
    actor = getattr(cast, who)
    for step in (
        lambda: stays.sign_in(actor, visit, True, ()),
        lambda: stays.walk_in(actor, a_visit(cast.teacher), True, ()),
        lambda: stays.sign_out(actor, stay),
        lambda: stays.settle(actor, stay, dt.time(11)),
        lambda: stays.left_today(actor),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert stays.count_forgotten(actor) == 0


def test_nobody_is_signed_in_before_they_have_accepted_what_is_expected(cast, visit):
    with pytest.raises(Invalid) as caught:
        stays.sign_in(cast.office, visit, False, ())
    assert caught.value.errors == {"accepts": stays.MUST_ACCEPT}
    assert Stay.select().count() == 0


def test_what_was_accepted_is_the_policy_of_that_day(cast, stay):
    assert Stay.get_by_id(stay).accepted_version_id == PolicyVersion.select().order_by(PolicyVersion.id.desc()).get().id


def test_a_device_that_the_policy_does_not_know_is_refused(cast, visit):
    with pytest.raises(Invalid) as caught:
        stays.sign_in(cast.office, visit, True, ("spaceship",))
    assert list(caught.value.errors) == ["carries"]


def test_of_two_receptions_the_second_is_told_who_signed_them_in_and_when(cast, visit, stay):
    with later(minutes=5), pytest.raises(Conflict, match="Office Invented signed them in at 10am"):
        stays.sign_in(cast.head, visit, True, ())
    assert Stay.select().count() == 1


def test_a_visitor_who_was_announced_twice_is_in_the_building_once(cast, visit):
    (other,) = announcing.announce(cast.assistant, a_visit(cast.assistant, name="MAEVE O'BRIEN"))
    stay = receive(cast.office, visit)
    with pytest.raises(Conflict, match="is in the building: Office Invented signed them in"):
        receive(cast.office, other)
    stays.sign_out(cast.office, stay)
    assert receive(cast.office, other) != stay


def test_the_database_itself_keeps_a_visitor_from_being_here_twice(cast, visit, stay):
    row = Stay.get_by_id(stay)
    with pytest.raises(IntegrityError), writing():
        Stay.insert(
            visit=visit, day=row.day, came_at=row.came_at, came_by=cast.head.id, accepted_version=1, carries=[]
        ).execute()


def test_somebody_who_goes_for_lunch_comes_in_again_on_the_same_visit(cast, visit, stay):
    stays.sign_out(cast.office, stay)
    (gone,) = stays.left_today(cast.office)
    assert gone.can_come_again
    with later(hours=1):
        assert stays.sign_in(cast.office, visit, True, ()) != stay


@pytest.mark.parametrize(("days", "why"), [({"starts_on": TUESDAY}, "not for today"), ({}, "cancelled")])
def test_a_visit_of_another_day_or_a_cancelled_one_is_not_begun(cast, days, why):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, **days))
    if not days:
        announcing.cancel(cast.teacher, visit)
    with pytest.raises(Conflict, match=why):
        stays.sign_in(cast.office, visit, True, ())


def test_there_is_no_signing_in_for_a_visit_that_does_not_exist(cast):
    with pytest.raises(NotFound):
        stays.sign_in(cast.office, 999, True, ())
    with pytest.raises(NotFound):
        stays.sign_out(cast.office, 999)


# --- Walking in ---------------------------------------------------------------------------------------------


def test_somebody_who_was_not_announced_is_signed_in_with_one_form(cast):
    visit = stays.walk_in(cast.office, a_visit(cast.teacher), True, ("phone",), "key")
    (here,), _ = stays.open_stays(cast.office)
    assert (here.visit, here.host) == (visit, "Teacher Invented")
    assert stays.walk_in(cast.office, a_visit(cast.teacher), True, ("phone",), "key") == visit
    assert Stay.select().count() == 1


def test_everything_that_is_wrong_with_a_walk_in_is_said_at_once_and_nothing_is_kept(cast):
    with pytest.raises(Invalid) as caught:
        stays.walk_in(cast.office, a_visit(cast.teacher, name="", purpose=""), False, ("spaceship",))
    assert caught.value.errors.keys() == {"name", "purpose", "accepts", "carries"}
    assert (Visit.select().count(), Visitor.select().count(), Stay.select().count()) == (0, 0, 0)


@pytest.mark.parametrize("organisations", [("Larch Ltd", "larch ltd."), ("", "Larch Ltd"), ("Larch Ltd", ""), ("", "")])
def test_who_is_in_the_building_does_not_walk_in_a_second_time(cast, organisations):
    first, second = organisations
    stays.walk_in(cast.office, a_visit(cast.teacher, organisation=first), True, ())
    again = a_visit(cast.head, name="maeve o'brien", organisation=second)
    with later(minutes=5), pytest.raises(Invalid) as caught:
        stays.walk_in(cast.head, again, True, ())
    assert caught.value.errors == {
        "name": "Maeve O’Brien is in the building: Office Invented signed them in at 10am. "
        "If this is somebody else, write their organisation, or more of their name"
    }
    assert (Stay.select().count(), Visit.select().count()) == (1, 1)


def test_who_was_forgotten_yesterday_does_not_walk_in_before_that_is_settled(cast, stay):
    with at(TUESDAY, 9):
        with pytest.raises(Invalid) as caught:
            stays.walk_in(cast.office, a_visit(cast.teacher), True, ())
        assert "was not signed out on Monday 23 November 2026. Write down when" in caught.value.errors["name"]
        stays.settle(cast.office, stay, dt.time(15))
        assert stays.walk_in(cast.office, a_visit(cast.teacher), True, ())


@pytest.mark.parametrize("other", [{"organisation": "Elm & Co"}, {"name": "Maeve O’Brien the younger"}], ids=str)
def test_somebody_else_of_the_same_name_walks_in(cast, stay, other):
    assert stays.walk_in(cast.office, a_visit(cast.teacher, **other), True, ())


# --- Out ----------------------------------------------------------------------------------------------------


def test_reception_signs_out_who_goes(cast, stay):
    with later(hours=2, minutes=5):
        stays.sign_out(cast.head, stay)
        (gone,) = stays.left_today(cast.office)
    assert (gone.came, gone.left, gone.left_by, gone.estimated) == ("10am", "12:05pm", "Head Invented", False)
    assert stays.open_stays(cast.office) == ([], [])
    assert newest() == "Head Invented signed out a visitor to Teacher Invented."


def test_of_two_receptions_the_second_is_told_who_signed_them_out_and_when(cast, stay):
    stays.sign_out(cast.head, stay)
    with later(minutes=5), pytest.raises(Conflict, match=r"left at 10am: Head Invented has written it down"):
        stays.sign_out(cast.office, stay)
    assert Stay.get_by_id(stay).left_at == clock.now()


def test_a_clock_that_was_set_back_does_not_let_anybody_leave_before_they_came(cast, stay):
    with later(minutes=-5):
        stays.sign_out(cast.office, stay)
    assert Stay.get_by_id(stay).left_at == Stay.get_by_id(stay).came_at


def test_whoever_stays_over_midnight_is_signed_out_with_the_day(cast, stay):
    with at(TUESDAY, 0, 20):
        assert [len(group) for group in stays.open_stays(cast.office)] == [0, 1]
        stays.sign_out(cast.office, stay)
    assert stays.find(cast.office, stay).left == "12:20am on Tue 24 Nov 2026"


@pytest.mark.parametrize(("day", "hour", "minute"), [(TUESDAY, 7, 0), (TUESDAY, 12, 0), (FRIDAY, 0, 20)])
def test_who_was_forgotten_yesterday_is_not_signed_out_as_a_fact_once_the_school_has_opened(
    cast, stay, day, hour, minute
):
    said = "was not signed out on Monday 23 November 2026. Write down when they left"
    with at(day, hour, minute):
        with pytest.raises(Conflict, match=said):
            stays.sign_out(cast.office, stay)
        assert stays.find(cast.office, stay).left_at is None
        stays.settle(cast.office, stay, dt.time(15))
    assert stays.find(cast.office, stay).estimated


def test_who_really_is_still_here_the_next_day_goes_then(cast, stay):
    with at(TUESDAY, 9):
        stays.sign_out(cast.office, stay, still_here=True)
    kept = stays.find(cast.office, stay)
    assert (kept.left, kept.estimated) == ("9am on Tue 24 Nov 2026", False)


# --- What was forgotten -------------------------------------------------------------------------------------


def test_who_was_not_signed_out_is_settled_later_with_an_estimate(cast, stay):
    with at(TUESDAY, 8):
        assert stays.count_forgotten(cast.office) == 1
        stays.settle(cast.office, stay, dt.time(15, 30))
        assert stays.count_forgotten(cast.office) == 0
    kept = stays.find(cast.office, stay)
    assert (kept.left, kept.estimated, kept.left_by) == ("3:30pm", True, "Office Invented")
    assert "wrote down when a visitor to Teacher Invented had left" in newest()


@pytest.mark.parametrize("time", [None, dt.time(9, 59), dt.time(0)])
def test_nobody_left_before_they_came(cast, stay, time):
    with at(TUESDAY, 8), pytest.raises(Invalid) as caught:
        stays.settle(cast.office, stay, time)
    assert list(caught.value.errors) == ["time"]


def test_the_minute_in_which_they_came_is_good_enough(cast, visit):
    with clock.frozen(clock.at(MONDAY, dt.time(10, 0, 40))):
        stay = stays.sign_in(cast.office, visit, True, ())
    with at(TUESDAY, 8):
        stays.settle(cast.office, stay, dt.time(10))
    assert Stay.get_by_id(stay).left_at == Stay.get_by_id(stay).came_at


def test_a_stay_of_today_is_signed_out_and_not_settled(cast, stay):
    with later(hours=2), pytest.raises(Conflict, match="sign them out"):
        stays.settle(cast.office, stay, dt.time(11))


def test_what_has_been_settled_stays_as_it_is(cast, stay):
    with at(TUESDAY, 8):
        stays.settle(cast.office, stay, dt.time(15))
        for step in (lambda: stays.settle(cast.head, stay, dt.time(16)), lambda: stays.sign_out(cast.head, stay)):
            with pytest.raises(Conflict, match="left at 3pm"):
                step()


def test_who_was_forgotten_yesterday_is_settled_before_they_come_in_again(cast):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, ends_on=FRIDAY))
    stay = receive(cast.office, visit)
    with at(TUESDAY, 9):
        (expected,) = announcing.expected_today(cast.office)
        assert expected.here_since == MONDAY
        with pytest.raises(Conflict, match="was not signed out on Monday 23 November 2026"):
            stays.sign_in(cast.office, visit, True, ())
        stays.settle(cast.office, stay, dt.time(16))
        assert stays.sign_in(cast.office, visit, True, ())


def test_in_the_night_in_which_an_hour_comes_twice_the_second_one_counts_where_it_must(cast):
    night = dt.date(2026, 10, 25)
    with clock.frozen(dt.datetime(2026, 10, 25, 1, 45, tzinfo=dt.UTC)):  # 1:45am for the second time
        stay = stays.sign_in(cast.office, announcing.announce(cast.head, a_visit(cast.head))[0], True, ())
    with at(night + dt.timedelta(days=1), 8):
        stays.settle(cast.office, stay, dt.time(1, 50))
    kept = stays.find(cast.office, stay)
    assert (kept.came, kept.left, kept.left_at - kept.came_at) == ("1:45am", "1:50am", dt.timedelta(minutes=5))


# --- Has anything changed? ----------------------------------------------------------------------------------


def test_an_open_page_notices_each_step_and_the_next_day(cast, visit):
    for step in (
        lambda: stays.sign_in(cast.office, visit, True, ()),
        lambda: stays.sign_out(cast.office, Stay.get().id),
        lambda: announcing.announce(cast.office, a_visit(cast.teacher)),
    ):
        seen = stays.token()
        assert stays.unchanged(seen)
        step()
        assert not stays.unchanged(seen)
    seen = stays.token()
    with at(TUESDAY, 0):
        assert not stays.unchanged(seen)
