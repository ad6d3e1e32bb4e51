"""My page: what binds me, what waits for me, what I asked for."""

import datetime as dt

import pytest

from rules import cases, clock, decisions, delegation, exemptions, obligations
from rules.roles import permissions_of

from .conftest import SECRET_REASON


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("head", ["My page", "My exemptions", "Decisions", "Today", "People", "Audit", "Policy"]),
        ("deputy", ["My page", "My exemptions", "Decisions", "Today", "Policy"]),
        ("dsl", ["My page", "My exemptions", "Today", "Audit", "Policy"]),
        ("office", ["My page", "My exemptions", "Today", "People", "Policy"]),
        ("teacher", ["My page", "My exemptions", "Policy"]),
        ("finance", ["My page", "My exemptions", "Policy"]),
        ("director", ["My page", "Decisions", "Policy"]),
        ("pupil", ["My page", "Policy"]),
        ("parent", ["My page", "Policy"]),
        ("governor", ["My page", "Policy"]),
        ("volunteer", ["My page", "Policy"]),
    ],
)
def test_everybody_sees_the_links_of_their_roles(sign_in_as, who, links):
    page = sign_in_as(who).get("/").page
    (nav,) = [each for each in page.all("nav") if each["aria-label"] == "Pages"]
    assert [link.text for link in nav.all("a")] == links


@pytest.mark.parametrize(
    "who",
    ["head", "deputy", "dsl", "office", "teacher", "finance", "pupil", "parent", "governor", "director", "volunteer"],
)
def test_everybody_reads_what_binds_them_with_its_clauses_and_nothing_else(sign_in_as, cast, who):
    roles = getattr(cast, who).roles
    duties = obligations.duties_of(obligations.policy_in_force().version, roles)
    page = sign_in_as(who).get("/").page
    (lists) = [each for each in page.all("ul") if "ox-obligations" in each.classes]
    shown = [line.all("span")[0].text for each in lists for line in each.all("li")]
    assert sorted(shown) == sorted(" ".join(duty.says.split()) for duty in duties)
    for line in [line for each in lists for line in each.all("li")]:
        clauses = [link["href"] for link in line.all("a")]
        assert clauses, line.text
        assert all(clause.startswith("/policy#clause-") for clause in clauses)


def test_each_clause_on_my_page_leads_to_its_place_in_the_policy(sign_in_as):
    teacher = sign_in_as("teacher")
    links = [link["href"] for link in teacher.get("/").page.all("a") if "ox-clause" in link.classes]
    there = teacher.get("/policy").page.ids
    assert {link.partition("#")[2] for link in links} <= set(there)


def test_staff_are_offered_the_form_beside_the_duty_and_pupils_are_not(sign_in_as):
    assert "/exemptions/new/teaching-period" in sign_in_as("teacher").get("/").page.links.values()
    assert not any("/exemptions" in link for link in sign_in_as("pupil").get("/").page.links.values())


def test_the_headteacher_sees_how_many_requests_wait(sign_in_as, ask):
    head = sign_in_as("head")
    assert head.get("/").page.by_id("waiting-count").text == ""
    ask()
    page = head.get("/").page
    assert page.by_id("waiting-count").text == "1 waiting"
    assert "1 request waits for your decision" in page.text
    ask("assistant", starts_on=dt.date(2026, 11, 24))
    assert "2 requests wait for your decision" in head.get("/").words


def test_the_next_one_to_decide_is_the_soonest(sign_in_as, ask):
    ask(starts_on=dt.date(2026, 11, 30), ends_on=dt.date(2026, 11, 30))
    ask("assistant", starts_on=dt.date(2026, 11, 25), ends_on=dt.date(2026, 11, 25))
    assert "Wednesday 25 November 2026, 9am" in sign_in_as("head").get("/").words


def test_a_teacher_sees_where_each_of_their_requests_stands(sign_in_as, ask, approved, cast, stored):
    approved(device="in force now")
    approved(device="later today", starts_at=dt.time(11, 0))
    ask(device="still waiting")
    returned = ask(device="sent back")
    decisions.give_back(cast.head, returned, 1, "Which days?")
    page = sign_in_as("teacher").get("/").page
    cases = {case.text for case in page.all("li") if "ox-case" in case.classes}
    found = {
        word: next(case for case in cases if word in case) for word in ("in force now", "later today", "still", "sent")
    }
    assert found["in force now"].startswith("In force")
    assert found["later today"].startswith("Approved")
    assert found["still"].startswith("Waiting")
    assert found["sent"].startswith("Returned")
    assert "It was returned to you" in page.text


