"""Anybody does anything, in any order, while the clock goes on: what must hold holds after every step."""

import datetime as dt
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from enums import ExemptionState, ParentAccess, Role
from models import (
    ActivitySession,
    Agreement,
    AuditEvent,
    Candidate,
    Decision,
    Delegation,
    Exemption,
    NeedMet,
    Participant,
    Person,
    Signature,
    Sitting,
    Visit,
)
from rules.agreements import agreements, signing
from rules.audit import trail
from rules.auth.actors import actor_of_person, roles_today
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.decisions import queue
from rules.exemption_kinds import KINDS
from rules.exemptions import permissions, queries
from rules.may_i.now import permit_now
from rules.today import day_list
from tests.conftest import examples
from tests.support.any_order import FAMILY, SchoolSteps

# What changes the state of an exemption, and what the trail calls it.
STATE_EVENTS = {
    "submit": "exemption-submitted",
    "change": "exemption-changed",
    "complete": None,  # told once more where it came with the request
    "withdraw": "exemption-withdrawn",
    "approve": "exemption-approved",
    "approve with conditions": "exemption-approved-with-conditions",
    "decline": "exemption-declined",
    "return": "exemption-returned",
    "revoke": "exemption-revoked",
    "issue": "agreement-issued",
    "sign": "agreement-signed",
    "paper": "agreement-signed-on-paper",
    "consent": "consent-withdrawn",
    "start": "activity-started",
    "look": "confidential-read",
}
DECIDED = ("approve", "approve with conditions", "decline", "return", "revoke")
# By hand from *Who decides what*.
HEAD_ALONE = {"remote-learning", "exceptional-access", "parent-contact", "known-family", "visitor-access"}
NEEDED = {
    "teaching-period": set(),
    "remote-learning": {"no-school-equipment", "risk-assessment"},
    "school-device": {"pin-set", "monitoring-notice"},
    "educational-activity": {"activity-assessment"},
    "exceptional-access": {"discussion"},
    "parent-contact": {"discussion"},
    "known-family": {"discussion-dsl", "discussion-head"},
    "visitor-access": {"kept-secure", "visitor-discussion"},
}
SIGNED_BY = {"both": {"pupil", "parent"}, "pupil": {"pupil"}, "parent": {"parent"}}
FOR_A_PUPIL = {"exceptional-access", "parent-contact"}


