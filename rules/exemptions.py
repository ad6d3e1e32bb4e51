"""The life of an exemption, the same for every kind: ask, change, withdraw; where it stands now.

Deciding is in `rules/decisions.py`. *In force* and *ended* are computed at the moment of asking; no job moves them.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache

from database import prepared, writing
from fields import Parameter, UtcField
from models import Counter, Exemption, NeedMet, Person, Role, RoleGrant, State
from rules import audit, clock
from rules.exemption_checks import Request, Unfit, answer_problems, is_blank, problems_of
from rules.exemption_kinds import KINDS
from rules.obligations import policy_in_force
from rules.roles import NotAllowed, NotFound
from rules.sessions import held_today


@dataclass(frozen=True)
class Transition:
    """One permitted step in the life of an exemption: from which states, to which, told by which event."""

    frm: frozenset
    to: State
    event: str


def _step(frm, to, event):
    return Transition(frozenset(frm), to, event)


# Every step there is. Anything else is refused.
TRANSITIONS = {
    "change": _step({State.SUBMITTED, State.RETURNED, State.APPROVED}, State.SUBMITTED, "exemption-changed"),
    "withdraw": _step({State.SUBMITTED, State.RETURNED, State.APPROVED}, State.WITHDRAWN, "exemption-withdrawn"),
    "approve": _step({State.SUBMITTED}, State.APPROVED, "exemption-approved"),
    "decline": _step({State.SUBMITTED}, State.DECLINED, "exemption-declined"),
    "return": _step({State.SUBMITTED}, State.RETURNED, "exemption-returned"),
    "revoke": _step({State.APPROVED}, State.REVOKED, "exemption-revoked"),
}


class Moved(Exception):
    """The exemption is no longer where this step starts: somebody was first. `case` is how it stands now."""

    def __init__(self, case):
        super().__init__(case.state)
        self.case = case


@dataclass(frozen=True)
class Case:
    """An exemption as it stands. Days and times are the school's; moments are aware, UTC."""

    id: int
    kind: object
    state: State
    revision: int
    asker: int
    asker_name: str
    asker_team: str
    asker_is_head: bool
    asker_active: bool
    device_kind: str
    device: str
    purpose: str
    reason: str
    zones: tuple
    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time
    conditions: str
    approved_by: str | None
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    stopped_at: dt.datetime | None

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"exemption:{self.id}"

    @cached_property
    def request(self):
        """What was asked for."""
        return Request(
            self.device_kind,
            self.device,
            self.purpose,
            self.reason,
            self.zones,
            self.starts_on,
            self.ends_on,
            self.starts_at,
            self.ends_at,
        )

    @property
    def over(self):
        """Whether the last minute of its window has passed."""
        return clock.at(self.ends_on, self.ends_at) <= clock.now()

    @property
    def in_force(self):
        """Whether it permits use at this moment: approved, its asker here, the day and the time inside its window."""
        here = clock.local(clock.now())
        return (
            self.state is State.APPROVED
            and self.asker_active
            and self.starts_on <= here.date() <= self.ends_on
            and self.starts_at <= here.time() < self.ends_at
        )

    @property
    def standing(self):
        """Where it stands now, as one word or two for a tag."""
        if self.state is State.SUBMITTED:
            return "waiting"
        if self.state is not State.APPROVED:
            return self.state.value
        if self.over:
            return "ended"
        return "in force" if self.in_force else "approved"


def _asker_is_head():
    return (
        RoleGrant.select(RoleGrant.id)
        .where(
            RoleGrant.person == Exemption.asker,
            RoleGrant.role == Role.HEADTEACHER.value,
            held_today(RoleGrant, Parameter("day")),
        )
        .limit(1)
    )


def cases(*conditions, order=()):
    """A query of exemptions with their askers, for `prepared`; read its rows with `case_of`."""
    return (
        Exemption.select(
            Exemption.id,
            Exemption.kind,
            Exemption.state,
            Exemption.revision,
            Exemption.asker.alias("asker"),
            Person.name.alias("asker_name"),
            Person.team.alias("asker_team"),
            _asker_is_head().alias("asker_is_head"),
            Person.active.alias("asker_active"),
            Exemption.device_kind,
            Exemption.device,
            Exemption.purpose,
            Exemption.reason,
            Exemption.zones,
            Exemption.starts_on,
            Exemption.ends_on,
            Exemption.starts_at,
            Exemption.ends_at,
            Exemption.conditions,
            Exemption.approved_by,
            Exemption.asked_at,
            Exemption.decided_at,
            Exemption.stopped_at,
        )
        .join(Person, on=(Exemption.asker == Person.id))
        .where(*conditions)
        .order_by(*order)
    )


