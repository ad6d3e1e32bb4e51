"""An exemption as it stands, and whether it holds at a moment. Reading it is in `rules/exemptions/queries.py`."""

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from enums import ExemptionState
from rules.core import clock
from rules.exemption_kinds import Kind
from rules.exemptions.request import Request

ENDS_SOON = dt.timedelta(days=14)
UNDECIDED = frozenset({ExemptionState.SUBMITTED, ExemptionState.RETURNED})


# --- When its window is open ----------------------------------------------------------------------------------


def bit_of(day):
    return 1 << day.weekday()


def is_open(window, day):
    """Whether a window (a request, or what was kept of one) is open on a day at all."""
    return window.starts_on <= day <= window.ends_on and bool(window.weekdays & bit_of(day))


def last_open_day(window):
    """The last day of a window that falls on one of its weekdays, or None where there is none."""
    if is_open(window, window.ends_on):
        return window.ends_on
    length = min((window.ends_on - window.starts_on).days, 6)
    days = (window.ends_on - dt.timedelta(days=n) for n in range(length + 1))
    return next((day for day in days if is_open(window, day)), None)


def is_over(window, all_day=False):
    """Whether the last minute of a window has passed: on its last day that is one of its weekdays."""
    day = last_open_day(window) or window.ends_on
    return (clock.day_bounds(day)[1] if all_day else clock.at(day, window.ends_at)) <= clock.now()


def any_open_day(window):
    """Whether at least one day of a window falls on one of its weekdays."""
    return last_open_day(window) is not None


# --- Whether it holds ---------------------------------------------------------------------------------------


class Validity(StrEnum):
    """Whether an exemption holds at a moment, or the first thing that keeps it from holding (invariant 1)."""

    IN_FORCE = "in force"
    UNSIGNED = "waits for a signature"
    EXAM = "suspended in an exam"
    NOT_STARTED = "the lesson activity has not been started"
    NOT_HERE = "the visitor is not signed in"
    NOT_NOW = "not at this time"
    NOWHERE = "the policy no longer has any of its places"
    OVER = "over, or never approved"


class Facts(NamedTuple):
    """All that decides whether an exemption holds at a moment.

    `present`: whom it is for is still at the school. `over`: its last minute has passed, or the visitor has gone
    (clause 6.5). `placed`: the policy still has one of its places. `signed`, `started` and `here` are true where its
    kind asks for no signature, no session and no visitor. `hours` is -1 before its times of the day, 0 within them and
    1 after them. `suspended`: an exam is sat in which the examining body has not allowed the device (clause 5.9).
    """

    approved: bool
    present: bool
    over: bool
    placed: bool
    signed: bool
    on_its_day: bool
    hours: int
    suspended: bool
    started: bool
    here: bool

    @property
    def open(self):
        """Whether the day and the time are inside its window."""
        return self.on_its_day and self.hours == 0

    @property
    def holds(self):
        """Whether it is approved, whom it is for is here and it is not over, in force at this moment or not."""
        return self.approved and self.present and not self.over

    @property
    def validity(self):
        """The one answer: what a page, a slip, a badge and *may I?* say is read from it."""
        if not self.holds:
            return Validity.OVER
        if not self.placed:
            return Validity.NOWHERE
        if not self.signed:
            return Validity.UNSIGNED
        if self.suspended and self.open:
            return Validity.EXAM
        if not self.started and self.open:
            return Validity.NOT_STARTED
        if not self.here:
            return Validity.NOT_HERE
        return Validity.IN_FORCE if self.open else Validity.NOT_NOW


def hours_at(time, starts_at, ends_at):
    """Where a time lies: -1 before the span, 0 within it, 1 after it. All are times, or all texts HH:MM."""
    return (time >= ends_at) - (time < starts_at)


def facts_at(exemption, day, time, in_exam):
    """What decides whether an `ExemptionView` holds at a day and time of the school's clock.

    `in_exam`: whom it is for sits an exam then. Sessions, signatures, places and whether a visitor is here are those
    of now.
    """
    kind, request, decision, now = exemption.kind, exemption.request, exemption.decision, exemption.now
    hours = 0 if kind.all_day else hours_at(time, request.starts_at, request.ends_at)
    last = last_open_day(request) or request.ends_on
    return Facts(
        approved=decision.state is ExemptionState.APPROVED,
        present=exemption.people.subject_active,
        over=now.visitor_left or day > last or (day == last and hours > 0),
        placed=bool(now.places),
        signed=decision.signed_at is not None or not kind.agreement,
        on_its_day=is_open(request, day),
        hours=hours,
        suspended=in_exam and not request.exam_permission,
        started=now.session_began is not None or not kind.session,
        here=now.visitor_here or not kind.for_visitor,
    )


