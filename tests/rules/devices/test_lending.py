"""Lending school devices and taking them back: one at a time, told who was first, never forgotten (clauses 3.1–3.5)."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import db
from enums import DeviceState, Role
from models import AuditEvent, Loan, Person, PolicyVersion, SchoolDevice
from rules.audit import trail
from rules.auth.actors import actor_of_person
from rules.auth.permissions import STAFF, WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.devices import lending, own, register, standing_permissions
from rules.devices.lending import STEPS, LoanRequest, NotReady, Requirement
from rules.exemptions import lifecycle
from rules.people import people
from tests.conftest import CAST, MONDAY_AT_TEN, SCHOOL_DEVICE, examples
from tests.support import exemptions
from tests.support.acknowledgements import read_all
from tests.support.devices import (
    FRIDAY,
    MONDAY,
    TUESDAY,
    a_device,
    everybody_knows_the_notice,
    lend,
    on,
    staff_may_borrow,
)
from tests.support.devices import staff_may_borrow as all_may_borrow

KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_DEVICES] & set(roles)]


@pytest.fixture
def ready(cast, monkeypatch):
    """A tablet with a PIN that any member of staff may borrow; its id."""
    everybody_knows_the_notice(monkeypatch)
    staff_may_borrow(cast.head)
    return a_device(cast.office)


def errors(actor, wish):
    """What is wrong with a wish; nothing is lent then."""
    with pytest.raises(Invalid) as caught:
        lending.lend(actor, wish)
    assert Loan.select().where(Loan.returned_at.is_null()).count() == 0
    return caught.value.errors


def newest(number=0):
    """The newest sentence of the trail, or one before it."""
    return trail.entries(trail.Filter())[0][number].sentence


# --- Lending ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_a_device_is_lent_by_its_tag_however_it_is_typed(cast, ready, who):
    loan = lend(getattr(cast, who), cast.teacher, " t – 07 ")
    assert (loan.device, loan.borrower_name, loan.lent_by) == (ready, cast.teacher.name, getattr(cast, who).name)
    assert newest().endswith(f"lent the school device T-07 to {cast.teacher.name}, until Monday 23 November 2026.")


@pytest.mark.parametrize("who", [who for who in CAST if who not in KEEPERS])
def test_nobody_else_lends_or_takes_back(cast, ready, who):
    loan, actor = lend(cast.office, cast.teacher), getattr(cast, who)
    for act in (
        lambda: lend(actor, cast.assistant),
        lambda: lending.take_back(actor, loan.id),
        lambda: lending.find(actor, loan.id),
        lambda: lending.set_state(actor, ready, 2, "lost"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert own.to_chase(actor) == []


def test_a_loan_to_a_pupil_is_told_of_both(cast, ready):
    lend(cast.office, cast.teacher, pupil=cast.pupil.id)
    assert newest() == f"{cast.pupil.name} uses the school device T-07 through whom {cast.office.name} lent it to."
    assert cast.teacher.name in newest(1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tag": "T-99"}, "asset_tag"),
        ({"tag": ""}, "asset_tag"),
        ({"borrower": None}, "borrower"),
        ({"borrower": 999_999}, "borrower"),
        ({"pupil": 999_999}, "pupil"),
        ({"due_on": None}, "due_on"),
        ({"due_on": dt.date(2026, 11, 22)}, "due_on"),
        ({"due_on": dt.date(2027, 11, 25)}, "due_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, ready, changed, field):
    wish = {"tag": "T-07", "borrower": cast.teacher.id, "due_on": MONDAY, **changed}
    assert list(errors(cast.office, LoanRequest(**wish))) == [field]


@pytest.mark.parametrize("who", [who for who, roles in CAST.items() if STAFF.isdisjoint(roles)])
def test_only_staff_borrow_and_only_pupils_borrow_through_them(cast, ready, who):
    actor = getattr(cast, who)
    assert "borrower" in errors(cast.office, LoanRequest("T-07", actor.id, due_on=MONDAY))
    if who not in {"pupil", "other_pupil"}:
        assert "pupil" in errors(cast.office, LoanRequest("T-07", cast.teacher.id, actor.id, MONDAY))


def test_the_day_a_loan_is_due_may_be_a_leap_day(cast, ready):
    with on(dt.date(2028, 2, 28)):
        loan = lend(cast.office, cast.teacher, due=dt.date(2028, 2, 29))
        assert loan.due == "due back tomorrow"
    with on(dt.date(2028, 3, 1)):
        assert register.find(cast.office, ready).loan.due == "due yesterday"


def test_the_second_who_lends_the_same_device_hears_who_has_it_since_when_and_from_whom(cast, ready):
    lend(cast.office, cast.teacher)
    with on(MONDAY, 11), pytest.raises(Conflict) as told:
        lend(cast.head, cast.assistant)
    assert str(told.value) == (
        f"T-07 is with {cast.teacher.name}: {cast.office.name} lent it at 10am on Monday 23 November 2026. "
        "Take it back first."
    )
    assert Loan.select().count() == 1


def test_lending_pressed_twice_lends_once_and_says_the_same(cast, ready):
    assert lend(cast.office, cast.teacher) == lend(cast.office, cast.teacher)
    assert Loan.select().count() == 1
    for actor, changed in ((cast.head, {}), (cast.office, {"due": TUESDAY}), (cast.office, {"pupil": cast.pupil.id})):
        with pytest.raises(Conflict):
            lend(actor, cast.teacher, **changed)
    with on(MONDAY, 11), pytest.raises(Conflict):
        lend(cast.office, cast.teacher)


def test_a_work_phone_is_lent_for_good(cast, ready):
    a_device(cast.office, "P-1", "phone", phone_number="01632 960 1")
    loan = lending.lend(cast.office, LoanRequest("P-1", cast.finance.id, due_on=MONDAY, for_good=True)).loan
    assert (loan.due_on, loan.due, loan.overdue) == (None, "for good", False)
    assert newest().endswith("for good.")


# --- Taking back --------------------------------------------------------------------------------------------


def test_a_device_is_taken_back_with_one_click_from_who_borrowed_it(cast, ready):
    loan = lend(cast.office, cast.teacher)
    with on(MONDAY, 15):
        lending.take_back(cast.head, loan.id)
    kept = lending.find(cast.office, loan.id)
    assert (kept.returned_by, kept.taken_by, kept.note) == (cast.teacher.name, cast.head.name, "")
    assert register.find(cast.office, ready).loan is None
    assert newest() == f"{cast.head.name} took the school device T-07 back from {cast.teacher.name}."
    assert lend(cast.office, cast.assistant)


def test_somebody_else_may_bring_it_back_and_it_is_written_down_who(cast, ready):
    loan = lend(cast.office, cast.teacher, pupil=cast.pupil.id)
    lending.take_back(cast.office, loan.id, cast.parent.id, " The case is  torn. ")
    kept = lending.find(cast.office, loan.id)
    assert (kept.returned_by, kept.note) == (cast.parent.name, "The case is torn.")
    assert newest() == f"{cast.parent.name} brought back the school device T-07, which somebody else had."
    assert all("torn" not in str(row.payload) for row in AuditEvent.select())


def test_the_second_who_takes_it_back_hears_who_was_first(cast, ready):
    loan = lend(cast.office, cast.teacher)
    lending.take_back(cast.office, loan.id)
    count = AuditEvent.select().count()
    with pytest.raises(Conflict, match=f"{cast.office.name} took T-07 back at 10am on Monday 23 November 2026"):
        lending.take_back(cast.head, loan.id)
    assert AuditEvent.select().count() == count


def test_a_loan_that_was_ended_at_the_same_moment_by_somebody_else_stays_as_they_ended_it(cast, ready, monkeypatch):
    loan = lend(cast.office, cast.teacher)
    stale = lending.find_open(cast.office, loan.id)
    lending.take_back(cast.head, loan.id)
    real, calls = lending.find_open, iter([stale])
    monkeypatch.setattr(lending, "find_open", lambda actor, which: next(calls, None) or real(actor, which))
    with pytest.raises(Conflict, match=cast.head.name):
        lending.take_back(cast.office, loan.id)
    assert lending.find(cast.office, loan.id).taken_by == cast.head.name


@pytest.mark.parametrize("number", [0, 999_999])
def test_a_loan_that_is_not_there_is_not_found(cast, number):
    with pytest.raises(NotFound):
        lending.take_back(cast.office, number)


def test_a_note_that_cannot_be_kept_or_a_bringer_who_is_nobody_is_said_at_its_field(cast, ready):
    loan = lend(cast.office, cast.teacher)
    for wrong, field in (({"note": "x" * 301}, "note"), ({"bringer": 999_999}, "bringer")):
        with pytest.raises(Invalid) as caught:
            lending.take_back(cast.office, loan.id, **wrong)
        assert list(caught.value.errors) == [field]
    assert lending.find(cast.office, loan.id).returned_at is None


# --- Overdue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "words", "late"),
    [
        (MONDAY, "due back on Friday 27 November 2026", False),
        (dt.date(2026, 11, 26), "due back tomorrow", False),
        (FRIDAY, "due back today", False),
        (dt.date(2026, 11, 28), "due yesterday", True),
        (dt.date(2026, 11, 30), "was due on Friday 27 November 2026", True),
    ],
)
def test_a_loan_is_overdue_from_the_day_after_it_was_due(cast, ready, day, words, late):
    lend(cast.office, cast.teacher, due=FRIDAY)
    with on(day, 23, 59):
        (mine,) = own.with_me(cast.teacher)
        assert (mine.loan.due, mine.overdue) == (words, late)
        assert [device.tag for device in own.to_chase(cast.office)] == ["T-07"] * late


@pytest.mark.parametrize("due", [dt.date(2027, 3, 27), dt.date(2027, 10, 30), dt.date(2027, 7, 1)])
def test_the_school_s_midnight_decides_whatever_utc_says(cast, ready, due):
    with on(due):
        lend(cast.office, cast.teacher, due=due)
    with on(due, 23, 59):
        assert own.to_chase(cast.office) == []
    with on(due + dt.timedelta(days=1), 0, 0):
        assert [device.loan.due for device in own.to_chase(cast.office)] == ["due yesterday"]


def test_what_is_lost_is_not_asked_back_and_what_is_damaged_is(cast, ready):
    lend(cast.office, cast.teacher)
    for state, chased in (("damaged", 1), ("lost", 0), ("in use", 1)):
        lending.set_state(cast.office, ready, register.find(cast.office, ready).revision, state)
        with on(TUESDAY):
            assert len(own.to_chase(cast.office)) == chased


def test_a_device_with_somebody_who_has_left_shows_until_it_is_back(cast, ready):
    loan = lend(cast.office, cast.teacher, due=FRIDAY)
    people.set_active(cast.head, cast.teacher.id, False)
    (device,) = own.to_chase(cast.office)
    assert device.loan.borrower_name == f"{cast.teacher.name} (has left the school)"
    assert not device.overdue
    lending.take_back(cast.office, loan.id)
    assert own.to_chase(cast.office) == []


def test_a_device_that_a_pupil_uses_who_has_left_shows_too(cast, ready):
    lend(cast.office, cast.teacher, pupil=cast.pupil.id, due=FRIDAY)
    people.set_active(cast.head, cast.pupil.id, False)
    assert [device.loan.gone for device in own.to_chase(cast.office)] == [True]


def test_the_longest_overdue_comes_first(cast, ready):
    for tag, due in (("A-1", FRIDAY), ("B-1", MONDAY), ("C-1", TUESDAY)):
        a_device(cast.office, tag)
        lend(cast.office, cast.teacher, tag, due=due)
    with on(dt.date(2026, 12, 1)):
        assert [device.tag for device in own.to_chase(cast.head)] == ["B-1", "C-1", "A-1"]


def test_everybody_sees_what_they_have_and_a_pupil_what_was_borrowed_for_them(cast, ready):
    assert own.with_me(cast.teacher) == []
    lend(cast.office, cast.teacher, pupil=cast.pupil.id)
    assert [device.tag for device in own.with_me(cast.teacher)] == ["T-07"]
    assert [device.tag for device in own.with_me(cast.pupil)] == ["T-07"]
    assert own.with_me(cast.other_pupil) == own.with_me(cast.office) == []


# --- Lost, damaged, retired ---------------------------------------------------------------------------------


def test_what_is_lost_stays_with_who_had_it_last_and_what_is_found_can_be_taken_back(cast, ready):
    loan = lend(cast.office, cast.teacher)
    lending.set_state(cast.head, ready, 2, "lost", " On the bus. ")
    kept = register.find(cast.office, ready)
    assert (kept.state, kept.state_note, kept.loan.id) == (DeviceState.LOST, "On the bus.", loan.id)
    assert newest() == f"{cast.head.name} wrote down that the school device T-07 is lost."
    lending.set_state(cast.office, ready, 3, "in use")
    assert register.find(cast.office, ready).state_note == ""
    lending.take_back(cast.office, loan.id, cast.finance.id)
    assert all("bus" not in str(row.payload) for row in AuditEvent.select())


def test_a_lost_device_that_is_retired_is_with_nobody_and_never_came_back(cast, ready):
    loan = lend(cast.office, cast.teacher)
    lending.set_state(cast.office, ready, 2, "lost")
    lending.set_state(cast.office, ready, 3, "retired")
    kept = lending.find(cast.office, loan.id)
    assert (kept.returned_by, kept.taken_by) == (None, cast.office.name)
    assert register.find(cast.office, ready).loan is None
    assert "ended the loan of the school device T-07" in newest(1)
    assert [device.tag for device in register.register(cast.office)] == []
    assert [d.tag for d in register.register(cast.office, register.DeviceFilter(state="retired"))] == ["T-07"]


def test_a_device_that_somebody_has_is_not_retired_before_it_is_back(cast, ready):
    lend(cast.office, cast.teacher)
    with pytest.raises(Conflict, match=f"T-07 is with {cast.teacher.name}. Take it back before you retire it"):
        lending.set_state(cast.office, ready, 2, "retired")
    assert register.find(cast.office, ready).state is DeviceState.IN_USE


@pytest.mark.parametrize("state", DeviceState)
def test_only_the_steps_of_the_table_are_taken(cast, ready, state):
    for step in DeviceState:
        SchoolDevice.update(state=state.value, revision=7).where(SchoolDevice.id == ready).execute()
        if step in STEPS[state]:
            lending.set_state(cast.office, ready, 7, step)
            assert register.find(cast.office, ready).state is step
        else:
            with pytest.raises(Conflict):
                lending.set_state(cast.office, ready, 7, step)


def test_whoever_is_second_with_a_state_hears_who_was_first(cast, ready):
    lending.set_state(cast.head, ready, 2, "lost")
    with pytest.raises(Conflict, match=f"{cast.head.name} changed T-07 at 10am on Monday 23 November 2026"):
        lending.set_state(cast.office, ready, 2, "damaged")
    with pytest.raises(Invalid):
        lending.set_state(cast.office, ready, 3, "in use", "a\x00")


# --- Whatever is done, in whatever order --------------------------------------------------------------------

STEP = st.one_of(
    st.tuples(st.just("lend"), st.sampled_from(["T-1", "T-2"]), st.sampled_from(["teacher", "assistant", "finance"])),
    st.tuples(st.just("back"), st.integers(1, 8), st.just("")),
    st.tuples(st.just("state"), st.sampled_from(["T-1", "T-2"]), st.sampled_from([*DeviceState])),
    st.tuples(st.just("pin"), st.sampled_from(["T-1", "T-2"]), st.booleans()),
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=25))
def test_a_device_is_with_one_person_at_most_whatever_is_done_in_whatever_order(app, steps):
    with (
        clock.frozen(clock.at(MONDAY, dt.time(10))),
        db.atomic("IMMEDIATE") as undone,
        pytest.MonkeyPatch.context() as p,
    ):
        everybody_knows_the_notice(p)
        actors = {row.username: actor_of_person(row.id) for row in Person.select(Person.id, Person.username)}
        staff_may_borrow(actors["head"])
        devices = {tag: a_device(actors["office"], tag) for tag in ("T-1", "T-2")}
        first = (Loan.select(Loan.id).order_by(Loan.id.desc()).scalar() or 0) + 1
        for step in steps:
            before = {tag: register.by_tag(tag) for tag in devices}
            _take(actors, devices, first, step)
            _must_hold(before, {tag: register.by_tag(tag) for tag in devices}, step)
        undone.rollback()


def _take(actors, devices, first, step):
    """One step; whatever it is refused with is one of the refusals there are."""
    verb, what, how = step
    office = actors["office"]
    try:
        if verb == "lend":
            lend(office, actors[how], what)
        elif verb == "back":
            lending.take_back(office, first + what - 1)
        elif verb == "pin":
            register.set_pin(office, devices[what], how)
        else:
            lending.set_state(office, devices[what], register.by_tag(what).revision, how)
    except (Conflict, NotFound, lending.NotReady):
        pass


def _must_hold(before, after, step):
    for tag, device in after.items():
        out = Loan.select().where(Loan.device == device.id, Loan.returned_at.is_null()).count()
        assert out == (device.loan is not None)
        assert out <= 1
        if device.state is DeviceState.RETIRED:
            assert device.loan is None
        if device.loan and not before[tag].loan:
            assert step[0] == "lend"
            assert (before[tag].state, before[tag].pin_set_on) == (DeviceState.IN_USE, MONDAY)
        if device.loan and before[tag].loan:
            assert device.loan == before[tag].loan
    assert standing_permissions.holds({"staff-direct"})


# --- Two at once --------------------------------------------------------------------------------------------

RACE = """
import threading
from contextvars import copy_context
from models import Loan
from rules.devices import lending, register, standing_permissions
from rules.devices.register import DeviceDetails
from rules.devices.lending import LoanRequest
from rules.core.errors import Conflict
lending.acknowledged = lambda person, item: True
head, teacher = school["head"], school["teacher"]
device = register.add(head, DeviceDetails("T-07", "tablet"))

