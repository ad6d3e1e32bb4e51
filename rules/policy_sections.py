"""The entries of the parts of a draft that are edited on the page: found, changed, added, moved. Nothing is checked.

A section is a list of entries, or some fields, which are its one entry. Each function returns what it made anew and
leaves the content that it was given as it was.
"""

import copy
import re
from collections import Counter

from fields import canonical_json
from rules.digests import sha256
from rules.errors import NotFound
from rules.policy_outline import ALONE, SECTIONS

LONGEST_ID = 60


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


def label(entry):
    """The words by which people know an entry of a list."""
    return next(entry[name] for name in ("title", "name", "says", "hazards") if name in entry)


def standing(content, base, section):
    """What is new or changed in a section since the version that `base` is the content of, as {key: word}."""
    before = dict(entries(base, section))
    named = bool(section.named_by or section.fixed or section.fields)
    found = {}
    for key, entry in entries(content, section):
        if named and key in before:
            found[key] = "" if entry == before[key] else "changed"
        else:
            found[key] = "" if entry in before.values() else "new"
    return found


def count(content, base, section):
    """How many entries are new, changed and deleted since that version, as {word: number}; only what there is."""
    words = Counter(standing(content, base, section).values())
    deleted = len(entries(base, section)) + words["new"] - len(entries(content, section))
    return {word: number for word, number in {**words, "deleted": deleted}.items() if word and number}


def place_of(content, path):
    """Which section, and which entry of it, a path of the content leads into, in words; "" where none does."""
    for section in SECTIONS.values():
        inside, inner = path[: len(section.path)] == section.path, path[len(section.path) :]
        if inside and section.listed and inner:
            return f"{section.title}: “{label(_part(content, section)[inner[0]])[:60]}”"
        if inside and (section.listed or (inner and inner[0] in section.fields)):
            return section.title
    return ""


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
    own = {"id": old["id"]} if "id" in old else {}
    part[number] = {**own, **entry, **own}
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
