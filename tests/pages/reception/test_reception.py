"""The pages of visitors: hosts announce them, reception signs them in and out, the log is read."""

import csv
import io
import re

import pytest

from enums import LockerArea
from models import Person, Stay, Visit, Visitor
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.lockers import hand_in, own
from rules.reception import announcing, log, stays
from rules.visitors import visits
from tests.conftest import CAST
from tests.pages.conftest import signed_in
from tests.support.lockers import a_pupil, given
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, receive

STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]
RECEPTION = ("office", "head")
TICKED = {"accepts": "y"}


@pytest.fixture
def announced(cast):
    """A visit to the teacher, announced by the office; its id."""

    def make(**changed):
        return announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]

    return make


@pytest.fixture
def came(cast, announced):
    """A visit whose visitor has been signed in; the id of the stay."""

    def make(**changed):
        return receive(cast.office, announced(**changed), ("phone",))

    return make


@pytest.fixture
def visit_form(cast):
    """The form that announces a visit, filled in."""

    def fill(**changed):
        return {
            "name": "Maeve O’Brien",
            "organisation": "Larch Ltd",
            "kind": "contractor",
            "host": str(cast.teacher.id),
            "purpose": "To mend the boiler",
            "vehicle": "",
            "starts_on": "2026-11-24",
            "ends_on": "",
            "expected_at": "09:00",
            "expected_until": "",
            **changed,
        }

    return fill


def walk_in_form(cast, **changed):
    """The form for somebody who was not announced, filled in."""
    texts = {"name": "Null", "organisation": "", "kind": "parent", "purpose": "To fetch a pupil", "vehicle": ""}
    return {**texts, "host": str(cast.teacher.id), "accepts": "y", "form_key": "", **changed}


def part(page, heading):
    """The words of the section under a heading of reception's page."""
    (found,) = [each for each in page.all("section") if each["aria-labelledby"] == heading]
    return found.text


# --- Announcing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STAFF_NAMES)
def test_any_member_of_staff_announces_a_visitor_and_sees_the_visit(sign_in_as, visit_form, cast, who):
    browser = sign_in_as(who)
    fields = visit_form(host=str(getattr(cast, who).id), form_key="key", more_names="")
    answer = browser.post("/visitors/new", fields)
    assert (answer.status, answer.location) == (303, "/visitors/mine")
    page = browser.get("/visitors/mine")
    assert "The visitor has been announced." in page.words
    assert "Maeve O’Brien" in page.words
    browser.post("/visitors/new", fields)
    assert Visit.select().count() == 1


def test_the_form_begins_with_me_and_today(sign_in_as, cast):
    page = sign_in_as("teacher").get("/visitors/new").page
    (chosen,) = [each for each in page.all("option") if "selected" in each.attrs and each["value"]]
    assert chosen["value"] == str(cast.teacher.id)
    (day,) = [each for each in page.all("input") if each["name"] == "starts_on"]
    assert day["value"] == "2026-11-23"


def test_a_contractors_team_is_announced_with_one_form(sign_in_as, visit_form):
    browser = sign_in_as("office")
    browser.post("/visitors/new", visit_form(more_names="Jo Null\n\nAnn Hill\n", form_key="key"))
    assert "3 visitors have been announced." in browser.get("/visitors/mine").words
    assert Visit.select().count() == Visitor.select().count() == 3


def test_everything_that_is_wrong_is_said_at_once_and_what_was_typed_is_kept(sign_in_as, visit_form):
    answer = sign_in_as("teacher").post(
        "/visitors/new",
        visit_form(name="", purpose="", starts_on="tomorrow", host="999", kind="", vehicle="AB12", more_names="Jo"),
    )
    assert answer.status == 422
    for words in (
        "Write the visitor’s name",
        "Write in a few words why they come",
        "Write the day like this: 23/11/2026",
        "Choose whom they visit",
        "Choose who comes",
    ):
        assert words in answer.words
    assert {"tomorrow", "AB12"} <= {each["value"] for each in answer.page.all("input")}
    assert Visit.select().count() == 0


