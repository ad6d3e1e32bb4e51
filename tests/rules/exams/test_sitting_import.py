"""The office enters a season of exams from a file: first what it would do, then all of it or nothing."""

import datetime as dt

import pytest

from enums import ParentAccess, Role
from models import AuditEvent, Candidate, Sitting, Upload
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, NotAllowed
from rules.exams import sitting_import, sittings
from rules.exams.sittings import SittingDetails
from rules.imports import uploads
from rules.imports.csv_files import CsvFault
from rules.imports.plan import LineOutcome, Refused
from rules.people import families, people, role_grants
from tests.conftest import CAST

HEAD = "exam,body,date,from,to,place,candidate"
LINE = "Biology,AQA,14/05/2027,9:00,11am,Exam room,pupil"
OTHER = LINE.replace(",pupil", ",other-pupil")
NOT_THEIRS = [who for who, roles in CAST.items() if WHO_MAY[Permission.MANAGE_EXAMS].isdisjoint(roles)]


def file_of(*lines, head=HEAD):
    """A file as bytes."""
    return "\r\n".join((head, *lines)).encode()


def look(cast, *lines):
    """What the file would do."""
    return sitting_import.SITTINGS.look_at(cast.office, file_of(*lines))


def refusals(cast, *lines):
    """The lines that are refused, as (line, first reason); nothing is kept then."""
    plan, token = look(cast, *lines)
    assert token is None
    assert Upload.select().count() == 0
    return [(line.number, line.says[0]) for line in plan.of(LineOutcome.REFUSED)]


def outcomes(plan):
    """What becomes of each sitting, in the order of the file."""
    return [(line.number, line.outcome.value) for line in plan.lines]


# --- Looking ------------------------------------------------------------------------------------------------


def test_lines_that_differ_in_the_candidate_alone_are_one_sitting(cast):
    plan, token = look(cast, LINE, OTHER, LINE.replace("Biology", "French").replace("9:00,11am", "13:00,14:00"))
    assert outcomes(plan) == [(2, "new"), (4, "new")]
    assert plan.lines[0].who == "Biology, AQA, Fri 14 May 2027, 9am to 11am"
    assert set(plan.lines[0].says) == {"Other Pupil Invented, Heron class", "Pupil Invented, Kestrel class"}
    assert token
    assert Sitting.select().count() == 0


@pytest.mark.parametrize("day", ["2027-05-14", "14/05/2027", "14.5.2027", "14-05-2027"])
@pytest.mark.parametrize("times", ["9:00,11:00", "9am,11am", "09.00,11.00 am"])
@pytest.mark.parametrize("place", ["exam-room", "Exam room", "EXAM ROOM"])
def test_days_times_and_places_are_read_as_people_write_them(cast, day, times, place):
    plan, _ = look(cast, f"Biology,AQA,{day},{times},{place},Pupil")
    step = plan.lines[0].step
    assert (step.day, step.starts_at, step.ends_at, step.zone) == (
        dt.date(2027, 5, 14),
        dt.time(9),
        dt.time(11),
        "exam-room",
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("14/05/2027", "soon", "“soon” is not a day"),
        ("14/05/2027", "29/02/2027", "is not a day"),
        ("14/05/2027", "05/14/2027", "is not a day"),
        ("14/05/2027", "", "“date” is empty"),
        ("14/05/2027", "22/11/2026", "in the past"),
        ("14/05/2027", "14/05/2029", "more than a year"),
        ("9:00", "nine", "“nine” is not a time"),
        ("9:00", "25:00", "is not a time"),
        ("9:00", "6:00", "between 7am and 6pm"),
        ("11am", "8am", "after the start"),
        ("11am", "", "“to” is empty"),
        ("Exam room", "Moon", "“Moon” is not a place"),
        ("Exam room", "", "“place” is empty"),
        ("pupil", "nobody", "“nobody” is not the username of a pupil"),
        ("pupil", "teacher", "“teacher” is not the username of a pupil"),
        ("pupil", "", "“candidate” is empty"),
        ("Biology", "", "Write which exam"),
        ("Biology", "x" * 121, "120 characters"),
        ("AQA", "", "examining body"),
    ],
)
def test_a_line_that_cannot_be_entered_is_refused_with_its_reason(cast, old, new, words):
    ((number, reason),) = refusals(cast, LINE.replace(old, new), OTHER.replace("Biology", "French"))
    assert number == 2
    assert words in reason


