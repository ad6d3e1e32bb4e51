"""What makes an exam sitting unfit to be kept, said at the field where it can be mended (clause 5.9)."""

import datetime as dt
from typing import NamedTuple

from rules import clock
from rules.clock import say_date, say_time
from rules.sittings import key_of
from rules.text import one_line, text_error
from rules.validation import time_errors

LONGEST_NAME = 120
FURTHEST_AHEAD = dt.timedelta(days=366)
NAMED = 3  # so many clashes are told one by one
NO_TIMES = ("Choose the time at which the exam starts", "Choose the time at which the exam ends")


class Details(NamedTuple):
    """What is entered of a sitting. `candidates` are ids of pupils; days and times are the school's."""

    exam: str
    body: str
    day: dt.date | None
    starts_at: dt.time | None
    ends_at: dt.time | None
    zone: str
    candidates: tuple = ()

    def cleaned(self):
        """The same with the texts on one line, and each candidate once."""
        return self._replace(
            exam=one_line(self.exam), body=one_line(self.body), candidates=tuple(sorted(set(self.candidates)))
        )


def errors_in(details, policy, pupils, others):
    """All errors of a sitting, as {field: message}; empty when it can be kept.

    `pupils` are the rows of the active pupils by id; `others` are the other sittings of that day.
    """
    errors = dict(_texts(details))
    times = time_errors(details, details.day, policy, NO_TIMES)
    for check in (_day(details), times, _choices(details, policy, pupils)):
        for field, message in check:
            errors.setdefault(field, message)
    if not errors:
        errors.update(_clashes(details, pupils, others))
    return errors


def _texts(details):
    for field, text, missing in (
        ("exam", details.exam, "Write which exam it is"),
        ("body", details.body, "Write the name of the examining body"),
    ):
        error = text_error(text, LONGEST_NAME) if text else missing
        if error:
            yield field, error


def _day(details):
    today = clock.today()
    if details.day is None:
        yield "day", "Choose the day of the exam"
    elif details.day < today:
        yield "day", "That day is in the past. Choose today or a later day"
    elif details.day > today + FURTHEST_AHEAD:
        yield "day", "That is more than a year away. Choose an earlier day"


def _choices(details, policy, pupils):
    if details.zone not in policy.zones:
        yield "zone", "Choose the room from the list"
    if not details.candidates:
        yield "candidates", "Choose at least one candidate"
    elif not pupils.keys() >= set(details.candidates):
        yield "candidates", "Choose candidates from the list"


def _clashes(details, pupils, others):
    """The same sitting twice, or a candidate who would have to be in two exams at once."""
    if any(key_of(other) == key_of(details) for other in others):
        when = f"{say_date(details.day)}, {say_time(details.starts_at)}"
        yield "exam", f"This exam has been entered already for {when}. Change that sitting instead"
        return
    told = [
        f"{pupils[pupil].name} sits {_say(other)}"
        for other in others
        if other.starts_at < details.ends_at and other.ends_at > details.starts_at
        for pupil in sorted(other.pupils & set(details.candidates))
    ]
    if told:
        more = f", and there are {len(told) - NAMED} more" if len(told) > NAMED else ""
        yield "candidates", f"{'; '.join(told[:NAMED])} on that day{more}. Nobody can sit two exams at the same time"


def _say(exam):
    return f"{exam.exam} ({exam.body}) {say_time(exam.starts_at)} to {say_time(exam.ends_at)}"
