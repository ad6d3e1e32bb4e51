"""The pages of reports about visitors: staff tell, the headteacher and the DSL read, nobody else knows (clause 6.7)."""

import pytest

from models import VisitorConcern, VisitorConcernNote
from rules.auth.permissions import STAFF
from rules.concerns import visitor_concerns
from tests.conftest import CAST
from tests.pages.conftest import SECRET_REASON

WHERE = "/visitors/challenges"
NEW = f"{WHERE}/new"
LINK = "A visitor did something against the policy: tell us"
STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]
READERS = ("head", "dsl")


def report_form(**changed):
    """The form of a report, filled in."""
    return {
        "form_key": "",
        "stay": "other",
        "whom": "A man with a red scarf",
        "place": "The playground",
        "seen": SECRET_REASON,
        "challenged": "yes",
        "answer": "He put it away.",
        **changed,
    }


# --- Telling ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STAFF_NAMES)
def test_any_member_of_staff_tells_it_from_their_own_page_and_sees_it_again(sign_in_as, who):
    browser = sign_in_as(who)
    form = browser.get(browser.get("/").page.links[LINK])
    assert form.status == 200
    answer = browser.post(NEW, report_form())
    assert answer.status == 303
    kept = browser.get(answer.location)
    for words in ("A man with a red scarf", "The playground", SECRET_REASON, "He put it away.", "Not read yet"):
        assert words in kept.words
    assert answer.location in browser.get(WHERE).page.links.values()


@pytest.mark.parametrize("who", [who for who in CAST if who not in STAFF_NAMES])
def test_who_does_not_work_at_the_school_finds_no_link_and_no_page(sign_in_as, who):
    browser = sign_in_as(who)
    assert LINK not in browser.get("/").page.links
    assert browser.get(NEW).status == browser.get(WHERE).status == browser.post(NEW, report_form()).status == 403


def test_a_visitor_in_the_building_is_chosen_from_the_list(sign_in_as, monkeypatch):
    monkeypatch.setattr(visitor_concerns, "to_choose_from", lambda: {7: "Pat Plumber"})
    page = sign_in_as("teacher").get(NEW).page
    options = {each.text: each["value"] for each in page.all("option")}
    assert options == {
        "Choose one": "",
        "Pat Plumber": "7",
        "Somebody else": "other",
    }
    answer = sign_in_as("teacher").post(NEW, report_form(stay="", whom=""))
    assert answer.status == 422
    assert answer.page.message_beside("stay").startswith("Choose the visitor from the list")


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(sign_in_as):
    answer = sign_in_as("teacher").post(NEW, report_form(whom="", place="", challenged=""))
    assert answer.status == 422
    for field in ("whom", "place", "challenged"):
        assert answer.page.message_beside(field).startswith("Say ")
    assert SECRET_REASON in answer.text
    assert VisitorConcern.select().count() == 0


def test_an_impatient_second_click_makes_no_second_report(sign_in_as):
    browser = sign_in_as("teacher")
    (key,) = [each["value"] for each in browser.get(NEW).page.all("input") if each["name"] == "form_key"]
    first, second = (browser.post(NEW, report_form(form_key=key)) for _ in range(2))
    assert first.location == second.location
    assert VisitorConcern.select().count() == 1


# --- Reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_it_stands_at_once_on_the_page_of_the_headteacher_and_the_dsl(sign_in_as, cast, a_challenge, who):
    challenge, browser = a_challenge(), sign_in_as(who)
    where = browser.get("/").page.links["What a visitor did: A man with a red scarf, The playground"]
    assert where == f"{WHERE}/{challenge}"
    assert "New" in browser.get(WHERE).words
    for _ in range(2):
        assert "I have read this" in browser.get(where).words
    assert VisitorConcernNote.select().count() == 0
    assert browser.post(f"{where}/read").status == 303
    assert "What a visitor did" not in browser.get("/").words
    answer = browser.get(where)
    assert "I have read this" not in answer.words
    told = f"{getattr(cast, who).name}, 10am on Monday 23 November 2026"
    assert told in answer.words
    assert told in sign_in_as("teacher").get(where).words


@pytest.mark.parametrize("who", [who for who in STAFF_NAMES if who not in {"teacher", *READERS}])
def test_to_other_staff_the_report_does_not_exist(sign_in_as, a_challenge, who):
    where, browser = f"{WHERE}/{a_challenge()}", sign_in_as(who)
    assert browser.get(where).status == browser.post(f"{where}/notes", {"text": "More"}).status == 404
    assert browser.post(f"{where}/read").status == 403
    for page in ("/", WHERE):
        assert "red scarf" not in browser.get(page).words


def test_the_reporter_cannot_say_that_it_was_read(sign_in_as, a_challenge):
    where, browser = f"{WHERE}/{a_challenge()}", sign_in_as("teacher")
    assert "I have read this" not in browser.get(where).words
    assert browser.post(f"{where}/read").status == 403


@pytest.mark.parametrize("who", ["teacher", *READERS])
def test_who_may_read_it_may_add_to_it_and_nobody_may_change_it(sign_in_as, a_challenge, who):
    where, browser = f"{WHERE}/{a_challenge()}", sign_in_as(who)
    assert browser.post(f"{where}/notes", {"text": "He <i>came</i> back."}).status == 303
    answer = browser.get(where)
    assert "He <i>came</i> back." in answer.words
    fields = {each["name"] for each in answer.page.all("input", "textarea", "select") if each["type"] != "hidden"}
    assert fields == {"text"}


def test_an_empty_addition_is_refused_beside_its_field(sign_in_as, a_challenge):
    answer = sign_in_as("teacher").post(f"{WHERE}/{a_challenge()}/notes", {"text": "  "})
    assert answer.status == 422
    assert answer.page.message_beside("text") == "Write what you want to add"


def test_what_the_headteacher_adds_is_not_for_the_reporter(sign_in_as, cast, a_challenge):
    challenge = a_challenge()
    visitor_concerns.add(cast.head, challenge, "I rang his firm.")
    assert "I rang his firm." not in sign_in_as("teacher").get(f"{WHERE}/{challenge}").words
    assert "I rang his firm." in sign_in_as("dsl").get(f"{WHERE}/{challenge}").words


def test_the_pages_ask_the_database_as_often_with_many_reports_as_with_one(sign_in_as, cast, a_challenge, queries):
    first, browser = a_challenge(), sign_in_as("head")
    pages = ("/", WHERE, f"{WHERE}/{first}")
    before = [len(queries(lambda where=where: browser.get(where))) for where in pages]
    for number in range(4):
        visitor_concerns.add(cast.teacher, first, f"Again {number}")
        a_challenge(place=f"Place {number}")
    assert [len(queries(lambda where=where: browser.get(where))) for where in pages] == before
    assert len(visitor_concerns.unread_for(cast.head)) == 5
