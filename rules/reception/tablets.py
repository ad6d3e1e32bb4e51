"""The reception tablet: one browser that the office has switched on for visitors, and that can do nothing else.

Its cookie holds the tablet's id and a random secret, of which only digests are kept. Each thing that it sends is
answered with a new secret. Somebody who sends an older one has a copy of the cookie in another browser: the tablet is
switched off, and reception is told. The secret that was sent is good as well, because an answer can be lost. Where it
is sent twice, both answers are, because the second can arrive first; as soon as one of them is used, the other is not.
"""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Person, Tablet, WrongCode
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import one_line, text_error
from rules.core.tokens import sha256, token
from rules.reception.tablet_sign_out import LOCKED_FOR, WITHIN, format_until, lock_of

LONGEST_NAME = 60
MOST_ENDED = 20  # of those that are off, the list shows the last ones
SWITCHED_OFF, COPIED = "switched-off", "copied"
ENDED_WORDS = {
    SWITCHED_OFF: "Switched off",
    COPIED: "Switched off by itself: its key was used in another browser",
}

Maker, Ender = Person.alias("maker_row"), Person.alias("ender_row")


class Off(Exception):
    """The tablet has been switched off, by the office or by itself."""


class TabletView(NamedTuple):
    """A tablet for the office's list. `made_at` and `ended_at` are aware, UTC; None while it is on."""

    id: int
    name: str
    made_by: str
    made_at: dt.datetime
    ended_by: str | None
    ended_at: dt.datetime | None
    ended_because: str

    @property
    def end_words(self):
        """How it was switched off, in words."""
        by = f" by {self.ended_by}" if self.ended_by else ""
        return f"{ENDED_WORDS[self.ended_because]}{by}"


class Here(NamedTuple):
    """The tablet that asks. `secret` is new where it has sent something, and `answer_lost` that it never received the
    last answer: what it sends now can be what it has sent before.
    """

    id: int
    name: str
    secret: str
    answer_lost: bool = False


# --- Queries ------------------------------------------------------------------------------------------------


def _kept(*conditions):
    return (
        Tablet.select(
            *(Tablet.id, Tablet.name, Maker.name.alias("made_by"), Tablet.made_at),
            *(Ender.name.alias("ended_by"), Tablet.ended_at, Tablet.ended_because),
        )
        .join(Maker, on=(Tablet.made_by == Maker.id))
        .switch(Tablet)
        .join(Ender, "LEFT JOIN", on=(Tablet.ended_by == Ender.id))
        .where(*conditions)
    )


_on = prepared(lambda: _kept(Tablet.ended_at.is_null()).order_by(Tablet.name, Tablet.id))
_ended = prepared(lambda: _kept(Tablet.ended_at.is_null(False)).order_by(Tablet.ended_at.desc()).limit(MOST_ENDED))
_any = prepared(lambda: _kept(Tablet.id == Parameter("tablet")))
_secrets = prepared(
    lambda: Tablet.select(
        *(Tablet.name, Tablet.secret_digest, Tablet.previous_digest, Tablet.sibling_digest, Tablet.ended_at)
    ).where(Tablet.id == Parameter("tablet"))
)


def _read(row):
    return TabletView(*row)


def listed(actor):
    """The tablets that are on, by name, and the last ones that were switched off, the newest first."""
    actor.must(Permission.KEEP_TABLETS)
    return [_read(row) for row in _on.rows()], [_read(row) for row in _ended.rows()]


# --- Switching on and off -----------------------------------------------------------------------------------


def switch_on(actor, name):
    """Make a tablet. Returns it with its secret, which is kept nowhere. Raises Invalid with the errors by field."""
    actor.must(Permission.KEEP_TABLETS)
    name = one_line(name)
    with writing():
        if error := _name_error(name):
            raise Invalid({"name": error})
        secret, now = token(), clock.now()
        tablet = Tablet.insert(name=name, secret_digest=sha256(secret), made_by=actor.id, made_at=now).execute()
        record("tablet-switched-on", actor=actor.id, about=f"tablet:{tablet}", tablet=name)
        return Here(tablet, name, secret)


def _name_error(name):
    if not name:
        return "Write a name for this tablet, for example Front desk"
    if name.casefold() in {row.name.casefold() for row in _on.rows()}:
        return "There is a tablet with this name. Switch that one off first, or write another name"
    return text_error(name, LONGEST_NAME)


