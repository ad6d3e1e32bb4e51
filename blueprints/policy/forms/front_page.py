"""The forms of the policy's front page and of its short lists, filled from an entry of the draft and read back."""

from wtforms.fields import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from blueprints.core.fields import DayField, DayOfYearField, MonthField, Needed, TimeField
from blueprints.policy.forms.entries import EASY, ROLES, EntryForm, check_pictures, pictured, without_nothing
from rules.agreements.terms import easy_text
from rules.policy.readers import PUBLISHERS


class DatesForm(EntryForm):
    """The front page of the policy."""

    title = StringField("Title of the policy", [Needed("Write the title")])
    implemented = MonthField("Month in which it began", [Needed("Write the month")], description="Like 09/2023")
    reviewed = MonthField("Month of the last review", [Needed("Write the month")], description="Like 09/2023")
    review_due = DayField("Next review due", [Needed("Choose the day of the next review")])
    approver = StringField(
        "Approved by", description="For example: the governing body. Empty while it is not approved."
    )
    approved_on = DayField("Approved on", description="Empty while it is not approved.")
    in_force_from = DayField("In force from", description="Empty: from the moment you publish it.")

    @staticmethod
    def filled(entry):
        days = ("review_due", "approved_on", "in_force_from")
        read = {name: DayField.read(entry[name]) for name in days if entry.get(name)}
        months = {name: MonthField.read(entry[name]) for name in ("implemented", "reviewed")}
        return {**EntryForm.filled(entry), **dict.fromkeys(days), **read, **months}

    def entry(self):
        said = super().entry()
        for name in ("implemented", "reviewed"):
            said[name] = f"{said[name]:%Y-%m}"
        for name in ("review_due", "approved_on", "in_force_from"):
            said[name] = said[name] and said[name].isoformat()
        return {**said, "approved_by": said["approved_by"] or None}


class SchoolForm(EntryForm):
    """The school, and who watches over the policy."""

    CHOICES = {"monitored_by": ROLES}  # noqa: RUF012

    name = StringField("Name of the school", [Needed("Write the name of the school")], description="On every page.")
    monitored_by = SelectMultipleField("Who watches over the policy?", validate_choice=False)
    academic_year_ends = DayOfYearField(
        "Last day of the school year",
        [Needed("Write the day")],
        description="Like 31/08. It is the same each year, and no exemption goes beyond it.",
    )

    def validate_monitored_by(self, field):
        if not field.data:
            raise ValidationError("Choose at least one role")

    @staticmethod
    def filled(entry):
        return {**entry, "academic_year_ends": DayOfYearField.read_kept(entry["academic_year_ends"])}

    def entry(self):
        said = super().entry()
        return {**said, "academic_year_ends": f"{said['academic_year_ends']:%m-%d}"}


class TimesForm(EntryForm):
    """Times of the school day."""

    opens = TimeField("An exemption begins at the earliest", [Needed("Write the time")])
    closes = TimeField("An exemption ends at the latest", [Needed("Write the time")])
    pupils_come = TimeField(
        "Pupils come", [Needed("Write the time")], description="From then on we take it that pupils are on site."
    )
    pupils_leave = TimeField("Pupils leave", [Needed("Write the time")], description="By then pupils usually go home.")

    @staticmethod
    def filled(entry):
        return {name: TimeField.read(value) for name, value in entry.items()}

    def entry(self):
        return {name: f"{value:%H:%M}" for name, value in super().entry().items()}


class PlaceForm(EntryForm):
    name = StringField("Name", [Needed("Write the name of the place")])
    exemptions = BooleanField("People can ask to use a device there")


class MonitoringForm(EntryForm):
    """What people are told before they use a school device."""

    monitoring_notice = TextAreaField("The notice", [Needed("Write the notice")])
    monitoring_easy = TextAreaField("In easy-read", description=EASY)

    def validate_monitoring_easy(self, field):
        check_pictures(field)

    @staticmethod
    def filled(entry):
        easy = [(line["picture"], line["says"]) for line in entry.get("monitoring_easy", ())]
        return {**entry, "monitoring_easy": easy_text(easy)}

    def entry(self):
        return without_nothing({**super().entry(), "monitoring_easy": pictured(self.monitoring_easy)})


class SourceForm(EntryForm):
    """National guidance, and the edition that the policy was written from."""

    title = StringField("Title", [Needed("Write the title")])
    edition = StringField("Edition", [Needed("Write the edition, for example its year")])


class DocumentForm(EntryForm):
    """A document to be read with the policy."""

    CHOICES = {"publisher": [(name, name) for name in sorted(PUBLISHERS)]}  # noqa: RUF012

    title = StringField("Title", [Needed("Write the title")])
    publisher = SelectField("Who publishes it?", validate_choice=False)
