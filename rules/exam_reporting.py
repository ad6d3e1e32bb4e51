"""Making a report of a device found in an exam, and settling it with the examining body (clause 5.9)."""

import datetime as dt

from database import prepared, writing
from fields import Parameter
from models import ExamReport, Guardian
from rules import audit, classes, clock, exam_reports, sittings
from rules.errors import Conflict, Invalid
from rules.report_checks import report_errors, settlement_errors
from rules.roles import Permission

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
    return next((each for each in to_choose_from() if str(each.id) == report.sitting), None)


def validate(actor, report):
    """What is wrong with a report that this person wants to make, as {field: message}."""
    sat = _sitting_of(report)
    family = {row.child for row in _children.rows(parent=actor.id)}
    return report_errors(report.cleaned(sat), sat, {pupil.id for pupil in classes.pupils()}, family | {actor.id})


def make(actor, report):
    """Keep a report; returns its id. The same one sent twice is one. Raises Invalid with the errors by field."""
    actor.must(Permission.REPORT_EXAM)
    with writing():
        if found := validate(actor, report):
            raise Invalid(found)
        sat = _sitting_of(report)
        columns = {key: value for key, value in report.cleaned(sat)._asdict().items() if key != "sitting"}
        return _made_before(actor, columns) or _keep(actor, columns, sat)


def _made_before(actor, columns):
    same = [getattr(ExamReport, name) == value for name, value in columns.items()]
    kept = ExamReport.get_or_none(ExamReport.reported_by == actor.id, *same)
    return kept and kept.id


def _keep(actor, columns, sat):
    given = {**columns, "sitting": sat and sat.id, "reported_by": actor.id, "reported_at": clock.now()}
    kept = ExamReport.insert(**given).execute()
    audit.record("exam-report-made", actor=actor.id, person=columns["candidate"], about=f"exam-report:{kept}")
    return kept


def settle(actor, report, revision, settlement):
    """Write down what the examining body was told and answered; an outcome closes the report.

    `revision` is the one that was on the page: if the report was changed or closed since, Conflict is raised. A school
    has one headteacher, so they may settle what they reported themselves; the report says who did. Raises Invalid.
    """
    actor.must(Permission.SETTLE_EXAM_REPORTS)
    settlement = settlement.cleaned()
    with writing():
        kept = exam_reports.find(actor, report)
        if not kept.open or kept.revision != revision:
            raise _moved(kept)
        if found := settlement_errors(settlement, kept.found_on):
            raise Invalid(found)
        written = settlement._asdict()
        if all(getattr(kept, name) == value for name, value in written.items()):
            return
        _write(actor, kept, written)


def _write(actor, kept, written):
    closed = bool(written["outcome"])
    changed = ExamReport.update(
        **written,
        revision=kept.revision + 1,
        handled_by=actor.id,
        closed_at=clock.now() if closed else None,
    ).where(ExamReport.id == kept.id, ExamReport.revision == kept.revision, ExamReport.closed_at.is_null())
    if not changed.execute():
        raise _moved(exam_reports.find(actor, kept.id))
    for event, happened in (
        ("exam-report-told", (kept.body_told_on, kept.reference) != (written["body_told_on"], written["reference"])),
        ("exam-report-closed", closed),
    ):
        if happened:
            audit.record(event, actor=actor.id, person=kept.candidate, about=kept.record)


def _moved(report):
    """What to raise where a report is not as it was on the page."""
    done = "changed" if report.open else "closed"
    return Conflict(f"{report.handler or 'Somebody'} has {done} this report meanwhile.", report)
