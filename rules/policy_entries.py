"""What the readers of a policy pack share: lists, entries of fields, easy-read lines, roles.

Each takes a Value and raises PolicyFileError, which knows all the faults.
"""

from functools import partial

from enums import Role
from rules.easy_read import PICTURES
from rules.policy_errors import read_all

NOTHING = type(None)  # the reading of what is not there: called, it gives None


def entries(value, read_one):
    """A list of entries, no two with the same id."""
    seen = set()

    def read(each):
        entry = read_one(each)
        if entry.id in seen:
            raise each.refuse(f"the id “{entry.id}” is taken by an entry above; choose another")
        seen.add(entry.id)
        return entry

    return each_of(value, read)


def each_of(value, read_one):
    """A list, each of its values read by the same reader."""
    return tuple(read_all([partial(read_one, each) for each in value.items()]))


def made(kind, **readings):
    """An entry from the reading of each of its fields: a fault in one does not hide those in the others."""
    return kind(**dict(zip(readings, read_all(readings.values()), strict=True)))


def if_there(fields, key, read):
    """The reading of a field that may be left out: None then."""
    return partial(read, fields[key]) if key in fields else NOTHING


def if_known(fields, key, read):
    """The reading of a field that may be left out, or be null while nobody knows it: None then."""
    return NOTHING if key not in fields or fields[key].is_null() else partial(read, fields[key])


def easy_lines(value):
    """Lines in easy-read, as pairs of a picture and a sentence."""
    return each_of(value, _easy_line)


def _easy_line(value):
    fields = value.fields(["picture", "says"])
    return tuple(read_all([partial(fields["picture"].choice, frozenset(PICTURES), "picture"), fields["says"].text]))


def roles(value):
    """The roles that something is for."""
    return tuple(map(Role, value.choices(frozenset(Role), "role")))
