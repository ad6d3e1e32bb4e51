"""Reports of devices found in exams, and what the examining body was told and answered (clause 5.9).

A report is seen by who made it and by the headteacher, and never by the candidate or somebody of their family. Who
made it sees what was reported and whether it is open, not the outcome.
"""

import datetime as dt
from typing import NamedTuple

from database import prepared, writing
from fields import Parameter
from models import ExamReport, Guardian, Person
from rules.audit.record import record as record_event
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.clock import format_date
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import one_line, tidy
from rules.core.validation import first_errors, text_errors
from rules.exams import sittings
from rules.exams.sittings import LONGEST_NAME
from rules.people import classes

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
        """Return a copy with whitespace normalised; a sitting that was chosen gives the exam and the body."""
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
        """Return a copy with whitespace normalised."""
        return self._replace(reference=one_line(self.reference), outcome=tidy(self.outcome))


def report_errors(report, sat, pupils, family):
    """All errors of a report, as {field: message}.

    `sat` is the sitting it names or None, `pupils` are the ids of the active pupils, and `family` those of the
    reporter's own children, of whom somebody else reports.
    """
    texts = text_errors(
        report,
        ("device", LONGEST_DEVICE, "Say which device it was, for example its make and colour"),
        ("what_happened", 2000, "Say what happened"),
    )
    return first_errors(_exam(report, sat), _candidate(report, pupils, family), _found(report, sat), texts)


def _exam(report, sat):
    if report.sitting == ANOTHER:
        exam = ("exam", LONGEST_NAME, "Write which exam it was")
        yield from text_errors(report, exam, ("body", LONGEST_NAME, "Write the name of the examining body"))
    elif sat is None:
        yield "sitting", "Choose the exam from the list"


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
        yield "found_on", f"This exam is on {format_date(sat.day)}. Choose that day, or choose another exam"
    elif report.found_on < here.date() - OLDEST:
        yield "found_on", "That is more than a year ago. Check the year"
    if report.found_at is None:
        yield "found_at", "Write the time at which the device was found"
    elif report.found_on == here.date() and report.found_at > here.time():
        yield "found_at", "That time has not come yet today. Check the time"


def settlement_errors(settlement, found_on):
    """All errors of what was written down about a report, as {field: message}."""
    errors = {}
    told_on = settlement.body_told_on
    if told_on is None:
        errors["body_told_on"] = "Choose the day on which the examining body was told"
    elif told_on > clock.today():
        errors["body_told_on"] = "That day has not come yet. Choose today or an earlier day"
    elif told_on < found_on:
        errors["body_told_on"] = f"The device was found on {format_date(found_on)}. Choose that day or a later one"
    needed = "Write the examining body’s reference. It is needed to close the report" if settlement.outcome else None
    texts = text_errors(settlement, ("reference", LONGEST_REFERENCE, needed), ("outcome", 2000, None))
    return {**errors, **dict(texts)}


# --- Reports as they stand ----------------------------------------------------------------------------------


LONGEST_LIST = 200

Candidate = Person.alias("candidate_row")
Reporter = Person.alias("reporter_row")
Handler = Person.alias("handler_row")


class ExamReportView(NamedTuple):
    """A report as this reader may see it. Days and times are the school's, `reported_at` and `closed_at` aware, UTC.

    What the body was told and answered is empty for everybody but the headteacher.
    """

    id: int
    exam: str
    body: str
    found_on: dt.date
    found_at: dt.time
    candidate_name: str
    candidate_team: str
    born_on: dt.date | None
    candidate: int
    device: str
    what_happened: str
    reporter: str
    reported_at: dt.datetime
    body_told_on: dt.date | None
    reference: str
    outcome: str
    revision: int
    handler: str | None
    handled_by_reporter: bool
    closed_at: dt.datetime | None

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"exam-report:{self.id}"

    @property
    def open(self):
        """Whether it waits for its outcome."""
        return self.closed_at is None


# --- Reading ------------------------------------------------------------------------------------------------


def _may_see():
    """The condition that a report may be seen by the reader, who may settle it (`settles`) or has made it."""
    children = Guardian.select(Guardian.child).where(
        Guardian.parent == Parameter("reader"), Guardian.ended_at.is_null()
    )
    return (
        (ExamReport.reported_by == Parameter("reader")) | (Parameter("settles") == 1),
        ExamReport.candidate != Parameter("reader"),
        ExamReport.candidate.not_in(children),
    )


def _reports(*conditions):
    return (
        ExamReport.select(
            ExamReport.id,
            ExamReport.exam,
            ExamReport.body,
            ExamReport.found_on,
            ExamReport.found_at,
            Candidate.name.alias("candidate_name"),
            Candidate.team.alias("candidate_team"),
            Candidate.born_on,
            ExamReport.candidate.alias("candidate"),
            ExamReport.device,
            ExamReport.what_happened,
            Reporter.name.alias("reporter"),
            ExamReport.reported_at,
            ExamReport.body_told_on,
            ExamReport.reference,
            ExamReport.outcome,
            ExamReport.revision,
            Handler.name.alias("handler"),
            (ExamReport.handled_by == ExamReport.reported_by).alias("handled_by_reporter"),
            ExamReport.closed_at,
        )
        .join(Candidate, on=(ExamReport.candidate == Candidate.id))
        .switch(ExamReport)
        .join(Reporter, on=(ExamReport.reported_by == Reporter.id))
        .switch(ExamReport)
        .join(Handler, "LEFT JOIN", on=(ExamReport.handled_by == Handler.id))
        .where(*conditions)
        .order_by(ExamReport.closed_at.is_null(False), ExamReport.found_on.desc(), ExamReport.id.desc())
        .limit(LONGEST_LIST)
    )


