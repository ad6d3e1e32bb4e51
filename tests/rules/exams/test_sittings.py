"""The office enters who sits which exam, when and where (clause 5.9)."""

import datetime as dt

import pytest

from enums import ParentAccess, Role
from models import AuditEvent, Candidate, ExamReport, Sitting
from rules.audit import trail
from rules.auth.actors import actor_of_person
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.exams import reports, sittings
from rules.exams.sittings import SittingDetails
from rules.people import classes, families, people, role_grants
from tests.conftest import CAST

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
NINE, ELEVEN = dt.time(9), dt.time(11)
HOLDERS = WHO_MAY[Permission.MANAGE_EXAMS]
NOT_THEIRS = [who for who, roles in CAST.items() if HOLDERS.isdisjoint(roles)]


@pytest.fixture
def biology(cast):
    """What the office enters of one exam."""
    return SittingDetails("Biology paper 1", "AQA", TUESDAY, NINE, ELEVEN, "exam-room", (cast.pupil.id,))


def at(day, hour, minute=0):
    """The school's clock stopped at a day and time."""
    return clock.frozen(clock.at(day, dt.time(hour, minute)))


def errors(actor, details, sitting=None):
    """What is said of details that cannot be kept; nothing is kept then."""
    before, count = list(Sitting.select().tuples()), AuditEvent.select().count()
    with pytest.raises(Invalid) as caught:
        sittings.save(actor, details, sitting)
    assert (list(Sitting.select().tuples()), AuditEvent.select().count()) == (before, count)
    return caught.value.errors


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- Entering -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "head"])
def test_an_exam_is_entered_with_its_candidates(cast, biology, who):
    actor, before = getattr(cast, who), touched()
    sitting = sittings.save(actor, biology._replace(exam="  Biology   paper 1 ", candidates=(cast.pupil.id,) * 2))
    (kept,) = sittings.upcoming(actor)
    assert (kept.id, kept.exam, kept.day, kept.starts_at, kept.zone) == (
        sitting,
        "Biology paper 1",
        TUESDAY,
        NINE,
        "exam-room",
    )
    assert kept.pupils == {cast.pupil.id}
    assert newest() == f"{actor.name} entered the exam Biology paper 1 on Tuesday 24 November 2026."
    assert touched() > before


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_enters_changes_or_cancels_exams(cast, biology, who):
    sitting, actor = sittings.save(cast.office, biology), getattr(cast, who)
    for attempt in (
        lambda: sittings.save(actor, biology),
        lambda: sittings.save(actor, biology, sitting),
        lambda: sittings.cancel(actor, sitting),
        lambda: sittings.find(actor, sitting),
        lambda: sittings.upcoming(actor),
        lambda: sittings.past(actor),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert Sitting.select().count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"exam": "  "}, "exam", "Write which exam it is"),
        ({"exam": "x" * 121}, "exam", "120 characters or fewer"),
        ({"exam": "Bio\u202elogy"}, "exam", "direction"),
        ({"body": ""}, "body", "examining body"),
        ({"body": "A\x00B"}, "body", "cannot be shown"),
        ({"day": None}, "day", "Choose the day"),
        ({"day": dt.date(2026, 11, 22)}, "day", "in the past"),
        ({"day": dt.date(2027, 11, 25)}, "day", "more than a year"),
        ({"day": dt.date.max}, "day", "more than a year"),
        ({"day": dt.date.min}, "day", "in the past"),
        ({"starts_at": None}, "starts_at", "starts"),
        ({"ends_at": None}, "ends_at", "ends"),
        ({"starts_at": dt.time(6, 59)}, "starts_at", "between 7am and 6pm"),
        ({"ends_at": dt.time(18, 1)}, "ends_at", "between 7am and 6pm"),
        ({"ends_at": NINE}, "ends_at", "after the start"),
        ({"ends_at": dt.time(8)}, "ends_at", "after the start"),
        ({"day": MONDAY, "starts_at": dt.time(8), "ends_at": dt.time(10)}, "ends_at", "passed today"),
        ({"zone": ""}, "zone", "room"),
        ({"zone": "moon"}, "zone", "room"),
        ({"candidates": ()}, "candidates", "at least one"),
        ({"candidates": (0,)}, "candidates", "from the list"),
        ({"candidates": (2**62,)}, "candidates", "from the list"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, biology, changed, field, words):
    found = errors(cast.office, biology._replace(**changed))
    assert list(found) == [field]
    assert words in found[field]