def two(act):
    start, said = threading.Barrier(2), []
    def go():
        start.wait()
        try:
            act()
            said.append("done")
        except Conflict as conflict:
            said.append(str(conflict))
    threads = [threading.Thread(target=copy_context().run, args=(go,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(" | ".join(sorted(said, key=len)))

two(lambda: register.set_pin(head, device, True))
two(lambda: standing_permissions.give(head, "staff-direct"))
two(lambda: lending.lend(head, LoanRequest("T-07", teacher.id, due_on=MONDAY)))
two(lambda: lending.take_back(head, Loan.get().id))
say(Loan.select().count())
"""


def test_of_two_who_press_at_the_same_moment_one_is_first_and_the_other_hears_it(own_school):
    at = "at 10am on Monday 23 November 2026."
    assert own_school.run(RACE) == [
        "done | Head Invented has written down that a PIN is set, on Monday 23 November 2026.",
        f"done | Head Invented gave this permission {at}",
        "done | done",  # the same person with the same facts: it is lent once
        f"done | Head Invented took T-07 back {at}",
        "1",
    ]
    assert own_school.verify()[1] == []


@pytest.fixture
def knowing(monkeypatch):
    """Everybody has acknowledged the notice, but those who are named."""
    everybody_knows_the_notice(monkeypatch)
    return lambda *but: everybody_knows_the_notice(monkeypatch, but)


def unmet_of(actor, borrower, tag="T-07", **more):
    """What is missing when somebody wants to borrow; nothing is kept then."""
    before = (Loan.select().count(), AuditEvent.select().count())
    with pytest.raises(NotReady) as caught:
        lend(actor, borrower, tag, **more)
    assert (Loan.select().count(), AuditEvent.select().count()) == before
    return [each.requirement for each in caught.value.missing]


def permitted(asker, **changed):
    """A school-device exemption for a tablet, approved."""
    return exemptions.permitted(asker, SCHOOL_DEVICE, device_kind="tablet", **changed)


# --- All of it ----------------------------------------------------------------------------------------------


def test_a_device_is_lent_once_a_pin_permission_and_the_notice_are_there(cast, knowing):
    knowing(cast.teacher)
    device = a_device(cast.office, pin=False)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.PIN, Requirement.PERMISSION, Requirement.NOTICE]
    register.set_pin(cast.office, device, True)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.PERMISSION, Requirement.NOTICE]
    permitted(cast.teacher)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.NOTICE]
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
    device = register.find(cast.office, a_device(cast.office, pin=False))
    said = [
        (each.message, each.clause, each.person)
        for each in lending.unmet_requirements(device, cast.teacher.id, cast.pupil.id)
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
    lending.set_state(cast.office, device, 2, state)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.STATE]


# --- Permission ---------------------------------------------------------------------------------------------


def test_a_standing_permission_of_a_role_is_enough_and_its_end_is_the_end(cast, knowing):
    a_device(cast.office)
    standing_permissions.give(cast.head, Role.STAFF_DIRECT)
    assert unmet_of(cast.office, cast.finance) == [Requirement.PERMISSION]
    loan = lend(cast.office, cast.teacher)
    lending.take_back(cast.office, loan.id)
    standing_permissions.end(cast.head, Role.STAFF_DIRECT)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.PERMISSION]


def test_a_role_that_is_held_from_tomorrow_is_no_permission_today(cast, knowing, a_role_from):
    a_device(cast.office)
    standing_permissions.give(cast.head, Role.SLT)
    a_role_from(cast.teacher, Role.SLT, TUESDAY)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.PERMISSION]
    with on(TUESDAY):
        assert lend(cast.office, cast.teacher, due=TUESDAY)


@pytest.fixture
def a_role_from(cast):
    """Give somebody a role from a day on."""
    from rules.people.role_grants import grant

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
    device = register.find(cast.office, a_device(cast.office))
    with on(MONDAY, 7):
        exemptions.permitted(cast.teacher, SCHOOL_DEVICE, **{"device_kind": "tablet", **changed})
    (missing,) = lending.unmet_requirements(device, cast.teacher.id)
    assert says in missing.message


def test_a_request_that_nobody_has_decided_is_no_permission_and_the_list_says_so(cast, knowing):
    device = register.find(cast.office, a_device(cast.office))
    exemptions.ask(cast.teacher, SCHOOL_DEVICE, device_kind="tablet")
    (missing,) = lending.unmet_requirements(device, cast.teacher.id)
    assert "nobody has decided yet" in missing.message


def test_what_was_declined_revoked_or_withdrawn_is_no_permission(cast, knowing):
    a_device(cast.office)
    revoked = permitted(cast.teacher)
    exemptions.VERBS["revoke"](cast.head, revoked, exemptions.revision(revoked))
    lifecycle.withdraw(cast.teacher, exemptions.ask(cast.teacher, SCHOOL_DEVICE, device_kind="tablet"))
    assert unmet_of(cast.office, cast.teacher) == [Requirement.PERMISSION]


def test_the_permission_of_somebody_else_and_of_another_kind_of_exemption_is_none(cast, knowing):
    a_device(cast.office)
    permitted(cast.assistant)
    exemptions.permitted(cast.teacher, device_kind="tablet")
    assert unmet_of(cast.office, cast.teacher) == [Requirement.PERMISSION]


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
    device = register.by_tag("T-07")
    assert lending.may_still_use(device, TUESDAY)
    assert not lending.may_still_use(device, TUESDAY + dt.timedelta(days=1))


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
    assert unmet_of(cast.office, cast.teacher, pupil=cast.pupil.id) == [Requirement.NOTICE]
    knowing()
    loan = lend(cast.office, cast.teacher, pupil=cast.pupil.id)
    assert loan.whom == f"{cast.teacher.name}, for {cast.pupil.name}"


def test_what_a_person_or_a_parent_for_them_has_acknowledged_counts_until_a_new_version_is_in_force(cast):
    """Invariant 16, for the monitoring notice."""
    all_may_borrow(cast.head)
    a_device(cast.office)
    assert lending.unmet_requirements(register.by_tag("T-07"), cast.teacher.id, cast.pupil.id) == []
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    PolicyVersion.insert({**newest.__data__, "id": None, "digest": "later", "loaded_at": clock.now()}).execute()
    assert unmet_of(cast.office, cast.teacher, pupil=cast.pupil.id) == [Requirement.NOTICE, Requirement.NOTICE]
    read_all(cast.teacher)
    assert unmet_of(cast.office, cast.teacher, pupil=cast.pupil.id) == [Requirement.NOTICE]
    read_all(cast.parent, cast.pupil.id)
    assert lend(cast.office, cast.teacher, pupil=cast.pupil.id)


def test_that_somebody_else_knows_the_notice_helps_nobody(cast, knowing):
    all_may_borrow(cast.head)
    a_device(cast.office)
    knowing(cast.teacher)
    assert unmet_of(cast.office, cast.teacher) == [Requirement.NOTICE]
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
        lending.lend(cast.office, LoanRequest("T-07", cast.teacher.id, due_on=clock.today()))
    assert list(caught.value.errors) == ["borrower"]
