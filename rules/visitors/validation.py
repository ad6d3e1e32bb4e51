"""What makes a visit unfit to be announced, said at the field where it can be mended (clause 6)."""

import datetime as dt
from typing import NamedTuple

from enums import VisitorKind
from rules.core import clock
from rules.core.text import name_key, one_line, text_error, words_of
from rules.core.validation import FURTHEST_AHEAD, day_error, first_errors, text_errors

LONGEST_NAME = 200
MOST_NAMES = 40
TEXTS = (
    ("organisation", 120, None),
    ("purpose", 300, "Write in a few words why they come"),
    ("vehicle", 60, None),
)


class VisitDetails(NamedTuple):
    """What is said of a visit. `host` is a person's id, `kind` the value of a VisitorKind; days and times are the
    school's. `more_names` are those who come with the first one: each of them becomes a visit.
    """

    name: str
    organisation: str
    kind: str
    host: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    purpose: str
    expected_at: dt.time | None = None
    expected_until: dt.time | None = None
    vehicle: str = ""
    more_names: tuple = ()

    def cleaned(self):
        """Return a copy with each text on one line, each name once, and one day where no last day was given."""
        name = one_line(self.name)
        by_key = {}
        if self.more_names:
            by_key = {name_key(line): one_line(line) for line in reversed(self.more_names) if line.strip()}
            by_key.pop(name_key(name), None)
        return self._replace(
            name=name,
            organisation=one_line(self.organisation),
            purpose=one_line(self.purpose),
            vehicle=one_line(self.vehicle),
            more_names=tuple(reversed(by_key.values())),
            ends_on=self.ends_on or self.starts_on,
        )


def errors_in(details, hosts, current=None):
    """All errors of a visit that is announced, or of the changes to one (`current`), as {field: message}.

    `hosts` are the people who can be visited, by id. The details are cleaned.
    """
    texts, choices = text_errors(details, *TEXTS), _choices(details, hosts, current)
    return first_errors(_names(details), texts, choices, _days(details, current), _times(details))


def name_error(name):
    """Why a name cannot be kept, in words, or None. “Null” is a name, and so is 李."""
    if error := text_error(name, LONGEST_NAME):
        return error
    # Signs such as the modifier apostrophe are letters to Python, but no word by which somebody is found.
    return None if any(map(str.isalpha, "".join(words_of(name)))) else "Write a name with at least one letter"


def _names(details):
    if error := name_error(details.name) if details.name else "Write the visitor’s name":
        yield "name", error
    if len(details.more_names) >= MOST_NAMES:
        yield "more_names", f"Announce {MOST_NAMES} visitors or fewer at once"
    for name in details.more_names[:MOST_NAMES]:
        if error := name_error(name):
            yield "more_names", f"{error}: line {details.more_names.index(name) + 1}"


def _choices(details, hosts, current):
    if details.kind not in set(VisitorKind):
        yield "kind", "Choose who comes"
    if details.host not in hosts and not (current and details.host == current.host):
        yield "host", "Choose whom they visit"


def _days(details, current):
    first, last = details.starts_on, details.ends_on
    if error := day_error(first, "Choose the day of the visit", unchanged=current and current.starts_on):
        yield "starts_on", error
    elif last < first:
        yield "ends_on", "The last day is before the first day. Choose the same day or a later one"
    elif current and last < clock.today():
        yield "ends_on", "That day is in the past. Choose today or a later day"
    elif last > first + FURTHEST_AHEAD:
        yield "ends_on", "That is more than a year after the first day. Choose an earlier day"


def _times(details):
    start, end = details.expected_at, details.expected_until
    if end and not start:
        yield "expected_at", "Write the time at which they come as well"
    elif end and end <= start:
        yield "expected_until", "The end time must be after the start time"
    elif end and details.ends_on == clock.today() and clock.at(details.ends_on, end) <= clock.now():
        yield "expected_until", "That time has passed today. Choose a later time or another day"


def carries_errors(carries, policy):
    """What is wrong with the kinds of device that a visitor is said to carry, as {field: message}."""
    known = set(carries) <= policy.devices.keys()
    return {} if known else {"carries": "Choose from the list what they have with them"}
