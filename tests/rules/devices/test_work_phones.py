"""Who needs a work phone, and who has one (clause 3.1)."""

import pytest

from models import WorkContact
from rules.audit import trail
from rules.auth.permissions import STAFF, WHO_MAY, Permission
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.devices import lending, register, work_phones
from rules.people import people
from tests.conftest import CAST, MONDAY_AT_TEN
from tests.support.devices import FRIDAY, a_device, everybody_knows_the_notice, lend, staff_may_borrow

READERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.READ_DEVICES] & set(roles)]


@pytest.fixture
def ready(cast, monkeypatch):
    """A phone with a number, a laptop without one, both with a PIN, that any member of staff may borrow."""
    everybody_knows_the_notice(monkeypatch)
    staff_may_borrow(cast.head)
    a_device(cast.office, "P-1", "phone", phone_number="01632 960 1")
    a_device(cast.office, "L-1", "laptop")


def numbers(actor):
    """Who needs a work phone, and the number of theirs."""
    return {row.name: row.number for row in work_phones.contacts(actor)}


def test_who_needs_a_work_phone_and_has_none_is_listed_until_they_have_one(cast, ready):
    work_phones.add(cast.office, cast.finance.id)
    assert numbers(cast.deputy) == {cast.finance.name: None}
    assert work_phones.without_phone(cast.office) == 1
    loan = lend(cast.office, cast.finance, "P-1", for_good=True)
    assert numbers(cast.deputy) == {cast.finance.name: "01632 960 1"}
    assert work_phones.without_phone(cast.office) == 0
    lending.take_back(cast.office, loan.id)
    assert numbers(cast.head) == {cast.finance.name: None}


def test_a_phone_for_some_days_a_device_without_a_number_and_a_lost_one_are_no_work_phone(cast, ready):
    work_phones.add(cast.office, cast.finance.id)
    lend(cast.office, cast.finance, "L-1", for_good=True)
    loan = lend(cast.office, cast.finance, "P-1", due=FRIDAY)
    assert numbers(cast.office) == {cast.finance.name: None}
    lending.take_back(cast.office, loan.id)
    lend(cast.office, cast.finance, "P-1", for_good=True)
    device = register.by_tag("P-1")
    lending.set_state(cast.office, device.id, device.revision, "lost")
    assert numbers(cast.office) == {cast.finance.name: None}


def test_the_list_says_since_when_and_by_whom_and_the_trail_tells_it(cast):
    work_phones.add(cast.head, cast.teacher.id)
    (row,) = work_phones.contacts(cast.office)
    assert (row.person, row.since, row.set_by) == (cast.teacher.id, MONDAY_AT_TEN, cast.head.name)
    work_phones.end(cast.office, row.id)
    assert work_phones.contacts(cast.office) == []
    told = [entry.sentence for entry in trail.entries(trail.Filter())[0][:2]]
    assert told == [
        f"{cast.office.name} wrote down that {cast.teacher.name} needs no work phone any more.",
        f"{cast.head.name} wrote down that {cast.teacher.name} needs a work phone.",
    ]


def test_adding_and_ending_twice_says_who_was_first(cast):
    work_phones.add(cast.head, cast.teacher.id)
    with pytest.raises(Conflict, match=f"{cast.head.name} has written down at 10am on Monday 23 November 2026"):
        work_phones.add(cast.office, cast.teacher.id)
    (row,) = work_phones.contacts(cast.office)
    work_phones.end(cast.head, row.id)
    with pytest.raises(Conflict, match=f"{cast.head.name} took them off this list at 10am"):
        work_phones.end(cast.office, row.id)
    work_phones.add(cast.office, cast.teacher.id)
    assert WorkContact.select().count() == 2


@pytest.mark.parametrize("who", [who for who, roles in CAST.items() if STAFF.isdisjoint(roles)])
def test_only_staff_are_put_on_it(cast, who):
    with pytest.raises(Invalid):
        work_phones.add(cast.office, getattr(cast, who).id)


def test_somebody_who_has_left_is_off_the_list(cast):
    work_phones.add(cast.office, cast.teacher.id)
    people.set_active(cast.head, cast.teacher.id, False)
    assert work_phones.contacts(cast.office) == []
    assert work_phones.without_phone(cast.office) == 0


@pytest.mark.parametrize("who", [who for who in CAST if who not in {"office", "head"}])
def test_nobody_else_writes_it_and_only_the_leaders_read_it(cast, who):
    work_phones.add(cast.office, cast.teacher.id)
    (row,) = work_phones.contacts(cast.office)
    actor = getattr(cast, who)
    assert work_phones.without_phone(actor) == 0
    for act in (lambda: work_phones.add(actor, cast.finance.id), lambda: work_phones.end(actor, row.id)):
        with pytest.raises(NotAllowed):
            act()
    if who not in READERS:
        with pytest.raises(NotAllowed):
            work_phones.contacts(actor)


@pytest.mark.parametrize("number", [0, 999_999])
def test_a_line_that_is_not_there_is_not_found(cast, number):
    with pytest.raises(NotFound):
        work_phones.end(cast.office, number)
