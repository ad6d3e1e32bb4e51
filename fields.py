"""Column types that refuse what the school's clock cannot mean.

SQLite compares times as text, so each type has one fixed-width spelling that sorts as time does.
"""

import datetime as dt
import json
from functools import lru_cache

from peewee import (
    OP,
    BooleanField,
    Case,
    Cast,
    Column,
    Expression,
    Field,
    FieldAlias,
    ForeignKeyField,
    Function,
    Negated,
    TextField,
    Value,
    WrappedNode,
)

# One spelling for each content: what is hashed must not depend on the order of keys.
canonical_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Gap:
    """Where a value goes in a query that is compiled once and run often (see `database.prepared`).

    `spell` makes the database's text of it, unless it is of one of the classes that are `spelled` already.
    """

    __slots__ = ("name", "spell", "spelled")

    def __init__(self, name, spell=None, spelled=frozenset()):
        self.name, self.spell, self.spelled = name, spell, spelled


class Parameter(Value):
    """A named gap, for use in a peewee query.

    Compared with a column, a value is spelled as that column spells it. Elsewhere it is bound as it is, unless it has
    a column type (`Parameter("ids", JsonTextField)`) or a column (`Parameter("role", RoleGrant.role)`) of its own.
    """

    def __init__(self, name, column=None):
        super().__init__(Gap(name), converter=False)
        self.column = column

    def __sql__(self, ctx):
        column = self.column or getattr(ctx.state.converter, "__self__", None)
        how = (getattr(column, "spell", None), getattr(column, "spelled", frozenset()))
        return ctx.value(Gap(self.value.name, *how), converter=False)


class Typed(WrappedNode):
    """An expression whose values are read as those of a column type, in the rows of a prepared query."""

    def __init__(self, node, column):
        super().__init__(node)
        self.column = column

    def __sql__(self, ctx):
        return ctx.sql(self.node)


def typed(expression, column):
    """Read what `expression` gives as `column` (a column type or a column) would read it.

    It is for what peewee cannot know the type of, such as `typed(fn.json_group_array(Visitor.name), JsonTextField)`.
    """
    return Typed(expression, column)


class _OneSpelling(TextField):
    """A text column with a Python type on the outside; None stays None, and a text is `spelled` already."""

    spelled = frozenset({str, type(None)})

    def db_value(self, value):
        return value if value.__class__ in self.spelled else self.spell(value)

    def python_value(self, value):
        return None if value is None else self.read(value)


class UtcField(_OneSpelling):
    """A moment, aware, in UTC. A naive datetime raises ValueError: nobody can say which moment it is."""

    @staticmethod
    def spell(value):
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        # Not strftime, which writes years before 1000 with fewer digits, so that they would not sort as time does.
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"

    read = staticmethod(dt.datetime.fromisoformat)


class DayField(_OneSpelling):
    """A calendar day of the school, in Europe/London."""

    @staticmethod
    def spell(value):
        if isinstance(value, dt.datetime):
            raise ValueError("a day was expected, not a moment")
        return value.isoformat()

    read = staticmethod(lru_cache(maxsize=4096)(dt.date.fromisoformat))


class TimeOfDayField(_OneSpelling):
    """A wall-clock time in Europe/London, to the minute, spelled HH:MM."""

    @staticmethod
    def spell(value):
        return value.strftime("%H:%M")

    read = staticmethod(lru_cache(maxsize=1440)(dt.time.fromisoformat))


class JsonTextField(_OneSpelling):
    """Lists and mappings as JSON with sorted keys, so that the same content is the same text."""

    spelled = frozenset({type(None)})
    spell = staticmethod(canonical_json)
    read = staticmethod(json.loads)


class EnumField(_OneSpelling):
    """A text column that holds a member of one enum by its value; the column's CHECK says which there are."""

    def __init__(self, enum, **options):
        super().__init__(**options)
        self.enum = enum
        self.read = {member.value: member for member in enum}.__getitem__

    spell = staticmethod(str)


_SAME_TYPE_AS_ARGUMENT = {"coalesce", "ifnull", "max", "min", "nullif"}
_TRUE_OR_FALSE = {OP.AND, OP.OR, OP.EQ, OP.NE, OP.LT, OP.LTE, OP.GT, OP.GTE, OP.IN, OP.NOT_IN, OP.IS, OP.IS_NOT}
_TRUE_OR_FALSE |= {OP.LIKE, OP.ILIKE}


def reader_of(node):
    """The function that reads a selected column's value from the database's text or number; None where it is raw.

    A subquery has the type of its column, `COALESCE` and the like that of their first argument which has one, and a
    comparison is true or false. The function is never called with NULL.
    """
    if isinstance(node, Typed):
        return getattr(node.column, "read", None) if isinstance(node.column, type) else reader_of(node.column)
    if isinstance(node, Field):
        return _reader_of_field(node)
    if isinstance(node, Expression):
        return bool if node.op in _TRUE_OR_FALSE else None
    if isinstance(node, Negated):
        return bool
    if isinstance(node, Function):
        return _reader_of_function(node)
    if isinstance(node, Column):
        return _reader_of_column(node)
    if isinstance(node, Case):
        return _first_reader(result for _, result in node.expression_tuples)
    if isinstance(node, WrappedNode) and not isinstance(node, Cast):
        return reader_of(node.node)
    columns = getattr(node, "_returning", None)  # a subquery
    return reader_of(columns[0]) if columns else None


def _reader_of_field(field):
    if isinstance(field, FieldAlias):
        field = field.field
    if isinstance(field, ForeignKeyField):
        return _reader_of_field(field.rel_field)
    if isinstance(field, BooleanField):
        return bool
    return field.read if isinstance(field, _OneSpelling) else None


def _reader_of_function(function):
    name = function.name.lower()
    if name == "exists":
        return bool
    return _first_reader(function.arguments) if name in _SAME_TYPE_AS_ARGUMENT else None


def _reader_of_column(column):
    """The reader of `subquery.c.name`: that of the subquery's own column of this name."""
    query = getattr(column.source, "_query", column.source)
    columns = getattr(query, "_returning", None) or ()
    return _first_reader(selected for selected in columns if name_of(selected) == column.name)


def _first_reader(nodes):
    return next((reader for reader in map(reader_of, nodes) if reader is not None), None)


def name_of(column):
    """The name a selected column has in a row."""
    if isinstance(column, Typed):
        return name_of(column.node)
    return getattr(column, "_alias", None) or column.name
