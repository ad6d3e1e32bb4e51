"""The content of a policy in plain words, entry by entry, as people compare it."""

import datetime as dt
from collections import namedtuple
from functools import partial

from enums import Role
from rules import clock
from rules.exemption_kinds import KINDS
from rules.roles import FAMILY, ROLE_NAMES, STAFF

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


def say_day(text):
    """A day of the content in words."""
    return clock.say_date(dt.date.fromisoformat(text))


def say_month(text):
    """A month of the content in words, such as September 2023."""
    return f"{dt.date.fromisoformat(text + '-01'):%B %Y}"


DATES = {
    "title": ("Title", str),
    "review_due": ("Next review due", say_day),
    "approved_by": ("Approved by", str),
    "approved_on": ("Approved on", say_day),
    "in_force_from": ("In force from", say_day),
    "implemented": ("Begun in", say_month),
    "reviewed": ("Last reviewed in", say_month),
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
    texts = {label: clock.say_time(clock.read_time(day[name])) for name, label in TIMES.items() if name in day}
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
