"""A visitor signs in at the reception tablet: to the visit that was announced, or to a new one (clauses 6.1, 6.4)."""

from typing import NamedTuple

from database import prepared, writing
from fields import Parameter
from models import Stay, Visit, Visitor
from rules.audit.record import record
from rules.core import clock
from rules.core.errors import Conflict, Invalid
from rules.core.text import name_key
from rules.people import staff
from rules.policy.in_force import policy_in_force
from rules.reception import admission, announcing, queries, stays
from rules.visitors import register, regulars, visits
from rules.visitors.register import can_be_one
from rules.visitors.validation import VisitDetails, carries_errors, errors_in

NOT_ANNOUNCED = "Came without being announced"  # the reason of such a visit: the tablet asks for none
MUST_ACCEPT = "Tick the box when you have read and accepted what we expect"
MUST_ACCEPT_FULLER = "Tick the box when you have read and accepted the fuller text"
# What is said to visitors themselves, where reception would be told it of somebody else.
OWN_WORDS = {
    "kind": "Choose what brings you here",
    "host": "Choose whom you visit. If you do not know, ask at reception",
}
# One wording, whether somebody of the name is here or was not signed out: nobody learns here who is in the building.
AT_RECEPTION = "We cannot sign you in here. Reception is glad to help you."
READ_AGAIN = "This text has changed while you were reading. Please read it again, then tick the box"
SENT_BEFORE = "This form has been sent before. Please start again, or ask at reception."


class Said(NamedTuple):
    """What visitors say of themselves. `kind` is the value of a VisitorKind, `host` a person's id, None where they
    chose nobody; `carries` are kinds of device, `needs_device` is None where they did not say it.
    """

    name: str
    organisation: str
    kind: str
    host: int | None
    vehicle: str = ""
    carries: tuple = ()
    needs_device: bool | None = None

    def details(self):
        """The same as a visit of today, cleaned."""
        today = clock.today()
        texts = (self.name, self.organisation, self.kind)
        return VisitDetails(*texts, self.host, today, today, NOT_ANNOUNCED, vehicle=self.vehicle).cleaned()


class Accepted(NamedTuple):
    """What visitors have ticked, below the texts of a version of the policy (its number, None where it is not said)."""

    version: int | None
    expectations: bool
    fuller: bool = False


_of_today = prepared(
    lambda: visits.query(
        *(Visit.starts_on <= Parameter("day"), Visit.ends_on >= Parameter("day"), Visit.cancelled_at.is_null()),
        Visitor.name_key == Parameter("key"),
    )
)
_newest_here = prepared(
    lambda: (
        queries.query(Stay.left_at.is_null(), Stay.came_tablet == Parameter("tablet"))
        .order_by(Stay.came_at.desc())  # by their id all stays of all years would be looked through
        .limit(1)
    )
)
_one = prepared(lambda: queries.query(Stay.id == Parameter("stay")))


# --- What is wrong ------------------------------------------------------------------------------------------


def validate(said):
    """What is wrong with what visitors say of themselves, as {field: message}."""
    return _errors(said, said.details(), policy_in_force())


def _errors(said, details, policy):
    errors = {**errors_in(details, staff.current()), **carries_errors(said.carries, policy)}
    for field in OWN_WORDS.keys() & errors.keys():
        errors[field] = OWN_WORDS[field]
    if not details.name:
        errors["name"] = "Write your name"
    if said.needs_device is None:
        errors["needs_device"] = "Choose yes or no"
    return errors


def owes_fuller(said):
    """Whether a visitor of this name comes regularly and has not accepted the fuller text in force (clause 6.4)."""
    details = said.details()
    return regulars.owes_by_name(details.name, details.organisation)


def _not_accepted(accepted, policy, owed):
    if accepted.version != policy.version:
        return {"accepts": READ_AGAIN}
    errors = {} if accepted.expectations else {"accepts": MUST_ACCEPT}
    if owed and not accepted.fuller:
        errors["accepts_fuller"] = MUST_ACCEPT_FULLER
    return errors


# --- Signing in ---------------------------------------------------------------------------------------------


def arrive(tablet, said, accepted, form_key=None):
    """Sign a visitor in at a tablet (as `rules/reception/tablets.py` knows it); returns the stay.

    None where they have to wait for somebody from the office. The same form sent twice is one visit. Raises Invalid
    with the errors by field, Conflict where they are in the building, or were not signed out on an earlier day.
    """
    with writing():
        details, policy = said.details(), policy_in_force()
        owed = regulars.owes_by_name(details.name, details.organisation)
        if errors := {**_errors(said, details, policy), **_not_accepted(accepted, policy, owed)}:
            raise Invalid(errors)
        if begun := _begun_before(tablet, details):
            return begun
        if admission.stopped(details.name, details.organisation, tablet=tablet.id):
            return None
        if stays.inside(details.name, details.organisation):
            raise Conflict(AT_RECEPTION)
        visit = _announced(details) or _new(details, form_key)
        if owed and regulars.owes(visit.visitor):
            regulars.save_acceptance(visit.visitor, tablet=tablet.id)
        return _begin(tablet, said, details, policy.version, visit)


def _begun_before(tablet, details):
    """The stay that the same form has begun, where its answer was lost on the way."""
    rows = queries.read(_newest_here.rows(tablet=tablet.id)) if tablet.answer_lost else ()
    return next((row for row in rows if name_key(row.name) == name_key(details.name)), None)


def _announced(details):
    """The visit of today that they come for: the only one of this name, and of this organisation where both say one.

    Somebody who comes back to the same host goes on with the visit they have begun.
    """
    rows = _of_today.rows(day=details.starts_on, key=name_key(details.name))
    fitting = [visit for visit in map(visits.read, rows) if _fits(visit, details)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(visit, details):
    same = can_be_one(visit.organisation, details.organisation)
    return same and (visit.came_on != details.starts_on or visit.host == details.host)


def _new(details, form_key):
    """A visit that nobody has announced. A visitor is nobody with a login, so it counts as announced by the host, who
    finds it among their visits and may change it. The trail does not say that the host announced it.
    """
    columns = {field: getattr(details, field) for field in announcing.SET_BY_DETAILS}
    if form_key and Visit.select().where(Visit.announced_by == details.host, Visit.form_key == form_key).exists():
        raise Conflict(SENT_BEFORE)
    visitor = register.save(details.name, details.organisation, details.kind)
    return visits.one(
        Visit.insert(
            **columns, visitor=visitor, announced_by=details.host, announced_at=clock.now(), form_key=form_key
        ).execute()
    )


def _begin(tablet, said, details, version, visit):
    if details.vehicle and not visit.vehicle:
        Visit.update(vehicle=details.vehicle).where(Visit.id == visit.id).execute()
    stay = stays.begin(visit, said.carries, version, came_tablet=tablet.id, needs_device=said.needs_device)
    record("visitor-signed-in-at-tablet", person=visit.host, about=f"visit:{visit.id}", tablet=tablet.name)
    (begun,) = queries.read(_one.rows(stay=stay))
    return begun
