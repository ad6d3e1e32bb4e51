"""The bank holidays of England, those that move to a Monday too. Their names are the package’s, a little mended."""

from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2000, 2099


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
    # Only here, at the first question: the package takes longer to import than a page to make.
    from holidays.countries.united_kingdom import UnitedKingdom

    found = UnitedKingdom(subdiv="ENG", years=year).items()
    return {day: _in_our_words(name) for day, name in found if day.year == year}


def _in_our_words(name):
    return name.replace("(observed)", "(substitute day)").replace("'", "’")
