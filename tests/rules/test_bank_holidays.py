"""The bank holidays of England, also where they move, and the Easter they hang on."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.bank_holidays import bank_holiday, bank_holidays

YEARS = st.integers(2000, 2099)
CHRISTMAS, BOXING_DAY, NEW_YEAR = (12, 25), (12, 26), (1, 1)


def easter(year):
    """Easter Sunday, reckoned by the rule of the Gregorian calendar."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", "Boxing Day"),
        ("2026-12-28", "Boxing Day (substitute day)"),
        ("2027-12-27", "Christmas Day (substitute day)"),
        ("2027-12-28", "Boxing Day (substitute day)"),
        ("2028-01-03", "New Year’s Day (substitute day)"),
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "Easter Monday"),
        ("2020-05-08", "May Day"),  # moved from the Monday, for the 75th anniversary of the end of the war
        ("2022-06-03", "Platinum Jubilee of Elizabeth II"),
    ],
)
def test_england_has_its_bank_holidays(day, name):
    assert bank_holiday(dt.date.fromisoformat(day)) == name


@pytest.mark.parametrize("day", ["2026-12-24", "2026-03-17", "2026-11-30", "2026-01-02", "2026-08-03", "2020-05-04"])
def test_what_is_a_holiday_in_scotland_or_ireland_or_was_moved_away_is_none(day):
    assert bank_holiday(dt.date.fromisoformat(day)) is None


@settings(deadline=None)  # the first question imports the package
@given(YEARS)
def test_easter_is_where_the_calendar_has_it(year):
    sunday = easter(year)
    assert bank_holiday(sunday - dt.timedelta(days=2)) == "Good Friday"
    assert bank_holiday(sunday + dt.timedelta(days=1)) == "Easter Monday"
    assert bank_holiday(sunday) is None


@settings(deadline=None)  # the first question imports the package
@given(YEARS)
def test_a_holiday_on_a_weekend_has_a_weekday_instead(year):
    for month, number in (CHRISTMAS, BOXING_DAY, NEW_YEAR):
        day = dt.date(year, month, number)
        if day.weekday() < 5:
            assert "substitute" not in bank_holiday(day)
            continue
        near = [bank_holiday(day + dt.timedelta(days=after)) or "" for after in (1, 2, 3)]
        assert any("substitute" in name for name in near), day


@settings(deadline=None)  # the first question imports the package
@given(YEARS)
def test_every_year_has_eight_weekdays_off_at_least(year):
    assert sum(day.weekday() < 5 for day in bank_holidays(year)) >= 8


@pytest.mark.parametrize("year", [1, 1999, 2100, 9999])
def test_of_years_that_nobody_plans_no_holiday_is_told(year):
    assert bank_holidays(year) == {}
