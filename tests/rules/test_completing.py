"""Completing what a request needs: by whom, when, and that nothing of it is lost."""

import pytest

from enums import ExemptionState
from models import NeedMet
from rules import cases, completing, decisions, delegation, exemptions, needs
from rules.actors import actor_of_person
from rules.errors import Changed, Invalid, NotAllowed, NotFound
from rules.exemption_needs import By
from tests.conftest import ACCESS, ANSWERS, CAST, KNOWN_FAMILY, LESSON, REMOTE_LEARNING, SCHOOL_DEVICE
from tests.rules.stories import EVERY_KIND, MONDAY, ask, asker_of, events, fitting, kind_name, permitted, revision, who

with_needs = pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.needs], ids=kind_name)
# By hand from the policy: who of the cast completes what, when the teacher (or the parent) asks.
COMPLETERS = {
    ("remote-learning", "no-school-equipment"): {"teacher"},
    ("remote-learning", "risk-assessment"): {"teacher"},
    ("school-device", "pin-set"): {"teacher"},
    ("school-device", "monitoring-notice"): {"teacher"},
    ("educational-activity", "activity-assessment"): {"teacher"},
    ("exceptional-access", "discussion"): {"head"},
    ("parent-contact", "discussion"): {"head"},
    ("known-family", "discussion-dsl"): {"dsl"},
    ("known-family", "discussion-head"): {"head"},
    ("visitor-access", "kept-secure"): {"teacher"},
    ("visitor-access", "visitor-discussion"): {"head"},
}


def completer(kind, need):
    return who(next(iter(COMPLETERS[kind.id, need.id])))


def test_every_need_of_every_kind_is_tried_below():
    assert COMPLETERS.keys() == {(kind.id, need.id) for kind in EVERY_KIND for need in kind.needs}


