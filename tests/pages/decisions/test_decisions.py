"""Deciding: one click, never one's own, never twice, never without what is needed."""

import datetime as dt

import pytest

from database import db
from enums import ExemptionState, Role
from models import AuditEvent, Decision, Guardian, Person
from rules.agreements import agreements
from rules.agreements.terms import Terms
from rules.core import clock, config
from rules.decisions import deciding
from rules.exemptions import lifecycle
from rules.people import delegation
from tests.conftest import ASKERS, a_request
from tests.pages.conftest import EVERY_KIND, KINDS, OPEN_KINDS, SECRET_REASON, newest_agreement, secrets_of, told
from tests.support import exemptions

WORDED = ("decline", "return", "revoke")


def decide(browser, action, exemption, revision=1, text=None, piece=False, **more):
    """Press one of the buttons of a row."""
    fields = {"revision": str(revision), **({} if text is None else {"text": text}), **more}
    return browser.post(f"/decisions/{exemption}/{action}", fields, piece)


def row_of(answer, exemption, prefix="request"):
    """The row of a request on the page."""
    return answer.page.by_id(f"{prefix}-{exemption}")


def buttons(row):
    """The words of the buttons of a row."""
    return [button.text.partition(":")[0] for button in row.all("button")]


# --- The queue ----------------------------------------------------------------------------------------------


def test_the_headteacher_reads_everything_needed_and_may_press_approve(sign_in_as, ask):
    exemption = ask()
    row = row_of(sign_in_as("head").get("/decisions"), exemption)
    for said in (
        "Teacher Invented",
        "teacher team",
        "teaching-period use",
        "4.3",
        "Monday 23 November 2026",
        "9am to 3pm",
    ):
        assert said in row.text
    assert SECRET_REASON in row.text
    assert buttons(row) == ["Approve", "Approve with conditions", "Decline", "Return"]
    assert all(button["disabled"] is None for button in row.all("button"))


def test_the_soonest_is_first(sign_in_as, ask):
    later = ask(starts_on=dt.date(2026, 11, 30), ends_on=dt.date(2026, 11, 30))
    noon = ask("assistant", starts_at=dt.time(12, 0))
    morning = ask("finance")
    page = sign_in_as("head").get("/decisions").page
    assert [each["id"] for each in page.all("li") if (each["id"] or "").startswith("request-")] == [
        f"request-{key}" for key in (morning, noon, later)
    ]


@pytest.mark.parametrize(
    ("who", "kind", "sees"),
    [
        ("head", "teaching-period", True),
        ("deputy", "teaching-period", True),
        ("assistant_head", "school-device", True),
        ("deputy", "remote-learning", False),
        ("head", "remote-learning", True),
        ("director", "teaching-period", False),
        ("director", "remote-learning", False),
    ],
)
def test_everybody_sees_only_what_they_decide(sign_in_as, ask, who, kind, sees):
    exemption = ask("teacher", kind)
    browser = sign_in_as(who)
    assert (row_of(browser.get("/decisions"), exemption) is not None) is sees
    assert decide(browser, "approve", exemption).status == (303 if sees else 404)


def test_a_request_without_its_risk_assessment_has_a_disabled_button_and_the_reason_beside_it(sign_in_as, ask, stored):
    exemption = ask("teacher", "remote-learning", done=False)
    head = sign_in_as("head")
    row = row_of(head.get("/decisions"), exemption)
    button = next(each for each in row.all("button") if each.text.startswith("Approve"))
    assert button["disabled"] is not None
    described = head.get("/decisions").page.by_id(button["aria-describedby"])
    assert "Risk assessment is missing (clause 4.7)" in described.text
    assert "Approve with conditions" not in buttons(row)
    for piece in (False, True):
        answer = decide(head, "approve", exemption, piece=piece)
        assert answer.status == 409
        assert "Risk assessment is missing (clause 4.7)" in answer.words
    assert stored(exemption).state is ExemptionState.SUBMITTED


def test_a_request_whose_time_is_over_today_cannot_be_approved_and_can_be_returned(sign_in_as, ask, later):
    exemption = ask()
    with later(days=1, hours=5):
        head = sign_in_as("head")
        assert "Its time has passed" in head.get("/decisions").words
        assert decide(head, "approve", exemption).status == 409
        assert decide(head, "return", exemption, text="New days, please").status == 303


