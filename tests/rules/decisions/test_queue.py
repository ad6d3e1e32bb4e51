"""Who decides which exemption, who may read it, and what waits for whom."""

import datetime as dt

import pytest

from enums import ExemptionState, ParentAccess, Role
from models import Decision, Guardian
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import Changed, NotAllowed, NotFound
from rules.decisions import deciding, queue, receipts
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import lifecycle, permissions, queries
from rules.people import delegation, people, role_grants
from tests.conftest import ANSWERS, CAST, KNOWN_FAMILY, PARENT_CONTACT
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    VERBS,
    approve,
    ask,
    asker_of,
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

# By hand from the table "Who decides what", so that the rule is not tested against itself.
DECIDERS = {
    "teaching-period": {"head", "deputy", "assistant_head"},
    "remote-learning": {"head"},
    "school-device": {"head", "deputy", "assistant_head"},
    "educational-activity": {"head", "deputy", "assistant_head"},
    "exceptional-access": {"head"},
    "parent-contact": {"head"},
    "known-family": {"head"},
    "visitor-access": {"head"},
}
# Who knows of it without deciding it, so that it is refused and not hidden: the asker, the pupil and the family that
# may know, and the DSL where a discussion with the DSL comes first.
KNOWERS = {
    **{key: {"teacher"} for key in DECIDERS},
    "exceptional-access": {"teacher", "pupil", "parent", "carer"},
    "parent-contact": {"pupil", "parent", "carer"},
    "known-family": {"teacher", "dsl"},
}
STAFF = ("head", "deputy", "assistant_head", "dsl", "deputy_dsl", "office", "teacher", "assistant", "finance")
MAY_ASK = {kind: STAFF for kind in DECIDERS} | {
    "educational-activity": ("deputy", "dsl", "deputy_dsl", "teacher", "assistant"),
    "exceptional-access": (*STAFF, "pupil", "parent"),
    "parent-contact": ("parent",),
}
EVERY_ASKER = [pytest.param(kind, who, id=f"{kind.id}-{who}") for kind in EVERY_KIND for who in MAY_ASK[kind.id]]
HEAD_ASKS = [kind for kind in EVERY_KIND if "head" in MAY_ASK[kind.id]]


def decisions_of(exemption):
    return receipts.decisions_on(queries.find(exemption))


# --- Who decides --------------------------------------------------------------------------------------------


@every_kind
@everybody
def test_only_the_right_decider_permits_anything(cast, kind, who):
    """Invariant 1: nobody is permitted without the right decider's decision."""
    exemption, actor = ask(asker_of(kind), kind), getattr(cast, who)
    if who in DECIDERS[kind.id]:
        permit(exemption, actor)
        assert in_force(exemption)
        assert decisions_of(exemption)[0].decided_by == actor.id
    else:
        with pytest.raises(NotAllowed if who in KNOWERS[kind.id] else NotFound):
            approve(actor, exemption)
        assert not in_force(exemption)
        assert Decision.select().count() == 0


@pytest.mark.parametrize(("kind", "who"), EVERY_ASKER)
@pytest.mark.parametrize("verb", VERBS)
def test_nobody_decides_their_own_request(cast, kind, verb, who):
    """Invariant 4: nobody decides their own request, nor one about themselves."""
    asker = getattr(cast, who)
    exemption = to_decide(verb, asker, kind)
    count = Decision.select().count()
    with pytest.raises(NotAllowed, match="your own request"):
        VERBS[verb](asker, exemption, revision(exemption))
    assert Decision.select().count() == count
    assert exemption not in [view.id for view in queue.waiting_for(asker) + queue.revocable_by(asker)]


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.for_pupil], ids=kind_name)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("access", ParentAccess)
def test_nobody_decides_about_their_own_child(cast, kind, verb, access):
    """Invariant 4: *never the pupil, the parent*; then the regional director decides."""
    child = {"child": cast.pupil.id, "parent": cast.head.id, "relation": "mother"}
    Guardian.insert(**child, access=access.value, given_at=clock.now()).execute()
    exemption = to_decide(verb, cast.parent, kind)
    count = Decision.select().count()
    with pytest.raises((NotAllowed, NotFound)):
        VERBS[verb](cast.head, exemption, revision(exemption))
    assert Decision.select().count() == count
    VERBS[verb](cast.director, exemption, revision(exemption))


@pytest.mark.parametrize("who", ["pupil", "parent", "carer", "barred_parent"])
@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if kind.for_pupil], ids=kind_name)
def test_the_family_does_not_decide_even_as_the_headteachers_stand_in(cast, kind, who):
    """Invariant 4."""
    role_grants.give_role(cast.head, getattr(cast, who).id, Role.SLT, MONDAY)
    delegation.give(cast.head, getattr(cast, who).id, MONDAY, MONDAY)
    actor = actor_of_person(getattr(cast, who).id)
    exemption = ask(asker_of(kind), kind)
    assert queue.waiting_for(actor) == []
    with pytest.raises((NotAllowed, NotFound)):
        approve(actor, exemption)


