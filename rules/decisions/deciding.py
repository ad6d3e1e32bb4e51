"""Deciding: who may, what is in the way, and the decision itself, made once and never changed."""

import datetime as dt
from typing import NamedTuple

from database import prepared, writing
from enums import ExemptionState, Role, Verdict
from fields import Parameter, UtcField, canonical_json
from models import Decision
from rules.agreements import agreements
from rules.audit.record import record
from rules.core import clock
from rules.core.errors import CHANGED, Changed, Invalid
from rules.core.text import text_error, tidy
from rules.core.tokens import sha256
from rules.decisions.queue import blockers_of
from rules.exemptions import lifecycle, subjects
from rules.exemptions.lifecycle import TRANSITIONS, move
from rules.exemptions.permissions import load_to_decide, may_decide
from rules.exemptions.prerequisites import completed
from rules.exemptions.view import ExemptionView
from rules.policy.in_force import policy_in_force

LONGEST_TEXT = 1000


class NotReady(Exception):
    """Approve was refused because something is missing. `blockers` lists it."""

    def __init__(self, blockers):
        super().__init__("; ".join(blocker.message for blocker in blockers))
        self.blockers = blockers


class Made(NamedTuple):
    """A decision that was just made: the exemption as it stands since, and the decision in one line."""

    exemption: ExemptionView
    verdict: Verdict
    by: str
    at: dt.datetime

    @property
    def line(self):
        """The decision in one line."""
        return format_decision(self.verdict, self.by, self.at)


# --- The decision -------------------------------------------------------------------------------------------


def approve(actor, exemption, revision, conditions="", terms=None):
    """Approve a request as it was seen (`revision`), with conditions or without.

    Where the kind has a written agreement it is issued with these `terms`, or with those of the school's template.
    Returns the `Made` decision. Raises Changed when it was decided or changed meanwhile, NotReady when something is
    missing, Invalid for the texts.
    """
    with writing():
        view = _load_as_seen(actor, exemption, "approve", revision)
        wanted = view.kind.arrangement
        conditions = _text(f"Write {wanted[:1].lower()}{wanted[1:]}", conditions, needed=bool(wanted))
        terms = _terms(view, terms)
        met = completed(view) if view.kind.prerequisites else {}
        if blockers := blockers_of(view, met):
            raise NotReady(blockers)
        step = "approve-with-conditions" if conditions else "approve"
        version = agreements.next_version(view) if terms else None
        issued = {"terms": terms, "version": version}
        made = _decide(actor, view, step, Verdict.APPROVED, conditions, met, **issued, conditions=conditions)
        if terms:
            agreements.issue(actor, view, terms, version)
    return made


def waits_only_for(actor, view, prerequisite):
    """Whether this prerequisite is all that keeps this person from approving, so that both can be one click."""
    # An agreement is read before it is issued, and an arrangement has to be worded.
    if view.kind.agreement or view.kind.arrangement or not view.waits or not may_decide(actor, view):
        return False
    return {blocker.prerequisite for blocker in blockers_of(view)} <= {prerequisite.id}


def _terms(view, terms):
    """The fit terms of the agreement that goes with an approval, or None where the kind has none."""
    if not view.kind.agreement:
        return None
    terms = (terms or agreements.template(policy_in_force())).cleaned()
    if errors := terms.validate():
        raise Invalid(errors)
    return terms


def decline(actor, exemption, revision, reason):
    """Decline a request, with the reason (invariant 8)."""
    return _decide_with_reason(actor, exemption, revision, "decline", Verdict.DECLINED, reason)


def return_to_asker(actor, exemption, revision, reason):
    """Return a request to its asker, who can change it and send it again."""
    return _decide_with_reason(actor, exemption, revision, "return", Verdict.RETURNED, reason)


def revoke(actor, exemption, revision, reason):
    """End an approved exemption at once, with the reason."""
    return _decide_with_reason(actor, exemption, revision, "revoke", Verdict.REVOKED, reason)


