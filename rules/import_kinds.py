"""The four files of people that can be imported: their columns, and an example of each to start from."""

import csv
import io
from typing import NamedTuple

from enums import ParentAccess, Role

YES = frozenset({"yes", "y", "true", "1", ""})
NO = frozenset({"no", "n", "false", "0"})


class Column(NamedTuple):
    """One column: its name in the file, what it says, an example. A new line needs each that is `required`."""

    name: str
    says: str
    example: str
    required: bool = False


class Kind(NamedTuple):
    """One of the four files. `role` is the one that everybody in it holds; staff have theirs in a column."""

    id: str
    title: str
    columns: tuple
    role: Role | None = None

    @property
    def names(self):
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self):
        """The names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)

    def template(self):
        """The file to start from, as text: the first line, and an example."""
        out = io.StringIO()
        csv.writer(out).writerows([self.names, [column.example for column in self.columns]])
        return out.getvalue()


def _username(example):
    return Column("username", "small letters, digits, dots or hyphens", example, required=True)


def _name(example):
    return Column("name", "full name", example, required=True)


_ACTIVE = Column("active", "yes or no; no for somebody who has left, who can then no longer sign in", "yes")
KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            "staff",
            "Staff",
            (
                _username("sam.hart"),
                _name("Sam Hart"),
                Column("team", "their team", "Heron class"),
                Column("roles", f"with “;” between them: {', '.join(Role)}", "staff-direct", required=True),
                Column("starts", "when their working day starts", "08:30"),
                Column("ends", "when their working day ends", "16:00"),
                Column("classes", "the classes they work in, with “;” between them", "Heron class;Kestrel class"),
                _ACTIVE,
            ),
        ),
        Kind(
            "pupils",
            "Pupils",
            (
                _username("robin.hill"),
                _name("Robin Hill"),
                Column("class", "their class", "Heron class", required=True),
                Column("year", "their year group", "8"),
                Column("date_of_birth", "like 23/11/2013", "23/11/2013"),
                _ACTIVE,
            ),
            Role.PUPIL,
        ),
        Kind(
            "parents",
            "Parents and carers",
            (_username("dana.hill"), _name("Dana Hill"), _ACTIVE),
            Role.PARENT,
        ),
        Kind(
            "links",
            "Who is whose parent or carer",
            (
                Column("child", "the pupil’s username", "robin.hill", required=True),
                Column("parent", "the parent’s or carer’s username", "dana.hill", required=True),
                Column("relation", "what they are to the child", "mother", required=True),
                Column("access", f"what they may know: {', '.join(ParentAccess)}", "signs", required=True),
            ),
        ),
    )
}
