"""Column types that refuse what the school's clock cannot mean.

SQLite compares times as text, so each type has one fixed-width spelling that sorts as time does.
"""

import datetime as dt
import json

from peewee import TextField, Value


class Gap:
    """Where a value goes in a query that is compiled once and run often (see `database.prepared`)."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Parameter(Value):
    """A named gap, for use in a peewee query. The value given later is bound as it is, without conversion."""

    def __init__(self, name):
        super().__init__(Gap(name), converter=False)


class _OneSpelling(TextField):
    """A text column with a Python type on the outside; None stays None."""

    def db_value(self, value):
        return None if value is None else self.spell(value)

    def python_value(self, value):
        return None if value is None else self.read(value)


class UtcField(_OneSpelling):
    """A moment, aware, in UTC. A naive datetime raises ValueError: nobody can say which moment it is."""

    @staticmethod
    def spell(value):
        if isinstance(value, str):
            return value
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        # Not strftime, which writes years before 1000 with fewer digits, so that they would not sort as time does.
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    @staticmethod
    def read(value):
        return dt.datetime.fromisoformat(value)


class DayField(_OneSpelling):
    """A calendar day of the school, in Europe/London."""

    @staticmethod
    def spell(value):
        if isinstance(value, dt.datetime):
            raise ValueError("a day was expected, not a moment")
        return value if isinstance(value, str) else value.isoformat()

    @staticmethod
    def read(value):
        return dt.date.fromisoformat(value)


class TimeOfDayField(_OneSpelling):
    """A wall-clock time in Europe/London, to the minute, spelled HH:MM."""

    @staticmethod
    def spell(value):
        return value if isinstance(value, str) else value.strftime("%H:%M")

    @staticmethod
    def read(value):
        return dt.time.fromisoformat(value)


class JsonTextField(_OneSpelling):
    """Lists and mappings as JSON with sorted keys, so that the same content is the same text."""

    @staticmethod
    def spell(value):
        return canonical_json(value)

    @staticmethod
    def read(value):
        return json.loads(value)


_spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical_json(value):
    """One spelling for each content: what is hashed must not depend on the order of keys."""
    return _spell(value)
