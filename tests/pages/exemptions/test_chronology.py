"""One person's chronology: what happened, in order, for those who may see it, and never why."""

import re

import pytest

from enums import Role
from models import Person
from rules.agreements import signing
from rules.decisions import deciding
from rules.exemptions import activities
from rules.exemptions import queries as exemption_queries
from tests.conftest import CAST
from tests.pages.conftest import EVERY_KIND, KINDS, OPEN_KINDS, newest_agreement, told
from tests.support import exemptions

LEADERS = {"head", "dsl", "deputy_dsl", "deputy", "assistant_head"}


def steps(answer):
    """The lines, in the order of the page."""
    return [line.all("span")[0].text for line in answer.page.all("li") if line.inside("ox-history")]


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_the_life_of_each_kind_is_told_in_order_and_without_a_reason(sign_in_as, permitted, cast, kind, later):
    exemption = permitted(kind)
    view = exemption_queries.find(exemption)
    with later(minutes=1):
        deciding.revoke(cast.head, exemption, view.revision, "Revoked-because-4712")
    answer = sign_in_as("head").get(f"/chronology/{view.people.subject}")
    lines = steps(answer)
    asked, approved, last = (
        next(i for i, line in enumerate(lines) if word in line) for word in ("asked", "approved", "revoked")
    )
    assert asked < approved < last
    if KINDS[kind].agreement:
        issued, signed = (
            next(i for i, line in enumerate(lines) if word in line) for word in ("issued", "signed version")
        )
        assert approved < issued < signed < last
    if KINDS[kind].session:
        assert any("started the educational activity" in line for line in lines)
        assert any("ended the educational activity" in line for line in lines)
    for who in ("head", "dsl", "deputy"):
        page = sign_in_as(who).get(f"/chronology/{view.people.subject}")
        assert told(page, kind) == []
        assert "because-4712" not in page.text


def test_who_opens_whose(sign_in_as, cast):
    allowed = {"pupil": LEADERS | {"pupil", "parent", "carer"}, "teacher": LEADERS | {"teacher"}}
    allowed["other_pupil"] = LEADERS | {"other_pupil", "other_parent"}
    allowed["head"] = LEADERS
    for whose, readers in allowed.items():
        for who in CAST:
            status = sign_in_as(who).get(f"/chronology/{getattr(cast, whose).id}").status
            assert status == (200 if who in readers else 404), (who, whose)


def test_a_lesson_stands_in_the_chronology_of_its_pupils_once_it_is_approved(sign_in_as, ask, cast):
    exemption = ask(None, "educational-activity")
    where = f"/chronology/{cast.pupil.id}"
    assert steps(sign_in_as("parent").get(where)) == []
    exemptions.approve(cast.deputy, exemption)
    activities.start(cast.teacher, exemption)
    answer = sign_in_as("parent").get(where)
    assert any("started the educational activity" in line for line in steps(answer))
    assert steps(sign_in_as("other_parent").get(f"/chronology/{cast.other_pupil.id}")) == []
    assert told(answer, "educational-activity") == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_line_leads_to_the_exemption_for_who_may_open_it_and_only_for_them(sign_in_as, permitted, kind):
    view = exemption_queries.find(permitted(kind))
    for who in CAST:
        browser = sign_in_as(who)
        answer = browser.get(f"/chronology/{view.people.subject}")
        links = {link["href"] for link in answer.page.all("a") if re.fullmatch(r"/exemptions/\d+", link["href"] or "")}
        for link in links:
            assert browser.get(link).status == 200, (who, link)
        opens = browser.get(f"/exemptions/{view.id}").status == 200
        if answer.status == 200 and steps(answer):
            assert bool(links) is opens, who


