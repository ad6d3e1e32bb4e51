"""The forms of visitors: announcing, changing, walking in, signing in, settling, and looking into the log."""

from wtforms.fields import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from blueprints.fields import DayField, TimeField
from blueprints.posted import StrictForm
from rules import clock, hosts
from rules.obligations import policy_in_force
from rules.visit_checks import Details
from rules.visitors import KIND_WORDS

LONGEST_KEY = 64  # letters of a form's key that are kept


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
        return Details(host=known.get(self.host.data), **texts, **more)

    def blame_the_rest(self, problems):
        """Show the problems of a rule at the fields that could be read."""
        self.blame({name: message for name, message in problems.items() if not self[name].errors})


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
    carries = SelectMultipleField("What do they have with them?", validate_choice=False)
    form_key = HiddenField()

    def details(self):
        """What was said of the visit, which is today's."""
        return super().details(starts_on=clock.today(), ends_on=clock.today())


class SignInForm(StrictForm):
    """What is asked of a visitor who was announced."""

    accepts = BooleanField("They have read and accepted what we expect")
    carries = SelectMultipleField("What do they have with them?", validate_choice=False)


class SettleForm(StrictForm):
    """When somebody left who was not signed out."""

    time = TimeField("Left at about")


class LogForm(StrictForm):
    """What to look for in the log. It is read from the address, so that a view can be kept as a bookmark."""

    text = StringField("Name, organisation, host or reason")
    first = DayField("From")
    last = DayField("To")
    before = StringField()


def with_choices(form, kept=None):
    """The form with its choices; `kept` is a visit whose host may have left and can stay."""
    named = {str(host): name for host, name in hosts.possible().items()}
    if kept:
        named.setdefault(str(kept.host), kept.host_name)
    form.host.choices = [("", "Choose one"), *named.items()]
    form.kind.choices = [(kind.value, words) for kind, words in KIND_WORDS.items()]
    if "carries" in form:
        form.carries.choices = [(key, device["name"]) for key, device in policy_in_force().devices.items()]
    return form


def key_of(form):
    """The key that makes the same form sent twice one visit, or None."""
    return (form.form_key.data or "")[:LONGEST_KEY] or None
