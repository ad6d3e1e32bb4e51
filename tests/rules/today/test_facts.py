"""What a day's list has to know besides its exemptions: lessons, exams, and which agreements were signed."""

import datetime as dt
import itertools

import pytest

from database import db
from enums import ParentAccess, RequiredSigners
from models import Guardian
from rules.agreements import agreements, signing
from rules.agreements.terms import Terms
from rules.decisions import deciding
from rules.exams import sittings
from rules.exams.sittings import SittingDetails
from rules.exemptions import activities
from rules.people import people
from rules.today import day_list, words
from rules.today import facts as today_facts
from tests.conftest import ACCESS, LESSON, PARENT_CONTACT
from tests.support.exemptions import (
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    kind_name,
    later,
    permitted,
    revision,
    sign,
    signed,
    when,
)

agreed_kind = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)
WEDNESDAY, THURSDAY = dt.date(2026, 11, 25), dt.date(2026, 11, 26)


def exam(cast, *pupils, starts_at="10:00", ends_at="11:00", day=MONDAY, name="Maths"):
    times = map(dt.time.fromisoformat, (starts_at, ends_at))
    return sittings.save(
        cast.office, SittingDetails(name, "AQA", day, *times, "exam-room", tuple(p.id for p in pupils))
    )


def line_of(exemption, day=MONDAY):
    return next((line for line in day_list.list_of(day).lines if line.id == exemption), None)


def group(exemption, day):
    line = line_of(exemption, day)
    return line and line.when


# --- Lessons ------------------------------------------------------------------------------------------------


def test_a_lesson_is_known_by_when_it_began_and_whether_it_runs(cast):
    exemption = permitted(cast.teacher, LESSON)
    facts = today_facts.of(MONDAY)
    assert (facts.began(exemption), facts.runs(exemption)) == ("10:00", True)
    with later(minutes=5):
        activities.end(cast.teacher, exemption)
        assert not today_facts.of(MONDAY).runs(exemption)
    with later(minutes=10):
        activities.start(cast.teacher, exemption)
        facts = today_facts.of(MONDAY)
        assert (facts.began(exemption), facts.runs(exemption)) == ("10:10", True)
    assert (today_facts.of(TUESDAY).began(exemption), today_facts.of(TUESDAY).runs(exemption)) == ("", False)


def test_who_takes_part_is_known_with_their_classes(cast):
    exemption = permitted(cast.teacher, LESSON, pupils=(cast.pupil.id, cast.other_pupil.id))
    assert today_facts.of(MONDAY).classes_in(exemption) == {"Kestrel class", "Heron class"}
    assert today_facts.of(TUESDAY).classes_in(exemption) == set()


# --- Exams --------------------------------------------------------------------------------------------------


def test_exams_are_told_with_their_times_and_suspend_at_theirs_alone(cast):
    exemption = permitted(cast.parent, ACCESS)
    exam(cast, cast.pupil)
    exam(cast, cast.pupil, starts_at="13:00", ends_at="14:30", name="English")
    for time, busy in (("09:59", False), ("10:00", True), ("10:59", True), ("11:00", False), ("13:00", True)):
        with when(MONDAY, time):
            facts, line = today_facts.of(MONDAY), line_of(exemption)
            assert facts.in_exam(cast.pupil.id) is busy
            assert line.exam == "10:00-11:00 13:00-14:30"
            assert line.when == (day_list.EXAM if busy else day_list.NOW)
    assert list(words.notes_of(line_of(exemption))) == [
        "Not in the exam, 10am to 11am",
        "Not in the exam, 1pm to 2:30pm",
    ]


def test_an_exam_with_the_bodys_permission_is_told_with_the_reference(cast):
    exemption = permitted(cast.parent, ACCESS, exam_permission="JCQ 7")
    exam(cast, cast.pupil)
    line = line_of(exemption)
    assert line.when == day_list.NOW
    assert list(words.notes_of(line)) == ["Exam allowed, reference JCQ 7, 10am to 11am"]


def test_a_cancelled_exam_is_not_told(cast):
    exemption = permitted(cast.parent, ACCESS)
    sittings.cancel(cast.office, exam(cast, cast.pupil))
    assert line_of(exemption).exam == ""


def test_a_lesson_names_those_who_sit_an_exam_instead(cast):
    exemption = permitted(cast.teacher, LESSON, pupils=(cast.pupil.id, cast.other_pupil.id))
    exam(cast, cast.pupil)
    line = line_of(exemption)
    assert (line.when, line.absent) == (day_list.NOW, cast.pupil.name)
    assert "Not Pupil Invented: in an exam" in list(words.notes_of(line))
    with when(MONDAY, "11:00"):
        assert line_of(exemption).absent == ""


def test_on_another_day_whoever_sits_an_exam_on_it_is_named(cast):
    exemption = ask(cast.teacher, LESSON, starts_on=TUESDAY)
    approve(cast.head, exemption)
    exam(cast, cast.pupil, day=TUESDAY)
    assert line_of(exemption, TUESDAY).absent == cast.pupil.name


