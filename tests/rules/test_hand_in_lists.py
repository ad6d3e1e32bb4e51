"""What reception looks at after the queue, and devices that wait to go back (clauses 2.3, 5.12c)."""

import pytest

from database import db
from models import HandIn
from rules import audit_trail, clock, hand_in_lists, locker_uses, people
from rules.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.hand_ins import tap
from rules.roles import WHO_MAY, Permission
from tests.conftest import CAST
from tests.rules import lockers_for
from tests.rules.lockers_for import a_pupil, use_of
from tests.rules.receiving import MONDAY, TUESDAY, at

OTHERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_LOCKERS].isdisjoint(roles)]


@pytest.fixture
def brought(cast):
    """A pupil came with a device, or with nothing: `brought()`; the id of the row."""

    def make(pupil=None, what="device"):
        pupil = (pupil or cast.pupil).id
        return tap(cast.office, pupil, clock.today(), what, lockers_for.tile_of(cast.office, pupil).seen).row

    return make


@pytest.fixture
def leaver(cast, brought):
    """A pupil who left the school while the school has their device: the id of the row, and the pupil."""
    pupil = a_pupil("leaver", "Lea Leaver")
    row = brought(pupil)
    people.set_active(cast.head, pupil.id, False)
    return row, pupil


def names(held):
    """Whose devices are in a list."""
    return [each.row.name for each in held]


def test_who_has_no_locker_and_who_was_not_asked_yet(cast, brought):
    lockers_for.given(cast.office, cast.pupil)
    brought(what="nothing")
    lists = hand_in_lists.lists(cast.office)
    assert [pupil.name for pupil in lists.no_locker] == ["Other Pupil Invented"]
    assert [pupil.name for pupil in lists.not_yet] == ["Other Pupil Invented"]
    brought(cast.other_pupil, "absent")
    assert hand_in_lists.lists(cast.head).not_yet == []


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_the_lists_or_gives_a_device_back(cast, brought, who):
    actor, row = getattr(cast, who), brought()
    for step in (
        lambda: hand_in_lists.lists(actor),
        lambda: hand_in_lists.find(actor, row),
        lambda: hand_in_lists.give(actor, row, "mother"),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert hand_in_lists.left_over(actor) == 0


@pytest.mark.parametrize(("hour", "minute", "late"), [(15, 29, False), (15, 30, True), (18, 0, True)])
def test_a_device_of_today_is_not_returned_once_pupils_have_gone_home(cast, brought, hour, minute, late):
    brought()
    with at(MONDAY, hour, minute):
        lists = hand_in_lists.lists(cast.office)
        assert (names(lists.not_returned), names(lists.here)) == (["Pupil Invented"], [])[:: 1 if late else -1]
        assert hand_in_lists.left_over(cast.office) == 0


def test_a_device_of_an_earlier_day_is_not_returned_from_the_morning_on(cast, brought):
    brought()
    with at(TUESDAY, 7, 0):
        assert names(hand_in_lists.lists(cast.office).not_returned) == ["Pupil Invented"]
        assert hand_in_lists.left_over(cast.office) == hand_in_lists.left_over(cast.head) == 1


def test_a_pupil_whose_device_is_here_and_who_is_absent_stands_on_a_list_of_its_own(cast, brought):
    brought()
    with at(TUESDAY, 9, 0):
        brought(what="absent")
        lists = hand_in_lists.lists(cast.office)
        assert (names(lists.absent), names(lists.not_returned)) == (["Pupil Invented"], [])


def test_the_device_of_a_pupil_who_is_absent_goes_back_only_to_whoever_is_named(cast, brought):
    row = brought()
    with at(TUESDAY, 9, 0):
        brought(what="absent")
        with pytest.raises(Invalid, match="Pupil Invented is absent today"):
            hand_in_lists.give(cast.office, row)
        hand_in_lists.give(cast.office, row, "mother")
    assert HandIn.get_by_id(row).returned_to == "mother"


def test_the_lists_take_the_same_queries_for_one_device_and_for_many(cast, brought, monkeypatch):
    def count():
        seen, run = [], db.execute_sql
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
        hand_in_lists.lists(cast.office)
        monkeypatch.undo()
        return len(seen)

    brought()
    few = count()
    for number in range(10):
        brought(a_pupil(f"many{number}"))
    assert count() == few


def test_the_device_of_a_pupil_who_has_left_shows_until_somebody_has_fetched_it(cast, leaver):
    row, _ = leaver
    for day in (MONDAY, TUESDAY):
        with at(day, 16, 0):
            lists = hand_in_lists.lists(cast.office)
            assert (names(lists.left), names(lists.not_returned)) == (["Lea Leaver"], [])
            assert hand_in_lists.left_over(cast.office) == 1
    for nobody in ("", "  "):
        with pytest.raises(Invalid, match="Say who fetches it"):
            hand_in_lists.give(cast.office, row, nobody)
    hand_in_lists.give(cast.office, row, " Zebra  mother ")
    assert hand_in_lists.lists(cast.office).left == []
    assert HandIn.get_by_id(row).returned_to == "Zebra mother"
    newest = audit_trail.entries(audit_trail.Filter())[0][0]
    assert newest.sentence == "Office Invented gave the device of Lea Leaver to somebody who fetched it for them."


def test_the_locker_of_a_pupil_who_has_left_is_not_taken_back_while_the_device_lies_in_it(cast, brought):
    pupil = a_pupil("gone", "Gil Gone")
    locker = lockers_for.given(cast.office, pupil)
    row = brought(pupil)
    people.set_active(cast.head, pupil.id, False)
    with pytest.raises(Conflict):
        locker_uses.take_back(cast.office, locker, use_of(cast.office, locker))
    hand_in_lists.give(cast.office, row, "mother")
    locker_uses.take_back(cast.office, locker, use_of(cast.office, locker))


def test_of_two_who_give_a_device_back_the_second_is_told_who_did_and_when(cast, brought):
    row = brought()
    hand_in_lists.give(cast.office, row)
    with pytest.raises(Conflict, match="Office Invented has given it back already, at 10am on Monday 23 November"):
        hand_in_lists.give(cast.head, row, "father")
    assert HandIn.get_by_id(row).returned_to == ""


def test_what_was_taken_back_or_was_no_device_is_not_found(cast, brought):
    row = brought()
    tap(cast.office, cast.pupil.id, MONDAY, "undo", lockers_for.tile_of(cast.office, cast.pupil.id).seen)
    for hand_in in (row, brought(what="nothing"), 999_999):
        with pytest.raises(NotFound):
            hand_in_lists.give(cast.office, hand_in)
        with pytest.raises(NotFound):
            hand_in_lists.find(cast.office, hand_in)


def test_who_fetches_it_is_a_short_text(cast, brought):
    row = brought()
    for text in ("x" * 81, "abc\u202ecba"):
        with pytest.raises(Invalid):
            hand_in_lists.give(cast.office, row, text)
