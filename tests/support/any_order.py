"""What anybody can do in the school, in any order, while the clock goes on: the steps of the state machine.

What must hold after every step is in `test_exemption_life.py`.
"""

import datetime as dt
from collections import Counter
from contextlib import ExitStack

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from database import db
from enums import ParentAccess, RequiredSigners
from models import Agreement, Delegation, Exemption, Guardian, Person, Signature, Sitting, Visit
from rules.agreements import agreements, signing
from rules.agreements.terms import Terms
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.decisions import deciding, queue
from rules.exams import sittings
from rules.exams.sittings import SittingDetails
from rules.exemption_kinds import KINDS
from rules.exemption_kinds.prerequisites import By
from rules.exemptions import activities, lifecycle, permissions, queries
from rules.people import delegation, families, people, role_grants
from tests.conftest import ANSWERS, CAST, FAMILIES, PASSWORD, fitting_request
from tests.support import any_order_visitors
from tests.support.exemptions import EVERY_KIND

STAFF = ("teacher", "assistant", "deputy", "head", "dsl", "office")
FAMILY = ("parent", "carer", "barred-parent", "other-parent", "pupil", "other-pupil")
PEOPLE = (*STAFF, "assistant-head", "director", *FAMILY)
REFUSED = (Invalid, NotAllowed, NotFound, deciding.NotReady, Conflict)
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
family = st.sampled_from(["pupil", "parent", "parent", *FAMILY])
# Nobody in particular is whoever has to do it by the policy, so that much gets done.
anyone = st.sampled_from([None] * 20 + list(PEOPLE))
numbers = st.sampled_from([*range(1, 41), 0])
windows = st.sampled_from([("07:00", "18:00"), ("09:00", "15:00"), ("12:00", "12:30")])
signers = st.sampled_from([*RequiredSigners, RequiredSigners.BOTH])
pupils = st.sampled_from(["pupil", "pupil", "other-pupil"])
# What each step calls itself, and the tables in which a refused one must have left no mark.
TABLES = {
    "exemption": "group_concat(id || state || revision || device || ends_at || ifnull(signed_at, '') || conditions)",
    "guardian": "group_concat(id || access || ifnull(ended_at, ''))",
    "sitting": "group_concat(id || starts_at || ifnull(cancelled_at, ''))",
    "activity_session": "group_concat(id || ifnull(ended_at, ''))",
    "person": "group_concat(id || active)",
    "role_grant": "COUNT(*), COUNT(taken_at)",
    "visit": "group_concat(id || revision || ifnull(cancelled_at, ''))",
    "stay": "group_concat(id || ifnull(left_at, ''))",
    "delegation": "COUNT(*), COUNT(ended_at)",
    **dict.fromkeys(
        ("need_met", "decision", "agreement", "signature", "participant", "candidate", "audit_event"), "COUNT(*)"
    ),
}


# Enough of every kind that all of them are permitted in most examples, and not so much that a step is slow.
ASKED_AT_FIRST = {
    "teacher": [kind for kind in EVERY_KIND if kind.id != "exceptional-access"],
    "deputy": [KINDS["educational-activity"]],
    "head": [KINDS["teaching-period"], KINDS["known-family"]],
    "parent": [KINDS["exceptional-access"], KINDS["parent-contact"]],
}


def terms_for(kind, signers):
    """The terms of an agreement for a kind that has one."""
    if not kind.agreement:
        return None
    reason = "" if signers is RequiredSigners.BOTH else "The other is away."
    return Terms("Keep it in the bag.", "It is handed in.", (("phone", "My phone stays in my bag."),), signers, reason)


