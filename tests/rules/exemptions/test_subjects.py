"""For whom somebody may ask, and which pupils can take part."""

from collections import namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enums import ParentAccess, Role
from models import ClassStaff, Guardian, Person
from rules.auth.actors import actor_of_person
from rules.exemptions import queries, subjects
from rules.people import families, people, role_grants
from tests.conftest import ACCESS, CAST, LESSON, PARENT_CONTACT
from tests.support.exemptions import EVERY_KIND, MONDAY, ask, asking_is_refused, kind_name, who

Pupil = namedtuple("Pupil", "id name username team year_group")
STAFF = {"head", "deputy", "assistant_head", "dsl", "deputy_dsl", "office", "teacher", "assistant", "finance"}


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_staff_ask_for_any_pupil_parents_for_their_own_children_and_pupils_for_themselves(cast, kind, name):
    both = {cast.pupil.id, cast.other_pupil.id}
    expected = {
        "exceptional-access": {
            **dict.fromkeys(STAFF, both),
            **{"pupil": {cast.pupil.id}, "other_pupil": {cast.other_pupil.id}},
            **{"parent": {cast.pupil.id}, "other_parent": {cast.other_pupil.id}},
        },
        "parent-contact": {"parent": {cast.pupil.id}, "other_parent": {cast.other_pupil.id}},
    }
    assert subjects.pupils_for(who(name), kind).keys() == expected.get(kind.id, {}).get(name, set())


def test_somebody_who_is_staff_and_a_parent_asks_as_a_parent_for_their_own_child_alone(cast):
    role_grants.give_role(cast.head, cast.teacher.id, Role.PARENT, MONDAY)
    families.link(cast.office, cast.other_pupil.id, cast.teacher.id, "father", ParentAccess.SIGNS)
    teacher = actor_of_person(cast.teacher.id)
    assert subjects.pupils_for(teacher, PARENT_CONTACT).keys() == {cast.other_pupil.id}
    assert subjects.pupils_for(teacher, ACCESS).keys() == {cast.pupil.id, cast.other_pupil.id}


@pytest.mark.parametrize("change", ["ended", ParentAccess.SEES, ParentAccess.NOTHING])
def test_a_parent_whose_link_was_changed_asks_no_more(cast, change):
    link = Guardian.get(Guardian.parent == cast.parent.id).id
    if change == "ended":
        families.end(cast.office, cast.pupil.id, link)
    else:
        families.change_access(cast.office, cast.pupil.id, link, change)
    assert subjects.pupils_for(cast.parent, ACCESS) == {}


def test_a_pupil_who_has_left_is_asked_for_by_nobody(cast):
    people.set_active(cast.head, cast.pupil.id, False)
    assert subjects.pupils_for(cast.teacher, ACCESS).keys() == {cast.other_pupil.id}
    assert subjects.pupils_for(cast.parent, ACCESS) == {}
    assert "Kestrel class" not in subjects.may_take_part(cast.teacher)


def test_a_pupil_calls_themselves_me_and_others_are_told_apart(cast):
    assert subjects.pupils_for(cast.pupil, ACCESS) == {cast.pupil.id: "Me"}
    Person.update(name="Pupil Invented", team="Kestrel class").where(Person.id == cast.other_pupil.id).execute()
    assert set(subjects.pupils_for(cast.teacher, ACCESS).values()) == {
        "Pupil Invented, Kestrel class, pupil",
        "Pupil Invented, Kestrel class, other-pupil",
    }


# --- Who takes part -----------------------------------------------------------------------------------------


def test_the_classes_of_the_teacher_come_first(cast):
    assert list(subjects.may_take_part(cast.teacher)) == ["Kestrel class", "Heron class"]
    assert list(subjects.may_take_part(cast.assistant)) == ["Heron class", "Kestrel class"]
    ClassStaff.delete().execute()
    Person.update(team="").where(Person.id == cast.other_pupil.id).execute()
    assert list(subjects.may_take_part(cast.teacher)) == ["Kestrel class", ""]


def class_of(name, *ids):
    return {name: [Pupil(number, f"Pupil {number}", f"p{number}", name, "") for number in ids]}


OWLS, WRENS, ALONE = class_of("Owls", 1, 2, 3, 4, 5), class_of("Wrens", 6, 7), class_of("", 8)
SCHOOL = {**OWLS, **WRENS, **ALONE}


@pytest.mark.parametrize(
    ("pupils", "words"),
    [
        ((), ""),
        ((1,), "Pupil 1"),
        ((1, 2, 3), "Pupil 1, Pupil 2 and Pupil 3"),
        ((1, 2, 3, 4), "4 pupils"),
        ((1, 2, 3, 4, 5), "Owls"),
        ((1, 2, 3, 4, 5, 6), "Owls and Pupil 6"),
        ((1, 2, 3, 4, 5, 6, 7), "Owls and Wrens"),
        ((6, 7, 8), "Wrens and Pupil 8"),
        ((8,), "Pupil 8"),
        (range(1, 9), "Owls, Wrens and Pupil 8"),
    ],
)
def test_those_who_take_part_are_said_by_class_and_then_by_name(pupils, words):
    assert subjects.format_pupils(pupils, SCHOOL) == words


@given(st.sets(st.integers(1, 8), min_size=1))
def test_whoever_takes_part_is_said_somehow_and_shortly(pupils):
    words = subjects.format_pupils(pupils, SCHOOL)
    assert words
    assert len(words) < 80
    assert ("Owls" in words) == (pupils >= {1, 2, 3, 4, 5})
    assert ("Wrens" in words) == (pupils >= {6, 7})


def test_a_class_is_said_as_it_was_when_the_request_was_sent(cast):
    exemption = ask(cast.teacher, LESSON)
    people.edit(cast.head, cast.pupil.id, people.PersonDetails("pupil", "Pupil Invented", "Heron class"))
    assert queries.find(exemption).request.with_pupils == "Kestrel class"


# --- A parent who is told nothing and works at the school ---------------------------------------------------


def link(cast, name, access):
    """Somebody on the staff is a parent of the pupil as well; returns them as they are now."""
    person = getattr(cast, name)
    role_grants.give_role(cast.head, person.id, Role.PARENT, MONDAY)
    families.link(cast.deputy if name == "office" else cast.office, cast.pupil.id, person.id, "father", access)
    return actor_of_person(person.id)


def test_a_parent_who_is_told_nothing_is_not_offered_that_child_though_they_work_here(cast):
    teacher = link(cast, "teacher", ParentAccess.NOTHING)
    assert subjects.pupils_for(teacher, ACCESS).keys() == {cast.other_pupil.id}
    assert list(subjects.may_take_part(teacher)) == ["Heron class"]


@pytest.mark.parametrize(("kind", "field"), [(ACCESS, "subject"), (LESSON, "pupils")])
def test_a_direct_post_for_that_child_is_refused_as_for_an_unknown_one(cast, kind, field):
    teacher = link(cast, "teacher", ParentAccess.NOTHING)
    unknown = {"subject": 999_999} if field == "subject" else {"pupils": (999_999,)}
    assert asking_is_refused(teacher, kind)[field] == asking_is_refused(teacher, kind, **unknown)[field]


@pytest.mark.parametrize("access", [ParentAccess.SIGNS, ParentAccess.SEES])
def test_a_parent_who_may_know_of_their_child_still_asks_for_them_as_staff(cast, access):
    assert cast.pupil.id in subjects.pupils_for(link(cast, "teacher", access), ACCESS)
