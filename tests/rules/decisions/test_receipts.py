"""What was decided: the receipt of a decision, as it was, for those who may read its reason."""

import pytest

from models import Decision
from rules.agreements import agreements
from rules.agreements.terms import Terms
from rules.core.errors import NotFound
from rules.decisions import deciding, receipts
from rules.exemptions import lifecycle, permissions, queries
from rules.people import people
from tests.conftest import ACCESS, ANSWERS, CAST, LESSON
from tests.support.exemptions import (
    EVERY_KIND,
    REASON,
    VERBS,
    approve,
    ask,
    asker_of,
    decider_of,
    events,
    fitting,
    kind_name,
    permitted,
    revision,
    who,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
SLT_DECIDES = {"teaching-period", "school-device", "educational-activity"}


def readers(kind):
    """By hand: the asker, the deciders, and the DSL where the DSL talks first."""
    found = {"parent" if kind.id == "parent-contact" else "teacher", "head"}
    found |= {"deputy", "assistant_head"} if kind.id in SLT_DECIDES else set()
    return found | ({"dsl"} if kind.confidential else set())


@every_kind
@pytest.mark.parametrize("name", CAST)
def test_a_receipt_is_for_those_who_may_read_the_reason(cast, kind, name):
    """Invariant 14: not for the office, not for the pupil, not for the other parent."""
    exemption = permitted(asker_of(kind), kind)
    number = Decision.get().id
    if name in readers(kind):
        view, receipt = receipts.receipt(who(name), number)
        assert (view.id, receipt.id, receipt.intact) == (exemption, number, True)
        assert receipt.frozen["request"]["reason"] == REASON
    else:
        with pytest.raises(NotFound):
            receipts.receipt(who(name), number)


@every_kind
def test_reading_the_receipt_of_what_is_confidential_is_noted(cast, kind):
    """Clause 4.5."""
    permitted(asker_of(kind), kind)
    receipts.receipt(cast.head, Decision.get().id)
    assert events().count("confidential-read") == kind.confidential


@every_kind
def test_a_receipt_shows_everything_as_it_was_when_it_was_decided(cast, kind):
    exemption = ask(asker_of(kind), kind)
    approve(cast.head, exemption, "Keep it on silent.")
    before = receipts.receipt(cast.head, Decision.get().id)[1]
    lifecycle.change(asker_of(kind), exemption, revision(exemption), fitting(kind, device="Another", reason="Other."))
    people.edit(cast.head, cast.pupil.id, people.PersonDetails("pupil", "Renamed Invented", "Heron class"))
    _, after = receipts.receipt(cast.head, before.id)
    assert after == before
    assert after.text == "Keep it on silent."
    assert {prerequisite: told["answers"] for prerequisite, told in after.frozen["needs"].items()} == ANSWERS[kind.id]
    assert (after.frozen["agreement"] is not None) is kind.agreement
    assert len(after.digest) == 64
    assert "Monday 23 November 2026" in after.when


def test_the_agreement_on_a_receipt_is_the_version_that_was_decided_on(cast):
    exemption = ask(cast.parent, ACCESS)
    terms = Terms("First rules.", "First sanctions.")
    deciding.approve(cast.head, exemption, revision(exemption), "", terms)
    agreements.issue_anew(cast.head, exemption, 1, Terms("Second rules.", "Second sanctions."))
    _, receipt = receipts.receipt(cast.head, Decision.get().id)
    assert receipt.frozen["agreement"]["expectations"] == "First rules."


def test_the_pupils_on_a_receipt_are_those_who_took_part_then(cast):
    exemption = permitted(cast.teacher, LESSON)
    changed = fitting(LESSON, pupils=(cast.other_pupil.id,))
    lifecycle.change(cast.teacher, exemption, revision(exemption), changed)
    _, receipt = receipts.receipt(cast.teacher, Decision.get().id)
    assert [pupil["name"] for pupil in receipt.frozen["request"]["pupils"]] == [cast.pupil.name]


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_a_decision_that_is_not_there_is_not_found(cast, number):
    with pytest.raises(NotFound):
        receipts.receipt(cast.head, number)


@every_kind
@pytest.mark.parametrize("verb", ["decline", "return", "revoke"])
def test_the_asker_is_told_why_and_others_are_not(cast, kind, verb):
    """Invariant 8."""
    exemption = ask(asker_of(kind), kind)
    if verb == "revoke":
        approve(cast.head, exemption)
    assert receipts.reasons_for(asker_of(kind), permissions.mine(asker_of(kind))) == {}
    VERBS[verb](decider_of(queries.find(exemption)), exemption, revision(exemption))
    told = receipts.reasons_for(asker_of(kind), permissions.mine(asker_of(kind)))
    assert told == {exemption: {"decline": "No.", "return": "Which room?", "revoke": "Not any more."}[verb]}
    for name in ("carer", "pupil"):
        assert receipts.reasons_for(who(name), permissions.mine(who(name))) == {}
