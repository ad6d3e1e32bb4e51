"""Pages of the site: the two buttons, what everybody sees of them at once, and the school calendar."""

import datetime as dt
import io

import pytest

from models import AuditEvent, CalendarDay, SiteMark, Term
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.site import calendar_changes
from rules.site import status as site_status
from rules.site.calendar_changes import Dates, kind_of
from tests.conftest import CAST
from tests.rules.imports.test_ics_files import event
from tests.rules.imports.test_ics_files import file_of as ics_of
from tests.support.visitors import MONDAY, TUESDAY, at

WHERE, CALENDAR = "/site", "/site/calendar"
KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_SITE] & set(roles)]
SECRET = "Zebra-4711"
SUNDAY = dt.date(2026, 11, 29)
DATES_CSV = "name,from,to,kind\nSpring term,04/01/2027,24/03/2027,term\nSnow,25/01/2027,,closed\n"


def pressed_form(answer, where):
    """The fields of one of the buttons of a page."""
    (form,) = [each for each in answer.page.all("form") if each["action"] == f"/site/{where}" and each.all("button")][
        -1:
    ]
    return {field["name"]: field["value"] for field in form.all("input") if field["name"] != "csrf_token"}


def press(browser, where, seen_on=None):
    """Press a button of the page as it stands, or of one that was opened before."""
    return browser.post(f"/site/{where}", pressed_form(seen_on or browser.get(WHERE), where))


def primary(answer):
    """The buttons that stand out, by their words."""
    return [
        each.text
        for each in answer.page.all("button")
        if "ox-start" in each.classes and "govuk-button--secondary" not in each.classes
    ]


# --- Pupils on site -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_one_click_and_everybody_reads_it_on_their_page(sign_in_as, who):
    browser = sign_in_as(who)
    assert "We assume that pupils are on site since 8:45am" in browser.get(WHERE).words
    answer = press(browser, "on-site")
    assert (answer.status, answer.location) == (303, "/site/")
    assert primary(browser.get(WHERE)) == ["All pupils have left"]
    for reader in CAST:
        assert "Pupils are on site since 10am" in sign_in_as(reader).get("/").words, reader
    with at(MONDAY, 15, 42):
        browser = sign_in_as(who)
        press(browser, "all-left")
        answer = browser.get(WHERE)
        assert "All pupils left at 3:42pm" in answer.words
        assert primary(answer) == ["Pupils are on site"]
        assert "All pupils left at 3:42pm" in sign_in_as("pupil").get("/").words


@pytest.mark.parametrize("who", [who for who in CAST if who not in KEEPERS])
def test_everybody_else_reads_the_state_and_neither_who_said_it_nor_a_way_to_the_page(sign_in_as, cast, who):
    site_status.press(cast.head, True, MONDAY, 0)
    browser = sign_in_as(who)
    answer = browser.get("/")
    box = answer.page.by_id("site").text
    assert box.startswith("Pupils are on site since 10am")
    assert cast.head.name not in box
    assert WHERE not in answer.page.links.values()
    for where in (WHERE, CALENDAR, "/site/changes", f"{CALENDAR}/import"):
        assert browser.get(where).status == 403
    assert browser.post("/site/all-left", {"day": "2026-11-23", "seen": "1"}).status == 403


def test_the_office_is_asked_on_its_page_and_there_while_nobody_has_said_anything(sign_in_as):
    browser = sign_in_as("office")
    for where in ("/", WHERE):
        assert "Nobody has said today whether pupils are on site." in browser.get(where).words
    assert browser.get("/").page.links["Say how it is"] == WHERE
    assert "Nobody has said" not in sign_in_as("teacher").get("/").words
    press(browser, "on-site")
    assert "Nobody has said" not in browser.get("/").words
    with at(MONDAY, 15, 30):
        assert "Have all pupils left?" in sign_in_as("head").get("/").words


def test_two_pages_with_opposite_buttons_and_the_second_is_told_who_was_first(sign_in_as):
    office, head = sign_in_as("office"), sign_in_as("head")
    press(office, "on-site")
    of_office, of_head = office.get(WHERE), head.get(WHERE)
    press(office, "all-left", of_office)
    answer = press(head, "on-site", of_head)
    assert answer.status == 409
    assert "Office Invented was first: at 10am they said that all pupils have left" in answer.words
    assert "Nothing was changed by your click" in answer.words
    assert SiteMark.select().count() == 2
    assert press(head, "on-site").status == 303