def test_the_host_changes_and_cancels_a_visit(sign_in_as, visit_form, announced):
    visit, teacher = announced(), sign_in_as("teacher")
    where = f"/visitors/visits/{visit}/change"
    page = teacher.get(where).page
    assert "Maeve O’Brien" in {each["value"] for each in page.all("input")}
    assert teacher.post(where, visit_form(purpose="To paint", revision="1")).location == "/visitors/mine"
    assert (visits.one(visit).purpose, visits.one(visit).starts_on) == ("To paint", TUESDAY)
    assert teacher.post(f"/visitors/visits/{visit}/cancel", {}).status == 303
    assert "You expect nobody." in teacher.get("/visitors/mine").words


def test_who_changes_a_visit_second_is_told(sign_in_as, visit_form, announced):
    visit = announced()
    where = f"/visitors/visits/{visit}/change"
    sign_in_as("office").post(where, visit_form(revision="1"))
    answer = sign_in_as("teacher").post(where, visit_form(revision="1", purpose="Other"))
    assert answer.status == 409
    assert "Somebody has changed this visit meanwhile" in answer.words


def test_what_is_wrong_with_a_change_is_said_at_its_field(sign_in_as, visit_form, announced):
    where = f"/visitors/visits/{announced()}/change"
    for wrong in ({"purpose": ""}, {"expected_at": "soon", "purpose": ""}):
        answer = sign_in_as("teacher").post(where, visit_form(revision="1", **wrong))
        assert answer.status == 422
        assert "Write in a few words why they come" in answer.words


def test_to_other_staff_a_visit_does_not_exist(sign_in_as, visit_form, announced):
    visit = announced()
    other = sign_in_as("assistant")
    assert other.get(f"/visitors/visits/{visit}/change").status == 404
    assert other.post(f"/visitors/visits/{visit}/change", visit_form(revision="1")).status == 404
    assert other.post(f"/visitors/visits/{visit}/cancel", {}).status == 404


def test_while_the_visitor_is_here_nothing_is_changed(sign_in_as, announced, cast):
    visit = announced()
    stays.sign_in(cast.office, visit, True, ())
    teacher = sign_in_as("teacher")
    assert teacher.get(f"/visitors/visits/{visit}/change").status == 409
    assert teacher.post(f"/visitors/visits/{visit}/cancel", {}).status == 409
    assert "In the building" in teacher.get("/visitors/mine").words


def test_a_host_who_has_left_is_named_so_and_the_form_can_be_sent_as_it_is(sign_in_as, announced, cast, visit_form):
    visit = announced()
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    office = sign_in_as("office")
    assert "Teacher Invented (has left the school)" in part(office.get("/visitors").page, "expected")
    answer = office.get(f"/visitors/visits/{visit}/change")
    assert "Teacher Invented (has left the school)" in answer.words
    assert office.post(f"/visitors/visits/{visit}/change", visit_form(revision="1")).status == 303


# --- Reception ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", RECEPTION)
def test_reception_signs_somebody_in_and_out_with_one_click_each(sign_in_as, announced, who):
    visit, browser = announced(), sign_in_as(who)
    assert "9am Maeve O’Brien, Larch Ltd" in part(browser.get("/visitors").page, "expected")
    answer = browser.post(f"/visitors/visits/{visit}/sign-in", {**TICKED, "carries": ["phone", "tablet"]})
    assert (answer.status, answer.location) == (303, "/visitors/")
    page = browser.get("/visitors")
    assert "Maeve O’Brien is signed in." in page.words
    assert re.search(r"Maeve O’Brien, Larch Ltd .*Teacher Invented.* since 10am.*phone", part(page.page, "here"))
    assert "Nobody else is expected today." in part(page.page, "expected")
    stay = Stay.get().id
    assert browser.post(f"/visitors/stays/{stay}/sign-out", {}).status == 303
    assert "10am to 10am" in part(browser.get("/visitors").page, "gone")


def test_without_the_tick_it_is_said_beside_it_in_the_row(sign_in_as, announced):
    visit, other = announced(), announced(name="Ann Hill")
    answer = sign_in_as("office").post(f"/visitors/visits/{visit}/sign-in", {"carries": ["phone"]})
    assert answer.status == 422
    (row,) = [each for each in answer.page.all("li") if each["id"] == f"visit-{visit}"]
    assert stays.MUST_ACCEPT in row.text
    assert [box["value"] for box in row.all("input") if "checked" in box.attrs] == ["phone"]
    (untouched,) = [each for each in answer.page.all("li") if each["id"] == f"visit-{other}"]
    assert "Error" not in untouched.text
    assert answer.page.links[stays.MUST_ACCEPT] == f"#accepts-visit-{visit}"


