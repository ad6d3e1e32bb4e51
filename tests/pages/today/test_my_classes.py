"""The list of my classes: what their pupils may use today, without the reason; nothing of other classes."""

import pytest

from models import ClassStaff, Person
from rules.exemption_kinds import KINDS
from rules.people import classes
from tests.pages.conftest import OPEN_KINDS, newest_agreement, told
from tests.pages.today.test_today import rows

OF_PUPILS = [kind for kind in OPEN_KINDS if KINDS[kind].for_pupil or KINDS[kind].with_pupils]
OF_STAFF = [kind for kind in OPEN_KINDS if kind not in OF_PUPILS]


@pytest.mark.parametrize("kind", OF_PUPILS)
def test_a_member_of_staff_sees_what_holds_for_the_pupils_of_their_class_and_not_why(sign_in_as, permitted, kind):
    permitted(kind, conditions_of(kind))
    answer = sign_in_as("teacher").get("/my-class")
    (row,) = rows(answer)
    for said in ("9am to 3pm", "My own phone, blue case", "Pupil Invented" if KINDS[kind].for_pupil else "Kestrel"):
        assert said in row
    assert "In force now (1)" in answer.words
    assert told(answer, kind) == []


def conditions_of(kind):
    """Who asks: a parent, so that the list is not the asker's own; the teacher for a lesson."""
    return "parent" if KINDS[kind].for_pupil else None


@pytest.mark.parametrize("kind", OF_PUPILS)
def test_who_works_in_no_class_or_in_another_sees_nothing_of_it(sign_in_as, permitted, cast, kind):
    permitted(kind)
    assert "No class is entered for you." in sign_in_as("assistant").get("/my-class").words
    ClassStaff.insert(person=cast.assistant.id, class_name="Heron class").execute()
    answer = sign_in_as("assistant").get("/my-class")
    assert rows(answer) == []
    assert "Nobody is on this list." in answer.words
    assert "Pupil Invented" not in answer.text


@pytest.mark.parametrize("kind", OF_STAFF)
def test_what_holds_for_staff_is_not_on_it(sign_in_as, permitted, kind):
    permitted(kind)
    assert rows(sign_in_as("teacher").get("/my-class")) == []


def test_staff_whose_team_bears_the_name_of_a_class_are_no_pupils_of_it(sign_in_as, permitted, cast):
    Person.update(team="Kestrel class").where(Person.id == cast.finance.id).execute()
    permitted("teaching-period", "finance")
    assert rows(sign_in_as("teacher").get("/my-class")) == []


def test_it_says_what_is_not_signed_yet_and_leads_to_the_agreement(sign_in_as, approved):
    exemption = approved("parent", "exceptional-access")
    teacher = sign_in_as("teacher")
    page = teacher.get("/my-class")
    assert "Not yet: waiting for a signature (1)" in page.words
    (link,) = [each["href"] for each in page.page.all("a") if each["href"].startswith("/agreements/")]
    assert teacher.get(link).location == f"/agreements/{newest_agreement(exemption).id}"


def test_it_says_who_is_in_an_exam(sign_in_as, permitted, a_sitting):
    permitted("exceptional-access"), a_sitting()
    answer = sign_in_as("teacher").get("/my-class")
    assert "Suspended: in an exam (1)" in answer.words
    assert "Not in the exam, 9am to 11am" in answer.words


def test_two_classes_are_named_and_a_change_of_classes_counts_at_once(sign_in_as, permitted, cast):
    permitted("exceptional-access")
    classes.set_classes(cast.office, cast.teacher.id, ["Heron class", "Kestrel class"])
    page = sign_in_as("teacher").get("/my-class")
    assert page.page.one("h1").text == "My classes today"
    assert "Heron class, Kestrel class." in page.words
    assert len(rows(page)) == 1
    classes.set_classes(cast.office, cast.teacher.id, ["Heron class"])
    assert rows(sign_in_as("teacher").get("/my-class")) == []


@pytest.mark.parametrize("who", ["office", "head", "finance", "pupil", "parent", "governor", "director"])
def test_who_does_not_work_with_children_has_no_such_list(sign_in_as, who):
    assert sign_in_as(who).get("/my-class").status == 403


def test_it_asks_the_database_as_often_with_many_rows_as_with_one(sign_in_as, permitted, approved, queries):
    teacher = sign_in_as("teacher")
    permitted("exceptional-access")
    before = len(queries(lambda: teacher.get("/my-class")))
    for number in range(10):
        permitted("parent-contact", device=f"p{number}"), approved(None, "educational-activity", device=f"l{number}")
    assert len(queries(lambda: teacher.get("/my-class"))) == before <= 9
