"""What a policy pack consists of. `rules/policy/pack.py` reads it."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from enums import ObligationTiming, Role
from fields import canonical_json
from rules.core.tokens import sha256


class Source(NamedTuple):
    """National guidance that the policy follows, and the edition it was written from (clause 1.1)."""

    title: str
    edition: str


class LinkedDocument(NamedTuple):
    """A document to be read alongside the policy; `publisher` is group, school or DfE (clause 1.5)."""

    title: str
    publisher: str


class SchoolDay(NamedTuple):
    """The earliest and the latest time an exemption may name, HH:MM on the school's clock.

    From `pupils_come` on pupils are taken to be on site where nobody has said so; by `pupils_leave` they go home.
    """

    opens: str
    closes: str
    pupils_come: str = "08:45"
    pupils_leave: str = "15:30"


class School(NamedTuple):
    """The policy's front page (clauses 0.1–0.3). Months are YYYY-MM, days YYYY-MM-DD, the year's end MM-DD.

    `approved_on` and `approved_by` are None while nobody has written down when and by whom the policy was approved,
    `in_force_from` where it is in force from the moment it is published. `monitoring_easy` is the notice in easy-read.
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
    approved_by: str | None = None
    in_force_from: str | None = None
    monitoring_easy: tuple[tuple[str, str], ...] | None = None


class Procedure(NamedTuple):
    """A text that the people of `roles` read and acknowledge, in paragraphs: how to complain, whistleblowing (8.5).

    `easy` is the same in easy-read, as pairs of a picture and a sentence.
    """

    id: str
    title: str
    roles: tuple[Role, ...]
    says: tuple[str, ...]
    easy: tuple[tuple[str, str], ...] | None


class Zone(NamedTuple):
    """A place; `exemptions` says whether somebody may ask to use a device there (clauses 2.3–2.5)."""

    id: str
    name: str
    exemptions: bool


class Device(NamedTuple):
    """A kind of device to which the policy applies (clause 1.2)."""

    id: str
    name: str


class Purpose(NamedTuple):
    """What a device is for. The clause `refused_by` forbids it; `refusal` says what to do instead."""

    id: str
    name: str
    kinds: tuple[str, ...]
    refused_by: str | None
    refusal: str | None


class Clause(NamedTuple):
    """A clause of the policy in a few plain words, and the roles it concerns."""

    id: str
    title: str
    gist: str
    roles: tuple[Role, ...]


class Obligation(NamedTuple):
    """One thing that the people of `roles` do, in plain English, and the clauses it comes from.

    `before` completes “Before you …” and is there exactly when `when` is When.BEFORE; `form` is the kind of
    exemption that the person can ask for; `easy` is the same in easy-read, as pairs of a picture and a sentence.
    """

    id: str
    clauses: tuple[str, ...]
    roles: tuple[Role, ...]
    when: ObligationTiming
    before: str | None
    form: str | None
    says: str
    easy: tuple[tuple[str, str], ...] | None


class Notice(NamedTuple):
    """What people are told when they ask for a kind or decide one, and which kinds of device it concerns."""

    id: str
    kinds: tuple[str, ...]
    devices: tuple[str, ...]
    title: str
    says: str
    source: str


class Expectation(NamedTuple):
    """What the school expects of every visitor: a line of the sign, and the same in easy-read with a picture."""

    clause: str
    says: str
    picture: str
    easy: str


class SignPlace(NamedTuple):
    """A place where a sign for visitors hangs (clause 6.3)."""

    id: str
    name: str


class RegularVisits(NamedTuple):
    """On how many different days, of how many days on end, somebody comes who is regular."""

    visits: int = 3
    days: int = 30


class Visitors(NamedTuple):
    """What visitors read, and where (clauses 6.1–6.3); the ids of places where they need no permission (6.5); who of
    them comes regularly (6.4).
    """

    expects: tuple[Expectation, ...]
    signs: tuple[SignPlace, ...]
    free_places: tuple[str, ...]
    regular: RegularVisits


@dataclass(frozen=True)
class PolicyPack:
    """The whole policy as data. Packs of the same content have the same digest, however they are laid out.

    `agreement` is what a written agreement starts from, `assessments` what a risk assessment does, by template.
    """

    school: School
    procedures: tuple[Procedure, ...]
    zones: tuple[Zone, ...]
    devices: tuple[Device, ...]
    purposes: tuple[Purpose, ...]
    clauses: tuple[Clause, ...]
    obligations: tuple[Obligation, ...]
    notices: tuple[Notice, ...]
    agreement: dict
    assessments: dict
    visitors: Visitors

    @cached_property
    def stored(self):
        """The content as a version stores it: texts, yes/no, None, lists and mappings, by part."""
        return json.loads(canonical_json({part: _plain(getattr(self, part)) for part in self.__dataclass_fields__}))

    @cached_property
    def digest(self):
        """The digest of the whole content. An empty digest is part of it, as in every version that there is."""
        return sha256(canonical_json({**self.stored, "digest": ""}))


def _plain(value):
    """A value of a pack as JSON has it: entries as mappings of their fields, other tuples as lists."""
    if hasattr(value, "_fields"):
        return {name: _plain(part) for name, part in zip(value._fields, value, strict=True)}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
