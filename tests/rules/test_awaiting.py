"""Agreements that wait for somebody's signature."""

import pytest

from enums import ParentAccess, RequiredSigners
from models import Guardian
from rules import agreements, awaiting, cases, decisions, family_links, people, signing
from rules.terms import Terms
from tests.conftest import ACCESS, CAST, PARENT_CONTACT
from tests.rules.stories import MONDAY, TUESDAY, approve, ask, kind_name, revision, sign, signed, when, who

agreed_kind = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)


def waits(name):
    return [each.agreement for each in awaiting.agreements_to_sign(who(name))]


@pytest.fixture
def issued(cast):
    """An agreement that nobody has signed: its exemption and its id."""
    exemption = ask(cast.parent, PARENT_CONTACT)
    approve(cast.head, exemption)
    return exemption, agreements.newest_of(cases.find(exemption)).id


@pytest.mark.parametrize("name", CAST)
def test_it_waits_for_the_pupil_and_for_a_parent_who_may_sign(issued, name):
    assert waits(name) == ([issued[1]] if name in {"pupil", "parent"} else [])


@agreed_kind
def test_it_says_for_whom_and_about_what(cast, kind):
    approve(cast.head, ask(cast.parent, kind))
    ((mine,), (childs,)) = (awaiting.agreements_to_sign(actor) for actor in (cast.pupil, cast.parent))
    assert (mine.kind, mine.name, mine.own) == (kind, cast.pupil.name, True)
    assert (childs.kind, childs.name, childs.own) == (kind, cast.pupil.name, False)


def test_it_waits_no_longer_for_the_side_that_has_signed(cast, issued):
    sign(cast.pupil, issued[0])
    assert (waits("pupil"), waits("parent")) == ([], [issued[1]])
    sign(cast.parent, issued[0])
    assert waits("parent") == []


def test_only_the_newest_version_waits(cast, issued):
    signed(issued[0])
    agreements.issue_anew(cast.head, issued[0], 1, Terms("Rules.", "Sanctions."))
    newest = agreements.newest_of(cases.find(issued[0])).id
    assert waits("pupil") == waits("parent") == [newest] != [issued[1]]


@agreed_kind
@pytest.mark.parametrize(
    ("signers", "names"), [(RequiredSigners.PUPIL, ["pupil"]), (RequiredSigners.PARENT, ["parent"])]
)
def test_it_waits_only_for_those_who_have_to_sign(cast, kind, signers, names):
    exemption = ask(cast.parent, kind)
    decisions.approve(cast.head, exemption, revision(exemption), "", Terms("A.", "B.", (), signers, "Away."))
    assert [name for name in ("pupil", "parent", "carer") if waits(name)] == names


@pytest.mark.parametrize("change", ["ended", ParentAccess.SEES, ParentAccess.NOTHING])
def test_it_does_not_wait_for_a_parent_whose_link_was_changed(cast, issued, change):
    link = Guardian.get(Guardian.parent == cast.parent.id).id
    if change == "ended":
        family_links.end(cast.office, cast.pupil.id, link)
    else:
        family_links.change_access(cast.office, cast.pupil.id, link, change)
    assert waits("parent") == []


def test_nothing_waits_once_it_does_not_hold(cast, issued):
    signing.withdraw_consent(cast.pupil, issued[0])
    assert waits("pupil") == waits("parent") == []


@pytest.mark.parametrize(("day", "time", "there"), [(TUESDAY, "14:59", True), (TUESDAY, "15:00", False)])
def test_nothing_waits_from_the_minute_its_last_day_is_over(issued, day, time, there):
    with when(day, time):
        assert waits("pupil") == waits("parent") == ([issued[1]] if there else [])


def test_nothing_waits_once_the_last_of_its_weekdays_is_over(cast):
    """It is for Mondays, and Tuesday is its last day."""
    approve(cast.head, ask(cast.parent, ACCESS, weekdays=1))
    assert waits("pupil")
    with when(MONDAY, "15:00"):
        assert waits("pupil") == waits("parent") == []


def test_nothing_waits_for_a_pupil_who_has_left(cast, issued):
    """Families have no page of a child who is gone."""
    people.set_active(cast.head, cast.pupil.id, False)
    assert waits("parent") == []


def test_what_starts_first_waits_at_the_top(cast):
    later_on = ask(cast.parent, ACCESS, starts_on=TUESDAY, device="Another")
    first = ask(cast.parent, ACCESS, starts_on=MONDAY)
    for exemption in (later_on, first):
        approve(cast.head, exemption)
    assert waits("pupil") == [agreements.newest_of(cases.find(each)).id for each in (first, later_on)]