def test_everything_that_cannot_be_read_in_a_line_is_said(cast):
    plan, _ = look(cast, "Biology,AQA,soon,nine,ten,Moon,nobody")
    assert len(plan.lines[0].says) == 5


def test_the_same_candidate_twice_is_refused(cast):
    assert refusals(cast, LINE, LINE) == [(3, "This candidate is in this exam twice. Take one of the lines out")]


def test_two_exams_at_once_are_refused_within_the_file(cast):
    ((number, reason),) = refusals(cast, LINE, LINE.replace("Biology", "French"))
    assert number == 3
    assert "Pupil Invented sits Biology (AQA) 9am to 11am" in reason


def test_two_exams_at_once_are_refused_beside_what_is_entered(cast):
    sittings.save(
        cast.head,
        SittingDetails("French", "AQA", dt.date(2027, 5, 14), dt.time(10), dt.time(12), "offices", (cast.pupil.id,)),
    )
    ((_, reason),) = refusals(cast, LINE)
    assert "sits French" in reason


def test_one_sitting_with_two_ends_is_refused(cast):
    ((number, reason),) = refusals(cast, LINE, OTHER.replace("11am", "12:00"))
    assert number == 3
    assert "entered already" in reason


def test_what_differs_from_a_sitting_that_is_there_is_refused(cast):
    _, token = look(cast, LINE)
    sitting_import.SITTINGS.apply_kept(cast.office, token)
    ((_, reason),) = refusals(cast, LINE, OTHER)
    assert "Change that sitting instead" in reason


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"exam,body\n1,2",
        file_of(),
        file_of(head=HEAD + ",exam"),
        file_of(LINE + ",more"),
        file_of("Bio\x00logy,AQA,14/05/2027,9:00,11am,Exam room,pupil"),
        b"PK\x03\x04",
        file_of(*[LINE] * 5001),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(cast, raw):
    with pytest.raises(CsvFault):
        sitting_import.SITTINGS.look_at(cast.office, raw)
    assert Upload.select().count() == 0


def test_a_file_with_semicolons_from_an_old_program_is_read(cast):
    raw = ("\n".join((HEAD, LINE.replace("Biology", "Café"))).replace(",", ";")).encode("windows-1252")
    plan, _ = sitting_import.SITTINGS.look_at(cast.office, raw)
    assert plan.lines[0].who.startswith("Café, AQA")


def test_what_looks_like_a_formula_is_text(cast):
    plan, _ = look(cast, LINE.replace("Biology", "=HYPERLINK(1)"))
    assert plan.lines[0].step.exam == "=HYPERLINK(1)"


def test_the_29th_of_february_and_the_nights_of_the_clock_change_are_days_like_others(cast):
    with clock.frozen(dt.datetime(2028, 1, 10, 10, tzinfo=dt.UTC)):
        lines = (LINE.replace("14/05/2027", day) for day in ("29/02/2028", "26/03/2028", "29/10/2028"))
        assert outcomes(look(cast, *lines)[0]) == [(2, "new"), (3, "new"), (4, "new")]


# --- Applying -----------------------------------------------------------------------------------------------


def test_applying_enters_all_of_it_once_and_a_second_run_changes_nothing(cast):
    _, token = look(cast, LINE, OTHER, LINE.replace("14/05", "17/05"))
    before = touched()
    plan = sitting_import.SITTINGS.apply_kept(cast.office, token)
    assert plan.counts[LineOutcome.NEW] == Sitting.select().count() == 2
    assert Candidate.select().count() == 3
    assert touched() > before
    told = [event.event for event in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(3)]
    assert told == ["sittings-imported", "sitting-entered", "sitting-entered"]
    assert Upload.select().count() == 0
    count, before = AuditEvent.select().count(), touched()
    plan, token = look(cast, LINE, OTHER, LINE.replace("14/05", "17/05"))
    assert token is None
    assert outcomes(plan) == [(2, "unchanged"), (4, "unchanged")]
    assert (AuditEvent.select().count(), touched()) == (count, before)