def test_everything_that_is_wrong_is_said_at_once(cast, school):
    found = errors(cast.office, SittingDetails("", "", None, None, None, "", ()))
    assert set(found) == {"exam", "body", "day", "starts_at", "ends_at", "zone", "candidates"}


@pytest.mark.parametrize("who", ["teacher", "parent", "head"])
def test_only_pupils_sit_exams(cast, biology, who):
    assert "candidates" in errors(cast.office, biology._replace(candidates=(getattr(cast, who).id,)))


def test_a_pupil_who_has_left_sits_no_exam(cast, biology):
    people.set_active(cast.office, cast.pupil.id, False)
    assert "candidates" in errors(cast.office, biology)


@pytest.mark.parametrize("zone", ["classroom", "offices", "off-site", "exam-room"])
def test_an_exam_can_be_in_any_room_of_the_policy(cast, biology, zone):
    assert sittings.save(cast.office, biology._replace(zone=zone))


@pytest.mark.parametrize(
    "day", [MONDAY + dt.timedelta(days=366), dt.date(2027, 3, 28), dt.date(2027, 10, 31), dt.date(2027, 2, 28)]
)
def test_the_last_possible_day_and_the_nights_of_the_clock_change_are_days_like_others(cast, biology, day):
    sittings.save(cast.office, biology._replace(day=day))
    assert sittings.upcoming(cast.office)[0].day == day


def test_the_29th_of_february_is_a_day_for_an_exam(cast, biology):
    with at(dt.date(2028, 2, 1), 10):
        sittings.save(cast.office, biology._replace(day=dt.date(2028, 2, 29)))
        assert newest().endswith("on Tuesday 29 February 2028.")


# --- Twice, and two at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("exam", "body"), [("Biology paper 1", "AQA"), ("BIOLOGY  paper 1", " aqa ")])
def test_the_same_exam_is_entered_once(cast, biology, exam, body):
    sittings.save(cast.office, biology)
    again = biology._replace(exam=exam, body=body, ends_at=dt.time(12), candidates=(cast.other_pupil.id,))
    assert "entered already" in errors(cast.head, again)["exam"]


def test_an_exam_that_was_cancelled_can_be_entered_anew(cast, biology):
    sittings.cancel(cast.office, sittings.save(cast.office, biology))
    assert sittings.save(cast.office, biology)


@pytest.mark.parametrize(
    ("starts", "ends", "overlaps"),
    [
        ((8, 0), (9, 0), False),
        ((8, 0), (9, 1), True),
        ((9, 30), (10, 0), True),
        ((10, 59), (12, 0), True),
        ((11, 0), (12, 0), False),
    ],
)
def test_nobody_sits_two_exams_at_once(cast, biology, starts, ends, overlaps):
    sittings.save(cast.office, biology)
    second = biology._replace(exam="French", starts_at=dt.time(*starts), ends_at=dt.time(*ends))
    if overlaps:
        told = errors(cast.office, second)["candidates"]
        assert told.startswith("Pupil Invented sits Biology paper 1 (AQA) 9am to 11am on that day.")
        assert sittings.save(cast.office, second._replace(candidates=(cast.other_pupil.id,)))
    else:
        assert sittings.save(cast.office, second)


def test_many_who_would_sit_two_exams_are_counted(cast, biology):
    pupils = tuple(_a_pupil(number) for number in range(5))
    sittings.save(cast.office, biology._replace(candidates=pupils))
    told = errors(cast.office, biology._replace(exam="French", candidates=pupils))["candidates"]
    assert told.count("sits Biology") == 3
    assert "there are 2 more" in told