def test_a_page_of_yesterday_is_told_that_the_day_has_changed(sign_in_as):
    yesterdays = sign_in_as("office").get(WHERE)
    with at(TUESDAY, 0, 5):
        answer = press(sign_in_as("office"), "all-left", yesterdays)
        assert answer.status == 409
        assert "Now it is Tuesday 24 November 2026" in answer.words
    assert SiteMark.select().count() == 0


def test_on_a_sunday_it_is_pressed_twice(sign_in_as):
    with at(SUNDAY, 10):
        browser = sign_in_as("office")
        answer = press(browser, "on-site")
        assert answer.status == 409
        assert (
            "The calendar says that there is no school today (weekend). Press again if pupils are here." in answer.words
        )
        assert SiteMark.select().count() == 0
        (form,) = [each for each in answer.page.all("form") if "ox-missing" in each.classes]
        fields = {field["name"]: field["value"] for field in form.all("input") if field["name"] != "csrf_token"}
        assert browser.post("/site/on-site", fields).status == 303
        assert "Pupils are on site since 10am" in browser.get(WHERE).words


def test_a_mistake_is_taken_back_within_ten_minutes_with_a_reason(sign_in_as, cast):
    browser = sign_in_as("office")
    press(browser, "on-site")
    mark = site_status.newest_mark(MONDAY).id
    assert "You can take it back until 10:10am" in browser.get(WHERE).words
    answer = browser.post(f"/site/marks/{mark}/undo", {"reason": " "})
    assert answer.status == 422
    assert answer.page.message_beside("reason") == "Say why it was a mistake"
    assert browser.post(f"/site/marks/{mark}/undo", {"reason": f"Wrong button {SECRET}"}).status == 303
    answer = browser.get(WHERE)
    assert "We assume that pupils are on site" in answer.words
    assert f"Taken back by Office Invented at 10am: Wrong button {SECRET}" in answer.words
    assert SECRET not in sign_in_as("head").get("/audit").text
    assert SECRET not in sign_in_as("teacher").get("/").text
    assert browser.post(f"/site/marks/{mark}/undo", {"reason": "Again"}).status == 409
    assert browser.post("/site/marks/999999/undo", {"reason": "What"}).status == 404


def test_after_ten_minutes_nothing_offers_to_take_it_back(sign_in_as, cast):
    site_status.press(cast.office, True, MONDAY, 0)
    mark = site_status.newest_mark(MONDAY).id
    with at(MONDAY, 10, 11):
        browser = sign_in_as("office")
        assert "take it back" not in browser.get(WHERE).words
        answer = browser.post(f"/site/marks/{mark}/undo", {"reason": "Late"})
        assert answer.status == 409
        assert "ten minutes only" in answer.words


def test_a_reason_with_signs_is_shown_as_text(sign_in_as, cast):
    site_status.press(cast.office, True, MONDAY, 0)
    site_status.undo(cast.office, site_status.newest_mark(MONDAY).id, "<b>Oh</b> & no")
    answer = sign_in_as("head").get(WHERE)
    assert "<b>Oh</b> & no" in answer.words
    assert "<b>" not in answer.text


# --- Open pages ---------------------------------------------------------------------------------------------


def poll_of(answer, name):
    """The address that a part of a page asks for news."""
    return answer.page.by_id(name)["hx-get"]


@pytest.mark.parametrize(("who", "where", "part"), [("teacher", "/", "site"), ("office", WHERE, "state")])
def test_an_open_page_follows_at_once_and_asks_for_little_while_nothing_happens(sign_in_as, cast, who, where, part):
    browser = sign_in_as(who)
    poll = poll_of(browser.get(where), part)
    assert browser.get(poll, piece=True).status == 204
    site_status.press(cast.head, True, MONDAY, 0)
    answer = browser.get(poll, piece=True)
    assert answer.status == 200
    assert not answer.whole
    assert "Pupils are on site since 10am" in answer.words
    poll = poll_of(answer, part)
    assert browser.get(poll, piece=True).status == 204
    with at(MONDAY, 15, 30):
        assert sign_in_as(who).get(poll, piece=True).status == 200
    with at(TUESDAY, 0):
        assert "before 8:45am" in sign_in_as(who).get(poll, piece=True).words


def test_the_way_back_goes_from_an_open_page_when_its_time_is_over(sign_in_as, cast):
    site_status.press(cast.office, True, MONDAY, 0)
    browser = sign_in_as("office")
    poll = poll_of(browser.get(WHERE), "state")
    with at(MONDAY, 10, 10):
        assert browser.get(poll, piece=True).status == 204
    with at(MONDAY, 10, 11):
        answer = browser.get(poll, piece=True)
        assert answer.status == 200
        assert "take it back" not in answer.words