@pytest.mark.parametrize("piece", [False, True])
def test_a_request_that_nobody_decided_in_time_is_out_of_the_queue_and_its_asker_is_told(
    sign_in_as, ask, later, stored, piece
):
    exemption = ask()
    with later(days=2):
        head, teacher = sign_in_as("head"), sign_in_as("teacher")
        page = head.get("/decisions").page
        assert f"request-{exemption}" not in page.ids
        assert "Nothing waits for your decision" in page.text
        for action in ("approve", "return"):
            answer = decide(head, action, exemption, text="New days, please", piece=piece)
            assert answer.status == 409
            assert "Its days have passed, so there is nothing left to decide." in answer.words
        assert stored(exemption).state is ExemptionState.SUBMITTED
        for where in ("/", "/exemptions", f"/exemptions/{exemption}"):
            told = teacher.get(where).page
            assert "Lapsed" in told.text
            assert "before its days had passed" in told.text
            assert f"?again={exemption}" in " ".join(told.links.values())


def test_two_requests_for_the_same_device_and_time_are_not_both_approved(sign_in_as, ask):
    first, second = ask(), ask()
    head = sign_in_as("head")
    assert decide(head, "approve", first).status == 303
    assert "already has permission" in row_of(head.get("/decisions"), second).text
    assert decide(head, "approve", second).status == 409


# --- Deciding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "text", "state", "event"),
    [
        ("approve", None, ExemptionState.APPROVED, "exemption-approved"),
        ("approve", "", ExemptionState.APPROVED, "exemption-approved"),
        ("approve", "Only in the office", ExemptionState.APPROVED, "exemption-approved-with-conditions"),
        ("decline", "Not in lessons", ExemptionState.DECLINED, "exemption-declined"),
        ("return", "Which days?", ExemptionState.RETURNED, "exemption-returned"),
    ],
)
def test_a_decision_is_kept_told_and_recorded(sign_in_as, cast, ask, stored, action, text, state, event):
    exemption = ask()
    head = sign_in_as("head")
    answer = decide(head, action, exemption, text=text)
    assert (answer.status, answer.location) == (303, "/decisions/")
    assert "Teacher Invented, teaching-period use." in head.get("/decisions").words
    assert stored(exemption).state is state
    (decided,) = Decision.select().where(Decision.exemption == exemption)
    assert (decided.decided_by_id, decided.decided_at, decided.text) == (cast.head.id, clock.now(), text or "")
    assert AuditEvent.select().order_by(AuditEvent.id.desc()).get().event == event
    words = sign_in_as("teacher").get(f"/exemptions/{exemption}").words
    assert f"{state.value.capitalize()} by Head Invented at 10am on Monday 23 November 2026" in words
    assert (text or "") in words


def test_with_javascript_the_row_is_answered_by_its_outcome_and_the_count_goes_down(sign_in_as, ask):
    exemption, _ = ask(), ask("assistant")
    head = sign_in_as("head")
    assert head.get("/decisions").page.by_id("waiting-count").text == "2 waiting"
    answer = decide(head, "approve", exemption, piece=True)
    assert answer.status == 200
    assert not answer.whole
    assert row_of(answer, exemption).text.startswith("Approved by Head Invented at 10am")
    (count,) = answer.page.all("hx-partial")
    assert count["hx-target"] == "#waiting-count"
    assert answer.page.by_id("waiting-count").text == "1 waiting"
    assert head.get("/decisions").page.by_id("waiting-count").text == "1 waiting"


def test_each_form_of_a_row_works_without_javascript(sign_in_as, ask):
    exemption = ask()
    head = sign_in_as("head")
    row = row_of(head.get("/decisions"), exemption)
    for form in row.all("form"):
        assert form["action"] == form["hx-post"]
        assert form["method"] == "post"
        assert form["hx-target"] == f"#request-{exemption}"


def test_the_outcome_of_the_last_one_shows_no_number(sign_in_as, ask):
    answer = decide(sign_in_as("head"), "approve", ask(), piece=True)
    assert answer.page.by_id("waiting-count").text == ""