_one = prepared(row=ExamReportView)(lambda: _reports(ExamReport.id == Parameter("id"), *_may_see()))
_all = prepared(row=ExamReportView)(lambda: _reports(*_may_see()))
_open = prepared(row=ExamReportView)(lambda: _reports(ExamReport.closed_at.is_null(), *_may_see()))


def _kept(actor, row):
    if actor.may(Permission.SETTLE_EXAM_REPORTS):
        return row
    return row._replace(born_on=None, body_told_on=None, reference="", outcome="", handler=None)


def _reader(actor):
    return {"reader": actor.id, "settles": int(actor.may(Permission.SETTLE_EXAM_REPORTS))}


def find(actor, report):
    """A report by id, for its reporter and for the headteacher; to everybody else it does not exist (NotFound)."""
    actor.must(Permission.REPORT_EXAM)
    row = _one.one(id=report, **_reader(actor)) if 0 < report < 2**63 else None
    if row is None:
        raise NotFound
    return _kept(actor, row)


def seen_by(actor):
    """The reports that this person may see: the open ones first, then the latest."""
    return [_kept(actor, row) for row in _all.rows(**_reader(actor))]


def waiting_reports(actor):
    """The open reports that wait for this person, with `id`, `candidate_name`, `exam` and `found_on`."""
    if not actor.may(Permission.SETTLE_EXAM_REPORTS):
        return []
    return [_kept(actor, row) for row in _open.rows(**_reader(actor))]


@prepared
def _of_candidate():
    return (
        ExamReport.select(
            ExamReport.id,
            ExamReport.exam,
            ExamReport.body,
            ExamReport.found_on,
            ExamReport.found_at,
            ExamReport.closed_at.is_null().alias("open"),
        )
        .where(ExamReport.candidate == Parameter("person"))
        .order_by(ExamReport.found_on, ExamReport.found_at, ExamReport.id)
    )


def of_candidate(person):
    """What was reported of a candidate (by id), the oldest first: exam, body, day, time, `open`; no text of people."""
    return _of_candidate.rows(person=person)


# --- Making and settling a report ---------------------------------------------------------------------------


CHOOSE_FROM = dt.timedelta(days=14)  # sittings so old can still be reported by choosing them


def to_choose_from():
    """The sittings that a report can name: today's and those of the last 14 days, the latest first."""
    return sittings.without_names(clock.today() - CHOOSE_FROM, clock.today())[::-1]


@prepared
def _children():
    return Guardian.select(Guardian.child.alias("child")).where(
        Guardian.parent == Parameter("parent"), Guardian.ended_at.is_null()
    )


def _sitting_of(report):
    return next((sitting for sitting in to_choose_from() if str(sitting.id) == report.sitting), None)


def validate(actor, report):
    """What is wrong with a report that this person wants to make, as {field: message}."""
    sat = _sitting_of(report)
    family = {row.child for row in _children.rows(parent=actor.id)}
    return report_errors(report.cleaned(sat), sat, {pupil.id for pupil in classes.pupils()}, family | {actor.id})


def make(actor, report):
    """Save a report; returns its id. The same one sent twice is one. Raises Invalid with the errors by field."""
    actor.must(Permission.REPORT_EXAM)
    with writing():
        if errors := validate(actor, report):
            raise Invalid(errors)
        sat = _sitting_of(report)
        columns = {key: value for key, value in report.cleaned(sat)._asdict().items() if key != "sitting"}
        return _made_before(actor, columns) or _keep(actor, columns, sat)


def _made_before(actor, columns):
    same = [getattr(ExamReport, name) == value for name, value in columns.items()]
    row = ExamReport.get_or_none(ExamReport.reported_by == actor.id, *same)
    return row and row.id


def _keep(actor, columns, sat):
    values = {**columns, "sitting": sat and sat.id, "reported_by": actor.id, "reported_at": clock.now()}
    report = ExamReport.insert(**values).execute()
    record_event("exam-report-made", actor=actor.id, person=columns["candidate"], about=f"exam-report:{report}")
    return report


def settle(actor, report, revision, settlement):
    """Write down what the examining body was told and answered; an outcome closes the report.

    `revision` is the one that was on the page: if the report was changed or closed since, Conflict is raised. A school
    has one headteacher, so they may settle what they reported themselves; the report says who did. Raises Invalid.
    """
    actor.must(Permission.SETTLE_EXAM_REPORTS)
    settlement = settlement.cleaned()
    with writing():
        current = find(actor, report)
        if not current.open or current.revision != revision:
            raise _moved(current)
        if errors := settlement_errors(settlement, current.found_on):
            raise Invalid(errors)
        written = settlement._asdict()
        if all(getattr(current, name) == value for name, value in written.items()):
            return
        _write(actor, current, written)


def _write(actor, report, written):
    closed = bool(written["outcome"])
    changed = ExamReport.update(
        **written,
        revision=report.revision + 1,
        handled_by=actor.id,
        closed_at=clock.now() if closed else None,
    ).where(ExamReport.id == report.id, ExamReport.revision == report.revision, ExamReport.closed_at.is_null())
    if not changed.execute():
        raise _moved(find(actor, report.id))
    for event, happened in (
        (
            "exam-report-told",
            (report.body_told_on, report.reference) != (written["body_told_on"], written["reference"]),
        ),
        ("exam-report-closed", closed),
    ):
        if happened:
            record_event(event, actor=actor.id, person=report.candidate, about=report.record)


def _moved(report):
    """The error to raise where a report is not as it was on the page."""
    done = "changed" if report.open else "closed"
    return Conflict(f"{report.handler or 'Somebody'} has {done} this report meanwhile.", report)
