"""The pages of exams: the office enters sittings, staff report devices, the headteacher settles the reports."""

import datetime as dt
import io

import pytest

from enums import Role
from models import AuditEvent, ExamReport, Sitting, Upload
from rules.auth import actors
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.exams import reports, sittings
from rules.exams.reports import Settlement
from rules.people import delegation, people, role_grants
from tests.conftest import CAST
from tests.pages.conftest import SECRET_REASON, signed_in

STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]
MANAGERS = ("office", "head")
TUESDAY = dt.date(2026, 11, 24)
CSV = "exam,body,date,from,to,place,candidate\r\nBiology,AQA,14/05/2027,9:00,11:00,Exam room,pupil\r\n"


@pytest.fixture
def sitting_form(cast):
    """The form of a sitting, filled in."""

    def fill(**changed):
        return {
            "exam": "Biology paper 1",
            "body": "AQA",
            "day": "2026-11-24",
            "starts_at": "09:00",
            "ends_at": "11:00",
            "zone": "exam-room",
            "candidates": [str(cast.pupil.id)],
            **changed,
        }

    return fill


@pytest.fixture
def report_form(cast):
    """The form of a report, filled in."""

    def fill(**changed):
        return {
            "sitting": "another",
            "exam": "Music practical",
            "body": "ABRSM",
            "candidate": str(cast.pupil.id),
            "found_on": "2026-11-23",
            "found_at": "09:30",
            "device": "A black watch",
            "what_happened": SECRET_REASON,
            **changed,
        }

    return fill


def settle_form(**changed):
    """The form that settles a report, filled in so that it is closed."""
    return {"revision": "1", "body_told_on": "2026-11-23", "reference": "AQA/7", "outcome": "A warning.", **changed}


# --- The list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", MANAGERS)
def test_who_enters_exams_sees_who_sits_them(sign_in_as, a_sitting, who):
    a_sitting()
    a_sitting("French", day=TUESDAY)
    page = sign_in_as(who).get("/exams").page
    rows = [row.text for row in page.one("table").all("tr")[1:]]
    assert "Biology paper 1" in rows[0]
    assert "Pupil Invented, Kestrel class" in rows[0]
    assert "Tue 24 Nov 2026" in rows[1]
    assert page.links["Enter a sitting"] == "/exams/new"
    assert page.links["Import sittings"] == "/exams/import"


@pytest.mark.parametrize("who", [who for who in STAFF_NAMES if who not in MANAGERS])
def test_other_staff_see_the_exams_of_today_and_no_name(sign_in_as, a_sitting, who):
    a_sitting()
    a_sitting("French", day=TUESDAY)
    answer = sign_in_as(who).get("/exams")
    assert "Biology paper 1" in answer.words
    assert "9am to 11am" in answer.words
    assert "Exam room" in answer.words
    assert "French" not in answer.words
    assert "Pupil Invented" not in answer.text
    assert "Enter a sitting" not in answer.words
    assert answer.page.links["A device was found in an exam: report it"] == "/exams/reports/new"


def test_a_day_without_exams_says_so(sign_in_as):
    assert "No exam has been entered." in sign_in_as("office").get("/exams").words
    assert "There is no exam today." in sign_in_as("teacher").get("/exams").words


def test_past_exams_are_folded_and_cannot_be_changed(sign_in_as, a_sitting, later):
    number = a_sitting()
    with later(days=1):
        page = sign_in_as("office").get("/exams").page
        (folded,) = page.one("main").all("details")
        assert folded.all("table")
        assert f"/exams/{number}/change" not in page.links.values()
    with later(days=31):
        assert "Biology" not in sign_in_as("office").get("/exams").words


def test_an_exam_of_today_that_is_over_says_so(sign_in_as, a_sitting, later):
    a_sitting()
    with later(hours=1):
        assert "It is over" in sign_in_as("office").get("/exams").words


