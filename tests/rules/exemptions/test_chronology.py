"""One person's chronology: in order, for those who may open it, and never a reason."""

import datetime as dt

import pytest

from enums import ParentAccess
from models import Guardian
from rules.agreements import agreements, signing
from rules.agreements.terms import Terms
from rules.core import clock
from rules.core.errors import NotFound
from rules.decisions import deciding
from rules.exams import reports, sittings
from rules.exams.reports import Report
from rules.exams.sittings import SittingDetails
from rules.exemptions import activities, chronology, lifecycle, permissions
from rules.exemptions.queries import find
from rules.people import families
from tests.conftest import ACCESS, CAST, KNOWN_FAMILY, LESSON, PARENT_CONTACT
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    REASON,
    TUESDAY,
    approve,
    ask,
    asker_of,
    kind_name,
    later,
    permit,
    permitted,
    revision,
    when,
    who,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
READERS = {"head", "deputy", "assistant_head", "dsl", "deputy_dsl"}


def words(reader, person):
    return [step.words for step in chronology.of(reader, person.id).steps]


# --- Who opens it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CAST)
def test_a_pupils_is_opened_by_the_pupil_the_family_the_leaders_and_the_dsl(cast, name):
    may = READERS | {"pupil", "parent", "carer"}
    assert chronology.may_open(who(name), cast.pupil.id) == (name in may)
    if name in may:
        assert chronology.of(who(name), cast.pupil.id).name == cast.pupil.name
    else:
        with pytest.raises(NotFound):
            chronology.of(who(name), cast.pupil.id)


@pytest.mark.parametrize("name", CAST)
def test_a_member_of_staffs_is_opened_by_themselves_the_leaders_and_the_dsl(cast, name):
    assert chronology.may_open(who(name), cast.teacher.id) == (name in READERS | {"teacher"})


@pytest.mark.parametrize("change", ["ended", ParentAccess.NOTHING])
def test_a_parent_who_is_told_nothing_any_more_does_not_open_it(cast, change):
    """Clause 5.14."""
    link = Guardian.get(Guardian.parent == cast.parent.id).id
    if change == "ended":
        families.end(cast.office, cast.pupil.id, link)
    else:
        families.change_access(cast.office, cast.pupil.id, link, change)
    with pytest.raises(NotFound):
        chronology.of(cast.parent, cast.pupil.id)


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_leader_who_is_a_barred_parent_does_not_open_it(cast, name):
    """Clause 5.14: an office in the school does not open what a family link has closed."""
    made = {"child": cast.pupil.id, "parent": who(name).id, "relation": "father", "access": ParentAccess.NOTHING.value}
    Guardian.insert(**made, given_at=clock.now()).execute()
    assert not chronology.may_open(who(name), cast.pupil.id)
    with pytest.raises(NotFound):
        chronology.of(who(name), cast.pupil.id)


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_nobodys_is_not_found(cast, number):
    with pytest.raises(NotFound):
        chronology.of(cast.head, number)


# --- What stands in it --------------------------------------------------------------------------------------


def test_the_whole_of_a_pupils_story_is_told_in_order(cast):
    exemption = ask(cast.parent, ACCESS)
    with later(minutes=1):
        permit(exemption)
    with later(minutes=2):
        agreements.issue_anew(cast.head, exemption, 1, Terms("Rules.", "Sanctions."))
    with later(minutes=3):
        signing.withdraw_consent(cast.pupil, exemption)
    told = chronology.of(cast.head, cast.pupil.id)
    assert (told.id, told.name, told.team) == (cast.pupil.id, cast.pupil.name, "Kestrel class")
    assert [step.words for step in told.steps] == [
        "Parent Invented asked for exceptional access for Pupil Invented.",
        "Head Invented completed “Discussion with the headteacher” for Pupil Invented’s exceptional access.",
        "Head Invented approved exceptional access for Pupil Invented.",
        "Head Invented issued version 1 of the agreement about Pupil Invented’s exceptional access.",
        "Pupil Invented signed version 1 of the agreement about exceptional access.",
        "Parent Invented signed version 1 of the agreement about exceptional access.",
        "Head Invented issued version 2 of the agreement about Pupil Invented’s exceptional access.",
        "Pupil Invented withdrew consent to exceptional access.",
    ]
    assert [step.at for step in told.steps] == sorted(step.at for step in told.steps)
    assert {step.exemption for step in told.steps} == {exemption}


