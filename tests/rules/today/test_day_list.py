"""Today's list: who may use which device, where and when. It follows from the clock, and never tells why."""

import datetime as dt

import pytest

from models import AuditEvent
from rules.core import changes, clock
from rules.decisions import deciding
from rules.exemptions import lifecycle, queries
from rules.people import people
from rules.policy.in_force import policy_in_force
from rules.today import day_list, words
from tests.conftest import KNOWN_FAMILY, PURPOSES, a_request
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    REASON,
    TUESDAY,
    approve,
    ask,
    asker_of,
    fitting,
    kind_name,
    later,
    permit,
    permitted,
    permitted_now,
    revision,
    when,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
listed_kind = pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if not kind.confidential], ids=kind_name)
SUNDAY = MONDAY - dt.timedelta(days=1)
WEDNESDAY = dt.date(2026, 11, 25)


def listed(day=MONDAY, **wanted):
    return [line.id for line in day_list.list_of(day, **wanted).lines]


def groups(day=MONDAY):
    found = day_list.list_of(day)
    return {when: [line.id for line in found.group(when)] for when in ("now", "later", "ended", "listed")}


# --- Who is on it -------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("verb", ["wait", "decline", "return", "withdraw", "change"])
def test_only_what_is_approved_is_on_the_list(cast, kind, verb):
    """Invariant 1: without the decision nobody is on the list."""
    exemption, asker = ask(asker_of(kind), kind), asker_of(kind)
    if verb == "decline":
        deciding.decline(cast.head, exemption, revision(exemption), "No.")
    elif verb == "return":
        deciding.return_to_asker(cast.head, exemption, revision(exemption), "Which room?")
    elif verb == "withdraw":
        lifecycle.withdraw(asker, exemption)
    elif verb == "change":
        permit(exemption)
        lifecycle.change(asker, exemption, revision(exemption), fitting(kind, device="Another"))
    assert listed() == listed(TUESDAY) == []


@listed_kind
def test_a_permission_is_listed_on_each_of_its_days_and_on_no_other(cast, kind):
    """Invariant 1: the day is inside the window."""
    exemption = permitted(asker_of(kind), kind)
    tuesday = [] if kind.one_day else [exemption]
    assert [listed(day) for day in (SUNDAY, MONDAY, TUESDAY, WEDNESDAY)] == [[], [exemption], tuesday, []]


def test_what_is_confidential_is_never_on_the_list(cast):
    """Clause 4.5: seen by the three of them only."""
    exemption = permitted(cast.teacher, KNOWN_FAMILY)
    assert queries.find(exemption).in_force
    assert listed() == listed(TUESDAY) == listed(classes={"Kestrel class"}) == listed(name="teacher") == []
    deciding.revoke(cast.head, exemption, revision(exemption), "No more.")
    assert listed() == []


@listed_kind
def test_yesterdays_exemption_is_gone_today_with_no_job_having_run(cast, kind):
    """Invariant 19: yesterday's exemption is gone from today's list with no job having run."""
    exemption = permitted(asker_of(kind), kind, ends_on=MONDAY)
    assert permitted_now() == [exemption]
    trail, count = AuditEvent.select().count(), changes.touched()
    with when(TUESDAY, "00:00"):
        assert listed(clock.today()) == []
        assert not queries.find(exemption).in_force
    with when(TUESDAY, "10:00"):
        assert listed(clock.today()) == []
        assert listed(MONDAY) == [exemption]
    assert (AuditEvent.select().count(), changes.touched()) == (trail, count)


@every_kind
def test_the_list_holds_no_reason_and_nothing_of_an_assessment_or_a_discussion(cast, kind):
    """Invariant 14, on this floor: what the office is given holds no reason text."""
    exemption = permitted(asker_of(kind), kind)
    told = " ".join(str(tuple(line)) for line in day_list.list_of(MONDAY).lines)
    assert (queries.find(exemption).name in told) is not kind.confidential
    for secret in (REASON, "hospital", "private window", "lent", "needed every day", PURPOSES[kind.id]):
        assert secret not in told