def switch_off(actor, tablet):
    """Switch a tablet (by id) off; returns it. Raises NotFound, or Conflict where it is off."""
    actor.must(Permission.KEEP_TABLETS)
    with writing():
        row = _any.one(tablet=tablet)
        if row is None:
            raise NotFound
        view = _read(row)
        if view.ended_at:
            raise Conflict(f"{view.name} is off. {view.end_words} at {clock.format_moment(view.ended_at)}.")
        _end(tablet, SWITCHED_OFF, actor.id)
        record("tablet-switched-off", actor=actor.id, about=f"tablet:{tablet}", tablet=view.name)
        return view


def _end(tablet, because, by=None):
    Tablet.update(ended_at=clock.now(), ended_by=by, ended_because=because).where(Tablet.id == tablet).execute()


# --- At the tablet ------------------------------------------------------------------------------------------


def look(tablet, secret):
    """The tablet of this id whose browser has this secret, or None. Raises Off. Nothing is changed."""
    row = _secrets.one(tablet=tablet)
    if row is None or not _fits(row, secret):
        return None
    if row.ended_at:
        raise Off
    return Here(tablet, row.name, secret)


def _fits(row, secret):
    return sha256(secret) in {row.secret_digest, row.previous_digest, row.sibling_digest}


def renew(tablet, secret):
    """The tablet of this id, which has sent something, with its new secret; None where there is no such tablet.

    Raises Off. A secret that is too old switches the tablet off: it was sent by a copy of its cookie.
    """
    with writing():
        row = _secrets.one(tablet=tablet)
        if row is None:
            return None
        if not row.ended_at and _fits(row, secret):
            return _renewed(tablet, row, sha256(secret))
        if not row.ended_at:
            _end(tablet, COPIED)
            record("tablet-copied", about=f"tablet:{tablet}", tablet=row.name)
    raise Off


def _renewed(tablet, row, sent):
    """The secret that was sent stays good until an answer to it has arrived, which shows in that one's being sent.

    Where it was sent once more, the answer before stays good beside the new one: either can be the last to arrive.
    """
    new, sibling = token(), row.secret_digest if sent == row.previous_digest else None
    secrets = {"secret_digest": sha256(new), "previous_digest": sent, "sibling_digest": sibling}
    Tablet.update(secrets).where(Tablet.id == tablet).execute()
    return Here(tablet, row.name, new, answer_lost=sent != row.secret_digest)


# --- What reception is told of its tablets ------------------------------------------------------------------


TOLD_FOR = dt.timedelta(days=7)


@prepared
def _wrong():
    return (
        WrongCode.select(Tablet.id, Tablet.name, WrongCode.at)
        .join(Tablet)
        .where(WrongCode.at >= Parameter("since"), Tablet.ended_at.is_null())
        .order_by(WrongCode.at.desc())
    )


@prepared
def _copied():
    since = Tablet.alias("since_row")
    newer = since.select(since.id).where(since.made_at > Tablet.ended_at)
    return (
        Tablet.select(Tablet.name, Tablet.ended_at)
        .where(Tablet.ended_because == COPIED, Tablet.ended_at >= Parameter("since"), ~fn.EXISTS(newer))
        .order_by(Tablet.ended_at)
    )


def news(actor):
    """What reception has to know of its tablets now, as sentences: two queries. A lock that is over is not told.

    A copied cookie is told for a week, or until a tablet has been switched on again.
    """
    actor.must(Permission.RECEIVE_VISITORS)
    return [*_locked(), *_copies()]


def _locked():
    tries = {}
    for row in _wrong.rows(since=clock.now() - WITHIN - LOCKED_FOR):
        tries.setdefault(row.name, []).append(row.at)
    for name, moments in tries.items():
        if until := lock_of(moments):
            yield (
                f"At the tablet {name} somebody typed too many wrong codes. Nobody can sign out there until "
                f"{format_until(until)}. Have a look who stands there, and sign visitors out here."
            )


def _copies():
    for row in _copied.rows(since=clock.now() - TOLD_FOR):
        at = clock.format_moment(row.ended_at)
        yield (
            f"The tablet {row.name} was switched off by itself at {at}, because its key was used in another browser. "
            "Find out who has copied it, then switch it on again."
        )
