"""Visitors in the building: signing in and out, and settling what was forgotten (clauses 6.1, 6.2)."""

import datetime as dt
import secrets

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Stay, Visit, Visitor
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import name_key
from rules.policy.in_force import policy_in_force
from rules.reception import admission, announcing, queries
from rules.visitors import regulars, search, visits
from rules.visitors.register import can_be_one
from rules.visitors.validation import carries_errors

MUST_ACCEPT = "Show them what we expect. Tick the box when they have read and accepted it"
SOMEBODY_ELSE = "If this is somebody else, write their organisation, or more of their name"


# --- Who is here --------------------------------------------------------------------------------------------

_open = prepared(lambda: queries.query(Stay.left_at.is_null()).order_by(Stay.came_at, Stay.id))
_left = prepared(
    lambda: queries.query(Stay.day == Parameter("day"), Stay.left_at.is_null(False)).order_by(
        Stay.left_at.desc(), Stay.id.desc()
    )
)
_forgotten = prepared(
    lambda: Stay.select(fn.COUNT(Stay.id).alias("number")).where(Stay.left_at.is_null(), Stay.day != Parameter("day"))
)
_one = prepared(lambda: queries.query(Stay.id == Parameter("stay")))
_open_of = prepared(lambda: queries.query(Visit.visitor == Parameter("visitor"), Stay.left_at.is_null()))


def open_stays(actor):
    """Who is in the building, as (those who came today, those of earlier days who were not signed out)."""
    actor.must(Permission.READ_VISITOR_LOG)
    rows, today = queries.read(_open.rows()), clock.today()
    return [row for row in rows if row.day == today], [row for row in rows if row.day != today]


def left_today(actor):
    """The stays of today that have ended, the latest first."""
    actor.must(Permission.RECEIVE_VISITORS)
    return queries.read(_left.rows(day=clock.today()))


def may_come_again(gone, here):
    """Of the stays that ended today, the ids of those whose visitors can be signed in again: the newest of a visit."""
    inside = {row.visit for row in here}
    newest = {row.visit: row.id for row in reversed(gone) if row.can_come_again and row.visit not in inside}
    return set(newest.values())


def count_forgotten(actor):
    """How many visitors of earlier days were not signed out: 0 for those who do not receive visitors."""
    if not actor.may(Permission.RECEIVE_VISITORS):
        return 0
    return _forgotten.one(day=clock.today()).number


def token():
    """What stays the same as long as reception's page does: the count of changes, the day, and the day's end."""
    return f"{touched()}.{clock.today()}.24:00"


def good_until(token, time):
    """The token, good until a time (HH:MM of the school's clock) at which something on the page ends."""
    return f"{token.rpartition('.')[0]}.{time}"


def unchanged(seen):
    """Whether a page with this token would look the same now."""
    time = seen.rpartition(".")[2]
    return good_until(token(), time) == seen and f"{clock.local(clock.now()):%H:%M}" < time


# --- Signing in ---------------------------------------------------------------------------------------------


def sign_in(actor, visit, accepts, carries, fuller=None):
    """Sign a visitor in for a visit (by id) of today; returns the id of the stay.

    `accepts`: they have read and accepted what the school expects, and the fuller text of the version `fuller` where it
    was shown to them; `carries` are kinds of device.
    Raises Conflict where they are in the building or the visit does not take place, Invalid with the errors by field.
    """
    actor.must(Permission.RECEIVE_VISITORS)
    with writing():
        current = visits.one(visit)
        _must_be_on(current)
        owes = regulars.owes(current.visitor)
        if errors := {**validate(accepts, carries), **regulars.validate(current.name, owes, fuller)}:
            raise Invalid(errors)
        if not admission.stopped(current.name, current.organisation, seen_by=actor.id):
            return _begin(actor, current, carries, owes)
    # The alert that the headteacher is shown is on disk by now.
    raise Invalid({"accepts": admission.told(current.name)})