def _a_pupil(number):
    return people.add_from_the_start(people.PersonDetails(f"sitter.{number}", f"Sitter {number}"), (Role.PUPIL,))


# --- Changing and cancelling --------------------------------------------------------------------------------


def test_a_change_replaces_the_candidates_and_is_told(cast, biology):
    sitting = sittings.save(cast.office, biology)
    before = touched()
    sittings.save(cast.head, biology._replace(ends_at=dt.time(12), candidates=(cast.other_pupil.id,)), sitting)
    kept = sittings.find(cast.office, sitting)
    assert (kept.ends_at, kept.pupils) == (dt.time(12), {cast.other_pupil.id})
    assert newest() == "Head Invented changed the exam Biology paper 1 on Tuesday 24 November 2026."
    assert touched() > before


def test_saving_what_is_there_already_changes_nothing(cast, biology):
    sitting = sittings.save(cast.office, biology)
    before, count = touched(), AuditEvent.select().count()
    sittings.save(cast.office, biology, sitting)
    assert (touched(), AuditEvent.select().count()) == (before, count)


def test_a_cancelled_exam_is_on_no_list_and_stays_in_the_table(cast, biology):
    sitting = sittings.save(cast.office, biology)
    before = touched()
    sittings.cancel(cast.office, sitting)
    assert sittings.upcoming(cast.office) == []
    assert Candidate.select().where(Candidate.sitting == sitting).count() == 1
    assert newest() == "Office Invented cancelled the exam Biology paper 1 on Tuesday 24 November 2026."
    assert touched() > before


def test_an_exam_is_cancelled_once(cast, biology):
    sitting = sittings.save(cast.office, biology)
    sittings.cancel(cast.office, sitting)
    count = AuditEvent.select().count()
    for attempt in (
        lambda: sittings.cancel(cast.head, sitting),
        lambda: sittings.save(cast.office, biology, sitting),
    ):
        with pytest.raises(Conflict, match="cancelled"):
            attempt()
    assert AuditEvent.select().count() == count


def test_an_exam_that_is_over_stays_as_it_was(cast, biology):
    sitting = sittings.save(cast.office, biology)
    with at(TUESDAY, 10, 59):
        sittings.save(cast.office, biology._replace(ends_at=dt.time(11, 30)), sitting)
    with at(TUESDAY, 11, 30):
        for attempt in (
            lambda: sittings.cancel(cast.office, sitting),
            lambda: sittings.save(cast.office, biology._replace(ends_at=dt.time(13)), sitting),
        ):
            with pytest.raises(Conflict, match="over"):
                attempt()


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_an_exam_that_there_is_not_is_not_found(cast, biology, number):
    for attempt in (
        lambda: sittings.find(cast.office, number),
        lambda: sittings.cancel(cast.office, number),
    ):
        with pytest.raises(NotFound):
            attempt()


# --- The lists ----------------------------------------------------------------------------------------------


def test_the_lists_go_by_day_and_time(cast, biology):
    for day, hour, exam in ((TUESDAY, 13, "C"), (TUESDAY, 9, "B"), (MONDAY, 12, "A")):
        sittings.save(cast.office, biology._replace(exam=exam, day=day, starts_at=dt.time(hour), ends_at=dt.time(14)))
        Candidate.delete().execute()
    assert [exam.exam for exam in sittings.upcoming(cast.office)] == ["A", "B", "C"]
    with at(dt.date(2026, 12, 1), 10):
        assert [exam.exam for exam in sittings.past(cast.office)] == ["C", "B", "A"]


def test_an_exam_leaves_the_list_at_midnight_and_sight_after_thirty_days(cast, biology):
    sittings.save(cast.office, biology)
    with at(TUESDAY, 23, 59):
        assert (len(sittings.upcoming(cast.head)), len(sittings.past(cast.head))) == (1, 0)
    with at(TUESDAY + dt.timedelta(days=1), 0):
        assert (len(sittings.upcoming(cast.head)), len(sittings.past(cast.head))) == (0, 1)
    with at(TUESDAY + dt.timedelta(days=30), 23, 59):
        assert len(sittings.past(cast.head)) == 1
    with at(TUESDAY + dt.timedelta(days=31), 0):
        assert sittings.past(cast.head) == []