@with_needs
def test_what_is_needed_can_be_completed_later_and_each_time_makes_a_new_revision(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    for count, need in enumerate(kind.needs):
        assert needs.needs_missing(cases.find(exemption)) == list(kind.needs[count:])
        completing.meet_need(completer(kind, need), exemption, need.id, ANSWERS[kind.id][need.id])
    assert needs.needs_missing(cases.find(exemption)) == []
    assert revision(exemption) == 1 + len(kind.needs)
    assert events(f"exemption:{exemption}") == ["exemption-submitted"] + ["need-met"] * len(kind.needs)


@pytest.mark.parametrize("name", CAST)
@with_needs
def test_only_those_whom_the_policy_names_complete_what_is_needed(cast, kind, name):
    exemption = ask(asker_of(kind), kind, answers={})
    for need in kind.needs:
        if name in COMPLETERS[kind.id, need.id]:
            completing.meet_need(who(name), exemption, need.id, ANSWERS[kind.id][need.id])
        else:
            with pytest.raises((NotAllowed, NotFound)):
                completing.meet_need(who(name), exemption, need.id, ANSWERS[kind.id][need.id])
    completed = sum(name in COMPLETERS[kind.id, need.id] for need in kind.needs)
    assert NeedMet.select().count() == completed
    assert revision(exemption) == 1 + completed


@with_needs
def test_a_later_answer_replaces_an_earlier_one_and_both_are_kept(cast, kind):
    exemption = ask(asker_of(kind), kind)
    for need in kind.needs:
        actor, given = completer(kind, need), ANSWERS[kind.id][need.id]
        words = next((question.id for question in need.questions if not question.tick and not question.day), None)
        again = {**given, words: "Something else."} if words else given
        completing.meet_need(actor, exemption, need.id, again)
        met = needs.needs_met(cases.find(exemption))[need.id]
        assert (met.answers, met.by) == (again, actor.name)
        assert [earlier.answers for earlier in met.earlier] == [given]
        assert NeedMet.select().where(NeedMet.need == need.id).count() == 2


@with_needs
def test_what_is_half_answered_is_not_kept(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    for need in kind.needs:
        with pytest.raises(Invalid) as caught:
            completing.meet_need(completer(kind, need), exemption, need.id, {})
        assert caught.value.errors.keys() == {question.id for question in need.questions}
    assert NeedMet.select().count() == 0
    assert revision(exemption) == 1


def test_a_tick_is_given_as_a_tick_and_not_as_a_word(cast):
    exemption = ask(cast.teacher, SCHOOL_DEVICE, answers={})
    with pytest.raises(Invalid):
        completing.meet_need(cast.teacher, exemption, "pin-set", {"confirmed": "yes"})
    assert NeedMet.select().count() == 0


def test_a_need_that_the_kind_does_not_have_is_not_found(cast):
    with pytest.raises(NotFound):
        completing.meet_need(cast.teacher, ask(cast.teacher), "pin-set", {"confirmed": True})


@with_needs
@pytest.mark.parametrize("over", ["approved", "declined", "withdrawn"])
def test_nothing_is_completed_after_the_decision(cast, kind, over):
    exemption = ask(asker_of(kind), kind)
    if over == "approved":
        decisions.approve(cast.head, exemption, revision(exemption), kind.arrangement)
    elif over == "declined":
        decisions.decline(cast.head, exemption, revision(exemption), "No.")
    else:
        exemptions.withdraw(asker_of(kind), exemption)
    for need in kind.needs:
        with pytest.raises(Changed):
            completing.meet_need(completer(kind, need), exemption, need.id, ANSWERS[kind.id][need.id])


@with_needs
def test_what_was_returned_can_still_be_completed(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    decisions.return_to_asker(cast.head, exemption, 1, "Which room?")
    for need in kind.needs:
        completing.meet_need(completer(kind, need), exemption, need.id, ANSWERS[kind.id][need.id])
    assert cases.find(exemption).state is ExemptionState.RETURNED


# --- Discussions --------------------------------------------------------------------------------------------


def test_the_delegate_talks_with_the_family_but_not_about_a_relationship(cast):
    delegation.give(cast.head, cast.deputy.id, MONDAY, MONDAY)
    deputy = actor_of_person(cast.deputy.id)
    access, known = ask(cast.parent, ACCESS, answers={}), ask(cast.teacher, KNOWN_FAMILY, answers={})
    completing.meet_need(deputy, access, "discussion", ANSWERS[ACCESS.id]["discussion"])
    with pytest.raises(NotFound):
        completing.meet_need(deputy, known, "discussion-head", ANSWERS[KNOWN_FAMILY.id]["discussion-head"])


def test_the_dsls_own_declaration_is_talked_over_with_the_deputy_dsl(cast):
    exemption = ask(cast.dsl, KNOWN_FAMILY, answers={})
    given = ANSWERS[KNOWN_FAMILY.id]["discussion-dsl"]
    with pytest.raises(NotAllowed):
        completing.meet_need(cast.dsl, exemption, "discussion-dsl", given)
    completing.meet_need(cast.deputy_dsl, exemption, "discussion-dsl", given)
    assert needs.needs_met(cases.find(exemption))["discussion-dsl"].by == cast.deputy_dsl.name


def test_the_headteachers_own_declaration_is_talked_over_with_the_regional_director(cast):
    exemption = ask(cast.head, KNOWN_FAMILY, answers={})
    given = ANSWERS[KNOWN_FAMILY.id]["discussion-head"]
    with pytest.raises(NotAllowed):
        completing.meet_need(cast.head, exemption, "discussion-head", given)
    completing.meet_need(cast.director, exemption, "discussion-head", given)


@pytest.mark.parametrize("need", ["discussion-dsl", "discussion-head"])
def test_the_same_person_does_not_record_both_discussions_unless_they_hold_both_offices(cast, need):
    """Clause 4.5: the DSL and the headteacher each record their own."""
    exemption = ask(cast.teacher, KNOWN_FAMILY, answers={})
    other = {"discussion-dsl": cast.head, "discussion-head": cast.dsl}[need]
    with pytest.raises(NotAllowed):
        completing.meet_need(other, exemption, need, ANSWERS[KNOWN_FAMILY.id][need])


def test_an_assessment_can_be_used_again_for_the_next_lesson(cast):
    first = permitted(cast.teacher, LESSON)
    kept = needs.needs_met(cases.find(first))["activity-assessment"].answers
    request = fitting(LESSON, device="Other tablets")
    second = exemptions.submit(cast.teacher, LESSON, request, {"activity-assessment": kept})
    assert needs.needs_missing(cases.find(second)) == []


def test_what_waits_is_read_at_once_for_all_that_wait(cast):
    one, other = ask(cast.teacher, REMOTE_LEARNING), ask(cast.teacher, SCHOOL_DEVICE, answers={})
    waiting = [cases.find(one), cases.find(other)]
    found = needs.needs_met_of(waiting)
    assert found[one] == needs.needs_met(waiting[0])
    assert found[other] == {}


@with_needs
def test_each_persons_page_names_what_waits_for_them_and_no_more(cast, kind):
    view = cases.find(ask(asker_of(kind), kind, answers={}))
    for name in CAST:
        actor = who(name)
        decides = name == "head"
        waiting = needs.waits_for(actor, view, {}, decides)
        assert {need.id for need in waiting} == {need.id for need in kind.needs if name in COMPLETERS[kind.id, need.id]}
        assert all(need.by is not By.ASKER for need in waiting) or actor.id == view.people.asker
