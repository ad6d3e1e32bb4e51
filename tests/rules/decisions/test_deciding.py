"""Deciding: by whom, on what exactly, once, and never changed afterwards."""

import datetime as dt

import pytest

from database import IntegrityError, db, writing
from enums import ExemptionState, Role, Verdict
from models import Decision, Exemption
from rules.agreements import agreements
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import Changed, Invalid
from rules.core.tokens import sha256
from rules.decisions import deciding, queue, receipts
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import lifecycle, prerequisites, queries
from rules.people import delegation, people, role_grants
from tests.conftest import ACCESS, ANSWERS, CAST, KNOWN_FAMILY, a_request
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    REASON,
    TUESDAY,
    VERBS,
    approve,
    ask,
    asker_of,
    decider_of,
    events,
    in_force,
    kind_name,
    later,
    permit,
    permitted,
    revision,
    to_decide,
    when,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
everybody = pytest.mark.parametrize("who", CAST)


WORDS_NEEDED = {"decline": deciding.decline, "return": deciding.return_to_asker, "revoke": deciding.revoke}


def decisions_of(exemption):
    return receipts.decisions_on(queries.find(exemption))


@every_kind
def test_approving_runs_no_statement_twice_but_those_of_the_trail(cast, kind, monkeypatch):
    exemption = to_decide("approve", asker_of(kind), kind)
    head, now = decider_of(queries.find(exemption)), revision(exemption)
    seen, run = [], db.execute_sql
    monkeypatch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
    VERBS["approve"](head, exemption, now)
    monkeypatch.undo()
    again = {sql for sql in seen if seen.count(sql) > 1}
    assert not [sql for sql in again if "audit_event" not in sql and "counter" not in sql]


# --- What is in the way of Approve --------------------------------------------------------------------------

with_prerequisites = pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.prerequisites], ids=kind_name)


@with_prerequisites
def test_nothing_is_approved_before_everything_it_needs_is_there(cast, kind):
    """Invariant 1: the decision comes after the risk assessment, the discussion, the PIN, where they are needed."""
    exemption = ask(asker_of(kind), kind, answers={})
    for prerequisite in kind.prerequisites:
        with pytest.raises(deciding.NotReady) as caught:
            approve(cast.head, exemption)
        assert caught.value.blockers[0].prerequisite == prerequisite.id
        assert f"clause {prerequisite.clause}" in caught.value.blockers[0].message
        by = {By.ASKER: asker_of(kind), By.DECIDER: cast.head, By.DSL: cast.dsl}[prerequisite.by]
        lifecycle.complete(by, exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id])
    permit(exemption)
    assert in_force(exemption)


@with_prerequisites
def test_what_is_missing_keeps_nobody_from_declining_or_returning(cast, kind):
    for verb, state in (("decline", ExemptionState.DECLINED), ("return", ExemptionState.RETURNED)):
        exemption = ask(asker_of(kind), kind, answers={}, device=verb)
        VERBS[verb](cast.head, exemption, 1)
        assert queries.find(exemption).state is state


@every_kind
def test_what_is_over_is_not_approved(cast, kind):
    exemption = ask(asker_of(kind), kind)
    day = MONDAY if kind.one_day else TUESDAY
    if not kind.all_day:
        with when(day, "15:00"), pytest.raises(deciding.NotReady, match="time has passed"):
            approve(cast.head, exemption)
    with when(day, "23:59" if kind.all_day else "14:59"):
        approve(cast.head, exemption)


@every_kind
@pytest.mark.parametrize("verb", ["approve", "decline", "return"])
def test_what_nobody_decided_in_time_has_lapsed_and_is_decided_by_nobody(cast, kind, verb):
    """Invariant 21."""
    exemption = ask(asker_of(kind), kind)
    day = MONDAY if kind.one_day else TUESDAY
    with when(day + dt.timedelta(days=1), "00:00"):
        assert queries.find(exemption).status == "lapsed"
        with pytest.raises(Changed):
            VERBS[verb](cast.head, exemption, revision(exemption))
    with when(day, "08:00"):
        assert queries.find(exemption).status == "waiting"
        VERBS[verb](cast.head, exemption, revision(exemption))


