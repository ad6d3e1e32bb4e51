"""The list of who is not let in without the headteacher, kept by the headteacher and the DSL.

Nobody else learns that somebody is on it, or why: the reasons are read here only, and stand on no trail. Who of them
stands at reception is in `rules/reception/admission.py`.
"""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from fields import JsonTextField, Parameter, typed
from models import DoNotAdmit, Person, Stay, Visit, Visitor
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import one_line, text_error, tidy, words_of
from rules.visitors import names
from rules.visitors.validation import name_error

LONGEST_REASON = 2000
SHOWN_ENDED = 50

By, Ender, Host = Person.alias("by_row"), Person.alias("ender_row"), Person.alias("host_row")


class Coming(NamedTuple):
    """A visit of today or later by somebody on the list. Days are the school's; `here`: they are in the building."""

    starts_on: dt.date
    ends_on: dt.date
    host: str
    by: str
    here: bool


class WatchlistEntry(NamedTuple):
    """Somebody on the list, or who was on it until `ended_at`. Moments are aware, UTC; `by` and `ended_by` are names.

    `coming` are the visits for which they are announced.
    """

    id: int
    name: str
    key: str
    reason: str
    by: str
    at: dt.datetime
    ended_by: str | None
    ended_at: dt.datetime | None
    coming: tuple = ()


def key_of(name):
    """What all spellings of a name have in common: its letters and digits, whatever stands between them.

    >>> key_of("Dr. Zoë  O’Hara-Finch") == key_of("dr zoe ohara finch")
    True
    """
    return "".join(words_of(name))


# --- Queries ------------------------------------------------------------------------------------------------


def _entries(*conditions):
    return (
        DoNotAdmit.select(
            *(DoNotAdmit.id, DoNotAdmit.name, DoNotAdmit.name_key.alias("key"), DoNotAdmit.reason),
            *(By.name.alias("by"), DoNotAdmit.put_at.alias("at")),
            *(Ender.name.alias("ended_by"), DoNotAdmit.ended_at),
        )
        .join(By, on=(DoNotAdmit.put_by == By.id))
        .switch(DoNotAdmit)
        .join(Ender, "LEFT JOIN", on=(DoNotAdmit.ended_by == Ender.id))
        .where(*conditions)
    )


_standing = prepared(lambda: _entries(DoNotAdmit.ended_at.is_null()).order_by(DoNotAdmit.name_key, DoNotAdmit.id))
_ended = prepared(
    lambda: _entries(DoNotAdmit.ended_at.is_null(False)).order_by(DoNotAdmit.id.desc()).limit(SHOWN_ENDED)
)
_one = prepared(lambda: _entries(DoNotAdmit.id == Parameter("entry")))


@prepared
def _to_come():
    here = Stay.select(Stay.id).where(Stay.visit == Visit.id, Stay.left_at.is_null())
    entry, person = Visitor.alias("entry"), fn.COALESCE(Visitor.same_as, Visitor.id)
    names = entry.select(fn.json_group_array(entry.name)).where((entry.id == person) | (entry.same_as == person))
    return (
        Visit.select(
            *(typed(names, JsonTextField).alias("names"), Visit.starts_on, Visit.ends_on),
            *(Host.name.alias("host"), By.name.alias("by"), fn.EXISTS(here).alias("here")),
        )
        .join(Visitor, on=(Visit.visitor == Visitor.id))
        .switch(Visit)
        .join(Host, on=(Visit.host == Host.id))
        .switch(Visit)
        .join(By, on=(Visit.announced_by == By.id))
        .where(Visit.ends_on >= Parameter("day"), Visit.cancelled_at.is_null())
        .order_by(Visit.starts_on, Visit.id)
    )


# --- Reading ------------------------------------------------------------------------------------------------


def of_names(typed):
    """The entries on the list that one of these names can mean, whoever asks: for the rules, not a page."""
    given = [names.given(name) for name in typed]
    return [_read(row) for row in _standing.rows() if names.can_be_any(names.listed(row.name), given)]


def entries(actor):
    """Who stands on the list, by name, with the visits for which they are announced."""
    actor.must(Permission.KEEP_WATCHLIST)
    rows = _to_come.rows(day=clock.today())
    coming = [([names.given(name) for name in row.names], _coming(row)) for row in rows]
    listed = ((row, names.listed(row.name)) for row in _standing.rows())
    can_be = names.can_be_any
    return [_read(row, tuple(visit for given, visit in coming if can_be(name, given))) for row, name in listed]


def ended(actor):
    """Who was taken off the list, the latest entries first."""
    actor.must(Permission.KEEP_WATCHLIST)
    return [_read(row) for row in _ended.rows()]


def _read(row, coming=()):
    return WatchlistEntry(*row, coming=coming)


def _coming(row):
    return Coming(row.starts_on, row.ends_on, row.host, row.by, row.here)


# --- Putting on and taking off ------------------------------------------------------------------------------


def validate(name, reason):
    """What keeps somebody from being put on the list, as {field: message}; name and reason are cleaned."""
    errors = {}
    if error := name_error(name) if name else "Write the name of the person":
        errors["name"] = error
    elif names.is_only_title(name):
        errors["name"] = "Write the name as well. By the title alone everybody with that title would be stopped"
    elif key_of(name) in {row.key for row in _standing.rows()}:
        errors["name"] = "This name is on the list. To change the reason, take it off and put it on again"
    if error := text_error(reason, LONGEST_REASON, "Write why they are not let in without you"):
        errors["reason"] = error
    return errors


def put_on(actor, name, reason):
    """Put somebody on the list; returns the id of the entry. Raises Invalid with the errors by field."""
    actor.must(Permission.KEEP_WATCHLIST)
    name, reason = one_line(name), tidy(reason)
    with writing():
        if errors := validate(name, reason):
            raise Invalid(errors)
        entry = DoNotAdmit.insert(
            name=name, name_key=key_of(name), reason=reason, put_by=actor.id, put_at=clock.now()
        ).execute()
        record("not-admitted-listed", actor=actor.id, about=f"not-admitted:{entry}")
        return entry


def find(actor, entry):
    """An entry by id, for those who keep the list. Raises NotFound."""
    actor.must(Permission.KEEP_WATCHLIST)
    row = _one.one(entry=entry) if 0 < entry < 2**63 else None
    if row is None:
        raise NotFound
    return _read(row)


def take_off(actor, entry):
    """Take somebody off the list; the entry stays as history. Returns it. Raises NotFound, or Conflict."""
    with writing():
        current = find(actor, entry)
        ending = DoNotAdmit.update(ended_by=actor.id, ended_at=clock.now())
        if not ending.where(DoNotAdmit.id == entry, DoNotAdmit.ended_at.is_null()).execute():
            raise Conflict(
                f"{current.ended_by} took {current.name} off the list at {clock.format_moment(current.ended_at)}."
            )
        record("not-admitted-ended", actor=actor.id, about=f"not-admitted:{entry}")
        return current