@pytest.mark.parametrize("action", WORDED)
@pytest.mark.parametrize("text", [None, "", "   ", "\r\n", "x" * 1001, "\u202egnirts", "a\x00b"])
@pytest.mark.parametrize("piece", [False, True])
def test_declining_returning_and_revoking_need_a_fit_reason(sign_in_as, ask, approved, stored, action, text, piece):
    exemption = approved() if action == "revoke" else ask()
    before = stored(exemption)
    answer = decide(sign_in_as("head"), action, exemption, text=text, piece=piece)
    assert answer.status == 422
    assert answer.whole is not piece
    field = answer.page.by_id(f"{action}-{exemption}")
    assert answer.page.by_id(f"{action}-{exemption}-error").text.startswith("Error:")
    assert f"{action}-{exemption}-error" in field["aria-describedby"]
    typed = "".join(part for part in field.parts if isinstance(part, str))
    assert typed.strip() == (text or "").replace("\x00", "\ufffd").strip() or "\x00" in (text or "")
    opened = [each for each in answer.page.all("details") if each["open"] is not None]
    assert len(opened) == 1, "the part with the mistake is open"
    assert stored(exemption) == before


@pytest.mark.parametrize("piece", [False, True])
def test_conditions_that_are_too_long_are_said_at_their_field_and_kept(sign_in_as, ask, stored, piece):
    exemption = ask()
    answer = decide(sign_in_as("head"), "approve", exemption, text="c" * 1001, piece=piece)
    assert answer.status == 422
    assert "1,000 characters or fewer" in answer.page.by_id(f"conditions-{exemption}-error").text
    assert answer.page.by_id(f"conditions-{exemption}").text == "c" * 1001
    assert stored(exemption).state is ExemptionState.SUBMITTED


@pytest.mark.parametrize("piece", [False, True])
def test_the_wrong_revoke_answers_with_the_row_of_the_approved_one(sign_in_as, approved, piece):
    exemption = approved()
    answer = decide(sign_in_as("head"), "revoke", exemption, text="", piece=piece)
    row = row_of(answer, exemption, "approved")
    assert buttons(row) == ["Revoke"]
    assert "Say why you revoke it" in row.text


def test_revoking_ends_a_permission_at_once(sign_in_as, approved, stored):
    exemption = approved()
    assert decide(sign_in_as("head"), "revoke", exemption, text="It rang in class").status == 303
    assert not stored(exemption).in_force
    assert "Stopped at 10am" in sign_in_as("office").get("/today").words
    assert "It rang in class" in sign_in_as("teacher").get(f"/exemptions/{exemption}").words


def test_what_is_over_cannot_be_revoked(sign_in_as, approved, later):
    exemption = approved()
    with later(days=2):
        head = sign_in_as("head")
        assert row_of(head.get("/decisions"), exemption, "approved") is None
        for text in ("", "Late"):
            for piece in (False, True):
                answer = decide(head, "revoke", exemption, text=text, piece=piece)
                assert answer.status == 409
                assert "Nothing was changed by your click" in answer.words


# --- Not oneself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["approve", *WORDED])
@pytest.mark.parametrize("piece", [False, True])
def test_nobody_decides_their_own_request(sign_in_as, ask, stored, action, piece):
    exemption = ask("deputy")
    deputy = sign_in_as("deputy")
    assert row_of(deputy.get("/decisions"), exemption) is None
    assert "Decide" not in deputy.get(f"/exemptions/{exemption}").page.links
    answer = decide(deputy, action, exemption, text="Because", piece=piece)
    assert answer.status == 403
    assert "You cannot decide your own request" in answer.words
    assert stored(exemption).state is ExemptionState.SUBMITTED
    assert AuditEvent.select().order_by(AuditEvent.id.desc()).get().event == "refused"


def test_nobody_revokes_their_own_permission_but_gives_it_up(sign_in_as, approved, stored):
    exemption = approved("deputy")
    assert decide(sign_in_as("deputy"), "revoke", exemption, text="Mine").status == 403
    assert stored(exemption).state is ExemptionState.APPROVED


def test_the_headteachers_own_request_goes_to_the_director_alone(sign_in_as, ask, stored):
    exemption = ask("head")
    for who, status in (("head", 403), ("deputy", 404), ("assistant_head", 404)):
        browser = sign_in_as(who)
        assert row_of(browser.get("/decisions"), exemption) is None
        assert decide(browser, "approve", exemption).status == status
    director = sign_in_as("director")
    assert row_of(director.get("/decisions"), exemption) is not None
    assert decide(director, "approve", exemption).status == 303
    assert stored(exemption).decision.approved_by == "Director Invented"


