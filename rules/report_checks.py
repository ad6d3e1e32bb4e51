"""What makes a report from an exam unfit to be sent or settled, said at the field where it can be mended."""

import datetime as dt
from typing import NamedTuple

from rules import clock
from rules.clock import say_date
from rules.exam_checks import LONGEST_NAME
from rules.text import one_line, text_error, tidy

LONGEST_DEVICE = 200
LONGEST_REFERENCE = 100
ANOTHER = "another"  # the exam is none of the sittings that were entered
OLDEST = dt.timedelta(days=366)


class Report(NamedTuple):
    """What a member of staff reports. `sitting` is the id of one as text, or ANOTHER with `exam` and `body` typed.

    `candidate` is the id of a pupil; day and time are the school's.
    """

    sitting: str
    exam: str
    body: str
    candidate: int | None
    found_on: dt.date | None
    found_at: dt.time | None
    device: str
    what_happened: str

    def cleaned(self, sat):
        """The same with tidy texts; the exam and the body are those of the sitting, where one was chosen."""
        return self._replace(
            exam=sat.exam if sat else one_line(self.exam),
            body=sat.body if sat else one_line(self.body),
            device=one_line(self.device),
            what_happened=tidy(self.what_happened),
        )


class Settlement(NamedTuple):
    """What the examining body was told and answered. An outcome closes the report."""

    body_told_on: dt.date | None
    reference: str = ""
    outcome: str = ""

    def cleaned(self):
        """The same with tidy texts."""
        return self._replace(reference=one_line(self.reference), outcome=tidy(self.outcome))


def report_errors(report, sat, pupils, family):
    """All errors of a report, as {field: message}.

    `sat` is the sitting it names or None, `pupils` are the ids of the active pupils, and `family` those of the
    reporter's own children, of whom somebody else reports.
    """
    errors = {}
    for check in (_exam(report, sat), _candidate(report, pupils, family), _found(report, sat), _texts(report)):
        for field, message in check:
            errors.setdefault(field, message)
    return errors


def _exam(report, sat):
    if report.sitting != ANOTHER:
        if sat is None:
            yield "sitting", "Choose the exam from the list"
        return
    for field, text, missing in (
        ("exam", report.exam, "Write which exam it was"),
        ("body", report.body, "Write the name of the examining body"),
    ):
        error = text_error(text, LONGEST_NAME) if text else missing
        if error:
            yield field, error


def _candidate(report, pupils, family):
    if report.candidate not in pupils:
        yield "candidate", "Choose the candidate from the list"
    elif report.candidate in family:
        yield "candidate", "Somebody else has to report this, because you belong to this pupil’s family"


def _found(report, sat):
    here = clock.local(clock.now())
    if report.found_on is None:
        yield "found_on", "Choose the day on which the device was found"
    elif report.found_on > here.date():
        yield "found_on", "That day has not come yet. Choose today or an earlier day"
    elif sat and report.found_on != sat.day:
        yield "found_on", f"This exam is on {say_date(sat.day)}. Choose that day, or choose another exam"
    elif report.found_on < here.date() - OLDEST:
        yield "found_on", "That is more than a year ago. Check the year"
    if report.found_at is None:
        yield "found_at", "Write the time at which the device was found"
    elif report.found_on == here.date() and report.found_at > here.time():
        yield "found_at", "That time has not come yet today. Check the time"


def _texts(report):
    for field, text, longest, missing in (
        ("device", report.device, LONGEST_DEVICE, "Say which device it was, for example its make and colour"),
        ("what_happened", report.what_happened, 2000, "Say what happened"),
    ):
        error = text_error(text, longest) if text else missing
        if error:
            yield field, error


def settlement_errors(settlement, found_on):
    """All errors of what was written down about a report, as {field: message}."""
    errors = {}
    told = settlement.body_told_on
    if told is None:
        errors["body_told_on"] = "Choose the day on which the examining body was told"
    elif told > clock.today():
        errors["body_told_on"] = "That day has not come yet. Choose today or an earlier day"
    elif told < found_on:
        errors["body_told_on"] = f"The device was found on {say_date(found_on)}. Choose that day or a later one"
    if error := text_error(settlement.reference, LONGEST_REFERENCE):
        errors["reference"] = error
    elif settlement.outcome and not settlement.reference:
        errors["reference"] = "Write the examining body’s reference. It is needed to close the report"
    if error := text_error(settlement.outcome, 2000):
        errors["outcome"] = error
    return errors
