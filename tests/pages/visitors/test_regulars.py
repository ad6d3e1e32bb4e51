"""The pages about regular visitors: the fuller text, reception's forms, the list, one visitor's history (6.4)."""

import datetime as dt

import pytest

from database import writing
from models import PolicyVersion, Visitor, VisitorAcknowledgement
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.policy.in_force import policy_in_force
from rules.reception import announcing, stays
from rules.visitors import regulars, visits
from tests.conftest import CAST
from tests.pages.reception.test_reception import walk_in_form
from tests.support.visitors import MONDAY, TUESDAY, a_visit, receive

WHERE, FULLER = "/visitors/regulars", "/visitors/expectations/regular"
READERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.READ_VISITOR_LOG] & set(roles)]
SHORT, LONG = "They have read and accepted what we expect", "They have read and accepted the fuller text"


@pytest.fixture
def came(cast):
    """Somebody came and went on the days so many days before this Monday, to the teacher; the id of their entry."""

    def make(*numbers, name="Maeve O’Brien", **changed):
        for number in numbers:
            with clock.frozen(clock.now() - dt.timedelta(days=number)):
                (visit,) = announcing.announce(cast.office, a_visit(cast.teacher, name=name, **changed))
                stays.sign_out(cast.office, receive(cast.office, visit))
        return visits.one(visit).visitor

    return make


@pytest.fixture
def new_version(school):
    """A new version of the policy comes into force."""
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    columns = {**newest.__data__, "id": None, "digest": "another", "loaded_at": clock.now()}
    return lambda: PolicyVersion.insert(columns).execute()


def row(answer, visit):
    """The row of a visit on reception's page."""
    (found,) = [each for each in answer.page.all("li") if each["id"] == f"visit-{visit}"]
    return found


def hidden(form, name):
    """The value of a hidden field."""
    return next(each["value"] for each in form.all("input") if each["name"] == name)


# --- The fuller text ----------------------------------------------------------------------------------------


def test_anybody_reads_the_fuller_text_with_its_clauses(stranger):
    answer = stranger.get(FULLER)
    assert answer.status == 200
    for line in regulars.fuller_text(policy_in_force()):
        assert line.says in answer.words
    assert f"version {policy_in_force().version}." in answer.words
    assert "Clause 6.4" in answer.words


# --- Reception ----------------------------------------------------------------------------------------------


def test_in_the_row_of_who_comes_regularly_the_fuller_text_is_asked_for_once(sign_in_as, cast, came):
    came(9, 8)
    (visit,), office = announcing.announce(cast.teacher, a_visit(cast.teacher)), sign_in_as("office")
    other = announcing.announce(cast.teacher, a_visit(cast.teacher, name="Ann Hill"))[0]
    page = office.get("/visitors")
    assert "Maeve O’Brien comes regularly: show them the fuller text" in row(page, visit).text
    assert LONG in row(page, visit).text
    assert SHORT in row(page, other).text
    assert "regularly" not in row(page, other).text
    version = hidden(row(page, visit), "fuller")
    assert office.post(f"/visitors/visits/{visit}/sign-in", {"accepts": "y", "fuller": version}).status == 303
    assert VisitorAcknowledgement.get().version_id == int(version)
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, expected_at=dt.time(15)))
    assert SHORT in row(office.get("/visitors"), visit).text


@pytest.mark.parametrize("sent", [{}, {"fuller": ""}, {"fuller": "999"}, {"fuller": "x"}, {"fuller": "9" * 40}])
def test_a_tick_that_was_made_beside_a_shorter_text_does_not_count(sign_in_as, cast, came, sent):
    came(9, 8)
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher))
    answer = sign_in_as("office").post(f"/visitors/visits/{visit}/sign-in", {"accepts": "y", **sent})
    assert answer.status == 422
    found = row(answer, visit)
    assert "Maeve O’Brien comes regularly. Show them the fuller text, then tick the box" in found.text
    assert not [each for each in found.all("input") if "checked" in each.attrs]
    assert VisitorAcknowledgement.select().count() == 0


