"""Files that were sent in and looked at: kept until they are applied, for their sender only and an hour at most."""

import datetime as dt

from database import writing
from models import Upload
from rules.core import clock
from rules.core.errors import Conflict
from rules.core.tokens import sha256, token

EACH_BYTE = "latin-1"  # a letter for each byte, so that a file is kept as it is, whatever it is
KEPT_FOR = dt.timedelta(hours=1)
GONE = (
    "This file is no longer waiting: it was imported, given up, or sent more than an hour ago. Choose the file again."
)


def keep(actor, what, text):
    """Keep a text that was looked at; returns the token to take it with. Whatever is too old is forgotten."""
    secret, now = token(), clock.now()
    with writing():
        Upload.delete().where(Upload.sent_at < now - KEPT_FOR).execute()
        Upload.insert(token_digest=sha256(secret), what=what, sent_by=actor.id, sent_at=now, text=text).execute()
    return secret


def keep_file(actor, what, raw):
    """Keep a file (bytes) that was looked at, as `keep` does."""
    return keep(actor, what, raw.decode(EACH_BYTE))


def take_file(actor, secret, kinds):
    """Take out a file that `keep_file` kept, as (what, bytes): each byte as it was looked at. Raises Conflict."""
    what, text = take(actor, secret, kinds)
    try:
        return what, text.encode(EACH_BYTE)
    except UnicodeEncodeError:  # kept by an earlier version of the program, which read it as text
        raise Conflict(GONE) from None


def take(actor, secret, kinds):
    """Take a file out, as (what, text): the same token is good once. `kinds` are those wanted. Raises Conflict.

    Inside the transaction that applies it, the file is there again when applying fails.
    """
    with writing():
        upload = Upload.get_or_none(
            Upload.token_digest == sha256(secret),
            Upload.sent_by == actor.id,
            Upload.what.in_(list(kinds)),
            Upload.sent_at >= clock.now() - KEPT_FOR,
        )
        if upload is None:
            raise Conflict(GONE)
        Upload.delete().where(Upload.id == upload.id).execute()
        return upload.what, upload.text
