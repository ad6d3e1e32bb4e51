"""Visits: announcing them, changing and cancelling them, and who is expected today (clause 6)."""

import datetime as dt

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Stay, Visit
from rules.audit.record import record as record_event
from rules.auth.permissions import Permission
from rules.core import clock, config
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import name_key
from rules.people import staff
from rules.reception import device_access
from rules.visitors import register, search, visits
from rules.visitors.validation import errors_in

SET_BY_DETAILS = ("host", "purpose", "vehicle", "starts_on", "ends_on", "expected_at", "expected_until")

CHANGED = "Somebody has changed this visit meanwhile."


# --- Reading ------------------------------------------------------------------------------------------------

# SQLite is kept from looking up all that somebody has ever announced: few visits are still to come.
_mine = prepared(
    lambda: visits.query(
        (Visit.host + 0 == Parameter("me")) | (Visit.announced_by + 0 == Parameter("me")),
        Visit.ends_on >= Parameter("day"),
        Visit.cancelled_at.is_null(),
    )
)
_of_day = prepared(
    lambda: visits.query(
        Visit.starts_on <= Parameter("day"), Visit.ends_on >= Parameter("day"), Visit.cancelled_at.is_null()
    )
)


def mine(actor):
    """The visits that this person hosts or has announced, from today on, the next one first."""
    actor.must(Permission.ANNOUNCE_VISITORS)
    return [visits.read(row) for row in _mine.rows(me=actor.id, day=clock.today())]


def expected_today(actor):
    """The visits of today whose visitors have not come yet today, by time; those at no certain time come last."""
    actor.must(Permission.RECEIVE_VISITORS)
    announced = [visits.read(row) for row in _of_day.rows(day=clock.today())]
    return sorted(
        (visit for visit in announced if visit.came_on != clock.today()),
        key=lambda visit: visit.expected_at or dt.time.max,
    )


def find_to_change(actor, visit):
    """A visit that this person may change: its host, who announced it, and reception; else NotFound.

    Raises Conflict where it is over, cancelled, or the visitor is in the building.
    """
    actor.must(Permission.ANNOUNCE_VISITORS)
    current = visits.one(visit)
    if actor.id not in {current.host, current.announced_by} and not actor.may(Permission.RECEIVE_VISITORS):
        raise NotFound
    if current.cancelled:
        raise Conflict("This visit has been cancelled. Announce it anew if it takes place after all.")
    if current.here_since:
        raise Conflict(f"{current.name} is in the building, so this visit cannot be changed now. Sign them out first.")
    if current.over:
        raise Conflict("This visit is over, so it can no longer be changed.")
    return current


# --- Announcing, changing, cancelling -----------------------------------------------------------------------


def validate(details, current=None):
    """What is wrong with a visit that is announced, or with the changes to one, as {field: message}."""
    details = details.cleaned()
    errors = errors_in(details, staff.current(), current)
    if current and (why := _why_it_stays(current)):
        for field in ("name", "organisation"):
            if name_key(getattr(details, field)) != name_key(getattr(current, field)):
                errors.setdefault(field, f"{why}. Announce somebody else anew")
    if current and current.came_on and details.starts_on != current.starts_on:
        errors.setdefault("starts_on", "They have been here on this visit already. Leave the first day as it is")
    return errors


def _why_it_stays(current):
    """Why a visit stays with its visitor, in words; nothing where it can be given to somebody else."""
    if current.came_on:
        return f"{current.name} has been here on this visit"
    return f"The headteacher was asked about a device of {current.name}" if device_access.asked_for(current.id) else ""


@prepared
def _to_come():
    return Visit.select(fn.COUNT(Visit.id).alias("count")).where(
        Visit.announced_by == Parameter("me", Visit.announced_by),
        Visit.ends_on >= Parameter("day", Visit.ends_on),
        Visit.cancelled_at.is_null(),
        ~fn.EXISTS(Stay.select(Stay.id).where(Stay.visit == Visit.id)),  # who came without being announced, too
    )


def _must_not_be_too_many(actor, new):
    """One person cannot fill reception's lists: how many visits they announce is limited, reception's own are not."""
    most = config.current().open_visits
    if actor.may(Permission.RECEIVE_VISITORS):
        return
    too_many = _to_come.one(me=actor.id, day=clock.today()).count + new - most
    if too_many > 0:
        one = "one that you do" if too_many == 1 else f"{too_many} that you do"
        words = f"You can announce {most} visits that are to come. Cancel {one} not need, or ask reception"
        raise Invalid({"name": words})


def announce(actor, details, form_key=None):
    """Announce one visit for each visitor, all of them or none; returns their ids. Raises Invalid.

    The same form sent twice (`form_key`) is one announcement.
    """
    actor.must(Permission.ANNOUNCE_VISITORS)
    with writing():
        if form_key and (sent := sent_before(actor, form_key)):
            return [sent]
        if errors := validate(details):
            raise Invalid(errors)
        details = details.cleaned()
        _must_not_be_too_many(actor, 1 + len(details.more_names))
        ids = [
            enter(actor, details, name, form_key if number == 0 else None)
            for number, name in enumerate((details.name, *details.more_names))
        ]
    return ids


def sent_before(actor, form_key):
    """The id of the first visit that this form has made already, or None."""
    return Visit.select(Visit.id).where(Visit.announced_by == actor.id, Visit.form_key == form_key).scalar()


def enter(actor, details, name, form_key):
    """Save one visit that has been checked, with its event, in the caller's transaction."""
    visitor = register.save(name, details.organisation, details.kind)
    columns = {field: getattr(details, field) for field in SET_BY_DETAILS}
    visit = Visit.insert(
        **columns, visitor=visitor, announced_by=actor.id, announced_at=clock.now(), form_key=form_key
    ).execute()
    _tell("visit-announced", actor, details.host, f"visit:{visit}", details)
    return visit


def _tell(event, actor, host, record, days):
    span = clock.format_span(days.starts_on, days.ends_on)
    record_event(event, actor=actor.id, person=host, about=record, span=span)


def change(actor, visit, revision, details):
    """Change a visit; what was approved for its visitor has to be decided again.

    Raises Invalid, or Conflict, also where somebody has changed it since it was opened.
    """
    with writing():
        current = find_to_change(actor, visit)
        if current.revision != revision:
            raise Conflict(CHANGED)
        if errors := validate(details, current):
            raise Invalid(errors)
        details = details.cleaned()
        visitor = register.save(details.name, details.organisation, details.kind)
        columns = {field: getattr(details, field) for field in SET_BY_DETAILS}
        Visit.update(**columns, visitor=visitor, revision=revision + 1).where(Visit.id == visit).execute()
        device_access.follow(actor, current, details)
        found_by = search.text_of(current.name, current.organisation, details.purpose, details.host)
        Stay.update(search_text=found_by).where(Stay.visit == visit).execute()
        _tell("visit-changed", actor, details.host, current.record, details)


def cancel(actor, visit):
    """Cancel a visit. Its row stays, because the log may name it. Raises Conflict."""
    with writing():
        current = find_to_change(actor, visit)
        Visit.update(cancelled_at=clock.now()).where(Visit.id == visit).execute()
        device_access.end(actor, current)
        _tell("visit-cancelled", actor, current.host, current.record, current)
