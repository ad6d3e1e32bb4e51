"""The life of an exemption, the same for every kind: its steps, asking, changing, completing, withdrawing.

`move` is the one function that changes a state, a revision or a signature; `TRANSITIONS` has every step. *In force*,
*ended* and *lapsed* are computed at the moment of asking; no job moves them.
"""

from functools import cache
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from enums import ExemptionState
from fields import Parameter
from models import ActivitySession, Exemption
from rules.audit.record import record
from rules.core import clock, config
from rules.core.errors import CHANGED, Changed, Invalid, NotAllowed, NotFound
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import subjects
from rules.exemptions.permissions import find_own, load, may_decide, may_talk_as_dsl
from rules.exemptions.prerequisites import save_answers
from rules.exemptions.queries import find
from rules.exemptions.subjects import format_pupils, subject_of
from rules.exemptions.validation import answer_errors, errors_in, is_blank
from rules.exemptions.view import UNDECIDED
from rules.policy.in_force import policy_in_force


class Transition(NamedTuple):
    """One permitted step in the life of an exemption: the states it starts from, the state it ends in, its event.

    A `target` of None leaves the state as it is.
    """

    sources: frozenset
    target: ExemptionState | None
    event: str


def _step(sources, target, event):
    return Transition(frozenset(sources), target, event)


# Every step there is. Anything else is refused.
TRANSITIONS = {
    "change": _step({*UNDECIDED, ExemptionState.APPROVED}, ExemptionState.SUBMITTED, "exemption-changed"),
    "complete": _step(UNDECIDED, None, "need-met"),
    "move-window": _step({ExemptionState.RETURNED}, None, "exemption-moved"),
    "withdraw": _step({*UNDECIDED, ExemptionState.APPROVED}, ExemptionState.WITHDRAWN, "exemption-withdrawn"),
    "approve": _step({ExemptionState.SUBMITTED}, ExemptionState.APPROVED, "exemption-approved"),
    "approve-with-conditions": _step(
        {ExemptionState.SUBMITTED}, ExemptionState.APPROVED, "exemption-approved-with-conditions"
    ),
    "decline": _step({ExemptionState.SUBMITTED}, ExemptionState.DECLINED, "exemption-declined"),
    "return": _step({ExemptionState.SUBMITTED}, ExemptionState.RETURNED, "exemption-returned"),
    "revoke": _step({ExemptionState.APPROVED}, ExemptionState.REVOKED, "exemption-revoked"),
    "sign": _step({ExemptionState.APPROVED}, None, "agreement-signed"),
    "sign-on-paper": _step({ExemptionState.APPROVED}, None, "agreement-signed-on-paper"),
    "issue-anew": _step({ExemptionState.APPROVED}, None, "agreement-issued"),
    "allow-in-exams": _step({ExemptionState.APPROVED}, None, "exam-permission-recorded"),
    "withdraw-consent": _step({ExemptionState.APPROVED}, ExemptionState.WITHDRAWN, "consent-withdrawn"),
}


# --- Ask, change, withdraw ----------------------------------------------------------------------------------


@prepared
def _waiting():
    return Exemption.select(fn.COUNT(Exemption.id).alias("count")).where(
        Exemption.asker == Parameter("asker", Exemption.asker),
        Exemption.state == ExemptionState.SUBMITTED.value,
        Exemption.ends_on >= Parameter("today", Exemption.ends_on),
    )


def _must_not_have_too_many(actor):
    """One person cannot fill the queue of those who decide: whoever has many requests waiting asks for no more."""
    most = config.current().open_requests
    if _waiting.one(asker=actor.id, today=clock.today()).count >= most:
        words = f"You have {most} requests that wait for an answer. Wait for one, or withdraw one that you do not need"
        raise Invalid({"reason": words})


