"""The life of an exemption before and after its decision: asked for, changed, withdrawn, over."""

import ast
import datetime as dt

import pytest

from enums import ExemptionState
from models import ActivitySession, Agreement, Decision, Exemption, Guardian, NeedMet, Participant
from rules.agreements import signing
from rules.audit import trail
from rules.auth.actors import actor_of_person
from rules.core import changes, clock
from rules.core.errors import Changed, Invalid, NotAllowed, NotFound
from rules.decisions import deciding, queue, receipts
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import lifecycle, permissions, prerequisites, queries
from rules.exemptions.lifecycle import TRANSITIONS
from rules.people import delegation
from settings import ROOT
from tests.conftest import (
    ACCESS,
    ANSWERS,
    CAST,
    KNOWN_FAMILY,
    LESSON,
    MONDAY_AT_TEN,
    PARENT_CONTACT,
    PASSWORD,
    REMOTE_LEARNING,
    SCHOOL_DEVICE,
    a_request,
    fitting_request,
)
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TEACHING_PERIOD,
    TUESDAY,
    approve,
    ask,
    asker_of,
    events,
    fitting,
    in_force,
    kind_name,
    permit,
    permitted,
    permitted_now,
    revision,
    when,
    who,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
AGREED_KINDS = [kind for kind in EVERY_KIND if kind.agreement]
# By hand: who of the cast may ask for a kind that is not for all staff and for staff alone.
NOT_STAFF = {"pupil", "other_pupil", "parent", "other_parent", "governor", "director", "volunteer"}
MAY_NOT_ASK = {
    **{kind.id: NOT_STAFF for kind in EVERY_KIND},
    "educational-activity": NOT_STAFF | {"head", "assistant_head", "office", "finance"},
    "exceptional-access": {"governor", "director", "volunteer"},
    "parent-contact": {"pupil", "teacher", "head", "office", "governor", "director", "volunteer"},
}


# --- Asking -------------------------------------------------------------------------------------------------


@every_kind
def test_a_request_that_fits_waits_for_its_decision(cast, kind):
    asker = asker_of(kind)
    exemption = lifecycle.submit(asker, kind, fitting(kind))
    view = queries.find(exemption)
    assert (view.state, view.status, view.revision, view.people.asker) == (
        ExemptionState.SUBMITTED,
        "waiting",
        1,
        asker.id,
    )
    assert view.people.subject == (cast.pupil.id if kind.for_pupil else asker.id)
    sent = fitting(kind).cleaned(kind)
    assert view.request == sent._replace(pupils=(), with_pupils=view.request.with_pupils)
    taking_part = [row.pupil_id for row in Participant.select().where(Participant.exemption == exemption)]
    assert taking_part == ([cast.pupil.id] if kind.with_pupils else [])
    assert bool(view.request.with_pupils) is kind.with_pupils
    assert prerequisites.missing(view) == list(kind.prerequisites)
    assert not in_force(exemption)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in EVERY_KIND for name in sorted(MAY_NOT_ASK[kind.id])], ids=kind_name
)
def test_a_kind_is_not_asked_for_by_those_whom_it_is_not_for(cast, kind, name):
    with pytest.raises(NotAllowed):
        lifecycle.submit(who(name), kind, fitting(kind))
    assert Exemption.select().count() == 0


@every_kind
def test_sending_the_same_form_of_any_kind_twice_gives_one_exemption(cast, kind):
    first, second = (lifecycle.submit(asker_of(kind), kind, fitting(kind), form_key="a key") for _ in range(2))
    assert first == second
    assert events(f"exemption:{first}") == ["exemption-submitted"]
    assert Participant.select().count() == (1 if kind.with_pupils else 0)


def test_the_same_form_sent_again_after_the_approval_gives_the_approved_exemption(cast):
    exemption = lifecycle.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key")
    approve(cast.head, exemption)
    assert lifecycle.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key") == exemption
    assert queries.find(exemption).state is ExemptionState.APPROVED


def test_two_people_whose_forms_have_the_same_key_get_one_exemption_each(cast):
    one = lifecycle.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key")
    other = lifecycle.submit(cast.assistant, TEACHING_PERIOD, a_request(), form_key="a key")
    assert [queries.find(each).people.asker for each in (one, other)] == [cast.teacher.id, cast.assistant.id]


