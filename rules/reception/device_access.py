"""Device access of visitors: how it stands, for reception and the badge, and what a change of the visit does to it.

The access itself is an exemption like the others (clauses 6.5, 6.6): `rules/exemptions/lifecycle.py`,
`rules/decisions/deciding.py`.
"""

import json
from typing import NamedTuple

from peewee import SQL, Select, fn

from database import prepared
from enums import ExemptionState
from fields import Parameter
from models import Exemption
from rules.core import clock
from rules.exemption_kinds import KINDS
from rules.exemptions import lifecycle
from rules.exemptions.places import say
from rules.exemptions.queries import exemptions_query, read
from rules.exemptions.view import Validity, is_open
from rules.may_i.answer import OFF_SITE, answer
from rules.may_i.situation import PHONE, Situation, permit_of
from rules.policy.in_force import policy_in_force

KIND = next(kind for kind in KINDS.values() if kind.for_visitor)
OPEN = frozenset({ExemptionState.SUBMITTED, ExemptionState.RETURNED, ExemptionState.APPROVED})
NONE, WAITING, APPROVED, REFUSED, ENDED = "none", "waiting", "approved", "declined", "ended"


class Access(NamedTuple):
    """How the device access of one visit stands. `words` go onto the badge, `state` is one of the five above.

    `verdict` is what *may I?* answers now, as on the permission slip. `device`, `when` and `places` say of what it is;
    `edges` are the times of the school's clock at which it begins and ends. `others` are the same of further requests
    of the visit that hold or wait.
    """

    state: str
    words: str
    verdict: str = ""
    device: str = ""
    when: str = ""
    places: str = ""
    conditions: str = ""
    edges: tuple = ()
    others: tuple = ()


NO_ACCESS = Access(NONE, "device: not approved")


@prepared
def _of_visits():
    ids = Select((fn.json_each(Parameter("visits")),), (SQL("value"),))
    return exemptions_query(
        Exemption.visit.in_(ids),
        Exemption.state != ExemptionState.WITHDRAWN.value,
        order=(Exemption.asked_at, Exemption.id),
    )


def shown(visits):
    """How the device access of visits (ids) stands, as {visit: Access}. What is approved comes first.

    Two queries, however many visits there are.
    """
    by_visit = {visit: [] for visit in visits}
    if not by_visit:
        return {}
    policy = policy_in_force()
    for view in read(_of_visits, visits=json.dumps(sorted(by_visit))):
        by_visit[view.request.visit].append(view)
    without = NO_ACCESS._replace(verdict=_without_permission(policy))
    return {visit: _of_visit(of, policy, without.verdict) if of else without for visit, of in by_visit.items()}


def _of_visit(views, policy, without):
    """The access of a visit from what was asked for it: what is approved, what waits, else how the newest ended."""
    accesses = [_access(view, policy, without) for view in sorted(views, key=_weight, reverse=True)]
    access, others = accesses[0], tuple(one for one in accesses[1:] if one.state in {APPROVED, WAITING})
    # A badge is read all day, so it says nothing of what is approved for another day.
    worded = [one for one in (access, *others) if one.words]
    named = [f"{one.device}, {one.words}" for one in worded] if len(worded) > 1 else [one.words for one in worded]
    words = f"device: {'; '.join(named)}" if worded else NO_ACCESS.words
    return access._replace(words=words, others=others)


def _weight(view):
    """What counts more of several requests of a visit: what holds today, what holds, what waits, the newer one."""
    today = view.holds and is_open(view.request, clock.today())
    return today, view.holds, view.state is ExemptionState.SUBMITTED and not view.over, view.decision.asked_at, view.id


def _access(view, policy, without):
    """How one request stands; `without` is the verdict where nothing is approved."""
    permit = _permit(view)
    state = _state(view, permit)
    approved = state == APPROVED
    device = policy.devices.get(view.request.device_kind, {"name": view.request.device_kind})["name"]
    # Where it is allowed at its times; whether it is one of them is for the verdict to say.
    allowed = (
        policy.zone_names(_allowed(permit._replace(validity=Validity.IN_FORCE), policy, permit.zones))
        if approved
        else ""
    )
    verdict = _verdict(permit, allowed) if approved else without
    words = _badge(view, allowed) if approved and is_open(view.request, clock.today()) else ""
    edges = (view.request.starts_at, view.request.ends_at)
    parts = (f"{device}: {view.request.device}", _when(view), say(view, policy), view.decision.conditions)
    return Access(state, words, verdict, *parts, edges)


def _permit(view):
    here = clock.local(clock.now())
    return permit_of(view, here.date(), here.time(), in_exam=False)


