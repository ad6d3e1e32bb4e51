"""What of the policy itself waits for somebody: an overdue review, a missing approval, an open draft (clause 0.1)."""

import datetime as dt
from collections import namedtuple

from rules import policy_drafts
from rules.roles import Permission

# `review_due` is the day that has passed, or None; `not_approved`: nobody has written down when it was approved;
# `draft` is who was the last to change the draft, and when, or None; `drafts`: whether this person may write one.
Flags = namedtuple("Flags", "review_due not_approved draft drafts")


def flags_for(actor, policy):
    """What those who watch over the policy are told on their page; None where there is nothing."""
    draft, watches = policy_drafts.waiting_for(actor), actor.holds(*policy.school["monitored_by"])
    overdue = watches and policy.review_overdue
    day = dt.date.fromisoformat(policy.school["review_due"]) if overdue else None
    missing = watches and not policy.school["approved_on"]
    if not (overdue or missing or draft):
        return None
    return Flags(day, missing, draft, actor.may(Permission.DRAFT_POLICY))
