"""What somebody asks for: its fields, and when its window is open."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.exemptions import request
from rules.exemptions.request import DAY_NAMES, EVERY_DAY, format_weekdays, format_when
from rules.exemptions.view import any_open_day, bit_of, is_open
from tests.conftest import ACCESS, KNOWN_FAMILY, LESSON, TEACHING_PERIOD, a_request
from tests.support.exemptions import EVERY_KIND, kind_name

LEAP_DAY = dt.date(2028, 2, 29)
NIGHTS = (dt.date(2026, 3, 29), dt.date(2026, 10, 25))
days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))
lengths = st.integers(0, 400).map(lambda number: dt.timedelta(days=number))
weeks = st.integers(1, EVERY_DAY)


def window(first, last, weekdays=EVERY_DAY):
    return SimpleNamespace(
        starts_on=first, ends_on=last, weekdays=weekdays, starts_at=dt.time(9), ends_at=dt.time(15, 30)
    )


# --- When it is open ----------------------------------------------------------------------------------------


@given(first=days, length=lengths, weekdays=weeks)
@example(first=LEAP_DAY, length=dt.timedelta(0), weekdays=0b10)
@example(first=NIGHTS[0], length=dt.timedelta(0), weekdays=0b1000000)
@example(first=NIGHTS[1], length=dt.timedelta(1), weekdays=0b1)
def test_a_window_is_open_on_its_weekdays_between_its_days_and_on_no_other(first, length, weekdays):
    asked = window(first, first + length, weekdays)
    names = {DAY_NAMES[number] for number in range(7) if weekdays >> number & 1}
    open_days = [first + dt.timedelta(days=n) for n in range(-2, length.days + 3)]
    for day in open_days:
        inside = first <= day <= first + length
        assert is_open(asked, day) == (inside and f"{day:%A}" in names)
    assert any_open_day(asked) == any(is_open(asked, day) for day in open_days)


@pytest.mark.parametrize(
    ("first", "last", "weekdays", "there"),
    [
        (LEAP_DAY, LEAP_DAY, 0b10, True),  # a Tuesday
        (LEAP_DAY, LEAP_DAY, 0b101, False),
        (dt.date(2028, 2, 28), dt.date(2028, 3, 1), 0b111, True),
        (NIGHTS[0], NIGHTS[0], 0b1000000, True),
        (NIGHTS[1], NIGHTS[1], 0b0111111, False),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 29), 0b1000000, True),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 28), 0b1000000, False),
        (dt.date(2026, 12, 31), dt.date(2027, 1, 1), 0b10000, True),
    ],
)
def test_whether_there_is_a_day_at_all(first, last, weekdays, there):
    assert any_open_day(window(first, last, weekdays)) is there


@given(days)
def test_each_day_has_one_bit_and_a_week_has_them_all(day):
    bits = [bit_of(day + dt.timedelta(days=number)) for number in range(7)]
    assert sum(bits) == EVERY_DAY
    assert sorted(bits) == [1 << number for number in range(7)]


# --- In words -----------------------------------------------------------------------------------------------


@given(weeks)
def test_the_words_name_exactly_the_days_that_were_chosen(weekdays):
    words = format_weekdays(weekdays)
    if weekdays == EVERY_DAY:
        assert words == ""
    elif weekdays == 0b0011111:
        assert words == "Mondays to Fridays"
    else:
        assert [name for name in DAY_NAMES if name in words] == [
            name for number, name in enumerate(DAY_NAMES) if weekdays >> number & 1
        ]
        assert words.count(" and ") == (weekdays.bit_count() > 1)


def test_a_window_is_said_with_its_days_its_weekdays_and_its_times():
    monday, friday = dt.date(2026, 11, 23), dt.date(2026, 11, 27)
    span = "Monday 23 November 2026 to Friday 27 November 2026"
    assert format_when(window(monday, friday)) == f"{span}, 9am to 3:30pm"
    assert format_when(window(monday, friday, 0b101)) == f"{span}, Mondays and Wednesdays, 9am to 3:30pm"
    assert format_when(window(monday, monday), all_day=True) == "Monday 23 November 2026"


# --- What a kind fixes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_tidying_twice_is_tidying_once(kind):
    asked = a_request(
        device=" A  phone ", reason="One.\r\nTwo. ", zones=("b", "a", "a"), pupils=(3, 1, 3), weekdays=5, subject=7
    )
    once = asked.cleaned(kind)
    assert once.cleaned(kind) == once
    assert (once.device, once.reason) == ("A phone", "One.\nTwo.")
    assert once.zones == (kind.places or ("a", "b"))
    assert once.pupils == ((1, 3) if kind.with_pupils else ())
    assert once.subject == (7 if kind.for_pupil else None)
    assert once.weekdays == (5 if kind.for_pupil else EVERY_DAY)
    assert (once.ends_on == once.starts_on) or not kind.one_day


def test_the_same_device_is_the_same_however_it_is_spelled_and_a_confidential_one_is_like_no_other():
    one, other = a_request(device="My Phone"), a_request(device=" my   PHONE")
    assert one.device_key(TEACHING_PERIOD) == other.device_key(ACCESS) == other.device_key(LESSON)
    assert one.device_key(KNOWN_FAMILY) != one.device_key(TEACHING_PERIOD)
    assert a_request(device_kind="tablet").device_key(ACCESS) != a_request().device_key(ACCESS)


def test_a_whole_day_begins_at_midnight():
    assert request.WHOLE_DAY[0] == dt.time(0)
    assert a_request().cleaned(KNOWN_FAMILY).starts_at == dt.time(0)