def test_two_looks_at_one_file_enter_it_once(cast):
    (_, first), (_, second) = look(cast, LINE), look(cast, LINE)
    sitting_import.SITTINGS.apply_kept(cast.office, first)
    count = AuditEvent.select().count()
    plan = sitting_import.SITTINGS.apply_kept(cast.office, second)
    assert outcomes(plan) == [(2, "unchanged")]
    assert (Sitting.select().count(), AuditEvent.select().count()) == (1, count)


def test_what_no_longer_fits_when_it_is_applied_is_refused_as_a_whole(cast):
    _, token = look(cast, LINE, OTHER.replace("14/05", "17/05"))
    people.set_active(cast.office, cast.other_pupil.id, False)
    count = AuditEvent.select().count()
    with pytest.raises(Refused) as caught:
        sitting_import.SITTINGS.apply_kept(cast.office, token)
    assert [line.number for line in caught.value.plan.of(LineOutcome.REFUSED)] == [3]
    assert (Sitting.select().count(), AuditEvent.select().count()) == (0, count)


def test_a_file_is_applied_once_by_its_sender_within_the_hour(cast):
    _, token = look(cast, LINE)
    with pytest.raises(Conflict):
        sitting_import.SITTINGS.apply_kept(cast.head, token)
    for wrong in ("", "nonsense", token + "x", "\ud800"):
        with pytest.raises(Conflict):
            sitting_import.SITTINGS.apply_kept(cast.office, wrong)
    with clock.frozen(clock.now() + dt.timedelta(minutes=61)), pytest.raises(Conflict):
        sitting_import.SITTINGS.apply_kept(cast.office, token)
    sitting_import.SITTINGS.apply_kept(cast.office, token)
    with pytest.raises(Conflict):
        sitting_import.SITTINGS.apply_kept(cast.office, token)


def test_a_file_that_is_given_up_is_forgotten(cast):
    _, token = look(cast, LINE)
    sitting_import.SITTINGS.give_up(cast.office, token)
    assert Upload.select().count() == 0
    for attempt in (sitting_import.SITTINGS.give_up, sitting_import.SITTINGS.apply_kept):
        with pytest.raises(Conflict):
            attempt(cast.office, token)


def test_a_file_of_another_kind_is_not_applied_here(cast):
    token = uploads.keep(cast.office, "people", file_of(LINE).decode())
    with pytest.raises(Conflict):
        sitting_import.SITTINGS.apply_kept(cast.office, token)


def test_an_old_file_is_forgotten_when_the_next_one_comes(cast):
    look(cast, LINE)
    with clock.frozen(clock.now() + dt.timedelta(minutes=61)):
        look(cast, LINE)
    assert Upload.select().count() == 1


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_imports_sittings(cast, who):
    actor, (_, token) = getattr(cast, who), look(cast, LINE)
    for attempt in (
        lambda: sitting_import.SITTINGS.look_at(actor, file_of(LINE)),
        lambda: sitting_import.SITTINGS.apply_kept(actor, token),
        lambda: sitting_import.SITTINGS.give_up(actor, token),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_season_of_exams_is_planned_with_a_fixed_number_of_queries(cast, monkeypatch):
    for number in range(60):
        people.add_from_the_start(people.PersonDetails(f"sitter.{number}", f"Sitter {number}", "Owls"), (Role.PUPIL,))
    counts = []
    for days in (1, 25):
        lines = [
            f"Exam {day},AQA,{dt.date(2027, 1, 1) + dt.timedelta(day)},9am,11am,Exam room,sitter.{number}"
            for day in range(days)
            for number in range(60)
        ]
        seen = []
        kind = type(sittings._of_days)  # prepared queries, of which every run is counted
        run = kind._run
        monkeypatch.setattr(kind, "_run", lambda self, values, seen=seen, run=run: seen.append(1) or run(self, values))
        plan, _ = look(cast, *lines)
        monkeypatch.undo()
        assert plan.counts[LineOutcome.NEW] == days
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("access", [ParentAccess.SIGNS, ParentAccess.NOTHING])
def test_nobody_imports_an_exam_of_their_own_child(cast, access):
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, clock.today())
    families.link(cast.head, cast.pupil.id, cast.office.id, "mother", access)
    ((number, why),) = refusals(cast, LINE)
    unknown = "“pupil” is not the username of a pupil at the school"
    assert (number, why) == (2, unknown if access is ParentAccess.NOTHING else sittings.OWN_FAMILY)
    assert outcomes(look(cast, OTHER)[0]) == [(2, "new")]