# --- Agreements on days that have been ----------------------------------------------------------------------


@agreed_kind
def test_what_waits_for_a_signature_stands_apart(cast, kind):
    """Clause 5.7d: unsigned shows *not yet*."""
    exemption = ask(asker_of(kind), kind)
    approve(cast.head, exemption)
    assert group(exemption, MONDAY) == group(exemption, TUESDAY) == day_list.UNSIGNED
    assert line_of(exemption).agreement == "Not signed yet"
    sign(cast.pupil, exemption)
    assert group(exemption, MONDAY) == day_list.UNSIGNED
    sign(cast.parent, exemption)
    assert (group(exemption, MONDAY), group(exemption, TUESDAY)) == (day_list.NOW, day_list.ALL_DAY)
    assert line_of(exemption).agreement == "Signed"


@agreed_kind
def test_a_day_is_told_as_it_was_signed_on_that_day(cast, kind):
    """Monday: nobody has signed. Tuesday: both. Wednesday: a new version. Thursday: both again."""
    exemption = ask(asker_of(kind), kind, ends_on=dt.date(2026, 11, 27))
    approve(cast.head, exemption)
    with when(TUESDAY, "08:00"):
        signed(exemption)
    with when(WEDNESDAY, "08:00"):
        agreements.issue_anew(cast.head, exemption, 1, Terms("Rules.", "Sanctions."))
        assert group(exemption, WEDNESDAY) == day_list.UNSIGNED
        assert group(exemption, TUESDAY) == day_list.ALL_DAY
        assert group(exemption, MONDAY) == day_list.UNSIGNED
    with when(THURSDAY, "12:00"):
        signed(exemption)
        assert group(exemption, THURSDAY) == day_list.NOW
        assert group(exemption, TUESDAY) == day_list.ALL_DAY
        assert group(exemption, MONDAY) == day_list.UNSIGNED


def test_every_story_of_signing_and_issuing_is_told_day_by_day_as_it_was(cast):
    """On each of four days at noon nothing happens, or both sign, or a new version is issued: 81 stories."""
    for story in itertools.product("-si", repeat=4):
        with db.atomic() as transaction:
            exemption = ask(cast.parent, ACCESS, ends_on=dt.date(2026, 11, 28))
            approve(cast.head, exemption)
            held, complete, version = [], False, 1
            for number, step in enumerate(story):
                before = complete
                with when(MONDAY + dt.timedelta(days=number), "12:00"):
                    if step == "s" and not complete:
                        signed(exemption)
                        complete = True
                    elif step == "i":
                        agreements.issue_anew(cast.head, exemption, version, Terms("Rules.", "Sanctions."))
                        complete, version = False, version + 1
                held.append(before or complete)
            with when(MONDAY + dt.timedelta(days=4), "12:00"):
                days = [MONDAY + dt.timedelta(days=number) for number in range(4)]
                assert [group(exemption, day) == day_list.ALL_DAY for day in days] == held, story
            transaction.rollback()


@agreed_kind
def test_an_agreement_that_one_alone_signs_held_when_that_one_had_signed(cast, kind):
    exemption = ask(asker_of(kind), kind)
    terms = Terms("Rules.", "Sanctions.", (), RequiredSigners.PARENT, "The pupil cannot read it.")
    deciding.approve(cast.head, exemption, revision(exemption), "", terms)
    sign(cast.parent, exemption)
    with when(TUESDAY, "08:00"):
        agreements.issue_anew(cast.head, exemption, 1, Terms("Rules.", "Sanctions."))
        assert (group(exemption, MONDAY), group(exemption, TUESDAY)) == (day_list.ALL_DAY, day_list.UNSIGNED)


@agreed_kind
def test_a_consent_withdrawn_during_the_hours_is_told_and_one_never_given_is_not(cast, kind):
    given = permitted(asker_of(kind), kind)
    never = ask(asker_of(kind), kind, device="Another")
    approve(cast.head, never)
    with when(MONDAY, "11:30"):
        for exemption in (given, never):
            signing.withdraw_consent(cast.pupil, exemption)
    with when(MONDAY, "12:00"):
        assert group(given, MONDAY) == day_list.ENDED
        assert line_of(given).stopped == "11:30"
        assert group(never, MONDAY) is None
        assert group(given, TUESDAY) is None


# --- The list of a class ------------------------------------------------------------------------------------


def listed(**wanted):
    return {line.id for line in day_list.list_of(MONDAY, **wanted).lines}


