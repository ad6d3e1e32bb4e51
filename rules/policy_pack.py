"""The policy pack: the school's policy as data, read from the folder `policy/` and checked line by line.

Nothing here asks the database or the clock. What is read is JSON-ready: texts, numbers, True and False, tuples.
"""

import re
from dataclasses import asdict
from functools import partial

from fields import canonical_json
from models import Role, When
from rules.digests import sha256
from rules.easy_read import PICTURES
from rules.exemption_kinds import KINDS
from rules.policy_parts import (
    Clause,
    Device,
    Expectation,
    LinkedDocument,
    Notice,
    Obligation,
    PolicyPack,
    Purpose,
    School,
    SchoolDay,
    SignPlace,
    Source,
    Visitors,
    Zone,
)
from rules.policy_yaml import PolicyFileError, read_yaml
from rules.regular_days import Numbers

__all__ = ["KNOWN_FORMS", "PolicyFileError", "PolicyPack", "read_pack"]

# The kinds of exemption that somebody can ask for.
KNOWN_FORMS = frozenset(KINDS)
PUBLISHERS = frozenset({"group", "school", "DfE"})
# So many lines of so many characters in large print are one sheet of A4, which a sign has to be.
MOST_LINES, LONGEST_LINE = 7, 100
LONGEST_SPELL = 366  # days within which visits are counted
CLAUSE_ID = re.compile(r"[0-8]\.[0-9]{1,2}[a-d]?")


def read_pack(folder, forms=KNOWN_FORMS):
    """Read the files of a pack; `forms` are the kinds of exemption that exist. Raises PolicyFileError."""
    clauses = _entries(folder / "clauses.yaml", _clause)
    known = frozenset(clause.id for clause in clauses)
    devices = _entries(folder / "devices.yaml", _device)
    zones = _entries(folder / "zones.yaml", _zone)
    kinds_of_device = frozenset(device.id for device in devices)
    content = {
        "school": _school(read_yaml(folder / "school.yaml")),
        "zones": zones,
        "devices": devices,
        "purposes": _entries(folder / "purposes.yaml", partial(_purpose, known=known, forms=forms)),
        "clauses": clauses,
        "obligations": _entries(folder / "obligations.yaml", partial(_obligation, known=known, forms=forms)),
        "notices": _entries(folder / "notices.yaml", partial(_notice, forms=forms, devices=kinds_of_device)),
        "agreement": _agreement(read_yaml(folder / "agreement.yaml")),
        "assessments": dict(map(_assessment, read_yaml(folder / "assessments.yaml").items())),
        "visitors": _visitors(read_yaml(folder / "visitors.yaml"), known, frozenset(zone.id for zone in zones)),
    }
    digest = sha256(canonical_json(asdict(PolicyPack(**content, digest=""))))
    return PolicyPack(**content, digest=digest)


def _entries(path, read_one):
    """A file that is a list of entries, no two with the same id."""
    return _different(read_yaml(path).items(), read_one)


def _different(values, read_one):
    entries, seen = [], set()
    for value in values:
        entry = read_one(value)
        if entry.id in seen:
            raise value.refuse(f"the id “{entry.id}” is taken by an entry above; choose another")
        seen.add(entry.id)
        entries.append(entry)
    return tuple(entries)


def _school(value):
    fields = value.fields(list(School.__dataclass_fields__))
    return School(
        name=fields["name"].text(),
        title=fields["title"].text(),
        implemented=fields["implemented"].month(),
        reviewed=fields["reviewed"].month(),
        review_due=fields["review_due"].date(),
        approved_on=None if fields["approved_on"].is_null() else fields["approved_on"].date(),
        monitored_by=_roles(fields["monitored_by"]),
        day=_school_day(fields["day"]),
        academic_year_ends=fields["academic_year_ends"].month_day(),
        sources=tuple(map(_source, fields["sources"].items())),
        monitoring_notice=fields["monitoring_notice"].text(),
        linked_documents=tuple(map(_linked_document, fields["linked_documents"].items())),
    )


def _school_day(value):
    fields = value.fields(["opens", "closes"])
    day = SchoolDay(fields["opens"].time(), fields["closes"].time())
    if day.opens >= day.closes:
        raise fields["closes"].refuse(f"the day must close after it opens at {day.opens}; write a later time")
    return day


def _source(value):
    fields = value.fields(["title", "edition"])
    return Source(fields["title"].text(), fields["edition"].text())


def _linked_document(value):
    fields = value.fields(["title", "publisher"])
    return LinkedDocument(fields["title"].text(), fields["publisher"].choice(PUBLISHERS, "publisher"))


