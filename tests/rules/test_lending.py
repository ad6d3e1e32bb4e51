"""What has to be there before a school device is lent (clauses 3.3, 3.5)."""

import datetime as dt

import pytest

from enums import Role
from models import AuditEvent, Loan, PolicyVersion
from rules import (
    clock,
    device_states,
    exemptions,
    lending,
    loans,
    people,
    school_devices,
    standing_permissions,
)
from rules.errors import Conflict, Invalid, NotAllowed
from rules.lending import NotReady, Requirement
from rules.loans import Wish
from rules.roles import STAFF
from tests.conftest import CAST, MONDAY_AT_TEN, SCHOOL_DEVICE
from tests.rules import stories
from tests.rules.acknowledging import read_all
from tests.rules.borrowing import FRIDAY, MONDAY, TUESDAY, a_device, everybody_knows_the_notice, lend, on
from tests.rules.borrowing import staff_may_borrow as all_may_borrow


@pytest.fixture
def knowing(monkeypatch):
    """Everybody has acknowledged the notice, but those who are named."""
    everybody_knows_the_notice(monkeypatch)
    return lambda *but: everybody_knows_the_notice(monkeypatch, but)


def needs_of(actor, borrower, tag="T-07", **more):
    """What is missing when somebody wants to borrow; nothing is kept then."""
    before = (Loan.select().count(), AuditEvent.select().count())
    with pytest.raises(NotReady) as caught:
        lend(actor, borrower, tag, **more)
    assert (Loan.select().count(), AuditEvent.select().count()) == before
    return [each.need for each in caught.value.missing]


def permitted(asker, **changed):
    """A school-device exemption for a tablet, approved."""
    return stories.permitted(asker, SCHOOL_DEVICE, device_kind="tablet", **changed)


# --- All of it ----------------------------------------------------------------------------------------------


def test_a_device_is_lent_once_a_pin_permission_and_the_notice_are_there(cast, knowing):
    knowing(cast.teacher)
    device = a_device(cast.office, pin=False)
    assert needs_of(cast.office, cast.teacher) == [Requirement.PIN, Requirement.PERMISSION, Requirement.NOTICE]
    school_devices.set_pin(cast.office, device, True)
    assert needs_of(cast.office, cast.teacher) == [Requirement.PERMISSION, Requirement.NOTICE]
    permitted(cast.teacher)
    assert needs_of(cast.office, cast.teacher) == [Requirement.NOTICE]
    knowing()
    loan = lend(cast.office, cast.teacher)
    assert (loan.borrower, loan.lent_by, loan.lent_at, loan.due_on) == (
        cast.teacher.id,
        cast.office.name,
        MONDAY_AT_TEN,
        MONDAY,
    )


def test_the_list_names_what_is_missing_its_clause_and_who_has_to_see_to_it(cast, monkeypatch):
    everybody_knows_the_notice(monkeypatch, (cast.teacher, cast.pupil))
    device = school_devices.find(cast.office, a_device(cast.office, pin=False))
    said = [
        (each.message, each.clause, each.person) for each in lending.missing(device, cast.teacher.id, cast.pupil.id)
    ]
    name = cast.teacher.name
    assert said == [
        ("No PIN is set on T-07", "3.3", None),
        (f"{name} has no permission today for a school device of this kind (tablet)", "3.3", cast.teacher.id),
        (f"{name} has not acknowledged the notice that use may be monitored", "3.5", cast.teacher.id),
        ("Pupil Invented has not acknowledged the notice that use may be monitored", "3.5", cast.pupil.id),
    ]


@pytest.mark.parametrize("state", ["lost", "damaged", "retired"])
def test_a_device_that_is_not_in_use_is_lent_to_nobody(cast, knowing, state):
    all_may_borrow(cast.head)
    device = a_device(cast.office)
    device_states.set_state(cast.office, device, 2, state)
    assert needs_of(cast.office, cast.teacher) == [Requirement.STATE]


# --- Permission ---------------------------------------------------------------------------------------------


