"""What the office has to see to of what is lent, why, and what to do (clauses 3.3, 3.5)."""

import datetime as dt

import pytest

from models import Loan, RoleGrant
from rules.decisions import deciding
from rules.devices import lending, loan_problems, own, register, standing_permissions
from rules.devices.register import DeviceFilter
from rules.exemption_kinds import KINDS
from rules.exemptions import lifecycle
from rules.people import people, role_grants
from tests.support import exemptions
from tests.support.devices import FRIDAY, MONDAY, TUESDAY, a_device, lend, on, staff_may_borrow
from tests.support.policy import new_version

KIND = KINDS["school-device"]


@pytest.fixture
def device(cast):
    """A tablet with a PIN."""
    return a_device(cast.office)


@pytest.fixture
def leave(cast, device):
    """The teacher's own permission for a tablet until Friday, and the loan that was made with it."""
    exemption = exemptions.permitted(cast.teacher, KIND, device_kind="tablet", ends_on=FRIDAY)
    lend(cast.office, cast.teacher, due=FRIDAY)
    return exemption


def why(cast):
    """What the office has to see to, as (tag, why); the page of the one device says the same."""
    found = own.to_chase(cast.office)
    for device in found:
        assert loan_problems.of(device.id) == device.troubles
    listed = register.register(cast.office, DeviceFilter(out="trouble"))
    assert {each.id: each.troubles for each in listed} == {each.id: each.troubles for each in found}
    return [(device.tag, trouble.why) for device in found for trouble in device.troubles]


def test_what_is_lent_with_permission_to_who_knows_the_notice_is_not_seen_to(cast, leave):
    assert why(cast) == []
    assert own.to_chase(cast.teacher) == []


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("revoked", "Their permission was revoked"),
        ("withdrawn", "Their permission was withdrawn"),
        ("changed", "Their permission was changed, and nobody has decided yet"),
        ("returned", "Their permission was changed, and returned to them"),
        ("declined", "Their permission was changed, and declined"),
    ],
)
def test_a_loan_whose_permission_is_gone_is_seen_to(cast, leave, ends, words):
    seen = exemptions.revision(leave)
    if ends == "revoked":
        deciding.revoke(cast.head, leave, seen, "Not any more.")
    elif ends == "withdrawn":
        lifecycle.withdraw(cast.teacher, leave)
    else:
        changed = exemptions.fitting(KIND, device_kind="tablet", ends_on=TUESDAY)
        lifecycle.change(cast.teacher, leave, seen, changed)
    if ends in {"returned", "declined"}:
        exemptions.VERBS[ends.removesuffix("ed").replace("declin", "decline")](
            cast.head, leave, exemptions.revision(leave)
        )
    assert why(cast) == [("T-07", words)]
    assert lending.leave_of(cast.teacher.id, "tablet") is None
    (found,) = own.to_chase(cast.office)
    assert found.troubles[0].do == "Ask for it back, or see that they get permission"
    assert not found.overdue


def test_a_loan_that_outlasts_its_permission_is_seen_to_with_the_day(cast, device):
    exemptions.permitted(cast.teacher, KIND, device_kind="tablet", ends_on=MONDAY)
    lend(cast.office, cast.teacher, due=MONDAY)
    with on(MONDAY, 23, 59):
        assert why(cast) == []
    with on(TUESDAY, 0):
        assert [words for _, words in why(cast)] == ["It is overdue"]
    Loan.update(due_on=FRIDAY).execute()
    with on(TUESDAY, 0):
        assert [words for _, words in why(cast)] == ["Their permission ended on Monday 23 November 2026"]


def test_a_loan_for_good_is_seen_to_when_the_standing_permission_of_the_role_is_taken_away(cast, device):
    staff_may_borrow(cast.head)
    lend(cast.office, cast.teacher, for_good=True)
    assert why(cast) == []
    standing_permissions.end(cast.head, "staff-direct")
    assert why(cast) == [("T-07", "The standing permission that they borrowed it with has ended")]
    exemptions.permitted(cast.teacher, KIND, device_kind="tablet")
    assert why(cast) == []


def test_a_request_that_was_never_approved_is_not_named_as_the_permission_that_is_gone(cast, device):
    staff_may_borrow(cast.head)
    lend(cast.office, cast.teacher, for_good=True)
    lifecycle.withdraw(cast.teacher, exemptions.ask(cast.teacher, KIND, device_kind="tablet"))
    standing_permissions.end(cast.head, "staff-direct")
    assert why(cast) == [("T-07", "The standing permission that they borrowed it with has ended")]


@pytest.mark.parametrize("how", ["taken", "ended"])
def test_a_loan_is_seen_to_when_the_borrowers_role_ends(cast, device, how):
    staff_may_borrow(cast.head)
    lend(cast.office, cast.teacher, for_good=True)
    grant = RoleGrant.get(RoleGrant.person == cast.teacher.id)
    if how == "taken":
        role_grants.take_role(cast.head, cast.teacher.id, grant.id)
    else:
        RoleGrant.update(ends_on=MONDAY).where(RoleGrant.id == grant.id).execute()
    with on(TUESDAY):
        assert [tag for tag, _ in why(cast)] == ["T-07"]


def test_permission_for_another_kind_of_device_does_not_count(cast, leave):
    deciding.revoke(cast.head, leave, exemptions.revision(leave), "Not any more.")
    exemptions.permitted(cast.teacher, KIND, device_kind="laptop", device="Laptop")
    assert [tag for tag, _ in why(cast)] == ["T-07"]


def test_who_has_not_acknowledged_the_notice_of_this_version_is_reminded_and_not_overdue(cast, leave):
    new_version(cast.head)
    (found,) = own.to_chase(cast.office)
    (trouble,) = found.troubles
    assert (trouble.why, trouble.clause, trouble.do, trouble.reminder) == (
        "Teacher Invented has not acknowledged that use may be monitored, as the policy says it now",
        "3.5",
        "Remind them",
        True,
    )
    assert not found.overdue
    assert not lending.acknowledged(cast.teacher.id, lending.NOTICE)


def test_the_pupil_who_uses_it_is_reminded_too(cast, device):
    staff_may_borrow(cast.head)
    lend(cast.office, cast.teacher, pupil=cast.pupil.id, due=FRIDAY)
    new_version(cast.head)
    assert [words.partition(" has")[0] for _, words in why(cast)] == ["Teacher Invented", "Pupil Invented"]


def test_of_what_is_lost_nothing_is_asked_back(cast, leave):
    deciding.revoke(cast.head, leave, exemptions.revision(leave), "Not any more.")
    seen = own.to_chase(cast.office)[0]
    lending.set_state(cast.office, seen.id, seen.revision, "lost")
    assert why(cast) == []


def test_what_somebody_has_who_left_is_asked_back_once(cast, leave):
    people.set_active(cast.head, cast.teacher.id, False)
    assert why(cast) == [("T-07", "Who has it, or uses it, has left the school")]
    lending.take_back(cast.office, own.to_chase(cast.office)[0].loan.id)
    assert why(cast) == []


@pytest.mark.parametrize("day", [dt.date(2026, 11, 23), dt.date(2027, 3, 28), dt.date(2028, 2, 29)])
def test_the_list_says_of_permission_what_lending_says(cast, device, day):
    staff_may_borrow(cast.head)
    lend(cast.office, cast.teacher, for_good=True)
    for step in (lambda: None, lambda: standing_permissions.end(cast.head, "staff-direct")):
        step()
        with on(day):
            none = lending.leave_of(cast.teacher.id, "tablet") is None
            assert any("permission" in words for _, words in why(cast)) == none
