"""Every kind of exemption: who may ask, who decides, what is needed first."""

import pytest

from enums import Role
from rules.auth.permissions import STAFF, Actor
from rules.exemption_kinds import KINDS
from rules.exemption_kinds.kinds import kinds_for
from rules.exemption_kinds.prerequisites import By
from rules.policy.pack import KNOWN_FORMS
from tests.support.exemptions import EVERY_KIND, kind_name

# The table "Who decides what" of the policy, for the kinds there are: clause, deciders, needs with their clauses.
LEADERS, HEAD = {Role.SLT, Role.HEADTEACHER}, {Role.HEADTEACHER}
WHO_DECIDES_WHAT = {
    "teaching-period": ("4.3", LEADERS, {}),
    "remote-learning": ("4.7", HEAD, {"no-school-equipment": "4.7", "risk-assessment": "4.7"}),
    "school-device": ("3.3", LEADERS, {"pin-set": "3.3", "monitoring-notice": "3.5"}),
    "educational-activity": ("5.5", LEADERS, {"activity-assessment": "5.5"}),
    "exceptional-access": ("5.7b", HEAD, {"discussion": "5.7b"}),
    "parent-contact": ("5.7a", HEAD, {"discussion": "5.7b"}),
    "known-family": ("4.5", HEAD, {"discussion-dsl": "4.5", "discussion-head": "4.5"}),
    "visitor-access": ("6.5", HEAD, {"kept-secure": "6.1", "visitor-discussion": "6.6"}),
}
# Who asks, and what follows the decision, by hand from the clauses.
ASK = dict.fromkeys(WHO_DECIDES_WHAT, frozenset(STAFF)) | {
    "educational-activity": {Role.STAFF_DIRECT},
    "exceptional-access": STAFF | {Role.PARENT, Role.PUPIL},
    "parent-contact": {Role.PARENT},
}
SIGNED, STARTED, CONFIDENTIAL = {"exceptional-access", "parent-contact"}, {"educational-activity"}, {"known-family"}
VISITORS = {"visitor-access"}


def somebody(*roles):
    return Actor(1, "somebody", "Somebody Invented", "", frozenset(roles))


def test_the_kinds_are_those_of_the_policy_and_no_others():
    assert KINDS.keys() == WHO_DECIDES_WHAT.keys() == KNOWN_FORMS


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_each_kind_is_decided_and_prepared_as_the_policy_says(kind):
    clause, deciders, prerequisites = WHO_DECIDES_WHAT[kind.id]
    assert kind.clause == clause
    assert kind.deciders == deciders
    assert {prerequisite.id: prerequisite.clause for prerequisite in kind.prerequisites} == prerequisites


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
@pytest.mark.parametrize("role", Role)
def test_those_may_ask_whom_the_policy_names_and_nobody_else(kind, role):
    assert (kind in kinds_for(somebody(role))) == (role in ASK[kind.id])


def test_somebody_with_several_roles_sees_each_kind_once():
    assert kinds_for(somebody(Role.PARENT, Role.STAFF_DIRECT, Role.SLT)) == EVERY_KIND


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_what_follows_a_decision_is_as_the_policy_says(kind):
    """Clauses 5.7d, 5.4, 4.5 and 6.2: a signed agreement, a session that is started, confidence, no pupil's hand."""
    assert kind.agreement == kind.for_pupil == (kind.id in SIGNED)
    assert kind.session == kind.with_pupils == kind.one_day == (kind.id in STARTED)
    assert kind.confidential == bool(kind.arrangement) == (kind.id in CONFIDENTIAL)
    assert kind.for_visitor == ("pupil_handles" in kind.asks) == (kind.id in VISITORS)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_what_an_asker_needs_ends_with_a_tick_and_what_others_note_is_a_discussion(kind):
    for prerequisite in kind.prerequisites:
        # How a visitor keeps their device safe is told by their host, who does not sign for them.
        assert prerequisite.questions[-1].tick == (prerequisite.by is By.ASKER and not kind.for_visitor)
        asked = [question.id for question in prerequisite.questions][:3]
        assert prerequisite in kind.prerequisites_of_asker or asked == ["who", "when", "outcome"]
        assert len({question.id for question in prerequisite.questions}) == len(prerequisite.questions)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_a_form_asks_only_for_what_its_kind_does_not_fix(kind):
    assert ("ends_on" in kind.window) is not kind.one_day
    assert ("starts_at" in kind.window) == ("ends_at" in kind.window) is not kind.all_day
    assert ("zones" in kind.window) is not bool(kind.places)
    assert "starts_on" in kind.window


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_a_need_is_found_by_its_id_and_another_kinds_need_is_not(kind):
    for prerequisite in kind.prerequisites:
        assert kind.prerequisite(prerequisite.id) is prerequisite
    assert kind.prerequisite("seat-belt") is None