def test_staff_see_the_exams_of_today_without_a_name(cast, biology):
    sittings.save(cast.office, biology._replace(day=MONDAY, starts_at=dt.time(11), ends_at=dt.time(12)))
    sittings.save(cast.office, biology)
    (today,) = sittings.of_today(cast.teacher)
    assert (today.day, today.candidates) == (MONDAY, ())
    for who in ("pupil", "parent", "governor", "director", "volunteer"):
        with pytest.raises(NotAllowed):
            sittings.of_today(getattr(cast, who))


def test_two_candidates_of_one_name_are_told_apart(cast, biology):
    first, second = (
        people.add_from_the_start(people.PersonDetails(name, "Sam Same", "Owls"), (Role.PUPIL,))
        for name in ("sam", "sam2")
    )
    sittings.save(cast.office, biology._replace(candidates=(first, second)))
    (kept,) = sittings.upcoming(cast.office)
    assert classes.labels(kept.candidates) == {first: "Sam Same, Owls, sam", second: "Sam Same, Owls, sam2"}


def test_a_sitting_with_a_report_can_still_be_cancelled(cast, biology):
    sitting = sittings.save(cast.office, biology._replace(day=MONDAY, starts_at=dt.time(11), ends_at=dt.time(12)))
    ExamReport.insert(
        sitting=sitting,
        exam="Biology",
        body="AQA",
        found_on=MONDAY,
        found_at=NINE,
        candidate=cast.pupil.id,
        device="A phone",
        what_happened="It rang.",
        reported_by=cast.teacher.id,
        reported_at=clock.now(),
    ).execute()
    sittings.cancel(cast.office, sitting)
    assert len(reports.of_candidate(cast.pupil.id)) == 1


# --- One's own family ---------------------------------------------------------------------------------------


def as_parent(cast, access):
    """The office as a parent of the pupil."""
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, MONDAY)
    families.link(cast.head, cast.pupil.id, cast.office.id, "mother", access)
    return actor_of_person(cast.office.id)


@pytest.mark.parametrize("access", [ParentAccess.SIGNS, ParentAccess.SEES])
def test_nobody_enters_changes_or_cancels_an_exam_of_their_own_child_and_is_told_that_a_colleague_does(
    cast, biology, access
):
    office = as_parent(cast, access)
    assert "a colleague" in errors(office, biology)["candidates"]
    sitting = sittings.save(cast.head, biology)
    for refused in (
        lambda: sittings.cancel(office, sitting),
        lambda: sittings.save(office, biology._replace(candidates=(cast.other_pupil.id,)), sitting),
    ):
        with pytest.raises(NotAllowed, match="a colleague"):
            refused()
    assert not sittings.find(cast.head, sitting).cancelled
    others = sittings.save(office, biology._replace(candidates=(cast.other_pupil.id,), exam="Chemistry"))
    sittings.cancel(office, others)


def test_a_parent_who_is_told_nothing_neither_enters_nor_cancels_nor_sees_that_child_in_the_lists(cast, biology):
    office = as_parent(cast, ParentAccess.NOTHING)
    unknown = errors(office, biology._replace(candidates=(999_999,)))
    assert errors(office, biology) == unknown
    sitting = sittings.save(cast.head, biology._replace(candidates=(cast.pupil.id, cast.other_pupil.id)))
    with pytest.raises(NotAllowed) as refusal:
        sittings.cancel(office, sitting)
    assert "family" not in str(refusal.value), "who sits it is not given away by the refusal"
    assert [exam.pupils for exam in sittings.upcoming(office)] == [{cast.other_pupil.id}]
    with at(dt.date(2026, 11, 26), 10):
        assert [exam.pupils for exam in sittings.past(office)] == [{cast.other_pupil.id}]
    assert [exam.pupils for exam in sittings.upcoming(cast.head)] == [{cast.pupil.id, cast.other_pupil.id}]
