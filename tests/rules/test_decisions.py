"""Deciding: by whom, on what exactly, once, and never changed afterwards."""

import datetime as dt

import pytest

from database import IntegrityError, writing
from models import Decision, Exemption, Role, State, Verdict
from rules import cases, clock, decided, decisions, delegation, exemptions, needs, people, queue, role_grants
from rules.actors import actor_of_person
from rules.digests import sha256
from rules.exemption_checks import Unfit
from rules.exemptions import Moved
from rules.roles import NotAllowed, NotFound
from tests.conftest import ANSWERS, CAST, a_request
from tests.rules.stories import (
    EVERY_KIND,
    MONDAY,
    REASON,
    TUESDAY,
    approve,
    ask,
    events,
    kind_name,
    later,
    permitted,
    permitted_now,
    revision,
    when,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
everybody = pytest.mark.parametrize("who", CAST)

# By hand from the table "Who decides what", so that the rule is not tested against itself.
DECIDERS = {
    "teaching-period": {"head", "deputy", "assistant_head"},
    "remote-learning": {"head"},
    "school-device": {"head", "deputy", "assistant_head"},
}
STAFF = ("head", "deputy", "assistant_head", "dsl", "deputy_dsl", "office", "teacher", "assistant", "finance")
VERBS = {
    "approve": lambda actor, exemption, seen: decisions.approve(actor, exemption, seen),
    "decline": lambda actor, exemption, seen: decisions.decline(actor, exemption, seen, "No."),
    "return": lambda actor, exemption, seen: decisions.give_back(actor, exemption, seen, "Which room?"),
    "revoke": lambda actor, exemption, seen: decisions.revoke(actor, exemption, seen, "Not any more."),
}
WORDS_NEEDED = {"decline": decisions.decline, "return": decisions.give_back, "revoke": decisions.revoke}


def to_decide(verb, asker, kind, decider):
    """An exemption in the state from which a verb starts."""
    exemption = ask(asker, kind)
    if verb == "revoke":
        approve(decider, exemption)
    return exemption


def decisions_of(exemption):
    return decided.decisions_on(cases.find(exemption))


# --- Who decides --------------------------------------------------------------------------------------------


@every_kind
@everybody
def test_only_the_right_decider_permits_anything(cast, kind, who):
    """Invariant 1: nobody is permitted without the right decider's decision."""
    exemption, actor = ask(cast.teacher, kind), getattr(cast, who)
    if who in DECIDERS[kind.id]:
        approve(actor, exemption)
        assert cases.find(exemption).in_force
        assert decisions_of(exemption)[0].decided_by == actor.id
    else:
        with pytest.raises(NotAllowed if who == "teacher" else NotFound):
            approve(actor, exemption)
        assert not cases.find(exemption).in_force
        assert Decision.select().count() == 0
    assert bool(permitted_now()) == (who in DECIDERS[kind.id])


@every_kind
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", STAFF)
def test_nobody_decides_their_own_request(cast, kind, verb, who):
    """Invariant 4: nobody decides their own request, nor one about themselves."""
    asker = getattr(cast, who)
    exemption = to_decide(verb, asker, kind, cast.director if who == "head" else cast.head)
    count = Decision.select().count()
    with pytest.raises(NotAllowed, match="your own request"):
        VERBS[verb](asker, exemption, revision(exemption))
    assert Decision.select().count() == count
    assert exemption not in [case.id for case in queue.waiting_for(asker) + queue.revocable_by(asker)]


@every_kind
@everybody
def test_the_headteachers_own_request_is_decided_by_the_regional_director_alone(cast, kind, who):
    """Invariant 4: where the headteacher asks, the regional director decides."""
    exemption, actor = ask(cast.head, kind), getattr(cast, who)
    may = who == "director"
    assert (exemption in [case.id for case in queue.waiting_for(actor)]) is may
    if may:
        approve(actor, exemption)
        assert cases.find(exemption).in_force
    else:
        with pytest.raises(NotAllowed if who == "head" else NotFound):
            approve(actor, exemption)


@every_kind
def test_the_regional_director_decides_nobody_elses(cast, kind):
    exemption = ask(cast.teacher, kind)
    assert queue.waiting_for(cast.director) == []
    with pytest.raises(NotFound):
        queue.load(cast.director, exemption)


def test_somebody_who_is_also_headteacher_only_from_tomorrow_is_decided_as_before_until_then(cast):
    role_grants.give_role(cast.head, cast.deputy.id, Role.HEADTEACHER, TUESDAY)
    exemption = ask(cast.deputy)
    assert queue.may_decide(cast.assistant_head, cases.find(exemption))
    with later(days=1):
        assert not queue.may_decide(cast.assistant_head, cases.find(exemption))
        assert not queue.may_decide(cast.head, cases.find(exemption))
        assert queue.may_decide(cast.director, cases.find(exemption))


def test_a_decider_whose_role_ends_today_decides_today_and_not_tomorrow(cast):
    role_grants.give_role(cast.head, cast.finance.id, Role.SLT, MONDAY, MONDAY)
    exemption = ask(cast.teacher)
    assert queue.may_decide(actor_of_person(cast.finance.id), cases.find(exemption))
    with when(MONDAY, "23:59"):
        assert queue.may_decide(actor_of_person(cast.finance.id), cases.find(exemption))
    with when(TUESDAY, "00:00"):
        assert not queue.may_decide(actor_of_person(cast.finance.id), cases.find(exemption))


@pytest.mark.parametrize("number", [0, -3, 999_999, 2**63, 10**30])
@pytest.mark.parametrize("verb", VERBS)
def test_an_exemption_that_is_not_there_is_not_decided(cast, number, verb):
    with pytest.raises(NotFound):
        VERBS[verb](cast.head, number, 1)


def test_a_revision_nobody_has_seen_is_not_decided(cast):
    exemption = ask(cast.teacher)
    for seen in (0, 2, -1, 2**70):
        with pytest.raises(Moved):
            decisions.approve(cast.head, exemption, seen)
    assert cases.find(exemption).state is State.SUBMITTED


# --- What waits ---------------------------------------------------------------------------------------------


def test_what_starts_first_waits_at_the_top(cast):
    tomorrow = ask(cast.teacher, starts_on=TUESDAY)
    afternoon = ask(cast.assistant, starts_at=dt.time(13))
    with later(minutes=5):
        later_asked = ask(cast.office)
    morning = ask(cast.finance)
    waiting = [case.id for case in queue.waiting_for(cast.head)]
    assert waiting == [morning, later_asked, afternoon, tomorrow]


def test_a_decided_request_waits_no_longer_and_can_be_revoked_until_it_is_over(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    assert queue.waiting_for(cast.head) == []
    assert [case.id for case in queue.revocable_by(cast.deputy)] == [exemption]
    with when(TUESDAY, "14:59"):
        assert [case.id for case in queue.revocable_by(cast.deputy)] == [exemption]
    with when(TUESDAY, "15:00"):
        assert queue.revocable_by(cast.deputy) == []


def test_what_somebody_inactive_asked_for_waits_for_nobody(cast):
    ask(cast.teacher)
    permitted(cast.assistant, by=cast.head)
    for person in (cast.teacher, cast.assistant):
        people.set_active(cast.head, person.id, False)
    assert queue.waiting_for(cast.head) == []
    assert queue.revocable_by(cast.head) == []
    for person in (cast.teacher, cast.assistant):
        people.set_active(cast.head, person.id, True)
    assert len(queue.waiting_for(cast.head)) == len(queue.revocable_by(cast.head)) == 1


# --- What is in the way of Approve --------------------------------------------------------------------------

with_needs = pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.needs], ids=kind_name)


