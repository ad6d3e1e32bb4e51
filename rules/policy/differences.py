"""What is different between two versions of the policy, in words that people read, and for whom (clause 7.1).

`differences` compares two contents. `changed_for` tells what has changed for somebody with certain roles.
"""

import datetime as dt
import difflib
from collections import namedtuple
from enum import StrEnum
from functools import lru_cache, partial
from typing import NamedTuple

from enums import Role
from rules.auth.permissions import EVERYONE, FAMILY, ROLE_NAMES, STAFF
from rules.core import clock
from rules.exemption_kinds import KINDS
from rules.policy.versions import content_of

# A part: its entries are made from a content. An entry: `texts` are its fields by label; `roles` are whom it concerns,
# None for everybody.
Part = namedtuple("Part", "id heading entries")
Entry = namedtuple("Entry", "key title texts roles")

WHOM = "Who it is for"
PUBLISHERS = {"group": "the Group", "school": "the school"}
TIMES = {
    "opens": "An exemption begins at the earliest",
    "closes": "An exemption ends at the latest",
    "pupils_come": "Pupils come",
    "pupils_leave": "Pupils leave",
}
FURTHER = {"says": "What it says", "title": "Title", "name": "Name", "source": "Where it comes from"}
ANSWERS = {"hazards": "Hazards", "who": "Who could be harmed", "controls": "What is done", "residual": "What is left"}


def format_day(text):
    """A day of the content in words."""
    return clock.format_date(dt.date.fromisoformat(text))


def format_month(text):
    """A month of the content in words, such as September 2023."""
    return f"{dt.date.fromisoformat(text + '-01'):%B %Y}"


DATES = {
    "title": ("Title", str),
    "review_due": ("Next review due", format_day),
    "approved_by": ("Approved by", str),
    "approved_on": ("Approved on", format_day),
    "in_force_from": ("In force from", format_day),
    "implemented": ("Begun in", format_month),
    "reviewed": ("Last reviewed in", format_month),
}


def _roles(keys):
    return ", ".join(ROLE_NAMES[Role(key)] for key in keys)


def _easy(lines):
    return "\n".join(f"({line['picture']}) {line['says']}" for line in lines or ())


def _said(texts):
    """Of these texts by label those that say something."""
    return {label: text for label, text in texts.items() if text}


def _dates(content):
    school = content["school"]
    texts = {label: say(school[name]) for name, (label, say) in DATES.items() if school.get(name)}
    texts |= {"School": school["name"], "Watched over by": _roles(school["monitored_by"])}
    return [Entry("dates", "Title, dates and approval", texts, None)]


def _times(content):
    day = content["school"]["day"]
    texts = {label: clock.format_time(clock.read_time(day[name])) for name, label in TIMES.items() if name in day}
    year = dt.date.fromisoformat(f"2023-{content['school']['academic_year_ends']}")
    return [Entry("times", "Times", {**texts, "The school year ends on": f"{year.day} {year:%B}"}, None)]


def _obligations(content):
    return [
        Entry(one["id"], f"Clause {', '.join(one['clauses'])}", _of_obligation(one), one["for"])
        for one in content["obligations"]
    ]


def _of_obligation(one):
    form = KINDS.get(one.get("form"))
    return _said(
        {
            "What it says": one["says"],
            "When": "Before you " + one["before"] if "before" in one else one["when"].capitalize(),
            "Clauses": ", ".join(one["clauses"]),
            WHOM: _roles(one["for"]),
            "Easy-read": _easy(one.get("easy")),
            "Leads to the form": form and form.title,
        }
    )


def _clauses(content):
    for one in content["clauses"]:
        texts = {"Title": one["title"], "What it says": one["gist"], WHOM: _roles(one["for"])}
        yield Entry(one["id"], f"{one['id']} {one['title']}", texts, one["for"])


def _procedures(content):
    for one in content["procedures"]:
        texts = {"Title": one["title"], "What it says": "\n".join(one["says"]), WHOM: _roles(one["for"])}
        yield Entry(one["id"], one["title"], texts | _said({"Easy-read": _easy(one.get("easy"))}), one["for"])


def _monitoring(content):
    school = content["school"]
    texts = _said({"What it says": school["monitoring_notice"], "Easy-read": _easy(school.get("monitoring_easy"))})
    return [Entry("monitoring", "Monitoring notice", texts, STAFF | {Role.PUPIL})]


