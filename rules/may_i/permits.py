"""An exemption as *may I?* sees it: what it opens, where, and whether it holds at a moment
(`rules/exemptions/view.py`).

Pure: the moment and the exams come in as arguments, there is neither a clock nor a database in here.
"""

import datetime as dt
from typing import NamedTuple

from rules.core.clock import format_time
from rules.exemption_kinds import Kind, Scope
from rules.exemptions.view import Validity, validity

# What a permission slip says of each; an exemption in force adds until when.
VERDICTS = {
    Validity.IN_FORCE: "Permitted now",
    Validity.UNSIGNED: "Not yet: the agreement waits for a signature",
    Validity.EXAM: "Not permitted during the exam",
    Validity.NOT_STARTED: "Not started",
    Validity.NOT_HERE: "Not permitted: not signed in at reception",
    Validity.NOT_NOW: "Not permitted at this time",
    Validity.NOWHERE: "Not permitted: the policy no longer allows it in any of these places",
    Validity.OVER: "No longer permitted",
}
if VERDICTS.keys() != set(Validity):
    raise AssertionError("every validity needs its words")


class Permit(NamedTuple):
    """An exemption at one moment. `zones` are its places that the policy still has, `until` is a time of the school's
    clock, None where it holds all day.

    `own`: it is about somebody's own device, not one of the school. `in_exams`: the examining body has agreed that
    the device is used in an exam (clause 5.9).
    """

    id: int
    kind: Kind
    device: str
    zones: tuple
    validity: Validity
    until: dt.time | None = None
    own: bool = True
    in_exams: bool = False

    @property
    def in_force(self):
        """Whether it permits use at that moment."""
        return self.validity is Validity.IN_FORCE

    @property
    def until_words(self):
        """Until when it holds on that day, in words: nothing where it holds all day."""
        return f" until {format_time(self.until)}" if self.until else ""

    @property
    def verdict(self):
        """What a permission slip says."""
        until = f", until {format_time(self.until)}" if self.in_force and self.until else ""
        return VERDICTS[self.validity] + until


def permit_of(exemption, day, time, in_exam):
    """An `ExemptionView` at a day and time of the school's clock. `in_exam`: its user sits an exam then."""
    kind, request = exemption.kind, exemption.request
    own = kind.opens is not Scope.SCHOOL and (not kind.own_purposes or request.purpose in kind.own_purposes)
    return Permit(
        id=exemption.id,
        kind=kind,
        device=request.device_kind,
        zones=exemption.now.places,
        validity=validity(exemption, day, time, in_exam),
        until=None if kind.all_day else request.ends_at,
        own=own,
        in_exams=bool(request.exam_permission),
    )