@every_kind
def test_somebody_made_inactive_is_on_no_list(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    people.set_active(cast.head, queries.find(exemption).people.subject, False)
    assert listed() == listed(TUESDAY) == []


def test_a_day_that_was_over_before_the_approval_does_not_show_it(cast):
    """Invariant 1: on Monday nobody had permitted anything yet."""
    exemption = ask(cast.teacher)
    with when(TUESDAY, "08:00"):
        approve(cast.head, exemption)
        assert listed(MONDAY) == []
        assert listed(TUESDAY) == [exemption]


def test_what_was_permitted_on_monday_stays_on_mondays_list_when_it_is_revoked_or_given_up_on_tuesday(cast):
    revoked = permitted(cast.teacher, by=cast.head)
    given_up = permitted(cast.assistant, by=cast.head)
    with when(TUESDAY, "10:00"):
        deciding.revoke(cast.head, revoked, 1, "It rang.")
        lifecycle.withdraw(cast.assistant, given_up)
        assert sorted(listed(MONDAY)) == sorted([revoked, given_up])
        assert listed(WEDNESDAY) == []
        assert sorted(groups(TUESDAY)["ended"]) == sorted([revoked, given_up])


# --- In which group -----------------------------------------------------------------------------------------


def test_the_list_of_today_is_in_three_groups_by_the_clock(cast):
    over = permitted(cast.office, by=cast.head, starts_at=dt.time(7), ends_at=dt.time(10, 1), device="A")
    now = permitted(cast.teacher, by=cast.head)
    next_one = permitted(cast.assistant, by=cast.head, starts_at=dt.time(10, 2))
    with when(MONDAY, "10:01"):
        assert groups() == {"now": [now], "later": [next_one], "ended": [over], "listed": []}
    with when(MONDAY, "10:02"):
        assert groups()["now"] == [now, next_one]
    assert groups(TUESDAY)["listed"] == [over, now, next_one]


def test_who_was_stopped_during_the_hours_stays_on_the_list_as_ended_and_says_when(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    with when(MONDAY, "11:30"):
        deciding.revoke(cast.head, exemption, 1, "It rang.")
    with when(MONDAY, "12:00"):
        (line,) = day_list.list_of(MONDAY).lines
        assert (line.when, line.stopped) == (day_list.ENDED, "11:30")


def test_who_was_stopped_before_the_hours_began_is_not_on_the_list(cast):
    exemption = permitted(cast.teacher, by=cast.head, starts_at=dt.time(11))
    lifecycle.withdraw(cast.teacher, exemption)
    assert listed() == []


def test_the_list_goes_by_time_and_then_by_name(cast):
    afternoon = permitted(cast.assistant, by=cast.head, starts_at=dt.time(13))
    second, first = permitted(cast.teacher, by=cast.head), permitted(cast.finance, by=cast.head)
    assert listed() == [first, second, afternoon]


# --- Narrowed down ------------------------------------------------------------------------------------------


def test_a_zone_or_a_part_of_a_name_narrows_the_list_down(cast):
    one = permitted(cast.teacher, by=cast.head, zones=("car-park",))
    other = permitted(cast.assistant, by=cast.head, zones=("staff-room", "offices"))
    assert listed(zone="car-park") == [one]
    assert listed(zone="offices") == [other]
    assert listed(zone="office") == []
    assert listed(name=" ASSIST") == [other]
    assert listed(name="teacher", zone="offices") == []


def test_places_and_devices_are_told_by_their_names(cast):
    permitted(cast.teacher, by=cast.head)
    (line,) = day_list.list_of(MONDAY).lines
    policy = policy_in_force()
    assert words.device_words(line, policy) == "Mobile phone: My own phone, blue case"
    assert words.place_words(line, policy) == "Staff room, Teaching areas"
    assert line.kind_name == "teaching-period use"


# --- Has it changed? ----------------------------------------------------------------------------------------


def what_happens(cast, exemption):
    """Everything that must make an open list notice."""
    return {
        "asked": lambda: ask(cast.assistant),
        "approved": lambda: permitted(cast.assistant, by=cast.head),
        "revoked": lambda: deciding.revoke(cast.head, exemption, 1, "It rang."),
        "withdrawn": lambda: lifecycle.withdraw(cast.teacher, exemption),
        "changed": lambda: lifecycle.change(cast.teacher, exemption, 1, a_request(device="Another")),
        "inactive": lambda: people.set_active(cast.head, cast.teacher.id, False),
        "renamed": lambda: people.edit(cast.head, cast.teacher.id, people.PersonDetails("teacher", "New Name")),
    }


@pytest.mark.parametrize("what", ["asked", "approved", "revoked", "withdrawn", "changed", "inactive", "renamed"])
@pytest.mark.parametrize("day", [MONDAY, TUESDAY])
def test_an_open_list_notices_every_change(cast, what, day):
    exemption = permitted(cast.teacher, by=cast.head)
    token = day_list.list_of(day).token
    assert day_list.unchanged(token)
    what_happens(cast, exemption)[what]()
    assert not day_list.unchanged(token)


@pytest.mark.parametrize(
    ("minutes", "same"),
    [(0, True), (29, True), (30, False), (5 * 60, False)],
    ids=["at once", "before", "start", "end"],
)
def test_an_open_list_notices_when_somebodys_hours_begin(cast, minutes, same):
    permitted(cast.teacher, by=cast.head, starts_at=dt.time(10, 30))
    token = day_list.list_of(MONDAY).token
    with later(minutes=minutes):
        assert day_list.unchanged(token) is same


@pytest.mark.parametrize("day", [SUNDAY, MONDAY, TUESDAY])
def test_an_open_list_notices_midnight(cast, day):
    token = day_list.list_of(day).token
    with when(MONDAY, "23:59"):
        assert day_list.unchanged(token)
    with when(TUESDAY, "00:00"):
        assert not day_list.unchanged(token)


def test_between_two_answers_that_nothing_has_changed_the_list_is_the_same(cast):
    for start in (9, 11, 13):
        permitted(cast.teacher, by=cast.head, starts_at=dt.time(start), ends_at=dt.time(start + 1), device=str(start))
    with when(MONDAY, "00:00"):
        shown = day_list.list_of(MONDAY)
    for minute in range(0, 24 * 60, 5):
        with when(MONDAY, f"{minute // 60:02}:{minute % 60:02}"):
            seen = day_list.list_of(MONDAY)
            assert seen.lines == shown.lines or not day_list.unchanged(shown.token)
            shown = seen


@pytest.mark.parametrize("token", ["", ".", "..", "x", "1.2026-11-23", "é.2026-11-23.24:00", "9" * 50])
def test_a_token_that_no_list_has_given_is_no_reason_to_say_nothing_has_changed(cast, token):
    assert not day_list.unchanged(token)