def validity(exemption, day, time, in_exam):
    """Whether an `ExemptionView` holds at a moment; see `facts_at`."""
    return facts_at(exemption, day, time, in_exam).validity


# --- The exemption ------------------------------------------------------------------------------------------


class PeopleView(NamedTuple):
    """Who has to do with an exemption. People are ids.

    `asker` sent it and `subject` is whom it is for. Where that is a visitor, `visitor` is their id, `name` and `team`
    are their name and organisation, `subject` is their host and `host` the host's name. `subject_active`: whom it is
    for has an account that is active and a role of those that such an exemption is for. `kin` are the subject's parents
    and carers with what each may know. `head_is_party`: today's headteacher asked, is meant, is a parent of the pupil,
    or was the visitor's host. `hosts_before` are the hosts that a visitor had when it was asked for and since.
    """

    asker: int
    asker_name: str
    asker_active: bool
    asker_is_dsl: bool
    subject: int
    name: str
    team: str
    subject_active: bool
    host: str | None
    visitor: int | None
    kin: dict
    head_is_party: bool
    hosts_before: frozenset


class DecisionView(NamedTuple):
    """Where an exemption has come to: its state, the decider's name and conditions, and when. Moments are UTC."""

    state: ExemptionState
    conditions: str
    approved_by: str | None
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    signed_at: dt.datetime | None
    stopped_at: dt.datetime | None


class NowView(NamedTuple):
    """What an exemption hangs on at this moment.

    `places` are those of its places that the policy of now still has for its kind. `session_began` is when the lesson
    that runs now was started (UTC); `exam_until` until when the subject sits an exam now. `visitor_here`: the visitor
    is signed in; `visitor_left`: they have signed out on the last day of their visit.
    """

    places: tuple
    session_began: dt.datetime | None
    exam_until: dt.time | None
    visitor_here: bool
    visitor_left: bool


class _Exemption(NamedTuple):
    id: int
    kind: Kind
    revision: int
    request: Request
    people: PeopleView
    decision: DecisionView
    now: NowView


class ExemptionView(_Exemption):
    """An exemption as it stands: what was asked, whom it is about, what was decided, and what it hangs on now."""

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"exemption:{self.id}"

    @property
    def name(self):
        """The name of whom it is for."""
        return self.people.name

    @property
    def state(self):
        """The state that was stored; what it means now is `status`."""
        return self.decision.state

    @property
    def for_somebody_else(self):
        """Whether it was asked for by another person than the one it is for."""
        return self.people.asker != self.people.subject or self.request.visit is not None

    @cached_property
    def facts(self):
        """What decides whether it holds now: at the moment when that is asked first, as it was just read."""
        here = clock.local(clock.now())
        return facts_at(self, here.date(), here.time(), self.now.exam_until is not None)

    @property
    def over(self):
        """Whether the last minute of its window has passed, or the visitor has gone (clause 6.5)."""
        return self.facts.over

    @property
    def unsigned(self):
        """Whether its agreement still waits for a signature (invariants 1 and 3)."""
        return not self.facts.signed

    @property
    def in_force(self):
        """Whether it permits use at this moment (invariant 1)."""
        return self.facts.validity is Validity.IN_FORCE

    @property
    def holds(self):
        """Whether it is approved, whom it is for is here and it is not over, in force at this moment or not."""
        return self.facts.holds

    @property
    def days_left(self):
        """In how many days an approved exemption ends, if that is soon; None otherwise."""
        left = self.request.ends_on - clock.today()
        return left.days if left <= ENDS_SOON and self.holds else None

    @property
    def lapsed(self):
        """Whether its days passed before it was approved or declined: it waits for nobody any more (invariant 21).

        Nobody decided it, or it was returned and not sent again.
        """
        return self.state in UNDECIDED and self.request.ends_on < clock.today()

    @property
    def undecided(self):
        """Whether it waits for a decision, or for its asker to change it and send it again."""
        return self.state in UNDECIDED and not self.lapsed

    @property
    def waits(self):
        """Whether it waits for a decision."""
        return self.state is ExemptionState.SUBMITTED and not self.lapsed

    @property
    def status(self):
        """Where it stands now, as one word or two for a tag."""
        if self.lapsed:
            return "lapsed"
        if self.state is ExemptionState.SUBMITTED:
            return "waiting"
        if self.state is not ExemptionState.APPROVED:
            return self.state.value
        facts = self.facts
        if facts.over:
            return "over time" if self.now.session_began and self.request.ends_on == clock.today() else "ended"
        if not facts.signed:
            return "awaiting signature"
        if facts.suspended and facts.open:
            return "suspended"
        return "in force" if facts.validity is Validity.IN_FORCE else "approved"

    @property
    def people_here(self):
        """Whether who asked and whom it is for are still here: else there is nothing to decide."""
        return self.people.asker_active and self.people.subject_active
