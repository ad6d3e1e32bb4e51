"""What a file would do, looked at first and done afterwards: the same for every kind of file that lists things."""

from rules import csv_files, uploads
from rules.import_plan import Refused


def keep(actor, what, plan, raw):
    """The plan of a file (bytes), and a token to apply it with where it does anything; else None."""
    if plan.refused or not plan.steps:
        return plan, None
    return plan, uploads.keep(actor, what, csv_files.text_of(raw))


def take(actor, secret, what, plan_of):
    """The plan of a file that was looked at, made afresh from its bytes, in the caller's transaction.

    Raises Conflict, or Refused where any line cannot be done any more.
    """
    _, text = uploads.take(actor, secret, [what])
    plan = plan_of(text.encode())
    if plan.refused:
        raise Refused(plan)
    return plan
