"""Pupils hand in their devices at reception in the morning and get them back in the afternoon (clause 2.3)."""

import datetime as dt
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import IntegrityError, db, writing
from enums import HandInOutcome, LockerArea
from models import AuditEvent, HandIn
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import Changed, Conflict, Invalid, NotAllowed, NotFound
from rules.lockers import assignments
from rules.lockers import hand_in as locker_hand_in
from rules.lockers.hand_in import tap
from rules.lockers.tiles import TAPS
from rules.people import people
from tests.conftest import CAST, examples
from tests.support import lockers
from tests.support.lockers import a_pupil, use_of
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, at, later

OTHERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.RECEIVE_DEVICES].isdisjoint(roles)]


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


@pytest.fixture
def touch_tile(cast):
    """Tap on the tile of a pupil as it is now: `touch_tile("device")`."""

    def make(what, pupil=None, who="office"):
        actor, pupil = getattr(cast, who), (pupil or cast.pupil).id
        return tap(actor, pupil, clock.today(), what, lockers.tile_of(cast.office, pupil).seen)

    return make


@pytest.fixture
def colleague(cast):
    """A second person at reception."""
    person = people.add_from_the_start(people.PersonDetails("reception2", "Rita Second"), CAST["office"])
    return lockers.actor_of_person(person)


