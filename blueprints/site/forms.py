"""The forms of the site: a press of a button, taking it back, a term, and days set by hand."""

from wtforms.fields import HiddenField, RadioField, StringField, TextAreaField

from blueprints.core.fields import DayField
from blueprints.core.forms import StrictForm
from rules.site.calendar_changes import KIND_CHOICES, Dates, kind_of


class UndoForm(StrictForm):
    """Why what was said was a mistake."""

    reason = TextAreaField("Why was it a mistake?")


class DatesForm(StrictForm):
    """Days of the calendar, from one to another."""

    def add_other_errors(self, errors):
        """Show the errors of a rule at the fields that could be read."""
        self.add_errors({name: message for name, message in errors.items() if not self[name].errors})


class TermForm(DatesForm):
    """A term."""

    name = StringField("Name of the term")
    starts_on = DayField("First day")
    ends_on = DayField("Last day")

    def dates(self):
        """What was entered, as the rules take it."""
        return Dates(self.name.data or "", self.starts_on.data, self.ends_on.data)


class DaysForm(DatesForm):
    """Days set by hand."""

    kind = RadioField("What are these days?", validate_choice=False)
    starts_on = DayField("First day")
    ends_on = DayField("Last day")
    name = StringField("Note")

    def dates(self):
        """What was entered, as the rules take it."""
        return Dates(self.name.data or "", self.starts_on.data, self.ends_on.data, kind_of(self.kind.data))


def days_form():
    """The form of days set by hand, with the kinds of day to choose from."""
    form = DaysForm()
    form.kind.choices = list(KIND_CHOICES.items())
    return form


class SpanForm(StrictForm):
    """The days of a line of the calendar that is to be taken back, what it said they are, and when that was set."""

    first = HiddenField()
    last = HiddenField()
    kind = HiddenField()
    set_at = HiddenField()
