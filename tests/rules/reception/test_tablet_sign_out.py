"""Visitors sign themselves out at the reception tablet; whoever guesses codes is locked out (clause 6.1)."""

import datetime as dt

import pytest

from models import AuditEvent, Stay, WrongCode
from rules.audit import trail
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid
from rules.reception import announcing, stays, tablet_sign_out, tablets
from rules.reception.tablet_sign_out import LOCKED_FOR, MOST_WRONG, WITHIN, Locked, NotKnown, leave
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, later

NAME = "Maeve O’Brien"


@pytest.fixture
def tablet(cast):
    """The tablet at the front desk."""
    return tablets.switch_on(cast.office, "Front desk")


@pytest.fixture
def came(cast):
    """A visitor whom reception has signed in; the stay, with the code 4711."""

    def make(name=NAME, code="4711"):
        (visit,) = announcing.announce(cast.office, a_visit(cast.teacher, name=name))
        stay = stays.sign_in(cast.office, visit, True, ())
        Stay.update(code=code).where(Stay.id == stay).execute()
        return stays.find(cast.office, stay)

    return make


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


def guess(tablet, times=1, code="0000"):
    """Somebody types a wrong code so often; what the last one is answered with."""
    for _ in range(times):
        with pytest.raises((NotKnown, Locked)) as caught:
            leave(tablet, NAME, code)
    return caught.type


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (NAME, "4711"),
        ("maeve obrien", " 47 11 "),
        ("MAEVE O'BRIEN", "4711"),
        ("Ma\u0301eve O’Brien", "4711"),
    ],
)
def test_a_visitor_signs_out_with_name_and_code(cast, tablet, came, name, code):
    stay = came()
    with later(hours=1):
        leave(tablet, name, code)
        (gone,) = stays.left_today(cast.office)
    assert (gone.id, gone.left, gone.left_by) == (stay.id, "11am", "the tablet Front desk")
    assert newest() == "A visitor to Teacher Invented signed out at the tablet Front desk."


@pytest.mark.parametrize(
    ("name", "code"), [("Ann Hill", "4711"), (NAME, "4712"), ("", "4711"), (NAME, ""), (NAME, "٤٧١١"), (NAME, "471")]
)
def test_with_anything_else_nobody_is_signed_out(cast, tablet, came, name, code):
    came()
    with pytest.raises((NotKnown, Invalid)):
        leave(tablet, name, code)
    assert len(stays.open_stays(cast.office)[0]) == 1


def test_what_is_missing_is_said_at_its_field_and_is_no_guess(cast, tablet):
    with pytest.raises(Invalid) as caught:
        leave(tablet, " ", "12")
    assert caught.value.errors == {"name": tablet_sign_out.WRITE_NAME, "code": tablet_sign_out.WRITE_CODE}
    assert WrongCode.select().count() == 0


def test_the_code_of_somebody_who_has_gone_opens_nothing(cast, tablet, came):
    stays.sign_out(cast.office, came().id)
    with pytest.raises(NotKnown):
        leave(tablet, NAME, "4711")


def test_two_receptions_sign_the_same_visitor_out_and_the_second_is_told(cast, tablet, came):
    stay = came()
    leave(tablet, NAME, "4711")
    with pytest.raises(Conflict, match="left at 10am: the tablet Front desk has written it down already"):
        stays.sign_out(cast.office, stay.id)


def test_the_same_form_sent_again_because_its_answer_was_lost_is_answered_the_same(cast, tablet, came):
    came()
    first = leave(tablets.renew(tablet.id, tablet.secret), NAME, "4711")
    again = tablets.renew(tablet.id, tablet.secret)
    with later(minutes=1):
        assert leave(again, NAME, "4711").id == first.id
    assert WrongCode.select().count() == 0
    with pytest.raises(NotKnown):
        leave(tablets.renew(tablet.id, again.secret), NAME, "4711")


# --- Nights -------------------------------------------------------------------------------------------------


def test_whoever_stays_over_midnight_signs_out_with_the_same_code(cast, tablet, came):
    with at(MONDAY, 22):
        stay = came()
    with at(TUESDAY, 0, 20):
        leave(tablet, NAME, "4711")
    assert stays.find(cast.office, stay.id).left == "12:20am on Tue 24 Nov 2026"


@pytest.mark.parametrize(("day", "hour", "minute"), [(TUESDAY, 7, 0), (TUESDAY, 12, 0), (FRIDAY, 0, 20)])
def test_who_was_forgotten_yesterday_is_sent_to_reception_once_the_school_has_opened(
    cast, tablet, came, day, hour, minute
):
    stay = came()
    with at(day, hour, minute), pytest.raises(tablet_sign_out.Forgotten):
        leave(tablet, NAME, "4711")
    assert Stay.get_by_id(stay.id).left_at is None
    assert WrongCode.select().count() == 0
    with at(TUESDAY, 6, 59):
        assert leave(tablet, NAME, "4711")


