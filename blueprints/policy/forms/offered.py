"""The forms of what the forms of exemptions offer and say, and of what visitors read."""

from wtforms.fields import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from blueprints.core.fields import Needed, WholeNumberField
from blueprints.policy.forms.entries import EntryForm, without_nothing
from rules.core.easy_read import PICTURES
from rules.exemption_kinds import KINDS
from rules.policy.readers import LONGEST_SPELL

ASKED = [(kind.id, kind.title) for kind in KINDS.values()]


class DeviceForm(EntryForm):
    name = StringField("Name", [Needed("Write the name of this kind of device")])


class WithKinds(EntryForm):
    """An entry that stands on some forms."""

    CHOICES = {"kinds": ASKED}  # noqa: RUF012

    def validate_kinds(self, field):
        if not field.data:
            raise ValidationError("Choose at least one form")


class PurposeForm(WithKinds):
    """What a device may be used for."""

    name = StringField("What it is used for", [Needed("Write what a device is used for")])
    kinds = SelectMultipleField("On which forms is it offered?", validate_choice=False)
    refused_by = StringField(
        "Clause that forbids it",
        description="Only for a use that nobody may have. It is still offered, so that the form can say why not.",
    )
    refusal = TextAreaField("What should they do instead?", description="Only where a clause forbids it.")

    def validate_refusal(self, field):
        if self.refused_by.data and not (field.data or "").strip():
            raise ValidationError("Say what they should do instead")

    def validate_refused_by(self, field):
        if (self.refusal.data or "").strip() and not (field.data or "").strip():
            raise ValidationError("Write the clause that forbids it, or leave out what to do instead")

    def entry(self):
        return without_nothing(super().entry())


class NoticeForm(WithKinds):
    """What people are told on the forms."""

    NAMED = {"devices": "devices"}  # noqa: RUF012

    title = StringField("Title", [Needed("Write a title")])
    says = TextAreaField("What it says", [Needed("Write what it says")])
    source = StringField("Where it comes from", [Needed("Write where it comes from")])
    kinds = SelectMultipleField("On which forms does it stand?", validate_choice=False)
    devices = SelectMultipleField(
        "For which kinds of device is it repeated where it is decided?", validate_choice=False
    )

    def validate_devices(self, field):
        if not field.data:
            raise ValidationError("Choose at least one kind of device")


class AssessmentForm(EntryForm):
    """What a risk assessment starts from."""

    hazards = TextAreaField("Hazards", [Needed("Write what could go wrong")])
    who = TextAreaField("Who could be harmed", [Needed("Write who could be harmed")])
    controls = TextAreaField("What is done", [Needed("Write what is done about it")])
    residual = TextAreaField("What is left", [Needed("Write what risk is left")])


# --- Visitors -----------------------------------------------------------------------------------------------


class VisitorsForm(EntryForm):
    """A line of the sign for visitors."""

    CHOICES = {"picture": [(name, name) for name in PICTURES]}  # noqa: RUF012

    says = TextAreaField(
        "What it says", [Needed("Write the line")], description="At most 100 characters: a sign is one sheet."
    )
    clause = StringField("Clause", [Needed("Write the clause it comes from")])
    picture = SelectField("Picture", validate_choice=False)
    easy = StringField("In easy-read", [Needed("Write the line in easy-read")])


class SignForm(EntryForm):
    """A place where a sign hangs."""

    name = StringField("Place", [Needed("Write the place where the sign hangs")])


class FreeForm(EntryForm):
    """Where visitors need no permission."""

    NAMED = {"free_places": "zones"}  # noqa: RUF012

    free_places = SelectMultipleField(
        "Places",
        validate_choice=False,
        description="Here a visitor may use a device without permission (clause 6.5). Anywhere else they need it.",
    )

    def validate_free_places(self, field):
        if not field.data:
            raise ValidationError("Choose at least one place")


class RegularForm(EntryForm):
    """Who comes regularly (clause 6.4)."""

    visits = WholeNumberField(
        "On how many different days?",
        [Needed("Write a number of days")],
        description="Somebody who comes on so many different days is a regular visitor, and reads a fuller text.",
    )
    days = WholeNumberField("Within how many days?", [Needed("Write a number of days")], description="Like 30")

    def validate_days(self, field):
        if field.data is not None and not 1 <= field.data <= LONGEST_SPELL:
            raise ValidationError(f"Write a number from 1 to {LONGEST_SPELL}")

    def validate_visits(self, field):
        if field.data is not None and not 1 <= field.data <= (self.days.data or LONGEST_SPELL):
            raise ValidationError("Write a number from 1 to the number of days below")