def test_of_two_receptions_the_second_is_told_who_was_first(sign_in_as, announced):
    visit, office, head = announced(), sign_in_as("office"), sign_in_as("head")
    office.post(f"/visitors/visits/{visit}/sign-in", TICKED)
    answer = head.post(f"/visitors/visits/{visit}/sign-in", TICKED)
    assert answer.status == 409
    assert "Office Invented signed them in at 10am" in answer.words
    stay = Stay.get().id
    office.post(f"/visitors/stays/{stay}/sign-out", {})
    answer = head.post(f"/visitors/stays/{stay}/sign-out", {})
    assert answer.status == 409
    assert "Maeve O’Brien left at 10am: Office Invented has written it down already." in answer.words
    assert Stay.select().count() == 1


def test_somebody_who_comes_back_is_signed_in_again_from_the_list_of_those_who_left(sign_in_as, came, cast):
    stay, office = came(), sign_in_as("office")
    office.post(f"/visitors/stays/{stay}/sign-out", {})
    page = office.get("/visitors").page
    visit = Stay.get_by_id(stay).visit_id
    assert f"/visitors/visits/{visit}/sign-in" in [form["action"] for form in page.all("form")]
    assert office.post(f"/visitors/visits/{visit}/sign-in", {}).status == 422
    assert office.post(f"/visitors/visits/{visit}/sign-in", TICKED).status == 303
    page = office.get("/visitors").page
    assert f"/visitors/visits/{visit}/sign-in" not in [form["action"] for form in page.all("form")]


def test_what_was_forgotten_yesterday_is_settled(sign_in_as, came):
    stay, where = came(ends_on=FRIDAY), "/visitors/stays/{}/settle"
    with at(TUESDAY, 8):
        office = sign_in_as("office")
        assert "1 visitor was not signed out" in office.get("/").words
        page = office.get("/visitors").page
        assert "Came on Monday 23 November 2026 at 10am" in part(page, "forgotten")
        assert "Was not signed out on Monday 23 November 2026" in part(page, "expected")
        for typed, said in (
            ("9:30am", "They came at 10am"),
            ("soon", "Write the time like this"),
            ("", "Write the time"),
        ):
            answer = office.post(where.format(stay), {"time": typed})
            assert answer.status == 422
            assert said in part(answer.page, "forgotten")
        assert office.post(where.format(stay), {"time": "3.30pm"}).status == 303
        assert "not signed out" not in office.get("/").words
        assert "10am to about 3:30pm" in office.get("/visitors/log").words
        assert office.post(where.format(stay), {"time": "4pm"}).status == 409
        assert office.post(where.format(999), {"time": ""}).status == 404


def test_who_was_forgotten_yesterday_and_is_still_here_goes_now(sign_in_as, came):
    stay = came()
    with at(TUESDAY, 8):
        office = sign_in_as("office")
        answer = office.post(f"/visitors/stays/{stay}/sign-out")
        assert answer.status == 409
        assert "was not signed out on Monday 23 November 2026. Write down when they left" in answer.words
        (form,) = [
            each for each in office.get("/visitors").page.all("form") if "They are still here and go now" in each.text
        ]
        assert office.post(form["action"]).status == 303
        assert office.post(form["action"]).status == 409
        assert "Left today" in office.get("/visitors").words
    assert not Stay.get_by_id(stay).estimated


def test_who_is_in_the_building_does_not_walk_in_a_second_time(sign_in_as, cast):
    office = sign_in_as("office")
    office.post("/visitors/walk-in", walk_in_form(cast))
    answer = office.post("/visitors/walk-in", walk_in_form(cast, organisation="Elm & Co", vehicle="AB12"))
    assert answer.status == 422
    assert answer.page.message_beside("name").startswith("Null is in the building: Office Invented signed them in")
    assert answer.page.value("vehicle") == "AB12"
    assert Stay.select().count() == 1


@pytest.mark.parametrize("typed", ["11am", "soon", ""])
def test_a_stay_of_today_is_not_settled(sign_in_as, came, typed):
    answer = sign_in_as("office").post(f"/visitors/stays/{came()}/settle", {"time": typed})
    assert answer.status == 409
    assert "came today" in answer.words


