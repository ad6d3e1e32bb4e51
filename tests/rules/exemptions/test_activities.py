"""Lesson activities on the day: the teacher starts and ends the session (clauses 5.4, 5.5)."""

import datetime as dt

import pytest

from enums import ExemptionState
from models import ActivitySession
from rules.core import clock
from rules.core.errors import Changed, Conflict, NotFound
from rules.decisions import deciding
from rules.exemptions import activities, lifecycle, queries
from rules.people import people
from rules.today import day_list, words
from tests.conftest import ANSWERS, CAST, LESSON
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    events,
    fitting,
    in_force,
    kind_name,
    later,
    permitted,
    revision,
    when,
    who,
)


@pytest.fixture
def lesson(cast):
    """An approved lesson of this Monday, 9am to 3pm, that nobody has started."""
    exemption = ask(cast.teacher, LESSON)
    approve(cast.head, exemption)
    return exemption


def group_of(exemption):
    return next((line.when for line in day_list.list_of(clock.today()).lines if line.id == exemption), None)


# --- Starting -----------------------------------------------------------------------------------------------


def test_nothing_is_in_force_before_the_teacher_starts_it(cast, lesson):
    """Invariant 1."""
    assert not in_force(lesson)
    assert group_of(lesson) == day_list.LATER
    activities.start(cast.teacher, lesson)
    assert in_force(lesson)
    assert queries.find(lesson).now.session_began == clock.now()
    assert events(f"exemption:{lesson}")[-1] == "activity-started"


@pytest.mark.parametrize("name", [name for name in CAST if name != "teacher"])
def test_nobody_but_the_teacher_who_asked_starts_or_ends_it(cast, lesson, name):
    """A session started by another teacher: to them it does not exist."""
    for act in (activities.load, activities.start, activities.end):
        with pytest.raises(NotFound):
            act(who(name), lesson)
    assert ActivitySession.select().count() == 0
    activities.start(cast.teacher, lesson)
    with pytest.raises(NotFound):
        activities.end(who(name), lesson)
    assert in_force(lesson)


def test_it_is_started_once(cast, lesson):
    activities.start(cast.teacher, lesson)
    with later(minutes=5), pytest.raises(Conflict, match="running since 10am"):
        activities.start(cast.teacher, lesson)
    assert ActivitySession.select().count() == 1
    assert events().count("activity-started") == 1


@pytest.mark.parametrize(
    ("day", "time", "why"),
    [
        (MONDAY, "08:49", "start it from 8:50am"),
        (MONDAY, "08:50", None),
        (MONDAY, "14:59", None),
        (MONDAY, "15:00", "It is over"),
        (TUESDAY, "10:00", "It is over"),
        (MONDAY - dt.timedelta(days=1), "10:00", "start it from 8:50am"),
    ],
)
def test_it_is_started_on_its_day_and_in_its_hours(cast, lesson, day, time, why):
    """Yesterday's session is not started, nor tomorrow's."""
    with when(day, time):
        if why:
            with pytest.raises(Conflict, match=why):
                activities.start(cast.teacher, lesson)
        else:
            activities.start(cast.teacher, lesson)
    assert ActivitySession.select().count() == (not why)


def test_who_starts_a_little_early_may_use_nothing_before_the_approved_time(cast, lesson):
    with when(MONDAY, "08:52"):
        activities.start(cast.teacher, lesson)
        assert not in_force(lesson)
    with when(MONDAY, "09:00"):
        assert in_force(lesson)


