"""The headteacher names who decides in their place, from one day to another."""

import datetime as dt

import pytest

from enums import Role
from models import Decision, Delegation
from rules.auth.actors import actor_of_person
from rules.auth.permissions import Permission
from rules.core.errors import Invalid, NotAllowed, NotFound
from rules.decisions import queue, receipts
from rules.exemptions import queries
from rules.people import delegation, people, role_grants
from tests.conftest import CAST, KNOWN_FAMILY, REMOTE_LEARNING
from tests.support.exemptions import EVERY_KIND, MONDAY, TUESDAY, approve, ask, asker_of, events, kind_name, when

FRIDAY = dt.date(2026, 11, 27)
NAMEABLE = {"dsl", "deputy", "deputy_dsl", "assistant_head"}


def errors(cast, delegate, first, last):
    with pytest.raises(Invalid) as caught:
        delegation.give(cast.head, delegate, first, last)
    return caught.value.errors


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if not kind.confidential], ids=kind_name)
def test_the_delegate_decides_for_the_headteacher_and_the_real_decider_is_stored(cast, kind):
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    exemption = ask(asker_of(kind), kind)
    approve(actor_of_person(cast.dsl.id), exemption)
    row = Decision.get(Decision.exemption == exemption)
    assert (row.decided_by_id, row.for_person_id) == (cast.dsl.id, cast.head.id)
    assert queries.find(exemption).decision.approved_by == "Dsl Invented for the headteacher"
    assert receipts.decisions_on(queries.find(exemption))[0].by == "Dsl Invented for the headteacher"


@pytest.mark.parametrize(("who", "refusal"), [("dsl", NotAllowed), ("deputy", NotFound)])
def test_nobody_stands_in_for_the_headteacher_where_a_kind_is_confidential(cast, who, refusal):
    """Clause 4.5: seen by the person, the DSL and the headteacher only."""
    delegation.give(cast.head, getattr(cast, who).id, MONDAY, TUESDAY)
    exemption, delegate = ask(cast.teacher, KNOWN_FAMILY), actor_of_person(getattr(cast, who).id)
    assert queue.waiting_for(delegate) == []
    with pytest.raises(refusal):
        approve(delegate, exemption)
    assert Decision.select().count() == 0


@pytest.mark.parametrize(
    ("day", "time", "may"),
    [
        (MONDAY, "23:59", False),
        (TUESDAY, "00:00", True),
        (FRIDAY, "23:59", True),
        (dt.date(2026, 11, 28), "00:00", False),
    ],
)
def test_a_delegation_holds_from_its_first_midnight_to_its_last(cast, day, time, may):
    delegation.give(cast.head, cast.dsl.id, TUESDAY, FRIDAY)
    with when(day, time):
        dsl = actor_of_person(cast.dsl.id)
        assert (dsl.delegate_of == cast.head.id) is may
        assert dsl.may(Permission.DECIDE_EXEMPTIONS) is may


def test_the_delegate_does_not_decide_their_own_request_nor_the_headteachers(cast):
    """Invariant 4 for a delegate."""
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    dsl = actor_of_person(cast.dsl.id)
    with pytest.raises(NotAllowed):
        approve(dsl, ask(cast.dsl))
    with pytest.raises(NotFound):
        approve(dsl, ask(cast.head))
    assert Decision.select().count() == 0