def test_a_permission_ends_on_my_page_by_itself(sign_in_as, approved, later):
    approved(ends_on=dt.date(2026, 11, 23))
    teacher = sign_in_as("teacher")
    assert "In force" in teacher.get("/").words
    with clock.frozen(dt.datetime(2026, 11, 23, 14, 59, tzinfo=dt.UTC)):
        assert "In force" in sign_in_as("teacher").get("/").words
    with clock.frozen(dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)):
        page = sign_in_as("teacher").get("/").page
        assert "Ended" in page.text
        assert "Show my permission slip for My own phone, blue case" not in page.links


def test_what_ended_more_than_two_weeks_ago_is_not_on_my_page_but_on_my_list(sign_in_as, approved, later):
    approved()
    with later(days=16):
        teacher = sign_in_as("teacher")
        assert "blue case" not in teacher.get("/").words
        assert "blue case" in teacher.get("/exemptions").words


def test_nobody_sees_other_peoples_requests_on_their_page(sign_in_as, ask):
    ask(device="The teacher's blue phone")
    for who in ("assistant", "office", "dsl", "pupil"):
        assert "blue phone" not in sign_in_as(who).get("/").text


def test_my_page_does_not_show_the_reason(sign_in_as, ask, approved):
    ask(), approved(device="Another")
    for who in ("teacher", "head"):
        assert SECRET_REASON not in sign_in_as(who).get("/").text


def test_a_condition_with_signs_is_shown_as_text(sign_in_as, approved):
    approved(conditions="Only <b>in</b> the staff room & quietly")
    page = sign_in_as("teacher").get("/")
    assert "Only <b>in</b> the staff room & quietly" in page.words
    assert "<b>" not in page.text


def test_my_page_asks_the_database_as_often_with_many_requests_as_with_one(sign_in_as, ask, approved, queries):
    teacher, head = sign_in_as("teacher"), sign_in_as("head")
    ask(), approved(device="first")
    before = [len(queries(lambda browser=browser: browser.get("/"))) for browser in (teacher, head)]
    for number in range(12):
        ask(device=f"w{number}"), approved(device=f"a{number}"), ask("finance", "remote-learning", device=f"r{number}")
    after = [len(queries(lambda browser=browser: browser.get("/"))) for browser in (teacher, head)]
    assert after == before
    assert max(after) <= 8


def test_a_delegate_sees_what_waits_for_the_headteacher(sign_in_as, cast, ask):
    ask("finance", "remote-learning")
    assert "Decisions" not in sign_in_as("dsl").get("/").page.links
    delegation.give(cast.head, cast.dsl.id, clock.today(), clock.today())
    page = sign_in_as("dsl").get("/").page
    assert page.by_id("waiting-count").text == "1 waiting"
    assert len(permissions_of(cast.dsl.roles, True)) == len(permissions_of(cast.dsl.roles)) + 1


def test_the_asker_reads_on_their_page_why_it_was_declined_and_what_has_to_be_changed(sign_in_as, ask, cast):
    declined, returned = ask(device="First phone"), ask(device="Second phone")
    decisions.decline(cast.head, declined, 1, "Your break is at that time.")
    decisions.give_back(cast.head, returned, 1, "Say which ward <b>rings</b>.")
    for address in ("/", "/exemptions"):
        lines = {line.text for line in sign_in_as("teacher").get(address).page.all("li") if "ox-case" in line.classes}
        assert any("First phone" in line and "Reason: Your break is at that time." in line for line in lines)
        assert any("Second phone" in line and "Reason: Say which ward <b>rings</b>." in line for line in lines)


def test_the_reason_of_an_earlier_decision_is_not_shown_once_it_was_sent_again(sign_in_as, ask, cast):
    exemption = ask(device="First phone")
    decisions.give_back(cast.head, exemption, 1, "Say which ward rings.")
    exemptions.change(cast.teacher, exemption, 1, cases.find(exemption).request)
    assert "Say which ward rings." not in sign_in_as("teacher").get("/").text
