"""The life of an exemption before and after its decision: asked for, changed, completed, withdrawn, over."""

import datetime as dt

import pytest

from models import Decision, Exemption, NeedMet, State
from rules import audit_trail, cases, changes, clock, decided, decisions, exemptions, needs, people, queue
from rules.exemption_checks import Unfit
from rules.exemptions import TRANSITIONS, Moved
from rules.obligations import policy_in_force
from rules.roles import NotAllowed, NotFound
from tests.conftest import ANSWERS, a_request
from tests.rules.stories import (
    EVERY_KIND,
    MONDAY,
    TEACHING_PERIOD,
    TUESDAY,
    approve,
    ask,
    events,
    fitting,
    kind_name,
    later,
    permitted,
    permitted_now,
    revision,
    when,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)


def problems(actor, kind=TEACHING_PERIOD, answers=None, **changed):
    """What is wrong with a request, by field."""
    with pytest.raises(Unfit) as caught:
        ask(actor, kind, answers, **changed)
    assert Exemption.select().count() == 0
    return caught.value.problems


# --- Asking -------------------------------------------------------------------------------------------------


@every_kind
def test_a_request_that_fits_waits_for_its_decision(cast, kind):
    case = cases.find(ask(cast.teacher, kind))
    assert (case.state, case.standing, case.revision, case.asker) == (State.SUBMITTED, "waiting", 1, cast.teacher.id)
    assert case.request == fitting(kind).tidied()
    assert not case.in_force
    assert not needs.needs_missing(case)


@every_kind
@pytest.mark.parametrize("who", ["pupil", "parent", "governor", "director", "volunteer"])
def test_nobody_outside_the_staff_asks(cast, kind, who):
    with pytest.raises(NotAllowed):
        ask(getattr(cast, who), kind)
    assert Exemption.select().count() == 0


