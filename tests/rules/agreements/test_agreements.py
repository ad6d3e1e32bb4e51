"""Written agreements: the school's template, versions, and that the newest one counts (clause 5.7d)."""

import pytest

from enums import ExemptionState, RequiredSigners
from models import Agreement, Exemption, SchoolText
from rules.agreements import agreements
from rules.agreements.terms import Terms
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import Changed, Invalid, NotAllowed, NotFound
from rules.decisions import deciding
from rules.exemptions import lifecycle, queries
from rules.people import delegation
from rules.policy import in_force as policy_in_force
from tests.conftest import ACCESS, CAST, PARENT_CONTACT
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    events,
    in_force,
    kind_name,
    later,
    permitted,
    revision,
    sign,
    signed,
    when,
    who,
)

agreed_kind = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)
TERMS = Terms("Keep it in the bag.", "It is handed in.", (("phone", "My phone stays in my bag."),))


def newest(exemption):
    return agreements.newest_of(queries.find(exemption))


# --- Issued with the approval -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_an_approval_issues_an_agreement_where_the_kind_has_one(cast, kind):
    exemption = ask(asker_of(kind), kind)
    assert newest(exemption) is None
    approve(cast.head, exemption)
    assert (newest(exemption) is not None) is kind.agreement
    if kind.agreement:
        agreed = newest(exemption)
        assert (agreed.version, agreed.issued_by, agreed.signatures) == (1, cast.head.name, {})
        assert agreed.terms == agreements.template(policy()).cleaned()
        assert agreed.terms.sanctions
        assert agreed.waits_for("Pupil Invented") == "Pupil Invented and a parent or carer"
        assert events(f"exemption:{exemption}")[-1] == "agreement-issued"
    assert in_force(exemption) is not (kind.agreement or kind.session)


@agreed_kind
@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"sanctions": "  "}, "sanctions"),
        ({"expectations": ""}, "expectations"),
        ({"sanctions": "x" * 4001}, "sanctions"),
        ({"signers": RequiredSigners.PUPIL}, "signers_reason"),
        ({"signers": RequiredSigners.PARENT, "signers_reason": " "}, "signers_reason"),
        ({"easy": (("dragon", "A line."),)}, "easy"),
    ],
)
def test_an_agreement_that_is_not_whole_is_not_issued_and_nothing_is_approved(cast, kind, spoilt, field):
    """Clause 5.7d: expectations *including sanctions*."""
    exemption = ask(cast.parent, kind)
    terms = Terms(**{**TERMS._asdict(), **spoilt})
    with pytest.raises(Invalid) as caught:
        deciding.approve(cast.head, exemption, revision(exemption), "", terms)
    assert caught.value.errors.keys() == {field}
    assert queries.find(exemption).state is ExemptionState.SUBMITTED
    assert Agreement.select().count() == 0


@agreed_kind
@pytest.mark.parametrize("signers", RequiredSigners)
def test_it_is_in_force_as_soon_as_those_have_signed_who_have_to(cast, kind, signers):
    """Invariant 1."""
    exemption = ask(cast.parent, kind)
    terms = Terms(
        "Keep it safe.", "It is handed in.", (), signers, "" if signers is RequiredSigners.BOTH else "They said so."
    )
    deciding.approve(cast.head, exemption, revision(exemption), "", terms)
    for name in {"both": ("pupil", "parent"), "pupil": ("pupil",), "parent": ("parent",)}[signers.value]:
        assert not in_force(exemption)
        assert queries.find(exemption).status == "awaiting signature"
        sign(who(name), exemption)
    assert in_force(exemption)
    assert newest(exemption).missing == []


# --- Another version ----------------------------------------------------------------------------------------


@agreed_kind
def test_an_agreement_issued_anew_waits_for_signatures_again(cast, kind):
    """Invariant 3: a re-issued agreement puts the exemption back to awaiting agreement."""
    exemption = permitted(cast.parent, kind)
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    assert not in_force(exemption)
    assert queries.find(exemption).status == "awaiting signature"
    assert queries.find(exemption).decision.signed_at is None
    sign(cast.pupil, exemption)
    assert not in_force(exemption)
    sign(cast.parent, exemption)
    assert in_force(exemption)
    assert [agreed.version for agreed in agreements.versions_of(queries.find(exemption))] == [2, 1]


@agreed_kind
def test_what_was_signed_before_stays_as_it_was(cast, kind):
    exemption = permitted(cast.parent, kind)
    before = newest(exemption)
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    old = agreements.versions_of(queries.find(exemption))[-1]
    assert old == before == agreements.by_id(before.id)
    assert newest(exemption).terms == TERMS


@agreed_kind
def test_a_new_version_makes_no_new_revision_because_the_decision_is_the_same(cast, kind):
    exemption = permitted(cast.parent, kind)
    seen = revision(exemption)
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    assert (queries.find(exemption).state, revision(exemption)) == (ExemptionState.APPROVED, seen)


@agreed_kind
@pytest.mark.parametrize("seen", [0, 2, -1, 2**70])
def test_a_version_that_is_not_the_newest_is_not_replaced(cast, kind, seen):
    exemption = permitted(cast.parent, kind)
    with pytest.raises(Changed):
        agreements.issue_anew(cast.head, exemption, seen, TERMS)
    assert in_force(exemption)


