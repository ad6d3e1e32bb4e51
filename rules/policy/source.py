"""The policy as data: every value knows its line and its place, so that a fault can be mended.

There is nothing but text, yes/no, whole numbers, lists and mappings of those, from a file (`yaml_files`) or from a
draft edited on the page.
"""

import datetime as dt
import re
import unicodedata
from functools import partial
from typing import NamedTuple


class PolicyFileError(ValueError):
    """A policy file cannot be used. `reason` says how to mend it; `line` counts from 1.

    `path` leads to the value in the policy as data, such as ("zones", 2, "name"). `all` are all the faults that were
    found at once, this one the first.
    """

    def __init__(self, file, line, reason, path=()):
        super().__init__(f"{file}, line {line}: {reason}")
        self.file, self.line, self.reason, self.path = file, line, reason, path
        self.all = (self,)


def read_all(readings):
    """The results of functions without arguments; where some find faults, the first fault, which knows them all."""
    results, faults = [], []
    for reading in readings:
        try:
            results.append(reading())
        except PolicyFileError as fault:
            faults += fault.all
    if faults:
        faults[0].all = tuple(faults)
        raise faults[0]
    return results


# --- Values that know their line ----------------------------------------------------------------------------


LONGEST_TEXT = 500
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Cc and Cf hold the control characters and the marks that turn the direction of writing.
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
TEXT, FLAG, NUMBER, NOTHING, LIST, MAPPING = "str", "bool", "int", "null", "seq", "map"


class Node(NamedTuple):
    """A value as it stands: its kind, its text or its parts (pairs of nodes for a mapping), and its line from 1."""

    kind: str
    value: str | tuple
    line: int


def node_of(data):
    """The node of texts, yes/no, whole numbers, None, lists and mappings in memory, which are on no line: 0."""
    if data is None:
        return Node(NOTHING, "", 0)
    if isinstance(data, bool):
        return Node(FLAG, "true" if data else "false", 0)
    if isinstance(data, int):
        return Node(NUMBER, str(data), 0)
    if isinstance(data, str):
        return Node(TEXT, data, 0)
    if isinstance(data, dict):
        return Node(MAPPING, tuple((node_of(key), node_of(value)) for key, value in data.items()), 0)
    if isinstance(data, list | tuple):
        return Node(LIST, tuple(map(node_of, data)), 0)
    raise TypeError(f"{type(data).__name__} has no place in a policy")