def test_sending_the_same_form_twice_gives_the_same_exemption(cast):
    first, second = (exemptions.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key") for _ in range(2))
    assert first == second
    assert events(f"exemption:{first}") == ["exemption-submitted"]


def test_the_same_form_sent_again_after_the_approval_gives_the_approved_exemption(cast):
    exemption = exemptions.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key")
    approve(cast.head, exemption)
    assert exemptions.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key") == exemption
    assert cases.find(exemption).state is State.APPROVED


def test_two_people_whose_forms_have_the_same_key_get_one_exemption_each(cast):
    one = exemptions.submit(cast.teacher, TEACHING_PERIOD, a_request(), form_key="a key")
    other = exemptions.submit(cast.assistant, TEACHING_PERIOD, a_request(), form_key="a key")
    assert [cases.find(each).asker for each in (one, other)] == [cast.teacher.id, cast.assistant.id]


def test_requests_without_a_form_key_are_all_kept(cast):
    assert ask(cast.teacher) != ask(cast.teacher)


@pytest.mark.parametrize("purpose", ["photos-of-pupils", "direct-work-with-pupils", "contact-with-parents"])
@pytest.mark.parametrize("kind", EVERY_KIND[:2], ids=kind_name)
def test_what_clause_4_6_forbids_is_refused_with_the_clause(cast, kind, purpose):
    with pytest.raises(Unfit) as caught:
        exemptions.submit(cast.teacher, kind, a_request(purpose=purpose), ANSWERS[kind.id])
    assert "(clause 4.6)" in caught.value.problems["purpose"]


@every_kind
def test_the_purpose_of_another_kind_is_refused(cast, kind):
    known = policy_in_force().purposes
    foreign = next(key for key, purpose in known.items() if kind.id not in purpose["kinds"])
    with pytest.raises(Unfit) as caught:
        exemptions.submit(cast.teacher, kind, a_request(purpose=foreign))
    assert caught.value.problems == {"purpose": "Choose what you will use it for"}


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("device", {"device": "  "}),
        ("device", {"device": "x" * 201}),
        ("reason", {"reason": " \n "}),
        ("reason", {"reason": "x" * 2001}),
        ("reason", {"reason": "for\u202ecod"}),
        ("device_kind", {"device_kind": "toaster"}),
        ("zones", {"zones": ()}),
        ("zones", {"zones": ("exam-room",)}),
        ("zones", {"zones": ("staff-room", "moon")}),
        ("starts_on", {"starts_on": MONDAY - dt.timedelta(days=1)}),
        ("starts_on", {"starts_on": dt.date(2027, 11, 25), "ends_on": dt.date(2027, 11, 25)}),
        ("starts_on", {"starts_on": dt.date.max, "ends_on": dt.date.max}),
        ("ends_on", {"starts_on": TUESDAY, "ends_on": MONDAY}),
        ("ends_on", {"ends_on": dt.date(2027, 9, 1)}),
        ("starts_at", {"starts_at": dt.time(6, 59)}),
        ("ends_at", {"ends_at": dt.time(18, 1)}),
        ("ends_at", {"starts_at": dt.time(15, 0)}),
        ("ends_at", {"ends_on": MONDAY, "ends_at": dt.time(10, 0)}),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(cast, field, changed):
    assert problems(cast.teacher, **changed).keys() == {field}


def test_a_request_may_reach_to_the_last_day_of_the_school_year_and_a_year_ahead(cast):
    assert ask(cast.teacher, ends_on=dt.date(2027, 8, 31))
    assert ask(cast.teacher, starts_on=dt.date(2027, 11, 24), ends_on=dt.date(2027, 11, 24))


def test_a_request_may_be_for_the_leap_day(cast):
    leap_day = dt.date(2028, 2, 29)
    with when(dt.date(2028, 2, 28), "12:00"):
        exemption = permitted(cast.teacher, by=cast.head, starts_on=leap_day, ends_on=leap_day)
        assert not cases.find(exemption).in_force
    with when(leap_day, "12:00"):
        assert cases.find(exemption).in_force
    with when(dt.date(2028, 3, 1), "12:00"):
        assert cases.find(exemption).standing == "ended"


def test_several_faults_are_said_at_once(cast):
    assert problems(cast.teacher, device="", zones=(), starts_at=dt.time(5)).keys() == {"device", "zones", "starts_at"}


def test_texts_are_kept_tidy_and_zones_in_one_order(cast):
    exemption = ask(
        cast.teacher, device="  My   phone ", reason=" One.\r\nTwo. ", zones=("teaching-areas", "car-park", "car-park")
    )
    case = cases.find(exemption)
    assert (case.device, case.reason, case.zones) == ("My phone", "One.\nTwo.", ("car-park", "teaching-areas"))


def test_the_same_device_is_not_asked_for_again_while_it_is_permitted(cast):
    permitted(cast.teacher, by=cast.head)
    with pytest.raises(Unfit) as caught:
        ask(cast.teacher, device="MY own  phone, BLUE case", starts_at=dt.time(14, 59), ends_at=dt.time(16))
    assert "already have permission" in caught.value.problems["starts_on"]


@pytest.mark.parametrize(
    "changed",
    [
        {"device": "Another phone"},
        {"starts_at": dt.time(15, 0), "ends_at": dt.time(16, 0)},
        {"starts_on": dt.date(2026, 11, 25), "ends_on": dt.date(2026, 11, 25)},
        {"device_kind": "tablet"},
    ],
    ids=["another device", "the hours after it", "the days after it", "another kind of device"],
)
def test_what_does_not_overlap_with_a_permission_may_be_asked_for(cast, changed):
    permitted(cast.teacher, by=cast.head)
    assert cases.find(ask(cast.teacher, **changed)).state is State.SUBMITTED


def test_somebody_elses_permission_is_not_in_the_way(cast):
    permitted(cast.assistant, by=cast.head)
    assert cases.find(ask(cast.teacher)).state is State.SUBMITTED


# --- What is needed first -----------------------------------------------------------------------------------

with_needs = pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.needs], ids=kind_name)


