"""A line of a day's list in words: its device, its places, and what else is to be known of it."""

import datetime as dt
import json

from rules.core import clock
from rules.today.day_list import ALL_DAY, LATER, SESSION_KINDS, VISITOR_KINDS


def device_words(line, policy):
    """The device of a line: its kind and which one."""
    kind = policy.devices.get(line.device_kind)
    return f"{kind['name']}: {line.device}" if kind else line.device


def notes_of(line):
    """What else is to be known of a line today, in words: stopped, started, exams."""
    if line.stopped:
        yield f"Stopped at {_say(line.stopped)}"
    if line.began:
        yield f"Started at {_say(line.began)}"
    elif line.kind in VISITOR_KINDS and not line.stopped and line.when == LATER:
        yield "While signed in as a visitor"
    elif line.kind in SESSION_KINDS and not line.stopped and line.when in {LATER, ALL_DAY}:
        yield "Not started"
    for span in line.exam.split():
        start, end = span.split("-")
        allowed = f"exam allowed, reference {line.exam_permission}" if line.exam_permission else "not in the exam"
        yield f"{allowed[:1].upper()}{allowed[1:]}, {_say(start)} to {_say(end)}"
    if line.absent:
        yield f"Not {line.absent}: in an exam"


def _say(time):
    return clock.format_time(dt.time.fromisoformat(time))


def ends(line):
    """When a line ends on its last day, as an aware moment in ISO 8601: what a countdown counts to."""
    return clock.at(dt.date.fromisoformat(line.ends_on), dt.time.fromisoformat(line.ends_at)).isoformat()


def place_words(line, policy):
    """The places of a line, by name."""
    return policy.zone_names(json.loads(line.zones))
