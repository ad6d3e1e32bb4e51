"""What is different between two versions of the policy, in words that people read, and for whom (clause 7.1).

`differences` compares two contents. `changed_for` tells what has changed for somebody with certain roles.
"""

import difflib
from collections import namedtuple
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rules.policy_plain import PARTS, WHOM
from rules.policy_versions import content_of
from rules.roles import EVERYONE

Piece = namedtuple("Piece", "words marked")


class What(StrEnum):
    """What has become of an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Row(NamedTuple):
    """A field of an entry in both versions; nothing where it is not there."""

    label: str
    old: str
    new: str

    @property
    def pieces(self):
        """The old words and the new ones, in pieces: those that are not in the other are marked."""
        return marked(self.old, self.new)


class Change(NamedTuple):
    """An entry that is not the same in both versions. `before` and `after` are the roles it concerned and concerns.

    `part` and `key` say which it is, such as ("procedures", "complaints"); `rows` are all its fields.
    """

    part: str
    key: str
    heading: str
    title: str
    what: What
    rows: tuple = ()
    before: frozenset = frozenset()
    after: frozenset = frozenset()

    @property
    def shown(self):
        """The fields that are worth showing: of what was changed only those that differ."""
        return [row for row in self.rows if row.old != row.new]

    def seen_by(self, roles):
        """The same as somebody with these roles sees it, or None where it is nothing to them.

        A line that is new for them is an added one, even where others had it before.
        """
        had, has = not self.before.isdisjoint(roles), not self.after.isdisjoint(roles)
        if self.what is What.MOVED or not (had or has):
            return None
        if had and has:
            rows = tuple(row for row in self.rows if row.label != WHOM)
            return self._replace(rows=rows) if any(row.old != row.new for row in rows) else None
        if has:
            return self._replace(what=What.ADDED, rows=tuple(row._replace(old="") for row in self.rows))
        return self._replace(what=What.REMOVED, rows=tuple(row._replace(new="") for row in self.rows))


def differences(old, new):
    """Every change from one content to another, in the order of the policy."""
    return tuple(change for part in PARTS for change in _compare(part, old, new))


def differences_for(roles, changes):
    """Of these changes those that somebody with these roles sees, as they see them."""
    return tuple(seen for change in changes if (seen := change.seen_by(roles)))


@lru_cache(maxsize=64)
def between(old, new):
    """Every change from one version to another (their numbers). Raises NotFound."""
    return differences(content_of(old), content_of(new))


@lru_cache(maxsize=512)
def changed_for(roles, old, new):
    """What has changed from one version to another (their numbers) for somebody with these roles (a frozenset)."""
    return differences_for(roles, between(old, new))


def _compare(part, old, new):
    before = {entry.key: entry for entry in part.entries(old)}
    after = {entry.key: entry for entry in part.entries(new)}
    for key in [*after, *(key for key in before if key not in after)]:
        change = _change(part, before.get(key), after.get(key))
        if change:
            yield change
    common = [[key for key in keys if key in other] for keys, other in ((before, after), (after, before))]
    if common[0] != common[1]:
        yield Change(part.id, "", part.heading, "The order of the lines", What.MOVED)


def _change(part, old, new):
    if old == new:
        return None
    what = What.ADDED if old is None else What.REMOVED if new is None else What.CHANGED
    one = new or old
    texts = [entry.texts if entry else {} for entry in (old, new)]
    labels = dict.fromkeys([*texts[1], *texts[0]])
    rows = tuple(Row(label, texts[0].get(label, ""), texts[1].get(label, "")) for label in labels)
    roles = [frozenset(entry.roles or EVERYONE) if entry else frozenset() for entry in (old, new)]
    return Change(part.id, one.key, part.heading, one.title, what, rows, *roles)


def marked(old, new):
    """Two texts in pieces, the words that only one of them has marked.

    >>> marked("Put it in a bag.", "Put it in a locker.")[1]
    (Piece(words='Put it in a', marked=False), Piece(words='locker.', marked=True))
    """
    words = old.split(), new.split()
    pieces = [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        for side, (first, last) in enumerate(((a, b), (c, d))):
            if first < last:
                pieces[side].append(Piece(" ".join(words[side][first:last]), tag != "equal"))
    return tuple(map(tuple, pieces))