@every_kind
def test_it_never_holds_a_reason_an_answer_or_the_decider_s_words(cast, kind):
    """Invariant 14."""
    exemption = permitted(asker_of(kind), kind)
    deciding.revoke(cast.head, exemption, revision(exemption), "SECRET words.")
    for name in CAST:
        if chronology.may_open(who(name), find(exemption).people.subject):
            told = " ".join(words(who(name), cast.pupil if kind.for_pupil else cast.teacher))
            for secret in (REASON, "hospital", "private window", "lent", "needed every day", "SECRET"):
                assert secret not in told


@every_kind
def test_everybody_s_own_exemptions_stand_in_their_own(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    subject = cast.pupil if kind.for_pupil else cast.teacher
    assert {step.exemption for step in chronology.of(subject, subject.id).steps} == {exemption}


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_relationship_shows_to_the_three_it_is_shared_with_alone(cast, name):
    """Clause 4.5; and a look at it is no step of anybody's story."""
    exemption = permitted(cast.teacher, KNOWN_FAMILY)
    permissions.look_at(cast.dsl, exemption)
    told = words(who(name), cast.teacher)
    assert bool(told) == (name in {"head", "dsl"})
    assert not [each for each in told if " read " in each]


def test_a_lesson_stands_in_the_chronology_of_the_pupils_who_take_part_once_it_is_approved(cast):
    exemption = ask(cast.teacher, LESSON)
    assert words(cast.parent, cast.pupil) == []
    approve(cast.head, exemption)
    activities.start(cast.teacher, exemption)
    with later(minutes=5):
        activities.end(cast.teacher, exemption)
    assert words(cast.parent, cast.pupil)[-2:] == [
        "Teacher Invented started the educational activity.",
        "Teacher Invented ended the educational activity.",
    ]
    assert {step.exemption for step in chronology.of(cast.parent, cast.pupil.id).steps} == {None}
    assert words(cast.other_pupil, cast.other_pupil) == []


def test_what_may_be_opened_from_it_is_opened_by_those_who_know_of_it(cast):
    exemption = permitted(cast.parent, PARENT_CONTACT)
    for name, opens in (("parent", True), ("pupil", True), ("carer", True), ("head", True), ("deputy", False)):
        found = {step.exemption for step in chronology.of(who(name), cast.pupil.id).steps}
        assert found == ({exemption} if opens else {None})


def test_a_device_found_in_an_exam_is_told_to_the_leaders_and_the_dsl_alone(cast):
    times = (dt.time(9), dt.time(11))
    sitting = sittings.save(cast.office, SittingDetails("Maths", "AQA", MONDAY, *times, "exam-room", (cast.pupil.id,)))
    found = (MONDAY, dt.time(9, 55), "A watch", "It lit up.")
    reports.make(cast.teacher, Report(str(sitting), "", "", cast.pupil.id, *found))
    for name in READERS:
        assert words(who(name), cast.pupil) == ["A device was reported in the exam Maths, AQA: still open."]
    for name in ("pupil", "parent", "carer"):
        assert words(who(name), cast.pupil) == []


@pytest.mark.parametrize("name", sorted(READERS))
def test_a_device_found_with_their_own_child_is_not_told_to_a_leader(cast, name):
    made = {"child": cast.pupil.id, "parent": who(name).id, "relation": "aunt", "access": ParentAccess.SIGNS.value}
    Guardian.insert(**made, given_at=clock.now()).execute()
    found = (MONDAY, dt.time(9, 55), "A watch", "It lit up.")
    reports.make(cast.teacher, Report("another", "Maths", "AQA", cast.pupil.id, *found))
    assert words(who(name), cast.pupil) == []


def test_what_was_withdrawn_before_it_was_decided_is_told_too(cast):
    exemption = ask(cast.parent, ACCESS)
    lifecycle.withdraw(cast.parent, exemption)
    assert words(cast.pupil, cast.pupil)[-1] == "Parent Invented withdrew their exceptional access for Pupil Invented."


def test_the_story_goes_on_over_the_days(cast):
    exemption = permitted(cast.parent, ACCESS)
    with when(TUESDAY, "09:30"):
        deciding.revoke(cast.head, exemption, revision(exemption), "It rang.")
        steps = chronology.of(cast.head, cast.pupil.id).steps
    assert steps[-1].words == "Head Invented revoked exceptional access for Pupil Invented."
    assert steps[-1].at.date() == TUESDAY
    assert steps[0].at.date() == MONDAY
