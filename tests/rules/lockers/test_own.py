"""Staff put their devices into their lockers before they begin work, and say so with one tap (clauses 2.4, 4.1)."""

import datetime as dt
from types import SimpleNamespace

import pytest

from enums import LockerArea
from models import HandIn, Person
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import Conflict, NotAllowed
from rules.lockers import hand_in
from rules.lockers import own as locker_own
from rules.people import people
from rules.site import status
from tests.conftest import CAST
from tests.support import lockers
from tests.support.visitors import MONDAY, TUESDAY, at

DIRECT = [who for who, roles in CAST.items() if not WHO_MAY[Permission.USE_OWN_LOCKER].isdisjoint(roles)]
OTHERS = sorted(CAST.keys() - set(DIRECT))


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


def tap(step, actor):
    """Somebody taps on their page as it is now."""
    step(actor, clock.today(), locker_own.own(actor).seen)


@pytest.fixture
def site(monkeypatch):
    """Say whether pupils are on site: `site(True)`."""

    def say(on_site):
        monkeypatch.setattr(status, "status", lambda: SimpleNamespace(pupils_on_site=on_site))

    return say


@pytest.fixture
def teacher(cast):
    """A teacher with locker 7 in the staff room, who begins work at 8:30am."""
    lockers.given(cast.office, cast.teacher, "7", LockerArea.STAFF)
    Person.update(starts_work_at=dt.time(8, 30)).where(Person.id == cast.teacher.id).execute()
    return cast.teacher


@pytest.mark.parametrize("who", DIRECT)
def test_staff_who_work_directly_with_children_say_with_one_tap_that_their_device_is_in_the_locker(cast, who):
    actor = getattr(cast, who)
    lockers.given(cast.office, actor, "7", LockerArea.STAFF)
    assert locker_own.own(actor).came is None
    tap(locker_own.put_in, actor)
    tap(locker_own.put_in, actor)
    own = locker_own.own(actor)
    assert (own.number, own.inside, own.came_words) == ("7", True, "10am")
    assert newest() == f"{actor.name} put their device into their locker."
    assert HandIn.select().count() == 1


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_has_such_a_tap(cast, who):
    actor = getattr(cast, who)
    for step in (locker_own.put_in, locker_own.take_out, locker_own.undo):
        with pytest.raises(NotAllowed):
            step(actor, clock.today(), "0.out")
    if who not in {"pupil", "other_pupil"}:
        assert locker_own.own(actor) is None


def test_who_has_no_locker_is_told_to_ask_for_one(cast):
    assert locker_own.own(cast.teacher).number == ""
    with pytest.raises(Conflict, match="Ask the office"):
        tap(locker_own.put_in, cast.teacher)


@pytest.mark.parametrize(
    ("hour", "minute", "late", "words"),
    [
        (8, 15, 0, "8:15am"),
        (8, 30, 0, "8:30am"),
        (8, 31, 1, "8:31am, 1 minute late"),
        (8, 41, 11, "8:41am, 11 minutes late"),
        (12, 0, 210, "midday, 210 minutes late"),
    ],
)
def test_who_comes_after_the_contracted_start_is_late_and_it_says_by_how_much(teacher, hour, minute, late, words):
    with at(MONDAY, hour, minute):
        tap(locker_own.put_in, teacher)
        own = locker_own.own(teacher)
        assert (own.late, own.came_words) == (late, words)


def test_late_is_told_by_the_schools_clock_in_summer_too(teacher):
    with at(dt.date(2027, 6, 7), 8, 29):
        tap(locker_own.put_in, teacher)
        assert locker_own.own(teacher).late == 0
    with at(dt.date(2027, 6, 8), 8, 45):
        tap(locker_own.put_in, teacher)
        assert locker_own.own(teacher).late == 15


def test_nobody_is_late_whose_hours_are_not_known(cast):
    lockers.given(cast.office, cast.teacher, "7", LockerArea.STAFF)
    tap(locker_own.put_in, cast.teacher)
    assert locker_own.own(cast.teacher).late == 0


def test_the_device_stays_in_the_locker_until_all_pupils_have_left(teacher, site):
    tap(locker_own.put_in, teacher)
    site(True)
    with pytest.raises(Conflict):
        tap(locker_own.take_out, teacher)
    assert locker_own.own(teacher).inside
    site(False)
    with at(MONDAY, 15, 50):
        tap(locker_own.take_out, teacher)
        own = locker_own.own(teacher)
    assert (own.inside, own.went_words) == (False, "3:50pm")
    assert newest() == "Teacher Invented took their device out of their locker."


def test_what_is_not_in_the_locker_cannot_be_taken_out(teacher, site):
    site(False)
    with pytest.raises(Conflict, match="not in your locker"):
        tap(locker_own.take_out, teacher)


