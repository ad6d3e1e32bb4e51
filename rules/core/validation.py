"""Checks that many forms share. Each says what is wrong in words for whoever typed it, and how to mend it."""

import datetime as dt

from rules.core import clock
from rules.core.clock import format_time
from rules.core.text import text_error

FURTHEST_AHEAD = dt.timedelta(days=366)


def first_errors(*checks):
    """The first message for each field, as {field: message}, of checks that each yield (field, message)."""
    errors = {}
    for check in checks:
        for field, message in check:
            errors.setdefault(field, message)
    return errors


def text_errors(details, *fields):
    """What is wrong with the texts of something, as (field, message).

    Each of `fields` is a name, the longest length, and the sentence for an empty text, or None where it may be empty.
    """
    for field, longest, missing in fields:
        if error := text_error(getattr(details, field), longest, missing):
            yield field, error


def day_error(day, missing, unchanged=None):
    """What is wrong with a day that must be today or within a year, in words, or None.

    `missing` is the sentence for no day; `unchanged` is a day that stays allowed although it has passed.
    """
    today = clock.today()
    if day is None:
        return missing
    if day < today and day != unchanged:
        return "That day is in the past. Choose today or a later day"
    if day > today + FURTHEST_AHEAD:
        return "That is more than a year away. Choose an earlier day"
    return None


def span_errors(starts_on, ends_on):
    """What is wrong with days from today on, as {field: message}. `ends_on` is None where there is no last day."""
    if starts_on < clock.today():
        return {"starts_on": "The first day is in the past. Choose today or a later day"}
    if ends_on and ends_on < starts_on:
        return {"ends_on": "The last day is before the first day. Choose the same day or a later one"}
    return {}


def time_errors(asked, last_day, policy, missing):
    """What is wrong with the times `starts_at` and `ends_at` of something, as (field, message).

    `last_day` is the day on which it ends, or None; `missing` are the words for times that were not given.
    """
    times = (("starts_at", asked.starts_at), ("ends_at", asked.ends_at))
    for (field, time), words in zip(times, missing, strict=True):
        if time is None:
            yield field, words
        elif not policy.opens <= time <= policy.closes:
            yield field, f"Choose a time between {format_time(policy.opens)} and {format_time(policy.closes)}"
    if asked.starts_at and asked.ends_at and asked.ends_at <= asked.starts_at:
        yield "ends_at", "The end time must be after the start time"
    elif asked.ends_at and last_day == clock.today() and clock.at(last_day, asked.ends_at) <= clock.now():
        yield "ends_at", "That time has passed today. Choose a later time or another day"
