"""Anybody does anything, in any order, while the clock goes on: what must hold holds after every step."""

import dataclasses
import datetime as dt
from collections import Counter
from contextlib import ExitStack

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from database import db
from models import AuditEvent, Decision, Delegation, Exemption, Person, Role, State
from rules import audit_trail, cases, clock, decisions, delegation, exemptions, people, queue, today
from rules.actors import actor_of_person
from rules.exemption_checks import Unfit
from rules.exemption_kinds import KINDS
from rules.exemptions import Moved
from rules.roles import NotAllowed, NotFound
from tests.conftest import ANSWERS
from tests.rules.stories import EVERY_KIND, fitting

PEOPLE = ("teacher", "assistant", "deputy", "assistant-head", "head", "director", "office")
REFUSED = (Unfit, Moved, NotAllowed, NotFound, decisions.NotReady)
# A usual Monday, the days before the two nights on which the clocks change, a leap day's eve, a school year's end.
BEGINNINGS = tuple(
    dt.datetime(*moment, tzinfo=dt.UTC)
    for moment in (
        (2026, 11, 23, 7, 30),
        (2027, 3, 27, 7, 30),
        (2027, 10, 30, 7, 30),
        (2028, 2, 28, 7, 30),
        (2027, 8, 29, 7, 30),
    )
)
JUMPS = st.sampled_from([dt.timedelta(minutes=minutes) for minutes in (1, 7, 30, 60, 180, 600, 1440, 2880)])
who = st.sampled_from(PEOPLE)
decider = st.one_of(st.none(), who)
numbers = st.integers(0, 20)
windows = st.sampled_from([("07:00", "18:00"), ("09:00", "15:00"), ("12:00", "12:30")])
# What changes the state of an exemption, and what the trail calls it.
STATE_EVENTS = {
    "submit": "exemption-submitted",
    "change": "exemption-changed",
    "withdraw": "exemption-withdrawn",
    "approve": "exemption-approved",
    "approve with conditions": "exemption-approved-with-conditions",
    "decline": "exemption-declined",
    "return": "exemption-returned",
    "revoke": "exemption-revoked",
}

DECIDED = ("approve", "approve with conditions", "decline", "return", "revoke")