def _decide_with_reason(actor, exemption, revision, action, verdict, reason):
    with writing():
        view = _load_as_seen(actor, exemption, action, revision)
        if action == "revoke" and view.over:
            raise Changed(CHANGED, view)
        reason = _text(ASK_FOR_TEXT[action], reason, needed=True)
        columns = {"stopped_at": clock.now()} if action == "revoke" else {}
        made = _decide(actor, view, action, verdict, reason, completed(view), **columns)
        if action == "revoke":
            lifecycle.close(actor, view)
    return made


ASK_FOR_TEXT = {
    "decline": "Say why you decline it",
    "return": "Say what has to be changed",
    "revoke": "Say why you revoke it",
}


def _text(missing, text, needed):
    if not text and not needed:
        return ""
    text = tidy(text)
    error = missing if needed and not text else text_error(text, LONGEST_TEXT)
    if error:
        raise Invalid({"text": error})
    return text


def _load_as_seen(actor, exemption, action, revision):
    view = load_to_decide(actor, exemption)
    state = view.decision.state
    waits_in_vain = view.lapsed or (state is ExemptionState.SUBMITTED and not view.people_here)
    if state not in TRANSITIONS[action].sources or view.revision != revision or waits_in_vain:
        raise Changed(CHANGED, view)
    return view


def _stands_in(actor, view):
    # Nobody decides the headteacher's own request in the headteacher's place.
    return actor.delegate_of is not None and Role.HEADTEACHER not in actor.roles and not view.people.head_is_party


@prepared
def _keep():
    names = (
        "exemption",
        "verdict",
        "decided_by",
        "for_person",
        "decided_at",
        "text",
        "frozen",
        "frozen_digest",
    )
    values = {name: Parameter(name, getattr(Decision, name)) for name in names}
    return Decision.insert({**values, "frozen": Parameter("frozen")})  # its digest is that of this very text


def _decide(actor, view, step, verdict, text, met, terms=None, version=None, **columns):
    """The decision, the new state and the audit entry, in the caller's transaction."""
    at, stands_in = clock.now(), _stands_in(actor, view)
    by = f"{actor.name} for the headteacher" if stands_in else actor.name
    if verdict is Verdict.APPROVED:
        columns["approved_by"] = by
    move(view, step, decided_at=at, **columns)
    frozen = canonical_json(freeze(view, met, text, terms, version))
    digest = sha256(frozen)
    _keep.execute(
        exemption=view.id,
        verdict=verdict,
        decided_by=actor.id,
        for_person=actor.delegate_of if stands_in else None,
        decided_at=at,
        text=text,
        frozen=frozen,
        frozen_digest=digest,
    )
    payload = {"kind": view.kind.name, "by": by, "frozen": digest}
    record(TRANSITIONS[step].event, actor=actor.id, person=view.people.subject, about=view.record, **payload)
    now = view.decision._replace(state=TRANSITIONS[step].target, decided_at=at, **columns)
    return Made(view._replace(decision=now), verdict, by, at)


def format_decision(verdict, by, at):
    """A decision in one line. `at` is aware."""
    return f"{verdict.value.capitalize()} by {by} at {clock.format_moment(at)}"


def freeze(view, met, text, terms=None, version=None):
    """What a decision is made on, exactly: the request, its revision, what was completed, the agreement, the words.

    `terms` and `version` are those of the agreement that is issued with it.
    """
    people, request = view.people, {**view.request._asdict(), "zones": list(view.request.zones)}
    for key in ("starts_on", "ends_on", "starts_at", "ends_at"):
        request[key] = request[key].isoformat()
    taking_part = subjects.of(view) if view.kind.with_pupils else ()
    request["pupils"] = [{"id": pupil.id, "name": pupil.name} for pupil in taking_part]
    return {
        "exemption": view.id,
        "revision": view.revision,
        "kind": view.kind.id,
        "clause": view.kind.clause,
        "asker": {"id": people.asker, "name": people.asker_name},
        "subject": {"id": people.subject, "name": people.name, "team": people.team, "host": people.host},
        "request": request,
        "needs": {key: {"answers": m.answers, "by": m.by, "at": UtcField.spell(m.at)} for key, m in met.items()},
        "agreement": terms and {"version": version, **terms.as_dict()},
        "text": text,
    }
