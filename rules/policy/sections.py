"""The parts of a draft that are edited on the page: where they lie in its content, and changing their entries.

A section is a list of entries, or some fields, which are its one entry. Each function returns what it made anew and
leaves the content that it was given as it was. The written agreement is not among them: it has a page of its own.
"""

import copy
import re
from collections import Counter
from typing import NamedTuple

from fields import canonical_json
from rules.core.errors import NotFound
from rules.core.tokens import sha256

ALONE = "front"  # the key of the one entry of a section that is no list


class Section(NamedTuple):
    """A part that is edited. `path` leads to it in the content; `fields` are those of the front page, or none.

    `named_by` is the field from whose words the id of a new entry is made; where entries have no id, their number is
    their key. A `fixed` list always has the same entries; of a `permanent` one those of the base version stay, because
    other records name them. `hint` is what those who write it are told about the list.
    """

    id: str
    title: str
    one: str
    path: tuple
    fields: tuple = ()
    named_by: str = ""
    fixed: bool = False
    permanent: bool = False
    hint: str = ""

    @property
    def listed(self):
        return not self.fields


FRONT = ("title", "implemented", "reviewed", "review_due", "approved_by", "approved_on", "in_force_from")
THE_FORMS = "Which forms there are is part of the program: no policy can add one."
# The sections under their headings, in the order of the page.
GROUPS = {
    "The text": (
        Section("obligations", "What everybody must do", "line", ("obligations",), named_by="says"),
        Section(
            "clauses",
            "Clauses",
            "clause",
            ("clauses",),
            named_by="id",
            permanent=True,
            hint="Lines, exemptions and the audit trail name clauses by number, so a clause stays, with its number.",
        ),
        Section("procedures", "Complaints and whistleblowing", "text", ("procedures",), fixed=True),
        Section("monitoring", "Monitoring notice", "notice", ("school",), ("monitoring_notice", "monitoring_easy")),
        Section("sources", "National guidance it follows", "source", ("school", "sources")),
        Section("documents", "Documents to read with it", "document", ("school", "linked_documents")),
    ),
    "The front page": (
        Section("dates", "Title, dates and approval", "dates", ("school",), FRONT),
        Section(
            "school",
            "The school, and who watches over the policy",
            "school",
            ("school",),
            ("name", "monitored_by", "academic_year_ends"),
        ),
        Section(
            "times",
            "Times of the school day",
            "times",
            ("school", "day"),
            ("opens", "closes", "pupils_come", "pupils_leave"),
        ),
    ),
    "Places, devices and forms": (
        Section(
            "places",
            "Places",
            "place",
            ("zones",),
            named_by="name",
            permanent=True,
            hint="Requests name these places, so a place stays. You can change its name, and whether people can ask.",
        ),
        Section(
            "devices",
            "Kinds of device",
            "kind of device",
            ("devices",),
            named_by="name",
            permanent=True,
            hint="Requests and records name these kinds, so a kind of device stays. You can change its name.",
        ),
        Section(
            "purposes",
            "What a device may be used for",
            "use",
            ("purposes",),
            named_by="name",
            permanent=True,
            hint="Requests name these uses, so a use stays. To stop it, say which clause forbids it. " + THE_FORMS,
        ),
        Section(
            "notices",
            "What people are told on the forms",
            "notice",
            ("notices",),
            named_by="title",
            hint="It stands on the form, and again where the request is decided. " + THE_FORMS,
        ),
        Section(
            "assessments",
            "What a risk assessment starts from",
            "text",
            ("assessments",),
            fixed=True,
            hint="Whoever asks changes these words to fit, and signs. Which form has them is part of the program.",
        ),
    ),
    "Visitors": (
        Section("visitors", "What we expect of visitors", "line of the sign", ("visitors", "expects")),
        Section(
            "signs",
            "Where the signs hang",
            "sign",
            ("visitors", "signs"),
            named_by="name",
            hint="A sign keeps its checks when you change its name. Nobody is sent to check one that you delete.",
        ),
        Section("free", "Where visitors need no permission", "list of places", ("visitors",), ("free_places",)),
        Section("regular", "Who comes regularly", "numbers", ("visitors", "regular"), ("visits", "days")),
    ),
}
SECTIONS = {section.id: section for group in GROUPS.values() for section in group}


# --- Finding and changing entries ---------------------------------------------------------------------------


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
    words = {}
    for key, entry in entries(content, section):
        if named and key in before:
            words[key] = "" if entry == before[key] else "changed"
        else:
            words[key] = "" if entry in before.values() else "new"
    return words


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
    entry = dict(entries(content, section)).get(key)
    if entry is None:
        raise NotFound
    return entry


def path_of(content, section, key):
    """Where an entry lies in the content. Raises NotFound."""
    keys = [entry_key for entry_key, _ in entries(content, section)]
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
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower().replace("’", ""))[:LONGEST_ID]
    start = "-".join(slug.strip("-").split("-")[:6]) or "line"
    number = 1
    while (new := start if number == 1 else f"{start}-{number}") in taken:
        number += 1
    return new