def test_a_delegate_does_not_decide_for_the_headteacher_about_the_headteacher(sign_in_as, ask, cast):
    exemption = ask("head")
    delegation.give(cast.head, cast.deputy.id, clock.today(), clock.today())
    assert decide(sign_in_as("deputy"), "approve", exemption).status == 404


@pytest.mark.parametrize("who", ["teacher", "office", "dsl", "pupil", "parent", "governor", "volunteer"])
def test_who_does_not_decide_is_refused_whatever_they_post(sign_in_as, ask, stored, who):
    exemption = ask("assistant")
    browser = sign_in_as(who)
    for action in ("approve", *WORDED):
        assert decide(browser, action, exemption, text="x").status == 403
    assert browser.get("/decisions").status == 403
    assert stored(exemption).state is ExemptionState.SUBMITTED


# --- Not twice ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["approve", "decline", "return"])
@pytest.mark.parametrize("text", ["", "My reason"])
@pytest.mark.parametrize("piece", [False, True])
def test_who_comes_second_changes_nothing_and_is_told_who_decided_and_when(
    sign_in_as, cast, ask, stored, later, action, text, piece
):
    exemption = ask()
    second = sign_in_as("deputy")
    second.get("/decisions")
    deciding.decline(cast.head, exemption, 1, "Not in lessons")
    before = stored(exemption)
    with later(minutes=5):
        answer = decide(second, action, exemption, text=text, piece=piece)
    assert answer.status == 409
    assert answer.whole is not piece
    assert "Declined by Head Invented at 10am on Monday 23 November 2026" in answer.words
    assert "Somebody was there first. Nothing was changed by your click." in answer.words
    assert stored(exemption) == before
    assert Decision.select().count() == 1


@pytest.mark.parametrize("piece", [False, True])
def test_who_comes_second_to_an_approval_is_told_too(sign_in_as, cast, approved, piece):
    exemption = approved()
    answer = decide(sign_in_as("deputy"), "approve", exemption, piece=piece)
    assert answer.status == 409
    assert "Approved by Head Invented at 10am on Monday 23 November 2026" in answer.words
    assert "Somebody was there first" in answer.words


def test_a_double_click_on_approve_decides_once(sign_in_as, ask):
    exemption = ask()
    head = sign_in_as("head")
    assert [decide(head, "approve", exemption, piece=True).status for _ in range(2)] == [200, 409]
    assert Decision.select().count() == 1


@pytest.mark.parametrize("action", ["approve", "decline", "return"])
@pytest.mark.parametrize("piece", [False, True])
def test_a_request_changed_meanwhile_is_shown_again_before_it_is_decided(sign_in_as, cast, ask, stored, action, piece):
    exemption = ask()
    head = sign_in_as("head")
    head.get("/decisions")
    lifecycle.change(cast.teacher, exemption, 1, a_request(reason="Quite another reason"))
    answer = decide(head, action, exemption, 1, text="x", piece=piece)
    assert answer.status == 409
    assert "It was changed after you opened this page" in answer.words
    assert "Quite another reason" in row_of(answer, exemption).text
    assert next(each["value"] for each in row_of(answer, exemption).all("input") if each["name"] == "revision") == "2"
    assert stored(exemption).state is ExemptionState.SUBMITTED


@pytest.mark.parametrize("state", ["declined", "returned", "withdrawn", "revoked"])
def test_no_step_leads_out_of_an_end(sign_in_as, cast, ask, approved, stored, state):
    exemption = approved() if state == "revoked" else ask()
    if state == "declined":
        deciding.decline(cast.head, exemption, 1, "x")
    elif state == "returned":
        deciding.return_to_asker(cast.head, exemption, 1, "x")
    elif state == "withdrawn":
        lifecycle.withdraw(cast.teacher, exemption)
    else:
        deciding.revoke(cast.head, exemption, 1, "x")
    head = sign_in_as("head")
    for action in ("approve", *WORDED):
        assert decide(head, action, exemption, text="x").status == 409
    assert stored(exemption).state.value == state


@pytest.mark.parametrize(
    "field", ["decided_by", "state", "decided_at", "verdict", "for_person", "conditions", "approved_by"]
)
def test_who_decides_when_and_what_is_never_read_from_the_form(sign_in_as, ask, stored, field):
    exemption = ask()
    answer = decide(sign_in_as("head"), "approve", exemption, **{field: "1"})
    assert answer.status == 400
    assert stored(exemption).state is ExemptionState.SUBMITTED