@with_needs
def test_what_is_needed_can_be_completed_later_and_each_time_makes_a_new_revision(cast, kind):
    exemption = ask(cast.teacher, kind, answers={})
    for count, need in enumerate(kind.needs):
        assert needs.needs_missing(cases.find(exemption)) == list(kind.needs[count:])
        exemptions.meet_need(cast.teacher, exemption, need.id, ANSWERS[kind.id][need.id])
    assert needs.needs_missing(cases.find(exemption)) == []
    assert revision(exemption) == 1 + len(kind.needs)
    assert events(f"exemption:{exemption}") == ["exemption-submitted"] + ["need-met"] * len(kind.needs)


def test_a_need_that_is_half_answered_is_refused_at_its_question(cast):
    half = {"no-school-equipment": {"asked": "The office.", "confirmed": False}, "risk-assessment": {"signed": True}}
    assert problems(cast.teacher, EVERY_KIND[1], half) == {
        "no-school-equipment-confirmed": "Tick the box to confirm",
        **{f"risk-assessment-{key}": "Write an answer" for key in ("hazards", "who", "controls", "residual")},
    }


def test_an_answer_that_is_too_long_is_refused_at_its_question(cast):
    answers = ANSWERS["remote-learning"]
    answers = {**answers, "risk-assessment": {**answers["risk-assessment"], "residual": "x" * 301}}
    assert problems(cast.teacher, EVERY_KIND[1], answers).keys() == {"risk-assessment-residual"}


def test_a_tick_is_given_as_a_tick_and_not_as_a_word(cast, school):
    kind = EVERY_KIND[2]
    exemption = ask(cast.teacher, kind, answers={})
    with pytest.raises(Unfit):
        exemptions.meet_need(cast.teacher, exemption, "pin-set", {"confirmed": "yes"})
    assert NeedMet.select().count() == 0


def test_a_later_answer_replaces_an_earlier_one_and_both_are_kept(cast):
    kind = EVERY_KIND[1]
    exemption = ask(cast.teacher, kind)
    again = {**ANSWERS[kind.id]["risk-assessment"], "residual": "Higher than I thought."}
    exemptions.meet_need(cast.teacher, exemption, "risk-assessment", again)
    met = needs.needs_met(cases.find(exemption))["risk-assessment"]
    assert (met.answers["residual"], met.by) == ("Higher than I thought.", cast.teacher.name)
    assert NeedMet.select().where(NeedMet.need == "risk-assessment").count() == 2


def test_only_the_asker_completes_what_is_needed(cast):
    exemption = ask(cast.teacher, EVERY_KIND[2], answers={})
    with pytest.raises(NotFound):
        exemptions.meet_need(cast.head, exemption, "pin-set", {"confirmed": True})


def test_a_need_that_the_kind_does_not_have_is_not_found(cast):
    with pytest.raises(NotFound):
        exemptions.meet_need(cast.teacher, ask(cast.teacher), "pin-set", {"confirmed": True})


def test_nothing_is_completed_after_the_decision(cast):
    kind = EVERY_KIND[2]
    exemption = permitted(cast.teacher, kind, by=cast.head)
    with pytest.raises(Moved):
        exemptions.meet_need(cast.teacher, exemption, "pin-set", {"confirmed": True})


