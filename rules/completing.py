"""Completing what a request needs: the asker's assessments and ticks, the notes of discussions."""

from database import writing
from rules.errors import CHANGED, Changed, NotAllowed, NotFound
from rules.exemption_needs import By
from rules.exemption_permissions import load, may_decide, may_talk_as_dsl
from rules.exemptions import TRANSITIONS, move
from rules.needs import keep_answers

OPEN_STATES = TRANSITIONS["complete"].sources


def may_complete(actor, view, need):
    """Whether this person completes this need: the asker, who decides, or the DSL, as the need says."""
    if need.by is By.ASKER:
        return view.people.asker == actor.id
    return may_decide(actor, view) if need.by is By.DECIDER else may_talk_as_dsl(actor, view)


def meet_need(actor, exemption, need_id, answers, seen=None):
    """Complete a need of a request. What was said before stays; the newest counts (clauses 4.5, 4.7, 5.5, 5.7b).

    `seen` is the revision of the request that it was said of. Raises Invalid with the errors by question id, Changed
    where the request is decided or was changed meanwhile, NotAllowed for who has another part.
    """
    with writing():
        view = load(actor, exemption)
        need = view.kind.need(need_id)
        if need is None:
            raise NotFound
        if not may_complete(actor, view, need):
            raise NotAllowed("Somebody else has to complete this.")
        if view.state not in OPEN_STATES or (seen is not None and seen != view.revision):
            raise Changed(CHANGED, view)
        keep_answers(actor, view, need, answers)
        # What is decided on has changed, so a decision made on the old text must not count.
        move(view, "complete", revision=view.revision + 1)