def test_somebody_who_was_not_announced_is_signed_in_with_one_form(sign_in_as, cast):
    office = sign_in_as("office")
    fields = walk_in_form(cast, form_key="key", carries=["phone"])
    assert office.post("/visitors/walk-in", fields).location == "/visitors/"
    assert office.post("/visitors/walk-in", fields).location == "/visitors/"
    assert "Null" in part(office.get("/visitors").page, "here")
    assert (Visitor.select().count(), Visit.select().count(), Stay.select().count()) == (1, 1, 1)


def test_what_is_wrong_with_a_walk_in_is_said_at_its_fields(sign_in_as, cast):
    fields = walk_in_form(cast, name="", purpose="")
    del fields["accepts"]
    answer = sign_in_as("office").post("/visitors/walk-in", fields)
    assert answer.status == 422
    for words in ("Write the visitor’s name", "Write in a few words why they come", stays.MUST_ACCEPT):
        assert words in answer.words


def test_an_open_page_hears_nothing_while_nothing_changes_and_then_the_new_lists(sign_in_as, announced, cast):
    visit, office = announced(), sign_in_as("office")
    (lists,) = [each for each in office.get("/visitors").page.all("div") if each["id"] == "lists"]
    assert office.get(lists["hx-get"], piece=True).status == 204
    assert office.client.get(lists["hx-get"]).status_code == 204
    stays.sign_in(cast.head, visit, True, ())
    answer = office.get(lists["hx-get"], piece=True)
    assert answer.status == 200
    assert "In the building now (1)" in answer.words
    assert office.get("/visitors/changes?seen=nonsense", piece=True).status == 200


def test_the_poll_is_for_reception_alone(sign_in_as, school):
    for who in ("teacher", "dsl", "parent"):
        assert sign_in_as(who).get(f"/visitors/changes?seen={stays.token()}", piece=True).status == 403


def test_the_page_needs_the_same_number_of_queries_however_many_come(sign_in_as, announced, came, queries):
    office = sign_in_as("office")
    announced(name="Ann")
    came(name="Jo")
    few = len(queries(lambda: office.get("/visitors")))
    for number in "abcdefgh":
        announced(name=f"Ann {number}")
        came(name=f"Jo {number}")
    assert len(queries(lambda: office.get("/visitors"))) == few
    assert len(queries(lambda: office.get("/visitors/log"))) <= few


# --- Roll call and log --------------------------------------------------------------------------------------


def test_the_roll_call_names_who_is_in_the_building_and_when_it_was_made(sign_in_as, came):
    came()
    with at(TUESDAY, 9):
        came(name="Ann Hill", starts_on=TUESDAY)
        answer = sign_in_as("dsl").get("/visitors/roll-call")
    assert "Made at 9am on Tuesday 24 November 2026" in answer.words
    assert "Signed in today (1)" in answer.words
    assert "Not signed out on an earlier day (1)" in answer.words
    assert len([each for each in answer.page.all("input") if (each["id"] or "").startswith("seen-v")]) == 2


def test_an_empty_building_has_an_empty_roll_call(sign_in_as):
    words = sign_in_as("office").get("/visitors/roll-call").words
    for none in (
        "No visitor is in the building.",
        "No pupil was entered today.",
        "Not entered today, check (2)",
        "No member of staff has said so today.",
    ):
        assert none in words


def test_the_roll_call_has_pupils_and_staff_to_tick_and_tells_no_more_than_it_must(sign_in_as, cast, a_hand_in):
    a_hand_in("14")
    given(cast.office, cast.teacher, "S7", LockerArea.STAFF)
    own.put_in(cast.teacher, MONDAY, own.own(cast.teacher).seen)
    answer = sign_in_as("dsl").get("/visitors/roll-call")
    assert "Kestrel class (1)" in answer.words
    assert "teacher team (1)" in answer.words
    assert "Staff who did not say so are not on this list" in answer.words
    boxes = [each["id"] for each in answer.page.all("input") if each["type"] == "checkbox"]
    assert boxes == [f"seen-p{cast.pupil.id}", f"seen-p{cast.other_pupil.id}", f"seen-s{cast.teacher.id}"]
    for secret in ("14", "S7", "Locker", "Handed in", "Nothing today", "late"):
        assert secret not in answer.words.partition("Visitors From")[2], secret