def _allowed(permit, policy, zones):
    """Of these places those where *may I?* answers yes to the visitor who has this permit, or None."""
    free, permits = frozenset(policy.visitors.get("free_places", ())), (permit,) if permit else ()
    device = permit.device if permit else PHONE
    asked = {zone: Situation(frozenset(), zone, device, permits=permits, free_places=free) for zone in zones}
    return [zone for zone, situation in asked.items() if answer(situation).yes]


def _verdict(permit, allowed):
    """What the slip says, and where."""
    return f"{permit.verdict}: {allowed}" if permit.in_force else permit.verdict


def _without_permission(policy):
    """What holds for a visitor for whom nothing is approved."""
    free = policy.zone_names(_allowed(None, policy, [zone for zone in policy.zones if zone != OFF_SITE]))
    return f"Permitted only here: {free}" if free else "Not permitted"


def _badge(view, places):
    """What the badge says of what is approved for today: from when as well, where that is still to come."""
    begun = view.request.starts_at <= clock.local(clock.now()).time()
    start = "until" if begun else f"{clock.format_time(view.request.starts_at)} to"
    return f"approved {start} {clock.format_time(view.request.ends_at)}, {places}"


def _when(view):
    """The times of a request, and its days where they are not today alone."""
    times = f"{clock.format_time(view.request.starts_at)} to {clock.format_time(view.request.ends_at)}"
    today = view.request.starts_on == view.request.ends_on == clock.today()
    return times if today else f"{clock.format_span(view.request.starts_on, view.request.ends_on)}, {times}"


def _state(view, permit):
    if view.state is ExemptionState.APPROVED:
        return ENDED if permit.validity in {Validity.OVER, Validity.NOWHERE} else APPROVED
    if view.over or not view.people.subject_active:  # nobody decides what a host who has left asked for
        return ENDED
    return WAITING if view.waits else REFUSED


def next_edge(accesses):
    """When the next of these begins or ends today, as HH:MM of the school's clock; 24:00 where none does."""
    minute = f"{clock.local(clock.now()):%H:%M}"
    open_ones = (one for access in accesses for one in (access, *access.others) if one.state in {APPROVED, WAITING})
    edges = (f"{edge:%H:%M}" for access in open_ones for edge in access.edges)
    return min((edge for edge in edges if edge > minute), default="24:00")


# --- What a change of the visit does ------------------------------------------------------------------------

_one_visit = prepared(lambda: exemptions_query(Exemption.visit == Parameter("visit"), order=(Exemption.id,)))


def asked_for(visit):
    """Whether a device was ever asked for on a visit (by id): what was said of its visitor stays with them."""
    return Exemption.select().where(Exemption.visit == visit).exists()


def _open_of(visit):
    views = read(_one_visit, visit=visit.id)
    return [view for view in views if view.state in OPEN and not view.over]


def follow(actor, current, details):
    """A visit (`current`) was changed into `details`: what was asked for its visitor moves with it; what was approved
    has to be decided again (clause 6.5, invariant 2). In the caller's transaction.
    """
    if not _matters(current, details):
        return
    for view in _open_of(current):
        columns = {"subject": details.host, **_window(view, current, details)}
        if view.state is ExemptionState.RETURNED:
            lifecycle.move_window(actor, view, **columns)
        else:
            lifecycle.send_again(actor, view, **columns)


def _matters(current, details):
    fields = ("host", "starts_on", "ends_on", "expected_at", "expected_until")
    return any(getattr(current, field) != getattr(details, field) for field in fields)


def _window(view, current, details):
    """The days and times of a request after its visit was moved: as many days as it had, and those of the visit."""
    policy = policy_in_force()
    first = min(max(view.request.starts_on, details.starts_on, clock.today()), details.ends_on)
    year_end = clock.academic_year_end(first, policy.year_ends)
    last = min(first + (view.request.ends_on - view.request.starts_on), details.ends_on, year_end)
    return {"starts_on": first, "ends_on": max(first, last), **_times(view, current, details, policy)}


def _times(view, current, details, policy):
    """A time that was the visit's own moves with it, where devices can be asked for at that time."""
    times = {"starts_at": view.request.starts_at, "ends_at": view.request.ends_at}
    for field, mine in (("starts_at", "expected_at"), ("ends_at", "expected_until")):
        new = getattr(details, mine)
        if new and times[field] == getattr(current, mine) and policy.opens <= new <= policy.closes:
            times[field] = new
    unchanged = {"starts_at": view.request.starts_at, "ends_at": view.request.ends_at}
    return times if times["starts_at"] < times["ends_at"] else unchanged


def end(actor, visit):
    """A visit was cancelled: what was asked for its visitor is withdrawn, in the caller's transaction."""
    for view in _open_of(visit):
        lifecycle.stop(actor, view, "withdraw")
