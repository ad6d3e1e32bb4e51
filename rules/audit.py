"""The audit trail: events declared as data, recorded in the transaction of the change they tell of.

An event's name, payload and sentence stand together; a wrong payload raises at the call. Payloads never hold
a reason, a password or a token: the trail is read by people who may not know them (clause 8.4).
"""

import hmac
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial

from database import after_commit, db, prepared, writing
from fields import Parameter, UtcField, canonical_json
from models import AuditEvent
from rules import clock

FIRST_LINK = "0" * 64


@dataclass(frozen=True)
class Event:
    """One kind of thing that happens: its name, the payload it needs and its sentence."""

    name: str
    fields: tuple
    sentence: str


def _events(*declared):
    return {name: Event(name, fields, sentence) for name, fields, sentence in declared}


EVENTS = _events(
    ("signed-in", (), "{actor} signed in"),
    ("signed-out", (), "{actor} signed out"),
    ("sign-in-failed", (), "Somebody gave a wrong password for {person}"),
    ("sign-in-unknown", (), "Somebody tried to sign in with a name that is not known"),
    ("refused", ("what",), "{actor} was refused: {what}"),
    ("password-changed", (), "{actor} changed their password"),
    ("password-chosen", (), "{actor} chose a first password with a single-use code"),
    ("code-made", (), "{actor} made a single-use code for {person}"),
    ("person-added", (), "{actor} added {person}"),
    ("person-changed", ("what",), "{actor} changed {person}: {what}"),
    ("person-made-inactive", (), "{actor} made {person} inactive"),
    ("person-made-active", (), "{actor} made {person} active again"),
    ("role-given", ("role", "span"), "{actor} gave {person} the role {role}, {span}"),
    ("role-taken", ("role",), "{actor} took the role {role} from {person}"),
    ("delegation-given", ("span",), "{actor} named {person} to decide in their place, {span}"),
    ("delegation-ended", (), "{actor} ended the delegation to {person}"),
    ("policy-loaded", ("version", "digest"), "Policy version {version} was loaded"),
    ("exemption-submitted", ("kind",), "{actor} asked for {kind}"),
    ("exemption-changed", ("kind",), "{actor} changed their request for {kind} and sent it again"),
    ("approval-voided", ("kind",), "{actor} changed the approved {kind}, so its approval no longer counts"),
    ("need-met", ("kind", "need"), "{actor} completed “{need}” for {person}’s {kind}"),
    ("exemption-withdrawn", ("kind",), "{actor} withdrew their {kind}"),
    ("exemption-approved", ("kind", "by", "frozen"), "{by} approved {kind} for {person}"),
    (
        "exemption-approved-with-conditions",
        ("kind", "by", "frozen"),
        "{by} approved {kind} for {person}, with conditions",
    ),
    ("exemption-declined", ("kind", "by", "frozen"), "{by} declined {kind} for {person}"),
    ("exemption-returned", ("kind", "by", "frozen"), "{by} returned the request of {person} for {kind}"),
    ("exemption-revoked", ("kind", "by", "frozen"), "{by} revoked {kind} for {person}"),
)

COLUMNS = ("id", "at", "event", "actor", "person", "record", "payload")
_key = b""
_anchor = None
LAST = prepared(lambda: AuditEvent.select(AuditEvent.id, AuditEvent.digest).order_by(AuditEvent.id.desc()).limit(1))


@prepared
def _insert():
    names = ("id", "at", "event", "actor", "person", "record", "payload", "digest")
    return AuditEvent.insert({name: Parameter(name) for name in names})


def use_key(key, anchor_path=None):
    """Set the secret of the chain, and the file outside the database that remembers its newest link."""
    global _key, _anchor
    _key, _anchor = key, anchor_path


def record(event, *, actor=None, person=None, about=None, **payload):
    """Add one event to the trail. It must be inside the write transaction of the change it tells of.

    `actor` and `person` are ids (`person` is whom it concerns), `about` names a record such as `exemption:12`.
    An unknown event or a payload that does not fit its declaration raises; so does a missing transaction.
    """
    declared = EVENTS[event]
    if set(declared.fields) != payload.keys():
        raise TypeError(f"{event} needs {declared.fields}, got {tuple(payload)}")
    if not db.in_transaction():
        raise RuntimeError("an audit entry belongs in the transaction of its change")
    last = LAST.one()
    number, link = (last.id + 1, last.digest) if last else (1, FIRST_LINK)
    row = (number, UtcField.spell(clock.now()), event, actor, person, about, canonical_json(payload))
    digest = link_digest(link, row)
    _insert.execute(**dict(zip(COLUMNS, row, strict=True)), digest=digest)
    after_commit("anchor", partial(_write_anchor, number, digest))


def record_refusal(actor, what):
    """Note that somebody (by id) was refused. Nothing else changed, so it is a transaction of its own."""
    with writing():
        record("refused", actor=actor, what=what)


def link_digest(before, row):
    """The keyed hash of a row and of the link before it."""
    text = before + canonical_json(row)
    return hmac.digest(_key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _write_anchor(number, digest):
    """Note the newest link in a file outside the database, so that a cut-off tail is missed (`verify`).

    The line has always the same length and is written over the old one in one go: a file emptied first would look
    like tampering to whoever kills the program at that moment, and would not come back on a full disk.
    """
    if _anchor is not None:
        # What was committed stays committed: a full disk must not make it look as if nothing had happened.
        with suppress(OSError):
            descriptor = _anchor_file(_anchor)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f"{number:019} {digest}\n".encode("ascii"))


@cache
def _anchor_file(path):
    """The anchor, opened once: it is written after each change."""
    return os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)


def read_anchor():
    """The newest link the anchor file knows, as (id, digest), or None when there is no anchor yet."""
    try:
        with open(_anchor, encoding="ascii") as file:
            number, digest = file.read().split()
        return int(number), digest
    except (FileNotFoundError, TypeError):
        return None
    except ValueError:
        return 0, "unreadable"
