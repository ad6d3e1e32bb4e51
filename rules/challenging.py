"""Telling the headteacher and the DSL what a visitor did, adding to it, and saying that it was read (clause 6.7).

Nothing of it is ever changed: there are only new rows.
"""

from collections import namedtuple
from typing import NamedTuple

from database import prepared, writing
from fields import Parameter
from models import Stay, Visit, Visitor, VisitorConcern, VisitorConcernNote
from rules import audit, challenges, clock
from rules.errors import Invalid
from rules.roles import Permission
from rules.text import one_line, text_error, tidy

LONGEST_LINE = 200

Present = namedtuple("Present", "name left_at")


class Report(NamedTuple):
    """What somebody tells. `stay` is the id of one of `to_choose_from`, or None with `whom` described.

    `challenged` says whether the visitor was spoken to, None where it is not said; `answer` is what they said.
    """

    stay: int | None
    whom: str
    place: str
    seen: str
    challenged: bool | None
    answer: str = ""

    def cleaned(self, present):
        """The same with tidy texts; `present` gives the name, as it is now, of somebody who was chosen."""
        whom = present[self.stay].name if self.stay in present else one_line(self.whom)
        return self._replace(whom=whom, place=one_line(self.place), seen=tidy(self.seen), answer=tidy(self.answer))


def _stays(*conditions):
    return (
        Stay.select(Stay.id, Visitor.name, Visitor.organisation, Stay.left_at)
        .join(Visit)
        .join(Visitor)
        .where(*conditions)
        .order_by(Visitor.name, Stay.id)
    )


# Two queries, because each has its index; one with OR would read every stay there has ever been.
_here = prepared(lambda: _stays(Stay.left_at.is_null()))
_left_today = prepared(lambda: _stays(Stay.day == Parameter("today"), Stay.left_at.is_null(False)))


def to_choose_from():
    """Who is in the building, then who left today, by the id of the stay: `name` with the organisation, `left_at`."""
    return {
        row.id: Present(
            f"{row.name}, {row.organisation}" if row.organisation else row.name,
            row.left_at,
        )
        for row in (*_here.rows(), *_left_today.rows(today=clock.today()))
    }


def validate(report):
    """What is wrong with a report, as {field: message}."""
    present = to_choose_from()
    told, chosen = report.cleaned(present), report.stay is not None
    found = {}
    if chosen and report.stay not in present:
        found["stay"] = "Choose the visitor from the list, or choose “Somebody else”"
    for field, longest, missing in (
        ("whom", None if chosen else LONGEST_LINE, "Say who it was, or what they looked like"),
        ("place", LONGEST_LINE, "Say where it was"),
        ("seen", 2000, "Say what you saw"),
    ):
        text = getattr(told, field)
        error = longest and (text_error(text, longest) if text else missing)
        if error:
            found[field] = error
    if report.challenged is None:
        found["challenged"] = "Say whether you spoke to them"
    if error := text_error(told.answer):
        found["answer"] = error
    return found


def make(actor, report, form_key=None):
    """Keep a report; returns its id. The same form sent twice is one report. Raises Invalid with the errors."""
    actor.must(Permission.REPORT_VISITOR)
    with writing():
        if form_key and (sent := VisitorConcern.get_or_none(reported_by=actor.id, form_key=form_key)):
            return sent.id
        if found := validate(report):
            raise Invalid(found)
        told = report.cleaned(to_choose_from())._asdict()
        given = {"reported_by": actor.id, "reported_at": clock.now(), "form_key": form_key}
        kept = VisitorConcern.insert(**told, **given).execute()
        audit.record("visitor-reported", actor=actor.id, about=f"visitor-concern:{kept}")
        return kept


def add(actor, challenge, text):
    """Add to a report that one may see. The same words sent twice are one note. Raises Invalid or NotFound."""
    text = tidy(text)
    with writing():
        kept = challenges.find(actor, challenge)
        if error := text_error(text) if text else "Write what you want to add":
            raise Invalid({"text": error})
        if not any(note.text == text and note.by_id == actor.id for note in kept.notes):
            _note(actor, kept, "visitor-report-added", text=text)


def read(actor, challenge):
    """The headteacher or the DSL says that they have read what others wrote; once is enough. Raises NotFound."""
    actor.must(Permission.READ_VISITOR_CONCERNS)
    with writing():
        kept = challenges.find(actor, challenge)
        if kept.to_confirm(actor.id):
            _note(actor, kept, "visitor-report-read", read=True)


def _note(actor, kept, event, **columns):
    VisitorConcernNote.insert(concern=kept.id, by=actor.id, at=clock.now(), **columns).execute()
    audit.record(event, actor=actor.id, about=kept.record)