def test_who_walks_in_and_comes_regularly_is_shown_it_before_they_are_signed_in(sign_in_as, cast, came):
    came(9, 8)
    office = sign_in_as("office")
    form = walk_in_form(cast, name="maeve obrien", organisation="Larch Ltd", vehicle="AB12 CDE")
    answer = office.post("/visitors/walk-in", form)
    assert answer.status == 422
    assert answer.page.message_beside("accepts").startswith("maeve obrien comes regularly.")
    assert LONG in answer.words
    assert "the fuller text (opens in a new tab)" in answer.words
    assert "AB12 CDE" in {each["value"] for each in answer.page.all("input")}
    assert "accepts" not in {each["name"] for each in answer.page.all("input") if "checked" in each.attrs}
    again = office.post("/visitors/walk-in", {**form, "fuller": hidden(answer.page, "fuller"), "vehicle": "x" * 61})
    assert "accepts" in {each["name"] for each in again.page.all("input") if "checked" in each.attrs}
    assert office.post("/visitors/walk-in", {**form, "fuller": hidden(answer.page, "fuller")}).status == 303
    assert VisitorAcknowledgement.get().taken_by_id == cast.office.id


def test_somebody_who_is_back_the_same_day_and_owes_it_is_asked_as_well(sign_in_as, cast, came, new_version):
    came(9, 8)
    (visit,), office = announcing.announce(cast.teacher, a_visit(cast.teacher)), sign_in_as("office")
    stay = receive(cast.office, visit)
    office.post(f"/visitors/stays/{stay}/sign-out")
    assert "comes regularly" not in office.get("/visitors").words
    new_version()
    assert "Maeve O’Brien comes regularly" in office.get("/visitors").words


# --- The list and the history -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_the_list_says_who_comes_regularly_and_who_owes_the_fuller_text(sign_in_as, cast, came, new_version, who):
    visitor = came(9, 8, 7)
    came(20, name="Ann Hill")
    came(0, name="Jo Long", ends_on=TUESDAY)
    browser = sign_in_as(who)
    answer = browser.get(WHERE)
    assert "Ann Hill" not in answer.words
    assert "Accepted, version" in answer.words
    new_version()
    with writing():
        regulars.save_acceptance(visitor, taken_by=cast.office.id)
    lines = [each.text for each in browser.get(WHERE).page.all("tr")][1:]
    assert [line.split(",")[0].split("Larch")[0].strip() for line in lines] == ["Jo Long", "Maeve O’Brien"]
    assert "On a visit of several days" in lines[0]
    assert "Not accepted yet" in lines[0]
    assert "3 days" in lines[1]
    assert "Accepted, version" in lines[1]
    assert browser.get("/visitors/mine").page.links["Regular visitors"] == WHERE


@pytest.mark.parametrize("who", [who for who in CAST if who not in READERS])
def test_nobody_else_opens_the_list(sign_in_as, who):
    assert sign_in_as(who).get(WHERE).status == 403


def test_where_nobody_comes_regularly_the_list_says_so(sign_in_as):
    assert "Nobody came that often." in sign_in_as("dsl").get(WHERE).words


def test_a_visitors_history_says_since_when_and_what_they_accepted(sign_in_as, cast, came, new_version):
    visitor, version = came(9, 8, 7), policy_in_force().version
    answer = sign_in_as("head").get(f"/visitors/{visitor}")
    assert "Comes regularly since Monday 16 November 2026." in answer.words
    said = f"Accepted the fuller text of policy version {version} at 10am on Monday 16 November 2026, shown by Office"
    assert said in answer.words
    assert "Has not accepted" not in answer.words
    new_version()
    answer = sign_in_as("head").get(f"/visitors/{visitor}")
    assert f"Has not accepted the fuller text of version {version + 1} yet." in answer.words
    ann = came(1, name="Ann Hill")
    assert "regularly" not in sign_in_as("head").get(f"/visitors/{ann}").words


def test_the_pages_ask_the_database_as_often_with_many_as_with_one(sign_in_as, cast, came, queries):
    visitor, office = came(9, 8, 7), sign_in_as("office")
    announcing.announce(cast.teacher, a_visit(cast.teacher))
    pages = (WHERE, "/visitors", f"/visitors/{visitor}")
    before = [len(queries(lambda where=where: office.get(where))) for where in pages]
    for number in range(3):
        came(6 - number, name="Maeve O’Brien")
        came(9, 8, 7, name=f"Ann Hill {number}")
        announcing.announce(cast.teacher, a_visit(cast.teacher, name=f"Ann Hill {number}"))
    assert [len(queries(lambda where=where: office.get(where))) for where in pages] == before
    assert Visitor.select().count() == 4
    assert clock.today() == MONDAY
