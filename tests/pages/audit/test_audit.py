"""The audit trail, for the headteacher and the DSL: sentences, filtered, never a reason."""

import pytest

from database import writing
from models import AuditEvent
from rules.audit import trail as audit_trail
from rules.audit.record import record
from rules.decisions import deciding
from rules.exemptions import permissions
from rules.exemptions import queries as exemption_queries
from tests.pages.conftest import EVERY_KIND, SECRET_REASON, secrets_of, told


def sentences(answer):
    """The lines of the trail."""
    return [line.all("span")[0].text for line in answer.page.all("li") if line.inside("ox-history")]


def events(count, **more):
    """Put many events on the trail."""
    with writing():
        for _ in range(count):
            record("signed-in", **more)


def test_a_request_and_its_decision_are_told_in_sentences_the_newest_first(sign_in_as, approved):
    approved(conditions="Quietly")
    told = sentences(sign_in_as("head").get("/audit"))
    assert told[:2] == [
        "Head Invented approved teaching-period use for Teacher Invented, with conditions.",
        "Teacher Invented asked for teaching-period use.",
    ]


def test_the_trail_never_tells_a_reason_a_password_or_a_token(sign_in_as, approved, cast, stranger):
    exemption = approved(conditions="Condition-4711")
    deciding.revoke(cast.head, exemption, 1, "Revoked-because-4712")
    stranger.post("/sign-in", {"username": "typed-name-4713", "password": "typed-password-4714"})
    for browser in (sign_in_as("head"), sign_in_as("dsl")):
        text = browser.get("/audit").text
        for never in (SECRET_REASON, "Condition-4711", "because-4712", "typed-name", "typed-password"):
            assert never not in text
    trail = str(list(AuditEvent.select().dicts()))
    assert not any(never in trail for never in (SECRET_REASON, "Condition-", "because-", "typed-"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event=exemption-approved", 1),
        ("event=exemption-submitted", 2),
        ("record=exemption:{exemption}", 2),
        ("record=exemption:999999", 0),
        ("person={finance}", 5),
        ("person={teacher}&event=exemption-submitted", 1),
        ("first=2026-11-23&last=2026-11-23", 3),
        ("first=24/11/2026", 0),
        ("last=22/11/2026&event=exemption-submitted", 0),
        ("first=0001-01-01&last=9999-12-31&event=exemption-submitted", 2),
    ],
)
def test_the_trail_narrows_down(sign_in_as, approved, ask, ids, query, found):
    exemption = approved()
    ask("finance")
    start = AuditEvent.select().count()
    answer = sign_in_as("dsl").get("/audit?" + query.format(exemption=exemption, **vars(ids)))
    assert answer.status == 200
    if query == "person={finance}":
        assert all("Finance" in line for line in sentences(answer))
    else:
        assert len(sentences(answer)) == found
    assert AuditEvent.select().count() == start


def test_the_filter_stays_in_its_fields(sign_in_as, ids):
    page = (
        sign_in_as("head")
        .get(f"/audit?person={ids.teacher}&event=refused&first=2026-11-01&last=30/11/2026&record=exemption:7")
        .page
    )
    assert page.value("person") == str(ids.teacher)
    assert page.value("event") == "refused"
    assert (page.value("first"), page.value("last"), page.value("record")) == (
        "2026-11-01",
        "30/11/2026",
        "exemption:7",
    )


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("person", "999999", "Choose somebody from the list"),
        ("person", "٣", "Choose somebody from the list"),
        ("person", "1 OR 1=1", "Choose somebody from the list"),
        ("event", "nothing", "Choose one from the list"),
        ("first", "x", "Write the day like this"),
        ("last", "31/02/2026", "Write the day like this"),
        ("record", "exemption", "Write a record like this"),
        ("record", "exemption:0", "Write a record like this"),
        ("record", "' OR 1=1 --", "Write a record like this"),
        ("record", "exemption:" + "9" * 30, "Write a record like this"),
    ],
)
def test_a_filter_that_will_not_do_is_said_at_its_field(sign_in_as, field, typed, words):
    answer = sign_in_as("head").get("/audit", query_string={field: typed})
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert sentences(answer) == []


