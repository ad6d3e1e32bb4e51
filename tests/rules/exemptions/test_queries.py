"""Finding exemptions: by number, and those that concern somebody."""

import datetime as dt

import pytest

from enums import ParentAccess, Role
from models import Exemption, Guardian
from rules.core import clock
from rules.core.errors import NotFound
from rules.exemptions import permissions, queries
from rules.people import families
from rules.people.role_grants import grant
from tests.conftest import ACCESS, CAST, LESSON, PARENT_CONTACT
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    ask,
    asker_of,
    decider_of,
    kind_name,
    permitted,
    when,
    who,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
FAMILY_OF_THE_PUPIL = {"pupil", "parent", "carer"}


def ids(actor, **wanted):
    return [view.id for view in permissions.mine(actor, **wanted)]


@pytest.mark.parametrize("number", [0, -1, 10**6, 2**63 - 1, 2**63, 2**64, 10**40, -(2**70)])
def test_a_number_that_no_exemption_has_is_not_found(cast, number):
    with pytest.raises(NotFound):
        queries.find(number)


def test_people_see_their_own_requests_the_newest_first(cast):
    first = ask(cast.teacher)
    second = ask(cast.teacher, starts_on=TUESDAY, device="Another")
    ask(cast.assistant)
    assert ids(cast.teacher) == [second, first]
    assert ids(cast.teacher, since=dt.date(2026, 11, 25)) == []
    assert ids(cast.teacher, limit=1) == [second]


@every_kind
@pytest.mark.parametrize("name", CAST)
def test_an_exemption_is_the_business_of_its_asker_and_of_the_pupils_family(cast, kind, name):
    """Clause 5.14, and *Who sees what*: a parent own children only, a pupil self only."""
    exemption = permitted(asker_of(kind), kind)
    concerned = {"parent"} if kind is PARENT_CONTACT else {"teacher"}
    if kind.for_pupil or kind.with_pupils:
        concerned |= FAMILY_OF_THE_PUPIL
    assert (exemption in ids(who(name))) == (name in concerned)
    knows = concerned - (FAMILY_OF_THE_PUPIL if kind.with_pupils else set())
    assert permissions.knows(who(name), queries.find(exemption)) == (name in knows)


def test_a_lesson_is_no_business_of_the_families_before_it_is_approved(cast):
    ask(cast.teacher, LESSON)
    assert [ids(who(name)) for name in sorted(FAMILY_OF_THE_PUPIL)] == [[], [], []]


def the_link(parent):
    return Guardian.get(Guardian.parent == parent.id, Guardian.ended_at.is_null())


@pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)
def test_a_parent_whose_link_has_ended_knows_nothing_even_of_what_they_asked_for(cast, kind):
    exemption = ask(cast.parent, kind)
    families.end(cast.office, cast.pupil.id, the_link(cast.parent).id)
    assert ids(cast.parent) == []
    with pytest.raises(NotFound):
        permissions.find_own(cast.parent, exemption)
    assert not permissions.knows(cast.parent, queries.find(exemption))


@pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)
def test_a_parent_who_may_be_told_nothing_any_more_knows_nothing(cast, kind):
    exemption = ask(cast.parent, kind)
    families.change_access(cast.office, cast.pupil.id, the_link(cast.parent).id, ParentAccess.NOTHING)
    assert ids(cast.parent) == []
    with pytest.raises(NotFound):
        permissions.find_own(cast.parent, exemption)


def test_a_parent_who_works_here_too_knows_nothing_more_of_what_only_a_parent_may_ask_for(cast):
    """Clause 5.14: they asked as a parent, and are none of this child's any more."""
    grant(cast.head.id, cast.parent.id, Role.STAFF_NONDIRECT, clock.today(), None)
    exemption = ask(who("parent"), PARENT_CONTACT)
    families.end(cast.office, cast.pupil.id, the_link(cast.parent).id)
    assert not permissions.knows(who("parent"), queries.find(exemption))
    assert ids(who("parent")) == []


def test_a_member_of_staff_who_is_a_barred_parent_of_the_pupil_knows_nothing(cast):
    """Clause 5.14: an office in the school does not open what a family link has closed."""
    exemption = ask(cast.teacher, ACCESS)
    Guardian.insert(
        child=cast.pupil.id,
        parent=cast.teacher.id,
        relation="father",
        access=ParentAccess.NOTHING.value,
        given_at=clock.now(),
    ).execute()
    assert not permissions.knows(cast.teacher, queries.find(exemption))


@every_kind
def test_the_headteacher_is_party_where_they_ask_are_meant_or_are_the_parent(cast, kind):
    """Invariant 4: then the regional director decides."""
    exemption = ask(asker_of(kind), kind)
    assert not queries.find(exemption).people.head_is_party
    if kind.for_pupil:
        Guardian.insert(
            child=cast.pupil.id, parent=cast.head.id, relation="aunt", access="sees", given_at=clock.now()
        ).execute()
    else:
        Exemption.update(asker=cast.head.id, subject=cast.head.id).where(Exemption.id == exemption).execute()
    view = queries.find(exemption)
    assert view.people.head_is_party
    assert decider_of(view).id == cast.director.id


def test_the_same_row_at_another_minute_is_another_case_only_where_the_minute_matters(cast):
    exemption = permitted(cast.teacher)
    with when(MONDAY, "08:00"):
        assert not queries.find(exemption).in_force
    with when(MONDAY, "12:00"):
        assert queries.find(exemption).in_force
