"""What many forms share: the sentence that each field shows, and which of two is shown."""

import datetime as dt
from types import SimpleNamespace

import pytest

from rules.core import clock
from rules.core.validation import day_error, first_errors, span_errors, text_errors

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)
YEAR = 366 * DAY
PAST = "That day is in the past. Choose today or a later day"
FAR = "That is more than a year away. Choose an earlier day"


@pytest.fixture(autouse=True)
def monday():
    """The school's clock stopped."""
    with clock.frozen(clock.at(TODAY, dt.time(10))):
        yield


def test_a_field_shows_what_was_found_first():
    checks = ([("reason", "first"), ("day", "only")], iter([("reason", "second")]))
    assert first_errors(*checks) == {"reason": "first", "day": "only"}


@pytest.mark.parametrize(
    ("text", "missing", "shown"),
    [
        ("", "Say why", "Say why"),
        (" \n", "Say why", "Say why"),
        ("", None, None),
        ("x" * 10, "Say why", None),
        ("x" * 11, "Say why", "Use 10 characters or fewer. You have used 11"),
        ("x" * 11, None, "Use 10 characters or fewer. You have used 11"),
    ],
)
def test_a_text_is_asked_for_where_it_is_required_and_never_too_long(text, missing, shown):
    errors = dict(text_errors(SimpleNamespace(reason=text), ("reason", 10, missing)))
    assert errors == ({"reason": shown} if shown else {})


@pytest.mark.parametrize(
    ("day", "unchanged", "shown"),
    [
        (None, None, "Choose the day"),
        (TODAY - DAY, None, PAST),
        (TODAY - DAY, TODAY - 2 * DAY, PAST),
        (TODAY - DAY, TODAY - DAY, None),
        (TODAY, None, None),
        (TODAY + YEAR, None, None),
        (TODAY + YEAR + DAY, None, FAR),
    ],
)
def test_a_day_is_from_today_until_a_year_away(day, unchanged, shown):
    assert day_error(day, "Choose the day", unchanged) == shown


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        (TODAY - DAY, TODAY - 2 * DAY, {"starts_on"}),
        (TODAY, TODAY - DAY, {"ends_on"}),
        (TODAY, TODAY, set()),
        (TODAY, None, set()),
    ],
)
def test_days_begin_today_at_the_earliest_and_do_not_end_before_they_begin(first, last, wrong):
    assert set(span_errors(first, last)) == wrong
