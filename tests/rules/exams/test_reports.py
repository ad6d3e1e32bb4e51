"""A device found in an exam is reported, and the headteacher tells the examining body (clause 5.9)."""

import datetime as dt

import pytest

from enums import Role
from models import AuditEvent, ExamReport
from rules.audit import trail
from rules.auth import actors
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.exams import reports, sittings
from rules.exams.reports import ANOTHER, Report, Settlement
from rules.exams.sittings import SittingDetails
from rules.people import delegation, role_grants
from tests.conftest import CAST

MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)
AT_TEN = dt.time(10)
SECRET = "Zebra-4711"
STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]
OTHERS = [who for who in CAST if who not in STAFF_NAMES]
TOLD = Settlement(MONDAY)
SETTLED = Settlement(TUESDAY, "AQA/2026/77", f"{SECRET}: a warning.")


def at(day, hour, minute=0):
    """The school's clock stopped at a day and time."""
    return clock.frozen(clock.at(day, dt.time(hour, minute)))


@pytest.fixture
def sitting(cast):
    """An exam that the pupil sits this morning; its id."""
    return sittings.save(
        cast.office, SittingDetails("Biology", "AQA", MONDAY, dt.time(9), dt.time(11), "exam-room", (cast.pupil.id,))
    )


@pytest.fixture
def found(cast, sitting):
    """What the teacher who invigilates reports."""
    return Report(
        str(sitting), "", "", cast.pupil.id, MONDAY, dt.time(9, 55), " A black  watch ", f"{SECRET}: it lit up."
    )


@pytest.fixture
def report(cast, found):
    """A report that the teacher has made; its id."""
    return reports.make(cast.teacher, found)


def errors(actor, report):
    """What is said of a report that cannot be kept; nothing is kept then."""
    count = AuditEvent.select().count()
    with pytest.raises(Invalid) as caught:
        reports.make(actor, report)
    assert (ExamReport.select().count(), AuditEvent.select().count()) == (0, count)
    return caught.value.errors


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- Reporting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STAFF_NAMES)
def test_any_member_of_staff_reports_a_device_and_sees_their_report(cast, found, who):
    actor, before = getattr(cast, who), touched()
    kept = reports.find(actor, reports.make(actor, found))
    assert (kept.exam, kept.body, kept.device, kept.candidate_name) == (
        "Biology",
        "AQA",
        "A black watch",
        "Pupil Invented",
    )
    assert kept.open
    assert newest() == f"{actor.name} reported that a device was found with Pupil Invented in an exam."
    assert touched() > before


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_reports_or_reads_one(cast, found, report, who):
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        reports.make(actor, found)
    with pytest.raises(NotAllowed):
        reports.find(actor, report)
    assert reports.waiting_reports(actor) == []


def test_an_exam_that_was_not_entered_is_reported_by_its_name(cast, found):
    other = found._replace(sitting=ANOTHER, exam=" Music  practical", body="ABRSM", found_on=dt.date(2026, 6, 1))
    kept = reports.find(cast.teacher, reports.make(cast.teacher, other))
    assert (kept.exam, kept.body) == ("Music practical", "ABRSM")


def test_what_is_typed_beside_a_chosen_exam_does_not_count(cast, found):
    kept = reports.make(cast.teacher, found._replace(exam="Chemistry", body="\x00"))
    assert reports.find(cast.teacher, kept).exam == "Biology"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"sitting": ""}, "sitting", "from the list"),
        ({"sitting": "999999"}, "sitting", "from the list"),
        ({"sitting": "\ud800"}, "sitting", "from the list"),
        ({"sitting": ANOTHER, "exam": "", "body": "AQA"}, "exam", "which exam"),
        ({"sitting": ANOTHER, "exam": "Music", "body": " "}, "body", "examining body"),
        ({"sitting": ANOTHER, "exam": "x" * 121, "body": "AQA"}, "exam", "120"),
        ({"candidate": None}, "candidate", "from the list"),
        ({"candidate": 0}, "candidate", "from the list"),
        ({"found_on": None}, "found_on", "Choose the day"),
        ({"found_on": TUESDAY}, "found_on", "not come yet"),
        ({"found_on": dt.date.max}, "found_on", "not come yet"),
        ({"found_on": dt.date(2026, 11, 22)}, "found_on", "Monday 23 November 2026"),
        ({"sitting": ANOTHER, "exam": "A", "body": "B", "found_on": dt.date(2025, 11, 21)}, "found_on", "year"),
        ({"sitting": ANOTHER, "exam": "A", "body": "B", "found_on": dt.date.min}, "found_on", "year"),
        ({"found_at": None}, "found_at", "time"),
        ({"found_at": dt.time(10, 1)}, "found_at", "not come yet"),
        ({"device": " "}, "device", "which device"),
        ({"device": "x" * 201}, "device", "200"),
        ({"what_happened": ""}, "what_happened", "what happened"),
        ({"what_happened": "x" * 2001}, "what_happened", "2,000"),
        ({"what_happened": "a\u202eb"}, "what_happened", "direction"),
    ],
)
def test_what_is_wrong_with_a_report_is_said_at_its_field(cast, found, changed, field, words):
    said = errors(cast.teacher, found._replace(**changed))
    assert list(said) == [field]
    assert words in said[field]


