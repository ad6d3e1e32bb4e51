"""Every kind of exemption: who may ask, who decides, what is needed first."""

import pytest

from models import Role
from rules.exemption_kinds import KINDS, kinds_for
from rules.policy_pack import KNOWN_FORMS
from rules.roles import STAFF, Actor
from tests.rules.stories import EVERY_KIND, kind_name

# The table "Who decides what" of the policy, for the kinds there are: clause, deciders, needs with their clauses.
WHO_DECIDES_WHAT = {
    "teaching-period": ("4.3", {Role.SLT, Role.HEADTEACHER}, {}),
    "remote-learning": ("4.7", {Role.HEADTEACHER}, {"no-school-equipment": "4.7", "risk-assessment": "4.7"}),
    "school-device": ("3.3", {Role.SLT, Role.HEADTEACHER}, {"pin-set": "3.3", "monitoring-notice": "3.5"}),
}


def somebody(*roles):
    return Actor(1, "somebody", "Somebody Invented", "", frozenset(roles))


def test_the_kinds_are_those_of_the_policy_and_no_others():
    assert KINDS.keys() == WHO_DECIDES_WHAT.keys() == KNOWN_FORMS


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_each_kind_is_decided_and_prepared_as_the_policy_says(kind):
    clause, deciders, needs = WHO_DECIDES_WHAT[kind.id]
    assert kind.clause == clause
    assert kind.deciders == deciders
    assert {need.id: need.clause for need in kind.needs} == needs


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
@pytest.mark.parametrize("role", Role)
def test_all_staff_and_nobody_else_may_ask(kind, role):
    assert (kind in kinds_for(somebody(role))) == (role in STAFF)


def test_somebody_with_several_roles_sees_each_kind_once():
    assert kinds_for(somebody(Role.PARENT, Role.STAFF_DIRECT, Role.SLT)) == EVERY_KIND


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_every_need_ends_with_a_tick_in_which_somebody_confirms_it(kind):
    for need in kind.needs:
        assert need.questions[-1].tick
        assert len({question.id for question in need.questions}) == len(need.questions)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_a_need_is_found_by_its_id_and_another_kinds_need_is_not(kind):
    for need in kind.needs:
        assert kind.need(need.id) is need
    assert kind.need("seat-belt") is None
