"""The forms of lockers: adding them, giving one, moving, who has the key, and who fetches a device."""

from wtforms.fields import HiddenField, SelectField, StringField

from blueprints.core.forms import StrictForm, whole_number
from rules.lockers.lockers import PLACES


class AddForm(StrictForm):
    """New lockers by their numbers."""

    area = SelectField("Where do they stand?", validate_choice=False)
    numbers = StringField("Numbers")
    key_holder = StringField("Who has the spare keys or the codes?")


class GiveForm(StrictForm):
    """Whom a locker is given to."""

    person = SelectField("Who gets it?", validate_choice=False)

    def chosen(self):
        """The id of the person, or None where nobody of the list was chosen."""
        return next((int(key) for key, _ in self.person.choices if key and key == self.person.data), None)


class SwapForm(StrictForm):
    """With which locker its holder changes places. A choice names the locker and its use, as they were seen."""

    use = HiddenField()
    other = SelectField("Move to, or swap with", validate_choice=False)

    def chosen(self):
        """The ids of the use on the page, of the other locker, and of its use or None."""
        known = self.other.data in {key for key, _ in self.other.choices if key}
        other, _, use = self.other.data.partition(".") if known else ("0", "", "0")
        return whole_number(self.use.data), int(other), int(use) or None


class KeyForm(StrictForm):
    """Who has the spare key or the code of a locker."""

    key_holder = StringField("Who has the spare key or the code?")


class FetchForm(StrictForm):
    """Who fetches a device that the school holds."""

    returned_to = StringField("Who fetches it?")


def with_places(form):
    """The form with the places to choose from."""
    form.area.choices = [("", "Choose one"), *((area.value, f"In the {place}") for area, place in PLACES.items())]
    return form