def test_a_device_found_this_minute_can_be_reported(cast, found):
    assert reports.make(cast.teacher, found._replace(found_at=AT_TEN))


def test_the_same_report_sent_twice_is_one(cast, found):
    first = reports.make(cast.teacher, found)
    count = AuditEvent.select().count()
    assert reports.make(cast.teacher, found) == first
    assert (ExamReport.select().count(), AuditEvent.select().count()) == (1, count)
    assert reports.make(cast.assistant, found) != first
    assert reports.make(cast.teacher, found._replace(device="A phone")) != first


def test_the_exams_to_choose_from_are_todays_and_those_of_two_weeks(cast, sitting):
    for day, there in ((MONDAY, True), (MONDAY + dt.timedelta(14), True), (MONDAY + dt.timedelta(15), False)):
        with at(day, 23, 59):
            assert ([each.id for each in reports.to_choose_from()] == [sitting]) == there
    with at(MONDAY - dt.timedelta(1), 23, 59):
        assert reports.to_choose_from() == []
    sittings.cancel(cast.office, sitting)
    assert reports.to_choose_from() == []


def test_no_sitting_of_tomorrow_can_be_reported(cast, found):
    tomorrow = sittings.save(
        cast.office, SittingDetails("French", "AQA", TUESDAY, dt.time(9), dt.time(11), "exam-room", (cast.pupil.id,))
    )
    assert "sitting" in errors(cast.teacher, found._replace(sitting=str(tomorrow)))


def test_the_night_on_which_the_clocks_go_back_is_reported_like_others(cast, found):
    night = dt.date(2027, 10, 31)
    with clock.frozen(dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)):  # half past one, for the first time
        other = found._replace(sitting=ANOTHER, exam="A", body="B", found_on=night, found_at=dt.time(1, 30))
        kept = reports.find(cast.teacher, reports.make(cast.teacher, other))
        assert (kept.found_on, kept.found_at) == (night, dt.time(1, 30))
        assert "found_at" in reports.validate(cast.teacher, other._replace(found_at=dt.time(1, 31)))


# --- Who sees it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [who for who in STAFF_NAMES if who not in {"teacher", "head"}])
def test_a_report_is_for_its_reporter_and_the_headteacher_alone(cast, report, who):
    actor = getattr(cast, who)
    with pytest.raises(NotFound):
        reports.find(actor, report)
    assert reports.seen_by(actor) == reports.waiting_reports(actor) == []


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_a_report_that_there_is_not_is_not_found(cast, report, number):
    with pytest.raises(NotFound):
        reports.find(cast.head, number)


def test_the_headteacher_has_it_waiting_until_it_is_closed(cast, report):
    (row,) = reports.waiting_reports(cast.head)
    assert (row.id, row.candidate_name, row.exam, row.found_on) == (report, "Pupil Invented", "Biology", MONDAY)
    reports.settle(cast.head, report, 1, TOLD)
    assert len(reports.waiting_reports(cast.head)) == 1
    with at(TUESDAY, 9):
        reports.settle(cast.head, report, 2, SETTLED)
    assert reports.waiting_reports(cast.head) == []
    assert [row.id for row in reports.seen_by(cast.head)] == [report]


def test_who_stands_in_for_the_headteacher_settles_reports(cast, report):
    delegation.give(cast.head, cast.deputy.id, MONDAY, MONDAY)
    deputy = actors.actor_of_person(cast.deputy.id)
    assert len(reports.waiting_reports(deputy)) == 1
    reports.settle(deputy, report, 1, TOLD)
    assert reports.find(cast.head, report).handler == "Deputy Invented"
    with at(TUESDAY, 0):
        tomorrow = actors.actor_of_person(cast.deputy.id)
        with pytest.raises(NotFound):
            reports.find(tomorrow, report)
        with pytest.raises(NotAllowed):
            reports.settle(tomorrow, report, 2, TOLD)


def test_the_reporter_sees_that_it_is_closed_and_not_how(cast, report):
    with at(TUESDAY, 9):
        reports.settle(cast.head, report, 1, SETTLED)
    seen = reports.find(cast.teacher, report)
    assert not seen.open
    assert (seen.outcome, seen.reference, seen.body_told_on, seen.handler) == ("", "", None, None)
    assert seen.what_happened.startswith(SECRET)


def test_the_family_of_a_candidate_never_sees_it_even_where_they_are_staff(cast, found, report):
    role_grants.give_role(cast.head, cast.barred_parent.id, Role.HEADTEACHER, MONDAY)
    parent = actors.actor_of_person(cast.barred_parent.id)
    with pytest.raises(NotFound):
        reports.find(parent, report)
    assert reports.seen_by(parent) == reports.waiting_reports(parent) == []
    with pytest.raises(NotFound):
        reports.settle(parent, report, 1, TOLD)
    assert "family" in reports.validate(parent, found)["candidate"]


