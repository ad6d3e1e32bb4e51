"""Classes and families as other rules ask for them: who is in a class, who works there, who belongs to whom."""

from collections import namedtuple

import pytest

from enums import ParentAccess, Role
from models import AuditEvent, ClassStaff, Guardian
from rules.core import clock
from rules.core.errors import Invalid, NotAllowed
from rules.people import classes, families, people, role_grants
from rules.people.people import PersonDetails
from tests.conftest import CAST
from tests.support.exemptions import TUESDAY, events

NOT_THEIRS = [who for who in CAST if who not in {"head", "office"}]
Somebody = namedtuple("Somebody", "id name username team year_group")


def a_pupil(username, name, team, year=""):
    return people.add_from_the_start(PersonDetails(username, name, team, year_group=year), (Role.PUPIL,))


# --- Who is in a class --------------------------------------------------------------------------------------


def test_every_active_pupil_stands_under_their_class(cast):
    a_pupil("zed", "Zed", "")
    found = {name: [row.name for row in rows] for name, rows in classes.pupils_by_class().items()}
    assert found == {
        "": ["Zed"],
        "Heron class": ["Other Pupil Invented"],
        "Kestrel class": ["Pupil Invented"],
    }


def test_who_has_left_or_is_no_pupil_today_is_in_no_class(cast):
    people.set_active(cast.office, cast.pupil.id, False)
    role_grants.take_role(cast.office, cast.other_pupil.id, role_grants.grants_of(cast.other_pupil.id)[0].id)
    role_grants.give_role(cast.office, cast.other_pupil.id, Role.PUPIL, TUESDAY)
    assert classes.pupils() == []


def test_the_teachers_classes_are_theirs(cast):
    assert classes.classes_of(cast.teacher.id) == ["Kestrel class"]
    assert classes.classes_of(cast.assistant.id) == []


def test_two_of_the_same_name_are_told_apart_by_class_then_year_then_username():
    same = [
        Somebody(1, "Sam", "sam1", "Owls", "7"),
        Somebody(2, "Sam", "sam2", "Owls", "7"),
        Somebody(3, "Sam", "sam3", "Owls", "8"),
        Somebody(4, "Sam", "sam4", "Herons", "7"),
        Somebody(5, "Jo", "jo", "", ""),
    ]
    assert classes.labels(same) == {
        1: "Sam, Owls, year 7, sam1",
        2: "Sam, Owls, year 7, sam2",
        3: "Sam, Owls, year 8",
        4: "Sam, Herons",
        5: "Jo",
    }


# --- Who works in a class -----------------------------------------------------------------------------------


def test_the_office_says_in_which_classes_somebody_works(cast):
    classes.set_classes(cast.office, cast.teacher.id, ["Heron class", "Heron class"])
    assert classes.classes_of(cast.teacher.id) == ["Heron class"]
    row = AuditEvent.select().order_by(AuditEvent.id.desc()).first()
    assert (row.event, row.person_id, row.payload) == ("classes-changed", cast.teacher.id, {"what": "Heron class"})
    classes.set_classes(cast.office, cast.teacher.id, [])
    assert classes.classes_of(cast.teacher.id) == []


def test_saving_the_same_classes_leaves_no_trace(cast):
    before = events()
    classes.set_classes(cast.office, cast.teacher.id, ["Kestrel class"])
    assert events() == before


def test_a_class_that_there_is_not_is_refused(cast):
    with pytest.raises(Invalid) as caught:
        classes.set_classes(cast.office, cast.teacher.id, ["Kestrel class", "Dragons"])
    assert caught.value.errors.keys() == {"classes"}
    assert classes.classes_of(cast.teacher.id) == ["Kestrel class"]


def test_a_class_whose_pupils_have_left_can_be_kept(cast):
    ClassStaff.insert(person=cast.teacher.id, class_name="Last year").execute()
    assert classes.choices_for(cast.teacher.id) == ["Heron class", "Kestrel class", "Last year"]
    classes.set_classes(cast.office, cast.teacher.id, ["Last year"])
    assert classes.classes_of(cast.teacher.id) == ["Last year"]


@pytest.mark.parametrize("who", ["finance", "pupil", "parent", "volunteer"])
def test_only_who_works_directly_with_children_works_in_a_class(cast, who):
    with pytest.raises(Invalid):
        classes.set_classes(cast.head, getattr(cast, who).id, ["Heron class"])


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_says_who_works_where(cast, who):
    with pytest.raises(NotAllowed):
        classes.set_classes(getattr(cast, who), cast.teacher.id, ["Heron class"])


def test_the_office_does_not_change_the_classes_of_those_above_it(cast):
    with pytest.raises(NotAllowed):
        classes.set_classes(cast.office, cast.deputy.id, ["Heron class"])
    classes.set_classes(cast.head, cast.deputy.id, ["Heron class"])
    assert classes.classes_of(cast.deputy.id) == ["Heron class"]


# --- Families, as a parent and a pupil meet them ------------------------------------------------------------


def test_a_parent_knows_of_the_children_they_may_know_of(cast):
    assert [(kin.id, kin.signs) for kin in families.children_of(cast.parent.id)] == [(cast.pupil.id, True)]
    assert [(kin.id, kin.signs) for kin in families.children_of(cast.carer.id)] == [(cast.pupil.id, False)]
    assert families.children_of(cast.barred_parent.id) == []
    assert families.children_of(cast.teacher.id) == []


def test_the_school_knows_every_parent_and_what_each_may_know(cast):
    assert [(kin.name, kin.relation, kin.access) for kin in families.parents_of(cast.pupil.id)] == [
        ("Barred Parent Invented", "father", ParentAccess.NOTHING),
        ("Carer Invented", "grandmother", ParentAccess.SEES),
        ("Parent Invented", "mother", ParentAccess.SIGNS),
    ]


def test_an_ended_link_and_somebody_who_has_left_no_longer_count(cast):
    Guardian.update(ended_at=clock.now()).where(Guardian.parent == cast.carer.id).execute()
    people.set_active(cast.office, cast.barred_parent.id, False)
    assert [kin.id for kin in families.parents_of(cast.pupil.id)] == [cast.parent.id]
    assert families.children_of(cast.carer.id) == []
    people.set_active(cast.office, cast.pupil.id, False)
    assert families.children_of(cast.parent.id) == []
