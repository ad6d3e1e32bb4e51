"""Checks that many forms share. Each says what is wrong in words for whoever typed it, and how to mend it."""

import datetime as dt

from rules.core import clock
from rules.core.clock import format_time

FURTHEST_AHEAD = dt.timedelta(days=366)


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