def test_the_family_of_another_pupil_is_like_other_staff(cast, report):
    role_grants.give_role(cast.head, cast.other_parent.id, Role.HEADTEACHER, MONDAY)
    assert reports.find(actors.actor_of_person(cast.other_parent.id), report)


def test_a_candidate_who_is_staff_too_never_sees_it(cast, report):
    role_grants.give_role(cast.head, cast.pupil.id, Role.HEADTEACHER, MONDAY)
    with pytest.raises(NotFound):
        reports.find(actors.actor_of_person(cast.pupil.id), report)


def test_a_chronology_gets_the_facts_and_no_text(cast, report):
    (row,) = reports.of_candidate(cast.pupil.id)
    assert row._asdict() == {
        "id": report,
        "exam": "Biology",
        "body": "AQA",
        "found_on": MONDAY,
        "found_at": dt.time(9, 55),
        "open": 1,
    }
    assert reports.of_candidate(cast.other_pupil.id) == []


# --- Settling -----------------------------------------------------------------------------------------------


def test_telling_the_body_keeps_it_open_and_the_outcome_closes_it(cast, report):
    before = touched()
    reports.settle(cast.head, report, 1, TOLD)
    kept = reports.find(cast.head, report)
    assert (kept.open, kept.body_told_on, kept.revision) == (True, MONDAY, 2)
    assert newest() == (
        "Head Invented wrote down that the examining body was told of the device found with Pupil Invented."
    )
    with at(TUESDAY, 9):
        reports.settle(cast.head, report, 2, SETTLED._replace(reference=" AQA/2026/77 "))
    kept = reports.find(cast.head, report)
    assert (kept.open, kept.reference, kept.handler) == (False, "AQA/2026/77", "Head Invented")
    assert newest() == "Head Invented closed the report of the device found with Pupil Invented in an exam."
    assert touched() > before


@pytest.mark.parametrize("who", [who for who in CAST if who != "head"])
def test_nobody_else_settles_one(cast, report, who):
    with pytest.raises(NotAllowed):
        reports.settle(getattr(cast, who), report, 1, TOLD)
    assert reports.find(cast.head, report).revision == 1


def test_the_headteacher_may_settle_what_they_reported_and_it_says_so(cast, found):
    report = reports.make(cast.head, found)
    reports.settle(cast.head, report, 1, TOLD)
    assert reports.find(cast.head, report).handled_by_reporter


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"body_told_on": None}, "body_told_on", "Choose the day"),
        ({"body_told_on": dt.date(2026, 11, 22)}, "body_told_on", "Monday 23 November 2026"),
        ({"body_told_on": dt.date(2026, 11, 25)}, "body_told_on", "not come yet"),
        ({"reference": ""}, "reference", "needed to close"),
        ({"reference": "x" * 101}, "reference", "100"),
        ({"outcome": "x" * 2001}, "outcome", "2,000"),
        ({"outcome": "a\x00"}, "outcome", "cannot be shown"),
    ],
)
def test_what_is_wrong_with_a_settlement_is_said_at_its_field(cast, report, changed, field, words):
    with at(TUESDAY, 9), pytest.raises(Invalid) as caught:
        reports.settle(cast.head, report, 1, SETTLED._replace(**changed))
    assert list(caught.value.errors) == [field]
    assert words in caught.value.errors[field]
    assert reports.find(cast.head, report).revision == 1


def test_who_comes_second_changes_nothing(cast, report):
    reports.settle(cast.head, report, 1, TOLD)
    count = AuditEvent.select().count()
    with pytest.raises(Conflict) as caught:
        reports.settle(cast.head, report, 1, TOLD._replace(reference="later"))
    assert (caught.value.current.revision, caught.value.current.handler) == (2, "Head Invented")
    assert AuditEvent.select().count() == count


def test_a_closed_report_is_not_changed_any_more(cast, report):
    with at(TUESDAY, 9):
        reports.settle(cast.head, report, 1, SETTLED)
        for revision in (1, 2, 3, 10**17):
            with pytest.raises(Conflict):
                reports.settle(cast.head, report, revision, SETTLED._replace(outcome="Nothing"))
    assert reports.find(cast.head, report).outcome.startswith(SECRET)


def test_saving_what_is_there_already_changes_nothing(cast, report):
    reports.settle(cast.head, report, 1, TOLD)
    before, count = touched(), AuditEvent.select().count()
    reports.settle(cast.head, report, 2, TOLD)
    assert (reports.find(cast.head, report).revision, touched(), AuditEvent.select().count()) == (2, before, count)


def test_the_trail_holds_no_word_of_what_was_written(cast, report):
    with at(TUESDAY, 9):
        reports.settle(cast.head, report, 1, SETTLED)
    for event in AuditEvent.select():
        assert SECRET not in str(event.payload)
        assert "watch" not in str(event.payload)