# --- The words ----------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("verb", WORDS_NEEDED)
@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1001, "hidden\u202etxet"])
def test_declining_returning_and_revoking_need_a_reason(cast, kind, verb, reason):
    """Invariant 8: decline and return need a reason."""
    exemption = to_decide(verb, asker_of(kind), kind)
    before, count = queries.find(exemption), Decision.select().count()
    with pytest.raises(Invalid) as caught:
        WORDS_NEEDED[verb](cast.head, exemption, revision(exemption), reason)
    assert caught.value.errors.keys() == {"text"}
    assert queries.find(exemption) == before
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
    exemption = ask(asker_of(kind), kind)
    approve(cast.head, exemption, "  Keep it on silent.  ")
    assert queries.find(exemption).decision.conditions == decisions_of(exemption)[0].text == "Keep it on silent."
    assert "exemption-approved-with-conditions" in events(f"exemption:{exemption}")


@pytest.mark.parametrize("words", ["", " \n "])
def test_a_relationship_is_not_approved_without_saying_what_is_arranged(cast, words):
    """Clause 4.5: both discussions, then the arrangement."""
    exemption = ask(cast.teacher, KNOWN_FAMILY)
    with pytest.raises(Invalid) as caught:
        deciding.approve(cast.head, exemption, revision(exemption), words)
    assert caught.value.errors == {"text": "Write what is arranged"}
    assert not queries.find(exemption).in_force


# --- The decision itself ------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("verb", VERBS)
def test_a_decision_keeps_an_exact_copy_of_what_it_was_made_on(cast, kind, verb):
    exemption = to_decide(verb, asker_of(kind), kind)
    VERBS[verb](cast.head, exemption, revision(exemption))
    view, decision = queries.find(exemption), decisions_of(exemption)[-1]
    terms = agreements.newest_of(view).terms if kind.agreement and verb == "approve" else None
    assert decision.frozen == deciding.freeze(view, prerequisites.completed(view), decision.text, terms, 1)
    asked = decision.frozen["request"]
    assert asked["reason"] == REASON
    assert [pupil["id"] for pupil in asked["pupils"]] == ([cast.pupil.id] if kind.with_pupils else [])
    assert decision.frozen["subject"]["id"] == view.people.subject
    assert decision.frozen["needs"].keys() == {prerequisite.id for prerequisite in kind.prerequisites}
    assert (decision.frozen["agreement"] is None) == (terms is None)
    assert (decision.decided_by, decision.at, decision.by) == (cast.head.id, clock.now(), cast.head.name)
    row = Decision.get_by_id(decision.id)
    assert sha256(Decision.frozen.db_value(row.frozen)) == decision.digest
    assert decision.intact


def test_what_was_decided_on_stays_when_the_request_and_the_asker_change(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    before = decisions_of(exemption)[0]
    lifecycle.change(cast.teacher, exemption, 1, a_request(device="Another", reason="Another reason."))
    people.edit(cast.head, cast.teacher.id, people.PersonDetails("teacher", "Renamed Invented", "Owls"))
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
    exemption = ask(asker_of(kind), kind)
    seen = revision(exemption)
    VERBS[first](cast.head, exemption, seen)
    before, trail = queries.find(exemption), events()
    with later(minutes=3), pytest.raises(Changed) as caught:
        VERBS[second](cast.head, exemption, seen)
    assert queries.find(exemption) == before == caught.value.current
    assert caught.value.current.decision.decided_at == clock.now()
    assert [(decision.by, decision.at) for decision in receipts.decisions_on(caught.value.current)] == [
        (cast.head.name, clock.now())
    ]
    assert events() == trail


@every_kind
def test_the_decider_the_time_and_the_state_come_from_the_school_and_not_from_the_request(cast, kind):
    """Invariant 7: the decider, the decision time and the state are never what somebody wrote."""
    exemption = ask(asker_of(kind), kind)
    with later(minutes=7):
        approve(cast.head, exemption)
        row = Exemption.get_by_id(exemption)
        assert (row.state, row.approved_by, row.decided_at) == ("approved", cast.head.name, clock.now())


def test_a_request_changed_while_the_decider_was_reading_is_not_decided(cast):
    exemption = ask(cast.teacher)
    seen = revision(exemption)
    lifecycle.change(cast.teacher, exemption, seen, a_request(zones=("teaching-areas",)))
    for verb in ("approve", "decline", "return"):
        with pytest.raises(Changed):
            VERBS[verb](cast.head, exemption, seen)
    assert Decision.select().count() == 0


@with_prerequisites
def test_an_assessment_or_a_note_changed_while_the_decider_was_reading_is_not_decided_on(cast, kind):
    exemption = ask(asker_of(kind), kind)
    seen, prerequisite = revision(exemption), kind.prerequisites[0]
    by = {By.ASKER: asker_of(kind), By.DECIDER: cast.head, By.DSL: cast.dsl}[prerequisite.by]
    lifecycle.complete(by, exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id])
    with pytest.raises(Changed):
        deciding.approve(cast.head, exemption, seen, kind.arrangement)


