"""The forms of exams: a sitting, a report, and what became of a report."""

from wtforms.fields import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from blueprints.core.fields import DayField, TimeField
from blueprints.core.forms import StrictForm
from rules.core.clock import format_short_date, format_time
from rules.exams import reports, sittings
from rules.exams.reports import ANOTHER, Report, Settlement
from rules.exams.sittings import SittingDetails
from rules.people import classes
from rules.policy.in_force import policy_in_force

NOBODY = 0  # the id of no pupil, for a choice that is not on the list


class ExamForm(StrictForm):
    """A form that says at once what cannot be read and what the rules find wrong with the rest."""

    def add_other_errors(self, errors):
        """Show the errors of a rule at the fields that could be read."""
        self.add_errors({name: message for name, message in errors.items() if not self[name].errors})


class SittingForm(ExamForm):
    """A sitting, and a box for each pupil."""

    seen = HiddenField()
    exam = StringField("Exam")
    body = StringField("Examining body")
    day = DayField("Day")
    starts_at = TimeField("From")
    ends_at = TimeField("To")
    zone = SelectField("Room", validate_choice=False)
    candidates = SelectMultipleField("Candidates", validate_choice=False)

    def details(self):
        """What was entered, as the rules take it."""
        return SittingDetails(
            self.exam.data or "",
            self.body.data or "",
            self.day.data,
            self.starts_at.data,
            self.ends_at.data,
            self.zone.data or "",
            tuple(self.pupils.get(value, NOBODY) for value in self.candidates.data or ()),
        )


def sitting_form(actor, exam=None, fresh=False):
    """The form of a sitting: empty, with the usual room when `fresh`, or filled in as it was entered.

    `classes` are the pupils to choose from, as (class, [(value, label)]): one list of boxes for each class. `pupils`
    are their ids by value.
    """
    values = {"zone": sittings.ROOM} if fresh else {}
    if exam:
        values = {**exam._asdict(), "seen": exam.seen, "candidates": [str(pupil) for pupil in exam.pupils]}
    form = SittingForm(data=values)
    form.zone.choices = [(key, zone["name"]) for key, zone in policy_in_force().zones.items()]
    by_class = classes.known_by_class(actor)
    labels = classes.labels([pupil for pupils in by_class.values() for pupil in pupils])
    form.pupils = {str(pupil): pupil for pupil in labels}
    form.classes = [
        (name, [(str(pupil.id), labels[pupil.id]) for pupil in pupils]) for name, pupils in by_class.items()
    ]
    return form


class ReportForm(ExamForm):
    """A device that was found in an exam."""

    sitting = SelectField("Which exam?", validate_choice=False)
    exam = StringField("Exam")
    body = StringField("Examining body")
    candidate = SelectField("Candidate", validate_choice=False)
    found_on = DayField("Day")
    found_at = TimeField("Time")
    device = StringField("Which device was it?")
    what_happened = TextAreaField("What happened?")

    def report(self):
        """What was reported, as the rules take it."""
        known = {key: int(key) for key, _ in self.candidate.choices if key}
        return Report(
            self.sitting.data or "",
            self.exam.data or "",
            self.body.data or "",
            known.get(self.candidate.data),
            self.found_on.data,
            self.found_at.data,
            self.device.data or "",
            self.what_happened.data or "",
        )


def report_form(now):
    """The form of a report; `now` is the school's wall clock, for the day and the time to begin with."""
    form = ReportForm(data={"found_on": now.date(), "found_at": now.time()})
    sat = [
        (
            str(sitting.id),
            f"{sitting.exam}, {sitting.body}, {format_short_date(sitting.day)}, {format_time(sitting.starts_at)}",
        )
        for sitting in reports.to_choose_from()
    ]
    labels = classes.labels(classes.pupils())
    form.sitting.choices = [("", "Choose one"), *sat, (ANOTHER, "Another exam")]
    form.candidate.choices = [("", "Choose one"), *((str(pupil), label) for pupil, label in labels.items())]
    return form


class SettleForm(StrictForm):
    """What the examining body was told and answered."""

    revision = HiddenField()
    body_told_on = DayField("Examining body told on")
    reference = StringField("Its reference")
    outcome = TextAreaField("Outcome")

    def settlement(self):
        return Settlement(self.body_told_on.data, self.reference.data or "", self.outcome.data or "")