def _must_be_on(visit):
    rows = queries.read(_open_of.rows(visitor=visit.visitor))  # on this visit or on another one
    if rows:
        raise Conflict(_why_inside(rows[0]))
    if visit.cancelled:
        raise Conflict("This visit has been cancelled. If the visitor is here after all, sign them in as a walk-in.")
    if not visit.starts_on <= clock.today() <= visit.ends_on:
        raise Conflict("This visit is not for today. If the visitor is here, sign them in as a walk-in.")


def _why_inside(stay):
    if stay.day < clock.today():
        return f"{_not_signed_out(stay)}. Write down when they left, then sign them in."
    return f"{stay.name} is in the building: {stay.came_by} signed them in at {stay.came}."


def _not_signed_out(stay):
    return f"{stay.name} was not signed out on {clock.format_date(stay.day)}"


def validate(accepts, carries):
    """What keeps a visitor from being signed in, as {field: message}."""
    errors = {} if accepts else {"accepts": MUST_ACCEPT}
    return {**errors, **carries_errors(carries, policy_in_force())}


def _begin(actor, visit, carries, owes):
    stay = begin(visit, carries, policy_in_force().version, came_by=actor.id)
    if owes:
        regulars.save_acceptance(visit.visitor, taken_by=actor.id)
    record("visitor-signed-in", actor=actor.id, person=visit.host, about=visit.record)
    return stay


def walk_in(actor, details, accepts, carries, form_key=None, fuller=None):
    """Sign in somebody who was not announced: visitor, visit and stay at once; returns the id of the visit.

    The same form sent twice is one visit. Raises Invalid with the errors by field; `fuller` is as for `sign_in`.
    """
    actor.must(Permission.RECEIVE_VISITORS)
    with writing():
        if form_key and (sent := announcing.sent_before(actor, form_key)):
            return sent
        errors = {**announcing.validate(details), **validate(accepts, carries)}
        details = details.cleaned()
        owes = regulars.owes_by_name(details.name, details.organisation)
        if errors := {**_inside(details), **errors, **regulars.validate(details.name, owes, fuller)}:
            raise Invalid(errors)
        if not admission.stopped(details.name, details.organisation, seen_by=actor.id):
            visit = announcing.enter(actor, details, details.name, form_key)
            _begin(actor, visits.one(visit), carries, owes)
            return visit
    raise Invalid({"name": admission.told(details.name)})


def _inside(details):
    """That somebody of this name and organisation is in the building, said at the name: it can be the same person."""
    stay = inside(details.name, details.organisation)
    return {"name": f"{_why_inside(stay)} {SOMEBODY_ELSE}"} if stay else {}


# --- Signing out --------------------------------------------------------------------------------------------


def find(actor, stay):
    """A stay by id, for reception. Raises NotFound."""
    actor.must(Permission.RECEIVE_VISITORS)
    rows = queries.read(_one.rows(stay=stay))
    if not rows:
        raise NotFound
    return rows[0]


def sign_out(actor, stay, still_here=False):
    """Sign a visitor out; returns the stay. Raises Conflict where somebody has done so.

    It raises Conflict as well where they were forgotten on an earlier day: they left long ago, so the time is settled.
    Reception says by `still_here` that they really are still here and go now.
    """
    with writing():
        current = find(actor, stay)
        _must_be_open(current)
        if forgotten(current) and not still_here:
            raise Conflict(
                f"{_not_signed_out(current)}. Write down when they left, or that they are still here and go now."
            )
        _end(actor, current, max(clock.now(), current.came_at), "visitor-signed-out")
        return current


def _must_be_open(stay):
    if stay.left_at is not None:
        raise Conflict(f"{stay.name} left at {stay.left}: {stay.left_by} has written it down already.")


def _end(actor, stay, left_at, event, **columns):
    if not end(stay.id, left_at, left_by=actor.id, **columns):
        _must_be_open(find(actor, stay.id))
    visit = visits.one(stay.visit)
    record(event, actor=actor.id, person=visit.host, about=visit.record)


