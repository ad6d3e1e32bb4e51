"""The pages on which the policy is acknowledged, and those that tell who has not (clauses 3.5, 7.1, 8.5)."""

import pytest

from enums import Role
from models import Acknowledgement, AuditEvent
from rules.acknowledgements import acknowledging, owed
from rules.core import clock
from rules.policy.in_force import policy_in_force
from tests.conftest import PASSWORD
from tests.support.acknowledgements import read_all, spelled
from tests.support.policy import new_version

WHERE = "/acknowledgements/"
WAITS = "Read version {} of the policy, and say that you have read it"
NEW_WORDS = "Look at it each morning."


@pytest.fixture
def published(cast):
    """A new version, in which a line of the headteacher's has other words; its number."""
    return new_version(cast.head, NEW_WORDS)


def all_of(version, **more):
    """The form of somebody who has read all of it."""
    return {"version": str(version), "easy": "0", "everything": "y", **more}


def waits_on_page(browser):
    """What the list of what waits on somebody's own page says."""
    waiting = browser.get("/").page.by_id("waiting")
    return waiting.parent.text if waiting else ""


# --- One's own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "pupil", "parent", "head", "governor", "volunteer"])
def test_after_a_new_version_it_waits_on_the_page_and_one_tick_and_one_button_are_enough(sign_in_as, cast, who):
    browser = sign_in_as(who)
    assert "say that you have read it" not in waits_on_page(browser)
    version = new_version(cast.head)
    assert browser.get("/").page.links[WAITS.format(version)] == WHERE
    answer = browser.post(WHERE, all_of(version))
    assert (answer.status, answer.location) == (303, "/")
    assert owed.owed(getattr(cast, who)) == []
    assert WAITS.format(version) not in waits_on_page(browser)
    assert "read and acknowledged everything" in browser.get(WHERE).words


def test_it_is_the_first_of_what_waits(sign_in_as, published, ask):
    ask()
    first = sign_in_as("head").get("/").page.by_id("waiting").parent.all("a")[0]
    assert first["href"] == WHERE


def test_everybody_sees_what_has_changed_for_them_and_who_is_not_concerned_that_nothing_has(sign_in_as, published):
    head = sign_in_as("head").get(WHERE).words
    assert NEW_WORDS.split()[-1].rstrip(".") in head
    assert "What has changed since version 1" in head
    teacher = sign_in_as("teacher").get(WHERE).words
    assert "What has changed" not in teacher
    assert "Nothing has changed here since version 1" in teacher


def test_who_reads_it_for_the_first_time_reads_all_of_it(sign_in_as, a_person):
    words = sign_in_as(a_person("joiner", Role.STAFF_DIRECT)).get(WHERE).words
    assert "since version" not in words
    assert "Whistleblowing" in words
    assert policy_in_force().school["monitoring_notice"] in words


def test_item_by_item(sign_in_as, cast, published):
    teacher = sign_in_as("teacher")
    answer = teacher.post(WHERE, {"version": str(published), "easy": "0", "items": ["complaints", "monitoring"]})
    assert (answer.status, answer.location) == (303, WHERE)
    assert spelled(owed.owed(cast.teacher)) == ["obligations.staff-direct", "whistleblowing"]
    titles = [heading.text for heading in teacher.get(WHERE).page.all("h2")]
    assert "How to complain" not in titles
    assert "Whistleblowing" in titles


def test_without_a_tick_it_says_what_to_do_and_keeps_nothing(sign_in_as, published):
    count = Acknowledgement.select().count()
    answer = sign_in_as("teacher").post(WHERE, {"version": str(published), "easy": "0"})
    assert answer.status == 422
    assert "Tick what you have read" in answer.words
    assert Acknowledgement.select().count() == count


@pytest.mark.parametrize("items", [["obligations.pupil"], ["everything"], ["complaints", "obligations.headteacher"]])
def test_what_is_not_for_somebody_cannot_be_acknowledged(sign_in_as, published, items):
    answer = sign_in_as("teacher").post(WHERE, {"version": str(published), "easy": "0", "items": items})
    assert answer.status == 422


