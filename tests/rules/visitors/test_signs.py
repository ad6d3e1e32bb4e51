"""The signs for visitors are looked at once a term, and what was seen is kept (clause 6.3)."""

import datetime as dt

import pytest

from enums import Role
from models import AuditEvent, SignCheck
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import Invalid, NotAllowed
from rules.visitors import signs
from tests.conftest import CAST

SECRET = "Zebra-4711"
CHECKERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.CHECK_SIGNS] & set(roles)]
OTHERS = [who for who in CAST if who not in CHECKERS]


def on(days, hour=10):
    """The school's clock stopped so many days after this Monday."""
    return clock.frozen(clock.at(dt.date(2026, 11, 23) + dt.timedelta(days=days), dt.time(hour)))


def sign_at(actor, place="front-door"):
    """The sign of one place."""
    return next(sign for sign in signs.signs(actor) if sign.id == place)


def errors(actor, *check):
    """What is said of a check that cannot be kept; nothing is kept then."""
    before = AuditEvent.select().count()
    with pytest.raises(Invalid) as caught:
        signs.check(actor, *check)
    assert (SignCheck.select().count(), AuditEvent.select().count()) == (0, before)
    return caught.value.errors


# --- Looking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", CHECKERS)
def test_the_office_the_headteacher_and_slt_write_down_what_they_saw(cast, who):
    actor = getattr(cast, who)
    signs.check(actor, "front-door", True)
    (check,) = sign_at(actor).checks
    assert (check.fine, check.note, check.by, check.at) == (True, "", actor.name, clock.now())
    entry = trail.entries(trail.Filter())[0][0]
    assert entry.sentence == f"{actor.name} looked at the sign for visitors: Front door, in order."


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_checks_signs_or_is_asked_to(cast, who):
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        signs.signs(actor)
    with pytest.raises(NotAllowed):
        signs.check(actor, "front-door", True)
    assert signs.due_for(actor) == 0


def test_what_is_wrong_with_a_sign_is_kept_and_is_not_on_the_trail(cast):
    signs.check(cast.office, "hall", False, f" {SECRET}: it fell down. ")
    (check,) = sign_at(cast.head, "hall").checks
    assert (check.fine, check.note) == (False, f"{SECRET}: it fell down.")
    assert all(SECRET not in str(row.payload) for row in AuditEvent.select())


def test_a_sign_that_is_in_order_needs_no_words_and_keeps_none(cast):
    signs.check(cast.office, "hall", True, "Nothing")
    assert sign_at(cast.office, "hall").checks[0].note == ""


def test_what_cannot_be_a_check_is_said_at_its_field(cast):
    assert set(errors(cast.office, "attic", None, "")) == {"place", "fine"}
    assert "what is wrong" in errors(cast.office, "hall", False, "  ")["note"]
    assert "500" in errors(cast.office, "hall", False, "x" * 501)["note"]
    assert errors(cast.office, "hall", False, "a\u202eb").keys() == {"note"}


def test_the_same_check_sent_twice_is_one(cast):
    for _ in range(2):
        signs.check(cast.office, "hall", False, "Gone")
    assert SignCheck.select().count() == 1
    signs.check(cast.head, "hall", False, "Gone")
    signs.check(cast.head, "hall", True)
    assert SignCheck.select().count() == 3


def test_somebody_who_looks_again_later_and_sees_the_same_is_kept_again(cast):
    signs.check(cast.office, "hall", True)
    with on(0, hour=11):
        signs.check(cast.office, "hall", True)
    assert SignCheck.select().count() == 2


# --- When a sign is due -------------------------------------------------------------------------------------


def test_a_sign_that_nobody_ever_looked_at_is_overdue(cast):
    assert all(sign.overdue and sign.due for sign in signs.signs(cast.office))
    assert signs.due_for(cast.office) == len(signs.places()) > 1


@pytest.mark.parametrize(("days", "overdue"), [(0, False), (100, False), (101, True)])
def test_a_sign_is_overdue_after_a_term(cast, days, overdue):
    signs.check(cast.office, "hall", True)
    with on(days, hour=0):
        assert sign_at(cast.office, "hall").overdue is overdue
        assert signs.due_for(cast.deputy) == len(signs.places()) - (not overdue)


def test_a_sign_that_was_not_in_order_stays_due_until_it_is(cast):
    signs.check(cast.office, "hall", False, "Torn")
    assert (sign_at(cast.office, "hall").overdue, sign_at(cast.office, "hall").due) == (False, True)
    signs.check(cast.deputy, "hall", True)
    assert not sign_at(cast.office, "hall").due


def test_the_history_of_a_place_is_the_latest_first_and_does_not_grow_for_ever(cast):
    for day in range(signs.SHOWN + 2):
        with on(day):
            signs.check(cast.office, "hall", True)
            signs.check(cast.office, "front-door", False, f"Day {day}")
    assert [check.note for check in sign_at(cast.head).checks] == [f"Day {day}" for day in range(11, 1, -1)]
    assert len(sign_at(cast.head, "hall").checks) == signs.SHOWN


def test_every_role_that_checks_signs_is_one_that_the_policy_trusts_with_it():
    assert WHO_MAY[Permission.CHECK_SIGNS] == {Role.OFFICE, Role.HEADTEACHER, Role.SLT}
