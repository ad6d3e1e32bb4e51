"""An exemption as it stands, and what can be computed of it from the clock. Reading it is in `rules/cases.py`."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from models import State
from rules import clock
from rules.requests import Request, is_open, is_over

ENDS_SOON = dt.timedelta(days=14)


@dataclass(frozen=True)
class Case:
    """An exemption as it stands. Days and times are the school's; moments are aware, UTC.

    `asker` sent it and `subject` is whom it is for. Where that is a visitor, `visit` is their visit (an id), `name` and
    `team` are their name and organisation, `subject` is their host and `host` the host's name, `visitor_here` says
    whether they are signed in, and `visitor_left` whether they have signed out on the last day of it. `kin` are the
    subject's parents and carers (ids) with what each may know. `session_began` is when the lesson that runs now was
    started; `exam_until` until when the subject sits an exam now; `head_is_party` whether today's headteacher asked, is
    meant, is a parent of the pupil, or was the visitor's host. `subject_active`: whom it is for has an account that is
    active and a role of those that such an exemption is for. `hosts_before` are the hosts (ids) that a visitor had when
    it was asked for and since. `zones` are the places that were asked for, `places` those of them that the policy of
    now still has for its kind.
    """

    id: int
    kind: object
    state: State
    revision: int
    asker: int
    asker_name: str
    asker_active: bool
    subject: int
    name: str
    team: str
    subject_active: bool
    host: str | None
    visit: int | None
    visitor: int | None
    visitor_here: bool
    visitor_left: bool
    with_pupils: str
    kin: dict
    head_is_party: bool
    asker_is_dsl: bool
    device_kind: str
    device: str
    purpose: str
    reason: str
    zones: tuple
    places: tuple
    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time
    weekdays: int
    audible_alert: bool
    exam_permission: str
    pupil_handles: bool | None
    conditions: str
    approved_by: str | None
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    signed_at: dt.datetime | None
    stopped_at: dt.datetime | None
    session_began: dt.datetime | None
    exam_until: dt.time | None
    hosts_before: frozenset = frozenset()

    def __hash__(self):
        return self.id

    @property
    def record(self):
        """What the audit trail calls it."""
        return f"exemption:{self.id}"

    @property
    def for_somebody_else(self):
        """Whether it was asked for by another person than the one it is for."""
        return self.asker != self.subject or self.visit is not None

    @cached_property
    def request(self):
        """What was asked for; who takes part is kept apart, see `rules/participants.py`."""
        return Request(
            *(self.device_kind, self.device, self.purpose, self.reason, self.zones),
            *(self.starts_on, self.ends_on, self.starts_at, self.ends_at),
            subject=self.subject if self.kind.for_pupil else None,
            with_pupils=self.with_pupils,
            weekdays=self.weekdays,
            audible_alert=self.audible_alert,
            exam_permission=self.exam_permission,
            visit=self.visit,
            pupil_handles=self.pupil_handles,
        )

    @property
    def over(self):
        """Whether the last minute of its window has passed, or the visitor has gone (clause 6.5)."""
        return self.visitor_left or is_over(self, self.kind.all_day)

    @property
    def unsigned(self):
        """Whether its agreement still waits for a signature (invariants 1 and 3)."""
        return self.kind.agreement and self.signed_at is None

    @property
    def suspended(self):
        """Whether an exam suspends it at this moment (clause 5.9)."""
        return self.exam_until is not None and not self.exam_permission

    @property
    def open_now(self):
        """Whether the day and the time are inside its window."""
        here = clock.local(clock.now())
        return is_open(self, here.date()) and (self.kind.all_day or self.starts_at <= here.time() < self.ends_at)

    @property
    def in_force(self):
        """Whether it permits use at this moment (invariant 1).

        Approved, signed where that is needed, started where that is needed, whom it is for still here, the day and the
        time inside its window, no exam, and the policy still has one of its places. A visitor is here while they are
        signed in.
        """
        started = self.session_began is not None or not self.kind.session
        present = self.subject_active and (self.visitor_here or not self.kind.for_visitor)
        here = self.state is State.APPROVED and present and not self.visitor_left and bool(self.places)
        return here and not self.unsigned and started and not self.suspended and self.open_now

    @property
    def days_left(self):
        """In how many days an approved exemption ends, if that is soon; None otherwise."""
        left = self.ends_on - clock.today()
        return left.days if self.holds and left <= ENDS_SOON else None

    @property
    def standing(self):
        """Where it stands now, as one word or two for a tag."""
        if self.state is State.SUBMITTED:
            return "waiting"
        if self.state is not State.APPROVED:
            return self.state.value
        if self.over:
            return "over time" if self.session_began and self.ends_on == clock.today() else "ended"
        if self.unsigned:
            return "awaiting signature"
        if self.suspended and self.open_now:
            return "suspended"
        return "in force" if self.in_force else "approved"

    @property
    def holds(self):
        """Whether it is approved, whom it is for is here and it is not over, in force at this moment or not."""
        return self.state is State.APPROVED and self.subject_active and not self.over

    @property
    def people_here(self):
        """Whether who asked and whom it is for are still here: else there is nothing to decide."""
        return self.asker_active and self.subject_active
