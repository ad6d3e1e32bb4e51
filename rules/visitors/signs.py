"""The signs for visitors: somebody looks once a term whether each is in place, and writes down what they saw (6.3)."""

import datetime as dt
from collections import namedtuple

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Person, SignCheck
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.core.text import text_error, tidy
from rules.policy.in_force import policy_in_force

TERM = dt.timedelta(days=100)
SHOWN = 10  # checks of a place
IMPATIENCE = dt.timedelta(minutes=5)  # the same check again within it is the same click

Check = namedtuple("Check", "fine note by at")


class Sign(namedtuple("Sign", "id name checks")):
    """The sign of a place, with its newest checks, the latest first."""

    __slots__ = ()

    @property
    def overdue(self):
        """Whether nobody has looked at it for a term, or ever. Days are the school's."""
        return not self.checks or clock.today() - clock.local(self.checks[0].at).date() > TERM

    @property
    def due(self):
        """Whether somebody has to go there: it is overdue, or was not in order."""
        return self.overdue or not self.checks[0].fine


@prepared
def _newest():
    number = fn.ROW_NUMBER().over(partition_by=[SignCheck.place], order_by=[SignCheck.id.desc()]).alias("number")
    checks = SignCheck.select(
        SignCheck.place, SignCheck.fine, SignCheck.note, SignCheck.checked_by, SignCheck.checked_at, number
    )
    latest = checks.alias("latest")
    return (
        Person.select(latest.c.place, latest.c.fine, latest.c.note, Person.name.alias("by"), latest.c.checked_at)
        .join(latest, on=(latest.c.checked_by_id == Person.id))
        .where(latest.c.number <= Parameter("shown"))
        .order_by(latest.c.number)
    )


def places(policy=None):
    """The names of the places where signs hang, by id; none before the policy names them.

    `policy` is the one in force, where the caller has read it already.
    """
    return {place["id"]: place["name"] for place in (policy or policy_in_force()).visitors.get("signs", ())}


def signs(actor):
    """Every sign with its last checks, in the policy's order: for those who check them."""
    actor.must(Permission.CHECK_SIGNS)
    return _signs(places(), SHOWN)


def _signs(names, shown):
    by_place = {place: [] for place in names}
    for row in _newest.rows(shown=shown):
        if row.place in by_place:
            by_place[row.place].append(Check(row.fine, row.note, row.by, row.checked_at))
    return [Sign(place, name, tuple(by_place[place])) for place, name in names.items()]


def due_for(actor, policy=None):
    """How many signs this person has to go and look at; `policy` as for `places`."""
    return sum(sign.due for sign in _signs(places(policy), 1)) if actor.may(Permission.CHECK_SIGNS) else 0


def validate(place, fine, note):
    """What is wrong with a check, as {field: message}. `fine` is None where it is not said."""
    errors = {}
    if place not in places():
        errors["place"] = "Choose the place from the list"
    if fine is None:
        errors["fine"] = "Say whether the sign is in order"
    note = tidy(note)
    if error := text_error(note, 500):
        errors["note"] = error
    elif fine is False and not note:
        errors["note"] = "Say what is wrong, so that somebody can put it right"
    return errors


def check(actor, place, fine, note=""):
    """Write down that somebody has looked at a sign. The same sent twice is one. Raises Invalid with the errors."""
    actor.must(Permission.CHECK_SIGNS)
    with writing():
        if errors := validate(place, fine, note):
            raise Invalid(errors)
        columns = {"place": place, "fine": fine, "note": "" if fine else tidy(note), "checked_by": actor.id}
        if _just_now(columns):
            return
        sign_check = SignCheck.insert(**columns, checked_at=clock.now()).execute()
        state = "in order" if fine else "not in order"
        record("sign-checked", actor=actor.id, about=f"sign-check:{sign_check}", place=places()[place], found=state)


def _just_now(columns):
    last = SignCheck.select().where(SignCheck.place == columns["place"]).order_by(SignCheck.id.desc()).first()
    if last is None or clock.now() - last.checked_at > IMPATIENCE:
        return False
    return (last.fine, last.note, last.checked_by_id) == (columns["fine"], columns["note"], columns["checked_by"])
