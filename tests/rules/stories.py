"""What the rule tests say over and over: asking, deciding, and the clock going on."""

import datetime as dt

from models import AuditEvent
from rules import cases, clock, decisions, exemptions, today
from rules.exemption_kinds import KINDS
from tests.conftest import ANSWERS, MONDAY_AT_TEN, PURPOSES, a_request

MONDAY = dt.date(2026, 11, 23)
TUESDAY = dt.date(2026, 11, 24)
EVERY_KIND = list(KINDS.values())
TEACHING_PERIOD = KINDS["teaching-period"]
REASON = "My mother is in hospital and the ward may ring."


def kind_name(kind):
    """How pytest names a test of one kind."""
    return kind.id


def fitting(kind, **changed):
    """A request that fits a kind."""
    return a_request(purpose=PURPOSES[kind.id], **changed)


def ask(actor, kind=TEACHING_PERIOD, answers=None, **changed):
    """Ask, with everything the kind needs, and return the exemption's id."""
    return exemptions.submit(actor, kind, fitting(kind, **changed), ANSWERS[kind.id] if answers is None else answers)


def revision(exemption):
    """The revision of an exemption as somebody who looks at it now sees it."""
    return cases.find(exemption).revision


def approve(actor, exemption, conditions=""):
    """Approve what is there now."""
    decisions.approve(actor, exemption, revision(exemption), conditions)


def permitted(actor, kind=TEACHING_PERIOD, by=None, **changed):
    """Ask and have it approved; returns the exemption's id."""
    exemption = ask(actor, kind, **changed)
    approve(by, exemption)
    return exemption


def later(**delta):
    """The clock, that much after Monday at ten."""
    return clock.frozen(MONDAY_AT_TEN + dt.timedelta(**delta))


def when(day, time):
    """The clock stopped when the school's wall shows a time such as "14:59"."""
    return clock.frozen(clock.at(day, dt.time.fromisoformat(time)))


def permitted_now():
    """The ids in the group NOW of today's list."""
    return [line.id for line in today.list_of(clock.today()).group(today.NOW)]


def events(record=None):
    """The names of the events on the trail, the oldest first: all, or those about one record."""
    rows = AuditEvent.select(AuditEvent.event).order_by(AuditEvent.id)
    return [row.event for row in (rows.where(AuditEvent.record == record) if record else rows)]
