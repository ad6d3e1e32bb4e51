"""The examining body's permission to keep a device in exams, which then suspend nothing (clause 5.9)."""

from database import writing
from rules import audit
from rules.errors import CHANGED, Changed, Invalid, NotFound
from rules.exemption_checks import LONGEST_REFERENCE
from rules.exemptions import TRANSITIONS, move
from rules.roles import Permission
from rules.signing import must_be_outside, read
from rules.text import one_line, text_error


def record(actor, agreement, reference):
    """Write the body's reference down at the exemption that an agreement (by id) is about; an empty one takes it back.

    What was decided stays as it was decided. Raises Invalid for the reference, Changed when the exemption is over.
    """
    actor.must(Permission.MANAGE_EXAMS)
    reference = one_line(reference)
    if error := text_error(reference, LONGEST_REFERENCE):
        raise Invalid({"reference": error})
    with writing():
        view, _ = read(actor, agreement)
        must_be_outside(actor, view)
        if "exam_permission" not in view.kind.asks:
            raise NotFound
        if not view.holds:
            raise Changed(CHANGED, view)
        if reference == view.request.exam_permission:
            return
        move(view, "allow-in-exams", exam_permission=reference)
        told = {"about": view.record, "kind": view.kind.name}
        audit.record(TRANSITIONS["allow-in-exams"].event, actor=actor.id, person=view.people.subject, **told)
