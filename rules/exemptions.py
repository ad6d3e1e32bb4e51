"""The life of an exemption, the same for every kind: ask, change, withdraw; where it stands now.

Deciding is in `rules/decisions.py`. *In force* and *ended* are computed at the moment of asking; no job moves them.
"""

from dataclasses import asdict, dataclass

from database import writing
from models import Exemption, State
from rules import audit, clock
from rules.cases import find, find_own
from rules.changes import touch
from rules.exemption_checks import Unfit, answer_problems, is_blank, problems_of
from rules.needs import keep_answers
from rules.obligations import policy_in_force
from rules.roles import NotAllowed, NotFound


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


def meet_need(actor, exemption, need_id, answers):
    """The asker completes a need of their request. Raises Unfit with the problems by question id."""
    with writing():
        case = find_own(actor, exemption)
        need = case.kind.need(need_id)
        if need is None:
            raise NotFound
        if case.state not in {State.SUBMITTED, State.RETURNED}:
            raise Moved(case)
        keep_answers(actor, case, need, answers)
        _bump(case)


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
        _must_fit(actor.id, kind, request, answers)
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
        _must_fit(actor.id, case.kind, request, answers, ignore=case.id)
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


def problems(asker, kind, request, answers=None, ignore=None):
    """All that keeps a request of an asker (by id) from being sent, as {field: message}.

    The answers to a need are at `need-question`. `ignore` is the id of the exemption that is being changed.
    """
    found = problems_of(kind, request, asker, policy_in_force(), ignore)
    for need, given in _given(kind, answers).items():
        found.update({f"{need.id}-{key}": text for key, text in answer_problems(need, given).items()})
    return found


def _must_fit(*asked, **ignore):
    if found := problems(*asked, **ignore):
        raise Unfit(found)


def _keep_all(actor, case, given):
    for need, answers in given.items():
        keep_answers(actor, case, need, answers)


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