@pytest.mark.parametrize("kind", HEAD_ASKS, ids=kind_name)
@everybody
def test_the_headteachers_own_request_is_decided_by_the_regional_director_alone(cast, kind, who):
    """Invariant 4: where the headteacher asks, the regional director decides."""
    exemption, actor = ask(cast.head, kind), getattr(cast, who)
    may = who == "director"
    assert (exemption in [view.id for view in queue.waiting_for(actor)]) is may
    if may:
        permit(exemption, actor)
        assert in_force(exemption)
    else:
        knows = who == "head" or who in KNOWERS[kind.id] - {"teacher"}
        with pytest.raises(NotAllowed if knows else NotFound):
            approve(actor, exemption)


@every_kind
def test_the_regional_director_decides_nobody_elses(cast, kind):
    exemption = ask(asker_of(kind), kind)
    assert queue.waiting_for(cast.director) == []
    with pytest.raises(NotFound):
        permissions.load(cast.director, exemption)


def test_somebody_who_is_also_headteacher_only_from_tomorrow_is_decided_as_before_until_then(cast):
    role_grants.give_role(cast.head, cast.deputy.id, Role.HEADTEACHER, TUESDAY)
    exemption = ask(cast.deputy)
    assert permissions.may_decide(cast.assistant_head, queries.find(exemption))
    with later(days=1):
        assert not permissions.may_decide(cast.assistant_head, queries.find(exemption))
        assert not permissions.may_decide(cast.head, queries.find(exemption))
        assert permissions.may_decide(cast.director, queries.find(exemption))


def test_a_decider_whose_role_ends_today_decides_today_and_not_tomorrow(cast):
    role_grants.give_role(cast.head, cast.finance.id, Role.SLT, MONDAY, MONDAY)
    exemption = ask(cast.teacher)
    assert permissions.may_decide(actor_of_person(cast.finance.id), queries.find(exemption))
    with when(MONDAY, "23:59"):
        assert permissions.may_decide(actor_of_person(cast.finance.id), queries.find(exemption))
    with when(TUESDAY, "00:00"):
        assert not permissions.may_decide(actor_of_person(cast.finance.id), queries.find(exemption))


@pytest.mark.parametrize("number", [0, -3, 999_999, 2**63, 10**30])
@pytest.mark.parametrize("verb", VERBS)
def test_an_exemption_that_is_not_there_is_not_decided(cast, number, verb):
    with pytest.raises(NotFound):
        VERBS[verb](cast.head, number, 1)


def test_a_revision_nobody_has_seen_is_not_decided(cast):
    exemption = ask(cast.teacher)
    for seen in (0, 2, -1, 2**70):
        with pytest.raises(Changed):
            deciding.approve(cast.head, exemption, seen)
    assert queries.find(exemption).state is ExemptionState.SUBMITTED


# --- What waits ---------------------------------------------------------------------------------------------


def test_what_starts_first_waits_at_the_top(cast):
    tomorrow = ask(cast.teacher, starts_on=TUESDAY)
    afternoon = ask(cast.assistant, starts_at=dt.time(13))
    with later(minutes=5):
        later_asked = ask(cast.office)
    morning = ask(cast.finance)
    waiting = [view.id for view in queue.waiting_for(cast.head)]
    assert waiting == [morning, later_asked, afternoon, tomorrow]


