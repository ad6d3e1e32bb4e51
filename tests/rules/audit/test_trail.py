"""The audit trail: everything is on it, once, in order; nobody's reason is; and whoever spoils it is found out."""

import datetime as dt
import random
import signal
import string
import time

import pytest

from database import writing
from enums import RequiredSigners
from models import AuditEvent
from rules.agreements import agreements, signing
from rules.agreements.terms import Terms
from rules.audit import record as audit_record
from rules.audit import trail
from rules.audit.record import EVENTS, record
from rules.audit.trail import Filter
from rules.auth import sessions
from rules.core import changes, clock
from rules.core.errors import NotAllowed, NotFound
from rules.decisions import deciding, receipts
from rules.exemptions import activities, lifecycle, permissions, queries
from rules.people import codes, delegation, people
from tests.conftest import ANSWERS, PASSWORD
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    events,
    fitting,
    kind_name,
    later,
    permitted,
    revision,
    when,
)

every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)


def newest():
    return AuditEvent.select().order_by(AuditEvent.id.desc()).first()


# --- The declared events ------------------------------------------------------------------------------------


@every_event
def test_the_sentence_of_an_event_is_made_of_its_fields_and_its_people(event):
    used = {name for _, name, _, _ in string.Formatter().parse(event.sentence) if name}
    assert used - {"actor", "person"} <= set(event.fields)
    words = {field: f"<{field}>" for field in event.fields}
    told = trail.sentence(event.name, words, "Ann", "Ben")
    assert told.endswith(".")
    assert "{" not in told


@every_event
def test_an_event_takes_exactly_the_payload_it_declares(school, event):
    payload = {field: "x" for field in event.fields}
    wrong = [{**payload, "reason": "x"}, *({key: "x" for key in payload if key != gone} for gone in payload)]
    before = AuditEvent.select().count()
    for each in wrong:
        with pytest.raises(TypeError, match=event.name):
            record(event.name, **each)
    assert AuditEvent.select().count() == before
    record(event.name, **payload)
    assert newest().payload == payload


@every_event
def test_no_event_declares_a_reason_a_password_or_a_token(event):
    """Clause 8.4: the trail is read by people who may not know them."""
    assert not {"reason", "text", "password", "code", "token", "answers", "username"} & set(event.fields)


def test_an_event_that_is_not_declared_is_refused(school):
    with pytest.raises(KeyError):
        record("coffee-made")


def test_an_event_outside_the_transaction_of_its_change_is_refused(app):
    """Run without the transaction that other tests have."""
    before = AuditEvent.select().count()
    with pytest.raises(RuntimeError, match="transaction"):
        record("signed-out")
    assert AuditEvent.select().count() == before


def test_an_event_of_an_older_program_is_told_by_its_name():
    assert trail.sentence("bell-rung", {}, "Ann", None) == "bell-rung"


def test_an_event_without_people_is_told_as_the_systems():
    assert trail.sentence("code-made", {}, None, None) == "The system made a single-use code for somebody."


def test_braces_in_a_name_are_told_as_they_are():
    assert trail.sentence("signed-in", {}, "{payload} {0}", None) == "{payload} {0} signed in."


# --- What is on it ------------------------------------------------------------------------------------------


def a_whole_story(cast, kind):
    """Everything that can be said about an exemption, each text with a secret word in it."""
    asker, device = asker_of(kind), "SECRET device"
    exemption = ask(asker, kind, answers=secret_answers(kind), reason="SECRET reason", device=device)
    deciding.return_to_asker(cast.head, exemption, revision(exemption), "SECRET question")
    changed = fitting(kind, reason="SECRET second reason", device=device)
    lifecycle.change(asker, exemption, revision(exemption), changed)
    terms = Terms(
        "SECRET rules", "SECRET sanctions", (("phone", "SECRET line"),), RequiredSigners.PARENT, "SECRET why alone"
    )
    deciding.approve(cast.head, exemption, revision(exemption), "SECRET conditions", terms)
    if kind.agreement:
        paper = signing.Paper(cast.parent.id, MONDAY, "SECRET witness", "SECRET drawer")
        signing.record_paper(cast.office, agreements.newest_of(queries.find(exemption)).id, paper)
    if kind.session:
        activities.start(asker, exemption)
    deciding.revoke(cast.head, exemption, revision(exemption), "SECRET revocation")
    second = ask(asker, kind, reason="SECRET third reason")
    deciding.decline(cast.head, second, revision(second), "SECRET refusal")
    lifecycle.withdraw(asker, ask(asker, kind, reason="SECRET fourth reason"))
    return exemption