def submit(actor, kind, request, answers=None, form_key=None):
    """Ask for an exemption; returns its id. Sending the same form twice gives the same exemption.

    `answers` are those to the asker's prerequisites, by their ids; one left blank can be completed later.
    Raises NotAllowed where the kind is not for this person, Invalid with the errors by field.
    """
    if not actor.holds(*kind.askers):
        raise NotAllowed("This kind of exemption is not one you can ask for.")
    request, completed = request.cleaned(kind), _answered(kind, answers)
    with writing():
        if form_key and (sent := Exemption.get_or_none(asker=actor.id, form_key=form_key)):
            return sent.id
        _must_fit(actor, kind, request, answers)
        _must_not_have_too_many(actor)
        columns = _columns(kind, actor, request)
        exemption = Exemption.insert(
            **{"kind": kind.id, "asker": actor.id, "form_key": form_key, "state": ExemptionState.SUBMITTED.value},
            **columns,
            **_undecided(),
        ).execute()
        subjects.save_participants(exemption, request.pupils)
        view = find(exemption)
        _tell("exemption-submitted", actor, view)
        _keep_all(actor, view, completed)
    return exemption


def change(actor, exemption, revision, request, answers=None):
    """Change one's own request and send it again. An approval it had no longer counts (invariant 2).

    Raises Changed when it was decided or changed meanwhile, Invalid with the errors by field.
    """
    with writing():
        view = find_own(actor, exemption)
        if not actor.holds(*view.kind.askers):
            raise NotAllowed("This kind of exemption is not one you can ask for any more.")
        request, completed = request.cleaned(view.kind), _answered(view.kind, answers)
        moved = view.state not in TRANSITIONS["change"].sources or view.revision != revision
        if moved or (view.state is ExemptionState.APPROVED and view.over):
            raise Changed(CHANGED, view)
        _must_fit(actor, view.kind, request, answers, ignore=view.id)
        _must_be_for_the_same(view, request)
        if not view.waits:
            _must_not_have_too_many(actor)
        send_again(actor, view, **_columns(view.kind, actor, request))
        subjects.save_participants(view.id, request.pupils)
        _keep_all(actor, view, completed)


def send_again(actor, view, **columns):
    """Put a request before who decides once more, with other columns, in the caller's transaction (invariant 2)."""
    move(view, "change", revision=view.revision + 1, **columns, **_undecided())
    if view.state is ExemptionState.APPROVED:
        _tell("approval-voided", actor, view)
        close(actor, view)
    _tell(TRANSITIONS["change"].event, actor, view)


def move_window(actor, view, **columns):
    """A returned request moves with its visit and stays returned, in the caller's transaction."""
    move(view, "move-window", revision=view.revision + 1, **columns)
    _tell(TRANSITIONS["move-window"].event, actor, view)


def _must_be_for_the_same(view, request):
    """What was said and signed of one child or visitor stays with them, so it does not go over to another."""
    others = {
        "subject": view.kind.for_pupil and request.subject != view.people.subject,
        "visit": view.kind.for_visitor and request.visit != view.request.visit,
    }
    for field in (field for field, other in others.items() if other):
        raise Invalid({field: f"This request is for {view.name}. Ask anew for somebody else"})


def withdraw(actor, exemption):
    """Withdraw one's own request or give up one's own permission. Raises Changed when it is over already."""
    with writing():
        view = find_own(actor, exemption)
        stop(actor, view, "withdraw")


def stop(actor, view, action):
    """Take a step that ends an exemption, in the caller's transaction. Raises Changed when it is over already."""
    step = TRANSITIONS[action]
    if view.state not in step.sources or (view.state is ExemptionState.APPROVED and view.over):
        raise Changed(CHANGED, view)
    move(view, action, stopped_at=clock.now() if view.state is ExemptionState.APPROVED else None)
    _tell(step.event, actor, view)
    close(actor, view)


def _tell(event, actor, view):
    record(event, actor=actor.id, person=view.people.subject, about=view.record, kind=view.kind.name)


def _answered(kind, answers):
    answers = answers or {}
    templates = policy_in_force().assessments
    return {
        prerequisite: answers[prerequisite.id]
        for prerequisite in kind.prerequisites_of_asker
        if not is_blank(prerequisite, answers.get(prerequisite.id, {}), templates.get(prerequisite.template))
    }


def validate(actor, kind, request, answers=None, ignore=None):
    """All that keeps somebody's request from being sent, as {field: message}.

    The answers to a prerequisite are at `prerequisite-question`. `ignore` is the id of an exemption being changed.
    """
    errors = errors_in(kind, request, actor, policy_in_force(), ignore)
    for prerequisite, its_answers in _answered(kind, answers).items():
        errors.update(
            {f"{prerequisite.id}-{key}": text for key, text in answer_errors(prerequisite, its_answers).items()}
        )
    return errors


