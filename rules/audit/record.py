"""The audit trail: events are recorded in the transaction of the change they tell of.

They are declared in `rules/audit/events.py`; a wrong payload raises at the call.
"""

import hmac
import os
from contextlib import suppress
from functools import cache, partial

from database import after_commit, db, prepared
from fields import Parameter, UtcField, canonical_json
from models import AuditEvent
from rules.audit.events import EVENTS
from rules.core import clock, config
from rules.core.changes import touch

FIRST_LINK = "0" * 64


COLUMNS = ("id", "at", "event", "actor", "person", "record", "payload")
LAST = prepared(lambda: AuditEvent.select(AuditEvent.id, AuditEvent.digest).order_by(AuditEvent.id.desc()).limit(1))


@prepared
def _insert():
    names = ("id", "at", "event", "actor", "person", "record", "payload", "digest")
    return AuditEvent.insert({name: Parameter(name) for name in names})


def record(event, *, actor=None, person=None, about=None, **payload):
    """Add one event to the trail, and count it for the lists that show it.

    It must be inside the write transaction of the change it tells of.

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
    if declared.lists:
        touch(declared.lists)
    after_commit("anchor", partial(_write_anchor, number, digest))


def link_digest(before, row):
    """The keyed hash of a row and of the link before it."""
    text = before + canonical_json(row)
    return hmac.digest(config.current().audit_key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _write_anchor(number, digest):
    """Note the newest link in a file outside the database, so that a cut-off tail is missed (`verify`).

    The line has always the same length and is written over the old one in one go: a file emptied first would look
    like tampering to whoever kills the program at that moment, and would not come back on a full disk.
    """
    anchor = config.current().anchor
    if anchor is not None:
        # What was committed stays committed: a full disk must not make it look as if nothing had happened.
        with suppress(OSError):
            descriptor = _anchor_file(anchor)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, f"{number:019} {digest}\n".encode("ascii"))


@cache
def _anchor_file(path):
    """The anchor, opened once: it is written after each change."""
    return os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)


def read_anchor():
    """The newest link the anchor file knows, as (id, digest), or None when there is no anchor yet."""
    try:
        with open(config.current().anchor, encoding="ascii") as file:
            number, digest = file.read().split()
        return int(number), digest
    except (FileNotFoundError, TypeError):
        return None
    except ValueError:
        return 0, "unreadable"