class SchoolSteps(any_order_visitors.VisitingSteps):
    """The school, its people, and a clock. Each example is one transaction that is undone at its end."""

    @initialize(
        beginning=st.sampled_from(BEGINNINGS),
        deciders=st.sampled_from(["", "director head", "director deputy head"]),
        signing_first=st.sampled_from([FAMILY, ("parent",), ()]),
    )
    def open_school(self, beginning, deciders, signing_first):
        self.stack = ExitStack()
        self.transaction = self.stack.enter_context(db.atomic("IMMEDIATE"))
        self.stack.callback(lambda: self.transaction.rollback())
        self.ids = {row.username: row.id for row in Person.select(Person.id, Person.username)}
        self.access = {(self.ids[p.replace("_", "-")], self.ids[c.replace("_", "-")]): a for c, p, _, a in FAMILIES}
        self.done, self.stopped_clock, self.rightly_signed = Counter(), None, set()
        self.inside, self.gone = {}, []
        self.go_to(beginning)
        self.announce("office", "teacher", 2)
        self.announce("office", "head", 0)
        self.the_visitor_comes_for(Visit.select().order_by(Visit.id).first(), "office")
        for name, kinds in ASKED_AT_FIRST.items():
            for kind in kinds:
                self.ask(name, kind, 0, 2, ("07:00", "18:00"), kind.id != "school-device", "pupil", visit=10)
        if "deputy" in deciders:
            self.delegate("head", "deputy", 0, 1)
        for row in Exemption.select():
            self.prepare(row)
        self.clear_the_queue(deciders.split())
        self.families_sign(signing_first)

    def teardown(self):
        if hasattr(self, "stack"):
            self.stopped_clock.__exit__(None, None, None)
            self.stack.close()

    def go_to(self, moment):
        if self.stopped_clock:
            self.stopped_clock.__exit__(None, None, None)
        self.now, self.stopped_clock = moment, clock.frozen(moment)
        self.stopped_clock.__enter__()

    # --- Helpers --------------------------------------------------------------------------------------------

    def actor(self, name):
        return actor_of_person(self.ids[name])

    @staticmethod
    def pick(number, *states, kinds=KINDS):
        """One of the exemptions there are, in one of these states if any is; now and then a number that none has."""
        rows = list(Exemption.select(Exemption.id, Exemption.state, Exemption.kind).order_by(Exemption.id))
        rows = [row for row in rows if row.kind in kinds] or rows
        found = [row.id for row in rows if row.state in states] or [row.id for row in rows]
        return found[number % len(found)] if number and found else 999_999

    def attempt(self, what, act, actor, *arguments, **words):
        """Somebody active does something; whatever is refused must have changed nothing."""
        if not Person.get_by_id(actor.id).active:
            return None  # their sessions are over, see test_sessions.py
        before = self.everything()
        try:
            result = act(actor, *arguments, **words)
        except REFUSED:
            assert self.everything() == before, "a refused step changed something"
            return None
        self.done[what] += 1
        return result or True

    @staticmethod
    def everything():
        """What there is, in short: every state and revision, and how many rows of each table of history."""
        return [db.execute_sql(f"SELECT {what} FROM {table}").fetchone() for table, what in TABLES.items()]  # noqa: S608

    @staticmethod
    def seen(exemption, stale):
        row = Exemption.get_or_none(Exemption.id == exemption)
        return (row.revision if row else 1) - stale

    # --- Asking ---------------------------------------------------------------------------------------------

    @rule(
        name=who,
        kind=st.sampled_from(EVERY_KIND),
        start=st.integers(0, 1),
        days=st.integers(0, 3),
        hours=windows,
        full=st.booleans(),
        pupil=pupils,
        weekdays=st.sampled_from([127, 127, 0b1010101, 0]),
        visit=any_order_visitors.numbers,
    )
    def submit(self, name, kind, start, days, hours, full, pupil, weekdays, visit):
        self.ask(name, kind, start, days, hours, full, pupil, weekdays, visit)

    def ask(self, name, kind, start, days, hours, full, pupil, weekdays=127, visit=0):
        first, visit = clock.today() + dt.timedelta(days=start), self.a_visit_there_is(visit)
        last = first + dt.timedelta(days=days)
        request = self.request(kind, pupil, first, last, hours, weekdays=weekdays, visit=visit and visit.id)
        given = (
            {prerequisite.id: self.answers(kind, prerequisite) for prerequisite in kind.prerequisites_of_asker}
            if full
            else {}
        )
        self.attempt("submit", lifecycle.submit, self.actor(name), kind, request, given)

    def request(self, kind, pupil, first, last, hours, **changed):
        opens, closes = map(dt.time.fromisoformat, hours)
        changed = {"device": f"Phone for {kind.id}", **changed}
        days = {"starts_on": first, "ends_on": last, "starts_at": opens, "ends_at": closes}
        return fitting_request(kind, self.ids[pupil], **changed)._replace(**days)

    @staticmethod
    def answers(kind, prerequisite):
        """The answers to a prerequisite, with days that fit the clock of now."""
        today = clock.today().isoformat()
        given = dict(ANSWERS[kind.id][prerequisite.id])
        return {**given, **{question.id: today for question in prerequisite.questions if question.day}}

    @rule(
        number=numbers,
        name=who,
        own=st.sampled_from([True, True, False]),
        stale=st.sampled_from([0, 0, 0, 1]),
        hours=windows,
        pupil=pupils,
    )
    def change(self, number, name, own, stale, hours, pupil):
        row = Exemption.get_or_none(Exemption.id == self.pick(number))
        if row is None:
            return
        name, kind, today = row.asker.username if own else name, KINDS[row.kind], clock.today()
        last = max(row.ends_on, today)
        first, same = max(row.starts_on, today), {"device": row.device, "visit": row.visit_id}
        request = self.request(kind, pupil, first, last, hours, **same)
        self.attempt("change", lifecycle.change, self.actor(name), row.id, self.seen(row.id, stale), request)

    @rule(number=numbers, name=anyone)
    def complete_prerequisites(self, number, name):
        """Somebody completes what a request needs."""
        self.prepare(Exemption.get_or_none(Exemption.id == self.pick(number, "submitted", "returned")), name)

    def prepare(self, row, name=None):
        for prerequisite in KINDS[row.kind].prerequisites if row else ():
            right = {By.ASKER: row.asker.username, By.DSL: self.dsl_of(row), By.DECIDER: self.decider_of(row)}
            actor = self.actor(name or right[prerequisite.by])
            given = self.answers(KINDS[row.kind], prerequisite)
            self.attempt("complete", lifecycle.complete, actor, row.id, prerequisite.id, given)

    @staticmethod
    def dsl_of(row):
        return "deputy-dsl" if row.asker.username == "dsl" else "dsl"

    @staticmethod
    def decider_of(row):
        return "director" if queries.find(row.id).people.head_is_party else "head"

    @rule(number=numbers, name=who, own=st.sampled_from([True, True, False]))
    def withdraw(self, number, name, own):
        row = Exemption.get_or_none(Exemption.id == self.pick(number))
        actor = actor_of_person(row.asker_id) if row and own else self.actor(name)
        self.attempt("withdraw", lifecycle.withdraw, actor, row.id if row else 999_999)

    @rule(number=numbers, name=who)
    def look(self, number, name):
        """Somebody opens the page of an exemption; a look at what is confidential is on the trail."""
        row = Exemption.get_or_none(Exemption.id == self.pick(number, kinds={"known-family"}))
        noted = row and KINDS[row.kind].confidential and row.asker_id != self.ids[name]
        self.attempt("look" if noted else "see", permissions.look_at, self.actor(name), row.id if row else 999_999)

    # --- Deciding -------------------------------------------------------------------------------------------

    def decide(self, what, act, number, name, words, **more):
        exemption = self.pick(number, "approved" if what == "revoke" else "submitted")
        row = Exemption.get_or_none(Exemption.id == exemption)
        name = name or (self.decider_of(row) if row else "head")
        return self.attempt(what, act, self.actor(name), exemption, self.seen(exemption, number == 1), words, **more)

    @rule(number=numbers, name=anyone, words=st.sampled_from(["", "", "Keep it on silent."]), signers=signers)
    def approve(self, number, name, words, signers):
        row = Exemption.get_or_none(Exemption.id == self.pick(number, "submitted"))
        kind = KINDS[row.kind] if row else EVERY_KIND[0]
        what = "approve with conditions" if words else "approve"
        if self.decide(what, deciding.approve, number, name, words, terms=terms_for(kind, signers)):
            self.done["issue"] += kind.agreement

    @rule(names=st.sets(st.sampled_from(["head", "director", "deputy", "assistant-head"]), min_size=1))
    def clear_the_queue(self, names):
        """Some deciders approve all that waits for them, so that much is permitted when the rest happens."""
        for name in sorted(names):
            for view in queue.waiting_for(self.actor(name)):
                words = view.kind.arrangement
                what = "approve with conditions" if words else "approve"
                if self.attempt(what, deciding.approve, self.actor(name), view.id, view.revision, words):
                    self.done["issue"] += view.kind.agreement

    @rule(number=numbers, name=anyone, words=st.sampled_from(["No.", "No.", " "]))
    def decline(self, number, name, words):
        self.decide("decline", deciding.decline, number, name, words)

    @rule(number=numbers, name=anyone)
    def give_back(self, number, name):
        self.decide("return", deciding.return_to_asker, number, name, "Which room?")

    @rule(number=numbers, name=anyone, words=st.sampled_from(["It rang.", "It rang.", ""]))
    def revoke(self, number, name, words):
        self.decide("revoke", deciding.revoke, number, name, words)

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

    @rule(name=st.sampled_from(["head", "head", "deputy"]))
    def end_delegation(self, name):
        row = Delegation.select().order_by(Delegation.id.desc()).first()
        self.attempt("end", delegation.end, self.actor(name), row.id if row else 999_999)

    # --- Agreements -----------------------------------------------------------------------------------------

    def an_agreement(self, number, stale, unsigned=False):
        """The newest version of some agreement, or the first one of it; one that waits, if any is to be signed."""
        waiting = Exemption.select(Exemption.id).where(Exemption.state == "approved", Exemption.signed_at.is_null())
        rows = list(Agreement.select().order_by(Agreement.exemption, Agreement.version))
        open_ones = [row for row in rows if row.exemption_id in {each.id for each in waiting}]
        rows = (open_ones or rows) if unsigned else rows
        if not rows or not number:
            return None
        exemption = rows[number % len(rows)].exemption_id
        found = [row for row in rows if row.exemption_id == exemption]
        return found[0 if stale else -1]

    @rule(number=numbers, name=anyone, signers=signers, stale=st.sampled_from([0, 0, 1]))
    def issue_anew(self, number, name, signers, stale):
        agreement = self.an_agreement(number, False)
        if agreement:
            terms = terms_for(KINDS["parent-contact"], signers)
            actor, seen = self.actor(name or "head"), agreement.version - stale
            self.attempt("issue", agreements.issue_anew, actor, agreement.exemption_id, seen, terms)

    @rule(
        number=numbers,
        name=family,
        stale=st.sampled_from([False, False, True]),
        agrees=st.sampled_from([True, True, False]),
    )
    def sign(self, number, name, stale, agrees):
        agreement, actor = self.an_agreement(number, stale, True), self.actor(name)
        if agreement:
            signed = self.attempt("sign", signing.sign, actor, agreement.id, actor.name, agrees, PASSWORD)
            self.must_be_rightly_signed(signed)

    @rule(
        number=numbers,
        by=st.sampled_from(["office", "office", "head", "teacher"]),
        name=family,
        stale=st.sampled_from([0, 0, 1]),
    )
    def sign_on_paper(self, number, by, name, stale):
        agreement = self.an_agreement(number, stale, True)
        if agreement:
            paper = signing.Paper(self.ids[name], clock.today(), "Office Invented", "The blue folder")
            signed = self.attempt("paper", signing.record_paper, self.actor(by), agreement.id, paper)
            self.must_be_rightly_signed(signed)

    @rule(names=st.sets(family, min_size=1))
    def families_sign(self, names):
        """Some people sign all that waits for them."""
        for name in sorted(names):
            for waiting in signing.agreements_to_sign(self.actor(name)):
                actor = self.actor(name)
                signed = self.attempt("sign", signing.sign, actor, waiting.agreement, actor.name, True, PASSWORD)
                self.must_be_rightly_signed(signed)

    def must_be_rightly_signed(self, signed):
        """A signature is the pupil's own, or of a parent whose link allows signing at this moment (clause 5.7d)."""
        if signed:
            row = Signature.select().order_by(Signature.id.desc()).first()
            pupil = row.agreement.exemption.subject_id
            if row.party == "pupil":
                assert row.person_id == pupil
            else:
                assert self.access.get((row.person_id, pupil)) is ParentAccess.SIGNS
            self.rightly_signed.add(row.id)

    @rule(number=numbers, name=family)
    def withdraw_consent(self, number, name):
        exemption = self.pick(number, "approved", kinds={"exceptional-access", "parent-contact"})
        if self.attempt("consent", signing.withdraw_consent, self.actor(name), exemption):
            pupil = Exemption.get_by_id(exemption).subject_id
            assert self.ids[name] == pupil or self.access.get((self.ids[name], pupil)) is ParentAccess.SIGNS

    # --- Families and people --------------------------------------------------------------------------------

    @rule(
        name=family, by=st.sampled_from(["office", "office", "teacher"]), access=st.sampled_from([*ParentAccess, None])
    )
    def change_family(self, name, by, access):
        """What a parent may know is changed, or their link is ended (None), or they are linked again."""
        child, parent = self.ids["pupil"], self.ids[name]
        link = Guardian.get_or_none(Guardian.child == child, Guardian.parent == parent, Guardian.ended_at.is_null())
        actor = self.actor(by)
        if link is None:
            access = access or ParentAccess.SIGNS
            done = self.attempt("family", families.link, actor, child, parent, "aunt", access)
        elif access is None:
            done = self.attempt("family", families.end, actor, child, link.id)
        else:
            done = self.attempt("family", families.change_access, actor, child, link.id, access)
        if done:
            self.access[parent, child] = access

    @rule(name=who, by=st.sampled_from(["head", "office"]), active=st.sampled_from([True, True, False]))
    def make_active(self, name, by, active):
        self.attempt("active", people.set_active, self.actor(by), self.ids[name], active)

    @rule(
        name=st.sampled_from(["teacher", "pupil", "parent", "assistant", "deputy"]),
        by=st.sampled_from(["head", "head", "office"]),
        back=st.sampled_from([True, True, False]),
    )
    def a_role_ends(self, name, by, back):
        """All roles of somebody end while their account stays active; mostly they get them back."""
        person, actor = self.ids[name], self.actor(by)
        held = role_grants.grants_of(person)
        for grant in held:
            self.attempt("role ends", role_grants.take_role, actor, person, grant.id)
        left = {grant.role for grant in role_grants.grants_of(person)}
        for role in CAST[name] if back else ():
            if role not in left:
                self.attempt("role begins", role_grants.give_role, self.actor("head"), person, role, clock.today())

    # --- Lessons and exams ----------------------------------------------------------------------------------

    @rule(number=numbers, name=anyone)
    def start_lesson(self, number, name):
        row = Exemption.get_or_none(Exemption.id == self.pick(number, "approved", kinds={"educational-activity"}))
        if row:
            actor = self.actor(name or row.asker.username)
            self.attempt("start", activities.start, actor, row.id)

    @rule(number=numbers, name=anyone)
    def end_lesson(self, number, name):
        row = Exemption.get_or_none(Exemption.id == self.pick(number, "approved", kinds={"educational-activity"}))
        if row:
            self.attempt("stop", activities.end, self.actor(name or row.asker.username), row.id)

    @rule(
        name=st.sampled_from(["office", "office", "head", "teacher"]),
        pupil=pupils,
        start=st.sampled_from([0, 30, 45, 60, 180]),
    )
    def enter_exam(self, name, pupil, start):
        begins = clock.local(self.now) + dt.timedelta(minutes=start - 45)
        times = begins.time().replace(second=0), (begins + dt.timedelta(minutes=90)).time().replace(second=0)
        details = SittingDetails(
            f"Exam {self.done['exam']}", "AQA", begins.date(), *times, sittings.ROOM, (self.ids[pupil],)
        )
        self.attempt("exam", sittings.save, self.actor(name), details)

    @rule(name=st.sampled_from(["office", "teacher"]))
    def cancel_exam(self, name):
        row = Sitting.select().order_by(Sitting.id.desc()).first()
        self.attempt("cancel", sittings.cancel, self.actor(name), row.id if row else 999_999)

    @rule(
        number=numbers, name=st.sampled_from(["office", "office", "parent"]), reference=st.sampled_from(["JCQ 7", ""])
    )
    def record_exam_permission(self, number, name, reference):
        agreement = self.an_agreement(number, False)
        if agreement:
            self.attempt("exam permission", signing.record, self.actor(name), agreement.id, reference)

    # --- Time -----------------------------------------------------------------------------------------------

    @rule(jump=JUMPS)
    def the_clock_goes_on(self, jump):
        self.go_to(self.now + jump)

    @precondition(lambda self: self.done["approve"])
    @rule(minutes=st.integers(0, 660))
    def the_hours_of_a_permission_come(self, minutes):
        """Straight to a minute of a day on which something is permitted, so that this is not left to luck."""
        view = queries.find(self.pick(len(self.done), "approved"))
        day = max(view.request.starts_on, clock.today())
        self.go_to(max(self.now, clock.at(day, dt.time(7)) + dt.timedelta(minutes=minutes)))
