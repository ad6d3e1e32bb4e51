"""Children and their parents or carers: who belongs to whom now, and what each may know."""

import pytest

from database import IntegrityError
from enums import ParentAccess, Role
from models import AuditEvent, Guardian
from rules.audit import trail
from rules.core import changes, clock
from rules.core.errors import Invalid, NotAllowed, NotFound
from rules.people import families, people, role_grants
from tests.conftest import CAST
from tests.support.exemptions import MONDAY, TUESDAY, events, later, who


def children(name):
    return [child.username for child in families.children_of(who(name).id)]


@pytest.mark.parametrize("name", CAST)
def test_parents_know_their_own_children_and_nobody_else_knows_any(cast, name):
    """Clause 5.14: a separated parent without access sees nothing."""
    expected = {"parent": ["pupil"], "carer": ["pupil"], "other_parent": ["other-pupil"]}
    assert children(name) == expected.get(name, [])


def test_a_childs_parents_are_all_there_with_what_each_may_know(cast):
    found = {parent.username: (parent.access, parent.signs) for parent in families.parents_of(cast.pupil.id)}
    assert found == {
        "parent": (ParentAccess.SIGNS, True),
        "carer": (ParentAccess.SEES, False),
        "barred-parent": (ParentAccess.NOTHING, False),
    }


def test_a_link_that_has_ended_is_none_from_that_moment_and_its_row_stays(cast):
    link = Guardian.get(Guardian.parent == cast.parent.id).id
    with later(minutes=1):
        families.end(cast.office, cast.pupil.id, link)
        assert children("parent") == []
        assert "parent" not in {parent.username for parent in families.parents_of(cast.pupil.id)}
    assert Guardian.get_by_id(link).ended_at


def test_those_who_have_left_are_in_no_family(cast):
    people.set_active(cast.head, cast.pupil.id, False)
    people.set_active(cast.head, cast.other_parent.id, False)
    assert children("parent") == []
    assert families.parents_of(cast.other_pupil.id) == []


def test_what_a_parent_may_know_is_changed_at_once(cast):
    link = Guardian.get(Guardian.parent == cast.barred_parent.id).id
    families.change_access(cast.office, cast.pupil.id, link, ParentAccess.SEES)
    assert children("barred_parent") == ["pupil"]
    assert not families.children_of(cast.barred_parent.id)[0].signs


NOT_THEIRS = [who for who in CAST if who not in {"head", "office"}]


def link_of(child, parent):
    return Guardian.get(Guardian.child == child.id, Guardian.parent == parent.id, Guardian.ended_at.is_null())


def parents_of(cast, child):
    return [(row.name, row.relation, row.access) for row in families.links_of(cast.office, child.id)[0]]


def last_sentence(cast):
    row = AuditEvent.select().order_by(AuditEvent.id.desc()).first()
    return trail.sentence(row.event, row.payload, cast.office.name, cast.pupil.name)


def errors(cast, child, parent, relation="mother"):
    with pytest.raises(Invalid) as caught:
        families.link(cast.office, child.id, parent.id, relation, ParentAccess.SEES)
    return caught.value.errors.keys()


# --- Linking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "office"])
@pytest.mark.parametrize("access", ParentAccess)
def test_a_pupil_is_linked_to_a_parent_with_what_they_may_know(cast, who, access):
    families.link(getattr(cast, who), cast.pupil.id, cast.other_parent.id, "  step \n father ", access)
    kept = link_of(cast.pupil, cast.other_parent)
    assert (kept.relation, kept.access, kept.given_by_id) == ("step father", access, getattr(cast, who).id)


def test_the_trail_tells_of_a_link_and_its_record(cast):
    families.link(cast.office, cast.pupil.id, cast.other_parent.id, "stepfather", ParentAccess.SEES)
    row = AuditEvent.select().order_by(AuditEvent.id.desc()).first()
    assert row.record == f"guardian:{link_of(cast.pupil, cast.other_parent).id}"
    assert last_sentence(cast) == (
        "Office Invented linked Pupil Invented to a parent or carer (stepfather), who sees, but does not ask or sign."
    )


