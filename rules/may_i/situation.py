"""What *may I?* is asked about, and what it answers: a person, a device, a place, and how things stand at a moment.

Pure, like `rules/may_i/answer.py`: everything comes in, nothing is looked up.
"""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from enums import Role
from rules.auth.permissions import STAFF
from rules.core.clock import format_time
from rules.exemption_kinds import KINDS, Kind, Scope
from rules.exemptions.view import Validity, validity

# --- An exemption at a moment -------------------------------------------------------------------------------

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


# --- How things stand ---------------------------------------------------------------------------------------

# Two places and a kind of device that count for more than one rule, by their ids in the policy pack.
EXAM_ROOM, PHONE = "exam-room", "phone"


class Whose(StrEnum):
    """Whose device it is."""

    OWN = "own"
    SCHOOL = "school"
    VISITOR = "visitor"


class Site(StrEnum):
    """Where the school day stands: whether pupils are still to come, are here, have left, or do not come at all."""

    NOT_YET = "not yet"
    HERE = "here"
    LEFT = "left"
    NO_SCHOOL = "no school"


class Group(StrEnum):
    """The sets of rules. Everybody has exactly one, whatever roles they hold."""

    PUPIL = "pupils"
    STAFF_DIRECT = "staff who work directly with children"
    OTHER_STAFF = "other staff"
    GUEST = "parents, governors and other guests"


class Reach(StrEnum):
    """How far a permission of the school to use its devices has come (clauses 3.3, 3.5)."""

    NONE = "none"
    STANDING = "the role may borrow"
    LENT = "lent to this person"


class Situation(NamedTuple):
    """Who wants to use what, where, and how things stand at that moment.

    `roles`, `zone` and `device` are ids. `permits` are this person's exemptions then, `exam_until` until when they sit
    an exam (a time of the school's clock). `at_work`: their contracted hours have begun. `teaching`: they are in a
    teaching period. `free_places` are the zones in which guests need no permission. `notice`: they have acknowledged
    that use of a school device may be monitored.
    """

    roles: frozenset
    zone: str
    device: str = PHONE
    whose: Whose = Whose.OWN
    site: Site = Site.HERE
    permits: tuple = ()
    exam_until: dt.time | None = None
    at_work: bool = True
    teaching: bool = False
    free_places: frozenset = frozenset()
    reach: Reach = Reach.NONE
    notice: bool = False

    def permits_for(self, *doors):
        """The exemptions that are about this device in this place and open one of these doors."""
        own = self.whose is Whose.OWN
        return [p for p in self.permits if p.kind.opens in doors and p.own is own and self._covers(p)]

    def _covers(self, permit):
        # Nobody can ask for the exam room, but what the examining body has agreed to is for there (5.9 and 5.7).
        there = self.zone in permit.zones or (self.zone == EXAM_ROOM and permit.in_exams)
        return there and permit.device == self.device


class Answer(NamedTuple):
    """Yes or no, the clause it comes from, and that in plain English.

    `permit` is the exemption that allows it or, beside a no, the one that would. `doors` are what can be asked for.
    """

    yes: bool
    clause: str
    words: str
    permit: Permit | None = None
    doors: tuple = ()

    def kinds_for(self, roles):
        """The kinds of exemption that somebody with these roles can ask for to get a yes."""
        return [kind for kind in KINDS.values() if kind.opens in self.doors and kind.askers & roles]


def group_of(roles):
    """Whose rules bind somebody. With both flags of staff the stricter ones count: those of staff-direct (2.4, 2.5)."""
    if Role.PUPIL in roles:
        return Group.PUPIL
    if Role.STAFF_DIRECT in roles:
        return Group.STAFF_DIRECT
    return Group.OTHER_STAFF if roles & STAFF else Group.GUEST