def test_the_pages_ask_the_database_as_often_after_many_marks_as_after_one(sign_in_as, cast, queries):
    browser = sign_in_as("office")
    site_status.press(cast.office, True, MONDAY, 0)
    calendar_changes.set_days(cast.office, Dates("", dt.date(2026, 11, 25), None, kind_of("inset")))
    pages = ("/", WHERE, CALENDAR)
    before = [len(queries(lambda where=where: browser.get(where))) for where in pages]
    for number in range(12):
        mark = site_status.newest_mark(MONDAY)
        site_status.press((cast.head, cast.office)[number % 2], not mark.on_site, MONDAY, mark.id)
        calendar_changes.set_days(cast.head, Dates("", dt.date(2026, 12, 1 + number), None, kind_of("closed")))
    assert [len(queries(lambda where=where: browser.get(where))) for where in pages] == before


# --- The calendar -------------------------------------------------------------------------------------------


def lines_of(answer):
    """The lines of the calendar, as texts."""
    return [row.text for row in answer.page.all("tr")[1:]]


def test_a_term_is_entered_and_taken_out(sign_in_as):
    browser = sign_in_as("office")
    assert "No term of this school year has been entered" in browser.get(CALENDAR).words
    fields = {"name": "Autumn term", "starts_on": "02/09/2026", "ends_on": "2026-12-18"}
    answer = browser.post(f"{CALENDAR}/terms/new", fields)
    assert (answer.status, answer.location) == (303, f"{CALENDAR}?year=2026")
    answer = browser.get(answer.location)
    assert "Autumn term Wednesday 2 September 2026 to Friday 18 December 2026" in answer.words
    assert any(
        line.startswith("Fri 25 Dec 2026") and "Bank holiday: Christmas Day" in line for line in lines_of(answer)
    )
    term = Term.get().id
    assert browser.post(f"{CALENDAR}/terms/{term}/take-out", {}).status == 303
    answer = browser.post(f"{CALENDAR}/terms/{term}/take-out", {})
    assert answer.status == 409
    assert "This term was taken out already, at 10am on Monday 23 November 2026" in answer.words


def test_everything_that_is_wrong_with_a_term_is_said_at_once_and_what_was_typed_stays(sign_in_as):
    answer = sign_in_as("office").post(f"{CALENDAR}/terms/new", {"name": "", "starts_on": "soon", "ends_on": ""})
    assert answer.status == 422
    assert answer.page.message_beside("name").startswith("Give the term a name")
    assert answer.page.message_beside("starts_on") == "Write the day like this: 23/11/2026"
    assert 'value="soon"' in answer.text
    assert Term.select().count() == 0


def test_days_are_set_by_hand_shown_with_who_set_them_and_taken_back(sign_in_as):
    browser = sign_in_as("head")
    fields = {"kind": "closed", "starts_on": "2026-11-24", "ends_on": "2026-11-25", "name": "Boiler <b>broken</b>"}
    assert browser.post(f"{CALENDAR}/days/new", fields).status == 303
    answer = browser.get(CALENDAR)
    (line,) = [line for line in lines_of(answer) if line.startswith("Tue 24 Nov 2026")]
    assert "Wed 25 Nov 2026" in line
    assert "The school is closed: Boiler <b>broken</b>" in line
    assert "Set by Head Invented at 10am" in line
    assert "<b>" not in answer.text
    with at(TUESDAY, 10):
        assert "There is no school today (the school is closed)" in sign_in_as("pupil").get("/").words
        assert "Boiler" not in sign_in_as("pupil").get("/").words
    browser, span = sign_in_as("head"), {"first": "2026-11-24", "last": "2026-11-25", "kind": "closed"}
    span["set_at"] = "2026-11-23T10:00:00+00:00"
    fields = {each["name"]: each["value"] for each in answer.page.all("input") if each["name"] != "csrf_token"}
    assert fields == span
    assert browser.post(f"{CALENDAR}/days/clear", {**span, "set_at": "2026-11-23T10:00:00"}).status == 400
    assert browser.post(f"{CALENDAR}/days/clear", span).status == 303
    answer = browser.post(f"{CALENDAR}/days/clear", span)
    assert answer.status == 409
    assert CalendarDay.select().count() == 0
    assert "somebody has taken it back already" in answer.words


def test_a_day_set_otherwise_is_refused_with_who_has_set_it(sign_in_as, cast):
    calendar_changes.set_days(cast.office, Dates("", TUESDAY, None, kind_of("inset")))
    fields = {"kind": "closed", "starts_on": "2026-11-24", "ends_on": "", "name": ""}
    answer = sign_in_as("head").post(f"{CALENDAR}/days/new", fields)
    assert answer.status == 422
    assert "Office Invented has set Tuesday 24 November 2026 already" in answer.page.message_beside("starts_on")