def _zone(value):
    fields = value.fields(["id", "name", "exemptions"])
    return Zone(fields["id"].identifier(), fields["name"].text(), fields["exemptions"].flag())


def _device(value):
    fields = value.fields(["id", "name"])
    return Device(fields["id"].identifier(), fields["name"].text())


def _purpose(value, known, forms):
    fields = value.fields(["id", "name", "kinds"], ["refused_by", "refusal"])
    if ("refused_by" in fields) != ("refusal" in fields):
        raise value.refuse("refused_by and refusal belong together; write both or neither")
    return Purpose(
        id=fields["id"].identifier(),
        name=fields["name"].text(),
        kinds=fields["kinds"].choices(forms, "kind"),
        refused_by=fields["refused_by"].choice(known, "clause") if "refused_by" in fields else None,
        refusal=fields["refusal"].text() if "refusal" in fields else None,
    )


def _clause(value):
    fields = value.fields(["id", "title", "gist", "for"])
    number = fields["id"].matching(CLAUSE_ID, 'a clause is a number like "4.1" or "5.7a", in quotes')
    return Clause(number, fields["title"].text(), fields["gist"].text(), _roles(fields["for"]))


def _obligation(value, known, forms):
    fields = value.fields(["id", "clauses", "for", "when", "says"], ["before", "form", "easy"])
    when = When(fields["when"].choice(frozenset(When), "time"))
    if when is When.BEFORE and "before" not in fields:
        raise fields["when"].refuse("with “when: before” a line “before: …” must say before what; add it")
    if when is not When.BEFORE and "before" in fields:
        raise fields["before"].refuse("this line goes only with “when: before”; delete it or change when")
    return Obligation(
        id=fields["id"].identifier(),
        clauses=fields["clauses"].choices(known, "clause"),
        roles=_roles(fields["for"]),
        when=when,
        before=fields["before"].text() if "before" in fields else None,
        form=fields["form"].choice(forms, "form") if "form" in fields else None,
        says=fields["says"].text(),
        easy=_easy(fields["easy"]) if "easy" in fields else None,
    )


def _easy(value):
    return tuple(map(_easy_line, value.items()))


def _easy_line(value):
    fields = value.fields(["picture", "says"])
    return _easy_pair(fields["picture"], fields["says"])


def _easy_pair(picture, says):
    return picture.choice(frozenset(PICTURES), "picture"), says.text()


def _notice(value, forms, devices):
    fields = value.fields(["id", "kinds", "devices", "title", "says", "source"])
    return Notice(
        id=fields["id"].identifier(),
        kinds=fields["kinds"].choices(forms, "kind"),
        devices=fields["devices"].choices(devices, "device"),
        title=fields["title"].text(),
        says=fields["says"].text(),
        source=fields["source"].text(),
    )


def _agreement(value):
    """The agreement's template, its points as lines of one text."""
    fields = value.fields(["expectations", "sanctions", "easy"])
    points = {name: "\n".join(point.text() for point in fields[name].items()) for name in ("expectations", "sanctions")}
    return {**points, "easy": [list(line) for line in _easy(fields["easy"])]}


def _assessment(value):
    fields = value.fields(["id", "hazards", "who", "controls", "residual"])
    return fields["id"].identifier(), {key: field.text() for key, field in fields.items() if key != "id"}


def _visitors(value, known, zones):
    fields = value.fields(["expects", "signs", "free_places", "regular"])
    lines = fields["expects"].items()
    if len(lines) > MOST_LINES:
        raise lines[MOST_LINES].refuse(f"a sign has room for {MOST_LINES} lines; delete this one or join two")
    expects = tuple(_expectation(line, known) for line in lines)
    signs = _different(fields["signs"].items(), _sign_place)
    return Visitors(expects, signs, fields["free_places"].choices(zones, "place"), _regular(fields["regular"]))


def _regular(value):
    fields = value.fields(["visits", "days"])
    days = fields["days"].number(1, LONGEST_SPELL)
    return Numbers(fields["visits"].number(1, days), days)


def _expectation(value, known):
    fields = value.fields(["clause", "says", "picture", "easy"])
    for name in ("says", "easy"):
        if len(fields[name].text()) > LONGEST_LINE:
            raise fields[name].refuse(f"a line of a sign has room for {LONGEST_LINE} characters; shorten this one")
    clause = fields["clause"].choice(known, "clause")
    return Expectation(clause, fields["says"].text(), *_easy_pair(fields["picture"], fields["easy"]))


def _sign_place(value):
    fields = value.fields(["id", "name"])
    return SignPlace(fields["id"].identifier(), fields["name"].text())


def _roles(value):
    return tuple(map(Role, value.choices(frozenset(Role), "role")))