@pytest.mark.parametrize(
    ("version", "status"), [("", 400), ("x", 400), ("-1", 400), ("99", 400), ("0", 400), ("9" * 30, 400)]
)
def test_a_version_that_there_is_not_cannot_be_acknowledged(sign_in_as, published, version, status):
    assert sign_in_as("teacher").post(WHERE, all_of(version)).status == status


def test_two_clicks_are_one_acknowledgement_and_the_second_is_told(sign_in_as, published):
    here, there = sign_in_as("teacher"), sign_in_as("teacher")
    here.post(WHERE, all_of(published))
    count = Acknowledgement.select().count()
    answer = there.post(WHERE, all_of(published))
    assert answer.status == 303
    assert Acknowledgement.select().count() == count
    assert "Teacher Invented acknowledged it at 10am" in there.get(answer.location).words


def test_published_while_somebody_reads_the_old_text_their_click_is_for_what_they_saw(sign_in_as, cast, a_person):
    """Issue 5: their click acknowledges what they saw, and they are asked for the new."""
    joiner = a_person("joiner", Role.PARENT)
    browser = sign_in_as(joiner)
    old = browser.get(WHERE).page
    (seen,) = [each["value"] for each in old.all("input") if each["name"] == "version"]
    version = new_version(cast.head)
    answer = browser.post(WHERE, all_of(seen))
    assert answer.location == WHERE
    page = browser.get(answer.location)
    assert f"Version {version} has been published since" in page.words
    assert {given.version for given in owed.history(joiner.id)} == {int(seen)}
    assert len(owed.owed(joiner)) == 2


def test_a_pupil_reads_it_in_easy_read_and_that_is_the_text_that_is_kept(sign_in_as, cast, published):
    pupil = sign_in_as("pupil")
    pupil.post("/easy-read", {"easy": "1", "back": WHERE})
    page = pupil.get(WHERE)
    assert "Tell an adult you trust." in page.words
    pupil.post(WHERE, all_of(published, easy="1"))
    kept = next(each for each in owed.history(cast.pupil.id) if each.key.item == "complaints")
    shown = pupil.get(f"/acknowledgements/{kept.id}")
    assert "Tell an adult you trust." in shown.words
    assert "Ask the office if you would like to meet" not in shown.words


# --- Signing in ---------------------------------------------------------------------------------------------


def signs_in(browser, where=""):
    """The teacher signs in, having wanted to go somewhere; where they come out."""
    return browser.post("/sign-in", {"username": "teacher", "password": PASSWORD, "next": where}).location


@pytest.mark.parametrize("where", ["", "/"])
def test_who_owes_something_is_asked_when_they_sign_in(stranger, published, where):
    assert signs_in(stranger, where) == WHERE


@pytest.mark.parametrize("where", ["/decisions", "/visitors/walk-in", "/exemptions/new/teaching-period", "/today"])
def test_never_in_the_middle_of_something_they_are_only_told(stranger, published, where):
    assert signs_in(stranger, where) == where
    assert "There is something new to read in the policy" in stranger.get("/exemptions").words


def test_who_owes_nothing_goes_to_their_page(stranger, school):
    assert signs_in(stranger) == "/"


# --- A child's ----------------------------------------------------------------------------------------------


def test_a_parent_acknowledges_for_their_child(sign_in_as, cast, published):
    parent, where = sign_in_as("parent"), f"/acknowledgements/of/{cast.pupil.id}"
    link = f"Read version {published} of the policy for Pupil Invented, or with them"
    assert parent.get("/").page.links[link] == where
    answer = parent.post(where, all_of(published))
    assert (answer.status, answer.location) == (303, "/")
    assert owed.owed(cast.pupil) == []
    assert spelled(owed.owed(cast.parent)) == ["obligations.parent", "complaints"]
    assert "by Parent Invented" in sign_in_as("pupil").get(WHERE).words