def test_a_verdict_that_there_is_not_leads_nowhere(sign_in_as, ask):
    assert decide(sign_in_as("head"), "sign", ask()).status == 404


def test_opening_an_address_of_a_decision_decides_nothing(sign_in_as, ask):
    assert sign_in_as("head").get(f"/decisions/{ask()}/approve?revision=1").status == 405


# --- The open queue -----------------------------------------------------------------------------------------


def poll_of(browser):
    """The address an open queue asks."""
    return browser.get("/decisions").page.by_id("news")["hx-get"]


def test_an_open_queue_hears_nothing_until_something_new_waits(sign_in_as, ask):
    ask()
    head = sign_in_as("head")
    poll = poll_of(head)
    assert head.get(poll, piece=True).status == 204
    ask("assistant")
    news = head.get(poll, piece=True)
    assert news.status == 200
    assert "1 request is new or changed" in news.words
    assert news.page.links["Show the new list"] == "/decisions"


def test_an_open_queue_hears_of_a_change(sign_in_as, ask, cast):
    exemption = ask()
    head = sign_in_as("head")
    poll = poll_of(head)
    lifecycle.change(cast.teacher, exemption, 1, a_request(device="Another"))
    assert "1 request is new or changed" in head.get(poll, piece=True).words


def test_an_open_queue_is_not_troubled_by_what_others_have_decided(sign_in_as, ask, cast):
    exemption = ask()
    head = sign_in_as("head")
    poll = poll_of(head)
    deciding.decline(cast.deputy, exemption, 1, "x")
    assert head.get(poll, piece=True).status == 204


@pytest.mark.parametrize("query", ["", "?seen=x", "?seen=&shown=", "?shown=1.1,2.2," + "9" * 5000, "?seen=1&seen=2"])
def test_an_open_queue_asked_nonsense_still_answers(sign_in_as, ask, query):
    ask()
    assert sign_in_as("head").get(f"/decisions/changes{query}", piece=True).status in {200, 204}


def test_the_queue_asks_the_database_as_often_with_many_rows_as_with_one(sign_in_as, ask, approved, queries):
    head = sign_in_as("head")
    ask("finance", "remote-learning"), ask("office", "school-device", done=False), ask(), approved(device="first")
    before = len(queries(lambda: head.get("/decisions")))
    for number in range(10):
        ask("finance", "remote-learning", device=f"r{number}"), ask(device=f"t{number}"), approved(device=f"a{number}")
        ask("office", "school-device", done=False, device=f"s{number}")
    assert len(queries(lambda: head.get("/decisions"))) == before <= 12


# --- Every kind ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", OPEN_KINDS)
def test_the_row_of_each_kind_holds_all_that_is_decided_on(sign_in_as, ask, kind):
    exemption = ask(None, kind)
    row = row_of(sign_in_as("head").get("/decisions"), exemption)
    for said in (*secrets_of(kind), KINDS[kind].clause, "9am to 3pm", "My own phone, blue case"):
        assert said in row.text, said
    assert next(button for button in row.all("button") if button.text.startswith("Approve"))["disabled"] is None
    assert (f"/agreements/for/{exemption}" in {link["href"] for link in row.all("a")}) is KINDS[kind].agreement