def test_a_mistaken_tap_is_taken_back(teacher, site):
    with pytest.raises(Conflict, match="nothing to take back"):
        tap(locker_own.undo, teacher)
    site(False)
    tap(locker_own.put_in, teacher)
    tap(locker_own.take_out, teacher)
    tap(locker_own.undo, teacher)
    assert locker_own.own(teacher).inside
    assert newest() == "Teacher Invented took back what they had said of their device: out."
    tap(locker_own.undo, teacher)
    assert locker_own.own(teacher).came is None


def test_an_impatient_finger_takes_back_one_tap_and_not_the_one_before_it_too(teacher, site):
    site(False)
    tap(locker_own.put_in, teacher)
    tap(locker_own.take_out, teacher)
    seen = locker_own.own(teacher).seen
    locker_own.undo(teacher, MONDAY, seen)
    for step in (locker_own.undo, locker_own.take_out):
        with pytest.raises(Conflict, match="You have tapped meanwhile"):
            step(teacher, MONDAY, seen)
    assert locker_own.own(teacher).inside


def test_a_page_that_is_open_since_yesterday_says_nothing_of_today(teacher):
    seen = locker_own.own(teacher).seen
    with at(TUESDAY, 8, 0):
        for step in (locker_own.put_in, locker_own.take_out, locker_own.undo):
            with pytest.raises(Conflict, match=r"opened on Monday 23 November 2026\. Now it is Tuesday 24"):
                step(teacher, MONDAY, seen)
    assert HandIn.select().count() == 0


def test_what_was_taken_out_and_put_back_counts_from_the_first_time(teacher, site):
    site(False)
    with at(MONDAY, 8, 0):
        tap(locker_own.put_in, teacher)
        tap(locker_own.take_out, teacher)
    with at(MONDAY, 9, 0):
        tap(locker_own.put_in, teacher)
        own = locker_own.own(teacher)
        assert (own.late, own.inside, own.came_words, own.again_words) == (0, True, "8am", "9am")


def test_undo_after_putting_it_back_takes_back_that_tap_and_not_the_whole_day(cast, teacher, site):
    site(False)
    for hour, step in ((8, locker_own.put_in), (12, locker_own.take_out), (13, locker_own.put_in)):
        with at(MONDAY, hour):
            tap(step, teacher)
    with at(MONDAY, 13, 5):
        tap(locker_own.undo, teacher)
        own = locker_own.own(teacher)
        assert (own.came_words, own.again, own.went_words, own.inside) == ("8am", None, "midday", False)
        tap(locker_own.put_in, teacher)
        (listed,) = [each for each in locker_own.staff_today(cast.office) if each.name == teacher.name]
        assert (listed.came_words, listed.again_words, listed.inside) == ("8am", "1:05pm", True)
        tap(locker_own.put_in, teacher)
    assert HandIn.select().where(HandIn.undone_at.is_null()).count() == 2


def test_every_day_begins_anew(teacher):
    tap(locker_own.put_in, teacher)
    with at(TUESDAY, 8, 0):
        assert locker_own.own(teacher).came is None
        tap(locker_own.put_in, teacher)
    assert HandIn.select().count() == 2


@pytest.mark.parametrize("who", ["office", "head"])
def test_the_office_and_the_headteacher_see_whose_device_is_in_the_locker(cast, teacher, who):
    tap(locker_own.put_in, teacher)
    found = {own.name: own for own in locker_own.staff_today(getattr(cast, who))}
    assert (found["Teacher Invented"].inside, found["Teacher Invented"].late) == (True, 90)
    assert (found["Dsl Invented"].number, found["Dsl Invented"].came) == ("", None)
    assert "Finance Invented" not in found
    people.set_active(cast.head, teacher.id, False)
    assert "Teacher Invented" not in {own.name for own in locker_own.staff_today(cast.office)}


@pytest.mark.parametrize("who", ["teacher", "dsl", "finance", "pupil", "parent"])
def test_nobody_else_sees_everybodys(cast, who):
    with pytest.raises(NotAllowed):
        locker_own.staff_today(getattr(cast, who))


def test_a_pupil_sees_their_locker_and_since_when_their_device_is_here(cast):
    lockers.given(cast.office, cast.pupil, "14")
    assert (locker_own.own(cast.pupil).number, locker_own.own(cast.pupil).since) == ("14", None)
    hand_in.tap(cast.office, cast.pupil.id, clock.today(), "device", "0")
    with at(TUESDAY, 9, 0):
        own = locker_own.own(cast.pupil)
        assert (own.since, own.came_words) == (MONDAY, "10am")


def test_a_device_in_a_staff_locker_is_not_on_receptions_page(cast, teacher):
    tap(locker_own.put_in, teacher)
    assert not any(tile.brought for tile in hand_in.morning(cast.office).tiles)