class SchoolLife(RuleBasedStateMachine):
    """The school, its people, and a clock. Each example is one transaction that is undone at its end."""

    @initialize(
        beginning=st.sampled_from(BEGINNINGS), deciders=st.sampled_from(["", "director head", "director deputy"])
    )
    def open_school(self, beginning, deciders):
        self.stack = ExitStack()
        self.transaction = self.stack.enter_context(db.atomic("IMMEDIATE"))
        self.stack.callback(lambda: self.transaction.rollback())
        self.ids = {row.username: row.id for row in Person.select(Person.id, Person.username)}
        self.done, self.stopped_clock = Counter(), None
        self.go_to(beginning)
        for name in ("teacher", "deputy", "head", "assistant"):
            for kind in EVERY_KIND:
                self.ask(name, kind, 0, 2, ("07:00", "18:00"), kind.id != "school-device")
        if "deputy" in deciders:
            self.delegate("head", "deputy", 0, 1)
        self.clear_the_queue(deciders.split())

    def teardown(self):
        if hasattr(self, "stack"):
            self.stopped_clock.__exit__(None, None, None)
            self.stack.close()

    def go_to(self, moment):
        if self.stopped_clock:
            self.stopped_clock.__exit__(None, None, None)
        self.now, self.stopped_clock = moment, clock.frozen(moment)
        self.stopped_clock.__enter__()

    # --- What can be done -----------------------------------------------------------------------------------

    def actor(self, name):
        return actor_of_person(self.ids[name])

    def pick(self, number, *states):
        """One of the exemptions there are, in one of these states if any is; now and then a number that none has."""
        rows = list(Exemption.select(Exemption.id, Exemption.state).order_by(Exemption.id))
        found = [row.id for row in rows if row.state in states] or [row.id for row in rows]
        return found[number % len(found)] if number and found else 999_999

    def attempt(self, what, act, *arguments):
        """Do something; whatever is refused must have changed nothing."""
        before = self.everything()
        try:
            result = act(*arguments)
        except REFUSED:
            assert self.everything() == before, "a refused step changed something"
            return None
        self.done[what] += 1
        return result

    @staticmethod
    def everything():
        """What there is, in short: every state and revision, and how many rows of each table of history."""
        return [
            db.execute_sql(f"SELECT {what} FROM {table}").fetchone()  # noqa: S608 (ours)
            for what, table in (
                ("group_concat(id || state || revision || device || ends_at)", "exemption"),
                ("COUNT(*)", "need_met"),
                ("COUNT(*)", "decision"),
                ("COUNT(*), COUNT(ended_at)", "delegation"),
                ("COUNT(*)", "audit_event"),
            )
        ]

    def seen(self, exemption, stale):
        row = Exemption.get_or_none(Exemption.id == exemption)
        return (row.revision if row else 1) - stale

    @rule(
        name=who,
        kind=st.sampled_from(EVERY_KIND),
        start=st.integers(0, 1),
        days=st.integers(0, 3),
        hours=windows,
        full=st.booleans(),
    )
    def submit(self, name, kind, start, days, hours, full):
        self.ask(name, kind, start, days, hours, full)

    def ask(self, name, kind, start, days, hours, full):
        first = clock.today() + dt.timedelta(days=start)
        opens, closes = map(dt.time.fromisoformat, hours)
        request = fitting(
            kind,
            starts_on=first,
            ends_on=first + dt.timedelta(days=days),
            starts_at=opens,
            ends_at=closes,
            device=f"Phone for {kind.id}",
        )
        self.attempt("submit", exemptions.submit, self.actor(name), kind, request, ANSWERS[kind.id] if full else {})

    @rule(number=numbers, name=who, own=st.booleans(), stale=st.sampled_from([0, 0, 0, 1]), hours=windows)
    def change(self, number, name, own, stale, hours):
        exemption = self.pick(number)
        row = Exemption.get_or_none(Exemption.id == exemption)
        if row is None:
            return
        kind = KINDS[row.kind]
        name = row.asker.username if own else name
        opens, closes = map(dt.time.fromisoformat, hours)
        request = fitting(
            kind,
            starts_on=max(row.starts_on, clock.today()),
            ends_on=max(row.ends_on, clock.today()),
            starts_at=opens,
            ends_at=closes,
        )
        request = dataclasses.replace(request, device=row.device)
        self.attempt("change", exemptions.change, self.actor(name), exemption, self.seen(exemption, stale), request)

    @rule(number=numbers)
    def meet_need(self, number):
        row = Exemption.get_or_none(Exemption.id == self.pick(number, "submitted", "returned"))
        for need, answers in ANSWERS[row.kind].items() if row else ():
            asker = actor_of_person(row.asker_id)
            self.attempt("meet need", exemptions.meet_need, asker, row.id, need, answers)

    @rule(number=numbers, name=who, own=st.booleans())
    def withdraw(self, number, name, own):
        row = Exemption.get_or_none(Exemption.id == self.pick(number))
        actor = actor_of_person(row.asker_id) if row and own else self.actor(name)
        self.attempt("withdraw", exemptions.withdraw, actor, row.id if row else 999_999)

    def decide(self, what, act, number, name, words):
        """Somebody decides; nobody in particular (None) is whoever decides this by the policy."""
        exemption = self.pick(number, "approved" if what == "revoke" else "submitted")
        row = Exemption.get_or_none(Exemption.id == exemption)
        name = name or ("director" if row and row.asker_id == self.ids["head"] else "head")
        self.attempt(what, act, self.actor(name), exemption, self.seen(exemption, number == 1), words)

    @rule(number=numbers, name=decider, words=st.sampled_from(["", "", "Keep it on silent."]))
    def approve(self, number, name, words):
        self.decide("approve with conditions" if words else "approve", decisions.approve, number, name, words)

    @rule(names=st.sets(st.sampled_from(["head", "director", "deputy", "assistant-head"]), min_size=1))
    def clear_the_queue(self, names):
        """Some deciders approve all that waits for them, so that much is permitted when the rest happens."""
        for name in sorted(names):
            for case in queue.waiting_for(self.actor(name)):
                self.attempt("approve", decisions.approve, self.actor(name), case.id, case.revision)

    @rule(number=numbers, name=decider, words=st.sampled_from(["No.", " "]))
    def decline(self, number, name, words):
        self.decide("decline", decisions.decline, number, name, words)

    @rule(number=numbers, name=decider)
    def give_back(self, number, name):
        self.decide("return", decisions.give_back, number, name, "Which room?")

    @rule(number=numbers, name=decider, words=st.sampled_from(["It rang.", ""]))
    def revoke(self, number, name, words):
        self.decide("revoke", decisions.revoke, number, name, words)

    @rule(
        giver=st.sampled_from(["head", "head", "deputy"]),
        name=st.sampled_from(["deputy", "assistant-head", *PEOPLE]),
        start=st.integers(0, 1),
        length=st.integers(0, 3),
    )
    def delegate(self, giver, name, start, length):
        first = clock.today() + dt.timedelta(days=start)
        last = first + dt.timedelta(days=length)
        self.attempt("delegate", delegation.give, self.actor(giver), self.ids[name], first, last)

    @rule()
    def end_delegation(self):
        row = Delegation.select().order_by(Delegation.id.desc()).first()
        self.attempt("end", delegation.end, self.actor("head"), row.id if row else 999_999)

    @rule(name=who, by=st.sampled_from(["head", "office"]), active=st.sampled_from([True, True, False]))
    def make_active(self, name, by, active):
        self.attempt("active", people.set_active, self.actor(by), self.ids[name], active)

    @rule(jump=JUMPS)
    def the_clock_goes_on(self, jump):
        self.go_to(self.now + jump)

    @precondition(lambda self: self.done["approve"])
    @rule(minutes=st.integers(0, 660))
    def the_hours_of_a_permission_come(self, minutes):
        """Straight to a minute of a day on which something is permitted, so that this is not left to luck."""
        row = Exemption.get(Exemption.id == self.pick(len(self.done), "approved"))
        day = max(row.starts_on, clock.today())
        self.go_to(max(self.now, clock.at(day, dt.time(7)) + dt.timedelta(minutes=minutes)))

    # --- What must hold, always -----------------------------------------------------------------------------

    @invariant()
    def whoever_is_permitted_now_has_the_right_decision_on_exactly_this(self):
        """Invariants 1, 2 and 4."""
        lines = today.list_of(clock.today())
        on_the_list = {line.id for line in lines.group(today.NOW)}
        standing = [cases.find(row.id) for row in Exemption.select(Exemption.id)]
        assert {case.id for case in standing if case.in_force} == on_the_list
        for case in standing:
            if case.in_force:
                self.must_be_right(case)

    def must_be_right(self, case):
        row = Decision.select().where(Decision.exemption == case.id).order_by(Decision.id.desc()).first()
        exemption = Exemption.get_by_id(case.id)
        assert (row.verdict, exemption.state, exemption.stopped_at) == ("approved", "approved", None)
        # Exactly what was decided on, and nothing that came later.
        assert row.frozen["revision"] == exemption.revision
        kept = {key: str(getattr(exemption, key)) for key in row.frozen["request"]}
        assert kept == {key: str(_as_stored(key, value)) for key, value in row.frozen["request"].items()}
        assert exemption.conditions == row.text == row.frozen["text"]
        assert row.frozen["needs"].keys() == {need.id for need in case.kind.needs}
        # Inside the days and the hours on the wall, by somebody who is here.
        wall = clock.local(self.now)
        assert exemption.starts_on <= wall.date() <= exemption.ends_on
        assert exemption.starts_at <= wall.time() < exemption.ends_at
        assert Person.get_by_id(exemption.asker_id).active
        self.must_be_decided_by_the_right_one(row, exemption)

    def must_be_decided_by_the_right_one(self, row, exemption):
        asker, decider = exemption.asker.username, row.decided_by.username
        assert asker != decider
        if row.for_person_id:
            assert row.for_person_id == self.ids["head"]
            assert asker != "head"
            assert self.delegated(row)
        elif asker == "head":
            assert decider == "director"
        elif exemption.kind == "remote-learning":
            assert decider == "head"
        else:
            assert decider in {"head", "deputy", "assistant-head"}

    @staticmethod
    def delegated(row):
        """Whether a delegation to the decider held at the moment of the decision."""
        day = clock.local(row.decided_at).date()
        return any(
            given.starts_on <= day <= given.ends_on
            and given.given_at <= row.decided_at
            and (given.ended_at is None or given.ended_at >= row.decided_at)
            for given in Delegation.select().where(Delegation.delegate == row.decided_by_id)
        )

    @invariant()
    def nobody_has_decided_their_own_request(self):
        """Invariant 4."""
        own = Decision.select().join(Exemption).where(Decision.decided_by == Exemption.asker)
        assert not own.exists()

    @invariant()
    def decisions_are_only_ever_added(self):
        """Invariants 6 and 17."""
        assert Decision.select().count() == sum(self.done[what] for what in DECIDED)

    @invariant()
    def every_edit_makes_a_new_revision_and_takes_the_decision_off(self):
        """Invariant 2."""
        rows = list(Exemption.select())
        assert sum(row.revision - 1 for row in rows) == self.done["change"] + self.done["meet need"]
        for row in rows:
            if row.state == State.SUBMITTED.value:
                assert (row.approved_by, row.decided_at, row.stopped_at, row.conditions) == (None, None, None, "")

    @invariant()
    def every_change_is_on_the_trail_once_and_the_trail_holds(self):
        """Invariant 17."""
        told = Counter(row.event for row in AuditEvent.select(AuditEvent.event))
        assert {event: told[event] for event in STATE_EVENTS.values()} == {
            event: self.done[what] for what, event in STATE_EVENTS.items()
        }
        assert told["need-met"] >= self.done["meet need"]
        assert audit_trail.verify()[1] == []

    @invariant()
    def nothing_waits_for_somebody_who_may_not_decide_it(self):
        for name in ("head", "deputy", "director", "teacher"):
            actor = self.actor(name)
            for case in queue.waiting_for(actor):
                assert case.state is State.SUBMITTED
                assert case.asker != actor.id
                assert (case.asker == self.ids["head"]) == (name == "director")
                assert name != "teacher" or actor.delegate_of


def _as_stored(key, value):
    if key.endswith("_on"):
        return dt.date.fromisoformat(value)
    return dt.time.fromisoformat(value) if key.endswith("_at") else value


def test_whatever_people_do_nobody_is_permitted_without_the_right_decision(app):
    """Invariants 1, 2, 4, 6, 17 and 19, for any people, any actions, any order and any clock."""
    assert Role.HEADTEACHER in actor_of_person(Person.get(Person.username == "head").id).roles
    run_state_machine_as_test(
        SchoolLife,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
