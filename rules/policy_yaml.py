"""YAML in which every value knows its line, so that the office can mend what is refused.

Nothing is ever constructed from a file but text, yes/no, lists and mappings of those.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

import yaml

from rules.policy_errors import PolicyFileError

# libyaml's reader is some ten times quicker; the pure one reads the same files.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LONGEST_TEXT = 500
# The pack needs four; a file that nests without end would exhaust the reader.
DEEPEST_NESTING = 8
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Cc and Cf hold the control characters and the marks that turn the direction of writing.
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Value:
    """One value of a policy file. Each reading method raises PolicyFileError at the value's own line."""

    file: str
    node: yaml.Node

    @property
    def line(self):
        """The line on which the value begins, from 1."""
        return self.node.start_mark.line + 1

    def refuse(self, reason):
        """The error to raise when this value cannot be used."""
        return PolicyFileError(self.file, self.line, reason)

    def is_null(self):
        """Whether the file says `null` (or nothing) here."""
        return self.node.tag == f"{TAG}null"

    def text(self):
        """The text, its line breaks and runs of spaces made into single spaces."""
        if self.is_null():
            raise self.refuse("there is nothing here; write the missing text after the colon")
        if self.node.tag != f"{TAG}str":
            raise self.refuse('a text was expected here; put quotes around it, like "4.1"')
        return self._clean(self.node.value)

    def _clean(self, raw):
        if _hidden(raw):
            raise self.refuse(f"the text holds {_hidden(raw)}; delete it and type the words again")
        text = " ".join(raw.split())
        if not text:
            raise self.refuse("the text is empty; write something between the quotes")
        if len(text) > LONGEST_TEXT:
            raise self.refuse(f"the text has {len(text)} characters; shorten it to {LONGEST_TEXT} or fewer")
        return text

    def flag(self):
        """True or False."""
        if self.node.tag != f"{TAG}bool":
            raise self.refuse("write true or false here, without quotes")
        return self.node.value.lower() in {"true", "yes", "on"}

    def number(self, least, most):
        """A whole number from `least` to `most`."""
        digits = self.node.value if self.node.tag == f"{TAG}int" else ""
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
        text = self.text()
        if text not in allowed:
            raise self.refuse(f"there is no {what} “{text}”; choose one of: {', '.join(sorted(allowed))}")
        return text

    def choices(self, allowed, what):
        """A list of different texts, each one of those allowed."""
        chosen = []
        for item in self.items():
            if item.choice(allowed, what) in chosen:
                raise item.refuse(f"the {what} “{item.text()}” is listed twice; delete one of the two")
            chosen.append(item.text())
        return tuple(chosen)

    def items(self):
        """The values of a list, which has at least one."""
        if self.node.tag != f"{TAG}seq":
            raise self.refuse("a list was expected here, like [pupil, parent] or lines that begin with a hyphen")
        if not self.node.value:
            raise self.refuse("the list is empty; put at least one entry in it")
        return [Value(self.file, node) for node in self.node.value]

    def fields(self, required, optional=()):
        """The values of a mapping by key: each required key, perhaps optional ones, no others, none twice."""
        if self.node.tag != f"{TAG}map":
            raise self.refuse(f"lines with these keys were expected here: {', '.join(required)}")
        found = {}
        for key_node, node in self.node.value:
            key = Value(self.file, key_node)
            if key.choice({*required, *optional}, "key") in found:
                raise key.refuse(f"the key “{key.text()}” stands here a second time; delete one of the two")
            found[key.text()] = Value(self.file, node)
        missing = [key for key in required if key not in found]
        if missing:
            raise self.refuse(f"the key “{missing[0]}” is missing; add a line “{missing[0]}: …”")
        return found


def read_yaml(path):
    """The one document of a policy file as a Value; PolicyFileError if it is missing or not plain YAML."""
    text = _read_text(path)
    try:
        _refuse_what_the_pack_never_needs(path.name, text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise _broken(path.name, error) from error
    if node is None:
        raise PolicyFileError(path.name, 1, "the file is empty; put back the last copy that worked")
    return Value(path.name, node)


def _read_text(path):
    try:
        # Windows' Notepad puts a mark before the first letter: that is no mistake of the office's.
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PolicyFileError(path.name, line, "this is not UTF-8; save the file again as UTF-8") from error
    except OSError as error:
        raise PolicyFileError(path.name, 1, "the file is missing or cannot be opened; put it back") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if hidden := _hidden(line):
            raise PolicyFileError(path.name, number, f"the line holds {hidden}; delete the line and type it again")
    return text


def _hidden(text):
    """The name of the first character that nobody can see, or None. Tabs and line breaks may stand."""
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in HIDDEN_CATEGORIES:
            return f"a hidden character (U+{ord(character):04X})"
    return None


def _refuse_what_the_pack_never_needs(file, text):
    """Anchors and aliases hide what a line says, and can swell a small file; so can nesting without end."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) is not None:
            raise PolicyFileError(file, line, "& and * shortcuts are not read here; write the words out in full")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_NESTING:
            raise PolicyFileError(file, line, "too many lists inside lists; compare with the entries above")


def _broken(file, error):
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or "unreadable"
    return PolicyFileError(
        file,
        line,
        f"the YAML is broken ({problem}); look at the spaces, colons and quotes here and just above",
    )
