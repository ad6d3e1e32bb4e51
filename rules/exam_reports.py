"""Reports of devices found in exams, and what the examining body was told and answered (clause 5.9).

A report is seen by who made it and by the headteacher, and never by the candidate or somebody of their family.
Who made it sees what was reported and whether it is open, not the outcome.
"""

import datetime as dt
from typing import NamedTuple

from database import prepared
from fields import Parameter
from models import ExamReport, Guardian, Person
from rules.errors import NotFound
from rules.roles import Permission

LONGEST_LIST = 200

Candidate = Person.alias("candidate_row")
Reporter = Person.alias("reporter_row")
Handler = Person.alias("handler_row")


class Kept(NamedTuple):
    """A report as this reader may see it. Days and times are the school's, `reported_at` and `closed_at` aware, UTC.

    For who is not the headteacher, what the body was told and answered is empty.
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


_one = prepared(row=Kept)(lambda: _reports(ExamReport.id == Parameter("id"), *_may_see()))
_all = prepared(row=Kept)(lambda: _reports(*_may_see()))
_open = prepared(row=Kept)(lambda: _reports(ExamReport.closed_at.is_null(), *_may_see()))


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
