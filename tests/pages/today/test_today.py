"""Today's list for the office: live, by day, place and name, as a file, and never with a reason."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.core.csv_response import harmless
from blueprints.today.routes import CSV_HEAD
from models import Exemption, Person
from rules.core import changes, clock
from rules.decisions import deciding
from rules.exemptions import activities, lifecycle
from rules.exemptions import queries as exemption_queries
from rules.people import people
from tests.pages.conftest import KINDS, OPEN_KINDS, SECRET_REASON, told
from tests.support import exemptions

ASSESSMENT = "Names could stay in the browser."


def rows(answer):
    """The lines of the list, as text."""
    return [row.text for row in answer.page.all("tr") if (row["id"] or "").startswith("line-")]


def at(hour, minute=0, day=23):
    """Stop the clock at a time of a day of November 2026."""
    return clock.frozen(dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC))


def file_of(browser, query=""):
    """The list as a file: its rows."""
    answer = browser.get(f"/today.csv{query}")
    assert answer.status == 200
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))


def column(head):
    """The number of a column of the file."""
    return CSV_HEAD.index(head)


# --- What is on it ------------------------------------------------------------------------------------------


def test_the_office_sees_who_may_use_what_where_and_when(sign_in_as, approved):
    approved(conditions="Only in the staff room")
    (row,) = rows(sign_in_as("office").get("/today"))
    for said in (
        "9am to 3pm",
        "Teacher Invented",
        "teacher team",
        "My own phone, blue case",
        "Teaching-period use",
        "Only in the staff room",
        "Head Invented",
        "24 Nov",
    ):
        assert said in row


def test_the_list_is_in_the_order_of_the_day_and_says_what_is_over(sign_in_as, approved):
    with at(8):
        approved("finance", starts_at=dt.time(8, 0), ends_at=dt.time(9, 30))
        approved("teacher")
        approved("assistant", starts_at=dt.time(13, 0), ends_at=dt.time(14, 0))
    page = sign_in_as("office").get("/today").page
    heads = [row.text for row in page.all("tr") if "ox-today__group" in row.classes]
    assert heads == ["In force now (1)", "Later today, or not started (1)", "Ended today (1)"]


def test_a_request_is_not_on_the_list_before_it_is_approved_nor_after_it_is_changed(sign_in_as, ask, cast):
    exemption, office = ask(), sign_in_as("office")
    assert rows(office.get("/today")) == []
    deciding.approve(cast.head, exemption, 1)
    assert len(rows(office.get("/today"))) == 1
    lifecycle.change(cast.teacher, exemption, 1, exemption_queries.find(exemption).request)
    assert rows(office.get("/today")) == []


def test_yesterdays_is_gone_today_with_nothing_having_run(sign_in_as, approved):
    approved(ends_on=dt.date(2026, 11, 23))
    with at(8, day=24):
        assert rows(sign_in_as("office").get("/today")) == []
        assert len(rows(sign_in_as("office").get("/today?date=2026-11-23"))) == 1


def test_who_has_left_is_not_on_the_list(sign_in_as, approved, cast):
    approved()
    people.set_active(cast.head, cast.teacher.id, False)
    assert rows(sign_in_as("office").get("/today")) == []


# --- Never the reason (invariant 14) ------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "head", "dsl", "deputy_dsl", "deputy"])
@pytest.mark.parametrize(
    "address",
    ["/today", "/today?date=2026-11-24", "/today?name=teacher&zone=staff-room", "/today/changes?seen=", "/today.csv"],
)
def test_no_reason_reaches_the_list_in_any_form(sign_in_as, approved, cast, who, address):
    approved(conditions="Kept in the drawer")
    approved("finance", "remote-learning")
    revoked = approved("assistant")
    deciding.revoke(cast.head, revoked, 1, "Revoked-because-4712")
    for piece in (False, True):
        answer = sign_in_as(who).get(address, piece=piece)
        assert answer.status == 200
        assert b"Kept in the drawer" in answer.body
        for never in (SECRET_REASON, "Zebra", "hospital", "Revoked-because", ASSESSMENT, "Low.", "all are lent"):
            assert never.encode() not in answer.body


def test_the_office_reaches_no_reason_anywhere(sign_in_as, approved, ask, cast):
    approved(), ask("finance", "remote-learning")
    office = sign_in_as("office")
    for address in (
        "/",
        "/today",
        "/today.csv",
        "/people",
        f"/people/{cast.teacher.id}",
        "/exemptions",
        "/account",
        "/policy",
    ):
        assert SECRET_REASON.encode() not in office.get(address).body
    for number in (1, 2):
        for exemption in Exemption.select():
            assert office.get(f"/exemptions/{exemption.id}").status == 404, number


# --- By day, place and name ---------------------------------------------------------------------------------


def test_another_day_has_its_own_list(sign_in_as, approved):
    approved(starts_on=dt.date(2026, 11, 30), ends_on=dt.date(2026, 11, 30))
    office = sign_in_as("office")
    assert rows(office.get("/today")) == []
    answer = office.get("/today?date=30/11/2026")
    assert len(rows(answer)) == 1
    assert "Monday 30 November 2026" in answer.words
    assert "In force on this day (1)" in answer.words
    assert answer.page.value("date") == "2026-11-30"


def test_the_days_beside_it_are_one_click_away_and_keep_the_filter(sign_in_as):
    links = sign_in_as("office").get("/today?date=2026-11-30&zone=staff-room&name=te").page.links
    assert links["Previous day"] == "/today?date=2026-11-29&zone=staff-room&name=te"
    assert links["Next day"] == "/today?date=2026-12-01&zone=staff-room&name=te"
    assert links["Save as a spreadsheet file (CSV)"] == "/today.csv?date=2026-11-30&zone=staff-room&name=te"


def test_the_list_can_be_of_one_place(sign_in_as, approved):
    approved("teacher", zones=("staff-room",))
    approved("finance", zones=("teaching-areas",))
    office = sign_in_as("office")
    (row,) = rows(office.get("/today?zone=staff-room"))
    assert "Teacher Invented" in row
    assert office.get("/today?zone=staff-room").page.value("zone") == "staff-room"


@pytest.mark.parametrize(
    ("part", "found"),
    [("teach", 1), ("TEACHER inv", 1), ("invented", 2), ("nobody", 0), (" fin ", 1), ("%", 0), ("_", 0)],
)
def test_the_list_can_be_of_a_name(sign_in_as, approved, part, found):
    approved("teacher"), approved("finance")
    answer = sign_in_as("office").get("/today", query_string={"name": part})
    assert len(rows(answer)) == found
    if not found:
        assert "Nobody is on this list." in answer.words


@pytest.mark.parametrize(
    "typed",
    [
        "x",
        "31/02/2026",
        "2026-13-01",
        "0001-01-01",
        "9999-12-31",
        "1999-12-31",
        "2026-11-23T10:00",
        "٢٠٢٦-١١-٢٣",
        "23",
        "<b>",
        "2026-11-23\x00",
    ],
)
def test_a_day_that_is_none_is_said_at_its_field_and_kept(sign_in_as, typed):
    office = sign_in_as("office")
    answer = office.get("/today", query_string={"date": typed})
    assert answer.status == 422
    assert "Write the day like this: 23/11/2026" in answer.page.message_beside("date")
    if "\x00" not in typed:
        assert answer.page.value("date") == typed
    assert office.get("/today.csv", query_string={"date": typed}).status == 422


@pytest.mark.parametrize("day", ["2000-01-02", "2199-12-30"])
def test_the_first_and_the_last_day_there_is(sign_in_as, day):
    page = sign_in_as("office").get(f"/today?date={day}")
    assert page.status == 200
    for link in ("Previous day", "Next day"):
        assert sign_in_as("office").get(page.page.links[link]).status in {200, 422}


def test_a_place_that_there_is_not_is_refused(sign_in_as):
    for address in ("/today?zone=moon", "/today.csv?zone=moon", "/today/changes?zone=moon"):
        answer = sign_in_as("office").get(address)
        assert answer.status == 422
        assert "There is no such place" in answer.words


# --- Live ---------------------------------------------------------------------------------------------------


def poll_of(browser, address="/today"):
    """The address an open list asks."""
    return browser.get(address).page.by_id("list")["hx-get"]


def test_an_open_list_hears_nothing_while_nothing_changes(sign_in_as, approved, later):
    approved()
    office = sign_in_as("office")
    poll = poll_of(office)
    for minute in (0, 1, 29):
        with later(minutes=minute):
            assert office.get(poll, piece=True).status == 204


def test_an_open_list_is_told_of_an_approval_and_of_a_revocation(sign_in_as, ask, cast):
    exemption, office = ask(), sign_in_as("office")
    poll = poll_of(office)
    deciding.approve(cast.head, exemption, 1)
    answer = office.get(poll, piece=True)
    assert answer.status == 200
    assert not answer.whole
    assert len(rows(answer)) == 1
    poll = answer.page.by_id("list")["hx-get"]
    assert office.get(poll, piece=True).status == 204
    deciding.revoke(cast.head, exemption, 1, "x")
    assert "Stopped at 10am" in office.get(poll, piece=True).words


def test_an_open_list_is_told_when_the_clock_reaches_a_start_or_an_end(sign_in_as, approved):
    approved(starts_at=dt.time(11, 0), ends_at=dt.time(12, 30))
    poll = poll_of(sign_in_as("head"))
    with at(10, 59):
        assert sign_in_as("head").get(poll, piece=True).status == 204
    with at(11):
        office = sign_in_as("head")
        answer = office.get(poll, piece=True)
        assert "In force now (1)" in answer.words
        poll = answer.page.by_id("list")["hx-get"]
    with at(12, 29):
        assert sign_in_as("head").get(poll, piece=True).status == 204
    with at(12, 30):
        assert "Ended today (1)" in sign_in_as("head").get(poll, piece=True).words


def test_an_open_list_is_told_of_midnight(sign_in_as, approved):
    approved()
    with at(23, 50):
        poll = poll_of(sign_in_as("office"))
        assert sign_in_as("office").get(poll, piece=True).status == 204
    with at(0, 0, day=24):
        assert sign_in_as("office").get(poll, piece=True).status == 200


def test_an_open_list_is_told_of_a_new_name(sign_in_as, approved, cast):
    approved()
    office = sign_in_as("office")
    poll = poll_of(office)
    people.edit(cast.office, cast.teacher.id, people.PersonDetails("teacher", "Tea Cher", ""))
    assert "Tea Cher" in office.get(poll, piece=True).words


def test_an_open_list_of_another_day_keeps_its_day_and_its_filter(sign_in_as, ask, cast):
    exemption = ask(starts_on=dt.date(2026, 11, 30), ends_on=dt.date(2026, 11, 30), zones=("staff-room",))
    office = sign_in_as("office")
    poll = poll_of(office, "/today?date=2026-11-30&zone=staff-room&name=teach")
    deciding.approve(cast.head, exemption, 1)
    assert len(rows(office.get(poll, piece=True))) == 1


@pytest.mark.parametrize(
    "seen",
    ["", "x", "1", "1.2026-11-23", "0.2026-11-23.24:00", "..", "9" * 400, "1.2026-11-23.\x00", "1.2026-11-23.24:00.x"],
)
def test_a_token_that_is_none_gets_the_list(sign_in_as, approved, seen):
    approved()
    answer = sign_in_as("office").get("/today/changes", query_string={"seen": seen}, piece=True)
    assert answer.status == 200


def test_a_poll_with_any_number_of_parameters_is_answered(sign_in_as):
    office = sign_in_as("office")
    for query in (
        "&".join(["seen=1"] * 500),
        "&".join(f"a{n}=1" for n in range(500)),
        "seen=%ED%A0%80",
        "seen=%FF",
        "&&=&",
    ):
        assert office.get(f"/today/changes?{query}", piece=True).status == 200


@pytest.mark.parametrize("who", ["teacher", "pupil", "director"])
def test_who_may_not_see_the_list_is_not_told_whether_it_changed(sign_in_as, who):
    poll = poll_of(sign_in_as("office"))
    assert sign_in_as(who).get(poll, piece=True).status == 403


def test_a_poll_that_finds_nothing_costs_one_look_at_the_counter_and_one_at_the_session(sign_in_as, approved, queries):
    approved()
    office = sign_in_as("office")
    poll = poll_of(office)
    assert len(queries(lambda: office.get(poll, piece=True))) <= 2


# --- As a file ----------------------------------------------------------------------------------------------


def test_the_file_holds_what_the_list_holds(sign_in_as, approved):
    approved(conditions="Quietly, please")
    head, row = file_of(sign_in_as("office"))
    assert tuple(head) == CSV_HEAD
    assert dict(zip(CSV_HEAD, row, strict=True)) == {
        "Person": "Teacher Invented",
        "Class or team": "teacher team",
        "With": "",
        "Kind": "teaching-period use",
        "Device": "Mobile phone: My own phone, blue case",
        "From": "09:00",
        "To": "15:00",
        "Days of the week": "",
        "Places": "Staff room, Teaching areas",
        "Sound allowed": "",
        "Conditions": "Quietly, please",
        "Agreement": "",
        "Approved by": "Head Invented",
        "Until": "2026-11-24",
        "Note": "",
    }


def test_the_file_is_named_after_its_day_and_filtered_as_the_page_is(sign_in_as, approved):
    approved(), approved("finance")
    office = sign_in_as("office")
    answer = office.get("/today.csv?date=24/11/2026")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="exemptions-2026-11-24.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(file_of(office, "?name=fin")) == 2


@pytest.mark.parametrize(
    "start",
    ["=", "+", "-", "@", "\t=", "\r=", "|", "%", " =", "\u00a0=", "＝", "＋", "－", "＠", "\n=", '"=', "\u200b=", ";="],
)
def test_no_cell_is_a_formula(sign_in_as, approved, start):
    text = f"{start}HYPERLINK(1)"
    approved(conditions=text)
    Exemption.update(conditions=text, device=text, approved_by=text).execute()
    Person.update(name=text, team=text).where(Person.username == "teacher").execute()
    changes.touch()
    for cell in file_of(sign_in_as("office"))[1]:
        bare = cell.lstrip(" \t\r\n\u00a0")
        assert not bare.startswith(tuple("=+-@|%＝＋－＠")), cell


@given(st.text(max_size=20))
def test_a_harmless_cell_keeps_its_text(text):
    cell = harmless(text)
    assert cell in {text, f"'{text}"}
    assert not cell.strip().startswith(tuple("=+-@|%＝＋－＠"))
    if text[:1].isalnum():
        assert cell == text


def test_commas_quotes_and_line_breaks_stay_in_their_cell(sign_in_as, approved):
    approved(conditions='First, "second"\nthird; fourth')
    assert file_of(sign_in_as("office"))[1][column("Conditions")] == 'First, "second"\nthird; fourth'


def test_what_was_stopped_is_noted_in_the_file(sign_in_as, approved, cast):
    deciding.revoke(cast.head, approved(), 1, "x")
    assert file_of(sign_in_as("office"))[1][column("Note")] == "Stopped at 10am"


# --- Many of them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/today", "/today.csv", "/today/changes?seen="])
def test_the_list_asks_the_database_as_often_with_many_rows_as_with_one(sign_in_as, approved, queries, address):
    office = sign_in_as("office")
    approved()
    before = len(queries(lambda: office.get(address)))
    for number in range(15):
        approved("finance", device=f"device {number}")
    assert len(queries(lambda: office.get(address))) == before <= 9


# --- Every kind ---------------------------------------------------------------------------------------------


def groups(answer):
    """The groups of the list, with their numbers."""
    return [row.text for row in answer.page.all("tr") if "ox-today__group" in row.classes]


@pytest.mark.parametrize("kind", OPEN_KINDS)
@pytest.mark.parametrize(
    "address", ["/today", "/today?date=2026-11-23&name=kestrel", "/today/changes?seen=", "/today.csv"]
)
def test_the_list_holds_no_reason_of_any_kind(sign_in_as, permitted, approved, ask, cast, kind, address):
    permitted(kind)
    approved(None, kind, device="approved only", conditions="Kept in the drawer")
    ask(None, kind, device="waits")
    revoked = approved(None, kind, device="revoked")
    deciding.revoke(cast.head, revoked, exemptions.revision(revoked), "Because-4712")
    for who in ("office", "head", "dsl", "deputy_dsl", "deputy"):
        for piece in (False, True):
            answer = sign_in_as(who).get(address, piece=piece)
            assert answer.status == 200
            assert told(answer, kind) == []
            assert b"Because-4712" not in answer.body
            assert "waits" not in " ".join(rows(answer))


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_each_kind_is_in_force_now_once_all_it_needs_is_done_and_not_before(sign_in_as, ask, cast, kind):
    office, exemption = sign_in_as("office"), ask(None, kind)
    assert groups(office.get("/today")) == []
    exemptions.approve(cast.head, exemption)
    before = {True: ["Not yet: waiting for a signature (1)"], False: ["In force now (1)"]}[KINDS[kind].agreement]
    before = ["Later today, or not started (1)"] if KINDS[kind].session else before
    assert groups(office.get("/today")) == before
    if KINDS[kind].agreement:
        exemptions.signed(exemption)
    if KINDS[kind].session:
        activities.start(cast.teacher, exemption)
    assert groups(office.get("/today")) == ["In force now (1)"]
    assert groups(office.get("/today?date=2026-11-25")) == []


def test_the_groups_stand_in_their_order(sign_in_as, permitted, approved, a_sitting, cast):
    with at(9):
        permitted("educational-activity", device="over", ends_at=dt.time(9, 30))
        approved("finance", device="ended", starts_at=dt.time(8, 30), ends_at=dt.time(9, 30))
    permitted("exceptional-access", device="exam"), a_sitting()
    approved(None, "parent-contact", device="unsigned")
    approved(None, "educational-activity", device="not started")
    approved(device="now")
    page = sign_in_as("office").get("/today")
    assert groups(page) == [
        "Over time: this should have ended (1)",
        "In force now (1)",
        "Suspended: in an exam (1)",
        "Not yet: waiting for a signature (1)",
        "Later today, or not started (1)",
        "Ended today (1)",
    ]
    over = page.page.all("tbody")[0]
    assert "ox-today__over" in over.classes


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_an_exam_suspends_who_sits_it_and_is_said(sign_in_as, permitted, a_sitting, kind):
    permitted(kind), a_sitting()
    answer = sign_in_as("office").get("/today")
    suspended = KINDS[kind].for_pupil
    assert groups(answer) == ["Suspended: in an exam (1)" if suspended else "In force now (1)"]
    assert ("Not in the exam, 9am to 11am" in answer.words) is suspended
    assert ("Not Pupil Invented: in an exam" in answer.words) is (kind == "educational-activity")
    with at(11):
        assert groups(sign_in_as("office").get("/today")) == ["In force now (1)"]


def test_an_open_list_is_told_when_an_exam_begins_and_ends(sign_in_as, permitted, a_sitting):
    permitted("exceptional-access")
    a_sitting(starts_at=dt.time(10, 30), ends_at=dt.time(11, 30))
    for hour, minute, says in ((10, 30, "Suspended: in an exam (1)"), (11, 30, "In force now (1)")):
        with at(*divmod(hour * 60 + minute - 1, 60)):
            poll = poll_of(sign_in_as("office"))
            assert sign_in_as("office").get(poll, piece=True).status == 204
        with at(hour, minute):
            assert says in sign_in_as("office").get(poll, piece=True).words


def test_a_day_of_the_week_that_was_not_asked_for_is_not_on_the_list(sign_in_as, permitted):
    permitted("exceptional-access", weekdays=1 | 4, ends_on=dt.date(2026, 12, 4))
    office = sign_in_as("office")
    for day, lines in ((23, 1), (24, 0), (25, 1), (26, 0), (30, 1)):
        assert len(rows(office.get(f"/today?date=2026-11-{day}"))) == lines, day
    assert "Mondays and Wednesdays" in rows(office.get("/today"))[0]


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (
            "exceptional-access",
            {
                "Person": "Pupil Invented",
                "Class or team": "Kestrel class",
                "Kind": "exceptional access",
                "Days of the week": "Mondays to Fridays",
                "Sound allowed": "Yes",
                "Agreement": "Signed",
                "Note": "Exam allowed, reference AQA/7, 9am to 11am",
            },
        ),
        (
            "educational-activity",
            {
                "Person": "Teacher Invented",
                "With": "Kestrel class",
                "Kind": "educational activity",
                "Sound allowed": "",
                "Agreement": "",
                "Until": "2026-11-23",
                "Note": "Started at 10am; Not Pupil Invented: in an exam",
            },
        ),
    ],
)
def test_the_file_says_of_each_kind_what_the_list_says(sign_in_as, permitted, a_sitting, kind, cells):
    permitted(kind, weekdays=31, audible_alert=True, exam_permission="AQA/7"), a_sitting()
    head, row = file_of(sign_in_as("office"))
    assert cells.items() <= dict(zip(head, row, strict=True)).items()


def test_the_file_says_what_is_not_signed_yet(sign_in_as, approved):
    approved(None, "exceptional-access")
    assert file_of(sign_in_as("office"))[1][column("Agreement")] == "Not signed yet"


def test_a_pupil_is_found_by_name_and_a_lesson_by_its_class(sign_in_as, permitted):
    permitted("exceptional-access"), permitted("educational-activity", device="tablets")
    office = sign_in_as("office")
    for name, found in (("pupil", 1), ("kestrel", 1), ("teacher", 1), ("invented", 2), ("heron", 0)):
        assert len(rows(office.get(f"/today?name={name}"))) == found, name


def test_two_of_the_same_name_and_class_are_told_apart(sign_in_as, approved, cast):
    Person.update(name="Sam Invented", team="Office").where(
        Person.id.in_([cast.finance.id, cast.assistant.id])
    ).execute()
    approved("finance"), approved("assistant")
    found = " ".join(rows(sign_in_as("office").get("/today")))
    assert "Sam Invented (finance)" in found
    assert "Sam Invented (assistant)" in found


@pytest.mark.parametrize("day", ["", "&date=2026-11-22", "&date=2026-11-24"])
@pytest.mark.parametrize("address", ["/today?name=", "/today.csv?name=", "/today/changes?name="])
def test_a_list_of_mixed_kinds_asks_the_database_as_often_with_many_rows(
    sign_in_as, permitted, approved, a_sitting, queries, address, day
):
    office = sign_in_as("office")
    a_sitting()
    for kind in OPEN_KINDS:
        permitted(kind, device=f"{kind} 0")
    before = len(queries(lambda: office.get(address + day)))
    for number in range(1, 5):
        for kind in OPEN_KINDS:
            approved(None, kind, device=f"{kind} {number}")
    assert len(queries(lambda: office.get(address + day))) == before <= 10
