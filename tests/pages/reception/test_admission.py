"""The pages about who is not let in: the list of the headteacher and the DSL, their notice, and what reception sees."""

import pytest

from models import AdmissionAlert, DoNotAdmit, Stay
from rules.core import clock
from rules.reception import announcing
from rules.visitors import watchlist
from tests.conftest import CAST
from tests.pages.conftest import SECRET_REASON
from tests.pages.reception.test_reception import walk_in_form
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, later

WHERE = "/visitors/not-admitted"
KEEPERS = ("head", "dsl")
OTHERS = [who for who in CAST if who not in KEEPERS]
ASK_FIRST = "Ask the headteacher before letting this person in"
LINK = "Ask before letting in"


@pytest.fixture
def listed(cast):
    """Una Welcome has been put on the list; the id of the entry."""
    return watchlist.put_on(cast.dsl, "Una Welcome", SECRET_REASON)


@pytest.fixture
def walks_in(sign_in_as, cast):
    """Una walks in; the answer that reception receives."""
    return lambda who="office", **changed: sign_in_as(who).post(
        "/visitors/walk-in", walk_in_form(cast, **{"name": "una WELCOME", "organisation": "Larch Ltd", **changed})
    )


def alert():
    """The id of the newest alert."""
    return AdmissionAlert.select().order_by(AdmissionAlert.id.desc()).get().id


def tries(answer):
    """What reception is shown of those who wait for the headteacher's answer."""
    (found,) = [each for each in answer.page.all("div") if each["id"] == "tries"]
    return found.text.strip()


# --- The list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_the_list_is_kept_from_ones_own_page(sign_in_as, cast, who):
    browser = sign_in_as(who)
    assert browser.get("/").page.links[LINK] == WHERE
    answer = browser.post(WHERE, {"name": "Una Welcome", "reason": SECRET_REASON})
    assert (answer.status, answer.location) == (303, WHERE)
    answer = browser.get(WHERE)
    for words in ("On the list now (1)", "Una Welcome", SECRET_REASON, f"Put on by {getattr(cast, who).name} at 10am"):
        assert words in answer.words
    assert browser.post(f"{WHERE}/{DoNotAdmit.get().id}/take-off").location == WHERE
    answer = browser.get(WHERE)
    assert "Nobody is on the list." in answer.words
    assert "Who was taken off the list" in answer.words


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_opens_it_or_finds_a_link_to_it(sign_in_as, an_alert, who):
    ids, browser = an_alert(), sign_in_as(who)
    assert browser.get(WHERE).status == browser.post(WHERE, {"name": "Ann", "reason": "x"}).status == 403
    assert browser.get(f"{WHERE}/now?seen=").status == 403
    assert browser.post(f"{WHERE}/{ids['entry']}/take-off").status == 403
    for verdict in ("let-in", "keep-out", "let-in-after-all", "keep-out-after-all"):
        assert browser.post(f"{WHERE}/alerts/{ids['alert']}/{verdict}").status == 403
    assert "not-admitted" not in browser.get("/").text
    assert "Una" not in browser.get("/").text


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(sign_in_as, listed):
    answer = sign_in_as("head").post(WHERE, {"name": "UNA welcome", "reason": ""})
    assert answer.status == 422
    assert answer.page.message_beside("name").startswith("This name is on the list")
    assert answer.page.message_beside("reason").startswith("Write why they are not let in")
    assert "UNA welcome" in {each["value"] for each in answer.page.all("input")}


def test_signs_in_a_name_or_a_reason_are_shown_as_text(sign_in_as, cast):
    watchlist.put_on(cast.head, "Una <b>Welcome</b>", "<i>Why</i> & because\nof this")
    answer = sign_in_as("dsl").get(WHERE)
    assert "<b>" not in answer.text
    assert "<i>Why</i> & because" in answer.words


def test_who_takes_somebody_off_second_is_told(sign_in_as, cast, listed):
    watchlist.take_off(cast.head, listed)
    answer = sign_in_as("dsl").post(f"{WHERE}/{listed}/take-off")
    assert answer.status == 409
    assert "Head Invented took Una Welcome off the list at 10am" in answer.words
    assert sign_in_as("dsl").post(f"{WHERE}/{listed + 1}/take-off").status == 404