# --- Changing -----------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize(
    "changed",
    [
        {"device": "Another phone"},
        {"device_kind": "tablet"},
        {"ends_on": dt.date(2026, 11, 25)},
        {"ends_at": dt.time(14, 0)},
        {"zones": ("car-park",)},
        {"reason": "Another reason."},
    ],
    ids=["device", "kind of device", "days", "times", "places", "reason"],
)
def test_changing_what_was_approved_voids_the_approval(cast, kind, changed):
    """Invariant 2: editing device, dates, zones or conditions of an approved exemption voids the approval."""
    exemption = ask(cast.teacher, kind)
    approve(cast.head, exemption, "Keep it on silent.")
    exemptions.change(cast.teacher, exemption, 1, fitting(kind, **changed))
    case = cases.find(exemption)
    assert (case.state, case.revision) == (State.SUBMITTED, 2)
    assert (case.conditions, case.approved_by, case.decided_at) == ("", None, None)
    assert not case.in_force
    assert permitted_now() == []
    assert [decision.text for decision in decided.decisions_on(case)] == ["Keep it on silent."]
    assert events(case.record)[-2:] == ["approval-voided", "exemption-changed"]


@every_kind
def test_what_was_changed_needs_the_decision_anew(cast, kind):
    """Invariant 2: the new text is permitted only by a decision on the new text."""
    exemption = permitted(cast.teacher, kind, by=cast.head)
    exemptions.change(cast.teacher, exemption, 1, fitting(kind, device="Another phone"))
    with pytest.raises(Moved):
        decisions.approve(cast.head, exemption, 1)
    approve(cast.head, exemption)
    last = decided.decisions_on(cases.find(exemption))[-1]
    assert (last.frozen["revision"], last.frozen["request"]["device"]) == (2, "Another phone")
    assert cases.find(exemption).in_force


def test_a_returned_request_is_changed_and_sent_again(cast):
    exemption = ask(cast.teacher)
    decisions.give_back(cast.head, exemption, 1, "Which room?")
    exemptions.change(cast.teacher, exemption, 1, a_request(zones=("classroom",)))
    assert cases.find(exemption).standing == "waiting"
    assert "approval-voided" not in events(f"exemption:{exemption}")


def test_a_change_made_on_an_old_page_is_refused(cast):
    exemption = ask(cast.teacher)
    exemptions.change(cast.teacher, exemption, 1, a_request(device="The second"))
    with pytest.raises(Moved) as caught:
        exemptions.change(cast.teacher, exemption, 1, a_request(device="The third"))
    assert caught.value.case.device == "The second"
    assert cases.find(exemption).device == "The second"


