"""Lockers are given, taken back, swapped, and given to many: always one for one person (clauses 2.3, 2.4)."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import IntegrityError, db, writing
from enums import LockerArea, Role
from models import AuditEvent, LockerUse, RoleGrant
from rules.audit import trail
from rules.core.clock import today
from rules.core.errors import Changed, Conflict, Invalid
from rules.lockers import assignments, hand_in, lockers
from tests.conftest import examples
from tests.support import lockers as support_lockers_module
from tests.support.lockers import a_locker, a_pupil, holders, some_lockers, use_of
from tests.support.visitors import later


def newest(count=1):
    """The newest sentences of the trail, the latest first."""
    return [entry.sentence for entry in trail.entries(trail.Filter())[0][:count]]


# --- One ----------------------------------------------------------------------------------------------------


def test_the_office_gives_a_pupil_a_locker(cast):
    assignments.give(cast.office, a_locker("14"), cast.pupil.id)
    assert holders(cast.office) == {"14": "Pupil Invented"}
    assert newest() == ["Office Invented gave Pupil Invented locker 14 in the administration office."]


def test_of_two_who_give_the_same_locker_the_second_is_told_whose_it_is_who_gave_it_and_when(cast):
    locker = support_lockers_module.given(cast.office, cast.pupil)
    with later(minutes=5), pytest.raises(Conflict, match=r"is Pupil Invented’s: Office Invented gave it .* at 10am on"):
        assignments.give(cast.head, locker, cast.other_pupil.id)
    assert holders(cast.office) == {"1": "Pupil Invented"}


def test_nobody_has_two_lockers(cast):
    support_lockers_module.given(cast.office, cast.pupil, "1")
    with pytest.raises(Conflict, match="locker 1 already"):
        assignments.give(cast.office, a_locker("2"), cast.pupil.id)
    assert holders(cast.office) == {"1": "Pupil Invented"}


def test_who_still_has_a_locker_of_the_other_area_gives_it_back_first(cast):
    support_lockers_module.given(cast.office, cast.teacher, "S7", LockerArea.STAFF)
    with writing():
        told = {"person": cast.teacher.id, "role": Role.PUPIL.value, "starts_on": today()}
        RoleGrant.insert(**told, given_at=LockerUse.get().given_at).execute()
    some_lockers("1", "2", "3")
    locker = a_locker("4")
    with pytest.raises(Conflict, match="locker S7 already, in the staff room"):
        assignments.give(cast.office, locker, cast.teacher.id)
    plan = assignments.plan(cast.office, "pupils")
    assert cast.teacher.id not in {person.id for _, person in plan.pairs}
    assert assignments.apply(cast.office, "pupils", plan.digest) == 2


def test_the_database_itself_keeps_a_locker_from_two_people_and_a_person_from_two_lockers(cast):
    locker, other = support_lockers_module.given(cast.office, cast.pupil), a_locker("2")
    row = LockerUse.get()
    for where, who in ((locker, cast.other_pupil.id), (other, cast.pupil.id)):
        with pytest.raises(IntegrityError), writing():
            LockerUse.insert(locker=where, person=who, given_by=cast.head.id, given_at=row.given_at).execute()


@pytest.mark.parametrize("who", ["teacher", "parent", "office"])
def test_a_pupils_locker_is_for_pupils(cast, who):
    with pytest.raises(Invalid) as caught:
        assignments.give(cast.office, a_locker(), getattr(cast, who).id)
    assert list(caught.value.errors) == ["person"]


def test_a_staff_locker_is_for_staff_who_work_directly_with_children(cast):
    locker = a_locker(area=LockerArea.STAFF)
    for who in (cast.pupil.id, cast.finance.id, None, 999_999):
        with pytest.raises(Invalid):
            assignments.give(cast.office, locker, who)
    assignments.give(cast.office, locker, cast.teacher.id)
    assert newest() == ["Office Invented gave Teacher Invented locker 1 in the staff room."]


def test_a_locker_is_taken_back_once(cast):
    locker = support_lockers_module.given(cast.office, cast.pupil)
    use = use_of(cast.office, locker)
    assignments.take_back(cast.head, locker, use)
    assert newest() == ["Head Invented took locker 1 in the administration office back from Pupil Invented."]
    with pytest.raises(Conflict, match="It is free now"):
        assignments.take_back(cast.office, locker, use)
    assignments.give(cast.office, locker, cast.other_pupil.id)
    with pytest.raises(Conflict, match="It is Other Pupil Invented’s now"):
        assignments.take_back(cast.office, locker, use)


def test_a_locker_in_which_a_device_lies_is_not_taken_back(cast):
    locker = support_lockers_module.given(cast.office, cast.pupil)
    hand_in.tap(cast.office, cast.pupil.id, today(), "device", "0")
    with pytest.raises(Conflict, match="A device of Pupil Invented is still here"):
        assignments.take_back(cast.office, locker, use_of(cast.office, locker))
    assert holders(cast.office) == {"1": "Pupil Invented"}


# --- Two ----------------------------------------------------------------------------------------------------


def test_two_pupils_swap_their_lockers(cast):
    first, second = (
        support_lockers_module.given(cast.office, cast.pupil, "1"),
        support_lockers_module.given(cast.office, cast.other_pupil, "2"),
    )
    assignments.swap(cast.office, first, use_of(cast.office, first), second, use_of(cast.office, second))
    assert holders(cast.office) == {"1": "Other Pupil Invented", "2": "Pupil Invented"}
    assert newest(2) == [
        "Office Invented moved Other Pupil Invented from locker 2 to locker 1 in the administration office.",
        "Office Invented moved Pupil Invented from locker 1 to locker 2 in the administration office.",
    ]


def test_a_pupil_moves_to_a_free_locker(cast):
    first, second = support_lockers_module.given(cast.office, cast.pupil, "1"), a_locker("2")
    assignments.swap(cast.office, first, use_of(cast.office, first), second, None)
    assert holders(cast.office) == {"2": "Pupil Invented"}


def test_a_swap_with_what_is_no_longer_so_changes_nothing(cast):
    first, second = (
        support_lockers_module.given(cast.office, cast.pupil, "1"),
        support_lockers_module.given(cast.office, cast.other_pupil, "2"),
    )
    use, other_use = use_of(cast.office, first), use_of(cast.office, second)
    before = holders(cast.office)
    for seen in ((999, other_use), (use, 999), (use, None)):
        with pytest.raises(Conflict):
            assignments.swap(cast.office, first, seen[0], second, seen[1])
    for other in (first, 999, a_locker("3", LockerArea.STAFF)):
        with pytest.raises(Invalid):
            assignments.swap(cast.office, first, use, other, None)
    assert holders(cast.office) == before


# --- Many ---------------------------------------------------------------------------------------------------


def test_the_pupils_of_a_class_get_the_free_lockers_in_order(cast):
    first, second = a_pupil("amy", "Amy First"), a_pupil("zed", "Zed Last")
    support_lockers_module.given(cast.office, second, "3")
    some_lockers("10", "2", "9")
    plan = assignments.plan(cast.office, "class Kestrel class")
    assert [(locker.number, person.id) for locker, person in plan.pairs] == [("2", first.id), ("9", cast.pupil.id)]
    assert holders(cast.office) == {"3": "Zed Last"}, "looking changes nothing"
    assert assignments.apply(cast.office, plan.group, plan.digest) == 2
    assert holders(cast.office) == {"2": "Amy First", "3": "Zed Last", "9": "Pupil Invented"}
    assert AuditEvent.select().where(AuditEvent.event == "locker-given").count() == 3
    assert assignments.plan(cast.office, plan.group).pairs == ()


def test_it_is_said_for_how_many_there_is_no_locker(cast):
    some_lockers("1")
    plan = assignments.plan(cast.office, "pupils")
    assert (len(plan.pairs), plan.left) == (1, 1)


def test_staff_get_staff_lockers(cast):
    some_lockers("1", "2", area=LockerArea.STAFF)
    plan = assignments.plan(cast.office, "staff")
    assignments.apply(cast.office, "staff", plan.digest)
    assert list(holders(cast.office, LockerArea.STAFF).values()) == ["Assistant Invented", "Deputy Dsl Invented"]


def test_what_was_looked_at_is_given_or_nothing(cast):
    some_lockers("1", "2")
    looked = assignments.plan(cast.office, "pupils")
    assignments.give(cast.head, lockers.of_area(cast.head, LockerArea.PUPILS)[0].id, cast.other_pupil.id)
    with pytest.raises(Changed) as caught:
        assignments.apply(cast.office, "pupils", looked.digest)
    assert [(locker.number, person.id) for locker, person in caught.value.current.pairs] == [("2", cast.pupil.id)]
    assert holders(cast.office) == {"1": "Other Pupil Invented"}


@pytest.mark.parametrize("group", ["", "class Nowhere", "everybody", "class "])
def test_there_is_no_other_group(cast, group):
    with pytest.raises(Invalid):
        assignments.plan(cast.office, group)


# --- In any order -------------------------------------------------------------------------------------------

STEPS = st.lists(st.tuples(st.sampled_from(["give", "back", "swap", "many"]), *[st.integers(0, 3)] * 2), max_size=25)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, stale=st.booleans())
def test_one_locker_has_one_person_and_one_person_one_locker_whatever_is_done(cast, steps, stale):
    with db.atomic() as attempt:
        places = some_lockers("1", "2", "3", "4")
        pupils = [a_pupil(f"any{number}", f"Any {number}").id for number in range(4)]
        seen = {place: None for place in places}
        for step, one, two in steps:
            locker, other = places[one], places[two]
            if not stale or one % 2:  # somebody's page may be an old one
                seen = {place: use_of(cast.office, place) for place in places}
            with contextlib.suppress(Conflict, Invalid):
                _do(cast, step, (locker, pupils[two], other), seen)
            rows = [(row.locker_id, row.person_id) for row in LockerUse.select().where(LockerUse.ended_at.is_null())]
            assert len({locker for locker, _ in rows}) == len({person for _, person in rows}) == len(rows)
        attempt.rollback()


def _do(cast, step, whom, seen):
    locker, pupil, other = whom
    if step == "give":
        assignments.give(cast.office, locker, pupil)
    elif step == "back":
        assignments.take_back(cast.office, locker, seen[locker] or 0)
    elif step == "swap":
        assignments.swap(cast.office, locker, seen[locker] or 0, other, seen[other])
    else:
        assignments.apply(cast.office, "pupils", assignments.plan(cast.office, "pupils").digest)