@pytest.mark.parametrize(("who", "reads", "posts"), [("carer", 200, 403), ("barred_parent", 404, 404)])
def test_another_parent_does_not(sign_in_as, cast, published, who, reads, posts):
    where = f"/acknowledgements/of/{cast.pupil.id}"
    assert sign_in_as(who).get(where).status == reads
    assert sign_in_as(who).post(where, all_of(published)).status == posts
    assert owed.owed(cast.pupil) != []


@pytest.mark.parametrize("who", ["teacher", "other_pupil", "other_parent", "deputy", "director", "governor"])
def test_to_everybody_else_it_does_not_exist(sign_in_as, cast, who):
    browser, kept = sign_in_as(who), owed.history(cast.pupil.id)[0].id
    assert browser.get(f"/acknowledgements/of/{cast.pupil.id}").status == 404
    assert browser.get(f"/acknowledgements/{kept}").status == 404


# --- The old text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "office", "dsl"])
def test_an_old_acknowledgement_shows_the_old_text_and_its_digest(sign_in_as, cast, who):
    """Invariant 16."""
    kept = next(each for each in owed.history(cast.head.id) if each.key.role == Role.HEADTEACHER)
    before = sign_in_as(who).get(f"/acknowledgements/{kept.id}").words
    new_version(cast.head, NEW_WORDS)
    after = sign_in_as(who).get(f"/acknowledgements/{kept.id}").words
    assert NEW_WORDS not in after
    assert acknowledging.find(cast.head, kept.id).digest in after
    assert after == before


# --- On paper -----------------------------------------------------------------------------------------------

PAPER = {"items": ["complaints"], "signed_on": "2026-11-23", "kept_at": "Office, cabinet 2"}


def test_the_office_records_a_paper(sign_in_as, cast, published):
    office, where = sign_in_as("office"), f"/acknowledgements/of/{cast.parent.id}"
    assert office.get(where).page.links["Record it from paper"] == f"{where}/paper"
    assert "Signed: ____" in office.get(f"{where}/paper").words
    assert office.post(f"{where}/paper", {"version": str(published), **PAPER}).location == where
    kept = owed.history(cast.parent.id)[0]
    words = office.get(f"/acknowledgements/{kept.id}").words
    for said in ("Office, cabinet 2", "Monday 23 November 2026", "Office Invented"):
        assert said in words
    assert spelled(owed.owed(cast.parent)) == ["obligations.parent"]
    assert AuditEvent.select().order_by(AuditEvent.id.desc()).get().event == "acknowledged-on-paper"


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"items": []}, "items", "Tick what stands on the paper"),
        ({"items": ["whistleblowing"]}, "items", "Tick what stands on the paper"),
        ({"signed_on": ""}, "signed_on", "Choose the day on which it was signed"),
        ({"signed_on": "2026-11-22"}, "signed_on", "Choose a day from Monday 23 November 2026 until today"),
        ({"signed_on": "2026-11-24"}, "signed_on", "Choose a day from Monday 23 November 2026 until today"),
        ({"kept_at": " "}, "kept_at", "Write where the paper is kept"),
        ({"kept_at": "x" * 201}, "kept_at", "Use 200 characters or fewer"),
    ],
)
def test_a_paper_that_does_not_fit_is_said_at_its_field(sign_in_as, cast, published, wrong, field, words):
    where, count = f"/acknowledgements/of/{cast.parent.id}/paper", Acknowledgement.select().count()
    answer = sign_in_as("office").post(where, {"version": str(published), **PAPER, **wrong})
    assert answer.status == 422
    assert words in answer.words
    assert Acknowledgement.select().count() == count


def test_nobody_records_a_paper_of_their_own_or_of_somebody_who_is_not_there(sign_in_as, cast, published):
    office = sign_in_as("office")
    for person, status in ((cast.office.id, 403), (99_999, 404)):
        where = f"/acknowledgements/of/{person}/paper"
        assert office.get(where).status == status
        assert office.post(where, {"version": str(published), **PAPER}).status == status


# --- Who has not --------------------------------------------------------------------------------------------


