"""The register of lockers: which there are, whose they are and were (clauses 2.3, 2.4)."""

import pytest

from enums import LockerArea
from models import AuditEvent, Locker
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import LOCKERS, touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.lockers import assignments, lockers
from rules.people import people
from tests.conftest import CAST
from tests.support.lockers import a_locker, a_pupil, given, some_lockers, use_of
from tests.support.visitors import later

KEEPING = WHO_MAY[Permission.KEEP_LOCKERS]
OTHERS = [who for who, roles in CAST.items() if KEEPING.isdisjoint(roles)]


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


def errors(cast, *said):
    """What is said of lockers that cannot be added; none is then."""
    with pytest.raises(Invalid) as caught:
        assignments.add(cast.office, *said)
    assert Locker.select().count() == 0
    return caught.value.errors


@pytest.mark.parametrize("who", ["office", "head"])
def test_the_office_and_the_headteacher_add_lockers_by_their_numbers(cast, who):
    actor, before = getattr(cast, who), touched(LOCKERS)
    assert assignments.add(actor, "pupils", "1-3, a10", " Site  team ") == 4
    found = lockers.of_area(actor, LockerArea.PUPILS)
    assert [locker.number for locker in found] == ["1", "2", "3", "A10"]
    assert all(locker.free and locker.key_holder == "Site team" for locker in found)
    assert newest() == f"{actor.name} added lockers in the administration office: 4."
    assert touched(LOCKERS) > before


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_keeps_lockers(cast, who):
    actor, locker = getattr(cast, who), a_locker()
    for step in (
        lambda: assignments.add(actor, "pupils", "7"),
        lambda: assignments.set_key_holder(actor, locker, "Me"),
        lambda: assignments.set_out_of_use(actor, locker, True),
        lambda: assignments.give(actor, locker, cast.pupil.id),
        lambda: assignments.take_back(actor, locker, 1),
        lambda: assignments.swap(actor, locker, 1, 2, None),
        lambda: assignments.plan(actor, "pupils"),
        lambda: assignments.apply(actor, "pupils", ""),
        lambda: lockers.of_area(actor, LockerArea.PUPILS),
        lambda: lockers.history(actor, locker),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert AuditEvent.select().where(AuditEvent.event.startswith("locker")).count() == 0


def test_a_number_stands_once_in_an_area_and_may_stand_in_the_other(cast):
    assignments.add(cast.office, "pupils", "1-3")
    with pytest.raises(Invalid) as caught:
        assignments.add(cast.office, "pupils", "3-4")
    assert caught.value.errors == {"numbers": "There is a locker with this number already: 3"}
    assert assignments.add(cast.office, "staff", "3") == 1
    assert Locker.select().count() == 4


def test_everything_that_is_wrong_is_said_at_once(cast):
    assert errors(cast, "attic", "one", "x" * 121).keys() == {"area", "numbers", "key_holder"}
    assert errors(cast, "pupils", "9-1").keys() == {"numbers"}
    assert errors(cast, "pupils", "1", "abc\u202ecba").keys() == {"key_holder"}


def test_a_locker_is_found_by_its_number_and_by_a_part_of_a_name(cast):
    given(cast.office, cast.pupil, "12")
    some_lockers("1", "2", "112")
    every = lockers.of_area(cast.office, LockerArea.PUPILS)
    assert [locker.number for locker in lockers.search(every, "12")] == ["12"]
    assert [locker.number for locker in lockers.search(every, " PUPIL inv ")] == ["12"]
    assert len(lockers.search(every, "")) == 4


def test_who_has_no_locker_is_known(cast):
    given(cast.office, cast.pupil)
    assert [pupil.name for pupil in lockers.without(LockerArea.PUPILS)] == ["Other Pupil Invented"]
    staff = {person.name for person in lockers.without(LockerArea.STAFF)}
    assert {"Teacher Invented", "Dsl Invented"} <= staff
    assert not staff & {"Office Invented", "Head Invented", "Pupil Invented"}


def test_a_locker_remembers_whose_it_was(cast):
    locker = given(cast.office, cast.pupil)
    with later(days=1):
        assignments.take_back(cast.head, locker, use_of(cast.head, locker))
    with later(days=2):
        assignments.give(cast.head, locker, cast.other_pupil.id)
    now, before = lockers.history(cast.office, locker)
    assert (now.name, now.given_by, now.ended_at) == ("Other Pupil Invented", "Head Invented", None)
    assert (before.name, before.given_by, before.ended_by) == ("Pupil Invented", "Office Invented", "Head Invented")
    assert clock.local(before.ended_at).day == 24


def test_who_has_the_key_is_written_down_and_the_trail_does_not_repeat_it(cast):
    locker = a_locker()
    assignments.set_key_holder(cast.office, locker, " Zebra  cabinet ")
    assert lockers.find(cast.office, locker).key_holder == "Zebra cabinet"
    assert newest() == "Office Invented changed who has the key or code of 1 in the administration office."
    count = AuditEvent.select().count()
    assignments.set_key_holder(cast.office, locker, "Zebra cabinet")
    assert AuditEvent.select().count() == count
    with pytest.raises(Invalid):
        assignments.set_key_holder(cast.office, locker, "x" * 121)


def test_a_locker_out_of_use_is_given_to_nobody_until_it_is_in_use_again(cast):
    locker = a_locker()
    assignments.set_out_of_use(cast.office, locker, True)
    with pytest.raises(Conflict, match="out of use"):
        assignments.give(cast.office, locker, cast.pupil.id)
    assignments.set_out_of_use(cast.office, locker, False)
    assignments.give(cast.office, locker, cast.pupil.id)
    with pytest.raises(Conflict, match="Locker 1 is Pupil Invented’s"):
        assignments.set_out_of_use(cast.office, locker, True)


def test_a_pupil_who_has_left_keeps_the_locker_until_it_is_taken_back_and_it_says_so(cast):
    leaver = a_pupil("leaver", "Lea Leaver")
    locker = given(cast.office, leaver)
    assert lockers.find(cast.office, locker).belongs
    people.set_active(cast.head, leaver.id, False)
    kept = lockers.find(cast.office, locker)
    assert (kept.name, kept.belongs, kept.free) == ("Lea Leaver", False, False)
    assignments.take_back(cast.office, locker, kept.use)
    assert lockers.find(cast.office, locker).free


def test_there_is_no_locker_that_does_not_exist(cast):
    with pytest.raises(NotFound):
        lockers.find(cast.office, 999_999)