def test_the_headteacher_still_decides_in_their_own_name(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    exemption = ask(cast.teacher)
    approve(actor_of_person(cast.head.id), exemption)
    assert queries.find(exemption).decision.approved_by == "Head Invented"


def test_an_ended_delegation_gives_nothing_from_that_moment_and_what_was_decided_stays(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    exemption = ask(cast.teacher, REMOTE_LEARNING)
    approve(actor_of_person(cast.dsl.id), exemption)
    delegation.end(cast.head, delegation.delegations_of(cast.head)[0].id)
    assert actor_of_person(cast.dsl.id).delegate_of is None
    assert delegation.delegations_of(cast.head) == []
    assert queries.find(exemption).in_force
    with pytest.raises(NotFound):
        approve(actor_of_person(cast.dsl.id), ask(cast.assistant, REMOTE_LEARNING))


def test_a_delegation_is_ended_once(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    for _ in range(2):
        delegation.end(cast.head, Delegation.get().id)
    assert events().count("delegation-ended") == 1


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_a_delegation_that_is_not_there_is_not_found(cast, number):
    with pytest.raises(NotFound):
        delegation.end(cast.head, number)


def test_nobody_ends_another_headteachers_delegation(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    role_grants.give_role(cast.head, cast.deputy.id, Role.HEADTEACHER, MONDAY)
    with pytest.raises(NotFound):
        delegation.end(actor_of_person(cast.deputy.id), Delegation.get().id)


@pytest.mark.parametrize("who", [name for name in CAST if name != "head"])
def test_only_the_headteacher_delegates(cast, who):
    with pytest.raises(NotAllowed):
        delegation.give(getattr(cast, who), cast.dsl.id, MONDAY, TUESDAY)
    assert Delegation.select().count() == 0


def test_those_who_can_be_named_are_slt_the_dsl_and_the_deputy_dsl(cast):
    names = {person.name for person in delegation.possible_delegates(cast.head)}
    assert names == {getattr(cast, who).name for who in NAMEABLE}


def test_somebody_inactive_is_not_named(cast):
    people.set_active(cast.head, cast.dsl.id, False)
    assert errors(cast, cast.dsl.id, MONDAY, TUESDAY).keys() == {"delegate"}


@pytest.mark.parametrize("who", ["teacher", "office", "head", "director"])
def test_nobody_else_is_named(cast, who):
    assert errors(cast, getattr(cast, who).id, MONDAY, TUESDAY).keys() == {"delegate"}


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (MONDAY - dt.timedelta(days=1), MONDAY, "starts_on"),
        (TUESDAY, MONDAY, "ends_on"),
        (MONDAY, MONDAY + dt.timedelta(days=93), "ends_on"),
    ],
)
def test_days_that_do_not_fit_are_said_at_their_field(cast, first, last, field):
    assert errors(cast, cast.dsl.id, first, last).keys() == {field}
    assert Delegation.select().count() == 0


def test_a_delegation_of_one_day_and_one_of_a_term_fit(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, MONDAY)
    delegation.give(cast.head, cast.deputy.id, TUESDAY, TUESDAY + dt.timedelta(days=92))
    assert [(each.name, each.now) for each in delegation.delegations_of(cast.head)] == [
        (cast.dsl.name, True),
        (cast.deputy.name, False),
    ]


def test_two_people_do_not_stand_in_on_the_same_day(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, TUESDAY)
    found = errors(cast, cast.deputy.id, TUESDAY, FRIDAY)
    assert "Dsl Invented already decides in your place" in found["starts_on"]


def test_whoever_is_no_longer_headteacher_has_no_delegate(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, FRIDAY)
    role_grants.give_role(cast.head, cast.deputy.id, Role.HEADTEACHER, MONDAY)
    deputy = actor_of_person(cast.deputy.id)
    grant = next(each for each in role_grants.grants_of(cast.head.id) if each.role == Role.HEADTEACHER.value)
    role_grants.take_role(deputy, cast.head.id, grant.id)
    assert actor_of_person(cast.dsl.id).delegate_of is None


def test_whoever_has_left_the_leadership_no_longer_stands_in(cast):
    delegation.give(cast.head, cast.deputy.id, MONDAY, TUESDAY)
    (grant,) = [each for each in role_grants.grants_of(cast.deputy.id) if each.role == Role.SLT]
    role_grants.take_role(cast.head, cast.deputy.id, grant.id)
    deputy = actor_of_person(cast.deputy.id)
    assert deputy.delegate_of is None
    assert not deputy.may(Permission.DECIDE_EXEMPTIONS)


def test_a_headteacher_made_inactive_has_no_delegate(cast):
    delegation.give(cast.head, cast.dsl.id, MONDAY, FRIDAY)
    role_grants.give_role(cast.head, cast.deputy.id, Role.HEADTEACHER, MONDAY)
    people.set_active(actor_of_person(cast.deputy.id), cast.head.id, False)
    assert actor_of_person(cast.dsl.id).delegate_of is None


def test_what_waits_for_the_headteacher_waits_for_the_delegate_too(cast):
    exemption = ask(cast.teacher, REMOTE_LEARNING)
    assert queue.waiting_for(cast.dsl) == []
    delegation.give(cast.head, cast.dsl.id, MONDAY, MONDAY)
    assert [view.id for view in queue.waiting_for(actor_of_person(cast.dsl.id))] == [exemption]
