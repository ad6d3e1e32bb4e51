"""The roll call: who is on site as far as it was written down today (clauses 2.3, 4.1, 6.1)."""

from types import SimpleNamespace

import pytest

from enums import LockerArea
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import NotAllowed
from rules.lockers import hand_in, own
from rules.people import people
from rules.reception.roll_call import call_roll
from rules.site import status
from tests.conftest import CAST
from tests.support import lockers
from tests.support.visitors import MONDAY, TUESDAY, at

OTHERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.READ_VISITOR_LOG].isdisjoint(roles)]


@pytest.fixture
def entered(cast):
    """Reception taps on the tile of a pupil: `entered("device")`."""

    def make(what, pupil=None):
        pupil = (pupil or cast.pupil).id
        return hand_in.tap(cast.office, pupil, clock.today(), what, lockers.tile_of(cast.office, pupil).seen)

    return make


def named(teams):
    """Who is on a list, by team: {team: [(name, note)]}."""
    return {team: [(line.name, line.note) for line in lines] for team, lines in teams.items()}


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_who_reads_the_log_calls_the_roll(cast, who):
    with pytest.raises(NotAllowed):
        call_roll(getattr(cast, who))


@pytest.mark.parametrize("what", ["device", "nothing"])
def test_a_pupil_who_was_entered_this_morning_is_on_the_list_of_their_class(cast, entered, what):
    entered(what)
    roll = call_roll(cast.dsl)
    assert named(roll.pupils) == {"Kestrel class": [("Pupil Invented", "")]}
    assert named(roll.unasked) == {"Heron class": [("Other Pupil Invented", "")]}
    assert roll.absent == []


def test_a_pupil_who_was_entered_as_absent_is_told_apart_from_who_was_not_entered(cast, entered):
    entered("absent")
    roll = call_roll(cast.office)
    assert [(line.name, line.note) for line in roll.absent] == [("Pupil Invented", "Kestrel class")]
    assert (roll.pupils, list(roll.unasked)) == ({}, ["Heron class"])
    entered("undo")
    roll = call_roll(cast.office)
    assert (roll.absent, list(roll.unasked)) == ([], ["Heron class", "Kestrel class"])


def test_who_got_their_device_back_is_still_listed_until_it_is_handed_in_again(cast, entered):
    entered("device")
    with at(MONDAY, 12, 10):
        entered("returned")
        assert named(call_roll(cast.head).pupils)["Kestrel class"] == [
            ("Pupil Invented", "Device given back at 12:10pm")
        ]
    with at(MONDAY, 13, 0):
        entered("device")
        assert named(call_roll(cast.head).pupils)["Kestrel class"] == [("Pupil Invented", "")]


def test_who_fetched_a_device_is_not_told(cast, entered):
    row = entered("device").row
    with at(MONDAY, 12, 10):
        hand_in.give(cast.office, row, "mother")
        ((line,),) = call_roll(cast.dsl).pupils.values()
    assert line.note == "Device given back at 12:10pm"


def test_a_device_of_yesterday_does_not_say_that_a_pupil_is_here_today(cast, entered):
    entered("device")
    with at(TUESDAY, 8, 30):
        entered("returned")
        roll = call_roll(cast.office)
    assert roll.pupils == {}
    assert "Kestrel class" in roll.unasked


def test_who_has_left_the_school_is_on_no_list(cast, entered):
    entered("device")
    people.set_active(cast.head, cast.pupil.id, False)
    roll = call_roll(cast.office)
    assert (roll.pupils, list(roll.unasked), roll.absent) == ({}, ["Heron class"], [])


def test_two_pupils_of_one_name_can_be_told_apart(cast, entered):
    for username in ("twin1", "twin2"):
        entered("nothing", lockers.a_pupil(username, "Sam Twin"))
    lines = call_roll(cast.office).pupils["Kestrel class"]
    assert [(line.name, line.more) for line in lines] == [("Sam Twin", "twin1"), ("Sam Twin", "twin2")]


def test_staff_who_said_today_that_their_device_is_in_the_locker_are_listed_by_team(cast, monkeypatch):
    monkeypatch.setattr(status, "status", lambda: SimpleNamespace(pupils_on_site=False, assumed=True))
    for number, actor in enumerate((cast.teacher, cast.assistant)):
        lockers.given(cast.office, actor, str(number), LockerArea.STAFF)
        own.put_in(actor, MONDAY, own.own(actor).seen)
    with at(MONDAY, 15, 50):
        own.take_out(cast.teacher, MONDAY, own.own(cast.teacher).seen)
        assert named(call_roll(cast.dsl).staff) == {
            "assistant team": [("Assistant Invented", "")],
            "teacher team": [("Teacher Invented", "Device taken out at 3:50pm")],
        }
    with at(TUESDAY, 9, 0):
        assert call_roll(cast.dsl).staff == {}


def test_the_roll_call_says_that_all_pupils_have_left_once_somebody_said_so_and_still_lists_them(cast, entered):
    entered("device")
    assert call_roll(cast.office).gone == ""
    status.press(cast.office, True, clock.today(), 0)
    assert call_roll(cast.office).gone == ""
    with at(MONDAY, 15, 42):
        status.press(cast.office, False, clock.today(), status.newest_mark(clock.today()).id)
        roll = call_roll(cast.office)
    assert "left at 3:42pm" in roll.gone
    assert roll.pupils


def test_that_pupils_have_left_is_not_taken_from_the_calendar_alone(cast, entered):
    entered("device")
    with at(MONDAY, 20):
        assert call_roll(cast.office).gone == ""