def test_one_person_cannot_fill_the_queue_of_those_who_decide(cast):
    devices = (f"My phone number {number}" for number in range(30))

    def ask(who=cast.teacher):
        return lifecycle.submit(who, TEACHING_PERIOD, a_request(device=next(devices)), form_key=None)

    first, *_ = [ask() for _ in range(20)]
    with pytest.raises(Invalid) as caught:
        ask()
    assert caught.value.errors["reason"].startswith("You have 20 requests that wait for an answer.")
    assert ask(cast.assistant), "somebody else's requests are their own"
    lifecycle.withdraw(cast.teacher, first)
    returned = ask()
    deciding.return_to_asker(cast.head, returned, 1, "Which phone?")
    assert ask()
    with pytest.raises(Invalid):
        lifecycle.change(cast.teacher, returned, queries.find(returned).revision, a_request(device="Clearer"))
    first = ask(cast.assistant)
    lifecycle.change(cast.assistant, first, 1, a_request(device="Another"))
    with clock.frozen(MONDAY_AT_TEN + dt.timedelta(days=2)):
        assert lifecycle.submit(
            cast.teacher,
            TEACHING_PERIOD,
            a_request(starts_on=dt.date(2026, 11, 26), ends_on=dt.date(2026, 11, 26)),
        ), "what nobody answered in time no longer counts"


def test_requests_without_a_form_key_are_all_kept(cast):
    assert ask(cast.teacher) != ask(cast.teacher)


# --- Changing -----------------------------------------------------------------------------------------------


CHANGES = {
    "device": {"device": "Another phone"},
    "kind of device": {"device_kind": "tablet"},
    "days": {"starts_on": TUESDAY, "ends_on": TUESDAY},
    "times": {"ends_at": dt.time(14, 0)},
    "places": {"zones": ("shared-areas",)},
    "reason": {"reason": "Another reason."},
    "weekdays": {"weekdays": 0b11},
    "audible alert": {"audible_alert": True},
    "exam permission": {"exam_permission": "JCQ 2026/17"},
}


@every_kind
@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_changing_what_was_approved_voids_the_approval(cast, kind, changed):
    """Invariant 2: editing device, dates, zones or conditions of an approved exemption voids the approval."""
    exemption, asker = ask(asker_of(kind), kind), asker_of(kind)
    approve(cast.head, exemption, "Keep it on silent.")
    seen = revision(exemption)
    lifecycle.change(asker, exemption, seen, fitting(kind, **changed))
    view = queries.find(exemption)
    assert (view.state, view.revision) == (ExemptionState.SUBMITTED, seen + 1)
    assert (view.decision.conditions, view.decision.approved_by, view.decision.decided_at, view.decision.signed_at) == (
        "",
        None,
        None,
        None,
    )
    assert not in_force(exemption)
    assert [decision.text for decision in receipts.decisions_on(view)] == ["Keep it on silent."]
    assert events(view.record)[-2:] == ["approval-voided", "exemption-changed"]


@every_kind
def test_what_was_changed_needs_the_decision_anew_and_what_follows_it(cast, kind):
    """Invariants 2 and 3: the new text is permitted only by a decision, signatures and a start after it."""
    exemption, asker = permitted(asker_of(kind), kind), asker_of(kind)
    assert in_force(exemption)
    seen = revision(exemption)
    lifecycle.change(asker, exemption, seen, fitting(kind, device="Another phone"))
    with pytest.raises(Changed):
        deciding.approve(cast.head, exemption, seen)
    approve(cast.head, exemption)
    last = receipts.decisions_on(queries.find(exemption))[-1]
    assert (last.frozen["revision"], last.frozen["request"]["device"]) == (seen + 1, "Another phone")
    assert in_force(exemption) is not (kind.agreement or kind.session)


@pytest.mark.parametrize("kind", AGREED_KINDS, ids=kind_name)
def test_a_second_approval_issues_the_next_version_of_the_agreement_and_nobody_has_signed_it(cast, kind):
    """Invariant 3."""
    exemption = permitted(asker_of(kind), kind)
    lifecycle.change(asker_of(kind), exemption, revision(exemption), fitting(kind, device="Another phone"))
    with pytest.raises(Changed):  # what was signed before says nothing now
        signing.sign(cast.pupil, Agreement.get().id, cast.pupil.name, True, PASSWORD)
    permit(exemption)
    assert [row.version for row in Agreement.select().order_by(Agreement.id)] == [1, 2]
    assert in_force(exemption)