def test_a_long_trail_comes_in_pages_and_keeps_its_filter(sign_in_as, cast):
    events(120, actor=cast.teacher.id)
    head = sign_in_as("head")
    answer, seen = head.get(f"/audit?event=signed-in&person={cast.teacher.id}"), []
    while True:
        seen += sentences(answer)
        older = answer.page.links.get("Show older events")
        if older is None:
            break
        assert "event=signed-in" in older
        answer = head.get(older)
    assert len(seen) == 120


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 18, "9" * 19, "٣", ""])
def test_a_page_that_there_is_not_is_answered(sign_in_as, before):
    assert sign_in_as("head").get("/audit", query_string={"before": before}).status == 200


def test_the_trail_asks_the_database_as_often_with_many_events_as_with_few(sign_in_as, cast, queries):
    head = sign_in_as("head")
    before = len(queries(lambda: head.get("/audit")))
    events(60, actor=cast.teacher.id, person=cast.head.id)
    assert len(queries(lambda: head.get("/audit"))) == before <= 7


@pytest.mark.parametrize("who", ["office", "deputy", "deputy_dsl", "teacher", "director", "governor"])
def test_nobody_else_reads_the_trail(sign_in_as, who):
    assert sign_in_as(who).get("/audit").status == 403


def test_a_refusal_is_on_the_trail_with_the_page_and_nothing_typed(sign_in_as):
    sign_in_as("teacher").get("/people?name=typed-4711")
    told = sentences(sign_in_as("head").get("/audit"))
    assert told[0] == "Teacher Invented was refused: people people."


def test_reading_the_trail_leaves_it_as_it_was(sign_in_as, ask):
    ask()
    head = sign_in_as("head")
    count, _ = audit_trail.verify()
    for _ in range(3):
        head.get("/audit")
    assert AuditEvent.select().count() == count


def test_a_name_that_looks_like_html_or_a_template_is_told_as_text(sign_in_as, a_person, approved):
    from enums import Role

    person = a_person("markup", Role.STAFF_DIRECT, name="<b>{{7*7}}</b> {actor}")
    approved(person)
    told = sentences(sign_in_as("head").get("/audit"))
    assert told[1] == "<b>{{7*7}}</b> {actor} asked for teaching-period use."
    assert permissions.mine(person)


# --- Every kind ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_life_of_each_kind_is_told_in_sentences_without_a_reason(sign_in_as, permitted, cast, kind):
    exemption = permitted(kind)
    view = exemption_queries.find(exemption)
    whose = view.people.host or view.name  # the trail names no visitor, but their host
    deciding.revoke(cast.head, exemption, view.revision, "Revoked-because-4712")
    for who in ("head", "dsl"):
        answer = sign_in_as(who).get(f"/audit?record=exemption:{exemption}")
        lines = sentences(answer)
        assert any(f"asked for {view.kind.name}" in line for line in lines)
        assert any(line.startswith(f"Head Invented revoked {view.kind.name} for {whose}") for line in lines)
        for prerequisite in view.kind.prerequisites:
            assert any(f"completed “{prerequisite.title}”" in line for line in lines)
        if view.kind.agreement:
            signers = ("Pupil Invented", "Parent Invented")
            assert {f"{name} signed version 1 of the agreement about {view.kind.name}." for name in signers} <= set(
                lines
            )
        assert told(answer, kind) == []
        assert "because-4712" not in answer.text
    payloads = str([row["payload"] for row in AuditEvent.select().dicts()])
    assert not any(secret in payloads for secret in secrets_of(kind))
    assert audit_trail.verify()[1] == []


def test_a_look_at_what_is_confidential_is_told_as_a_sentence(sign_in_as, ask):
    exemption = ask(None, "known-family")
    sign_in_as("dsl").get(f"/exemptions/{exemption}")
    told_of = sentences(sign_in_as("head").get("/audit?event=confidential-read"))
    assert told_of == ["Dsl Invented read the pre-existing relationship of Teacher Invented."]