def test_the_list_asks_the_database_as_often_in_a_season_of_exams(sign_in_as, a_sitting, a_report, queries):
    office, head = sign_in_as("office"), sign_in_as("head")
    before = [len(queries(lambda browser=browser: browser.get("/exams"))) for browser in (office, head)]
    for number in range(10):
        a_sitting(f"Exam {number}", day=TUESDAY + dt.timedelta(days=number))
        a_report(device=f"Watch {number}")
    assert [len(queries(lambda browser=browser: browser.get("/exams"))) for browser in (office, head)] == before
    assert max(before) <= 9


# --- Entering, changing, cancelling -------------------------------------------------------------------------


@pytest.mark.parametrize("who", MANAGERS)
def test_an_exam_is_entered(sign_in_as, sitting_form, who):
    browser = sign_in_as(who)
    assert browser.get("/exams/new").page.value("zone") == "exam-room"
    answer = browser.post("/exams/new", sitting_form(starts_at="9am", ends_at="11.00 am", day="24/11/2026"))
    assert (answer.status, answer.location) == (303, "/exams/")
    words = browser.get("/exams").words
    assert "The exam has been entered." in words
    assert "Tue 24 Nov 2026" in words


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"exam": ""}, "exam", "which exam"),
        ({"exam": "x" * 121}, "exam", "120"),
        ({"body": " "}, "body", "examining body"),
        ({"day": "soon"}, "day", "Write the day like this"),
        ({"day": "29/02/2027"}, "day", "Write the day like this"),
        ({"day": "2026-11-22"}, "day", "in the past"),
        ({"day": ""}, "day", "Choose the day"),
        ({"starts_at": "nine"}, "starts_at", "Write the time like this"),
        ({"starts_at": "06:00"}, "starts_at", "between 7am and 6pm"),
        ({"ends_at": "08:00"}, "ends_at", "after the start"),
        ({"zone": "moon"}, "zone", "room"),
        ({"candidates": []}, "candidates", "at least one"),
        ({"candidates": ["0"]}, "candidates", "from the list"),
        ({"candidates": ["9" * 40]}, "candidates", "from the list"),
        ({"candidates": ["x"]}, "candidates", "from the list"),
    ],
)
def test_what_is_wrong_with_a_sitting_is_said_at_its_field_and_the_rest_is_kept(
    sign_in_as, sitting_form, changed, field, words
):
    form = sitting_form(**changed)
    answer = sign_in_as("office").post("/exams/new", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name in form.keys() - {"zone", "candidates"}:
        assert answer.page.value(name) == form[name]
    if field != "candidates":
        assert answer.page.value("candidates") == form["candidates"]
    assert Sitting.select().count() == 0


def test_everything_that_is_wrong_is_said_at_once(sign_in_as, sitting_form):
    answer = sign_in_as("office").post("/exams/new", sitting_form(exam="", day="soon", candidates=[]))
    for field in ("exam", "day", "candidates"):
        assert answer.page.message_beside(field), field


def test_sending_the_form_twice_enters_one_exam(sign_in_as, sitting_form):
    office = sign_in_as("office")
    assert [office.post("/exams/new", sitting_form()).status for _ in range(2)] == [303, 422]
    assert Sitting.select().count() == 1


def test_a_candidate_who_sits_another_exam_then_is_named_with_it(sign_in_as, sitting_form, a_sitting):
    a_sitting("French", day=TUESDAY, starts_at=dt.time(10), ends_at=dt.time(12))
    answer = sign_in_as("head").post("/exams/new", sitting_form())
    assert "Pupil Invented sits French (AQA) 10am to midday" in answer.page.message_beside("candidates")


def test_an_exam_is_changed(sign_in_as, sitting_form, a_sitting, cast):
    number = a_sitting(day=TUESDAY)
    browser = sign_in_as("head")
    page = browser.get(f"/exams/{number}/change").page
    assert (page.value("exam"), page.value("starts_at"), page.value("day")) == (
        "Biology paper 1",
        "09:00",
        "2026-11-24",
    )
    assert page.value("candidates") == [str(cast.pupil.id)]
    both = [str(cast.pupil.id), str(cast.other_pupil.id)]
    changed = sitting_form(zone="offices", candidates=both, seen=page.value("seen"))
    assert browser.post(f"/exams/{number}/change", changed).status == 303
    kept = sittings.find(cast.office, number)
    assert (kept.zone, kept.pupils) == ("offices", {cast.pupil.id, cast.other_pupil.id})


def test_what_is_wrong_with_a_change_is_said_at_its_field(sign_in_as, sitting_form, a_sitting):
    number = a_sitting(day=TUESDAY)
    seen = sittings.one(number).seen
    answer = sign_in_as("head").post(f"/exams/{number}/change", sitting_form(ends_at="08:00", seen=seen))
    assert (answer.status, answer.page.value("ends_at"), answer.page.value("seen")) == (422, "08:00", seen)


def test_a_change_from_a_page_of_before_another_change_undoes_nothing(sign_in_as, sitting_form, a_sitting, cast):
    number = a_sitting(day=TUESDAY)
    seen, both = sittings.one(number).seen, [str(cast.pupil.id), str(cast.other_pupil.id)]
    where = f"/exams/{number}/change"
    assert sign_in_as("office").post(where, sitting_form(candidates=both, seen=seen)).status == 303
    answer = sign_in_as("head").post(where, sitting_form(zone="offices", seen=seen))
    assert answer.status == 409
    assert "changed after you opened this page" in answer.words
    kept = sittings.find(cast.office, number)
    assert (kept.zone, kept.pupils) == ("exam-room", {cast.pupil.id, cast.other_pupil.id})


def test_an_exam_is_cancelled_once(sign_in_as, a_sitting):
    number, office = a_sitting(), sign_in_as("office")
    assert office.post(f"/exams/{number}/cancel").status == 303
    for answer in (office.post(f"/exams/{number}/cancel"), office.get(f"/exams/{number}/change")):
        assert answer.status == 409
        assert "has been cancelled" in answer.words
    assert "Biology" not in office.get("/exams").words


def test_an_exam_that_is_over_is_neither_changed_nor_cancelled(sign_in_as, sitting_form, a_sitting, later):
    number = a_sitting()
    with later(hours=1):
        office = sign_in_as("office")
        for answer in (
            office.get(f"/exams/{number}/change"),
            office.post(f"/exams/{number}/change", sitting_form(seen="x")),
            office.post(f"/exams/{number}/cancel"),
        ):
            assert answer.status == 409
            assert "This exam is over" in answer.words


@pytest.mark.parametrize("number", ["999999", "0", "-1", "9" * 18, "9" * 30, "x", "1.0"])
def test_an_exam_that_there_is_not_is_not_found(sign_in_as, number):
    office = sign_in_as("office")
    assert office.get(f"/exams/{number}/change").status == 404
    assert office.post(f"/exams/{number}/cancel").status == 404


def test_two_pupils_of_one_name_are_told_apart(sign_in_as, a_person):
    for name in ("sam.one", "sam.two"):
        a_person(name, Role.PUPIL, name="Sam Same")
    words = sign_in_as("office").get("/exams/new").words
    assert "Sam Same, Extras, sam.one" in words
    assert "Sam Same, Extras, sam.two" in words


def test_the_form_asks_the_database_as_often_in_a_large_school(sign_in_as, a_person, queries):
    office = sign_in_as("office")
    before = len(queries(lambda: office.get("/exams/new")))
    for number in range(20):
        a_person(f"extra-{number}", Role.PUPIL)
    assert len(queries(lambda: office.get("/exams/new"))) == before <= 6


# --- Importing ----------------------------------------------------------------------------------------------


def send(browser, content=CSV, **fields):
    """Send a file of sittings."""
    data = {"csrf_token": browser.token, "pasted": "", **fields}
    if content is not None:
        data["file"] = (io.BytesIO(content.encode() if isinstance(content, str) else content), "sittings.csv")
    return browser.open("POST", "/exams/import", data=data, content_type="multipart/form-data")


def token_of(answer):
    """The token that the preview would be applied with."""
    return answer.page.value("token")


def test_a_file_is_looked_at_then_entered(sign_in_as):
    office = sign_in_as("office")
    answer = send(office)
    assert answer.status == 200
    assert "Biology, AQA, Fri 14 May 2027, 9am to 11am" in answer.words
    assert Sitting.select().count() == 0
    done = office.post("/exams/import/apply", {"token": token_of(answer)})
    assert (done.status, Sitting.select().count()) == (303, 1)
    assert "Entered: 1 new, 0 were here before." in office.get("/exams").words
    assert "There is nothing to enter" in send(office).words


def test_lines_can_be_pasted(sign_in_as):
    office = sign_in_as("office")
    assert token_of(office.post("/exams/import", {"pasted": CSV}))


def test_the_file_to_start_from_can_be_sent_back(sign_in_as, a_person):
    a_person("sam.hart", Role.PUPIL)
    office = sign_in_as("office")
    template = office.get("/exams/import/template")
    assert template.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert token_of(send(office, template.body))


@pytest.mark.parametrize("content", ["", "   ", "a,b\n1,2", CSV.splitlines()[0], b"PK\x03\x04zip", b"a\x00b"])
def test_a_file_that_is_none_is_said_beside_its_field(sign_in_as, content):
    answer = send(sign_in_as("office"), content)
    assert answer.status == 422
    assert answer.page.message_beside("file")


def test_a_file_of_more_lines_than_a_season_has_is_refused(sign_in_as):
    content = CSV + (CSV.splitlines()[1] + "\r\n") * 5_000
    answer = send(sign_in_as("office"), content)
    assert answer.status == 422
    assert "Import at most 5,000 at a time" in answer.page.message_beside("file")


def test_a_file_is_taken_in_its_field_alone(sign_in_as):
    office = sign_in_as("office")
    sent = {"csrf_token": office.token, "other": (io.BytesIO(CSV.encode()), "sittings.csv")}
    assert office.open("POST", "/exams/import", data=sent, content_type="multipart/form-data").status == 400


def test_a_refused_line_is_shown_with_its_reason_and_nothing_can_be_entered(sign_in_as):
    answer = send(sign_in_as("office"), CSV + "French,AQA,soon,9:00,11:00,Exam room,<b>\r\n")
    assert "“soon” is not a day" in answer.words
    assert "Enter all of them" not in answer.words
    assert Upload.select().count() == 0


def test_a_token_is_good_once_and_for_its_sender(sign_in_as):
    office, head = sign_in_as("office"), sign_in_as("head")
    token = token_of(send(office))
    assert head.post("/exams/import/apply", {"token": token}).status == 409
    assert [office.post("/exams/import/apply", {"token": token}).status for _ in range(2)] == [303, 409]
    assert Sitting.select().count() == 1


def test_what_no_longer_fits_is_told_and_nothing_is_entered(sign_in_as, cast):
    office = sign_in_as("office")
    token = token_of(send(office))
    people.set_active(cast.office, cast.pupil.id, False)
    answer = office.post("/exams/import/apply", {"token": token})
    assert answer.status == 409
    assert "Nothing was entered" in answer.words
    assert Sitting.select().count() == 0


def test_a_file_is_given_up(sign_in_as):
    office = sign_in_as("office")
    token = token_of(send(office))
    assert [office.post("/exams/import/cancel", {"token": token}).status for _ in range(2)] == [303, 409]
    assert office.post("/exams/import/apply", {"token": token}).status == 409


# --- Reporting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STAFF_NAMES)
def test_any_member_of_staff_reports_a_device(sign_in_as, report_form, who):
    browser = sign_in_as(who)
    page = browser.get("/exams/reports/new").page
    assert (page.value("found_on"), page.value("found_at")) == ("2026-11-23", "10:00")
    answer = browser.post("/exams/reports/new", report_form())
    assert answer.status == 303
    words = browser.get(answer.location).words
    assert "Your report has been sent to the headteacher." in words
    assert SECRET_REASON in words


def test_todays_exam_is_chosen_from_a_list(sign_in_as, report_form, a_sitting):
    number, teacher = a_sitting(), sign_in_as("teacher")
    assert "Biology paper 1, AQA, Mon 23 Nov 2026, 9am" in teacher.get("/exams/reports/new").words
    answer = teacher.post("/exams/reports/new", report_form(sitting=str(number), exam="", body=""))
    assert "Biology paper 1" in teacher.get(answer.location).words


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"sitting": ""}, "sitting", "from the list"),
        ({"sitting": "9" * 40}, "sitting", "from the list"),
        ({"exam": ""}, "exam", "which exam"),
        ({"body": ""}, "body", "examining body"),
        ({"candidate": ""}, "candidate", "from the list"),
        ({"candidate": "x"}, "candidate", "from the list"),
        ({"found_on": "yesterday"}, "found_on", "Write the day"),
        ({"found_on": "2026-11-24"}, "found_on", "not come yet"),
        ({"found_at": "10:01"}, "found_at", "not come yet"),
        ({"found_at": "25:00"}, "found_at", "Write the time"),
        ({"device": ""}, "device", "which device"),
        ({"what_happened": ""}, "what_happened", "what happened"),
        ({"what_happened": "x" * 2001}, "what_happened", "2,000"),
    ],
)
def test_what_is_wrong_with_a_report_is_said_at_its_field_and_the_rest_is_kept(
    sign_in_as, report_form, changed, field, words
):
    form = report_form(**changed)
    answer = sign_in_as("teacher").post("/exams/reports/new", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name in form.keys() - {"sitting", "candidate"}:
        assert answer.page.value(name) == form[name]
    assert ExamReport.select().count() == 0


def test_sending_a_report_twice_makes_one(sign_in_as, report_form):
    teacher = sign_in_as("teacher")
    first, second = (teacher.post("/exams/reports/new", report_form()) for _ in range(2))
    assert first.location == second.location
    assert ExamReport.select().count() == 1


@pytest.mark.parametrize("who", [who for who in STAFF_NAMES if who not in {"teacher", "head"}])
def test_somebody_elses_report_is_not_found(sign_in_as, a_report, who):
    number, browser = a_report(), sign_in_as(who)
    assert browser.get(f"/exams/reports/{number}").status == 404
    assert SECRET_REASON not in browser.get("/exams").text
    assert "Music practical" not in browser.get("/exams").text


def test_a_member_of_staff_who_is_the_candidates_parent_finds_nothing(app, cast, sign_in_as, a_report):
    number = a_report()
    role_grants.give_role(cast.head, cast.carer.id, Role.HEADTEACHER, clock.today())
    browser = signed_in(app, actors.actor_of_person(cast.carer.id))
    assert browser.get(f"/exams/reports/{number}").status == 404
    assert browser.post(f"/exams/reports/{number}/settle", settle_form()).status == 404
    assert "Music practical" not in browser.get("/exams").text


def test_the_reporter_sees_open_or_closed_and_not_the_outcome(sign_in_as, a_report, cast):
    number, teacher = a_report(), sign_in_as("teacher")
    assert "Open" in teacher.get("/exams").words
    reports.settle(cast.head, number, 1, Settlement(clock.today(), "AQA/4711", "Disqualified"))
    answer = teacher.get(f"/exams/reports/{number}")
    assert "The headteacher has closed this report." in answer.words
    assert "Closed" in teacher.get("/exams").words
    for secret in ("AQA/4711", "Disqualified", "settle"):
        assert secret not in answer.text


def test_the_printed_report_says_what_the_body_needs(sign_in_as, a_report, cast):
    people.Person.update(born_on=dt.date(2011, 2, 28)).where(people.Person.id == cast.pupil.id).execute()
    number = a_report()
    answer = sign_in_as("head").get(f"/exams/reports/{number}")
    for words in (
        "Oakham Shires School",
        "Music practical",
        "ABRSM",
        "Pupil Invented",
        "Monday 28 February 2011",
        "A black watch",
        SECRET_REASON,
        "Teacher Invented",
        "Signature",
        "Print for the examining body",
    ):
        assert words in answer.words
    assert "28 February 2011" not in sign_in_as("teacher").get(f"/exams/reports/{number}").words


# --- Settling -----------------------------------------------------------------------------------------------


def test_the_headteacher_tells_the_body_then_writes_down_the_outcome(sign_in_as, a_report, cast):
    number, head = a_report(), sign_in_as("head")
    where = f"/exams/reports/{number}/settle"
    assert head.post(where, settle_form(reference="", outcome="")).status == 303
    page = head.get(f"/exams/reports/{number}").page
    assert (page.value("body_told_on"), page.value("revision")) == ("2026-11-23", "2")
    assert head.post(where, settle_form(revision="2")).status == 303
    words = head.get(f"/exams/reports/{number}").words
    assert "A warning." in words
    assert "Settled by Head Invented" in words
    assert reports.waiting_reports(cast.head) == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"body_told_on": ""}, "body_told_on", "Choose the day"),
        ({"body_told_on": "soon"}, "body_told_on", "Write the day"),
        ({"body_told_on": "2026-11-24"}, "body_told_on", "not come yet"),
        ({"body_told_on": "2026-11-22"}, "body_told_on", "Monday 23 November 2026"),
        ({"reference": ""}, "reference", "needed to close"),
        ({"reference": "x" * 101}, "reference", "100"),
        ({"outcome": "x" * 2001}, "outcome", "2,000"),
    ],
)
def test_what_is_wrong_with_a_settlement_is_said_at_its_field_and_the_rest_is_kept(
    sign_in_as, a_report, changed, field, words
):
    form = settle_form(**changed)
    answer = sign_in_as("head").post(f"/exams/reports/{a_report()}/settle", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name, typed in form.items():
        assert answer.page.value(name) == typed


def test_who_comes_second_is_told_and_changes_nothing(sign_in_as, a_report):
    number, head = a_report(), sign_in_as("head")
    where = f"/exams/reports/{number}/settle"
    assert head.post(where, settle_form(outcome="")).status == 303
    answer = head.post(where, settle_form(outcome="Another"))
    assert answer.status == 409
    assert "Head Invented has changed this report meanwhile." in answer.words
    assert head.post(where, settle_form(revision="2")).status == 303
    for revision in ("2", "3"):
        answer = head.post(where, settle_form(revision=revision, outcome="Changed my mind"))
        assert answer.status == 409
        assert "has closed this report meanwhile" in answer.words


@pytest.mark.parametrize("revision", ["", "x", "-1", "1.0", "9" * 40, "١"])
def test_a_revision_that_is_no_number_is_refused(sign_in_as, a_report, revision):
    answer = sign_in_as("head").post(f"/exams/reports/{a_report()}/settle", settle_form(revision=revision))
    assert answer.status == 400


def test_who_stands_in_for_the_headteacher_reads_and_settles(app, cast, a_report):
    number = a_report()
    delegation.give(cast.head, cast.deputy.id, clock.today(), clock.today())
    deputy = signed_in(app, actors.actor_of_person(cast.deputy.id))
    assert "Music practical" in deputy.get("/exams").words
    assert deputy.post(f"/exams/reports/{number}/settle", settle_form()).status == 303


@pytest.mark.parametrize("who", [who for who in CAST if who != "head"])
def test_nobody_else_settles_a_report(sign_in_as, a_report, who):
    assert sign_in_as(who).post(f"/exams/reports/{a_report()}/settle", settle_form()).status == 403


def test_the_trail_holds_no_word_of_a_report(sign_in_as, a_report):
    sign_in_as("head").post(f"/exams/reports/{a_report()}/settle", settle_form())
    for event in AuditEvent.select():
        for secret in (SECRET_REASON, "A warning.", "black watch"):
            assert secret not in str(event.payload)
