"""Beside each stay the log says what was accepted and which devices were asked for (clauses 6.1 to 6.6)."""

import datetime as dt

import pytest

from enums import ExemptionState
from models import VisitorAcknowledgement
from rules.core import clock
from rules.core.errors import NotAllowed
from rules.policy.in_force import policy_in_force
from rules.reception import announcing, log, stays
from rules.reception.log import LogFilter
from rules.visitors import duplicates, visits
from tests.support.device_access import SECRET, a_device
from tests.support.visitors import TUESDAY, a_visit, at


@pytest.fixture
def came(cast):
    """Somebody came and is here; the visit."""

    def make(**changed):
        visit = announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]
        stays.sign_in(cast.office, visit, True, ())
        return visits.one(visit)

    return make


def facts(cast):
    """What goes with the newest stay."""
    rows = log.entries(cast.dsl, LogFilter())[0]
    return log.of(cast.office, rows)[rows[0].id]


def accept_fuller(cast, visitor):
    """Somebody accepts the fuller text now."""
    VisitorAcknowledgement.insert(
        visitor=visitor, version=policy_in_force().version, at=clock.now(), taken_by=cast.office.id
    ).execute()


def test_a_stay_has_the_version_of_the_policy_that_was_accepted(cast, came):
    came()
    told = facts(cast)
    assert told.accepted == f"Version {policy_in_force().version} of Sat 24 Oct 2026"
    assert (told.fuller_at, told.requests) == (None, ())


def test_the_fuller_text_is_told_once_it_had_been_accepted_under_any_entry_of_the_person(cast, came):
    first = came()
    with at(TUESDAY, 8):
        accept_fuller(cast, first.visitor)
    assert facts(cast).fuller_at == clock.at(TUESDAY, dt.time(8)), "they are still here"
    with at(TUESDAY, 9):
        other = came(organisation="Elm")
        assert facts(cast).fuller_at is None
        duplicates.merge(cast.office, other.visitor, first.visitor)
        assert facts(cast).fuller_at == clock.at(TUESDAY, dt.time(8))


def test_what_was_accepted_after_they_had_left_is_not_told_of_that_stay(cast, came):
    visit = came()
    stays.sign_out(cast.office, stays.open_stays(cast.office)[0][0].id)
    with at(TUESDAY, 9):
        accept_fuller(cast, visit.visitor)
    assert facts(cast).fuller_at is None


@pytest.mark.parametrize(
    ("state", "words", "decided"),
    [
        (ExemptionState.APPROVED, "Approved", True),
        (ExemptionState.DECLINED, "Declined", True),
        (ExemptionState.RETURNED, "Returned", True),
        (ExemptionState.REVOKED, "Revoked", True),
        (ExemptionState.SUBMITTED, "Not decided", False),
        (ExemptionState.WITHDRAWN, "Withdrawn", False),
    ],
)
def test_a_request_says_what_where_when_and_who_decided_it(cast, came, state, words, decided):
    visit = came()
    a_device(visit.id, cast.teacher, state, cast.deputy, cast.head, conditions="Only in the hall")
    (asked,) = facts(cast).requests
    assert (asked.device, asked.places, asked.decision) == ("Tablet: Of the health trust", "Teaching areas", words)
    assert asked.when == "Monday 23 November 2026, 10am to 2pm"
    assert (asked.by, asked.at) == (("Deputy Invented for the headteacher", clock.now()) if decided else ("", None))
    assert asked.conditions == "Only in the hall"
    assert SECRET not in str(asked)


def test_the_days_of_a_request_are_told_where_they_are_not_the_day_of_the_stay_alone(cast, came):
    visit = came()
    a_device(visit.id, cast.teacher, ExemptionState.SUBMITTED, ends_on=TUESDAY)
    a_device(visit.id, cast.teacher, ExemptionState.SUBMITTED)
    several, one = facts(cast).requests
    assert several.when_on(clock.today()) == "Mon 23 Nov 2026 to Tue 24 Nov 2026, 10am to 2pm"
    assert one.when_on(clock.today()) == "10am to 2pm"
    assert one.when_on(TUESDAY) == "Mon 23 Nov 2026, 10am to 2pm"


def test_every_request_of_a_visit_is_told_in_the_order_in_which_it_was_asked_and_no_other(cast, came):
    first, second = came(), came(name="Jo Null")
    a_device(second.id, cast.teacher, ExemptionState.DECLINED, cast.head)
    a_device(second.id, cast.teacher, ExemptionState.APPROVED, cast.head)
    a_device(first.id, cast.teacher, ExemptionState.SUBMITTED)
    assert [asked.decision for asked in facts(cast).requests] == ["Declined", "Approved"]


@pytest.mark.parametrize("who", ["teacher", "governor", "director", "parent"])
def test_nobody_else_is_told(cast, who):
    with pytest.raises(NotAllowed):
        log.of(getattr(cast, who), [])