@every_kind
def test_a_revoked_permission_ends_at_once(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    with later(minutes=5):
        deciding.revoke(cast.head, exemption, revision(exemption), "It rang in assembly.")
        view = queries.find(exemption)
        assert (view.state, view.decision.stopped_at, in_force(exemption)) == (
            ExemptionState.REVOKED,
            clock.now(),
            False,
        )
        assert view.now.session_began is None
    assert [decision.verdict for decision in decisions_of(exemption)] == [Verdict.APPROVED, Verdict.REVOKED]


def test_what_is_over_is_not_revoked(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    with when(TUESDAY, "15:00"), pytest.raises(Changed):
        deciding.revoke(cast.head, exemption, 1, "Too late.")


def test_a_decision_that_fails_half_way_leaves_nothing_behind(cast, monkeypatch):
    exemption = ask(cast.teacher)
    trail = events()

    def fail(*arguments, **words):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(deciding, "record", fail)
    with pytest.raises(RuntimeError):
        approve(cast.head, exemption)
    assert queries.find(exemption).state is ExemptionState.SUBMITTED
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
    assert [queries.find(each).decision.approved_by for each in (own, other)] == [
        director.name,
        f"{director.name} for the headteacher",
    ]
    assert [decisions_of(each)[0].by for each in (own, other)] == [
        queries.find(each).decision.approved_by for each in (own, other)
    ]


# --- Two at once --------------------------------------------------------------------------------------------

TWO_AT_ONCE = """
import threading
from contextvars import copy_context
from models import Decision
from rules.decisions import deciding
from rules.exemptions import queries
from rules.core.errors import Changed

wins = []
for number in range(10):
    exemption = ask(school["teacher"], f"Phone {number}")
    start, said = threading.Barrier(2), []
    def decide(who, verb, words):
        start.wait()
        try:
            verb(school[who], exemption, 1, words)
            said.append(who)
        except Changed as changed:
            said.append(changed.current.state.value)
    threads = [
        threading.Thread(target=copy_context().run, args=(decide, "head", deciding.approve, "")),
        threading.Thread(target=copy_context().run, args=(decide, "deputy", deciding.decline, "No.")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = queries.find(exemption).state.value
    count = Decision.select().where(Decision.exemption == exemption).count()
    assert sorted(said) == sorted([{"approved": "head", "declined": "deputy"}[state], state]), said
    say(count)
"""


def test_of_two_deciders_at_the_same_moment_exactly_one_decides(own_school):
    """Invariant 6, with two threads on one database file."""
    assert own_school.run(TWO_AT_ONCE) == ["1"] * 10
    assert own_school.verify()[1] == []


# --- Somebody who is not there any more ---------------------------------------------------------------------


def leave(cast, person, how):
    """Somebody (by id) is made inactive, or loses all their roles."""
    if how == "inactive":
        people.set_active(cast.head, person, False)
    else:
        for grant in role_grants.grants_of(person):
            role_grants.take_role(cast.head, person, grant.id)


@pytest.mark.parametrize("verb", ["approve", "decline", "return"])
@pytest.mark.parametrize("how", ["inactive", "without a role"])
def test_a_request_about_a_pupil_who_has_left_is_not_decided_any_more(cast, how, verb):
    exemption = ask(cast.teacher, ACCESS)
    before, seen = Decision.select().count(), revision(exemption)
    leave(cast, cast.pupil.id, how)
    assert queue.waiting_for(cast.head) == []
    with pytest.raises(Changed):
        VERBS[verb](cast.head, exemption, seen)
    assert Decision.select().count() == before
    assert queries.find(exemption).state is ExemptionState.SUBMITTED


def test_nor_is_what_somebody_asked_for_themselves_before_they_left(cast):
    exemption = ask(cast.teacher)
    leave(cast, cast.teacher.id, "inactive")
    with pytest.raises(Changed):
        approve(cast.head, exemption)
