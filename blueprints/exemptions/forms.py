"""The form of each kind, made from its declaration and the policy in force."""

from wtforms.fields import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from blueprints.fields import DayField, TimeField
from blueprints.posted import StrictForm
from rules.exemption_checks import Request
from rules.exemptions import problems


class AskForm(StrictForm):
    """What every kind asks. What a kind needs before approval is added by `ask_form`."""

    form_key = HiddenField()
    revision = HiddenField()
    device_kind = SelectField("What kind of device is it?", validate_choice=False)
    device = StringField("Which one?")
    purpose = RadioField("What will you use it for?", validate_choice=False)
    reason = TextAreaField("Why do you need it?")
    starts_on = DayField("First day")
    ends_on = DayField("Last day")
    starts_at = TimeField("From")
    ends_at = TimeField("To")
    zones = SelectMultipleField("Where will you use it?", validate_choice=False)

    def request(self):
        """What the form asks for, as the rules take it. A last day left empty means the first day."""
        return Request(
            self.device_kind.data or "",
            self.device.data or "",
            self.purpose.data or "",
            self.reason.data or "",
            tuple(self.zones.data or ()),
            self.starts_on.data,
            self.ends_on.data or self.starts_on.data,
            self.starts_at.data,
            self.ends_at.data,
        )

    def sent_by(self, asker, ignore=None):
        """Whether it was posted and can be read. If not, everything that is wrong is shown at once, not in turns."""
        if self.sent():
            return True
        if self.is_submitted():
            found = problems(asker, self.kind, self.request(), self.answers(), ignore)
            self.blame({name: message for name, message in found.items() if not self[name].errors})
        return False

    def answers(self):
        """The answers to the kind's needs, by need id and question id."""
        return {need.id: answers_of(self, need, f"{need.id}-") for need in self.kind.needs}


def _question_field(question):
    return BooleanField(question.label) if question.tick else TextAreaField(question.label)


def answers_of(form, need, prefix=""):
    """The answers to one need from a form's fields."""
    return {question.id: form[f"{prefix}{question.id}"].data for question in need.questions}


def ask_form(kind, policy, case=None, met=None, **given):
    """The form of a kind; with a case, filled in as it was sent."""
    fields = {f"{need.id}-{q.id}": _question_field(q) for need in kind.needs for q in need.questions}
    form_class = type("AskFormOfKind", (AskForm,), {"kind": kind, **fields})
    form = form_class(data={**given, **_as_sent(case, met or {})})
    form.device_kind.choices = [("", "Choose one")] + [(key, device["name"]) for key, device in policy.devices.items()]
    form.purpose.choices = [(key, purpose["name"]) for key, purpose in policy.purposes_of(kind).items()]
    form.zones.choices = [(key, zone["name"]) for key, zone in policy.zones_to_ask_for.items()]
    return form


def _as_sent(case, met):
    if case is None:
        return {}
    sent = {f"{key}-{question}": answer for key, need in met.items() for question, answer in need.answers.items()}
    request = case.request
    return {**sent, **vars(request), "zones": list(request.zones), "revision": case.revision}


def need_form(need, met=None):
    """The form that completes one need of a request that was sent without it."""
    fields = {question.id: _question_field(question) for question in need.questions}
    return type("NeedForm", (StrictForm,), fields)(data=met.answers if met else None)
