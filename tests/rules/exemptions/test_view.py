"""Where an exemption stands, by the clock alone."""

import datetime as dt

import pytest

from enums import Role
from models import Candidate, Person, RoleGrant, Sitting
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.exemptions import activities, queries
from rules.may_i import now
from rules.people import people, role_grants
from rules.today import day_list
from tests.conftest import ACCESS, ANSWERS, LESSON, PARENT_CONTACT
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    be_here,
    fitting,
    in_force,
    kind_name,
    later,
    permitted,
    signed,
    when,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
AGREED_KINDS = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)


def standing_of(kind, day, time, usual):
    """What a kind of its own hours says instead of the usual."""
    if kind.all_day:
        return "in force"
    if kind.session and (day, time) >= (MONDAY, "15:00"):
        return "over time" if day == MONDAY else "ended"  # nobody has pressed End
    return usual


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
    with when(MONDAY, "08:50"):
        exemption = permitted(asker_of(kind), kind)
    standing = standing_of(kind, day, time, standing)
    with when(day, time):
        be_here(exemption)
        assert queries.find(exemption).status == standing
        assert in_force(exemption) == (standing == "in force")


@every_kind
def test_nothing_holds_before_it_is_decided_signed_and_started_as_its_kind_wants_it(cast, kind):
    """Invariant 1."""
    exemption = ask(asker_of(kind), kind)
    assert (queries.find(exemption).status, in_force(exemption)) == ("waiting", False)
    approve(cast.head, exemption)
    expected = "awaiting signature" if kind.agreement else "approved" if kind.session else "in force"
    assert queries.find(exemption).status == expected
    assert in_force(exemption) is (expected == "in force")


@every_kind
@pytest.mark.parametrize("night", [dt.date(2027, 3, 28), dt.date(2026, 10, 25)], ids=["spring", "autumn"])
def test_the_hours_are_those_on_the_wall_on_both_sides_of_the_night_the_clocks_change(cast, kind, night):
    before, after = night - dt.timedelta(days=1), night + dt.timedelta(days=1)
    with when(before, "08:55"):
        exemption = permitted(asker_of(kind), kind, starts_on=before, ends_on=after, answers=dated(kind, before))
    for day in (before,) if kind.one_day else (before, night, after):
        for time, holds in (("08:59", False), ("09:00", True), ("14:59", True), ("15:00", False)):
            with when(day, time):
                be_here(exemption)
                assert in_force(exemption) is (holds or kind.all_day)


def dated(kind, day):
    """The answers of a kind, given on another day than the usual Monday."""
    given = {prerequisite: dict(answers) for prerequisite, answers in ANSWERS[kind.id].items()}
    for answers in given.values():
        answers |= {key: day.isoformat() for key in answers.keys() & {"when", "review"}}
    return given


@every_kind
def test_a_permission_may_be_for_the_leap_day(cast, kind):
    leap_day, eve = dt.date(2028, 2, 29), dt.date(2028, 2, 28)
    with when(eve, "12:00"):
        exemption = ask(asker_of(kind), kind, answers=dated(kind, eve), starts_on=leap_day, ends_on=leap_day)
        approve(cast.head, exemption)
        assert not in_force(exemption)
    with when(leap_day, "12:00"):
        be_here(exemption)
        finish(exemption)
        assert in_force(exemption)
    with when(dt.date(2028, 3, 1), "12:00"):
        assert queries.find(exemption).status == "ended"
        assert not in_force(exemption)


def finish(exemption):
    view = queries.find(exemption)
    if view.kind.agreement:
        signed(exemption)
    if view.kind.session:
        activities.start(actor_of_person(view.people.asker), exemption)


