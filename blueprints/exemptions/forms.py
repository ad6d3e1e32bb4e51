"""The form of each kind, made from its declaration and the policy in force."""

import datetime as dt

from wtforms.fields import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from blueprints.core.fields import DayField, TimeField
from blueprints.core.forms import StrictForm
from rules.exemptions import lifecycle, subjects
from rules.exemptions.request import DAY_NAMES, Request
from rules.visitors import visits

SCHOOL_DAYS = ["1", "2", "4", "8", "16"]  # the bits of Monday to Friday
ALL_DAYS = frozenset({*SCHOOL_DAYS, "32", "64"})
YES_NO = [("no", "No"), ("yes", "Yes")]


class AskForm(StrictForm):
    """What every kind asks. What a kind asks beyond that is added by `ask_form`."""

    form_key = HiddenField()
    revision = HiddenField()
    device_kind = SelectField("What kind of device is it?", validate_choice=False)
    device = StringField("Which one?")
    purpose = RadioField("What will you use it for?", validate_choice=False)
    reason = TextAreaField("Why do you need it?")

    def said(self, name, missing=None):
        """What stands in a field of this form; `missing` where this kind does not ask for it."""
        return self[name].data if name in self._fields else missing

    def request(self):
        """What the form asks for, as the rules take it. A last day left empty means the first day."""
        first = self.starts_on.data
        return Request(
            self.device_kind.data or "",
            self.device.data or "",
            self.purpose.data or "",
            self.reason.data or "",
            tuple(self.said("zones") or ()),
            first,
            self.said("ends_on") or first,
            self.said("starts_at"),
            self.said("ends_at"),
            subject=self._subject(),
            pupils=self._pupils(),
            weekdays=self._weekdays(),
            audible_alert=bool(self.said("audible_alert")),
            exam_permission=self.said("exam_permission") or "",
            visit=self._visit(),
            with_pupils=self.said("involved") or "",
            pupil_handles={"yes": True, "no": False}.get(self.said("pupil_handles")),
        )

    def _subject(self):
        """For whom it is: the one chosen, or the only one there is to choose."""
        if not self.kind.for_pupil:
            return None
        chosen = self.said("subject") or ""
        return next((key for key in self.for_whom if str(key) == chosen), None)

    def _visit(self):
        """The visit that was chosen, of those that can be."""
        return next((key for key in self.visits if str(key) == self.said("visit")), None)

    def _weekdays(self):
        """The bits of the days that were ticked; none where one of them is no day."""
        chosen = set(self.said("weekdays", ALL_DAYS) or ())
        return sum(map(int, chosen)) if chosen <= ALL_DAYS else 0

    def _pupils(self):
        """Who takes part: those of the classes that were ticked, and those who were ticked themselves."""
        chosen = set(self.said("pupils") or ())
        classes = set(self.said("classes") or ())
        ids = {str(pupil.id): pupil.id for pupils in self.by_class.values() for pupil in pupils}
        whole = {pupil.id for name in classes for pupil in self.by_class.get(name, ())}
        foreign = {0} if chosen - ids.keys() or classes - self.by_class.keys() else set()
        return tuple(whole | foreign | {ids[value] for value in chosen if value in ids})

    def sent_by(self, asker, ignore=None):
        """Whether it was posted and can be read. If not, everything that is wrong is shown at once, not in turns."""
        if self.sent():
            return True
        if self.is_submitted():
            errors = lifecycle.validate(asker, self.kind, self.request().cleaned(self.kind), self.answers(), ignore)
            self.add_errors({name: message for name, message in errors.items() if not self._wrong_already(name)})
        return False

    def _wrong_already(self, name):
        return name in self._fields and self[name].errors

    def answers(self):
        """The answers to the prerequisites that the asker completes, by their id and question id."""
        return {
            prerequisite.id: answers_of(self, prerequisite, f"{prerequisite.id}-")
            for prerequisite in self.kind.prerequisites_of_asker
        }


def _question_field(question):
    if question.day:
        return DayField(question.label)
    if question.choice:
        return RadioField(question.label, validate_choice=False)
    return BooleanField(question.label) if question.tick else TextAreaField(question.label)


def answers_of(form, prerequisite, prefix=""):
    """The answers to one prerequisite from a form's fields; a day is spelled YYYY-MM-DD, as it is kept."""
    values = {question.id: form[f"{prefix}{question.id}"].data for question in prerequisite.questions}
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def _kept_answer(question, stored):
    """A kept answer as its field takes it; a tick is given anew each time."""
    if question.tick:
        return False
    return dt.date.fromisoformat(stored) if question.day and stored else stored


WHEN_AND_WHERE = {
    "starts_on": lambda: DayField("First day"),
    "ends_on": lambda: DayField("Last day"),
    "starts_at": lambda: TimeField("From"),
    "ends_at": lambda: TimeField("To"),
    "zones": lambda: SelectMultipleField("Where will you use it?", validate_choice=False),
}
FURTHER = {
    "weekdays": lambda: SelectMultipleField("On which days of the week?", validate_choice=False),
    "audible_alert": lambda: BooleanField("It must be able to make a sound, for example an alarm"),
    "exam_permission": lambda: StringField("Permission of the examining body"),
    "involved": lambda: StringField("Which pupils are involved?"),
    "pupil_handles": lambda: RadioField("Will a pupil handle the device?", validate_choice=False),
}