def test_a_change_that_does_not_fit_leaves_the_approval_as_it_was(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    with pytest.raises(Unfit):
        exemptions.change(cast.teacher, exemption, 1, a_request(zones=()))
    assert cases.find(exemption).in_force


def test_a_change_with_half_an_answer_leaves_everything_as_it_was(cast):
    kind = EVERY_KIND[1]
    exemption = permitted(cast.teacher, kind, by=cast.head)
    before = events()
    with pytest.raises(Unfit) as caught:
        exemptions.change(cast.teacher, exemption, 1, fitting(kind), {"risk-assessment": {"hazards": "Some"}})
    assert "risk-assessment-signed" in caught.value.problems
    assert cases.find(exemption).in_force
    assert events() == before


def test_a_change_may_keep_the_hours_it_has(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    exemptions.change(cast.teacher, exemption, 1, a_request(reason="Another ward."))
    assert cases.find(exemption).state is State.SUBMITTED


def test_a_permission_that_is_over_is_not_changed(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    days = {"starts_on": dt.date(2026, 11, 25), "ends_on": dt.date(2026, 11, 25)}
    with when(TUESDAY, "15:00"), pytest.raises(Moved):
        exemptions.change(cast.teacher, exemption, 1, a_request(**days))


def test_nobody_changes_or_withdraws_somebody_elses_request(cast):
    exemption = ask(cast.teacher)
    for stranger in (cast.head, cast.deputy, cast.assistant):
        with pytest.raises(NotFound):
            exemptions.change(stranger, exemption, 1, a_request())
        with pytest.raises(NotFound):
            exemptions.withdraw(stranger, exemption)
    assert cases.find(exemption).state is State.SUBMITTED


# --- Withdrawing --------------------------------------------------------------------------------------------


@every_kind
def test_somebody_gives_up_their_permission_and_it_ends_at_once(cast, kind):
    exemption = permitted(cast.teacher, kind, by=cast.head)
    exemptions.withdraw(cast.teacher, exemption)
    case = cases.find(exemption)
    assert (case.state, case.stopped_at, case.in_force) == (State.WITHDRAWN, clock.now(), False)
    assert permitted_now() == []


def test_a_withdrawn_request_is_decided_by_nobody(cast):
    exemption = ask(cast.teacher)
    exemptions.withdraw(cast.teacher, exemption)
    with pytest.raises(Moved):
        approve(cast.head, exemption)
    assert Decision.select().count() == 0


def test_nothing_is_withdrawn_twice_or_when_it_is_over(cast):
    gone, over = ask(cast.teacher), permitted(cast.assistant, by=cast.head)
    exemptions.withdraw(cast.teacher, gone)
    with pytest.raises(Moved):
        exemptions.withdraw(cast.teacher, gone)
    with when(TUESDAY, "15:00"), pytest.raises(Moved):
        exemptions.withdraw(cast.assistant, over)
    assert events().count("exemption-withdrawn") == 1


# --- The table of steps -------------------------------------------------------------------------------------

ACTIONS = {
    "change": lambda cast, exemption: exemptions.change(cast.teacher, exemption, revision(exemption), a_request()),
    "withdraw": lambda cast, exemption: exemptions.withdraw(cast.teacher, exemption),
    "approve": lambda cast, exemption: approve(cast.head, exemption),
    "decline": lambda cast, exemption: decisions.decline(cast.head, exemption, revision(exemption), "No."),
    "return": lambda cast, exemption: decisions.give_back(cast.head, exemption, revision(exemption), "Which room?"),
    "revoke": lambda cast, exemption: decisions.revoke(cast.head, exemption, revision(exemption), "Not any more."),
}
WAY_TO = {
    State.SUBMITTED: (),
    State.RETURNED: ("return",),
    State.APPROVED: ("approve",),
    State.DECLINED: ("decline",),
    State.WITHDRAWN: ("withdraw",),
    State.REVOKED: ("approve", "revoke"),
}


def test_every_step_and_every_state_is_tried_below():
    assert ACTIONS.keys() == TRANSITIONS.keys()
    assert WAY_TO.keys() == set(State)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", State)
def test_a_step_outside_the_table_is_refused_and_changes_nothing(cast, state, action):
    """Invariant 7: a state outside the transition table is refused."""
    exemption = ask(cast.teacher)
    for step in WAY_TO[state]:
        ACTIONS[step](cast, exemption)
    before, count = cases.find(exemption), Decision.select().count()
    if state in TRANSITIONS[action].frm:
        ACTIONS[action](cast, exemption)
        assert cases.find(exemption).state is TRANSITIONS[action].to
        assert events(before.record)[-1] == TRANSITIONS[action].event
    else:
        with pytest.raises(Moved) as caught:
            ACTIONS[action](cast, exemption)
        assert caught.value.case == before == cases.find(exemption)
        assert Decision.select().count() == count


def test_the_guard_in_the_database_refuses_a_step_even_when_the_look_before_it_was_out_of_date(cast):
    """Invariant 7: what decides is the guarded UPDATE, not the state that was read before it."""
    stale = cases.find(ask(cast.teacher))
    approve(cast.head, stale.id)
    with pytest.raises(Moved):
        exemptions.move(stale, TRANSITIONS["withdraw"])
    assert cases.find(stale.id).state is State.APPROVED


# --- Finding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, -1, 10**6, 2**63 - 1, 2**63, 2**64, 10**40, -(2**70)])
def test_a_number_that_no_exemption_has_is_not_found(cast, number):
    with pytest.raises(NotFound):
        cases.find(number)


def test_people_see_their_own_requests_the_newest_first(cast):
    first = ask(cast.teacher)
    second = ask(cast.teacher, starts_on=TUESDAY, device="Another")
    ask(cast.assistant)
    assert [case.id for case in cases.mine(cast.teacher)] == [second, first]
    assert [case.id for case in cases.mine(cast.teacher, since=dt.date(2026, 11, 25))] == []
    assert [case.id for case in cases.mine(cast.teacher, limit=1)] == [second]


# --- Where it stands, by the clock alone --------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize(
    ("day", "time", "standing"),
    [
        (MONDAY, "08:59", "approved"),
        (MONDAY, "09:00", "in force"),
        (MONDAY, "14:59", "in force"),
        (MONDAY, "15:00", "approved"),
        (TUESDAY, "00:00", "approved"),
        (TUESDAY, "09:00", "in force"),
        (TUESDAY, "15:00", "ended"),
    ],
)
def test_a_permission_holds_from_its_first_minute_to_its_last_on_each_of_its_days(cast, kind, day, time, standing):
    """Invariant 1: permitted means inside the day and inside the time."""
    with when(MONDAY, "07:00"):
        exemption = permitted(cast.teacher, kind, by=cast.head)
    with when(day, time):
        case = cases.find(exemption)
        assert case.standing == standing
        assert case.in_force == (permitted_now() == [exemption]) == (standing == "in force")


@pytest.mark.parametrize("night", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["spring", "autumn"])
def test_the_hours_are_those_on_the_wall_on_both_sides_of_the_night_the_clocks_change(cast, night):
    before, after = night - dt.timedelta(days=1), night + dt.timedelta(days=1)
    with when(before, "07:00"):
        exemption = permitted(cast.teacher, by=cast.head, starts_on=before, ends_on=after)
    for day in (before, night, after):
        for time, holds in (("08:59", False), ("09:00", True), ("14:59", True), ("15:00", False)):
            with when(day, time):
                assert cases.find(exemption).in_force is holds
                assert (permitted_now() == [exemption]) is holds


def test_somebody_made_inactive_is_permitted_nothing_until_they_are_active_again(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    people.set_active(cast.head, cast.teacher.id, False)
    assert not cases.find(exemption).in_force
    assert cases.find(exemption).standing == "approved"
    assert permitted_now() == []
    people.set_active(cast.head, cast.teacher.id, True)
    assert cases.find(exemption).in_force


# --- Has anything changed? ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in State if WAY_TO[state]])
def test_every_step_is_counted_so_that_open_lists_notice_it(cast, state):
    exemption = ask(cast.teacher)
    for step in WAY_TO[state]:
        before = changes.touched()
        ACTIONS[step](cast, exemption)
        assert changes.touched() > before


def test_looking_changes_nothing(cast):
    exemption = ask(cast.teacher)
    before = changes.touched(), events()
    cases.find(exemption), cases.mine(cast.teacher), queue.waiting_for(cast.head), permitted_now()
    assert (changes.touched(), events()) == before


def test_a_whole_life_leaves_a_trail_that_holds(cast):
    exemption = ask(cast.teacher)
    for step in ("return", "change", "approve", "change", "approve", "revoke"):
        ACTIONS[step](cast, exemption)
    assert audit_trail.verify()[1] == []
    assert events(f"exemption:{exemption}") == [
        "exemption-submitted",
        "exemption-returned",
        "exemption-changed",
        "exemption-approved",
        "approval-voided",
        "exemption-changed",
        "exemption-approved",
        "exemption-revoked",
    ]


def test_asking_at_five_to_midnight_is_asking_today(cast):
    with when(MONDAY, "23:55"):
        assert problems(cast.teacher, ends_on=MONDAY).keys() == {"ends_at"}
        assert ask(cast.teacher, ends_on=TUESDAY)
    with later(days=1, hours=-10), pytest.raises(Unfit):  # midnight
        ask(cast.teacher, starts_on=MONDAY)
