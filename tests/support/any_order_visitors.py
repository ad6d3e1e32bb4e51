"""What visitors do while the school's life goes on: they are announced, come, go, come again; their visits change.

A part of the state machine in `school_life.py`. It keeps its own account of who is in the building and who has gone.
"""

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from models import Exemption, Stay, Visit
from rules.core import clock
from rules.exemptions import queries
from rules.policy.in_force import policy_in_force
from rules.reception import announcing, stays
from rules.visitors.validation import VisitDetails
from tests.support.visitors import a_visit

HOSTS = ("teacher", "teacher", "assistant", "head")
numbers = st.sampled_from([*range(10, 22), 0])
receivers = st.sampled_from([*["office"] * 8, "head", "teacher", "parent"])
# What is edited of a visit, and whether what was asked for its visitor has to be decided again.
EDITS = {
    "vehicle": ({"vehicle": "AB12 CDE"}, False),
    "purpose": ({"purpose": "A talk"}, False),
    "the same": ({}, False),
    "longer": ({"ends_on": 1}, True),
    "shorter": ({"ends_on": -1}, True),
    "another day": ({"starts_on": 1, "ends_on": 1}, True),
    "time": ({"expected_at": dt.time(11)}, True),
    "organisation": ({"organisation": "Another Trust"}, True),
    "name": ({"name": "Somebody Else"}, True),
}


class VisitingSteps(RuleBasedStateMachine):
    """Visits and stays. `inside` is the day on which the visitor of a visit came who has not gone since; `gone` are
    (visit, day of the stay, moment of the step).
    """

    @rule(name=st.sampled_from(["teacher", "office", "parent"]), host=st.sampled_from(HOSTS), days=st.integers(0, 2))
    def announce_visit(self, name, host, days):
        self.announce(name, host, days)

    def announce(self, name, host, days):
        number, last = self.done["announce"], clock.today() + dt.timedelta(days=days)
        details = a_visit(self.actor(host), name=f"Visitor {'i' * (number + 1)}", ends_on=last)
        self.attempt("announce", announcing.announce, self.actor(name), details)

    @staticmethod
    def a_visit_there_is(number):
        """The row of one of the visits, those first that are not cancelled; none for number 0."""
        rows = list(Visit.select().order_by(Visit.cancelled_at.is_null(False), Visit.id))
        return rows[number % len(rows)] if number and rows else None

    @rule(number=numbers, name=receivers, accepts=st.sampled_from([True, True, True, False]))
    def the_visitor_comes(self, number, name, accepts):
        visit = self.a_visit_there_is(number)
        if visit:
            self.the_visitor_comes_for(visit, name, accepts)

    def the_visitor_comes_for(self, visit, name, accepts=True):
        fuller = policy_in_force().version
        if self.attempt("come", stays.sign_in, self.actor(name), visit.id, accepts, (), fuller):
            self.inside[visit.id] = clock.today()

    @rule(number=numbers, name=receivers)
    def the_visitor_goes(self, number, name):
        """Signed out, or settled later where that was forgotten."""
        rows = list(Stay.select().where(Stay.left_at.is_null()).order_by(Stay.id))
        if rows:
            self.the_visitor_goes_from(rows[number % len(rows)], name)

    @rule(number=numbers, minutes=st.sampled_from([1, 30, 1440]))
    def the_visitor_goes_and_comes_again(self, number, minutes):
        """In and out again on one day, or on the next one."""
        rows = list(Stay.select().where(Stay.left_at.is_null()).order_by(Stay.id))
        if rows:
            stay = rows[number % len(rows)]
            self.the_visitor_goes_from(stay, "office")
            self.go_to(self.now + dt.timedelta(minutes=minutes))
            self.the_visitor_comes_for(stay.visit, "office")

    def the_visitor_goes_from(self, stay, name):
        today = stay.day == clock.today()
        act, more = (stays.sign_out, ()) if today else (stays.settle, (dt.time(23, 59),))
        if self.attempt("go", act, self.actor(name), stay.id, *more):
            self.gone.append((stay.visit_id, self.inside.pop(stay.visit_id), self.now))

    @rule(
        number=numbers,
        name=st.sampled_from([*["office"] * 4, "teacher", "parent"]),
        edit=st.sampled_from([*EDITS]),
        stale=st.sampled_from([0, 0, 0, 1]),
    )
    def change_visit(self, number, name, edit, stale):
        visit = self.a_visit_there_is(number)
        if visit is None:
            return
        changed, matters = EDITS[edit]
        details = self.details_of(visit)
        days = {
            key: getattr(details, key) + dt.timedelta(days=by) for key, by in changed.items() if key.endswith("_on")
        }
        self.edit(visit, name, stale, details._replace(**{**changed, **days}), matters)

    @rule(number=numbers, host=st.sampled_from(HOSTS))
    def give_visit_another_host(self, number, host):
        visit = self.a_visit_there_is(number)
        if visit:
            details = self.details_of(visit)._replace(host=self.ids[host])
            self.edit(visit, "office", 0, details, visit.host_id != self.ids[host])

    def edit(self, visit, name, stale, details, matters):
        matters = matters and details.cleaned() != self.details_of(visit).cleaned()
        waiting = self.undecided_or_open(visit)
        seen = visit.revision - stale
        if self.attempt("change visit", announcing.change, self.actor(name), visit.id, seen, details) and matters:
            self.done["change"] += sum(state != "returned" for state in waiting)
            self.done["moved along"] += waiting.count("returned")

    @rule(number=numbers, name=st.sampled_from(["office", "teacher", "parent"]), sure=st.sampled_from([1, 0, 0, 0]))
    def cancel_visit(self, number, name, sure):
        visit = self.a_visit_there_is(number * sure)
        if visit is None:
            return
        waiting = self.undecided_or_open(visit)
        if self.attempt("cancel visit", announcing.cancel, self.actor(name), visit.id):
            self.done["withdraw"] += len(waiting)

    @staticmethod
    def undecided_or_open(visit):
        """The states of what was asked for the visitor of a visit and is not over."""
        rows = Exemption.select().where(
            Exemption.visit == visit.id, Exemption.state.in_(["submitted", "returned", "approved"])
        )
        return [row.state for row in rows if not queries.find(row.id).over]

    @staticmethod
    def details_of(visit):
        visitor = visit.visitor
        told = ("host_id", "starts_on", "ends_on", "purpose", "expected_at", "expected_until", "vehicle")
        columns = {key.removesuffix("_id"): getattr(visit, key) for key in told}
        return VisitDetails(visitor.name, visitor.organisation, visitor.kind, **columns)

    # --- What must hold -------------------------------------------------------------------------------------

    def is_visiting(self, exemption):
        """Whether the visitor is in the building and has not gone for good, by this file's own account."""
        last = max(
            (at for visit, day, at in self.gone if visit == exemption.visit_id and day >= exemption.ends_on),
            default=None,
        )
        gone = last is not None and last >= exemption.asked_at
        return self.inside.get(exemption.visit_id) == clock.today() and not gone