@with_needs
def test_nothing_is_approved_before_everything_it_needs_is_there(cast, kind):
    """Invariant 1: the decision comes after the risk assessment, the PIN and the notice, where they are needed."""
    exemption = ask(cast.teacher, kind, answers={})
    for need in kind.needs:
        with pytest.raises(decisions.NotReady) as caught:
            approve(cast.head, exemption)
        assert caught.value.blockers[0].need == need.id
        assert f"clause {need.clause}" in caught.value.blockers[0].message
        exemptions.meet_need(cast.teacher, exemption, need.id, ANSWERS[kind.id][need.id])
    approve(cast.head, exemption)
    assert cases.find(exemption).in_force


@with_needs
def test_what_is_missing_keeps_nobody_from_declining_or_returning(cast, kind):
    for verb, state in (("decline", State.DECLINED), ("return", State.RETURNED)):
        exemption = ask(cast.teacher, kind, answers={}, device=verb)
        VERBS[verb](cast.head, exemption, 1)
        assert cases.find(exemption).state is state


def test_days_that_have_passed_are_not_approved(cast):
    exemption = ask(cast.teacher)
    with when(TUESDAY, "15:00"), pytest.raises(decisions.NotReady, match="days have passed"):
        approve(cast.head, exemption)
    with when(TUESDAY, "14:59"):
        approve(cast.head, exemption)