def secret_answers(kind):
    """The answers of a kind with a secret word in each text; ticks, days and choices have no room for one."""
    return {
        prerequisite.id: {
            question.id: ANSWERS[kind.id][prerequisite.id][question.id]
            if question.tick or question.day or question.choice
            else f"SECRET {question.id}"
            for question in prerequisite.questions
        }
        for prerequisite in kind.prerequisites
    }


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_no_reason_no_answer_and_no_condition_is_ever_on_the_trail(cast, kind):
    """Invariant 14 for the trail, and clause 8.4."""
    a_whole_story(cast, kind)
    page, _ = trail.entries(Filter())
    told = [str(row) for row in AuditEvent.select().tuples()] + [entry.sentence for entry in page]
    assert any("exemption-revoked" in text for text in told)
    assert not [text for text in told if "SECRET" in text]


def test_no_password_and_no_code_is_ever_on_the_trail(cast):
    code = codes.new_code(cast.office, cast.teacher.id)
    person = sessions.person_with_code("teacher", code, "::1")
    token = sessions.choose_first_password(person, code, "seven quiet otters", "::1")
    with pytest.raises(sessions.WrongPassword):
        sessions.sign_in(PASSWORD, "typed in the wrong field", "::1")
    told = " ".join(str(row) for row in AuditEvent.select().tuples())
    for secret in (code, token, "seven quiet otters", PASSWORD, "typed in the wrong field"):
        assert secret not in told


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_a_whole_story_is_told_in_order_and_holds(cast, kind):
    exemption = a_whole_story(cast, kind)
    assert events(f"exemption:{exemption}") == [
        "exemption-submitted",
        *["need-met"] * len(kind.prerequisites),
        "exemption-returned",
        "exemption-changed",
        "exemption-approved-with-conditions",
        *["agreement-issued", "agreement-signed-on-paper"] * kind.agreement,
        *["activity-started"] * kind.session,
        "exemption-revoked",
        *["activity-ended"] * kind.session,
    ]
    assert trail.verify()[1] == []


def test_a_decision_is_told_with_the_digest_of_what_it_was_made_on(cast):
    exemption = permitted(cast.teacher, by=cast.head)
    (decision,) = receipts.decisions_on(queries.find(exemption))
    row = newest()
    assert (row.actor_id, row.person_id, row.record) == (cast.head.id, cast.teacher.id, f"exemption:{exemption}")
    assert row.payload == {"kind": "teaching-period use", "by": cast.head.name, "frozen": decision.digest}


