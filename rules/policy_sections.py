"""Which parts of a draft of the policy are edited on the page, and where they lie in its content. Nothing is checked.

A section is a list of entries, or some fields of the front page, which are its one entry. Each function returns what
it made anew and leaves the content that it was given as it was.
"""

import copy
import re
from dataclasses import dataclass

from fields import canonical_json
from rules.digests import sha256
from rules.roles import NotFound

LONGEST_ID = 60
ALONE = "front"  # the key of the one entry of a section that is no list


@dataclass(frozen=True)
class Section:
    """A part that is edited. `path` leads to it in the content; `fields` are those of the front page, or none.

    `named_by` is the field from whose words the id of a new entry is made; where entries have no id, their number is
    their key. A `fixed` list always has the same entries; of a `kept` one those of the base version stay, because
    other records name them.
    """

    id: str
    title: str
    one: str
    path: tuple
    fields: tuple = ()
    named_by: str = ""
    fixed: bool = False
    kept: bool = False

    @property
    def listed(self):
        """Whether it is a list."""
        return not self.fields


FRONT = ("title", "implemented", "reviewed", "review_due", "approved_by", "approved_on", "in_force_from")
SECTIONS = {
    section.id: section
    for section in (
        Section("obligations", "What everybody must do", "line", ("obligations",), named_by="says"),
        Section("dates", "Title, dates and approval", "dates", ("school",), FRONT),
        Section(
            "times",
            "Times of the school day",
            "times",
            ("school", "day"),
            ("opens", "closes", "pupils_come", "pupils_leave"),
        ),
        Section("places", "Places", "place", ("zones",), named_by="name", kept=True),
        Section("procedures", "Complaints and whistleblowing", "text", ("procedures",), fixed=True),
        Section("monitoring", "Monitoring notice", "notice", ("school",), ("monitoring_notice", "monitoring_easy")),
        Section("visitors", "What we expect of visitors", "line of the sign", ("visitors", "expects")),
        Section("sources", "National guidance it follows", "source", ("school", "sources")),
        Section("documents", "Documents to read with it", "document", ("school", "linked_documents")),
    )
}


def _part(content, section):
    for step in section.path:
        content = content[step]
    return content


def entries(content, section):
    """The entries of a section, as a list of (key, entry)."""
    part = _part(content, section)
    if not section.listed:
        return [(ALONE, {name: part[name] for name in section.fields if name in part})]
    return [(entry.get("id") or str(number), entry) for number, entry in enumerate(part, start=1)]


def standing(content, base, section):
    """What is new or changed in a section since the version that the draft began from, as {key: word}."""
    before = dict(entries(base, section))
    named = bool(section.named_by or section.fixed)
    found = {}
    for key, entry in entries(content, section):
        if named and key in before:
            found[key] = "" if entry == before[key] else "changed"
        else:
            found[key] = "" if entry in before.values() else "new"
    return found


def entry_of(content, section, key):
    """The entry of a section with this key. Raises NotFound."""
    found = dict(entries(content, section)).get(key)
    if found is None:
        raise NotFound
    return found


def path_of(content, section, key):
    """Where an entry lies in the content. Raises NotFound."""
    keys = [each for each, _ in entries(content, section)]
    if key not in keys:
        raise NotFound
    return (*section.path, keys.index(key)) if section.listed else section.path


def fingerprint(entry):
    """What tells whether an entry is still the one that somebody has opened."""
    return sha256(canonical_json(entry))[:16]


def changed(content, section, key, entry):
    """The content with this entry in the place of the one with this key, whose id it keeps. Raises NotFound."""
    old, content = entry_of(content, section, key), copy.deepcopy(content)
    part = _part(content, section)
    if not section.listed:
        for name in section.fields:
            part.pop(name, None)
        part.update({name: value for name, value in entry.items() if name in section.fields})
        return content
    number = path_of(content, section, key)[-1]
    part[number] = {**({"id": old["id"]} if "id" in old else {}), **entry}
    return content


def added(content, section, entry, after=""):
    """The content with a new entry behind the one with the key `after`, at the end where there is none; and its key."""
    content = copy.deepcopy(content)
    part, keys = _part(content, section), [key for key, _ in entries(content, section)]
    number = keys.index(after) + 1 if after in keys else len(part)
    if section.named_by:
        entry = {"id": _new_id(entry.get(section.named_by) or "", set(keys)), **entry}
    part.insert(number, entry)
    return content, number


def removed(content, section, key):
    """The content without the entry with this key. Raises NotFound."""
    number, content = path_of(content, section, key)[-1], copy.deepcopy(content)
    del _part(content, section)[number]
    return content


def moved(content, section, key, after):
    """The content with an entry behind another one (its key), or first where `after` is empty. Raises NotFound."""
    entry = entry_of(content, section, key)
    if after == key:
        return content
    behind = entry_of(content, section, after) if after else None
    content = copy.deepcopy(content)
    part = _part(content, section)
    part.remove(entry)
    part.insert(part.index(behind) + 1 if after else 0, entry)
    return content


def _new_id(words, taken):
    """An id of the first words, that no other entry has."""
    found = re.sub(r"[^a-z0-9]+", "-", words.lower().replace("’", ""))[:LONGEST_ID]
    start = "-".join(found.strip("-").split("-")[:6]) or "line"
    number = 1
    while (new := start if number == 1 else f"{start}-{number}") in taken:
        number += 1
    return new
