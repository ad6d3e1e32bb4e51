"""The policy pack: the school's policy as data, read from the folder `policy/` and checked line by line.

Nothing here asks the database or the clock. What is read is JSON-ready: texts, True and False, tuples.
"""

import re
from dataclasses import asdict, dataclass
from functools import partial

from fields import canonical_json
from models import Role, When
from rules.digests import sha256
from rules.exemption_kinds import KINDS
from rules.policy_yaml import PolicyFileError, read_yaml

__all__ = ["KNOWN_FORMS", "PolicyFileError", "PolicyPack", "read_pack"]

# The kinds of exemption that somebody can ask for.
KNOWN_FORMS = frozenset(KINDS)
PUBLISHERS = frozenset({"group", "school", "DfE"})
CLAUSE_ID = re.compile(r"[0-8]\.[0-9]{1,2}[a-d]?")


@dataclass(frozen=True)
class Source:
    """National guidance that the policy follows, and the edition it was written from (clause 1.1)."""

    title: str
    edition: str


@dataclass(frozen=True)
class LinkedDocument:
    """A document to be read alongside the policy; `publisher` is group, school or DfE (clause 1.5)."""

    title: str
    publisher: str


@dataclass(frozen=True)
class SchoolDay:
    """The earliest and the latest time an exemption may name, HH:MM on the school's clock."""

    opens: str
    closes: str


@dataclass(frozen=True)
class School:
    """The policy's front page (clauses 0.1–0.3). Months are YYYY-MM, days YYYY-MM-DD, the year's end MM-DD.

    `approved_on` is None while nobody has written down when the governors approved the policy.
    """

    name: str
    title: str
    implemented: str
    reviewed: str
    review_due: str
    approved_on: str | None
    monitored_by: tuple[Role, ...]
    day: SchoolDay
    academic_year_ends: str
    sources: tuple[Source, ...]
    monitoring_notice: str
    linked_documents: tuple[LinkedDocument, ...]


@dataclass(frozen=True)
class Zone:
    """A place; `exemptions` says whether somebody may ask to use a device there (clauses 2.3–2.5)."""

    id: str
    name: str
    exemptions: bool


@dataclass(frozen=True)
class Device:
    """A kind of device to which the policy applies (clause 1.2)."""

    id: str
    name: str


@dataclass(frozen=True)
class Purpose:
    """What a device is for. The clause `refused_by` forbids it; `refusal` says what to do instead."""

    id: str
    name: str
    kinds: tuple[str, ...]
    refused_by: str | None
    refusal: str | None


@dataclass(frozen=True)
class Clause:
    """A clause of the policy in a few plain words, and the roles it concerns."""

    id: str
    title: str
    gist: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Obligation:
    """One thing that the people of `roles` do, in plain English, and the clauses it comes from.

    `before` completes “Before you …” and is there exactly when `when` is When.BEFORE; `form` is the kind of
    exemption that the person can ask for.
    """

    id: str
    clauses: tuple[str, ...]
    roles: tuple[Role, ...]
    when: When
    before: str | None
    form: str | None
    says: str


@dataclass(frozen=True)
class PolicyPack:
    """The whole policy as data. Packs of the same content have the same digest, however they are laid out."""

    school: School
    zones: tuple[Zone, ...]
    devices: tuple[Device, ...]
    purposes: tuple[Purpose, ...]
    clauses: tuple[Clause, ...]
    obligations: tuple[Obligation, ...]
    digest: str


def read_pack(folder, forms=KNOWN_FORMS):
    """Read the six files of a pack; `forms` are the kinds of exemption that exist. Raises PolicyFileError."""
    clauses = _entries(folder / "clauses.yaml", _clause)
    known = frozenset(clause.id for clause in clauses)
    content = {
        "school": _school(read_yaml(folder / "school.yaml")),
        "zones": _entries(folder / "zones.yaml", _zone),
        "devices": _entries(folder / "devices.yaml", _device),
        "purposes": _entries(folder / "purposes.yaml", partial(_purpose, known=known, forms=forms)),
        "clauses": clauses,
        "obligations": _entries(folder / "obligations.yaml", partial(_obligation, known=known, forms=forms)),
    }
    digest = sha256(canonical_json(asdict(PolicyPack(**content, digest=""))))
    return PolicyPack(**content, digest=digest)


def _entries(path, read_one):
    """A file that is a list of entries, no two with the same id."""
    entries, seen = [], set()
    for value in read_yaml(path).items():
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
    fields = value.fields(["id", "clauses", "for", "when", "says"], ["before", "form"])
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
    )


def _roles(value):
    return tuple(map(Role, value.choices(frozenset(Role), "role")))