def test_the_second_of_two_overlapping_requests_is_not_approved(cast):
    first, second = ask(cast.teacher), ask(cast.teacher, starts_at=dt.time(14), ends_at=dt.time(16))
    after = ask(cast.teacher, starts_at=dt.time(15), ends_at=dt.time(16))
    approve(cast.head, first)
    with pytest.raises(decisions.NotReady, match="same device already has permission"):
        approve(cast.deputy, second)
    approve(cast.deputy, after)
    decisions.revoke(cast.head, first, 1, "No more.")
    decisions.revoke(cast.head, after, 1, "No more.")
    approve(cast.deputy, second)
    assert cases.find(second).state is State.APPROVED


# --- The words ----------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("verb", WORDS_NEEDED)
@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1001, "hidden\u202etxet"])
def test_declining_returning_and_revoking_need_a_reason(cast, kind, verb, reason):
    """Invariant 8: decline and return need a reason."""
    exemption = to_decide(verb, cast.teacher, kind, cast.head)
    before, count = cases.find(exemption), Decision.select().count()
    with pytest.raises(Unfit) as caught:
        WORDS_NEEDED[verb](cast.head, exemption, 1, reason)
    assert caught.value.problems.keys() == {"text"}
    assert cases.find(exemption) == before
    assert Decision.select().count() == count


def test_the_database_itself_refuses_a_decision_without_its_reason(cast):
    """Invariant 8, on the lowest floor."""
    exemption = ask(cast.teacher)
    with pytest.raises(IntegrityError), writing():
        Decision.insert(
            exemption=exemption,
            verdict=Verdict.DECLINED.value,
            decided_by=cast.head.id,
            decided_at=clock.now(),
            text="  ",
            frozen={},
            frozen_digest="",
        ).execute()


@every_kind
def test_conditions_are_kept_with_the_decision_and_told_as_such(cast, kind):
    exemption = ask(cast.teacher, kind)
    approve(cast.head, exemption, "  Keep it on silent.  ")
    assert cases.find(exemption).conditions == decisions_of(exemption)[0].text == "Keep it on silent."
    assert events(f"exemption:{exemption}")[-1] == "exemption-approved-with-conditions"


# --- The decision itself ------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("verb", VERBS)
def test_a_decision_keeps_an_exact_copy_of_what_it_was_made_on(cast, kind, verb):
    exemption = to_decide(verb, cast.teacher, kind, cast.head)
    VERBS[verb](cast.head, exemption, 1)
    case, decision = cases.find(exemption), decisions_of(exemption)[-1]
    assert decision.frozen == decisions.freeze(case, needs.needs_met(case), decision.text)
    assert decision.frozen["request"]["reason"] == REASON
    assert decision.frozen["needs"].keys() == {need.id for need in kind.needs}
    assert (decision.decided_by, decision.at, decision.by) == (cast.head.id, clock.now(), cast.head.name)
    row = Decision.get_by_id(decision.id)
    assert sha256(Decision.frozen.db_value(row.frozen)) == decision.digest