def test_the_list_of_a_class_has_its_pupils_and_the_lessons_they_take_part_in(cast):
    """*Who sees what*: class staff see the pupils of their classes, and not their colleagues."""
    pupils = permitted(cast.parent, ACCESS)
    others = ask(cast.other_parent, PARENT_CONTACT, subject=cast.other_pupil.id)
    approve(cast.head, others)
    lesson = permitted(cast.deputy, LESSON)
    permitted(cast.teacher)
    assert listed(classes={"Kestrel class"}) == {pupils, lesson}
    assert listed(classes={"Heron class"}) == {others}
    assert listed(classes={"Kestrel class", "Heron class"}) == {pupils, others, lesson}
    assert listed(classes=set()) == set()
    assert listed(classes={"teacher team"}) == set()


def test_a_lesson_is_found_by_the_pupils_who_take_part(cast):
    lesson = permitted(cast.teacher, LESSON)
    permitted(cast.assistant)
    assert listed(name="kestrel") == {lesson}


def test_two_people_of_the_same_name_and_class_are_told_apart_on_the_list(cast):
    details = people.PersonDetails("other-pupil", "Pupil Invented", "Kestrel class")
    one = permitted(cast.parent, ACCESS)
    people.edit(cast.head, cast.other_pupil.id, details)
    assert line_of(one).name == "Pupil Invented"
    made = {
        "child": cast.other_pupil.id,
        "parent": cast.parent.id,
        "relation": "mother",
        "access": ParentAccess.SIGNS.value,
    }
    with when(MONDAY, "09:00"):
        Guardian.insert(**made, given_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC)).execute()
    other = ask(cast.parent, ACCESS, subject=cast.other_pupil.id)
    approve(cast.head, other)
    assert {line.name for line in day_list.list_of(MONDAY).lines} == {
        "Pupil Invented (pupil)",
        "Pupil Invented (other-pupil)",
    }
    people.edit(cast.head, cast.other_pupil.id, people.PersonDetails("other-pupil", "Pupil Invented", "Heron class"))
    assert {line.name for line in day_list.list_of(MONDAY).lines} == {"Pupil Invented"}


# --- When an open list notices ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what", ["session started", "session ended", "signed", "issued anew", "consent", "exam", "exam cancelled", "class"]
)
def test_an_open_list_notices_everything_that_has_to_do_with_it(cast, what):
    lesson = ask(cast.teacher, LESSON)
    access = ask(cast.parent, ACCESS)
    for exemption in (lesson, access):
        approve(cast.head, exemption)
    if what == "session ended":
        activities.start(cast.teacher, lesson)
    sitting = exam(cast, cast.other_pupil) if what == "exam cancelled" else None
    token = day_list.list_of(MONDAY).token
    assert day_list.unchanged(token)
    {
        "session started": lambda: activities.start(cast.teacher, lesson),
        "session ended": lambda: activities.end(cast.teacher, lesson),
        "signed": lambda: sign(cast.pupil, access),
        "issued anew": lambda: agreements.issue_anew(cast.head, access, 1, Terms("A.", "B.")),
        "consent": lambda: signing.withdraw_consent(cast.pupil, access),
        "exam": lambda: exam(cast, cast.pupil),
        "exam cancelled": lambda: sittings.cancel(cast.office, sitting),
        "class": lambda: people.edit(
            cast.head, cast.pupil.id, people.PersonDetails("pupil", "Pupil Invented", "Herons")
        ),
    }[what]()
    assert not day_list.unchanged(token)


@pytest.mark.parametrize(
    ("time", "same"),
    [("10:00", True), ("10:29", True), ("10:30", False), ("11:45", False)],
)
def test_an_open_list_notices_when_an_exam_begins(cast, time, same):
    permitted(cast.parent, ACCESS)
    exam(cast, cast.pupil, starts_at="10:30", ends_at="11:45")
    token = day_list.list_of(MONDAY).token
    with when(MONDAY, time):
        assert day_list.unchanged(token) is same


def test_between_two_answers_that_nothing_has_changed_the_list_of_a_full_day_is_the_same(cast):
    permitted(cast.teacher, LESSON)
    permitted(cast.parent, ACCESS)
    exam(cast, cast.pupil, starts_at="13:05", ends_at="14:10")
    with when(MONDAY, "00:00"):
        shown = day_list.list_of(MONDAY)
    for minute in range(0, 24 * 60, 5):
        with when(MONDAY, f"{minute // 60:02}:{minute % 60:02}"):
            seen = day_list.list_of(MONDAY)
            assert seen.lines == shown.lines or not day_list.unchanged(shown.token)
            shown = seen


def test_a_list_takes_the_same_queries_however_long_it_is(cast):
    def count():
        asked = []
        db.query_hooks.append(lambda *told, **more: asked.append(told))
        try:
            day_list.list_of(MONDAY)
        finally:
            db.query_hooks.pop()
        return len(asked)

    permitted(cast.teacher, LESSON)
    few = count()
    for number in range(6):
        permitted(cast.parent, ACCESS, device=f"Phone {number}")
        exam(cast, cast.pupil, starts_at=f"1{number}:00", ends_at=f"1{number}:30", name=f"Exam {number}")
    assert count() == few