def test_two_are_linked_once_at_a_time(cast):
    assert errors(cast, cast.pupil, cast.parent) == {"parent"}
    again = {"child": cast.pupil.id, "parent": cast.parent.id, "relation": "aunt", "access": "sees"}
    with pytest.raises(IntegrityError):
        Guardian.insert(**again, given_at=clock.now()).execute()


@pytest.mark.parametrize("relation", ["", "  ", "x" * 41, "mo\x07ther", "mo\u202ether"])
def test_a_relation_needs_words_that_can_be_shown(cast, relation):
    assert errors(cast, cast.pupil, cast.other_parent, relation) == {"relation"}


def test_only_a_pupil_has_parents_and_only_somebody_with_that_role_is_one(cast):
    assert errors(cast, cast.teacher, cast.parent) == {"parent"}
    assert errors(cast, cast.pupil, cast.teacher) == {"parent"}
    assert errors(cast, cast.parent, cast.pupil) == {"parent"}


def test_nobody_is_their_own_parent(cast):
    role_grants.give_role(cast.head, cast.pupil.id, Role.PARENT, MONDAY)
    assert errors(cast, cast.pupil, cast.pupil) == {"parent"}


def test_a_pupil_who_starts_tomorrow_can_be_linked_today(cast):
    role_grants.give_role(cast.head, cast.volunteer.id, Role.PARENT, TUESDAY)
    families.link(cast.office, cast.pupil.id, cast.volunteer.id, "uncle", ParentAccess.SEES)
    assert cast.volunteer.id in [row.id for row in families.may_be_parents(cast.office)]


def test_who_is_offered_as_a_parent_is_active_and_holds_the_role(cast):
    offered = [row.id for row in families.may_be_parents(cast.office)]
    assert set(offered) == {cast.parent.id, cast.other_parent.id, cast.carer.id, cast.barred_parent.id}
    people.set_active(cast.office, cast.carer.id, False)
    assert cast.carer.id not in [row.id for row in families.may_be_parents(cast.office)]


# --- Changing and ending ------------------------------------------------------------------------------------


def test_what_a_parent_may_know_is_changed_and_told(cast):
    kept = link_of(cast.pupil, cast.carer)
    families.change_access(cast.office, cast.pupil.id, kept.id, ParentAccess.NOTHING)
    assert link_of(cast.pupil, cast.carer).access == ParentAccess.NOTHING
    assert "(grandmother) may know of Pupil Invented: it is one who is told nothing." in last_sentence(cast)


def test_saying_the_same_again_leaves_no_trace(cast):
    before = events()
    families.change_access(cast.office, cast.pupil.id, link_of(cast.pupil, cast.carer).id, ParentAccess.SEES)
    assert events() == before


def test_a_link_is_ended_and_kept_and_may_be_made_again(cast):
    kept = link_of(cast.pupil, cast.parent)
    families.end(cast.office, cast.pupil.id, kept.id)
    assert Guardian.get_by_id(kept.id).ended_at is not None
    assert "Parent Invented" not in [name for name, _, _ in parents_of(cast, cast.pupil)]
    assert last_sentence(cast).startswith("Office Invented ended the link of Pupil Invented")
    families.link(cast.office, cast.pupil.id, cast.parent.id, "mother", ParentAccess.SIGNS)
    assert link_of(cast.pupil, cast.parent).id != kept.id


def test_an_ended_link_is_neither_changed_nor_ended_again(cast):
    kept = link_of(cast.pupil, cast.parent)
    families.end(cast.office, cast.pupil.id, kept.id)
    before = events()
    with pytest.raises(NotFound):
        families.end(cast.office, cast.pupil.id, kept.id)
    with pytest.raises(NotFound):
        families.change_access(cast.office, cast.pupil.id, kept.id, ParentAccess.SIGNS)
    assert events() == before


