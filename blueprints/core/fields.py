"""Form fields: thin ones over WTForms that understand how people write days and times."""

from wtforms.fields import StringField
from wtforms.validators import StopValidation

from rules.core.parsing import read_day, read_day_of_year, read_month, read_time, read_whole_number


class Typed(StringField):
    """A text that is read into something else. What was typed stays in `typed`, so that nothing is lost."""

    wrong = ""

    def process_formdata(self, valuelist):
        self.typed = valuelist[0] if valuelist else ""
        self.data = None
        if self.typed.strip():
            try:
                self.data = self.read(self.typed.strip())
            except ValueError:
                raise ValueError(self.wrong) from None

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return self.spell(self.data) if self.data else ""


class DayField(Typed):
    """A day, as a browser sends it or as people write it: 2026-11-23 or 23/11/2026."""

    wrong = "Write the day like this: 23/11/2026"

    read = staticmethod(read_day)

    @staticmethod
    def spell(day):
        return day.isoformat()


class MonthField(Typed):
    """A month, as people write it: 11/2026 or 2026-11. It is read as its first day."""

    wrong = "Write the month like this: 11/2026"

    read = staticmethod(read_month)

    @staticmethod
    def spell(day):
        return f"{day:%m/%Y}"


class DayOfYearField(Typed):
    """A day that comes every year, as people write it: 31/8. It is read as that day of some year."""

    wrong = "Write the day like this: 31/08. It comes every year, so it is not 29/02"

    read = staticmethod(read_day_of_year)

    @staticmethod
    def read_kept(text):
        """The day that is kept as MM-DD."""
        month, day = text.split("-")
        return read_day_of_year(f"{day}/{month}")

    @staticmethod
    def spell(day):
        return f"{day:%d/%m}"


class WholeNumberField(Typed):
    """A number without a fraction, not below nothing."""

    wrong = "Write a whole number in digits, like 30"

    read = staticmethod(read_whole_number)
    spell = staticmethod(str)


class TimeField(Typed):
    """A time of day, as a browser sends it or as people write it: 13:30, 1.30pm, 9am."""

    wrong = "Write the time like this: 1:30pm"

    read = staticmethod(read_time)

    @staticmethod
    def spell(time):
        return f"{time:%H:%M}"


class Needed:
    """The field must be filled in; the message says with what."""

    field_flags = {}  # noqa: RUF012 (WTForms reads it so)

    def __init__(self, message):
        self.message = message

    def __call__(self, form, field):
        if field.errors:
            raise StopValidation
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            raise StopValidation(self.message)