def test_a_standing_permission_of_a_role_is_enough_and_its_end_is_the_end(cast, knowing):
    a_device(cast.office)
    standing_permissions.give(cast.head, Role.STAFF_DIRECT)
    assert needs_of(cast.office, cast.finance) == [Requirement.PERMISSION]
    loan = lend(cast.office, cast.teacher)
    loans.take_back(cast.office, loan.id)
    standing_permissions.end(cast.head, Role.STAFF_DIRECT)
    assert needs_of(cast.office, cast.teacher) == [Requirement.PERMISSION]


def test_a_role_that_is_held_from_tomorrow_is_no_permission_today(cast, knowing, a_role_from):
    a_device(cast.office)
    standing_permissions.give(cast.head, Role.SLT)
    a_role_from(cast.teacher, Role.SLT, TUESDAY)
    assert needs_of(cast.office, cast.teacher) == [Requirement.PERMISSION]
    with on(TUESDAY):
        assert lend(cast.office, cast.teacher, due=TUESDAY)


@pytest.fixture
def a_role_from(cast):
    """Give somebody a role from a day on."""
    from rules.role_grants import grant

    return lambda actor, role, day: grant(cast.head.id, actor.id, role, day, None)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"starts_on": TUESDAY, "ends_on": FRIDAY}, "begins on Tuesday 24 November 2026"),
        ({"device_kind": "phone"}, "no permission today"),
        ({"ends_on": MONDAY, "starts_at": dt.time(8), "ends_at": dt.time(9, 59)}, "no permission today"),
    ],
)
def test_a_permission_of_another_day_time_or_kind_is_none(cast, knowing, changed, says):
    device = school_devices.find(cast.office, a_device(cast.office))
    with on(MONDAY, 7):
        stories.permitted(cast.teacher, SCHOOL_DEVICE, **{"device_kind": "tablet", **changed})
    (missing,) = lending.missing(device, cast.teacher.id)
    assert says in missing.message


def test_a_request_that_nobody_has_decided_is_no_permission_and_the_list_says_so(cast, knowing):
    device = school_devices.find(cast.office, a_device(cast.office))
    stories.ask(cast.teacher, SCHOOL_DEVICE, device_kind="tablet")
    (missing,) = lending.missing(device, cast.teacher.id)
    assert "nobody has decided yet" in missing.message


def test_what_was_declined_revoked_or_withdrawn_is_no_permission(cast, knowing):
    a_device(cast.office)
    revoked = permitted(cast.teacher)
    stories.VERBS["revoke"](cast.head, revoked, stories.revision(revoked))
    exemptions.withdraw(cast.teacher, stories.ask(cast.teacher, SCHOOL_DEVICE, device_kind="tablet"))
    assert needs_of(cast.office, cast.teacher) == [Requirement.PERMISSION]


def test_the_permission_of_somebody_else_and_of_another_kind_of_exemption_is_none(cast, knowing):
    a_device(cast.office)
    permitted(cast.assistant)
    stories.permitted(cast.teacher, device_kind="tablet")
    assert needs_of(cast.office, cast.teacher) == [Requirement.PERMISSION]


def test_a_loan_is_no_longer_than_its_permission(cast, knowing):
    a_device(cast.office)
    permitted(cast.teacher, ends_on=TUESDAY)
    with pytest.raises(Invalid) as caught:
        lend(cast.office, cast.teacher, due=FRIDAY)
    assert caught.value.errors == {
        "due_on": "Their permission ends on Tuesday 24 November 2026. Choose that day or an earlier one"
    }
    with pytest.raises(Invalid) as caught:
        lend(cast.office, cast.teacher, for_good=True)
    assert "for_good" in caught.value.errors
    assert lend(cast.office, cast.teacher, due=TUESDAY).due_on == TUESDAY


def test_of_two_permissions_the_longer_one_counts_and_a_standing_one_has_no_end(cast, knowing):
    permitted(cast.teacher, ends_on=TUESDAY, device="One")
    permitted(cast.teacher, ends_on=FRIDAY, device="Two")
    assert lending.leave_of(cast.teacher.id, "tablet").until == FRIDAY
    assert lending.leave_of(cast.teacher.id, "phone") is None
    standing_permissions.give(cast.head, Role.STAFF_DIRECT)
    assert lending.leave_of(cast.teacher.id, "tablet").until is None