class SchoolLife(SchoolSteps):
    """The school, and what must hold in it, always."""

    @invariant()
    def whoever_is_permitted_now_has_the_right_decision_on_exactly_this(self):
        """Invariants 1, 2 and 4."""
        lines = day_list.list_of(clock.today())
        standing = [queries.find(row.id) for row in Exemption.select(Exemption.id)]
        on_the_list = {line.id for line in lines.group(day_list.NOW)}
        confidential = {view.id for view in standing if view.kind.id == "known-family"}
        assert {view.id for view in standing if view.in_force} - confidential == on_the_list
        assert confidential.isdisjoint(line.id for line in lines.lines)
        for view in standing:
            assert permit_now(view).in_force == view.in_force
            if view.in_force:
                self.done["in force", view.kind.id] += 1
                self.must_be_right(Exemption.get_by_id(view.id))

    def must_be_right(self, exemption):
        row = Decision.select().where(Decision.exemption == exemption).order_by(Decision.id.desc()).first()
        assert (row.verdict, exemption.state, exemption.stopped_at) == ("approved", "approved", None)
        self.must_be_what_was_decided_on(row, exemption)
        self.must_be_prepared_by_the_right_ones(exemption)
        self.must_be_decided_by_the_right_one(row, exemption)
        self.must_be_open(exemption)
        assert Person.get_by_id(exemption.subject_id).active
        assert roles_today(exemption.subject_id) & KINDS[exemption.kind].holders
        if exemption.kind in FOR_A_PUPIL:
            self.must_be_signed(row, exemption)
            self.must_not_be_in_an_exam(exemption)
        if exemption.kind == "educational-activity":
            self.must_run(exemption)
        if exemption.kind == "visitor-access":
            self.must_be_for_this_visit(row, exemption)

    @staticmethod
    def must_be_what_was_decided_on(row, exemption):
        """Exactly what was decided on, and nothing that came later; only the exam's permission may be added."""
        assert row.frozen["revision"] == exemption.revision
        frozen = {key: value for key, value in row.frozen["request"].items() if key != "exam_permission"}
        taking_part = Participant.select().where(Participant.exemption == exemption)
        assert {pupil["id"] for pupil in frozen.pop("pupils")} == {each.pupil_id for each in taking_part}
        assert frozen.pop("subject") == (exemption.subject_id if exemption.kind in FOR_A_PUPIL else None)
        kept = {key: str(getattr(exemption, key)) for key in frozen}
        assert kept == {key: str(_as_stored(key, value)) for key, value in frozen.items()}
        assert exemption.conditions == row.text == row.frozen["text"]

    def must_be_prepared_by_the_right_ones(self, exemption):
        """Clauses 4.5, 4.7, 5.5, 5.7b."""
        rows = list(NeedMet.select().where(NeedMet.exemption == exemption))
        assert {row.need for row in rows} == NEEDED[exemption.kind]
        for row in rows:
            if row.need == "discussion-dsl":
                assert row.met_by.username == self.dsl_of(exemption)
            elif row.need == "visitor-discussion":  # the visit may have got another host since
                assert row.met_by_id != exemption.asker_id
                assert row.met_by.username in {"head", "director"} or self.delegated(row.met_by_id, row.met_at)
            elif row.need.startswith("discussion"):
                assert row.met_by_id not in {exemption.asker_id, exemption.subject_id}
                right = row.met_by.username == self.decider_of(exemption)
                assert right or (exemption.kind != "known-family" and self.delegated(row.met_by_id, row.met_at))
            else:
                assert row.met_by_id == exemption.asker_id

    def must_be_decided_by_the_right_one(self, row, exemption):
        decider, parties = row.decided_by.username, {exemption.asker.username, exemption.subject.username}
        parties |= {Person.get_by_id(host).username for host in queries.find(exemption.id).people.hosts_before}
        assert decider not in parties
        assert row.decided_by_id != exemption.subject_id
        if row.for_person_id:
            assert row.for_person_id == self.ids["head"]
            assert "head" not in parties
            assert exemption.kind != "known-family"
            assert self.delegated(row.decided_by_id, row.decided_at)
        elif "head" in parties:
            assert decider == "director"
        elif exemption.kind in HEAD_ALONE:
            assert decider == "head"
        else:
            assert decider in {"head", "deputy", "assistant-head"}

    @staticmethod
    def delegated(person, moment):
        """Whether a delegation to somebody held at that moment."""
        day = clock.local(moment).date()
        return any(
            given.starts_on <= day <= given.ends_on
            and given.given_at <= moment
            and (given.ended_at is None or given.ended_at >= moment)
            for given in Delegation.select().where(Delegation.delegate == person)
        )

    def must_be_open(self, exemption):
        """Inside the days, the days of the week and the hours on the wall."""
        wall = clock.local(self.now)
        assert exemption.starts_on <= wall.date() <= exemption.ends_on
        assert exemption.weekdays >> wall.weekday() & 1
        if exemption.kind != "known-family":
            assert exemption.starts_at <= wall.time() < exemption.ends_at

    def must_be_signed(self, row, exemption):
        """Invariants 1 and 3: the newest version, issued with or after the decision, by all whom it needs."""
        newest = Agreement.select().where(Agreement.exemption == exemption).order_by(Agreement.version.desc()).first()
        assert newest.issued_at >= row.decided_at
        signatures = list(Signature.select().where(Signature.agreement == newest))
        assert {each.party for each in signatures} >= SIGNED_BY[newest.signers]
        for each in signatures:
            assert each.id in self.rightly_signed
            assert each.recorded_at >= newest.issued_at
        assert exemption.signed_at == max(each.recorded_at for each in signatures)

    def must_not_be_in_an_exam(self, exemption):
        """Clause 5.9."""
        wall = clock.local(self.now)
        sits = (
            Sitting.select()
            .join(Candidate)
            .where(Candidate.pupil == exemption.subject_id, Sitting.day == wall.date(), Sitting.cancelled_at.is_null())
        )
        busy = any(sitting.starts_at <= wall.time() < sitting.ends_at for sitting in sits)
        assert not busy or exemption.exam_permission

    def must_run(self, exemption):
        """Clauses 5.4 and 5.5: started by the teacher who asked, on this day, after the approval."""
        (session,) = ActivitySession.select().where(
            ActivitySession.exemption == exemption, ActivitySession.ended_at.is_null()
        )
        assert session.started_by_id == exemption.asker_id
        assert session.day == exemption.starts_on == clock.local(session.started_at).date() == clock.today()
        assert session.started_at >= exemption.decided_at

    @staticmethod
    def must_be_for_this_visit(row, exemption):
        """Clauses 6.2, 6.5: decided for this visitor of this host, on days of the visit, and no pupil's hand on it."""
        visit = Visit.get_by_id(exemption.visit_id)
        assert visit.cancelled_at is None
        assert exemption.pupil_handles is False
        assert exemption.subject_id == visit.host_id == row.frozen["subject"]["id"]
        named = {"name": visit.visitor.name, "team": visit.visitor.organisation, "host": visit.host.name}
        assert {key: row.frozen["subject"][key] for key in named} == named
        assert visit.starts_on <= exemption.starts_on <= exemption.ends_on <= visit.ends_on
        assert not {"reception", "offices", "meeting-rooms", "car-park"} & set(exemption.zones)

    @invariant()
    def a_visitor_is_permitted_exactly_while_they_are_in_the_building(self):
        """Clause 6.5: approved, inside the window, signed in today, and not signed out on the last day."""
        wall = clock.local(self.now)
        for row in Exemption.select().where(Exemption.kind == "visitor-access"):
            opened = row.starts_on <= wall.date() <= row.ends_on and row.starts_at <= wall.time() < row.ends_at
            good = row.state == "approved" and opened and Person.get_by_id(row.subject_id).active
            good = good and bool(roles_today(row.subject_id) & STAFF)
            assert queries.find(row.id).in_force == (good and self.is_visiting(row))

    @invariant()
    def nobody_has_decided_their_own_request(self):
        """Invariant 4."""
        for row in Decision.select():
            assert row.decided_by_id not in {row.frozen["asker"]["id"], row.frozen["subject"]["id"]}

    @invariant()
    def decisions_agreements_and_signatures_are_only_ever_added(self):
        """Invariants 6 and 17."""
        assert Decision.select().count() == sum(self.done[what] for what in DECIDED)
        assert Agreement.select().count() == self.done["issue"]
        assert Signature.select().count() == self.done["sign"] + self.done["paper"]

    @invariant()
    def every_edit_makes_a_new_revision_and_takes_the_decision_off(self):
        """Invariant 2."""
        rows = list(Exemption.select())
        edits = self.done["change"] + self.done["moved along"] + self.done["complete"]
        assert sum(row.revision - 1 for row in rows) == edits
        for row in rows:
            if row.state == ExemptionState.SUBMITTED.value:
                assert (row.approved_by, row.decided_at, row.stopped_at, row.conditions) == (None, None, None, "")
                assert row.signed_at is None

    @invariant()
    def every_change_is_on_the_trail_once_and_the_trail_holds(self):
        """Invariant 17."""
        told = Counter(row.event for row in AuditEvent.select(AuditEvent.event))
        expected = {event: self.done[what] for what, event in STATE_EVENTS.items() if event}
        assert {event: told[event] for event in expected} == expected
        assert told["need-met"] >= self.done["complete"]
        assert trail.verify()[1] == []

    @invariant()
    def nothing_waits_for_somebody_who_may_not_decide_it(self):
        for name in ("head", "deputy", "director", "teacher", "parent"):
            actor = self.actor(name)
            for view in queue.waiting_for(actor):
                assert view.state is ExemptionState.SUBMITTED
                assert actor.id not in {view.people.asker, view.people.subject}
                assert (self.ids["head"] in {view.people.asker, view.people.subject, *view.people.hosts_before}) == (
                    name == "director"
                )
                assert name not in {"teacher", "parent"} or actor.delegate_of

    @invariant()
    def what_waits_for_a_signature_can_be_signed(self):
        """Nobody is asked for a signature that would be refused."""
        for name in FAMILY:
            actor = self.actor(name)
            for waiting in signing.agreements_to_sign(actor):
                agreed = agreements.by_id(waiting.agreement)
                assert signing.may_sign(actor, queries.find(agreed.exemption), agreed)

    @invariant()
    def a_parent_who_is_told_nothing_sees_nothing(self):
        """Clause 5.14: nor does one whose link has ended."""
        for name in ("parent", "carer", "barred-parent", "other-parent"):
            seen = {child for (parent, child), access in self.access.items() if self.may_see(parent, access, name)}
            for view in permissions.mine(self.actor(name)):
                pupils = {row.pupil_id for row in Participant.select().where(Participant.exemption == view.id)}
                assert seen & ({view.people.subject} | pupils)

    def may_see(self, parent, access, name):
        return parent == self.ids[name] and access in {ParentAccess.SIGNS, ParentAccess.SEES}


def _as_stored(key, value):
    if key.endswith("_on"):
        return dt.date.fromisoformat(value)
    return dt.time.fromisoformat(value) if key.endswith("_at") else value


def test_whatever_people_do_nobody_is_permitted_without_the_right_decision(app):
    """Invariants 1 to 4, 6, 17 and 19, for every kind, any people, any actions, any order and any clock."""
    assert Role.HEADTEACHER in actor_of_person(Person.get(Person.username == "head").id).roles
    run_state_machine_as_test(
        SchoolLife,
        settings=settings(
            max_examples=examples(50),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
