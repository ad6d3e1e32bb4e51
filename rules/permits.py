"""An exemption as *may I?* sees it: what it opens, where, and whether it holds at a moment.

Pure: the moment and the exams come in as arguments, there is neither a clock nor a database in here.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from models import State
from rules.clock import say_time
from rules.doors import Door
from rules.exemption_kinds import Kind
from rules.requests import is_open, last_open_day


class Hold(StrEnum):
    """Whether an exemption holds at a moment, or the first thing that keeps it from holding (invariant 1)."""

    IN_FORCE = "in force"
    UNSIGNED = "waits for a signature"
    EXAM = "suspended in an exam"
    NOT_STARTED = "the lesson activity has not been started"
    NOT_HERE = "the visitor is not signed in"
    NOT_NOW = "not at this time"
    NOWHERE = "the policy no longer has any of its places"
    OVER = "over, or never approved"


# What a permission slip says of each; an exemption in force adds until when.
VERDICTS = {
    Hold.IN_FORCE: "Permitted now",
    Hold.UNSIGNED: "Not yet: the agreement waits for a signature",
    Hold.EXAM: "Not permitted during the exam",
    Hold.NOT_STARTED: "Not started",
    Hold.NOT_HERE: "Not permitted: not signed in at reception",
    Hold.NOT_NOW: "Not permitted at this time",
    Hold.NOWHERE: "Not permitted: the policy no longer allows it in any of these places",
    Hold.OVER: "No longer permitted",
}
if VERDICTS.keys() != set(Hold):
    raise AssertionError("every hold needs its words")


@dataclass(frozen=True)
class Permit:
    """An exemption at one moment. `zones` are its places that the policy still has, `until` is a time of the school's
    clock, None where it holds all day.

    `own`: it is about somebody's own device, not one of the school. `in_exams`: the examining body has agreed that
    the device is used in an exam (clause 5.9).
    """

    id: int
    kind: Kind
    device: str
    zones: tuple
    hold: Hold
    until: dt.time | None = None
    own: bool = True
    in_exams: bool = False

    @property
    def in_force(self):
        """Whether it permits use at that moment."""
        return self.hold is Hold.IN_FORCE

    @property
    def until_words(self):
        """Until when it holds on that day, in words: nothing where it holds all day."""
        return f" until {say_time(self.until)}" if self.until else ""

    @property
    def verdict(self):
        """What a permission slip says."""
        until = f", until {say_time(self.until)}" if self.in_force and self.until else ""
        return VERDICTS[self.hold] + until


def permit_of(case, day, time, exam):
    """A case (`rules/case.py`) at a day and time of the school's clock. `exam`: its user sits an exam then."""
    kind = case.kind
    own = kind.opens is not Door.SCHOOL and (not kind.own_purposes or case.purpose in kind.own_purposes)
    return Permit(
        *(case.id, kind, case.device_kind, case.places),
        _hold(case, day, time, exam and not case.exam_permission),
        None if kind.all_day else case.ends_at,
        own,
        bool(case.exam_permission),
    )


def _hold(case, day, time, suspended):
    open_now = is_open(case, day) and (case.kind.all_day or case.starts_at <= time < case.ends_at)
    gone = case.visitor_left or not case.subject_active
    if case.state is not State.APPROVED or gone or _is_over(case, day, time):
        return Hold.OVER
    if not case.places:
        return Hold.NOWHERE
    if case.kind.agreement and case.signed_at is None:
        return Hold.UNSIGNED
    if suspended and open_now:
        return Hold.EXAM
    if case.kind.session and case.session_began is None and open_now:
        return Hold.NOT_STARTED
    if case.kind.for_visitor and not case.visitor_here:
        return Hold.NOT_HERE
    return Hold.IN_FORCE if open_now else Hold.NOT_NOW


def _is_over(case, day, time):
    last = last_open_day(case) or case.ends_on
    return day > last or (day == last and not case.kind.all_day and time >= case.ends_at)