def test_exam_reports_stand_there_for_the_leaders_and_not_for_the_family(sign_in_as, a_report, cast):
    a_report()
    where = f"/chronology/{cast.pupil.id}"
    for who in LEADERS:
        answer = sign_in_as(who).get(where)
        assert "A device was reported in the exam Music practical, ABRSM: still open." in steps(answer)
        assert "Zebra" not in answer.text
    for who in ("pupil", "parent", "carer"):
        assert "Music practical" not in sign_in_as(who).get(where).text


def test_looks_at_what_is_confidential_are_not_in_it(sign_in_as, permitted, cast):
    exemption = permitted("known-family")
    sign_in_as("head").get(f"/exemptions/{exemption}")
    for who in ("head", "dsl", "teacher"):
        lines = steps(sign_in_as(who).get(f"/chronology/{cast.teacher.id}"))
        assert any("pre-existing relationship" in line for line in lines)
        assert not any(" read the " in line for line in lines)


def test_an_empty_one_says_so_and_markup_is_text(sign_in_as, cast):
    assert (
        "Nothing has been asked for or reported yet." in sign_in_as("pupil").get(f"/chronology/{cast.pupil.id}").words
    )
    Person.update(name="<b>{{7*7}}</b>").where(Person.id == cast.pupil.id).execute()
    answer = sign_in_as("head").get(f"/chronology/{cast.pupil.id}")
    assert "What happened: <b>{{7*7}}</b>" in answer.words
    assert not answer.page.one("main").all("b")


def test_consent_that_was_withdrawn_is_told(sign_in_as, permitted, cast):
    exemption = permitted("exceptional-access")
    signing.withdraw_consent(cast.parent, exemption)
    lines = steps(sign_in_as("pupil").get(f"/chronology/{cast.pupil.id}"))
    assert "Parent Invented withdrew consent to exceptional access for Pupil Invented." in lines
    assert newest_agreement(exemption).version == 1


@pytest.mark.parametrize("who", ["head", "pupil", "parent"])
def test_it_asks_the_database_as_often_with_many_exemptions_as_with_one(
    sign_in_as, permitted, approved, a_report, cast, queries, who
):
    browser, where = sign_in_as(who), f"/chronology/{cast.pupil.id}"
    permitted("exceptional-access"), a_report()
    before = len(queries(lambda: browser.get(where)))
    for number in range(8):
        permitted("parent-contact", device=f"p{number}"), approved(None, "educational-activity", device=f"l{number}")
    assert len(queries(lambda: browser.get(where))) == before <= 12


# --- Finding somebody ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "found"),
    [("PUPIL inv", {"pupil", "other_pupil"}), (" finance ", {"finance"}), ("zzz", set()), ("%", set()), ("_", set())],
)
def test_the_leaders_and_the_dsl_find_somebody_by_a_part_of_the_name(sign_in_as, ids, part, found):
    wanted = {f"/chronology/{getattr(ids, name)}" for name in found}
    for who in LEADERS:
        answer = sign_in_as(who).get("/chronology", query_string={"name": part}, follow_redirects=True)
        assert answer.status == 200
        links = {link["href"] for link in answer.page.one("main").all("a")}
        assert links == wanted, who
        assert answer.page.value("name") == part
        assert ("Nobody fits." in answer.words) is (not found)


def test_nobody_is_listed_before_a_name_is_typed(sign_in_as):
    for query in ("", "?name=", "?name=%20%20"):
        page = sign_in_as("head").get(f"/chronology/{query}").page
        assert page.one("main").all("a") == []


@pytest.mark.parametrize("who", [who for who in CAST if who not in LEADERS])
def test_nobody_else_looks_people_up(sign_in_as, who):
    assert sign_in_as(who).get("/chronology/?name=pupil").status == 403


def test_finding_somebody_takes_as_many_queries_in_a_large_school(sign_in_as, a_person, queries):
    head = sign_in_as("head")
    before = len(queries(lambda: head.get("/chronology/?name=e")))
    for number in range(10):
        a_person(f"extra-{number}", Role.PUPIL)
    assert len(queries(lambda: head.get("/chronology/?name=e"))) == before