class Value(NamedTuple):
    """One value of a policy. Each reading method raises PolicyFileError at the value's own line and place."""

    file: str
    node: Node
    path: tuple = ()

    def refuse(self, reason):
        """The error to raise when this value cannot be used."""
        return PolicyFileError(self.file, self.node.line, reason, self.path)

    def is_null(self):
        """Whether the file says `null` (or nothing) here."""
        return self.node.kind == NOTHING

    def text(self):
        """The text, its line breaks and runs of spaces made into single spaces."""
        if self.node.kind == NOTHING:
            raise self.refuse("there is nothing here; write the missing text after the colon")
        if self.node.kind != TEXT:
            raise self.refuse('a text was expected here; put quotes around it, like "4.1"')
        raw = self.node.value
        if not raw.isprintable() and (hidden := hidden_in(raw)):
            raise self.refuse(f"the text holds {hidden}; delete it and type the words again")
        text = " ".join(raw.split())
        if not text:
            raise self.refuse("the text is empty; write something between the quotes")
        if len(text) > LONGEST_TEXT:
            raise self.refuse(f"the text has {len(text)} characters; shorten it to {LONGEST_TEXT} or fewer")
        return text

    def flag(self):
        if self.node.kind != FLAG:
            raise self.refuse("write true or false here, without quotes")
        return self.node.value.lower() in {"true", "yes", "on"}

    def number(self, least, most):
        """A whole number from `least` to `most`."""
        digits = self.node.value if self.node.kind == NUMBER else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9 and least <= int(digits) <= most):
            raise self.refuse(f"write a whole number from {least} to {most} here, without quotes")
        return int(digits)

    def identifier(self):
        """A kebab-case id, such as device-in-locker."""
        return self.matching(KEBAB_CASE, "an id has only small letters, digits and single hyphens, like exam-room")

    def matching(self, pattern, reason):
        """A text that the whole pattern fits."""
        text = self.text()
        if not pattern.fullmatch(text):
            raise self.refuse(f"“{text}” cannot be used here: {reason}")
        return text

    def date(self):
        """A day, YYYY-MM-DD."""
        return self._moment(dt.date, "{}", 'a day is written like "2024-07-31", in quotes')

    def month(self):
        """A month, YYYY-MM."""
        return self._moment(dt.date, "{}-01", 'a month is written like "2023-09", in quotes')

    def month_day(self):
        """A day that comes every year, MM-DD: not the 29th of February."""
        return self._moment(dt.date, "2023-{}", 'a day of every year is written like "08-31", in quotes')

    def time(self):
        """A time on the school's clock, HH:MM."""
        return self._moment(dt.time, "{}:00", 'a time is written like "08:30", in quotes')

    def _moment(self, kind, completed, reason):
        text = self.text()
        try:
            # Python also reads "20240731": only one spelling may stand, since times are compared as text.
            same = kind.fromisoformat(completed.format(text)).isoformat() == completed.format(text)
        except ValueError:
            same = False
        if not same:
            raise self.refuse(f"“{text}” cannot be used here: {reason}")
        return text

    def choice(self, allowed, what):
        """A text that is one of those allowed; `what` names them in the refusal."""
        if self.node.kind == TEXT and self.node.value in allowed:
            return self.node.value  # as most are, and so need no further reading
        text = self.text()
        if text not in allowed:
            raise self.refuse(f"there is no {what} “{text}”; choose one of: {', '.join(sorted(allowed))}")
        return text

    def choices(self, allowed, what):
        """A list of different texts, each one of those allowed."""
        items = self.items()
        plain = dict.fromkeys([item.node.value for item in items if item.node.kind == TEXT])
        if len(plain) == len(items) and plain.keys() <= allowed:
            return tuple(plain)
        chosen = read_all(partial(item.choice, allowed, what) for item in items)
        for number, (item, text) in enumerate(zip(items, chosen, strict=True)):
            if text in chosen[:number]:
                raise item.refuse(f"the {what} “{text}” is listed twice; delete one of the two")
        return tuple(chosen)

    def items(self):
        """The values of a list, which has at least one."""
        if self.node.kind != LIST:
            raise self.refuse("a list was expected here, like [pupil, parent] or lines that begin with a hyphen")
        if not self.node.value:
            raise self.refuse("the list is empty; put at least one entry in it")
        return [Value(self.file, node, (*self.path, number)) for number, node in enumerate(self.node.value)]

    def fields(self, required, optional=()):
        """The values of a mapping by key: each required key, perhaps optional ones, no others, none twice."""
        if self.node.kind != MAPPING:
            raise self.refuse(f"lines with these keys were expected here: {', '.join(required)}")
        values, allowed = {}, {*required, *optional}
        for key_node, node in self.node.value:
            name = key_node.value if key_node.kind == TEXT else None
            if name not in allowed or name in values:
                key = Value(self.file, key_node, self.path)
                name = key.choice(allowed, "key")
                if name in values:
                    raise key.refuse(f"the key “{name}” stands here a second time; delete one of the two")
            values[name] = Value(self.file, node, (*self.path, name))
        missing = [key for key in required if key not in values]
        if missing:
            raise self.refuse(f"the key “{missing[0]}” is missing; add a line “{missing[0]}: …”")
        return values

    def claimed_ids(self):
        """What the entries of this list call themselves, fit or not.

        With these a fault in one entry is not found a second time in every other entry that names it.
        """
        entries = self.node.value if self.node.kind == LIST else ()
        pairs = [pair for entry in entries if entry.kind == MAPPING for pair in entry.value]
        return frozenset(value.value for key, value in pairs if key.value == "id" and value.kind == TEXT)


def hidden_in(text):
    """The name of the first character that nobody can see, or None. Tabs and line breaks may stand."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return None
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in HIDDEN_CATEGORIES:
            return f"a hidden character (U+{ord(character):04X})"
    return None