@pytest.mark.parametrize("state", ["waiting", "returned", "declined", "withdrawn", "revoked", "changed"])
def test_what_is_not_approved_is_not_started(cast, state):
    exemption = ask(cast.teacher, LESSON)
    if state in {"revoked", "changed", "withdrawn"}:
        approve(cast.head, exemption)
    if state == "returned":
        deciding.return_to_asker(cast.head, exemption, 1, "Which room?")
    elif state == "declined":
        deciding.decline(cast.head, exemption, 1, "No.")
    elif state == "withdrawn":
        lifecycle.withdraw(cast.teacher, exemption)
    elif state == "revoked":
        deciding.revoke(cast.head, exemption, 1, "No.")
    elif state == "changed":
        lifecycle.change(cast.teacher, exemption, 1, fitting(LESSON, device="Laptops"))
    with pytest.raises(Conflict, match="not approved"):
        activities.start(cast.teacher, exemption)
    assert not in_force(exemption)


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if not kind.session], ids=kind_name)
def test_what_is_no_lesson_is_neither_started_nor_ended(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    for act in (activities.start, activities.end):
        with pytest.raises(NotFound):
            act(asker_of(kind), exemption)


# --- Ending -------------------------------------------------------------------------------------------------


def test_the_teacher_ends_it_and_may_start_it_again(cast, lesson):
    activities.start(cast.teacher, lesson)
    with later(minutes=20):
        activities.end(cast.teacher, lesson)
        assert not in_force(lesson)
        assert group_of(lesson) == day_list.ENDED
        with pytest.raises(Changed):
            activities.end(cast.teacher, lesson)
    with later(minutes=30):
        activities.start(cast.teacher, lesson)
        assert in_force(lesson)
    spans = activities.sessions_of(queries.find(lesson))
    assert [(began.minute, ended and ended.minute) for began, ended in spans] == [(0, 20), (30, None)]


def test_what_was_never_started_is_not_ended(cast, lesson):
    with pytest.raises(Changed):
        activities.end(cast.teacher, lesson)
    assert "activity-ended" not in events()


def test_it_runs_over_time_in_red_and_is_in_force_no_longer(cast, lesson):
    activities.start(cast.teacher, lesson)
    with when(MONDAY, "15:00"):
        assert not in_force(lesson)
        assert group_of(lesson) == day_list.OVERTIME
        activities.end(cast.teacher, lesson)
        assert group_of(lesson) == day_list.ENDED


def test_a_session_left_running_permits_nothing_on_the_next_day_and_can_still_be_ended(cast, lesson):
    """Invariant 19."""
    activities.start(cast.teacher, lesson)
    with when(TUESDAY, "10:00"):
        assert not in_force(lesson)
        assert group_of(lesson) is None
        activities.end(cast.teacher, lesson)
        assert ActivitySession.get().ended_at == clock.now()


def stop(cast, exemption, how):
    if how == "withdrawn":
        lifecycle.withdraw(cast.teacher, exemption)
    elif how == "revoked":
        deciding.revoke(cast.head, exemption, revision(exemption), "Too loud.")
    else:
        lifecycle.change(cast.teacher, exemption, revision(exemption), fitting(LESSON, device="Laptops"))


@pytest.mark.parametrize(("how", "by"), [("withdrawn", "teacher"), ("revoked", "head"), ("changed", "teacher")])
def test_whatever_stops_the_exemption_ends_its_session(cast, lesson, how, by):
    activities.start(cast.teacher, lesson)
    stop(cast, lesson, how)
    row = ActivitySession.get()
    assert (row.ended_at, row.ended_by_id) == (clock.now(), who(by).id)
    assert not in_force(lesson)
    assert events(f"exemption:{lesson}").count("activity-ended") == 1


def test_a_teacher_made_inactive_has_no_session_in_force(cast, lesson):
    activities.start(cast.teacher, lesson)
    people.set_active(cast.head, cast.teacher.id, False)
    assert not in_force(lesson)
    assert group_of(lesson) is None


def test_a_lesson_of_another_day_is_started_on_that_day(cast):
    answers = ANSWERS[LESSON.id]
    exemption = ask(cast.teacher, LESSON, answers, starts_on=TUESDAY)
    approve(cast.head, exemption)
    with pytest.raises(Conflict, match="Tuesday 24 November 2026"):
        activities.start(cast.teacher, exemption)
    with when(TUESDAY, "09:30"):
        activities.start(cast.teacher, exemption)
        assert in_force(exemption)
    assert queries.find(exemption).state is ExemptionState.APPROVED


def test_a_leader_who_teaches_starts_their_own_lesson_and_has_not_approved_it(cast):
    """Clause 5.5: the asking teacher never decides, even one in SLT."""
    exemption = permitted(cast.deputy, LESSON)
    assert queries.find(exemption).decision.approved_by == cast.head.name
    assert in_force(exemption)


def test_a_lesson_of_another_day_is_listed_as_not_started(cast):
    exemption = ask(cast.teacher, LESSON, starts_on=TUESDAY, ends_on=TUESDAY)
    approve(cast.head, exemption)
    (line,) = day_list.list_of(TUESDAY).lines
    assert list(words.notes_of(line)) == ["Not started"]