def test_the_roll_call_needs_the_same_number_of_queries_however_many_are_here(sign_in_as, cast, queries):
    office = sign_in_as("office")
    office.get("/visitors/roll-call")
    few = len(queries(lambda: office.client.get("/visitors/roll-call")))
    for number in range(12):
        pupil = a_pupil(f"many{number}", f"Many {number}")
        hand_in.tap(cast.office, pupil.id, MONDAY, "device", "0")
    assert len(queries(lambda: office.client.get("/visitors/roll-call"))) == few


@pytest.mark.parametrize("who", ["office", "head", "dsl"])
def test_the_log_is_searched_and_leads_to_a_visitor(sign_in_as, came, who):
    came()
    came(name="Ann Hill", organisation="Elm & Co", purpose="<b>Reading</b>")
    browser = sign_in_as(who)
    assert "Ann Hill" in browser.get("/visitors/log").words
    page = browser.get("/visitors/log?text=elm+read").page
    assert ("Ann Hill" in page.links, "Maeve O’Brien" in page.links) == (True, False)
    answer = browser.get(page.links["Ann Hill"])
    assert "Elm & Co. Contractor or delivery." in answer.words
    assert browser.get("/visitors/log?text=nobody").words.count("Nothing fits") == 1
    assert browser.get("/visitors/log?first=24/11/2026").words.count("Nothing fits") == 1
    assert browser.get("/visitors/999").status == 404


@pytest.mark.parametrize("query", ["first=soon", "last=31/02/2026"])
def test_a_day_that_cannot_be_read_is_said_at_its_field(sign_in_as, query):
    answer = sign_in_as("office").get(f"/visitors/log?{query}")
    assert answer.status == 422
    assert "Write the day like this: 23/11/2026" in answer.words
    assert sign_in_as("office").get(f"/visitors/log.csv?{query}").status == 422


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=" + "9" * 40, "text=%00", "text=%ff", "text=" + "x" * 9000]
)
def test_whatever_stands_in_the_address_the_log_is_a_page(sign_in_as, came, query):
    came()
    assert sign_in_as("office").get(f"/visitors/log?{query}").status == 200
    assert sign_in_as("office").get(f"/visitors/1?{query}").status in {200, 404}


def test_a_long_log_is_read_page_by_page(sign_in_as, came, monkeypatch):
    monkeypatch.setattr(log, "PAGE", 2)
    for number in "abc":
        came(name=f"Visitor {number}")
    office = sign_in_as("office")
    page = office.get("/visitors/log?text=visitor").page
    assert "Visitor c" in page.links
    older = office.get(page.links["Show older visits"]).page
    assert "Visitor a" in older.links
    assert "Show older visits" not in older.links


def test_the_log_is_saved_as_a_file_in_which_no_cell_is_a_formula(sign_in_as, came):
    came(name="Ann Hill", organisation="=HYPERLINK(1)", vehicle="+44", purpose="@home")
    answer = sign_in_as("dsl").get("/visitors/log.csv?text=ann")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="visitors-2026-11-23.csv"'
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    told = dict(zip(head, row, strict=True))
    assert (told["Visitor"], told["Organisation"], told["Vehicle"], told["Reason"]) == (
        "Ann Hill",
        "'=HYPERLINK(1)",
        "'+44",
        "'@home",
    )
    assert (told["Day"], told["Came"], told["Left"], told["Signed in by"]) == (
        MONDAY.isoformat(),
        "10am",
        "",
        "Office Invented",
    )


def test_a_file_that_would_be_too_long_is_refused_in_words(sign_in_as, came, monkeypatch):
    came()
    monkeypatch.setattr(log, "MOST_IN_FILE", 0)
    answer = sign_in_as("office").get("/visitors/log.csv")
    assert answer.status == 422
    assert "Choose a first and a last day" in answer.words


def test_a_new_visitor_who_never_came_has_a_page(sign_in_as, announced):
    announced()
    assert "was not signed in yet" in sign_in_as("office").get(f"/visitors/{Visitor.get().id}").words


def test_my_page_says_nothing_of_visitors_to_who_does_not_receive_them(app, cast, came):
    came()
    with at(TUESDAY, 8):
        for who in ("teacher", "dsl", "parent"):
            assert "not signed out" not in signed_in(app, getattr(cast, who)).get("/").words
        assert clock.today() == TUESDAY