def test_the_head_sees_who_has_not_by_role_team_and_class(sign_in_as, cast, published):
    read_all(cast.teacher)
    head = sign_in_as("head")
    page = head.get("/acknowledgements/who")
    assert "1 of 18 people" in page.words
    assert "Teacher Invented" not in page.page.by_id("names").parent.text
    assert "Assistant Invented" in page.page.by_id("names").parent.text
    by_role = head.get("/acknowledgements/who?role=pupil").page.by_id("names").parent.text
    assert "Other Pupil Invented" in by_role
    assert "Parent Invented" not in by_role.replace("Barred", "")
    by_class = head.get("/acknowledgements/who?team=Kestrel class").page.by_id("names").parent.text
    assert "Pupil Invented" in by_class
    assert "Other Pupil" not in by_class


@pytest.mark.parametrize("who", ["governor", "director"])
def test_a_governor_and_the_regional_director_see_percentages_and_no_names(sign_in_as, published, who):
    browser = sign_in_as(who)
    answer = browser.get("/acknowledgements/who?role=pupil")
    assert "0% have read" in answer.words
    assert "Assistant Invented" not in answer.text
    assert " of 18" not in answer.words
    assert "Staff working directly with children" in answer.words
    assert "Deputy DSL" not in answer.words, "there is one, whom a share would give away"
    assert browser.get("/acknowledgements/who.csv").status == 403
    assert browser.get("/acknowledgements/new-starters").status == 403
    assert browser.post("/acknowledgements/remind", {}).status == 403


def test_the_list_as_a_file(sign_in_as, cast, published):
    read_all(cast.teacher)
    lines = sign_in_as("office").get("/acknowledgements/who.csv?role=staff-direct").text.splitlines()
    assert lines[0] == "\ufeffName,Class or team,Roles,Not acknowledged"
    assert not any(line.startswith("Teacher Invented") for line in lines)
    (assistant,) = [line for line in lines if line.startswith("Assistant Invented")]
    assert "Whistleblowing" in assistant


def test_one_click_reminds_everybody_who_has_not_on_their_own_page(sign_in_as, cast, published, later):
    read_all(cast.teacher)
    head = sign_in_as("head")
    assert head.post("/acknowledgements/remind", {}).location == "/acknowledgements/who"
    assert "Head Invented reminds you" in waits_on_page(sign_in_as("assistant"))
    assert "Head Invented reminds you" in sign_in_as("assistant").get(WHERE).words
    assert "reminds you" not in waits_on_page(sign_in_as("teacher"))
    count = AuditEvent.select().count()
    office = sign_in_as("office")
    office.post("/acknowledgements/remind", {})
    assert "Head Invented has reminded them already, at 10am" in office.get("/acknowledgements/who").words
    assert AuditEvent.select().count() == count
    with later(days=1):
        sign_in_as("office").post("/acknowledgements/remind", {})
        assert "Office Invented reminds you" in waits_on_page(sign_in_as("assistant"))


def test_a_reminder_of_an_old_version_is_over_with_it(sign_in_as, cast, published):
    sign_in_as("head").post("/acknowledgements/remind", {})
    new_version(cast.head, "Look at it at noon.")
    assert "reminds you" not in waits_on_page(sign_in_as("assistant"))


def test_new_starters_and_what_they_still_owe(sign_in_as, cast, a_person):
    a_person("joiner", Role.STAFF_DIRECT)
    page = sign_in_as("dsl").get("/acknowledgements/new-starters")
    assert "Joiner Extra" in page.words
    assert "Whistleblowing" in page.words
    with clock.frozen(clock.at(clock.today().replace(year=2027), clock.read_time("10:00"))):
        assert "Nobody is new." in sign_in_as("dsl").get("/acknowledgements/new-starters").words


def test_my_page_and_the_list_ask_the_same_number_of_questions_however_many_people(
    sign_in_as, cast, a_person, published, queries
):
    head = sign_in_as("head")
    head.get("/acknowledgements/who")
    before = len(queries(lambda: head.get("/acknowledgements/who")))
    for number in range(12):
        read_all(a_person(f"more-{number}", Role.PUPIL, Role.PARENT))
    assert len(queries(lambda: head.get("/acknowledgements/who"))) == before