def _must_fit(*asked, **ignore):
    if errors := validate(*asked, **ignore):
        raise Invalid(errors)


def _keep_all(actor, view, completed):
    for prerequisite, answers in completed.items():
        save_answers(actor, view, prerequisite, answers)


def _columns(kind, actor, request):
    """What is kept of a request in its row. Who takes part is said in words as the classes are now."""
    if request.pupils:
        request = request._replace(with_pupils=format_pupils(request.pupils))
    columns = {name: value for name, value in request._asdict().items() if name not in {"pupils", "subject"}}
    columns |= {"zones": list(request.zones), "device_key": request.device_key(kind)}
    return {**columns, "subject": subject_of(actor, request)}


def _undecided():
    return {
        "asked_at": clock.now(),
        "conditions": "",
        "approved_by": None,
        "decided_at": None,
        "signed_at": None,
        "stopped_at": None,
    }


# --- The one writer -----------------------------------------------------------------------------------------


def move(view, action, **columns):
    """Take one step of `TRANSITIONS` in the caller's transaction, with other columns of the exemption's row.

    Raises Changed where the exemption is not where this step starts, or does not stand any more as it was read.
    """
    step = TRANSITIONS[action]
    state = view.decision.state
    if state not in step.sources:
        raise Changed(CHANGED, find(view.id))
    moved = _move(tuple(columns)).execute(
        **{f"new_{name}": value for name, value in columns.items()},
        **{"id": view.id, "state": state.value, "revision": view.revision},
        target=(step.target or state).value,
    )
    if not moved:
        raise Changed(CHANGED, find(view.id))


@cache
def _move(columns):
    """The guarded UPDATE of these columns, as a prepared query."""
    values = {name: Parameter(f"new_{name}", getattr(Exemption, name)) for name in columns}
    return prepared(
        lambda: Exemption.update({**values, "state": Parameter("target")}).where(
            Exemption.id == Parameter("id"),
            Exemption.state == Parameter("state"),
            Exemption.revision == Parameter("revision"),
        )
    )


# --- A lesson that runs -------------------------------------------------------------------------------------


def close(actor, view):
    """End the session of an exemption if one runs, in the caller's transaction; whether one did (clauses 5.4, 5.5)."""
    if not view.kind.session:
        return False
    ended = (
        ActivitySession.update(ended_at=clock.now(), ended_by=actor.id)
        .where(ActivitySession.exemption == view.id, ActivitySession.ended_at.is_null())
        .execute()
    )
    if ended:
        payload = {"person": view.people.subject, "about": view.record, "kind": view.kind.name}
        record("activity-ended", actor=actor.id, **payload)
    return bool(ended)


# --- Completing what is needed first ------------------------------------------------------------------------


def may_complete(actor, view, prerequisite):
    """Whether this person completes it: the asker, who decides, or the DSL, as the prerequisite says."""
    if prerequisite.by is By.ASKER:
        return view.people.asker == actor.id
    return may_decide(actor, view) if prerequisite.by is By.DECIDER else may_talk_as_dsl(actor, view)


def complete(actor, exemption, prerequisite_id, answers, seen=None):
    """Complete a prerequisite. What was said before stays; the newest counts (clauses 4.5, 4.7, 5.5, 5.7b).

    `seen` is the revision of the request that it was said of. Raises Invalid with the errors by question id, Changed
    where the request is decided or was changed meanwhile, NotAllowed where somebody else has to complete it.
    """
    with writing():
        view = load(actor, exemption)
        prerequisite = view.kind.prerequisite(prerequisite_id)
        if prerequisite is None:
            raise NotFound
        if not may_complete(actor, view, prerequisite):
            raise NotAllowed("Somebody else has to complete this.")
        if not view.undecided or (seen is not None and seen != view.revision):
            raise Changed(CHANGED, view)
        save_answers(actor, view, prerequisite, answers)
        # What is decided on has changed, so a decision made on the old text must not count.
        move(view, "complete", revision=view.revision + 1)
