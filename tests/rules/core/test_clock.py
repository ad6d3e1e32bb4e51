"""The school's clock: its days and nights, the two nights on which it changes, and how it says them."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fields import UtcField
from rules.core import clock

SPRING_NIGHT = dt.date(2026, 3, 29)
AUTUMN_NIGHT = dt.date(2026, 10, 25)
LEAP_DAY = dt.date(2028, 2, 29)
days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(SPRING_NIGHT, 23), (AUTUMN_NIGHT, 25), (LEAP_DAY, 24), (dt.date(2026, 7, 1), 24), (dt.date(2026, 12, 31), 24)],
)
def test_a_day_lasts_23_hours_in_spring_and_25_in_autumn_when_the_clocks_change(day, hours):
    first, last = clock.day_bounds(day)
    assert last - first == hours * HOUR


@given(days)
@example(SPRING_NIGHT)
@example(AUTUMN_NIGHT)
@example(LEAP_DAY)
def test_one_day_ends_at_the_moment_the_next_one_begins(day):
    assert clock.day_bounds(day)[1] == clock.day_bounds(day + dt.timedelta(days=1))[0]


@given(days, st.sampled_from([dt.timedelta(0), dt.timedelta(microseconds=1), HOUR, 12 * HOUR]))
@example(SPRING_NIGHT, HOUR)
@example(AUTUMN_NIGHT, HOUR)
@example(LEAP_DAY, dt.timedelta(0))
def test_every_moment_between_a_days_bounds_is_on_that_day(day, after):
    first, last = clock.day_bounds(day)
    with clock.frozen(first + after):
        assert clock.today() == day
    with clock.frozen(last - dt.timedelta(microseconds=1) - after):
        assert clock.today() == day


@given(days, st.times())
@example(AUTUMN_NIGHT, dt.time(1, 30))
@example(LEAP_DAY, dt.time(23, 59))
def test_the_clock_shows_the_time_that_was_asked_for_unless_the_change_leaves_it_out(day, time):
    shown = clock.local(clock.at(day, time)).replace(tzinfo=None)
    asked = dt.datetime.combine(day, time)
    assert shown in {asked, asked + HOUR}
    if time.hour >= 4:  # every change of the school's clock is at night
        assert shown == asked


def test_a_time_left_out_in_the_spring_night_is_read_with_the_clock_before_the_change():
    assert clock.at(SPRING_NIGHT, dt.time(1, 30)) == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert clock.local(clock.at(SPRING_NIGHT, dt.time(1, 30))).time() == dt.time(2, 30)


def test_a_time_that_comes_twice_in_the_autumn_night_is_its_first_one():
    assert clock.at(AUTUMN_NIGHT, dt.time(1, 30)) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@given(days, st.times())
def test_moments_sort_in_the_database_as_they_do_in_time(day, time):
    moment = dt.datetime.combine(day, time, dt.UTC)
    for after in (dt.timedelta(microseconds=1), HOUR):
        assert UtcField.spell(moment) < UtcField.spell(moment + after)
    assert UtcField.read(UtcField.spell(moment)) == moment


def test_a_day_that_nobody_has_lived_can_still_be_looked_for():
    first, last = clock.day_bounds(dt.date.max)
    assert first <= last
    assert UtcField.spell(clock.day_bounds(dt.date(300, 1, 1))[0]) < UtcField.spell(clock.now())


@pytest.mark.parametrize(
    "ask", [clock.local, clock.format_moment, UtcField.spell, lambda at: clock.frozen(at).__enter__()]
)
def test_a_moment_without_a_time_zone_is_refused_everywhere(ask):
    with pytest.raises(ValueError, match=r"aware|naive|time zone"):
        ask(dt.datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001 (the point)


def test_a_stopped_clock_goes_on_after_the_test_that_stopped_it():
    outside = clock.now()
    with clock.frozen(clock.at(LEAP_DAY, dt.time(0, 0))):
        assert clock.today() == LEAP_DAY
    assert clock.now() == outside


def test_the_running_clock_tells_the_time_in_utc(monkeypatch):
    monkeypatch.setattr(clock, "_frozen_at", None)
    assert clock.now().utcoffset() == dt.timedelta(0)
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ((0, 0), "midnight"),
        ((0, 1), "12:01am"),
        ((9, 5), "9:05am"),
        ((11, 59), "11:59am"),
        ((12, 0), "midday"),
        ((12, 30), "12:30pm"),
        ((23, 59), "11:59pm"),
    ],
)
def test_times_are_said_as_people_say_them(time, words):
    assert clock.format_time(dt.time(*time)) == words


@given(st.times(), st.times())
def test_no_two_times_are_said_in_the_same_words(one, other):
    same = (one.hour, one.minute) == (other.hour, other.minute)
    assert (clock.format_time(one) == clock.format_time(other)) == same


@given(days)
@example(LEAP_DAY)
def test_a_date_in_words_is_read_back_as_the_same_day(day):
    assert dt.datetime.strptime(clock.format_date(day), "%A %d %B %Y").date() == day  # noqa: DTZ007 (a day)
    assert dt.datetime.strptime(clock.format_short_date(day), "%a %d %b %Y").date() == day  # noqa: DTZ007 (a day)


def test_a_span_of_one_day_is_said_as_one_day():
    assert clock.format_span(LEAP_DAY, LEAP_DAY) == "Tuesday 29 February 2028"
    assert clock.format_span(SPRING_NIGHT, AUTUMN_NIGHT) == "Sunday 29 March 2026 to Sunday 25 October 2026"


@given(days)
@example(dt.date(2026, 8, 31))
@example(dt.date(2026, 9, 1))
@example(LEAP_DAY)
def test_the_academic_year_ends_on_the_next_31_august(day):
    end = clock.academic_year_end(day)
    assert (end.month, end.day) == (8, 31)
    assert dt.timedelta(0) <= end - day < dt.timedelta(days=366)


def test_the_policy_may_end_the_academic_year_on_another_day():
    assert clock.academic_year_end(dt.date(2026, 7, 21), "07-21") == dt.date(2026, 7, 21)
    assert clock.academic_year_end(dt.date(2026, 7, 22), "07-21") == dt.date(2027, 7, 21)
