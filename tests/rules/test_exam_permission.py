"""The examining body's permission to keep a device in exams (clause 5.9)."""

import datetime as dt

import pytest

from models import Decision, Exemption
from rules import agreements, cases, exam_permission, exams, exemptions, today
from rules.errors import Changed, Invalid, NotAllowed
from rules.exam_checks import Details
from tests.conftest import ACCESS, CAST, PARENT_CONTACT
from tests.rules.stories import MONDAY, TUESDAY, events, in_force, kind_name, permitted, revision, when, who

agreed_kind = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)


def agreement_of(exemption):
    return agreements.newest_of(cases.find(exemption)).id


def enter_exam(cast, **changed):
    details = {"exam": "Maths", "body": "AQA", "day": MONDAY, "starts_at": dt.time(9, 30), "ends_at": dt.time(11, 30)}
    return exams.save(cast.office, Details(**{**details, **changed}, zone="exam-room", candidates=(cast.pupil.id,)))


@agreed_kind
def test_an_exam_suspends_until_the_reference_is_recorded_and_again_when_it_is_taken_back(cast, kind):
    """Invariant 1."""
    exemption = permitted(cast.parent, kind)
    enter_exam(cast)
    assert not in_force(exemption)
    assert [line.when for line in today.list_of(MONDAY).lines] == [today.EXAM]
    exam_permission.record(cast.office, agreement_of(exemption), "  JCQ  2026/17 ")
    assert in_force(exemption)
    assert cases.find(exemption).request.exam_permission == "JCQ 2026/17"
    exam_permission.record(cast.office, agreement_of(exemption), "")
    assert not in_force(exemption)
    assert events(f"exemption:{exemption}").count("exam-permission-recorded") == 2


@agreed_kind
def test_a_cancelled_exam_suspends_nothing_any_more(cast, kind):
    exemption = permitted(cast.parent, kind)
    exams.cancel(cast.office, enter_exam(cast))
    assert in_force(exemption)


@agreed_kind
def test_an_exam_moved_to_the_afternoon_suspends_in_the_afternoon(cast, kind):
    exemption = permitted(cast.parent, kind)
    sitting = enter_exam(cast)
    moved = Details("Maths", "AQA", MONDAY, dt.time(13), dt.time(14), "exam-room", (cast.pupil.id,))
    exams.save(cast.office, moved, sitting)
    assert in_force(exemption)
    with when(MONDAY, "13:30"):
        assert not in_force(exemption)


@agreed_kind
@pytest.mark.parametrize("name", CAST)
def test_the_office_or_the_headteacher_records_it(cast, kind, name):
    exemption = permitted(cast.parent, kind)
    if name in {"office", "head"}:
        exam_permission.record(who(name), agreement_of(exemption), "JCQ 1")
    else:
        with pytest.raises(NotAllowed):
            exam_permission.record(who(name), agreement_of(exemption), "JCQ 1")
    assert Exemption.get_by_id(exemption).exam_permission == ("JCQ 1" if name in {"office", "head"} else "")


@agreed_kind
def test_what_was_decided_and_signed_stays_as_it_was(cast, kind):
    exemption = permitted(cast.parent, kind)
    seen, frozen = revision(exemption), Decision.get().frozen
    exam_permission.record(cast.office, agreement_of(exemption), "JCQ 1")
    assert (revision(exemption), Decision.get().frozen) == (seen, frozen)
    assert in_force(exemption)


@agreed_kind
def test_the_same_reference_again_is_no_event(cast, kind):
    exemption = permitted(cast.parent, kind, exam_permission="JCQ 1")
    exam_permission.record(cast.office, agreement_of(exemption), "JCQ 1")
    assert "exam-permission-recorded" not in events()


@pytest.mark.parametrize("reference", ["x" * 101, "hidden\u202etxet"])
def test_a_reference_that_cannot_be_is_refused(cast, reference):
    exemption = permitted(cast.parent, ACCESS)
    with pytest.raises(Invalid) as caught:
        exam_permission.record(cast.office, agreement_of(exemption), reference)
    assert caught.value.errors.keys() == {"reference"}


@agreed_kind
def test_nothing_is_recorded_when_it_is_over(cast, kind):
    exemption = permitted(cast.parent, kind)
    with when(TUESDAY, "15:00"), pytest.raises(Changed):
        exam_permission.record(cast.office, agreement_of(exemption), "JCQ 1")
    exemptions.withdraw(cast.parent, exemption)
    with pytest.raises(Changed):
        exam_permission.record(cast.office, agreement_of(exemption), "JCQ 1")