@lru_cache(maxsize=1024)
def case_of(row):
    """A row of `cases` with the types people think in. The same row is the same case, so it is read once."""
    day, time, moment = dt.date.fromisoformat, dt.time.fromisoformat, UtcField().python_value
    return Case(
        *(row.id, KINDS[row.kind], State(row.state), row.revision),
        *(row.asker, row.asker_name, row.asker_team, row.asker_is_head is not None, bool(row.asker_active)),
        *(row.device_kind, row.device, row.purpose, row.reason, tuple(json.loads(row.zones))),
        *(day(row.starts_on), day(row.ends_on), time(row.starts_at), time(row.ends_at)),
        *(
            row.conditions,
            row.approved_by,
            moment(row.asked_at),
            moment(row.decided_at),
            moment(row.stopped_at),
        ),
    )


@prepared
def _one():
    return cases(Exemption.id == Parameter("id"))


@prepared
def _mine():
    return cases(
        Exemption.asker == Parameter("asker"),
        Exemption.ends_on >= Parameter("since"),
        order=(Exemption.starts_on.desc(), Exemption.id.desc()),
    ).limit(Parameter("limit"))


def find(exemption):
    """An exemption by id, for those who have already been allowed; raises NotFound."""
    # An id beyond SQLite's integers cannot exist, and must not reach the database.
    row = _one.one(id=exemption, day=clock.today().isoformat()) if 0 < exemption < 2**63 else None
    if row is None:
        raise NotFound
    return case_of(row)


def mine(actor, since=None, limit=100):
    """The exemptions a person asked for, newest first; `since` leaves out what ended before that day."""
    first = since.isoformat() if since else ""
    rows = _mine.rows(asker=actor.id, since=first, limit=limit, day=clock.today().isoformat())
    return [case_of(row) for row in rows]


def find_own(actor, exemption):
    """An exemption of the person's own, for changing it. Strangers get NotFound."""
    case = find(exemption)
    if case.asker != actor.id:
        raise NotFound
    return case


# --- Needs --------------------------------------------------------------------------------------------------


@prepared
def _needs_met():
    return (
        NeedMet.select(NeedMet.need, NeedMet.answers, NeedMet.met_at, Person.name.alias("by"))
        .join(Person, on=(NeedMet.met_by == Person.id))
        .where(NeedMet.exemption == Parameter("exemption"))
        .order_by(NeedMet.id)
    )


@dataclass(frozen=True)
class Met:
    """A need that was completed: its answers, by whom and when."""

    need: object
    answers: dict
    by: str
    at: dt.datetime


def needs_met(case):
    """What has been completed of the needs of an exemption, by need id; a later answer replaces an earlier one."""
    if not case.kind.needs:
        return {}
    rows = _needs_met.rows(exemption=case.id)
    return {
        row.need: Met(case.kind.need(row.need), json.loads(row.answers), row.by, UtcField.read(row.met_at))
        for row in rows
    }


def needs_missing(case, met=None):
    """The needs of an exemption that nobody has completed yet."""
    met = needs_met(case) if met is None else met
    return [need for need in case.kind.needs if need.id not in met]


def meet_need(actor, exemption, need_id, answers):
    """The asker completes a need of their request. Raises Unfit with the problems by question id."""
    with writing():
        case = find_own(actor, exemption)
        need = case.kind.need(need_id)
        if need is None:
            raise NotFound
        if case.state not in {State.SUBMITTED, State.RETURNED}:
            raise Moved(case)
        _keep_answers(actor, case, need, answers)
        _bump(case)


def _keep_answers(actor, case, need, answers):
    if problems := answer_problems(need, answers):
        raise Unfit(problems)
    kept = {question.id: answers[question.id] for question in need.questions}
    NeedMet.insert(exemption=case.id, need=need.id, answers=kept, met_by=actor.id, met_at=clock.now()).execute()
    audit.record("need-met", actor=actor.id, person=case.asker, about=case.record, kind=case.kind.name, need=need.title)


def _bump(case):
    """What is decided on has changed, so a decision made on the old text must not count."""
    Exemption.update(revision=Exemption.revision + 1).where(Exemption.id == case.id).execute()
    touch()


# --- Ask, change, withdraw ----------------------------------------------------------------------------------