def test_a_refused_step_leaves_nothing_on_the_trail(cast):
    exemption = ask(cast.teacher)
    before = events()
    for each in (
        lambda: approve(cast.teacher, exemption),
        lambda: approve(cast.pupil, exemption),
        lambda: delegation.give(cast.teacher, cast.dsl.id, MONDAY, TUESDAY),
        lambda: people.set_active(cast.office, cast.head.id, False),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            each()
    assert events() == before


# --- Reading it ---------------------------------------------------------------------------------------------


def sentences(**wanted):
    return [entry.sentence for entry in trail.entries(Filter(**wanted))[0]]


def test_the_newest_event_is_read_first_and_as_a_sentence(cast):
    permitted(cast.teacher, by=cast.head)
    assert sentences()[:2] == [
        "Head Invented approved teaching-period use for Teacher Invented.",
        "Teacher Invented asked for teaching-period use.",
    ]


def test_the_trail_is_filtered_by_person_record_event_and_day(cast):
    one, other = permitted(cast.teacher, by=cast.head), ask(cast.assistant)
    with later(days=1):
        lifecycle.withdraw(cast.assistant, other)
        assert len(sentences(record=f"exemption:{one}")) == 2
        assert len(sentences(person=cast.assistant.id, event="exemption-submitted")) == 1
        assert sentences(first=TUESDAY) == ["Assistant Invented withdrew their teaching-period use."]
        assert len(sentences(first=MONDAY, last=MONDAY)) == 3
        assert sentences(person=cast.head.id, first=MONDAY) == [
            "Head Invented approved teaching-period use for Teacher Invented."
        ]
        assert sentences(first=dt.date(2027, 1, 1)) == []


@pytest.mark.parametrize("night", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["spring", "autumn"])
@pytest.mark.parametrize("time", ["00:00", "01:30", "23:59"])
def test_an_event_is_found_on_its_day_in_the_nights_the_clocks_change(school, night, time):
    with when(night, time):
        record("signed-out")
    assert sentences(first=night, last=night) == ["The system signed out."]
    for other in (night - dt.timedelta(days=1), night + dt.timedelta(days=1)):
        assert sentences(event="signed-out", first=other, last=other) == []


def test_the_first_and_the_last_day_there_is_can_be_asked_for(school):
    record("signed-out")
    everything = sentences()
    assert sentences(first=dt.date.min, last=dt.date.max) == everything
    assert sentences(first=dt.date(300, 1, 1)) == everything


def test_a_long_trail_is_read_page_by_page_without_a_gap(school):
    for _ in range(120):
        record("signed-out")
    seen, before = [], None
    while True:
        page, before = trail.entries(Filter(event="signed-out", before=before))
        seen += [entry.id for entry in page]
        if before is None:
            break
    assert len(seen) == 120
    assert seen == sorted(set(seen), reverse=True)


# --- Whoever spoils it is found out -------------------------------------------------------------------------

A_STORY = """
from rules.decisions import deciding
for number in range(3):
    exemption = ask(school["teacher"], f"Phone {number}")
    deciding.approve(school["head"], exemption, 1, "Keep it on silent.")
"""
TAMPER = """
import apsw
from database import db
db.close()
tool = apsw.Connection(str(Path(os.environ["INTRANET_INSTANCE"]) / "school.sqlite3"))
for (name,) in list(tool.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
    tool.execute(f"DROP TRIGGER {name}")
tool.execute(sys.argv[1])
"""


@pytest.fixture
def spoilt(own_school):
    """A school with a story, a way to spoil it behind the program's back, and what `verify` says then."""
    own_school.run(A_STORY)
    count, faults = own_school.verify()
    assert faults == []

    def spoil(statement):
        own_school.run(TAMPER, statement)
        return own_school.verify()[1]

    spoil.count, spoil.school = count, own_school
    return spoil


def test_a_changed_event_is_named(spoilt):
    for column, value in (("payload", "'{}'"), ("actor_id", "2"), ("at", "'2020-01-01T00:00:00.000000Z'")):
        faults = spoilt(f"UPDATE audit_event SET {column} = {value} WHERE id IN (5, 7)")  # noqa: S608 (ours)
        assert faults[0].startswith("Event 5 is not as it was written")


def test_a_missing_event_is_named(spoilt):
    assert spoilt("DELETE FROM audit_event WHERE id = 4") == ["Event 4 is missing."]


def test_a_missing_first_event_is_named(spoilt):
    assert spoilt("DELETE FROM audit_event WHERE id = 1") == ["Event 1 is missing."]


def test_an_event_slipped_in_is_named_wherever_it_stands(spoilt):
    rest = "at, event, actor_id, person_id, record, payload, digest"
    copy = f"INSERT INTO audit_event SELECT {{number}}, {rest} FROM audit_event WHERE id = 1"  # noqa: S608 (ours)
    number = spoilt.count + 1
    assert spoilt(copy.format(number=number))[0].startswith(f"Event {number} is not as it was written")
    assert spoilt(copy.format(number=-7))[0] == "Event -7 was slipped in."


def test_a_tail_that_was_cut_off_is_missed(spoilt):
    faults = spoilt(f"DELETE FROM audit_event WHERE id > {spoilt.count - 2}")  # noqa: S608 (ours)
    assert faults == [
        f"The end is missing: the anchor knows event {spoilt.count}, the trail ends at event {spoilt.count - 2}."
    ]


def test_a_trail_that_was_emptied_is_missed(spoilt):
    assert "the trail ends at event 0" in spoilt("DELETE FROM audit_event")[0]


def test_an_older_copy_of_the_database_with_a_new_end_is_missed(spoilt):
    school = spoilt.school
    anchor = school.anchor.read_text(encoding="ascii")
    spoilt("DELETE FROM audit_event WHERE id = (SELECT MAX(id) FROM audit_event)")
    school.run("ask(school['teacher'], 'Another phone')")
    school.anchor.write_text(anchor, encoding="ascii")
    assert school.verify()[1] == [f"Event {spoilt.count} is not the one the anchor knows."]


def test_an_anchor_that_was_spoilt_is_a_fault_and_one_that_is_not_there_yet_is_none(spoilt):
    school = spoilt.school
    school.anchor.write_text("nothing", encoding="ascii")
    assert len(school.verify()[1]) == 1
    school.anchor.unlink()
    assert school.verify()[1] == []
    school.run("ask(school['teacher'], 'Another phone')")
    assert school.anchor.read_text(encoding="ascii").split()[0] == f"{spoilt.count + 1:019}"


# --- Killed, and crowded ------------------------------------------------------------------------------------

WITHOUT_END = """
from rules.decisions import deciding
number = 0
while True:
    number += 1
    exemption = ask(school["teacher"], f"Phone {sys.argv[1]} {number}")
    say("exemption", exemption)
    deciding.approve(school["head"], exemption, 1)
    say("decision", exemption)
"""
WHAT_IS_THERE = """
from models import AuditEvent, Decision, Exemption
for model, word in ((Exemption, "exemption"), (Decision, "decision")):
    for row in model.select():
        say(word, row.id if model is Exemption else row.exemption_id)
for row in AuditEvent.select().where(AuditEvent.record.is_null(False), AuditEvent.record.startswith("exemption")):
    say("told " + ("exemption" if row.event == "exemption-submitted" else "decision"), row.record.split(":")[1])
"""


def test_what_was_acknowledged_is_there_after_the_program_was_killed(own_school):
    """Acknowledged means on disk; and no change is there without its audit entry."""
    own_school.run()
    acknowledged = set()
    for number in range(6):
        process = own_school.start(WITHOUT_END, str(number))
        first = process.stdout.readline()
        assert first, process.stderr.read()
        time.sleep(random.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)
        lines = (first + rest).splitlines(keepends=True)
        acknowledged |= {line.strip() for line in lines if line.endswith("\n")}
        assert own_school.verify()[1] == []
    there = own_school.run(WHAT_IS_THERE)
    kept = {line for line in there if not line.startswith("told")}
    assert len(acknowledged) > 12
    assert acknowledged <= kept
    assert kept == {line.removeprefix("told ") for line in there if line.startswith("told")}
    assert len(there) == 2 * len(kept)


COUNT = "from models import AuditEvent\nsay(AuditEvent.select().count())"
MANY_WRITES = """
from rules.decisions import deciding
for number in range(60):
    exemption = ask(school["teacher"], f"Phone {sys.argv[1]} {number}")
    deciding.approve(school["head"], exemption, 1)
say("done")
"""


def test_two_processes_that_write_at_once_wait_for_each_other_and_the_chain_stays_whole(own_school):
    before = int(own_school.run(COUNT)[0])
    both = [own_school.start(MANY_WRITES, str(number)) for number in range(2)]
    for process in both:
        said, complaint = process.communicate(timeout=60)
        assert (said, complaint) == ("done\n", "")
    assert own_school.verify() == (before + 2 * 60 * 2, [])


def test_the_anchor_follows_every_committed_write_and_leads_none(own_school):
    own_school.run(
        """
from database import writing
from rules.audit import record as audit
def link():
    return audit.read_anchor()
before = link()
with writing():
    audit.record("signed-out")
    assert link() == before, "the anchor led"
assert link() == tuple(audit.LAST.one()), "the anchor did not follow"
try:
    with writing():
        audit.record("signed-out")
        1 / 0
except ZeroDivisionError:
    pass
assert link() == tuple(audit.LAST.one()), "the anchor knows what was undone"
"""
    )


def test_the_trail_and_the_change_are_one_transaction(cast, monkeypatch):
    before = events()
    monkeypatch.setattr(audit_record, "touch", lambda lists: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ask(cast.teacher)
    assert events() == before
    assert permissions.mine(cast.teacher) == []


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.name)
def test_an_event_counts_once_for_the_lists_that_show_it_and_for_no_others(cast, event):
    before = {lists: changes.touched(lists) for lists in (changes.LISTS, changes.LOCKERS)}
    with writing():
        record(event.name, actor=cast.head.id, **dict.fromkeys(event.fields, "x"))
    after = {lists: count + (lists == event.lists) for lists, count in before.items()}
    assert {lists: changes.touched(lists) for lists in before} == after


def test_signing_in_and_out_changes_no_list(cast):
    before = changes.touched()
    with writing():
        secret = sessions.begin(cast.teacher.id)
    sessions.sign_out(cast.teacher, secret)
    assert newest().event == "signed-out"
    assert changes.touched() == before


def test_the_moment_of_an_event_is_the_schools(school):
    with later(minutes=3), writing():
        record("signed-out")
        assert newest().at == clock.now()