def _zones(content):
    free = set(content["visitors"]["free_places"])
    for one in content["zones"]:
        texts = {
            "Name": one["name"],
            "Can somebody ask to use a device there?": "yes" if one["exemptions"] else "no",
            "May visitors use their device there?": "yes" if one["id"] in free else "not without permission",
        }
        yield Entry(one["id"], one["name"], texts, None)


def _named(content, part):
    """Entries with a name or a title; they concern those who ask for the kinds of exemption they name, or decide."""
    for one in content[part]:
        kinds = [KINDS[key] for key in one.get("kinds", ()) if key in KINDS]
        texts = {
            **{FURTHER[name]: one[name] for name in FURTHER if name in one},
            "For": ", ".join(kind.name for kind in kinds),
            "Devices": ", ".join(key.replace("-", " ") for key in one.get("devices", ())),
            "Refused by clause": one.get("refused_by"),
            "What to do instead": one.get("refusal"),
        }
        roles = frozenset().union(*(kind.askers | kind.deciders for kind in kinds))
        yield Entry(one["id"], one.get("title") or one["name"], _said(texts), roles or None)


def _visitors(content):
    for number, one in enumerate(content["visitors"]["expects"], start=1):
        texts = {"What it says": one["says"], "Easy-read": f"({one['picture']}) {one['easy']}", "Clause": one["clause"]}
        yield Entry(f"{number}", f"Line {number} of the sign", texts, None)
    for place in content["visitors"]["signs"]:
        yield Entry(f"sign-{place['id']}", f"A sign: {place['name']}", {"Place": place["name"]}, STAFF)
    regular = content["visitors"]["regular"]
    texts = {"Different days": f"{regular['visits']}", "Within so many days": f"{regular['days']}"}
    yield Entry("regular", "Who comes regularly", texts, STAFF | {Role.REGULAR_VISITOR})


def _agreement(content):
    one = content["agreement"]
    texts = {"What is expected": "\n".join(one["expectations"]), "What happens otherwise": "\n".join(one["sanctions"])}
    return [
        Entry("agreement", "What an agreement starts from", texts | {"Easy-read": _easy(one["easy"])}, STAFF | FAMILY)
    ]


def _assessments(content):
    for one in content["assessments"]:
        texts = {label: one[name] for name, label in ANSWERS.items()}
        yield Entry(one["id"], f"What a risk assessment starts from: {one['id']}", texts, STAFF)


def _sources(content):
    titles = [one["title"] for one in content["school"]["sources"]]
    for number, one in enumerate(content["school"]["sources"]):
        yield Entry(_once(titles, number), one["title"], {"Edition": one["edition"]}, None)


def _documents(content):
    titles = [one["title"] for one in content["school"]["linked_documents"]]
    for number, one in enumerate(content["school"]["linked_documents"]):
        texts = {"From": PUBLISHERS.get(one["publisher"], one["publisher"])}
        yield Entry(_once(titles, number), one["title"], texts, None)


def _once(titles, number):
    """A key for the title at a place of a list, in which a title may stand twice."""
    return f"{titles[number]} {titles[:number].count(titles[number])}"


PARTS = (
    Part("dates", "Title, dates and approval", _dates),
    Part("obligations", "What people must do", _obligations),
    Part("procedures", "Complaints and whistleblowing", _procedures),
    Part("monitoring", "Monitoring notice", _monitoring),
    Part("clauses", "The policy in plain English", _clauses),
    Part("times", "Times of the school day", _times),
    Part("zones", "Places", _zones),
    Part("devices", "Kinds of device", partial(_named, part="devices")),
    Part("visitors", "What we expect of visitors", _visitors),
    Part("purposes", "What a device may be used for", partial(_named, part="purposes")),
    Part("notices", "What people are told on the forms", partial(_named, part="notices")),
    Part("agreement", "The written agreement", _agreement),
    Part("assessments", "Risk assessments", _assessments),
    Part("sources", "National guidance it follows", _sources),
    Part("documents", "Documents to read with it", _documents),
)


# --- The comparison -----------------------------------------------------------------------------------------


Piece = namedtuple("Piece", "words marked")


class What(StrEnum):
    """What has become of an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class DifferenceRow(NamedTuple):
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
        """The change as somebody with these roles sees it, or None where it does not concern them.

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
    rows = tuple(DifferenceRow(label, texts[0].get(label, ""), texts[1].get(label, "")) for label in labels)
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