def find_to_settle(actor, stay):
    """A stay of an earlier day that is open. Raises Conflict where it has been ended, or is of today."""
    current = find(actor, stay)
    _must_be_open(current)
    if current.day >= clock.today():
        raise Conflict(f"{current.name} came today, so sign them out when they go.")
    return current


def settle(actor, stay, time):
    """Write down when a visitor left who was not signed out on an earlier day: an estimate, on the day of the stay.

    `time` is on the school's clock. Raises Invalid with the errors by field, Conflict as `find_to_settle` does.
    """
    with writing():
        current = find_to_settle(actor, stay)
        if error := _time_error(current, time):
            raise Invalid({"time": error})
        _end(actor, current, _moment(current, time), "visitor-left-settled", estimated=True)
        return current


def _time_error(stay, time):
    if time is None:
        return "Write the time at which they left, as well as you know it"
    if _moment(stay, time) < stay.came_at:
        return f"They came at {stay.came}. Write a later time of that day"
    return None


def _moment(stay, time):
    """The moment on the day of a stay when the clock showed a time: the first one after they came, if there are two.

    A time is written to the minute, so the minute in which they came is good.
    """
    moments = [clock.at(stay.day, time.replace(fold=fold)) for fold in (0, 1)]
    within = dt.timedelta(minutes=1)
    return next((max(moment, stay.came_at) for moment in moments if moment + within > stay.came_at), moments[0])


# --- Beginning and ending a stay ----------------------------------------------------------------------------


CODES = range(10_000)

_codes_inside = prepared(lambda: Stay.select(Stay.code).where(Stay.left_at.is_null(), Stay.code.is_null(False)))
_of_name = prepared(
    lambda: queries.query(Stay.left_at.is_null(), Visitor.name_key == Parameter("key")).order_by(Stay.came_at)
)


def inside(name, organisation):
    """The stay of somebody of this name and organisation who has not left, or None. None said counts as the same."""
    for row in queries.read(_of_name.rows(key=name_key(name))):
        if can_be_one(row.organisation, organisation):
            return row
    return None


def begin(visit, carries, accepted, **who):
    """The visitor of a visit (as `rules/visitors/visits.py` reads it) comes in now; returns the id of the stay.

    `carries` are kinds of device, `accepted` is the version of the policy whose expectations they accept. `who` signs
    them in is `came_by`, a person's id, or `came_tablet`, a tablet's.
    """
    return Stay.insert(
        visit=visit.id,
        code=_free_code(),
        day=clock.today(),
        came_at=clock.now(),
        accepted_version=accepted,
        carries=sorted(set(carries)),
        search_text=search.text_of(visit.name, visit.organisation, visit.purpose, visit.host),
        **who,
    ).execute()


def _free_code():
    """A code of four digits that nobody in the building has: with it, and their name, they sign out at a tablet."""
    taken = {int(row.code) for row in _codes_inside.rows()}
    if len(taken) >= len(CODES):
        raise Conflict("There are as many people in the building as there are codes. Sign somebody out first.")
    while (code := secrets.choice(CODES)) in taken:
        pass
    return f"{code:04}"


def forgotten(stay):
    """Whether a stay that has not ended was forgotten: the school has opened on the day after it began.

    Until then somebody may still be leaving. From then on nobody knows when they left, so it is settled as an estimate.
    """
    return clock.now() >= clock.at(stay.day + dt.timedelta(days=1), policy_in_force().opens)


def end(stay, left_at, **who):
    """End a stay (by id) at a moment. False where it had ended: somebody was first.

    `who` signs them out is `left_by`, a person's id, or `left_tablet`, a tablet's; `estimated` goes with it.
    """
    ending = Stay.update(left_at=left_at, **who).where(Stay.id == stay, Stay.left_at.is_null())
    return bool(ending.execute())