@pytest.mark.parametrize("kind", OPEN_KINDS)
@pytest.mark.parametrize("piece", [False, True])
def test_each_kind_is_approved_with_one_click(sign_in_as, ask, stored, kind, piece):
    exemption = ask(None, kind)
    answer = decide(sign_in_as("head"), "approve", exemption, exemptions.revision(exemption), piece=piece)
    assert answer.status == (200 if piece else 303)
    assert stored(exemption).state is ExemptionState.APPROVED
    if piece:
        assert ("It is in force once it is signed." in answer.words) is KINDS[kind].agreement
    standing = "awaiting signature" if KINDS[kind].agreement else "approved" if KINDS[kind].session else "in force"
    assert stored(exemption).status == standing


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if KINDS[kind].prerequisites])
def test_no_kind_is_approved_before_all_it_needs_is_there(sign_in_as, ask, stored, kind):
    exemption, head = ask(None, kind, done=False), sign_in_as("head")
    page = head.get(f"/decisions/request/{exemption}")
    row = row_of(page, exemption)
    for prerequisite in KINDS[kind].prerequisites:
        assert f"{prerequisite.title} is missing (clause {prerequisite.clause})" in row.text
    for piece in (False, True):
        answer = decide(head, "approve", exemption, exemptions.revision(exemption), text="x", piece=piece)
        assert answer.status == 409
        assert "It cannot be approved yet." in answer.words
    assert stored(exemption).state is ExemptionState.SUBMITTED


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("action", ["approve", *WORDED])
def test_the_asker_of_no_kind_decides_it(sign_in_as, ask, approved, stored, kind, action):
    asker = ASKERS[kind] if kind == "parent-contact" else "deputy"
    exemption = (approved if action == "revoke" else ask)(asker, kind)
    before = stored(exemption)
    answer = decide(sign_in_as(asker), action, exemption, exemptions.revision(exemption), text="x")
    assert answer.status == 403
    assert stored(exemption) == before


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_no_kind_is_decided_twice_and_the_second_is_told_who_did(sign_in_as, ask, cast, kind):
    exemption = ask(None, kind)
    deciding.decline(cast.head, exemption, exemptions.revision(exemption), "No")
    for action in ("approve", "decline", "return"):
        answer = decide(sign_in_as("head"), action, exemption, exemptions.revision(exemption), text="x", piece=True)
        assert answer.status == 409
        assert "Declined by Head Invented at 10am on Monday 23 November 2026" in answer.words
    assert Decision.select().count() == 1


@pytest.mark.parametrize("kind", ["exceptional-access", "parent-contact"])
def test_a_headteacher_who_is_a_parent_of_the_pupil_does_not_decide_and_the_director_does(sign_in_as, ask, cast, kind):
    link = {"child": cast.pupil.id, "parent": cast.head.id, "relation": "father", "access": "sees"}
    Guardian.insert(**link, given_at=clock.now()).execute()
    exemption = ask(None, kind)
    assert row_of(sign_in_as("head").get("/decisions"), exemption) is None
    assert decide(sign_in_as("head"), "approve", exemption, exemptions.revision(exemption)).status == 403
    assert row_of(sign_in_as("director").get("/decisions"), exemption) is not None
    assert decide(sign_in_as("director"), "approve", exemption, exemptions.revision(exemption)).status == 303


def test_an_arrangement_must_be_written_down_to_approve_it(sign_in_as, ask, stored):
    exemption, head = ask(None, "known-family"), sign_in_as("head")
    row = row_of(head.get(f"/decisions/request/{exemption}"), exemption)
    assert "Approve" in buttons(row)
    assert f"conditions-{exemption}" in {each["id"] for each in row.all("textarea")}
    revision = exemptions.revision(exemption)
    for piece in (False, True):
        answer = decide(head, "approve", exemption, revision, text=" ", piece=piece)
        assert answer.status == 422
        assert "Write what is arranged" in answer.page.by_id(f"conditions-{exemption}-error").text
    assert stored(exemption).state is ExemptionState.SUBMITTED
    assert decide(head, "approve", exemption, revision, text="They meet at football only.").status == 303
    words = sign_in_as("teacher").get(f"/exemptions/{exemption}").words
    assert "What is arranged: They meet at football only." in words


def test_a_request_alone_is_decided_there_and_a_decided_one_leads_on(sign_in_as, ask):
    exemption, head = ask(), sign_in_as("head")
    row = row_of(head.get(f"/decisions/request/{exemption}"), exemption)
    assert buttons(row) == ["Approve", "Approve with conditions", "Decline", "Return"]
    decide(head, "decline", exemption, text="No")
    answer = head.get(f"/decisions/request/{exemption}")
    assert (answer.status, answer.location) == (303, f"/exemptions/{exemption}")
    for who, status in (("deputy", 303), ("director", 404), ("teacher", 403), ("office", 403)):
        assert sign_in_as(who).get(f"/decisions/request/{exemption}").status == status


# --- The receipt --------------------------------------------------------------------------------------------


