"""Children and their parents or carers: who belongs to whom now, and what each may know."""

import pytest

from enums import ParentAccess
from models import Guardian
from rules import families, family_links, people
from tests.conftest import CAST
from tests.rules.stories import later, who


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
        family_links.end(cast.office, cast.pupil.id, link)
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
    family_links.change_access(cast.office, cast.pupil.id, link, ParentAccess.SEES)
    assert children("barred_parent") == ["pupil"]
    assert not families.children_of(cast.barred_parent.id)[0].signs