@pytest.mark.parametrize(("year", "status"), [("2030", 200), ("", 200), ("2001", 200), ("2098", 200)])
def test_any_school_year_can_be_looked_at(sign_in_as, year, status):
    answer = sign_in_as("office").get(f"{CALENDAR}?year={year}")
    assert answer.status == status
    assert f"School calendar {year or '2026'} to {int(year or '2026') + 1}" in answer.words


@pytest.mark.parametrize("year", ["0", "9999", "-2026", "soon", "٢٠٢٦", "20260", "2026.0"])
def test_a_year_that_is_none_is_answered_with_a_page(sign_in_as, year):
    assert sign_in_as("office").get(f"{CALENDAR}?year={year}").status == 422


# --- Importing ----------------------------------------------------------------------------------------------


def token_of(answer):
    """The token of a file that was looked at."""
    return next(each["value"] for each in answer.page.all("input") if each["name"] == "token")


def test_a_table_of_dates_is_looked_at_and_then_entered(sign_in_as):
    browser = sign_in_as("office")
    answer = browser.post(f"{CALENDAR}/import", {"pasted": DATES_CSV})
    assert answer.status == 200
    assert "Term, Mon 4 Jan 2027 to Wed 24 Mar 2027" in answer.words
    assert Term.select().count() == 0
    assert browser.post(f"{CALENDAR}/import/apply", {"token": token_of(answer)}).status == 303
    assert (Term.select().count(), CalendarDay.select().count()) == (1, 1)
    assert "There is nothing to enter" in browser.post(f"{CALENDAR}/import", {"pasted": DATES_CSV}).words
    assert browser.post(f"{CALENDAR}/import/apply", {"token": token_of(answer)}).status == 409


def test_a_calendar_file_is_sent_and_what_is_left_out_is_told(sign_in_as):
    browser = sign_in_as("office")
    raw = ics_of(event(), event(summary="Sports <i>day</i>", start="20270612", end="20270613"))
    fields = {"csrf_token": browser.token, "pasted": "", "file": (io.BytesIO(raw), "dates.ics")}
    answer = browser.open("POST", f"{CALENDAR}/import", data=fields, content_type="multipart/form-data")
    assert answer.status == 200
    assert "Sports <i>day</i>" in answer.words
    assert "Left out. We cannot tell what it is" in answer.words
    assert browser.post(f"{CALENDAR}/import/cancel", {"token": token_of(answer)}).status == 303
    assert Term.select().count() == 0


def test_a_file_with_a_wrong_line_is_told_line_by_line_and_nothing_is_entered(sign_in_as):
    answer = sign_in_as("office").post(f"{CALENDAR}/import", {"pasted": DATES_CSV.replace("25/01/2027", "soon")})
    assert "“soon” is not a day" in answer.words
    assert "Nothing has been entered" in answer.words
    assert AuditEvent.select().where(AuditEvent.event == "calendar-imported").count() == 0


def test_the_file_to_start_from_can_be_sent_as_it_is(sign_in_as):
    browser = sign_in_as("office")
    answer = browser.get(f"{CALENDAR}/import/template")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="school-dates.csv"'
    assert "Cannot be entered 0" in browser.post(f"{CALENDAR}/import", {"pasted": answer.text}).words


def test_it_is_the_schools_clock_that_is_shown_in_summer(sign_in_as, cast):
    with clock.frozen(dt.datetime(2027, 7, 1, 7, 40, tzinfo=dt.UTC)):
        site_status.press(cast.office, True, dt.date(2027, 7, 1), 0)
        assert "Pupils are on site since 8:40am" in sign_in_as("teacher").get("/").words


@pytest.mark.parametrize("where", ["/site", "/site/calendar"])
def test_the_pages_say_which_days_are_not_entered_and_ask_the_office(sign_in_as, cast, where):
    terms = (("Autumn", "2026-09-02", "2026-12-18"), ("Summer", "2027-04-12", "2027-07-21"))
    for name, first, last in terms:
        dates = calendar_changes.Dates(name, dt.date.fromisoformat(first), dt.date.fromisoformat(last), None)
        calendar_changes.add_term(cast.office, dates)
    asked = sign_in_as("office").get(where).page.by_id("not-entered").text
    assert "Monday 21 December 2026 to" in asked
    assert "enter the missing term" in asked
    spring = ("Spring", dt.date(2027, 1, 4), dt.date(2027, 3, 25))
    calendar_changes.add_term(cast.office, calendar_changes.Dates(*spring, None))
    assert "Not entered" not in sign_in_as("office").get(where).words