# --- One tap ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("device", "Office Invented wrote down that Pupil Invented handed in a device."),
        ("nothing", "Office Invented wrote down that Pupil Invented had no device to hand in."),
        ("absent", "Office Invented wrote down that Pupil Invented was absent."),
    ],
)
def test_one_tap_says_what_a_pupil_brought(cast, touch_tile, what, says):
    tile = touch_tile(what)
    assert (tile.brought, tile.at, tile.by_name) == (what, "10am", "Office Invented")
    assert tile.held == (what == "device")
    assert newest() == says


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_reception_taps(cast, who):
    actor = getattr(cast, who)
    for step in (
        lambda: tap(actor, cast.pupil.id, MONDAY, "device", "0"),
        lambda: locker_hand_in.morning(actor),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert HandIn.select().count() == 0


@pytest.mark.parametrize("who", ["teacher", "parent"])
def test_only_pupils_have_a_tile(cast, who):
    with pytest.raises(NotFound):
        tap(cast.office, getattr(cast, who).id, MONDAY, "device", "0")


def test_in_the_afternoon_one_tap_gives_it_back(cast, touch_tile):
    touch_tile("device")
    with at(MONDAY, 15, 20):
        tile = touch_tile("returned")
        assert (tile.returned, tile.returned_name, tile.held) == ("3:20pm", "Office Invented", False)
    assert newest() == "Office Invented gave Pupil Invented their device back."


def test_what_was_not_handed_in_cannot_be_returned(cast):
    for seen in ("0", "1"):
        with pytest.raises(Changed):
            tap(cast.office, cast.pupil.id, MONDAY, "returned", seen)
    assert HandIn.select().count() == 0


def test_a_mistaken_tap_is_undone_and_another_one_made(cast, touch_tile):
    touch_tile("absent")
    tile = touch_tile("undo")
    assert (tile.brought, tile.taps) == (None, tuple(HandInOutcome))
    assert newest() == "Office Invented took back what was written down of Pupil Invented: absent."
    assert touch_tile("device").brought is HandInOutcome.DEVICE
    assert HandIn.select().count() == 2, "what was undone stays as history"


def test_a_mistaken_return_is_undone_and_the_device_is_here_again(cast, touch_tile):
    touch_tile("device")
    with later(hours=5):
        touch_tile("returned")
        tile = touch_tile("undo")
        assert (tile.held, tile.brought, tile.at) == (True, "device", "10am")
        assert newest() == "Office Invented took back that Pupil Invented had got their device back."
        assert touch_tile("undo").brought is None


# --- Several at the queue -----------------------------------------------------------------------------------


def test_of_two_receptions_that_tap_the_same_pupil_the_second_sees_what_the_first_did(cast, colleague):
    seen = lockers.tile_of(cast.office, cast.pupil.id).seen
    tap(cast.office, cast.pupil.id, MONDAY, "device", seen)
    for what in ("device", "nothing", "absent", "undo"):
        with later(minutes=1), pytest.raises(Changed) as caught:
            tap(colleague, cast.pupil.id, MONDAY, what, seen)
        tile = caught.value.current
        assert (tile.brought, tile.at, tile.by_name) == ("device", "10am", "Office Invented")
    assert HandIn.select().count() == 1
    assert AuditEvent.select().where(AuditEvent.event.contains("device")).count() == 1


def test_an_impatient_finger_that_taps_twice_taps_once(cast):
    first = tap(cast.office, cast.pupil.id, MONDAY, "device", "0")
    assert tap(cast.office, cast.pupil.id, MONDAY, "device", "0") == first
    assert HandIn.select().count() == 1


def test_nobody_undoes_what_they_have_not_seen(cast, colleague, touch_tile):
    before = touch_tile("nothing").seen
    touch_tile("undo")
    touch_tile("device")
    with pytest.raises(Changed):
        tap(colleague, cast.pupil.id, MONDAY, "undo", before)
    assert lockers.tile_of(cast.office, cast.pupil.id).held


def test_the_database_itself_keeps_one_answer_for_a_pupil_and_a_day_until_it_goes_back(cast, touch_tile):
    told = {"person": cast.pupil.id, "area": LockerArea.PUPILS.value, "day": MONDAY}
    for what, more in (("nothing", "device"), ("absent", "device"), ("device", "absent"), ("device", "device")):
        touch_tile(what)
        with pytest.raises(IntegrityError), writing():
            HandIn.insert(**told, brought=more, by=cast.office.id, at=clock.now()).execute()
        touch_tile("undo")


def test_a_page_that_is_open_since_yesterday_is_told_so(cast):
    with at(TUESDAY, 8, 20), pytest.raises(Conflict, match=r"of Monday 23 November 2026\. .* is Tuesday 24"):
        tap(cast.office, cast.pupil.id, MONDAY, "device", "0")
    assert HandIn.select().count() == 0


def test_a_page_of_the_morning_is_unchanged_until_somebody_taps_or_the_day_ends(cast, touch_tile):
    before = locker_hand_in.morning(cast.office).token
    assert locker_hand_in.unchanged(before)
    touch_tile("device")
    assert not locker_hand_in.unchanged(before)
    after = locker_hand_in.token()
    with at(TUESDAY, 0, 0):
        assert not locker_hand_in.unchanged(after)


# --- Over the days ------------------------------------------------------------------------------------------


def test_a_device_that_was_not_fetched_is_still_here_the_next_morning(cast, touch_tile):
    touch_tile("device")
    with at(TUESDAY, 8, 25):
        tile = lockers.tile_of(cast.office, cast.pupil.id)
        assert (tile.since, tile.brought, tile.held) == (MONDAY, None, True)
        tile = touch_tile("returned")
        assert (tile.since, tile.brought, tile.returned) == (None, None, "8:25am")
    with at(TUESDAY, 8, 26):
        tile = touch_tile("device")
        assert (tile.brought, tile.returned, tile.held) == ("device", "", True)
        assert touch_tile("undo").brought is None
        assert touch_tile("undo").since == MONDAY


def test_what_is_returned_is_everything_that_is_here(cast, touch_tile):
    touch_tile("device")
    with at(TUESDAY, 8, 25):
        touch_tile("device")
        assert not touch_tile("returned").held
    assert HandIn.select().where(HandIn.returned_at.is_null()).count() == 0


def test_somebody_who_is_absent_gets_an_old_device_back_through_whoever_comes(cast, touch_tile):
    touch_tile("device")
    with at(TUESDAY, 8, 25):
        touch_tile("absent")
        tile = touch_tile("returned")
        assert (tile.brought, tile.returned, tile.held) == ("absent", "8:25am", False)


def test_a_device_of_yesterday_that_goes_back_alone_leaves_todays_here(cast, touch_tile):
    old = touch_tile("device").row
    with at(TUESDAY, 8, 15):
        touch_tile("device")
    with at(TUESDAY, 15, 0):
        locker_hand_in.give(cast.office, old)
        tile = lockers.tile_of(cast.office, cast.pupil.id)
        assert (tile.held, tile.went_back, tile.since, tile.taps) == (True, False, None, ("returned", "undo"))
        assert locker_hand_in.morning(cast.office).held == 1
        assert touch_tile("undo").since == MONDAY
        tile = touch_tile("returned")
        assert (tile.held, tile.went_back) == (False, True)


def test_undo_brings_back_everything_that_one_tap_gave_back_however_the_clock_runs(cast, touch_tile, monkeypatch):
    touch_tile("device")
    with at(TUESDAY, 8, 25):
        touch_tile("device")
    moments = (clock.at(TUESDAY, dt.time(15, 20)) + dt.timedelta(milliseconds=number) for number in itertools.count())
    monkeypatch.setattr(clock, "now", lambda: next(moments))
    touch_tile("returned")
    tile = touch_tile("undo")
    assert (len(tile.here), tile.since, tile.went_back) == (2, MONDAY, False)


def test_an_impatient_finger_that_gives_back_twice_gives_back_once(cast, colleague, touch_tile):
    seen = touch_tile("device").seen
    first = tap(cast.office, cast.pupil.id, MONDAY, "returned", seen)
    assert tap(cast.office, cast.pupil.id, MONDAY, "returned", seen) == first
    with pytest.raises(Changed):
        tap(colleague, cast.pupil.id, MONDAY, "returned", seen)
    assert AuditEvent.select().where(AuditEvent.event == "hand-in-returned").count() == 1


# --- Fetched at noon, handed in again -----------------------------------------------------------------------


@pytest.fixture
def back_from_the_dentist(touch_tile):
    """A pupil's device was handed in at 8:30, fetched at 11:30 and handed in again at 1pm: the tile of then."""
    for hour, minute, what in ((8, 30, "device"), (11, 30, "returned"), (13, 0, "device")):
        with at(MONDAY, hour, minute):
            tile = touch_tile(what)
    return tile


def test_what_was_fetched_at_noon_can_be_handed_in_again_with_one_tap(cast, touch_tile, back_from_the_dentist):
    tile = back_from_the_dentist
    assert (tile.brought, tile.at, tile.held, tile.went_back, tile.taps) == (
        *("device", "1pm", True, False),
        ("returned", "undo"),
    )
    rows = locker_hand_in.of_day(cast.office, cast.pupil.id, MONDAY)
    assert [row.held for row in rows] == [False, True]
    assert tile.here == (rows[1].id,)
    events = [
        each.event for each in AuditEvent.select().where(AuditEvent.person == cast.pupil.id).order_by(AuditEvent.id)
    ]
    assert events[-3:] == ["device-handed-in", "hand-in-returned", "device-handed-in"]


@pytest.mark.parametrize("what", ["nothing", "absent"])
def test_who_has_handed_in_a_device_today_is_not_said_to_be_absent_or_without_one_afterwards(cast, touch_tile, what):
    touch_tile("device")
    tile = touch_tile("returned")
    assert tile.taps == ("device", "undo")
    with pytest.raises(Changed):
        touch_tile(what)


def test_undo_takes_back_the_last_tap_only(cast, touch_tile, back_from_the_dentist):
    with at(MONDAY, 13, 5):
        tile = touch_tile("undo")
        assert (tile.went_back, tile.returned, tile.held) == (True, "11:30am", False)
        assert touch_tile("device").at == "1:05pm"
    with at(MONDAY, 15, 30):
        assert touch_tile("returned").returned == "3:30pm"
        tile = touch_tile("undo")
        assert (tile.held, tile.at) == (True, "1:05pm")


def test_undo_never_brings_back_what_went_before_even_where_all_was_tapped_at_one_moment(cast, touch_tile):
    for what in ("device", "returned", "device"):
        touch_tile(what)
    assert touch_tile("undo").went_back
    tile = touch_tile("undo")
    assert (tile.held, tile.went_back) == (True, False)
    assert touch_tile("undo").taps == tuple(HandInOutcome)


def test_an_impatient_finger_that_hands_in_again_twice_does_so_once(cast, colleague, touch_tile):
    touch_tile("device")
    seen = touch_tile("returned").seen
    first = tap(cast.office, cast.pupil.id, MONDAY, "device", seen)
    assert tap(cast.office, cast.pupil.id, MONDAY, "device", seen) == first
    with pytest.raises(Changed):
        tap(colleague, cast.pupil.id, MONDAY, "device", seen)
    assert HandIn.select().count() == 2


def test_a_tap_on_the_page_of_the_morning_does_not_hand_in_again(cast, touch_tile):
    touch_tile("device")
    touch_tile("returned")
    with pytest.raises(Changed):
        tap(cast.office, cast.pupil.id, MONDAY, "device", "0")
    assert HandIn.select().count() == 1


def test_the_lists_count_a_device_that_was_handed_in_again_once(cast, back_from_the_dentist):
    with at(MONDAY, 13, 30):
        lists = locker_hand_in.lists(cast.office)
        assert [each.row.id for each in lists.here] == [back_from_the_dentist.row]
        assert locker_hand_in.morning(cast.office).count("device") == locker_hand_in.morning(cast.office).held == 1
    with at(TUESDAY, 8, 30):
        assert [each.row.id for each in locker_hand_in.lists(cast.office).not_returned] == [back_from_the_dentist.row]
        assert locker_hand_in.left_over(cast.office) == 1


# --- The page of a class ------------------------------------------------------------------------------------


def test_the_page_of_a_class_has_its_pupils_with_their_lockers_and_says_how_far_each_class_is(cast, touch_tile):
    lockers.given(cast.office, cast.pupil, "14")
    a_pupil("zed", "Zed Kestrel")
    touch_tile("nothing")
    page = locker_hand_in.morning(cast.office, "Kestrel class")
    assert [(tile.name, tile.number) for tile in page.tiles] == [("Pupil Invented", "14"), ("Zed Kestrel", "")]
    assert page.teams == {"Heron class": (0, 1), "Kestrel class": (1, 2)}
    assert (page.count(None), page.count("nothing"), page.held) == (1, 1, 0)
    assert len(locker_hand_in.morning(cast.office).tiles) == 3
    with pytest.raises(NotFound):
        locker_hand_in.morning(cast.office, "Nowhere")


def test_two_pupils_of_one_name_can_be_told_apart(cast):
    a_pupil("twin1", "Sam Twin"), a_pupil("twin2", "Sam Twin"), a_pupil("twin3", "Sam Twin", "Heron class")
    told = {(tile.team, tile.more) for tile in locker_hand_in.morning(cast.office).tiles if tile.name == "Sam Twin"}
    assert told == {("Kestrel class", "twin1"), ("Kestrel class", "twin2"), ("Heron class", "")}


def test_a_page_takes_the_same_queries_for_one_pupil_and_for_many_after_years(cast, touch_tile, monkeypatch):
    def count():
        seen, run = [], db.execute_sql
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
        locker_hand_in.morning(cast.office)
        monkeypatch.undo()
        return len(seen)

    locker_hand_in.morning(cast.office)
    few = count()
    for number in range(20):
        touch_tile("device", a_pupil(f"many{number}"))
    assert count() == few


# --- Anything, at any time ----------------------------------------------------------------------------------

MOMENTS = [(MONDAY, 8, 30), (MONDAY, 15, 30), (MONDAY, 23, 59), (TUESDAY, 0, 0), (TUESDAY, 8, 30), (FRIDAY, 12, 0)]


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(TAPS)), max_size=20))
def test_a_device_is_here_or_it_is_not_and_undo_leads_back_whatever_is_tapped(cast, steps):
    with db.atomic() as attempt:
        for number, (which, what) in enumerate(sorted(steps, key=lambda each: each[0])):
            with clock.frozen(clock.at(MOMENTS[which][0], dt.time(*MOMENTS[which][1:])) + dt.timedelta(seconds=number)):
                before = lockers.tile_of(cast.office, cast.pupil.id)
                held = HandIn.select().where(
                    HandIn.brought == "device", HandIn.returned_at.is_null(), HandIn.undone_at.is_null()
                )
                try:
                    after = tap(cast.office, cast.pupil.id, clock.today(), what, before.seen)
                except Changed:
                    assert what not in before.taps
                    continue
                assert after.held == held.exists()
                today = list(
                    HandIn.select().where(HandIn.day == clock.today(), HandIn.undone_at.is_null()).order_by(HandIn.id)
                )
                assert sum(row.returned_at is None for row in today) <= 1, "never two at once of one day"
                assert set(after.here) == {row.id for row in held}
                assert (after.row, after.brought) == ((today[-1].id, today[-1].brought) if today else (None, None))
                assert after.went_back == bool(today and today[-1].returned_at)
                if what != "undo" and after != before:
                    with db.atomic() as back:
                        undone = tap(cast.office, cast.pupil.id, clock.today(), "undo", after.seen)
                        assert (undone.held, undone.brought, undone.since) == (
                            before.held,
                            before.brought,
                            before.since,
                        )
                        back.rollback()
        attempt.rollback()