@agreed_kind
def test_two_who_change_it_at_once_make_one_version(cast, kind):
    exemption = permitted(cast.parent, kind)
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    with pytest.raises(Changed):
        agreements.issue_anew(cast.head, exemption, 1, Terms("Another.", "Another."))
    assert newest(exemption).terms == TERMS


@agreed_kind
@pytest.mark.parametrize("name", [name for name in CAST if name != "head"])
def test_nobody_but_who_decides_issues_an_agreement(cast, kind, name):
    exemption = permitted(cast.parent, kind)
    with pytest.raises((NotAllowed, NotFound)):
        agreements.issue_anew(who(name), exemption, 1, TERMS)
    assert in_force(exemption)


@agreed_kind
def test_who_stands_in_for_the_headteacher_issues_agreements(cast, kind):
    exemption = permitted(cast.parent, kind)
    delegation.give(cast.head, cast.dsl.id, MONDAY, MONDAY)
    agreements.issue_anew(actor_of_person(cast.dsl.id), exemption, 1, TERMS)
    assert newest(exemption).issued_by == cast.dsl.name


@agreed_kind
@pytest.mark.parametrize("state", ["waiting", "withdrawn", "revoked", "over"])
def test_no_version_is_issued_for_what_does_not_hold(cast, kind, state):
    exemption = ask(cast.parent, kind) if state == "waiting" else permitted(cast.parent, kind)
    if state == "withdrawn":
        lifecycle.withdraw(cast.parent, exemption)
    elif state == "revoked":
        deciding.revoke(cast.head, exemption, revision(exemption), "It rang.")
    with when(TUESDAY if state == "over" else MONDAY, "15:00"), pytest.raises(Changed):
        agreements.issue_anew(cast.head, exemption, 1, TERMS)


@agreed_kind
def test_an_unfit_version_leaves_the_old_one_in_force(cast, kind):
    exemption = permitted(cast.parent, kind)
    with pytest.raises(Invalid):
        agreements.issue_anew(cast.head, exemption, 1, Terms("Something.", " "))
    assert in_force(exemption)


def test_the_moment_it_became_whole_is_when_the_last_one_signed(cast):
    exemption = ask(cast.parent, ACCESS)
    approve(cast.head, exemption)
    with later(minutes=10):
        sign(cast.pupil, exemption)
    with later(minutes=30):
        sign(cast.parent, exemption)
        view = queries.find(exemption)
        assert view.decision.signed_at == newest(exemption).signatures["parent"].recorded_at
        assert view.decision.signed_at > newest(exemption).signatures["pupil"].recorded_at


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_an_agreement_that_is_not_there_is_none(cast, number):
    assert agreements.by_id(number) is None


# --- The template -------------------------------------------------------------------------------------------


policy = policy_in_force.policy_in_force


def save(actor, terms, seen):
    """Save a template over the version that was seen."""
    agreements.save_template(actor, policy(), terms, seen)


def test_the_schools_own_template_takes_the_place_of_the_packs_and_leaves_what_was_issued(cast):
    exemption = permitted(cast.parent, ACCESS)
    before = newest(exemption)
    own = Terms("  Our own rules. ", "Our own sanctions.", (("phone", "Our line."), ("", "  ")))
    save(cast.head, own, 0)
    assert agreements.template(policy()) == own.cleaned()
    assert newest(exemption) == before
    second = ask(cast.parent, ACCESS, device="Another")
    approve(cast.head, second)
    assert newest(second).terms.expectations == "Our own rules."
    assert events().count("agreement-template-changed") == 1


def test_every_template_the_school_had_is_kept_and_the_newest_counts(cast):
    for words in ("First.", "Second."):
        seen = agreements.school_template(policy()).version
        save(cast.head, Terms(words, "Sanctions."), seen)
    assert agreements.template(policy()).expectations == "Second."
    assert SchoolText.select().count() == 2


def test_the_same_words_saved_again_are_no_other_template(cast):
    for _ in range(20):
        save(cast.head, Terms("Rules. ", "Sanctions."), 0)
    assert SchoolText.select().count() == 1
    assert events().count("agreement-template-changed") == 1


def test_whoever_saves_a_template_second_is_shown_the_first_and_nothing_is_lost(cast):
    save(cast.head, Terms("Hers.", "Sanctions."), 0)
    with pytest.raises(Changed) as caught:
        save(cast.head, Terms("His.", "Sanctions."), 0)
    now = caught.value.current
    assert (now.terms.expectations, now.by, now.at) == ("Hers.", cast.head.name, clock.now())
    save(cast.head, Terms("Both.", "Sanctions."), now.version)
    assert agreements.template(policy()).expectations == "Both."


def test_a_template_without_sanctions_is_not_kept(cast):
    with pytest.raises(Invalid) as caught:
        save(cast.head, Terms("Rules.", " "), 0)
    assert caught.value.errors.keys() == {"sanctions"}
    assert SchoolText.select().count() == 0


def test_signatures_are_read_with_their_versions(cast):
    exemption = permitted(cast.parent, ACCESS)
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    signed(exemption)
    agreements.issue_anew(cast.head, exemption, 2, TERMS)
    third, second, first = agreements.versions_of(queries.find(exemption))
    assert (len(third.signatures), len(second.signatures), len(first.signatures)) == (0, 2, 2)
    assert agreements.next_version(queries.find(exemption)) == 4
    assert Exemption.get_by_id(exemption).signed_at is None