def test_changing_a_lesson_that_runs_ends_its_session(cast):
    """Clause 5.4: what was started is not what is asked for now."""
    exemption = permitted(cast.teacher, LESSON)
    lifecycle.change(cast.teacher, exemption, revision(exemption), fitting(LESSON, device="Four tablets"))
    assert ActivitySession.get().ended_by_id == cast.teacher.id
    permit(exemption)
    assert ActivitySession.select().count() == 2
    assert in_force(exemption)


def test_a_change_of_the_pupils_takes_the_place_of_those_there_were(cast):
    exemption = permitted(cast.teacher, LESSON)
    changed = fitting(LESSON, pupils=(cast.other_pupil.id,))
    lifecycle.change(cast.teacher, exemption, revision(exemption), changed)
    assert [row.pupil_id for row in Participant.select()] == [cast.other_pupil.id]
    first = receipts.decisions_on(queries.find(exemption))[0]
    assert [pupil["id"] for pupil in first.frozen["request"]["pupils"]] == [cast.pupil.id]


def test_a_returned_request_is_changed_and_sent_again(cast):
    exemption = ask(cast.teacher)
    deciding.return_to_asker(cast.head, exemption, 1, "Which room?")
    lifecycle.change(cast.teacher, exemption, 1, a_request(zones=("classroom",)))
    assert queries.find(exemption).status == "waiting"
    assert "approval-voided" not in events(f"exemption:{exemption}")


def test_a_change_made_on_an_old_page_is_refused(cast):
    exemption = ask(cast.teacher)
    lifecycle.change(cast.teacher, exemption, 1, a_request(device="The second"))
    with pytest.raises(Changed) as caught:
        lifecycle.change(cast.teacher, exemption, 1, a_request(device="The third"))
    assert caught.value.current.request.device == "The second"
    assert queries.find(exemption).request.device == "The second"


