"""Form fields: thin ones over WTForms that understand how people write days and times."""

import datetime as dt
import re

from wtforms.fields import StringField
from wtforms.validators import StopValidation

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.ASCII | re.IGNORECASE)
_BRITISH = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


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

    @staticmethod
    def read(text):
        if found := _ISO.fullmatch(text):
            return dt.date(*map(int, found.groups()))
        if found := _BRITISH.fullmatch(text):
            day, month, year = map(int, found.groups())
            return dt.date(year, month, day)
        raise ValueError

    @staticmethod
    def spell(day):
        return day.isoformat()


class TimeField(Typed):
    """A time of day, as a browser sends it or as people write it: 13:30, 1.30pm, 9am."""

    wrong = "Write the time like this: 1:30pm"

    @staticmethod
    def read(text):
        found = _CLOCK.fullmatch(text.replace(" ", "")[:8])
        if not found or (not found[2] and not found[3]):
            raise ValueError
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if half == "pm" else 0)
        return dt.time(hour, minute)

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