def test_the_list_says_that_somebody_on_it_is_announced_and_the_host_learns_nothing(sign_in_as, cast, listed):
    teacher = sign_in_as("teacher")
    fields = {
        **{"name": "una welcome", "organisation": "", "kind": "other", "host": str(cast.assistant.id)},
        **{"purpose": "A talk", "vehicle": "", "starts_on": "2026-11-27", "ends_on": "", "more_names": ""},
        **{"expected_at": "", "expected_until": "", "form_key": ""},
    }
    assert teacher.post("/visitors/new", fields).status == 303
    assert "The visitor has been announced." in teacher.get("/visitors/mine").words
    said = "Announced for Friday 27 November 2026 by Teacher Invented, to visit Assistant Invented"
    assert said in sign_in_as("head").get(WHERE).words


# --- At reception -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "head"])
def test_a_walk_in_is_stopped_and_what_was_typed_is_kept(walks_in, listed, who):
    answer = walks_in(who, vehicle="AB12 CDE", carries=["phone"])
    assert answer.status == 422
    assert answer.page.message_beside("name") == ASK_FIRST
    typed = {each["value"] for each in answer.page.all("input")}
    assert {"una WELCOME", "Larch Ltd", "To fetch a pupil", "AB12 CDE"} <= typed
    assert tries(answer) == "Waiting for the headteacher: una WELCOME, since 10am"
    assert Stay.select().count() == 0
    assert AdmissionAlert.select().count() == 1


def test_an_announced_visitor_is_stopped_in_their_row(sign_in_as, cast, listed):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, name="Una Welcome"))
    office = sign_in_as("office")
    assert "headteacher" not in office.get("/visitors").words.replace("Ask for a device", "")
    answer = office.post(f"/visitors/visits/{visit}/sign-in", {"accepts": "y", "carries": ["phone"]})
    assert answer.status == 422
    (row,) = [each for each in answer.page.all("li") if each["id"] == f"visit-{visit}"]
    assert ASK_FIRST in row.text
    assert answer.page.links[ASK_FIRST] == f"#accepts-visit-{visit}"
    ticked = [each["id"] for each in row.all("input") if "checked" in each.attrs]
    assert ticked == [f"accepts-visit-{visit}", f"carries-visit-{visit}"]
    assert "Waiting for the headteacher: Una Welcome, since 10am" in tries(answer)


def test_reception_learns_neither_that_there_is_a_list_nor_why(sign_in_as, walks_in, cast, listed):
    answers = [walks_in()]
    office = sign_in_as("office")
    for verdict in ("keep-out", "let-in"):
        with at(TUESDAY if verdict == "let-in" else MONDAY, 11):
            walks_in()
            sign_in_as("dsl").post(f"{WHERE}/alerts/{alert()}/{verdict}")
            answers += [walks_in(), sign_in_as("office").get("/visitors"), sign_in_as("office").get("/")]
            answers += [sign_in_as("office").get(where) for where in ("/visitors/log", "/visitors/walk-in")]
    answers += [office.get("/visitors/regulars"), office.get("/visitors/tries?seen=")]
    for answer in answers:
        for secret in ("not-admitted", SECRET_REASON, "Zebra", "on the list", "answered"):
            assert secret not in answer.text


# --- The notice and the answer ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_it_stands_at_once_on_the_page_of_the_headteacher_and_the_dsl(sign_in_as, walks_in, listed, who):
    browser = sign_in_as(who)
    before = browser.get("/")
    (region,) = [each for each in before.page.all("div") if each["id"] == "at-reception"]
    assert browser.get(region["hx-get"]).status == 204
    walks_in()
    answer = browser.get(region["hx-get"], piece=True)
    assert answer.status == 200
    for page in (answer, browser.get("/"), browser.get(WHERE)):
        assert "una WELCOME, Larch Ltd, stands at reception" in page.words
        assert "Since 10am, with Office Invented." in page.words
    assert SECRET_REASON not in answer.text
    assert SECRET_REASON in browser.get(WHERE).words


def test_after_a_yes_the_open_form_says_so_and_the_visitor_is_signed_in(sign_in_as, walks_in, listed, cast):
    form = walks_in()
    (region,) = [each for each in form.page.all("div") if each["id"] == "tries"]
    office = sign_in_as("office")
    assert office.get(region["hx-get"]).status == 204
    answer = sign_in_as("dsl").post(f"{WHERE}/alerts/{alert()}/let-in")
    assert (answer.status, answer.location) == (303, WHERE)
    assert tries(office.get(region["hx-get"], piece=True)) == "You may let una WELCOME in. Press “Sign in” again"
    assert tries(office.get("/visitors")) == "You may let una WELCOME in"
    with later(minutes=2):
        assert walks_in().status == 303
        assert tries(office.get("/visitors")) == ""
        assert Stay.select().count() == 1
    seen = sign_in_as("head").get(WHERE).words
    assert "Let in that day" in seen
    assert "Dsl Invented answered at 10am on Monday 23 November 2026" in seen


