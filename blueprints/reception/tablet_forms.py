"""The forms of the reception tablet: the office's, and those that visitors fill in."""

from wtforms.fields import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField

from blueprints.core.forms import StrictForm
from rules.people import staff
from rules.policy.in_force import policy_in_force
from rules.reception.tablet_sign_in import Accepted, Said
from rules.visitors.register import KIND_WORDS

LONGEST_KEY = 64  # letters of a form's key that are kept
LONGEST_NUMBER = 18  # digits of a number that the database can hold
YES_OR_NO = {"yes": True, "no": False}


def _number(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


class SwitchOnForm(StrictForm):
    """What a tablet is called."""

    name = StringField("Name of this tablet")


class AboutForm(StrictForm):
    """What visitors say of themselves."""

    name = StringField("Your name")
    organisation = StringField("Your organisation")
    kind = RadioField("What brings you here?", validate_choice=False)
    host = SelectField("Whom do you visit?", validate_choice=False)
    vehicle = StringField("Number plate of your vehicle")
    carries = SelectMultipleField("Which of these do you have with you?", validate_choice=False)
    needs_device = RadioField("Do you need to use one of them here?", validate_choice=False)
    form_key = HiddenField()

    def said(self):
        """What was said, as the rules take it."""
        texts = {name: self[name].data or "" for name in ("name", "organisation", "kind", "vehicle")}
        needs = YES_OR_NO.get(self.needs_device.data)
        host, carries = _number(self.host.data or ""), tuple(self.carries.data or ())
        return Said(**texts, host=host, carries=carries, needs_device=needs)

    @property
    def key(self):
        """The key that makes the same form sent twice one visit, or None."""
        return (self.form_key.data or "")[:LONGEST_KEY] or None


class AcceptForm(AboutForm):
    """The same, carried along, with what visitors accept."""

    accepts = BooleanField("I have read this and accept it")
    accepts_fuller = BooleanField("I have read this as well and accept it")
    shown = HiddenField()

    def accepted(self):
        """What was ticked, and below which version of the policy."""
        return Accepted(_number(self.shown.data or ""), self.accepts.data, self.accepts_fuller.data)

    def show_anew(self, version):
        """Say which version is shown now. What was ticked below another one is not taken for this one."""
        if self.shown.data != str(version):
            self.accepts.data = self.accepts_fuller.data = False
        self.shown.data = str(version)


class LeaveForm(StrictForm):
    """Who goes, and the code on their badge."""

    name = StringField("Your name")
    code = StringField("The four-digit code on your badge")


def with_choices(form):
    """The form with its choices, to be shown. Of the staff there are the names and nothing else."""
    form.host.choices = [("", "Choose a name"), *((str(host), name) for host, name in staff.current().items())]
    form.kind.choices = [(kind.value, words) for kind, words in KIND_WORDS.items()]
    form.carries.choices = [(key, device["name"]) for key, device in policy_in_force().devices.items()]
    form.needs_device.choices = [("yes", "Yes"), ("no", "No")]
    return form