OTHERS_OF_HAND_IN_LISTS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_LOCKERS].isdisjoint(roles)]


@pytest.fixture
def brought(cast):
    """A pupil came with a device, or with nothing: `brought()`; the id of the row."""

    def make(pupil=None, what="device"):
        pupil = (pupil or cast.pupil).id
        return tap(cast.office, pupil, clock.today(), what, lockers.tile_of(cast.office, pupil).seen).row

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
    lockers.given(cast.office, cast.pupil)
    brought(what="nothing")
    lists = locker_hand_in.lists(cast.office)
    assert [pupil.name for pupil in lists.no_locker] == ["Other Pupil Invented"]
    assert [pupil.name for pupil in lists.not_yet] == ["Other Pupil Invented"]
    brought(cast.other_pupil, "absent")
    assert locker_hand_in.lists(cast.head).not_yet == []


@pytest.mark.parametrize("who", OTHERS_OF_HAND_IN_LISTS)
def test_nobody_else_sees_the_lists_or_gives_a_device_back(cast, brought, who):
    actor, row = getattr(cast, who), brought()
    for step in (
        lambda: locker_hand_in.lists(actor),
        lambda: locker_hand_in.find(actor, row),
        lambda: locker_hand_in.give(actor, row, "mother"),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert locker_hand_in.left_over(actor) == 0


@pytest.mark.parametrize(("hour", "minute", "late"), [(15, 29, False), (15, 30, True), (18, 0, True)])
def test_a_device_of_today_is_not_returned_once_pupils_have_gone_home(cast, brought, hour, minute, late):
    brought()
    with at(MONDAY, hour, minute):
        lists = locker_hand_in.lists(cast.office)
        assert (names(lists.not_returned), names(lists.here)) == (["Pupil Invented"], [])[:: 1 if late else -1]
        assert locker_hand_in.left_over(cast.office) == 0


def test_a_device_of_an_earlier_day_is_not_returned_from_the_morning_on(cast, brought):
    brought()
    with at(TUESDAY, 7, 0):
        assert names(locker_hand_in.lists(cast.office).not_returned) == ["Pupil Invented"]
        assert locker_hand_in.left_over(cast.office) == locker_hand_in.left_over(cast.head) == 1


def test_a_pupil_whose_device_is_here_and_who_is_absent_stands_on_a_list_of_its_own(cast, brought):
    brought()
    with at(TUESDAY, 9, 0):
        brought(what="absent")
        lists = locker_hand_in.lists(cast.office)
        assert (names(lists.absent), names(lists.not_returned)) == (["Pupil Invented"], [])


def test_the_device_of_a_pupil_who_is_absent_goes_back_only_to_whoever_is_named(cast, brought):
    row = brought()
    with at(TUESDAY, 9, 0):
        brought(what="absent")
        with pytest.raises(Invalid, match="Pupil Invented is absent today"):
            locker_hand_in.give(cast.office, row)
        locker_hand_in.give(cast.office, row, "mother")
    assert HandIn.get_by_id(row).returned_to == "mother"


def test_the_lists_take_the_same_queries_for_one_device_and_for_many(cast, brought, monkeypatch):
    def count():
        seen, run = [], db.execute_sql
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
        locker_hand_in.lists(cast.office)
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
            lists = locker_hand_in.lists(cast.office)
            assert (names(lists.left), names(lists.not_returned)) == (["Lea Leaver"], [])
            assert locker_hand_in.left_over(cast.office) == 1
    for nobody in ("", "  "):
        with pytest.raises(Invalid, match="Say who fetches it"):
            locker_hand_in.give(cast.office, row, nobody)
    locker_hand_in.give(cast.office, row, " Zebra  mother ")
    assert locker_hand_in.lists(cast.office).left == []
    assert HandIn.get_by_id(row).returned_to == "Zebra mother"
    newest = trail.entries(trail.Filter())[0][0]
    assert newest.sentence == "Office Invented gave the device of Lea Leaver to somebody who fetched it for them."


def test_the_locker_of_a_pupil_who_has_left_is_not_taken_back_while_the_device_lies_in_it(cast, brought):
    pupil = a_pupil("gone", "Gil Gone")
    locker = lockers.given(cast.office, pupil)
    row = brought(pupil)
    people.set_active(cast.head, pupil.id, False)
    with pytest.raises(Conflict):
        assignments.take_back(cast.office, locker, use_of(cast.office, locker))
    locker_hand_in.give(cast.office, row, "mother")
    assignments.take_back(cast.office, locker, use_of(cast.office, locker))


def test_of_two_who_give_a_device_back_the_second_is_told_who_did_and_when(cast, brought):
    row = brought()
    locker_hand_in.give(cast.office, row)
    with pytest.raises(Conflict, match="Office Invented has given it back already, at 10am on Monday 23 November"):
        locker_hand_in.give(cast.head, row, "father")
    assert HandIn.get_by_id(row).returned_to == ""


def test_what_was_taken_back_or_was_no_device_is_not_found(cast, brought):
    row = brought()
    tap(cast.office, cast.pupil.id, MONDAY, "undo", lockers.tile_of(cast.office, cast.pupil.id).seen)
    for hand_in in (row, brought(what="nothing"), 999_999):
        with pytest.raises(NotFound):
            locker_hand_in.give(cast.office, hand_in)
        with pytest.raises(NotFound):
            locker_hand_in.find(cast.office, hand_in)


def test_who_fetches_it_is_a_short_text(cast, brought):
    row = brought()
    for text in ("x" * 81, "abc\u202ecba"):
        with pytest.raises(Invalid):
            locker_hand_in.give(cast.office, row, text)
