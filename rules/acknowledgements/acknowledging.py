"""Acknowledging the policy: on one's own page, for one's child, or recorded from paper (clauses 3.5, 7.1, 8.5)."""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from database import prepared, writing
from enums import Role
from fields import Parameter, canonical_json
from models import AcknowledgedText, Acknowledgement, Person
from rules.acknowledgements import owed
from rules.acknowledgements.texts import Key, keys_for, read_keys, text_of, title_of
from rules.audit.frozen_copies import acknowledgement_digest
from rules.audit.record import record
from rules.auth.actors import actor_of_person
from rules.auth.permissions import ROLE_NAMES, Permission
from rules.core import clock
from rules.core.errors import AlreadyDone, Invalid, NotAllowed, NotFound
from rules.core.text import one_line, text_error
from rules.core.tokens import sha256
from rules.people import families
from rules.policy import versions

LONGEST_PLACE = 200

# Whose acknowledgements somebody looks at: the person as an actor, the roles they acknowledge for, and whether the one
# who looks may acknowledge for them.
Whose = namedtuple("Whose", "person roles acts")


class Paper(NamedTuple):
    """A signed paper: its keys as a form spells them, the school's day on which it was signed, where it is kept."""

    spelled: tuple
    signed_on: dt.date | None
    kept_at: str


# --- Who may --------------------------------------------------------------------------------------------


def look(actor, person):
    """Return whose acknowledgements these are to those who may see them: themselves, a parent, who reads everybody's.

    For everybody else they do not exist (NotFound).
    """
    if person == actor.id:
        return Whose(actor, actor.roles, True)
    child = next((kin for kin in families.children_of(actor.id) if kin.id == person), None)
    if child is None and not actor.may(Permission.READ_ACKNOWLEDGEMENTS):
        raise NotFound
    owner = actor_of_person(person)
    if owner is None:
        raise NotFound
    acts = child is not None and child.signs and Role.PUPIL in owner.roles
    return Whose(owner, owed.PUPILS if acts else owner.roles, acts)


def was_in_force(version):
    """Whether a version (by number) is in force or has been: only that can have been shown to anybody."""
    return any(edition.version == version and not edition.waits for edition in versions.history())


def _must_have_been_in_force(version):
    if not was_in_force(version):
        raise NotFound


# --- On the page ----------------------------------------------------------------------------------------


def acknowledge(actor, person, version, spelled=None, easy=False):
    """Acknowledge a version as it was shown; returns the keys that are new.

    `spelled` are the keys as a form spells them, or None for all that there are.

    `person` (an id) is themself, or a child for whom they sign. What was shown counts, also where another version has
    been published meanwhile: then that one is still owed. Raises NotFound, NotAllowed, Invalid, or AlreadyDone.
    """
    with writing():
        whose = look(actor, person)
        if not whose.acts:
            raise NotAllowed("You can read this, but you cannot acknowledge it for them.")
        _must_have_been_in_force(version)
        wanted = keys_for(version, whose.roles) if spelled is None else read_keys(version, whose.roles, spelled)
        if not wanted:
            raise Invalid({"items": "Tick what you have read"})
        return _keep_new(actor, person, version, wanted, easy)


def _keep_new(actor, person, version, wanted, easy, paper=None):
    done = owed.done(person, version)
    new = [key for key in wanted if key not in done]
    if not new:
        raise AlreadyDone(_first(person, version, wanted))
    for key in new:
        _keep(actor, person, version, key, easy, paper)
    return new


def _first(person, version, keys):
    one = next(row for row in owed.history(person) if row.version == version and row.key in keys)
    how = f"{one.giver_name} recorded it from paper" if one.on_paper else f"{one.giver_name} acknowledged it"
    return f"{how} at {clock.format_moment(one.at)}."


def _keep(actor, person, version, key, easy, paper):
    text, digest = _text_id(text_of(version, key, easy))
    how = {
        "on_paper": paper is not None,
        "signed_on": paper and paper.signed_on,
        "kept_at": paper.kept_at if paper else "",
    }
    Acknowledgement.insert(
        person=person,
        version=version,
        item=key.item.value,
        role=str(key.role),
        text=text,
        at=clock.now(),
        given_by=actor.id,
        **how,
    ).execute()
    frozen = acknowledgement_digest(digest, person, key.item, key.role, **how)
    payload = {"version": version, "what": _say(key), "frozen": frozen}
    event = "acknowledged-on-paper" if paper else "acknowledged"
    record(event, actor=actor.id, person=person, about=f"policy:{version}", **payload)