@pytest.mark.parametrize(
    ("came_at", "left_at", "said"),
    [
        ("2027-03-28T00:30+00:00", "2027-03-28T01:30+00:00", ("12:30am", "2:30am", 1)),  # an hour is left out
        ("2026-10-25T00:30+00:00", "2026-10-25T01:15+00:00", ("1:30am", "1:15am", 0.75)),  # an hour comes twice
    ],
)
def test_in_the_nights_in_which_the_clock_is_changed_the_time_in_the_building_is_right(
    cast, tablet, came, came_at, left_at, said
):
    with clock.frozen(dt.datetime.fromisoformat(came_at)):
        stay = came()
    with clock.frozen(dt.datetime.fromisoformat(left_at)):
        leave(tablet, NAME, "4711")
    gone = stays.find(cast.office, stay.id)
    assert (gone.came, gone.left, (gone.left_at - gone.came_at) / dt.timedelta(hours=1)) == said


def test_a_clock_that_was_set_back_does_not_let_anybody_leave_before_they_came(cast, tablet, came):
    stay = came()
    with later(minutes=-5):
        leave(tablet, NAME, "4711")
    assert Stay.get_by_id(stay.id).left_at == stay.came_at


# --- Guessing -----------------------------------------------------------------------------------------------


def test_too_many_wrong_codes_lock_signing_out_even_with_the_right_one_and_reception_hears_of_it(cast, tablet, came):
    came()
    before = touched()
    assert guess(tablet, MOST_WRONG - 1) is NotKnown
    assert tablets.news(cast.office) == []
    assert guess(tablet) is Locked
    assert touched() > before
    assert newest() == "Signing out at the tablet Front desk was locked after too many wrong codes."
    (told,) = tablets.news(cast.office)
    assert "At the tablet Front desk somebody typed too many wrong codes" in told
    assert "until 10:10am" in told
    with later(minutes=9), pytest.raises(Locked) as caught:
        leave(tablet, NAME, "4711")
    assert caught.value.until == "10:10am"
    assert WrongCode.select().count() == MOST_WRONG
    assert AuditEvent.select().where(AuditEvent.event == "tablet-locked").count() == 1


def test_when_the_lock_is_over_the_right_code_is_good_and_a_wrong_one_does_not_lock_at_once(cast, tablet, came):
    came()
    guess(tablet, MOST_WRONG)
    with clock.frozen(clock.now() + LOCKED_FOR):
        assert tablets.news(cast.office) == []
        assert guess(tablet) is NotKnown
        assert leave(tablet, NAME, "4711")


def test_a_clock_that_ran_ten_years_ahead_and_was_put_right_locks_nothing(cast, tablet, came):
    came()
    with clock.frozen(clock.now() + dt.timedelta(days=3652)):
        assert guess(tablet, MOST_WRONG) is Locked
    assert tablets.news(cast.office) == []
    assert guess(tablet, MOST_WRONG - 1) is NotKnown
    assert guess(tablet) is Locked, "the tries of now still count"
    with clock.frozen(clock.now() + LOCKED_FOR):
        assert leave(tablet, NAME, "4711")


def test_wrong_codes_far_apart_lock_nothing(cast, tablet, came):
    came()
    for number in range(MOST_WRONG + 2):
        with clock.frozen(clock.now() + number * (WITHIN / (MOST_WRONG - 2))):
            assert guess(tablet) is NotKnown


def test_the_lock_lasts_from_the_last_wrong_code_on(cast, tablet, came):
    came()
    for minute in range(MOST_WRONG):
        with later(minutes=2 * minute):
            guess(tablet)
    with later(minutes=17), pytest.raises(Locked):
        leave(tablet, NAME, "4711")
    with later(minutes=18):
        assert leave(tablet, NAME, "4711")


def test_the_lock_of_one_tablet_is_not_that_of_another(cast, tablet, came):
    came()
    guess(tablet, MOST_WRONG)
    assert leave(tablets.switch_on(cast.office, "Back door"), NAME, "4711")


def test_wrong_codes_are_forgotten_after_a_day(cast, tablet, came):
    came()
    guess(tablet, 3)
    with later(days=2):
        guess(tablet)
        assert WrongCode.select().count() == 1


def test_a_time_at_which_something_is_over_is_said_to_the_next_full_minute():
    day = clock.at(MONDAY, dt.time(10))
    assert tablet_sign_out.format_until(day) == "10am"
    assert tablet_sign_out.format_until(day + dt.timedelta(seconds=1)) == "10:01am"