@every_kind
def test_for_somebody_made_inactive_nothing_is_permitted_until_they_are_active_again(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    subject = queries.find(exemption).people.subject
    people.set_active(cast.head, subject, False)
    assert not in_force(exemption)
    assert queries.find(exemption).status == "approved"
    people.set_active(cast.head, subject, True)
    assert in_force(exemption)


@AGREED_KINDS
def test_a_pupil_keeps_what_was_asked_for_them_when_the_asker_leaves(cast, kind):
    exemption = permitted(cast.parent, kind)
    people.set_active(cast.head, cast.parent.id, False)
    assert in_force(exemption)


@AGREED_KINDS
def test_only_on_the_days_of_the_week_that_were_chosen(cast, kind):
    exemption = permitted(cast.parent, kind, weekdays=0b10101, ends_on=dt.date(2026, 12, 4))
    for number in range(14):
        day = MONDAY + dt.timedelta(days=number)
        with when(day, "10:00"):
            assert in_force(exemption) is (day.weekday() in {0, 2, 4} and day <= dt.date(2026, 12, 4))


# --- Exams --------------------------------------------------------------------------------------------------


def exam(cast, pupil, starts_at="10:00", ends_at="11:00", day=MONDAY):
    time = dt.time.fromisoformat
    sitting = Sitting.insert(
        exam="Maths",
        body="AQA",
        day=day,
        starts_at=time(starts_at),
        ends_at=time(ends_at),
        zone="exam-room",
        made_by=cast.office.id,
        made_at=clock.now(),
    ).execute()
    Candidate.insert(sitting=sitting, pupil=pupil).execute()
    return sitting


@AGREED_KINDS
def test_an_exam_suspends_a_permission_from_its_first_minute_to_its_last(cast, kind):
    """Invariant 1, clause 5.9."""
    exemption = permitted(cast.parent, kind)
    exam(cast, cast.pupil.id)
    for time, holds in (("09:59", True), ("10:00", False), ("10:59", False), ("11:00", True)):
        with when(MONDAY, time):
            assert in_force(exemption) is holds
            assert (queries.find(exemption).status == "suspended") is not holds
    with when(TUESDAY, "10:30"):
        assert in_force(exemption)


@AGREED_KINDS
def test_one_exam_after_the_other_suspends_through_both(cast, kind):
    exemption = permitted(cast.parent, kind)
    exam(cast, cast.pupil.id)
    exam(cast, cast.pupil.id, "10:30", "12:00")
    with when(MONDAY, "11:30"):
        assert not in_force(exemption)


@AGREED_KINDS
def test_a_cancelled_exam_or_another_pupils_suspends_nothing(cast, kind):
    exemption = permitted(cast.parent, kind)
    exam(cast, cast.other_pupil.id)
    sitting = exam(cast, cast.pupil.id)
    assert not in_force(exemption)
    Sitting.update(cancelled_at=clock.now()).where(Sitting.id == sitting).execute()
    assert in_force(exemption)


@AGREED_KINDS
def test_the_bodys_permission_keeps_a_permission_in_force_in_the_exam(cast, kind):
    exemption = permitted(cast.parent, kind, exam_permission="JCQ 2026/17")
    exam(cast, cast.pupil.id)
    assert in_force(exemption)


# --- Sessions, and what ends soon ---------------------------------------------------------------------------


def test_a_lesson_holds_only_while_it_runs(cast):
    """Invariant 1, clauses 5.4 and 5.5."""
    exemption = ask(cast.teacher, LESSON)
    approve(cast.head, exemption)
    assert not in_force(exemption)
    activities.start(cast.teacher, exemption)
    assert in_force(exemption)
    activities.end(cast.teacher, exemption)
    assert not in_force(exemption)


@every_kind
def test_what_ends_within_a_fortnight_says_in_how_many_days(cast, kind):
    ends = MONDAY if kind.one_day else dt.date(2026, 12, 8)
    exemption = ask(asker_of(kind), kind, ends_on=ends)
    assert queries.find(exemption).days_left is None
    approve(cast.head, exemption)
    assert queries.find(exemption).days_left == (0 if kind.one_day else None)
    with later(days=0 if kind.one_day else 1):
        assert queries.find(exemption).days_left == (0 if kind.one_day else 14)
    with later(days=30):
        assert queries.find(exemption).days_left is None


def test_a_case_knows_what_was_asked_for(cast):
    view = queries.find(ask(cast.parent, ACCESS, audible_alert=True, weekdays=31))
    assert view.request == fitting(ACCESS, audible_alert=True, weekdays=31).cleaned(ACCESS)
    assert view.for_somebody_else
    assert view.record == f"exemption:{view.id}"
    assert Person.get_by_id(view.people.subject).name == view.name


# --- A role that has ended ----------------------------------------------------------------------------------


def end_roles(cast, person):
    """All roles of somebody (by id) end; their account stays active."""
    for grant in role_grants.grants_of(person):
        role_grants.take_role(cast.office if person == cast.head.id else cast.head, person, grant.id)


@every_kind
def test_who_has_no_role_any_more_is_permitted_nothing_until_they_have_one_again(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    view = queries.find(exemption)
    roles = actor_of_person(view.people.subject).roles
    end_roles(cast, view.people.subject)
    assert not in_force(exemption)
    assert not now.permit_now(queries.find(exemption)).in_force
    assert exemption not in {line.id for line in day_list.list_of(clock.today()).lines}
    for role in roles:
        role_grants.give_role(cast.head, view.people.subject, role, clock.today())
    assert in_force(exemption)


@every_kind
def test_who_is_only_a_parent_now_is_permitted_nothing_as_staff_or_as_a_pupil(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    subject = queries.find(exemption).people.subject
    end_roles(cast, subject)
    role_grants.give_role(cast.head, subject, Role.PARENT, clock.today())
    assert not in_force(exemption)
    assert now.permit_now(queries.find(exemption)).verdict == "No longer permitted"


def test_a_role_that_ends_tomorrow_ends_what_was_approved_tomorrow(cast):
    exemption = permitted(cast.teacher)
    RoleGrant.update(ends_on=MONDAY).where(RoleGrant.person == cast.teacher.id).execute()
    assert in_force(exemption)
    assert [line.id for line in day_list.list_of(MONDAY).lines] == [exemption]
    assert day_list.list_of(TUESDAY).lines == []
    with later(days=1):
        assert not in_force(exemption)