def receipt_of(exemption):
    """The address of the newest decision on an exemption."""
    newest = Decision.select().where(Decision.exemption == exemption).order_by(Decision.id.desc()).get()
    return f"/decisions/{newest.id}"


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_receipt_shows_exactly_what_was_decided_on_whatever_has_changed_since(
    sign_in_as, approved, stored, cast, kind
):
    exemption = approved(None, kind, conditions="In the nurse’s room")
    before = sign_in_as("head").get(receipt_of(exemption)).page.one("main").text
    where = receipt_of(exemption)
    for said in (*secrets_of(kind), "My own phone, blue case", "In the nurse’s room", "Approved by Head Invented"):
        assert said in before, said
    view = stored(exemption)
    asker = exemptions.who(ASKERS[kind])
    lifecycle.change(asker, exemption, view.revision, exemptions.fitting(view.kind, device="Other", reason="Other why"))
    Person.update(name="Renamed", team="Elsewhere").where(Person.id == cast.pupil.id).execute()
    assert sign_in_as("head").get(where).page.one("main").text == before
    fingerprint = Decision.get_by_id(int(where.rpartition("/")[2])).frozen_digest
    assert fingerprint in before
    assert "What you see here still has this fingerprint." in before


@pytest.mark.parametrize("kind", ["exceptional-access", "parent-contact"])
def test_a_receipt_holds_the_agreement_as_it_was_issued(sign_in_as, approved, cast, kind):
    exemption = approved(None, kind)
    terms = newest_agreement(exemption).terms
    agreements.issue_anew(cast.head, exemption, 1, Terms("Quite another.", "Quite another sanction."))
    words = sign_in_as("head").get(receipt_of(exemption)).words
    for line in (*terms.expectations.splitlines(), *terms.sanctions.splitlines()):
        assert line in words
    assert "Quite another" not in words


def test_a_receipt_that_was_tampered_with_says_so(sign_in_as, approved):
    exemption = approved()
    db.execute_sql("DROP TRIGGER decision_no_update")
    db.execute_sql("UPDATE decision SET frozen = replace(frozen, 'blue case', 'red case')")
    words = sign_in_as("head").get(receipt_of(exemption)).words
    assert "does not have this fingerprint any more" in words
    assert "red case" in words


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_receipt_is_for_who_may_read_the_reason_and_does_not_exist_for_others(sign_in_as, approved, cast, kind):
    exemption = approved(None, kind)
    where, readers = receipt_of(exemption), {"head", ASKERS[kind]}
    readers |= {"deputy", "assistant_head"} if Role.SLT in KINDS[kind].deciders else set()
    readers |= {"dsl"} if kind == "known-family" else set()
    for who in vars(cast):
        answer = sign_in_as(who).get(where)
        assert answer.status == (200 if who in readers else 404), who
        assert bool(told(answer, kind)) is (who in readers), who


def test_the_queue_of_every_kind_asks_the_database_as_often_with_many_rows(sign_in_as, ask, approved, queries):
    head = sign_in_as("head")
    for kind in EVERY_KIND:
        ask(None, kind, device=f"{kind} 1"), approved(None, kind, device=f"{kind} 2")
    before = len(queries(lambda: head.get("/decisions")))
    with config.using(config.current()._replace(open_requests=1000)):
        for number in range(4):
            for kind in EVERY_KIND:
                ask(None, kind, device=f"{kind} w{number}"), approved(None, kind, device=f"{kind} a{number}")
    assert len(queries(lambda: head.get("/decisions"))) == before <= 12


def test_the_page_of_one_exemption_of_any_kind_takes_a_fixed_number_of_queries(sign_in_as, permitted, queries, cast):
    head = sign_in_as("head")
    for kind in OPEN_KINDS:
        exemption = permitted(kind, device=kind)
        before = len(queries(lambda e=exemption: head.get(f"/exemptions/{e}")))
        for version in range(1, 6) if KINDS[kind].agreement else ():
            agreements.issue_anew(cast.head, exemption, version, Terms("Another.", "Another."))
        after = len(queries(lambda e=exemption: head.get(f"/exemptions/{e}")))
        # An agreement without signatures is read with as many queries as one with them.
        assert after == before <= 13, kind


def test_a_request_about_somebody_who_has_left_is_refused_with_the_reason(sign_in_as, ask):
    exemption = ask("teacher")
    head = sign_in_as("head")
    Person.update(active=False).where(Person.username == "teacher").execute()
    answer = decide(head, "approve", exemption)
    assert answer.status == 409
    assert "no longer at the school" in answer.page.text
    assert Decision.select().count() == 0