def test_a_link_is_reached_through_its_own_child_only(cast):
    kept = link_of(cast.pupil, cast.parent)
    for act in (
        lambda: families.end(cast.office, cast.other_pupil.id, kept.id),
        lambda: families.change_access(cast.office, cast.other_pupil.id, kept.id, ParentAccess.SEES),
    ):
        with pytest.raises(NotFound):
            act()
    assert link_of(cast.pupil, cast.parent).access == ParentAccess.SIGNS


def test_every_change_is_noticed_by_open_lists(cast):
    kept, seen = link_of(cast.pupil, cast.parent), [changes.touched()]
    for act in (
        lambda: families.link(cast.office, cast.pupil.id, cast.other_parent.id, "uncle", ParentAccess.SEES),
        lambda: families.change_access(cast.office, cast.pupil.id, kept.id, ParentAccess.SEES),
        lambda: families.end(cast.office, cast.pupil.id, kept.id),
    ):
        act()
        seen.append(changes.touched())
    assert len(set(seen)) == 4


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_links_families(cast, who):
    actor, kept, before = getattr(cast, who), link_of(cast.pupil, cast.parent), events()
    for act in (
        lambda: families.link(actor, cast.pupil.id, cast.other_parent.id, "uncle", ParentAccess.SEES),
        lambda: families.change_access(actor, cast.pupil.id, kept.id, ParentAccess.NOTHING),
        lambda: families.end(actor, cast.pupil.id, kept.id),
        lambda: families.links_of(actor, cast.pupil.id),
        lambda: families.may_be_parents(actor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert events() == before


def test_nobody_changes_what_they_themselves_may_know_of_a_child(cast):
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, MONDAY)
    with pytest.raises(NotAllowed):
        families.link(cast.office, cast.pupil.id, cast.office.id, "father", ParentAccess.SIGNS)
    families.link(cast.head, cast.pupil.id, cast.office.id, "father", ParentAccess.NOTHING)
    kept = link_of(cast.pupil, cast.office)
    with pytest.raises(NotAllowed):
        families.change_access(cast.office, cast.pupil.id, kept.id, ParentAccess.SIGNS)
    with pytest.raises(NotAllowed):
        families.end(cast.office, cast.pupil.id, kept.id)
    assert link_of(cast.pupil, cast.office).access == ParentAccess.NOTHING


def test_nobody_changes_what_the_other_parents_of_their_own_child_may_know(cast):
    """A parent in the office does not shut the other one out, nor let somebody in."""
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, MONDAY)
    families.link(cast.head, cast.pupil.id, cast.office.id, "father", ParentAccess.SIGNS)
    kept, before = link_of(cast.pupil, cast.parent), events()
    for act in (
        lambda: families.link(cast.office, cast.pupil.id, cast.other_parent.id, "aunt", ParentAccess.SIGNS),
        lambda: families.change_access(cast.office, cast.pupil.id, kept.id, ParentAccess.NOTHING),
        lambda: families.end(cast.office, cast.pupil.id, kept.id),
    ):
        with pytest.raises(NotAllowed, match="your own family"):
            act()
    assert events() == before
    families.end(cast.office, cast.other_pupil.id, link_of(cast.other_pupil, cast.other_parent).id)


# --- What the office sees -----------------------------------------------------------------------------------


def test_the_office_sees_every_parent_also_those_who_are_told_nothing(cast):
    assert parents_of(cast, cast.pupil) == [
        ("Barred Parent Invented", "father", "nothing"),
        ("Carer Invented", "grandmother", "sees"),
        ("Parent Invented", "mother", "signs"),
    ]


def test_the_office_sees_inactive_parents_and_the_children_of_each(cast):
    people.set_active(cast.office, cast.carer.id, False)
    (inactive,) = [row for row in families.links_of(cast.office, cast.pupil.id)[0] if not row.active]
    assert inactive.id == cast.carer.id
    _, children = families.links_of(cast.office, cast.barred_parent.id)
    assert [row.id for row in children] == [cast.pupil.id]