def test_a_change_that_does_not_fit_leaves_the_approval_as_it_was(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    with pytest.raises(Invalid):
        lifecycle.change(cast.teacher, exemption, 1, a_request(zones=()))
    assert queries.find(exemption).in_force


def test_a_change_with_half_an_answer_leaves_everything_as_it_was(cast):
    kind = REMOTE_LEARNING
    exemption = permitted(cast.teacher, kind)
    before = events()
    with pytest.raises(Invalid) as caught:
        lifecycle.change(cast.teacher, exemption, 1, fitting(kind), {"risk-assessment": {"hazards": "Some"}})
    assert "risk-assessment-signed" in caught.value.errors
    assert queries.find(exemption).in_force
    assert events() == before


def test_a_change_may_keep_the_hours_it_has(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    lifecycle.change(cast.teacher, exemption, 1, a_request(reason="Another ward."))
    assert queries.find(exemption).state is ExemptionState.SUBMITTED


@every_kind
def test_a_permission_that_is_over_is_not_changed(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    days = {"starts_on": dt.date(2026, 11, 26), "ends_on": dt.date(2026, 11, 26)}
    with when(TUESDAY + dt.timedelta(days=1), "00:00"), pytest.raises(Changed):
        lifecycle.change(asker_of(kind), exemption, revision(exemption), fitting(kind, **days))


@every_kind
def test_nobody_changes_or_withdraws_somebody_elses_request(cast, kind):
    exemption = ask(asker_of(kind), kind)
    for stranger in (cast.head, cast.deputy, cast.assistant, cast.pupil, cast.carer, cast.barred_parent, cast.dsl):
        with pytest.raises(NotFound):
            lifecycle.change(stranger, exemption, revision(exemption), fitting(kind))
        with pytest.raises(NotFound):
            lifecycle.withdraw(stranger, exemption)
    assert queries.find(exemption).state is ExemptionState.SUBMITTED


@pytest.mark.parametrize(
    ("kind", "name"),
    [(ACCESS, "parent"), (ACCESS, "teacher"), (ACCESS, "head"), (PARENT_CONTACT, "parent")],
    ids=kind_name,
)
@pytest.mark.parametrize("own_child", [False, True])
def test_a_change_does_not_turn_a_request_to_another_pupil(cast, kind, name, own_child):
    """Clauses 5.14 and 8.4: what was said and signed of one child is not told to another child's family."""
    if own_child:
        made = {"child": cast.other_pupil.id, "parent": cast.parent.id, "relation": "mother", "access": "signs"}
        Guardian.insert(**made, given_at=clock.now()).execute()
    exemption = permitted(who(name), kind)
    request = fitting_request(kind, cast.other_pupil.id)
    with pytest.raises(Invalid) as caught:
        lifecycle.change(who(name), exemption, revision(exemption), request)
    assert caught.value.errors.keys() == {"subject"}
    assert queries.find(exemption).people.subject == cast.pupil.id
    assert in_force(exemption)


# --- Withdrawing --------------------------------------------------------------------------------------------


@every_kind
def test_somebody_gives_up_their_permission_and_it_ends_at_once(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    lifecycle.withdraw(asker_of(kind), exemption)
    view = queries.find(exemption)
    assert (view.state, view.decision.stopped_at, in_force(exemption)) == (ExemptionState.WITHDRAWN, clock.now(), False)
    assert view.now.session_began is None


def test_a_withdrawn_request_is_decided_by_nobody(cast):
    exemption = ask(cast.teacher)
    lifecycle.withdraw(cast.teacher, exemption)
    with pytest.raises(Changed):
        approve(cast.head, exemption)
    assert Decision.select().count() == 0


def test_nothing_is_withdrawn_twice_or_when_it_is_over(cast):
    gone, over = ask(cast.teacher), permitted(cast.assistant, by=cast.head)
    lifecycle.withdraw(cast.teacher, gone)
    with pytest.raises(Changed):
        lifecycle.withdraw(cast.teacher, gone)
    with when(TUESDAY, "15:00"), pytest.raises(Changed):
        lifecycle.withdraw(cast.assistant, over)
    assert events().count("exemption-withdrawn") == 1


# --- The table of steps -------------------------------------------------------------------------------------


def asker(exemption):
    return actor_of_person(queries.find(exemption).people.asker)


def same(exemption):
    return fitting(queries.find(exemption).kind)


ACTIONS = {
    "change": lambda cast, exemption: lifecycle.change(
        asker(exemption), exemption, revision(exemption), same(exemption)
    ),
    "withdraw": lambda cast, exemption: lifecycle.withdraw(asker(exemption), exemption),
    "approve": lambda cast, exemption: approve(cast.head, exemption),
    "decline": lambda cast, exemption: deciding.decline(cast.head, exemption, revision(exemption), "No."),
    "return": lambda cast, exemption: deciding.return_to_asker(
        cast.head, exemption, revision(exemption), "Which room?"
    ),
    "revoke": lambda cast, exemption: deciding.revoke(cast.head, exemption, revision(exemption), "Not any more."),
    "withdraw-consent": lambda cast, exemption: signing.withdraw_consent(cast.parent, exemption),
    "approve-with-conditions": lambda cast, exemption: approve(cast.head, exemption, "In the staff room."),
}
WAY_TO = {
    ExemptionState.SUBMITTED: (),
    ExemptionState.RETURNED: ("return",),
    ExemptionState.APPROVED: ("approve",),
    ExemptionState.DECLINED: ("decline",),
    ExemptionState.WITHDRAWN: ("withdraw",),
    ExemptionState.REVOKED: ("approve", "revoke"),
}


def test_every_step_and_every_state_is_tried_below():
    assert ACTIONS.keys() == {name for name, step in TRANSITIONS.items() if step.target}
    assert WAY_TO.keys() == set(ExemptionState)


@pytest.mark.parametrize(
    ("kind", "action"),
    [(kind, action) for kind in EVERY_KIND for action in ACTIONS if kind.agreement or action != "withdraw-consent"],
    ids=kind_name,
)
@pytest.mark.parametrize("state", ExemptionState)
def test_a_step_outside_the_table_is_refused_and_changes_nothing(cast, state, action, kind):
    """Invariant 7: a state outside the transition table is refused."""
    exemption = ask(asker_of(kind), kind)
    for step in WAY_TO[state]:
        ACTIONS[step](cast, exemption)
    before, count = queries.find(exemption), Decision.select().count()
    if state in TRANSITIONS[action].sources:
        ACTIONS[action](cast, exemption)
        assert queries.find(exemption).state is TRANSITIONS[action].target
        told = [event for event in events(before.record) if event not in {"agreement-issued", "need-met"}]
        worded = kind.arrangement and action == "approve"
        assert told[-1] == TRANSITIONS["approve-with-conditions" if worded else action].event
    else:
        with pytest.raises(Changed) as caught:
            ACTIONS[action](cast, exemption)
        assert caught.value.current == before == queries.find(exemption)
        assert Decision.select().count() == count


def test_the_guard_in_the_database_refuses_a_step_even_when_the_look_before_it_was_out_of_date(cast):
    """Invariant 7: what decides is the guarded UPDATE, not the state that was read before it."""
    stale = queries.find(ask(cast.teacher))
    approve(cast.head, stale.id)
    with pytest.raises(Changed):
        lifecycle.move(stale, "withdraw")
    assert queries.find(stale.id).state is ExemptionState.APPROVED


@pytest.mark.parametrize("step", TRANSITIONS)
@pytest.mark.parametrize("state", ExemptionState)
def test_no_step_starts_from_a_state_that_the_table_does_not_name(cast, state, step):
    """Invariant 7, whatever the caller has looked at before."""
    exemption = ask(cast.teacher)
    for way in WAY_TO[state]:
        ACTIONS[way](cast, exemption)
    before = queries.find(exemption)
    if state in TRANSITIONS[step].sources:
        lifecycle.move(before, step, conditions="Moved.", approved_by="Head", decided_at=clock.now())
        after = queries.find(exemption)
        assert (after.state, after.decision.conditions) == (TRANSITIONS[step].target or state, "Moved.")
    else:
        with pytest.raises(Changed) as caught:
            lifecycle.move(before, step, conditions="Moved.")
        assert caught.value.current == before == queries.find(exemption)


def test_a_step_does_not_write_over_a_revision_that_nobody_has_seen(cast):
    """Invariant 6: of two who change the same row one is first, and the other is told."""
    stale = queries.find(ask(cast.teacher))
    lifecycle.move(stale, "complete", revision=stale.revision + 1)
    with pytest.raises(Changed):
        lifecycle.move(stale, "complete", revision=stale.revision + 1)


WRITING_VERBS = {
    *("insert", "insert_many", "insert_from", "create", "get_or_create", "replace", "replace_many", "bulk_create"),
    *("update", "bulk_update", "set_by_id", "delete", "delete_by_id"),
}


def test_one_function_of_the_program_writes_an_exemption_that_is_there():
    """So that no state, revision or signature changes without the guard. Creating one is in `submit`."""
    writers = []
    for path in sorted((ROOT / "rules").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                verb, owner = node.func.attr, ast.unparse(node.func.value).split(".")[-1]
                if owner == "Exemption" and verb in WRITING_VERBS:
                    writers.append((path.name, verb))
    assert writers == [("lifecycle.py", "insert"), ("lifecycle.py", "update")]


# --- Has anything changed? ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in ExemptionState if WAY_TO[state]])
@every_kind
def test_every_step_is_counted_so_that_open_lists_notice_it(cast, state, kind):
    exemption = ask(asker_of(kind), kind)
    for step in WAY_TO[state]:
        before = changes.touched()
        ACTIONS[step](cast, exemption)
        assert changes.touched() > before


def test_looking_changes_nothing(cast):
    exemption = ask(cast.teacher)
    before = changes.touched(), events()
    queries.find(exemption), permissions.mine(cast.teacher), queue.waiting_for(cast.head), permitted_now()
    assert (changes.touched(), events()) == before


@every_kind
def test_a_whole_life_leaves_a_trail_that_holds(cast, kind):
    exemption = ask(asker_of(kind), kind)
    for step in ("return", "change", "approve", "change", "approve", "revoke"):
        ACTIONS[step](cast, exemption)
    assert trail.verify()[1] == []
    approved = "exemption-approved-with-conditions" if kind.arrangement else "exemption-approved"
    issued = ["agreement-issued"] * kind.agreement
    assert events(f"exemption:{exemption}") == [
        "exemption-submitted",
        *["need-met"] * len(kind.prerequisites),
        "exemption-returned",
        "exemption-changed",
        *[approved, *issued],
        "approval-voided",
        "exemption-changed",
        *[approved, *issued],
        "exemption-revoked",
    ]


with_prerequisites = pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.prerequisites], ids=kind_name)
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


def completer(kind, prerequisite):
    return who(next(iter(COMPLETERS[kind.id, prerequisite.id])))


def test_every_need_of_every_kind_is_tried_below():
    assert COMPLETERS.keys() == {
        (kind.id, prerequisite.id) for kind in EVERY_KIND for prerequisite in kind.prerequisites
    }


@with_prerequisites
def test_what_is_needed_can_be_completed_later_and_each_time_makes_a_new_revision(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    for count, prerequisite in enumerate(kind.prerequisites):
        assert prerequisites.missing(queries.find(exemption)) == list(kind.prerequisites[count:])
        lifecycle.complete(completer(kind, prerequisite), exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id])
    assert prerequisites.missing(queries.find(exemption)) == []
    assert revision(exemption) == 1 + len(kind.prerequisites)
    assert events(f"exemption:{exemption}") == ["exemption-submitted"] + ["need-met"] * len(kind.prerequisites)


@pytest.mark.parametrize("name", CAST)
@with_prerequisites
def test_only_those_whom_the_policy_names_complete_what_is_needed(cast, kind, name):
    exemption = ask(asker_of(kind), kind, answers={})
    for prerequisite in kind.prerequisites:
        if name in COMPLETERS[kind.id, prerequisite.id]:
            lifecycle.complete(who(name), exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id])
        else:
            with pytest.raises((NotAllowed, NotFound)):
                lifecycle.complete(who(name), exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id])
    completed = sum(name in COMPLETERS[kind.id, prerequisite.id] for prerequisite in kind.prerequisites)
    assert NeedMet.select().count() == completed
    assert revision(exemption) == 1 + completed


@with_prerequisites
def test_a_later_answer_replaces_an_earlier_one_and_both_are_kept(cast, kind):
    exemption = ask(asker_of(kind), kind)
    for prerequisite in kind.prerequisites:
        actor, given = completer(kind, prerequisite), ANSWERS[kind.id][prerequisite.id]
        words = next(
            (question.id for question in prerequisite.questions if not question.tick and not question.day), None
        )
        again = {**given, words: "Something else."} if words else given
        lifecycle.complete(actor, exemption, prerequisite.id, again)
        met = prerequisites.completed(queries.find(exemption))[prerequisite.id]
        assert (met.answers, met.by) == (again, actor.name)
        assert [earlier.answers for earlier in met.earlier] == [given]
        assert NeedMet.select().where(NeedMet.need == prerequisite.id).count() == 2


@with_prerequisites
def test_what_is_half_answered_is_not_kept(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    for prerequisite in kind.prerequisites:
        with pytest.raises(Invalid) as caught:
            lifecycle.complete(completer(kind, prerequisite), exemption, prerequisite.id, {})
        assert caught.value.errors.keys() == {question.id for question in prerequisite.questions}
    assert NeedMet.select().count() == 0
    assert revision(exemption) == 1


def test_a_tick_is_given_as_a_tick_and_not_as_a_word(cast):
    exemption = ask(cast.teacher, SCHOOL_DEVICE, answers={})
    with pytest.raises(Invalid):
        lifecycle.complete(cast.teacher, exemption, "pin-set", {"confirmed": "yes"})
    assert NeedMet.select().count() == 0


def test_a_need_that_the_kind_does_not_have_is_not_found(cast):
    with pytest.raises(NotFound):
        lifecycle.complete(cast.teacher, ask(cast.teacher), "pin-set", {"confirmed": True})


@with_prerequisites
@pytest.mark.parametrize("over", ["approved", "declined", "withdrawn"])
def test_nothing_is_completed_after_the_decision(cast, kind, over):
    exemption = ask(asker_of(kind), kind)
    if over == "approved":
        deciding.approve(cast.head, exemption, revision(exemption), kind.arrangement)
    elif over == "declined":
        deciding.decline(cast.head, exemption, revision(exemption), "No.")
    else:
        lifecycle.withdraw(asker_of(kind), exemption)
    for prerequisite in kind.prerequisites:
        with pytest.raises(Changed):
            lifecycle.complete(
                completer(kind, prerequisite), exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id]
            )


@with_prerequisites
def test_what_was_returned_can_still_be_completed(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    deciding.return_to_asker(cast.head, exemption, 1, "Which room?")
    for prerequisite in kind.prerequisites:
        lifecycle.complete(completer(kind, prerequisite), exemption, prerequisite.id, ANSWERS[kind.id][prerequisite.id])
    assert queries.find(exemption).state is ExemptionState.RETURNED


# --- Discussions --------------------------------------------------------------------------------------------


def test_the_delegate_talks_with_the_family_but_not_about_a_relationship(cast):
    delegation.give(cast.head, cast.deputy.id, MONDAY, MONDAY)
    deputy = actor_of_person(cast.deputy.id)
    access, known = ask(cast.parent, ACCESS, answers={}), ask(cast.teacher, KNOWN_FAMILY, answers={})
    lifecycle.complete(deputy, access, "discussion", ANSWERS[ACCESS.id]["discussion"])
    with pytest.raises(NotFound):
        lifecycle.complete(deputy, known, "discussion-head", ANSWERS[KNOWN_FAMILY.id]["discussion-head"])


def test_the_dsls_own_declaration_is_talked_over_with_the_deputy_dsl(cast):
    exemption = ask(cast.dsl, KNOWN_FAMILY, answers={})
    given = ANSWERS[KNOWN_FAMILY.id]["discussion-dsl"]
    with pytest.raises(NotAllowed):
        lifecycle.complete(cast.dsl, exemption, "discussion-dsl", given)
    lifecycle.complete(cast.deputy_dsl, exemption, "discussion-dsl", given)
    assert prerequisites.completed(queries.find(exemption))["discussion-dsl"].by == cast.deputy_dsl.name


def test_the_headteachers_own_declaration_is_talked_over_with_the_regional_director(cast):
    exemption = ask(cast.head, KNOWN_FAMILY, answers={})
    given = ANSWERS[KNOWN_FAMILY.id]["discussion-head"]
    with pytest.raises(NotAllowed):
        lifecycle.complete(cast.head, exemption, "discussion-head", given)
    lifecycle.complete(cast.director, exemption, "discussion-head", given)


@pytest.mark.parametrize("prerequisite", ["discussion-dsl", "discussion-head"])
def test_the_same_person_does_not_record_both_discussions_unless_they_hold_both_offices(cast, prerequisite):
    """Clause 4.5: the DSL and the headteacher each record their own."""
    exemption = ask(cast.teacher, KNOWN_FAMILY, answers={})
    other = {"discussion-dsl": cast.head, "discussion-head": cast.dsl}[prerequisite]
    with pytest.raises(NotAllowed):
        lifecycle.complete(other, exemption, prerequisite, ANSWERS[KNOWN_FAMILY.id][prerequisite])


def test_an_assessment_can_be_used_again_for_the_next_lesson(cast):
    first = permitted(cast.teacher, LESSON)
    kept = prerequisites.completed(queries.find(first))["activity-assessment"].answers
    request = fitting(LESSON, device="Other tablets")
    second = lifecycle.submit(cast.teacher, LESSON, request, {"activity-assessment": kept})
    assert prerequisites.missing(queries.find(second)) == []


def test_what_waits_is_read_at_once_for_all_that_wait(cast):
    one, other = ask(cast.teacher, REMOTE_LEARNING), ask(cast.teacher, SCHOOL_DEVICE, answers={})
    waiting = [queries.find(one), queries.find(other)]
    found = prerequisites.completed_of(waiting)
    assert found[one] == prerequisites.completed(waiting[0])
    assert found[other] == {}


@with_prerequisites
def test_each_persons_page_names_what_waits_for_them_and_no_more(cast, kind):
    view = queries.find(ask(asker_of(kind), kind, answers={}))
    for name in CAST:
        actor = who(name)
        decides = name == "head"
        waiting = prerequisites.waits_for(actor, view, {}, decides)
        assert {prerequisite.id for prerequisite in waiting} == {
            prerequisite.id for prerequisite in kind.prerequisites if name in COMPLETERS[kind.id, prerequisite.id]
        }
        assert all(prerequisite.by is not By.ASKER for prerequisite in waiting) or actor.id == view.people.asker