def _text_id(content):
    """The row of a text, made if it is new, and its digest."""
    digest = sha256(canonical_json(content))
    row = AcknowledgedText.get_or_none(AcknowledgedText.digest == digest)
    return row.id if row else AcknowledgedText.insert(digest=digest, content=content).execute(), digest


def _say(key):
    return f"{key.item}, {ROLE_NAMES[Role(key.role)]}" if key.role else str(key.item)


# --- On paper -------------------------------------------------------------------------------------------


def record_paper(actor, person, version, paper):
    """Record that somebody (by id) has signed on paper what they owe of a version; the keys that are new.

    Nobody records their own or their child's. Raises Invalid with the errors by field, AlreadyDone, NotFound,
    NotAllowed.
    """
    actor.must(Permission.RECORD_SIGNATURE)
    with writing():
        whose = look(actor, person)
        must_be_outside(whose)
        _must_have_been_in_force(version)
        paper = Paper(paper.spelled, paper.signed_on, one_line(paper.kept_at))
        keys = read_keys(version, whose.roles, paper.spelled)
        if errors := _paper_errors(paper, version, keys):
            raise Invalid(errors)
        return _keep_new(actor, person, version, keys, easy=False, paper=paper)


def must_be_outside(whose):
    """Raise NotAllowed where somebody would record from paper what they can acknowledge themselves."""
    if whose.acts:
        raise NotAllowed("You cannot record this for yourself or your own child. Acknowledge it on your own page.")


def _paper_errors(paper, version, keys):
    errors = {}
    if not keys:
        errors["items"] = "Tick what stands on the paper"
    since = versions.edition(version).from_day
    if paper.signed_on is None:
        errors["signed_on"] = "Choose the day on which it was signed"
    elif not since <= paper.signed_on <= clock.today():
        errors["signed_on"] = f"Choose a day from {clock.format_date(since)} until today"
    if error := text_error(paper.kept_at, LONGEST_PLACE, "Write where the paper is kept"):
        errors["kept_at"] = error
    return errors


# --- One of them ----------------------------------------------------------------------------------------


@prepared
def _one():
    giver = Person.alias("giver")
    return (
        Acknowledgement.select(
            *(Acknowledgement.id, Acknowledgement.person.alias("person"), Acknowledgement.version.alias("version")),
            *(Acknowledgement.item, Acknowledgement.role, Acknowledgement.at, giver.name.alias("giver_name")),
            *(Acknowledgement.on_paper, Acknowledgement.signed_on, Acknowledgement.kept_at),
            *(AcknowledgedText.content, AcknowledgedText.digest),
            Acknowledgement.given_by.alias("giver"),
        )
        .join(AcknowledgedText)
        .switch(Acknowledgement)
        .join(giver, on=(Acknowledgement.given_by == giver.id))
        .where(Acknowledgement.id == Parameter("id"))
    )


class AcknowledgementView(NamedTuple):
    """An acknowledgement with the exact text it was given for, however the policy reads today."""

    id: int
    whose: Whose
    title: str
    content: dict
    digest: str
    version: int
    at: dt.datetime
    giver_name: str
    on_paper: bool
    signed_on: dt.date | None
    kept_at: str


def find(actor, acknowledgement):
    """One acknowledgement, for those whom `look` lets in and for whoever gave it. Raises NotFound."""
    row = _one.one(id=acknowledgement)
    if row is None:
        raise NotFound
    person = actor_of_person(row.person)
    whose = Whose(person, person.roles, False) if row.giver == actor.id else look(actor, row.person)
    title = title_of(row.version, Key(row.item, row.role))
    details = (row.version, row.at, row.giver_name, row.on_paper, row.signed_on, row.kept_at)
    return AcknowledgementView(row.id, whose, title, row.content, row.digest, *details)