def test_after_a_no_reception_is_told_that_the_answer_is_no(sign_in_as, walks_in, listed):
    walks_in()
    sign_in_as("head").post(f"{WHERE}/alerts/{alert()}/keep-out")
    assert tries(sign_in_as("office").get("/visitors")) == "Do not let una WELCOME in"
    answer = walks_in()
    assert answer.status == 422
    assert answer.page.message_beside("name") == f"{ASK_FIRST}. The headteacher has said no today"
    assert "stands at reception" not in sign_in_as("dsl").get("/").words


def test_a_mistaken_answer_is_changed_with_one_button_beside_it(sign_in_as, walks_in, listed):
    walks_in()
    dsl = sign_in_as("dsl")
    dsl.post(f"{WHERE}/alerts/{alert()}/let-in")
    with later(minutes=2):
        assert walks_in().status == 303
    page = dsl.get(WHERE)
    assert "They are in the building, and stay in if you change your answer." in page.words
    (back,) = [each for each in page.page.all("form") if "Do not let them in after all" in each.text]
    assert dsl.post(back["action"]).location == WHERE
    page = dsl.get(WHERE)
    assert "do not let una WELCOME in today. They are in the building, and are not sent away by this." in page.words
    seen = tries(sign_in_as("office").get("/visitors"))
    assert seen == "Do not let una WELCOME in again today. They are in the building"
    assert dsl.post(back["action"]).status == 409
    (forth,) = [each for each in page.page.all("form") if "Let them in after all" in each.text]
    assert dsl.post(forth["action"]).location == WHERE
    assert tries(sign_in_as("office").get("/visitors")) == ""
    with at(TUESDAY, 9):
        assert "after all" not in sign_in_as("dsl").get(WHERE).words


def test_who_answers_second_is_told_who_answered_and_when(sign_in_as, walks_in, listed):
    walks_in()
    head, dsl = sign_in_as("head"), sign_in_as("dsl")
    head.post(f"{WHERE}/alerts/{alert()}/keep-out")
    answer = dsl.post(f"{WHERE}/alerts/{alert()}/let-in")
    assert answer.status == 409
    assert "Head Invented answered at 10am on Monday 23 November 2026: una WELCOME is not let in" in answer.words
    assert dsl.post(f"{WHERE}/alerts/{alert() + 1}/let-in").status == 404
    with at(FRIDAY, 9):
        assert sign_in_as("dsl").post(f"{WHERE}/alerts/{alert()}/let-in").status == 409


def test_receptions_open_page_notices_the_try_and_the_answer(sign_in_as, walks_in, listed):
    office = sign_in_as("office")
    for step in (walks_in, lambda: sign_in_as("dsl").post(f"{WHERE}/alerts/{alert()}/let-in")):
        (region,) = [each for each in office.get("/visitors").page.all("div") if each["id"] == "lists"]
        assert office.get(region["hx-get"]).status == 204
        step()
        assert office.get(region["hx-get"], piece=True).status == 200


def test_the_pages_ask_the_database_as_often_with_many_as_with_one(sign_in_as, cast, an_alert, queries):
    an_alert()
    asked = [("head", "/"), ("head", WHERE), ("office", "/visitors"), ("dsl", f"{WHERE}/now?seen=")]
    browsers = {who: sign_in_as(who) for who in ("head", "office", "dsl")}
    before = [len(queries(lambda who=who, where=where: browsers[who].get(where))) for who, where in asked]
    for number in range(4):
        an_alert(f"Una Welcome {number}")
        announcing.announce(cast.teacher, a_visit(cast.teacher, name=f"Una Welcome {number}", starts_on=TUESDAY))
        watchlist.take_off(cast.head, watchlist.put_on(cast.head, f"Gone {number}", "x"))
    assert [len(queries(lambda who=who, where=where: browsers[who].get(where))) for who, where in asked] == before
    assert clock.today() == MONDAY
