"""The bank holidays of England, those that move to a Monday too. A test compares them with the package `holidays`.

The package itself takes longer to import than a page to make, and twelve megabytes for as long as the program runs.
"""

import datetime as dt
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2000, 2099
MONDAY, SATURDAY = 0, 5
# What Parliament or the Crown has moved or added, once each.
MOVED = {
    ("Spring Bank Holiday", 2002): dt.date(2002, 6, 4),
    ("Spring Bank Holiday", 2012): dt.date(2012, 6, 4),
    ("May Day", 2020): dt.date(2020, 5, 8),
    ("Spring Bank Holiday", 2022): dt.date(2022, 6, 2),
}
ADDED = {
    dt.date(2002, 6, 3): "Golden Jubilee of Elizabeth II",
    dt.date(2011, 4, 29): "Wedding of William and Catherine",
    dt.date(2012, 6, 5): "Diamond Jubilee of Elizabeth II",
    dt.date(2022, 6, 3): "Platinum Jubilee of Elizabeth II",
    dt.date(2022, 9, 19): "State Funeral of Queen Elizabeth II",
    dt.date(2023, 5, 8): "Coronation of Charles III",
}


def bank_holiday(day):
    """What the bank holiday on a day is called, or None; none is known outside the years 2000 to 2099.

    >>> from datetime import date
    >>> bank_holiday(date(2026, 12, 28))
    'Boxing Day (substitute day)'
    """
    return bank_holidays(day.year).get(day)


@lru_cache(maxsize=8)
def bank_holidays(year):
    """The bank holidays of a year, as {day: name}. It depends on the year alone."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    good_friday = _easter(year) - dt.timedelta(days=2)
    days = {
        "New Year’s Day": dt.date(year, 1, 1),
        "Good Friday": good_friday,
        "Easter Monday": good_friday + dt.timedelta(days=3),
        "May Day": _monday_from(dt.date(year, 5, 1)),
        "Spring Bank Holiday": _monday_from(dt.date(year, 5, 25)),
        "Late Summer Bank Holiday": _monday_from(dt.date(year, 8, 25)),
        "Christmas Day": dt.date(year, 12, 25),
        "Boxing Day": dt.date(year, 12, 26),
    }
    holidays = {MOVED.get((name, year), day): name for name, day in days.items()}
    holidays |= {day: name for day, name in ADDED.items() if day.year == year}
    for name in ("New Year’s Day", "Christmas Day", "Boxing Day"):
        if days[name].weekday() >= SATURDAY:
            holidays[_next_working_day(days[name], holidays)] = f"{name} (substitute day)"
    return holidays


def _monday_from(day):
    """The first Monday on a day or after it."""
    return day + dt.timedelta(days=(MONDAY - day.weekday()) % 7)


def _next_working_day(day, holidays):
    """The first weekday after a day that is no holiday yet."""
    while day.weekday() >= SATURDAY or day in holidays:
        day += dt.timedelta(days=1)
    return day


def _easter(year):
    """Easter Sunday, reckoned by the rule of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)