def test_what_was_decided_on_stays_when_the_request_and_the_asker_change(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    before = decisions_of(exemption)[0]
    exemptions.change(cast.teacher, exemption, 1, a_request(device="Another", reason="Another reason."))
    people.edit(cast.head, cast.teacher.id, people.Details("teacher", "Renamed Invented", "Owls"))
    assert decisions_of(exemption)[0] == before
    assert before.frozen["asker"]["name"] == cast.teacher.name


def test_a_decision_reads_as_one_line(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    assert decisions_of(exemption)[0].line == "Approved by Head Invented at 10am on Monday 23 November 2026"


@every_kind
@pytest.mark.parametrize("second", ["approve", "decline", "return"])
@pytest.mark.parametrize("first", ["approve", "decline", "return"])
def test_a_second_decision_changes_nothing_and_says_who_decided_and_when(cast, kind, first, second):
    """Invariant 6: a second decision on a decided request changes nothing, and says who decided and when."""
    exemption = ask(cast.teacher, kind)
    VERBS[first](cast.head, exemption, 1)
    before, trail = cases.find(exemption), events()
    with later(minutes=3), pytest.raises(Moved) as caught:
        VERBS[second](cast.head, exemption, 1)
    assert cases.find(exemption) == before == caught.value.case
    assert caught.value.case.decided_at == clock.now()
    assert [(decision.by, decision.at) for decision in decided.decisions_on(caught.value.case)] == [
        (cast.head.name, clock.now())
    ]
    assert events() == trail


@every_kind
def test_the_decider_the_time_and_the_state_come_from_the_school_and_not_from_the_request(cast, kind):
    """Invariant 7: the decider, the decision time and the state are never what somebody wrote."""
    exemption = ask(cast.teacher, kind)
    with later(minutes=7):
        approve(cast.head, exemption)
        row = Exemption.get_by_id(exemption)
        assert (row.state, row.approved_by, row.decided_at) == ("approved", cast.head.name, clock.now())


def test_a_request_changed_while_the_decider_was_reading_is_not_decided(cast):
    exemption = ask(cast.teacher)
    seen = revision(exemption)
    exemptions.change(cast.teacher, exemption, seen, a_request(zones=("teaching-areas",)))
    for verb in ("approve", "decline", "return"):
        with pytest.raises(Moved):
            VERBS[verb](cast.head, exemption, seen)
    assert Decision.select().count() == 0


def test_a_risk_assessment_changed_while_the_decider_was_reading_is_not_decided_on(cast):
    kind = EVERY_KIND[1]
    exemption = ask(cast.teacher, kind)
    seen = revision(exemption)
    answers = {**ANSWERS[kind.id]["risk-assessment"], "residual": "High."}
    exemptions.meet_need(cast.teacher, exemption, "risk-assessment", answers)
    with pytest.raises(Moved):
        decisions.approve(cast.head, exemption, seen)


@every_kind
def test_a_revoked_permission_ends_at_once(cast, kind):
    exemption = permitted(cast.teacher, kind, by=cast.head)
    with later(minutes=5):
        decisions.revoke(cast.head, exemption, 1, "It rang in assembly.")
        case = cases.find(exemption)
        assert (case.state, case.stopped_at, case.in_force) == (State.REVOKED, clock.now(), False)
        assert permitted_now() == []
    assert [decision.verdict for decision in decisions_of(exemption)] == [Verdict.APPROVED, Verdict.REVOKED]


def test_what_is_over_is_not_revoked(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    with when(TUESDAY, "15:00"), pytest.raises(Moved):
        decisions.revoke(cast.head, exemption, 1, "Too late.")


def test_a_decision_that_fails_half_way_leaves_nothing_behind(cast, monkeypatch):
    exemption = ask(cast.teacher)
    trail = events()

    def fail(*arguments, **words):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(decisions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        approve(cast.head, exemption)
    assert cases.find(exemption).state is State.SUBMITTED
    assert Decision.select().count() == 0
    assert events() == trail


# --- In whose name ------------------------------------------------------------------------------------------


def test_nobody_decides_the_headteachers_request_in_the_headteachers_name(cast):
    role_grants.give_role(cast.head, cast.director.id, Role.SLT, MONDAY)
    delegation.give(cast.head, cast.director.id, MONDAY, TUESDAY)
    director = actor_of_person(cast.director.id)
    own, other = ask(cast.head), ask(cast.teacher)
    approve(director, own)
    approve(director, other)
    assert [cases.find(each).approved_by for each in (own, other)] == [
        director.name,
        f"{director.name} for the headteacher",
    ]
    assert [decisions_of(each)[0].by for each in (own, other)] == [
        cases.find(each).approved_by for each in (own, other)
    ]


# --- Two at once --------------------------------------------------------------------------------------------

TWO_AT_ONCE = """
import threading
from models import Decision
from rules import cases, decisions
from rules.exemptions import Moved

wins = []
for number in range(10):
    exemption = ask(school["teacher"], f"Phone {number}")
    start, said = threading.Barrier(2), []
    def decide(who, verb, words):
        start.wait()
        try:
            verb(school[who], exemption, 1, words)
            said.append(who)
        except Moved as moved:
            said.append(moved.case.state.value)
    threads = [
        threading.Thread(target=decide, args=("head", decisions.approve, "")),
        threading.Thread(target=decide, args=("deputy", decisions.decline, "No.")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = cases.find(exemption).state.value
    count = Decision.select().where(Decision.exemption == exemption).count()
    assert sorted(said) == sorted([{"approved": "head", "declined": "deputy"}[state], state]), said
    say(count)
"""


def test_of_two_deciders_at_the_same_moment_exactly_one_decides(own_school):
    """Invariant 6, with two threads on one database file."""
    assert own_school.run(TWO_AT_ONCE) == ["1"] * 10
    assert own_school.verify()[1] == []