# --- The notice ---------------------------------------------------------------------------------------------


def test_a_pupil_who_borrows_through_staff_has_to_know_the_notice_too(cast, knowing):
    all_may_borrow(cast.head)
    a_device(cast.office)
    knowing(cast.pupil)
    assert needs_of(cast.office, cast.teacher, pupil=cast.pupil.id) == [Requirement.NOTICE]
    knowing()
    loan = lend(cast.office, cast.teacher, pupil=cast.pupil.id)
    assert loan.whom == f"{cast.teacher.name}, for {cast.pupil.name}"


def test_what_a_person_or_a_parent_for_them_has_acknowledged_counts_until_a_new_version_is_in_force(cast):
    """Invariant 16, for the monitoring notice."""
    all_may_borrow(cast.head)
    a_device(cast.office)
    assert lending.missing(school_devices.by_tag("T-07"), cast.teacher.id, cast.pupil.id) == []
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    PolicyVersion.insert({**newest.__data__, "id": None, "digest": "later", "loaded_at": clock.now()}).execute()
    assert needs_of(cast.office, cast.teacher, pupil=cast.pupil.id) == [Requirement.NOTICE, Requirement.NOTICE]
    read_all(cast.teacher)
    assert needs_of(cast.office, cast.teacher, pupil=cast.pupil.id) == [Requirement.NOTICE]
    read_all(cast.parent, cast.pupil.id)
    assert lend(cast.office, cast.teacher, pupil=cast.pupil.id)


def test_that_somebody_else_knows_the_notice_helps_nobody(cast, knowing):
    all_may_borrow(cast.head)
    a_device(cast.office)
    knowing(cast.teacher)
    assert needs_of(cast.office, cast.teacher) == [Requirement.NOTICE]
    assert lend(cast.office, cast.assistant)


# --- Standing permissions -----------------------------------------------------------------------------------


def test_the_headteacher_lets_a_role_borrow_and_the_list_says_since_when_and_by_whom(cast):
    standing_permissions.give(cast.head, "staff-direct")
    (given,) = [each for each in standing_permissions.of_roles(cast.office) if each.given_by]
    assert (given.role, given.given_by, given.given_at) == (Role.STAFF_DIRECT, cast.head.name, MONDAY_AT_TEN)
    assert {each.role for each in standing_permissions.of_roles(cast.deputy)} == STAFF


@pytest.mark.parametrize("who", [who for who in CAST if who != "head"])
def test_nobody_else_gives_or_ends_one(cast, who):
    for act in (standing_permissions.give, standing_permissions.end):
        with pytest.raises(NotAllowed):
            act(getattr(cast, who), "slt")


@pytest.mark.parametrize("role", ["pupil", "parent", "king", "", "STAFF-DIRECT"])
def test_only_roles_of_staff_can_have_one(cast, role):
    for act in (standing_permissions.give, standing_permissions.end):
        with pytest.raises(Invalid):
            act(cast.head, role)


def test_giving_and_ending_twice_says_who_was_first(cast):
    with pytest.raises(Conflict, match="This role has no standing permission"):
        standing_permissions.end(cast.head, "slt")
    standing_permissions.give(cast.head, "slt")
    with pytest.raises(Conflict, match=f"{cast.head.name} gave this permission at 10am on Monday 23 November 2026"):
        standing_permissions.give(cast.head, "slt")
    standing_permissions.end(cast.head, "slt")
    with pytest.raises(Conflict, match=f"{cast.head.name} ended this permission at 10am"):
        standing_permissions.end(cast.head, "slt")
    standing_permissions.give(cast.head, "slt")


def test_somebody_who_has_left_borrows_nothing(cast, knowing):
    all_may_borrow(cast.head)
    a_device(cast.office)
    people.set_active(cast.head, cast.teacher.id, False)
    with pytest.raises(Invalid) as caught:
        loans.lend(cast.office, Wish("T-07", cast.teacher.id, due_on=clock.today()))
    assert list(caught.value.errors) == ["borrower"]
