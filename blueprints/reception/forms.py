"""The forms of visitors: announcing, changing, walking in, signing in, settling, and looking into the log."""

from wtforms.fields import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from blueprints.core.fields import DayField, TimeField
from blueprints.core.forms import StrictForm
from rules.core import clock
from rules.people import staff
from rules.policy.in_force import policy_in_force
from rules.reception import log
from rules.visitors.register import KIND_WORDS
from rules.visitors.validation import VisitDetails

LONGEST_KEY = 64  # letters of a form's key that are kept
LONGEST_NUMBER = 9  # digits of a version's number


class VisitorForm(StrictForm):
    """Who comes, to whom, and why."""

    name = StringField("Visitor’s name")
    organisation = StringField("Organisation")
    kind = SelectField("Who is it?", validate_choice=False)
    host = SelectField("Whom do they visit?", validate_choice=False)
    purpose = StringField("Why do they come?")
    vehicle = StringField("Vehicle")

    def details(self, **more):
        """What was said of the visit, as the rules take it."""
        known = {key: int(key) for key, _ in self.host.choices if key}
        texts = {name: self[name].data or "" for name in ("name", "organisation", "kind", "purpose", "vehicle")}
        return VisitDetails(host=known.get(self.host.data), **texts, **more)

    def add_other_errors(self, errors):
        """Show the errors of a rule at the fields that could be read."""
        self.add_errors({name: message for name, message in errors.items() if not self[name].errors})


class PlannedForm(VisitorForm):
    """A visit that lies ahead: its days and times too."""

    starts_on = DayField("First day")
    ends_on = DayField("Last day")
    expected_at = TimeField("From")
    expected_until = TimeField("Until")

    def details(self, **more):
        """What was said of the visit, as the rules take it."""
        times = {name: self[name].data for name in ("starts_on", "ends_on", "expected_at", "expected_until")}
        return super().details(**times, **more)


class AnnounceForm(PlannedForm):
    """One visitor, or several who come together."""

    more_names = TextAreaField("Who else comes with them?")
    form_key = HiddenField()

    def details(self):
        """What was said of the visit, as the rules take it."""
        return super().details(more_names=tuple((self.more_names.data or "").splitlines()))


class ChangeForm(PlannedForm):
    """The changes to a visit."""

    revision = HiddenField()


class WalkInForm(VisitorForm):
    """A visitor who is there and was not announced."""

    accepts = BooleanField("They have read and accepted what we expect")
    fuller = HiddenField()
    carries = SelectMultipleField("What do they have with them?", validate_choice=False)
    form_key = HiddenField()

    def ask_fuller(self, version):
        """Show the fuller text of a version of the policy beside the tick: a tick made without it was for less."""
        if shown(self) != version:
            self.accepts.data = False
        self.fuller.data = str(version)
        self.accepts.label.text = "They have read and accepted the fuller text"

    def details(self):
        """What was said of the visit, which is today's."""
        return super().details(starts_on=clock.today(), ends_on=clock.today())


class SignInForm(StrictForm):
    """What is asked of a visitor who was announced."""

    accepts = BooleanField("They have read and accepted what we expect")
    fuller = HiddenField()
    carries = SelectMultipleField("What do they have with them?", validate_choice=False)


class SettleForm(StrictForm):
    """When somebody left who was not signed out."""

    time = TimeField("Left at about")


class LogForm(StrictForm):
    """What to look for in the log. It is read from the address, so that a view can be kept as a bookmark."""

    text = StringField("Name, organisation, host or reason")
    organisation = StringField("Organisation")
    host = SelectField("Visited", validate_choice=False)
    decision = SelectField("Device access", validate_choice=False)
    first = DayField("From")
    last = DayField("To")
    before = StringField()

    def with_choices(self):
        """The form with its choices; one that is not there is an error at its field once it is read."""
        self.host.choices = [("", "Anybody"), *((str(key), name) for key, name in staff.ever().items())]
        self.decision.choices = [("", "Any"), *((key, words) for key, (words, _) in log.ASKED.items())]
        return self

    def read(self):
        """What stands in the address, as the rules take it; what cannot be is said at its field."""
        self.validate()
        for name in ("host", "decision"):
            if (self[name].data or "") not in dict(self[name].choices):
                self.add_errors({name: "Choose one from the list"})
        if self.errors:
            return None
        before, texts = self.before.data or "", [(self[name].data or "")[:200] for name in ("text", "organisation")]
        number = before.isascii() and before.isdigit() and len(before) <= 18
        return log.LogFilter(
            *(self.first.data, self.last.data, texts[0], int(before) if number else None),
            host=int(self.host.data) if self.host.data else None,
            organisation=texts[1],
            decision=self.decision.data or "",
        )


def with_choices(form, current=None):
    """The form with its choices; `current` is a visit whose host may have left and can stay."""
    named = {str(host): name for host, name in staff.current().items()}
    if current:
        named.setdefault(str(current.host), current.host_name)
    form.host.choices = [("", "Choose one"), *named.items()]
    form.kind.choices = [(kind.value, words) for kind, words in KIND_WORDS.items()]
    if "carries" in form:
        form.carries.choices = [(key, device["name"]) for key, device in policy_in_force().devices.items()]
    return form


def shown(form):
    """The version of the policy whose fuller text stood beside the tick, or None."""
    text = form.fuller.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def key_of(form):
    """The key that makes the same form sent twice one visit, or None."""
    return (form.form_key.data or "")[:LONGEST_KEY] or None