def test_a_decided_request_waits_no_longer_and_can_be_revoked_until_it_is_over(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    assert queue.waiting_for(cast.head) == []
    assert [view.id for view in queue.revocable_by(cast.deputy)] == [exemption]
    with when(TUESDAY, "14:59"):
        assert [view.id for view in queue.revocable_by(cast.deputy)] == [exemption]
    with when(TUESDAY, "15:00"):
        assert queue.revocable_by(cast.deputy) == []


def test_what_nobody_decided_in_time_waits_for_nobody_and_can_be_asked_for_anew(cast):
    """Invariant 21."""
    exemption = ask(cast.teacher)
    talk = ask(cast.parent, PARENT_CONTACT, answers={})
    with when(TUESDAY, "23:59"):
        assert exemption in [view.id for view in queue.waiting_for(cast.head)]
    with when(TUESDAY + dt.timedelta(days=1), "00:00"):
        assert [view.id for view in queue.waiting_for(cast.head) if view.id in (exemption, talk)] == []
        for number in (exemption, talk):
            assert queries.find(number).status == "lapsed"
        request = queries.find(exemption).request._replace(
            starts_on=TUESDAY + dt.timedelta(days=1), ends_on=TUESDAY + dt.timedelta(days=1)
        )
        lifecycle.change(cast.teacher, exemption, 1, request)
        assert [view.id for view in queue.waiting_for(cast.head)] == [exemption]


def test_what_has_lapsed_is_not_completed_any_more(cast):
    exemption = ask(cast.parent, PARENT_CONTACT, answers={})
    prerequisite = PARENT_CONTACT.prerequisites[0]
    with when(clock.today() + dt.timedelta(days=400), "10:00"):
        assert queries.find(exemption).lapsed
        with pytest.raises(Changed):
            lifecycle.complete(cast.head, exemption, prerequisite.id, ANSWERS["parent-contact"][prerequisite.id])


def test_what_was_returned_and_never_sent_again_lapses_too(cast):
    exemption = ask(cast.teacher)
    deciding.return_to_asker(cast.head, exemption, 1, "New days, please")
    assert queries.find(exemption).status == "returned"
    with when(TUESDAY + dt.timedelta(days=1), "00:00"):
        assert queries.find(exemption).status == "lapsed"


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


# --- Who reads it -------------------------------------------------------------------------------------------

# By hand from *Who sees what* and clause 4.5: who of the cast reads the reason. The asker is the teacher or the parent.
READERS = {kind: {"teacher", *deciders} for kind, deciders in DECIDERS.items()} | {
    "parent-contact": {"parent", "head"},
    "known-family": {"teacher", "head", "dsl"},
}


@every_kind
@everybody
def test_the_reason_is_read_by_the_asker_and_by_those_who_decide(cast, kind, who):
    """*Who sees what*, clause 4.5, invariant 14: not by the pupil, not by the other parent, not by the office."""
    exemption, actor = ask(asker_of(kind), kind), getattr(cast, who)
    view = queries.find(exemption)
    assert permissions.reads_reason(actor, view) == (who in READERS[kind.id])
    if who in READERS[kind.id] | KNOWERS[kind.id]:
        assert permissions.load(actor, exemption) == view
    else:
        for look in (permissions.load, permissions.look_at, permissions.load_to_decide):
            with pytest.raises(NotFound):
                look(actor, exemption)


@every_kind
@everybody
def test_each_look_at_what_is_confidential_is_noted_and_no_other(cast, kind, who):
    """Clauses 4.5 and 8.4: each look by the DSL or the headteacher is on the trail."""
    exemption, actor = permitted(asker_of(kind), kind), getattr(cast, who)
    if who not in READERS[kind.id]:
        return
    for count in (1, 2):
        permissions.look_at(actor, exemption)
        noted = kind.confidential and who != "teacher"
        assert events(f"exemption:{exemption}").count("confidential-read") == (count if noted else 0)


def test_a_stranger_who_tries_to_look_leaves_no_mark_on_the_trail(cast):
    exemption = ask(cast.teacher, KNOWN_FAMILY)
    with pytest.raises(NotFound):
        permissions.look_at(cast.deputy, exemption)
    assert "confidential-read" not in events()


@every_kind
@everybody
def test_what_waits_waits_for_those_who_decide_it_and_nobody_else(cast, kind, who):
    exemption, actor = ask(asker_of(kind), kind), getattr(cast, who)
    decides = who in DECIDERS[kind.id]
    assert [view.id for view in queue.waiting_for(actor)] == [exemption] * decides
    approve(cast.head, exemption)
    assert [view.id for view in queue.revocable_by(actor)] == [exemption] * decides


@everybody
def test_a_discussion_waits_for_the_dsl_until_it_is_recorded(cast, who):
    """Clause 4.5."""
    exemption = ask(cast.teacher, KNOWN_FAMILY, answers={})
    waiting = queue.talks_for(getattr(cast, who))
    assert [(view.id, prerequisite.id) for view, prerequisite in waiting] == [(exemption, "discussion-dsl")] * (
        who == "dsl"
    )
    lifecycle.complete(cast.dsl, exemption, "discussion-dsl", ANSWERS[KNOWN_FAMILY.id]["discussion-dsl"])
    assert queue.talks_for(getattr(cast, who)) == []


@every_kind
def test_what_is_in_the_way_is_the_same_for_one_and_for_all_that_wait(cast, kind):
    exemption = ask(asker_of(kind), kind, answers={})
    ((view, met, blockers),) = queue.weigh(queue.waiting_for(cast.head))
    assert (view.id, met, blockers) == (exemption, {}, queue.blockers_of(queries.find(exemption)))
    assert [blocker.prerequisite for blocker in blockers] == [prerequisite.id for prerequisite in kind.prerequisites]
    assert [blocker.mine for blocker in blockers] == [
        prerequisite.by is By.DECIDER for prerequisite in kind.prerequisites
    ]
    assert queue.weigh([]) == []