def _fields_of(kind):
    fields = {name: make() for name, make in WHEN_AND_WHERE.items() if name in kind.window}
    fields |= {name: make() for name, make in FURTHER.items() if name in kind.asks}
    if kind.for_pupil:
        fields["subject"] = SelectField("Who is it for?", validate_choice=False)
    if kind.for_visitor:
        fields["visit"] = SelectField("Which visitor is it for?", validate_choice=False)
    if kind.with_pupils:
        fields["classes"] = SelectMultipleField("Which classes take part?", validate_choice=False)
        fields["pupils"] = SelectMultipleField("Which pupils take part?", validate_choice=False)
    return fields | {
        f"{prerequisite.id}-{q.id}": _question_field(q)
        for prerequisite in kind.prerequisites_of_asker
        for q in prerequisite.questions
    }


def ask_form(kind, policy, actor, start=None, met=None, pupils=(), **more):
    """The form of a kind. `start` is a request it begins with, `met` what was completed of its prerequisites."""
    known = {
        "kind": kind,
        "for_whom": subjects.pupils_for(actor, kind),
        "by_class": subjects.may_take_part(actor) if kind.with_pupils else {},
        "visits": visits.for_access(actor) if kind.for_visitor else {},
    }
    form_class = type("AskFormOfKind", (AskForm,), {**known, **_fields_of(kind)})
    form = form_class(data={**_first_answers(kind, policy), **_begin(start, kind, met or {}, pupils), **more})
    form.device_kind.choices = [("", "Choose one")] + [(key, device["name"]) for key, device in policy.devices.items()]
    form.purpose.choices = [(key, purpose["name"]) for key, purpose in policy.purposes_of(kind).items()]
    _offer(form, policy)
    for name, (label, _) in kind.labels.items():
        form[name].label.text = label
    return form


def _offer(form, policy):
    """What the fields of this kind let people choose from."""
    choices = {
        "pupil_handles": YES_NO,
        "zones": [(key, zone["name"]) for key, zone in policy.zones_for(form.kind).items()],
        "weekdays": [(str(1 << number), name) for number, name in enumerate(DAY_NAMES)],
        "visit": [("", "Choose one"), *((str(key), visit.label) for key, visit in form.visits.items())],
        "subject": [(str(key), label) for key, label in form.for_whom.items()],
        "classes": [(name, f"{name} ({len(pupils)})") for name, pupils in form.by_class.items() if name],
        "pupils": [(str(pupil.id), pupil.name) for pupils in form.by_class.values() for pupil in pupils],
    }
    for name, offered in choices.items():
        if name in form._fields:
            form[name].choices = offered
    if form.kind.for_pupil and len(form.for_whom) > 1:
        form.subject.choices.insert(0, ("", "Choose one"))


def _first_answers(kind, policy):
    """What a new form begins with: the school's template of an assessment, the days of the school week."""
    begun = {"weekdays": SCHOOL_DAYS}
    for prerequisite in kind.prerequisites_of_asker:
        template = policy.assessments.get(prerequisite.template, {})
        begun |= {f"{prerequisite.id}-{question}": text for question, text in template.items()}
    return begun


def _begin(start, kind, met, pupils):
    """The fields filled in as a request was sent."""
    if start is None:
        return {}
    sent = {
        f"{prerequisite.id}-{question.id}": _kept_answer(question, met[prerequisite.id].answers.get(question.id))
        for prerequisite in kind.prerequisites
        if prerequisite.id in met
        for question in prerequisite.questions
    }
    bits = [str(1 << number) for number in range(7) if start.weekdays >> number & 1]
    chosen = {"zones": list(start.zones), "weekdays": bits, "pupils": [str(pupil.id) for pupil in pupils]}
    handles = None if start.pupil_handles is None else "yes" if start.pupil_handles else "no"
    whom = {"subject": str(start.subject or ""), "visit": str(start.visit or ""), "involved": start.with_pupils}
    return {**sent, **start._asdict(), **chosen, **whom, "pupil_handles": handles}


class PrerequisiteForm(StrictForm):
    """Completes one prerequisite. `then` is what follows at once, for the request as it was seen (`revision`)."""

    revision = HiddenField()
    then = HiddenField()


def prerequisite_form(prerequisite, met=None, **more):
    """The form that completes one prerequisite of a request that was sent without it."""
    fields = {question.id: _question_field(question) for question in prerequisite.questions}
    begun = {q.id: _kept_answer(q, met.answers.get(q.id)) for q in prerequisite.questions} if met else {}
    form = type("OnePrerequisiteForm", (PrerequisiteForm,), fields)(data={**begun, **more})
    for question in prerequisite.questions:
        if question.choice:
            form[question.id].choices = list(question.choices)
    return form