def submit(actor, kind, request, answers=None, form_key=None):
    """Ask for an exemption; returns its id. Sending the same form twice gives the same exemption.

    `answers` are those to the kind's needs, by need id; a need left blank can be completed later. Raises
    NotAllowed where the kind is not for this person, Unfit with the problems by field (clauses 3.3, 4.3, 4.7).
    """
    if not actor.holds(*kind.askers):
        raise NotAllowed("This kind of exemption is not one you can ask for.")
    request, given = request.tidied(), _given(kind, answers)
    with writing():
        if form_key and (sent := Exemption.get_or_none(asker=actor.id, form_key=form_key)):
            return sent.id
        _must_fit(kind, request, actor.id, given)
        exemption = Exemption.insert(
            kind=kind.id, asker=actor.id, form_key=form_key, **_columns(request), **_undecided()
        ).execute()
        audit.record(
            "exemption-submitted",
            actor=actor.id,
            person=actor.id,
            about=f"exemption:{exemption}",
            kind=kind.name,
        )
        _keep_all(actor, find(exemption), given)
        touch()
    return exemption


def change(actor, exemption, revision, request, answers=None):
    """Change one's own request and send it again. An approval it had no longer counts (invariant 2).

    Raises Moved when it was decided or changed meanwhile, Unfit with the problems by field.
    """
    request = request.tidied()
    with writing():
        case = find_own(actor, exemption)
        given = _given(case.kind, answers)
        step = TRANSITIONS["change"]
        if case.state not in step.frm or case.revision != revision or (case.state is State.APPROVED and case.over):
            raise Moved(case)
        _must_fit(case.kind, request, actor.id, given, ignore=case.id)
        move(case, step, revision=revision + 1, **_columns(request), **_undecided())
        told = {"actor": actor.id, "person": actor.id, "about": case.record, "kind": case.kind.name}
        if case.state is State.APPROVED:
            audit.record("approval-voided", **told)
        audit.record(step.event, **told)
        _keep_all(actor, case, given)


def withdraw(actor, exemption):
    """Withdraw one's own request or give up one's own permission. Raises Moved when it is over already."""
    with writing():
        case = find_own(actor, exemption)
        step = TRANSITIONS["withdraw"]
        if case.state not in step.frm or (case.state is State.APPROVED and case.over):
            raise Moved(case)
        stopped = clock.now() if case.state is State.APPROVED else None
        move(case, step, stopped_at=stopped)
        audit.record(step.event, actor=actor.id, person=actor.id, about=case.record, kind=case.kind.name)


def _given(kind, answers):
    answers = answers or {}
    return {need: answers[need.id] for need in kind.needs if not is_blank(need, answers.get(need.id, {}))}


def _must_fit(kind, request, asker, given, ignore=None):
    problems = problems_of(kind, request, asker, policy_in_force(), ignore)
    for need, answers in given.items():
        problems.update({f"{need.id}-{key}": text for key, text in answer_problems(need, answers).items()})
    if problems:
        raise Unfit(problems)


def _keep_all(actor, case, given):
    for need, answers in given.items():
        _keep_answers(actor, case, need, answers)


def _columns(request):
    return {**asdict(request), "zones": list(request.zones), "device_key": request.device_key}


def _undecided():
    return {
        "state": State.SUBMITTED.value,
        "asked_at": clock.now(),
        "conditions": "",
        "approved_by": None,
        "decided_at": None,
        "stopped_at": None,
    }


def move(case, step, **columns):
    """Take one step, if the exemption still stands where it did; raises Moved otherwise."""
    moved = (
        Exemption.update({"state": step.to.value, **columns})
        .where(Exemption.id == case.id, Exemption.state == case.state.value, Exemption.revision == case.revision)
        .execute()
    )
    if not moved or case.state not in step.frm:
        raise Moved(find(case.id))
    touch()


# --- Has anything changed? ----------------------------------------------------------------------------------


@prepared
def _touch():
    return Counter.update(value=Counter.value + 1).where(Counter.name == "exemptions")


@prepared
def _touched():
    return Counter.select(Counter.value).where(Counter.name == "exemptions")


def touch():
    """Count a change that lists of exemptions show, so that pages that poll notice it."""
    if not _touch.execute():
        Counter.insert(name="exemptions", value=1).execute()


def touched():
    """How many changes there have been: as long as it is the same number, no list has changed."""
    row = _touched.one()
    return row.value if row else 0
