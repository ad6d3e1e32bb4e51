"""My page: what binds me, what waits for me, what I asked for."""

import datetime as dt

import pytest

from enums import ObligationTiming
from rules.auth.permissions import Permission, permissions_of
from rules.core import clock
from rules.decisions import deciding
from rules.exemption_kinds.kinds import kinds_for
from rules.exemptions import lifecycle
from rules.exemptions import queries as exemption_queries
from rules.people import delegation
from rules.policy import in_force
from tests.pages.conftest import SECRET_REASON, SIGNED_KINDS, newest_agreement
from tests.support import exemptions


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("head", "My page, Decisions, Today, Visitors, My visitors, My exemptions, May I?, Policy"),
        ("deputy", "My page, Decisions, Today, My class, My visitors, My exemptions, May I?, Policy"),
        ("dsl", "My page, Today, My class, My visitors, My exemptions, May I?, Policy"),
        ("office", "My page, Today, Lockers, Visitors, My visitors, My exemptions, May I?, Policy"),
        ("teacher", "My page, My class, My visitors, My exemptions, May I?, Policy"),
        ("finance", "My page, My visitors, My exemptions, May I?, Policy"),
        ("pupil", "My page, My exemptions, May I?, Policy, My acknowledgements"),
        ("parent", "My page, My exemptions, May I?, Policy, My acknowledgements"),
        ("governor", "My page, May I?, Policy, Visitor numbers, My acknowledgements, Who has acknowledged"),
        ("volunteer", "My page, May I?, Policy, My acknowledgements"),
    ],
)
def test_everybody_sees_the_daily_links_of_their_roles_in_one_line(sign_in_as, who, links):
    page = sign_in_as(who).get("/").page
    (nav,) = [each for each in page.all("nav") if each["aria-label"] == "Pages"]
    assert [link.text for link in nav.all("a") if not link.inside("ox-more")] == links.split(", ")


EVERYBODY = pytest.mark.parametrize(
    "who",
    ["head", "deputy", "dsl", "office", "teacher", "finance", "pupil", "parent", "governor", "director", "volunteer"],
)


def said_in(element):
    """The words of an element without those of the link that stands behind them."""
    return " ".join("".join(part for part in element.parts if isinstance(part, str)).split())


@EVERYBODY
def test_everybody_reads_what_binds_them_with_its_clauses_and_nothing_else(sign_in_as, cast, who):
    roles = getattr(cast, who).roles
    duties = in_force.obligation_lines(in_force.policy_in_force().version, roles)
    page = sign_in_as(who).get("/").page
    (lists) = [each for each in page.all("ul") if "ox-obligations" in each.classes]
    shown = [said_in(line.all("span")[0]) for each in lists for line in each.all("li")]
    assert sorted(shown) == sorted(" ".join(duty.says.split()) for duty in duties)
    for line in [line for each in lists for line in each.all("li")]:
        clauses = [link["href"] for link in line.all("a") if link.inside("ox-clauses")]
        assert clauses, line.text
        assert all(clause.startswith("/policy#clause-") for clause in clauses)


def test_each_clause_on_my_page_leads_to_its_place_in_the_policy(sign_in_as):
    teacher = sign_in_as("teacher")
    links = [link["href"] for link in teacher.get("/").page.all("a") if "ox-clause" in link.classes]
    there = teacher.get("/policy").page.ids
    assert {link.partition("#")[2] for link in links} <= set(there)


@EVERYBODY
def test_everybody_is_offered_beside_a_duty_the_forms_that_are_for_them_and_no_other(sign_in_as, cast, who):
    actor = getattr(cast, who)
    duties = in_force.obligation_lines(in_force.policy_in_force().version, actor.roles)
    links = sign_in_as(who).get("/").page.links.values()
    offered = {link.removeprefix("/exemptions/new/") for link in links if link.startswith("/exemptions/new/")}
    assert offered == {duty.form for duty in duties if duty.form} & {kind.id for kind in kinds_for(actor)}
    assert bool(offered) is actor.may(Permission.ASK_EXEMPTION)


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
    deciding.return_to_asker(cast.head, returned, 1, "Which days?")
    page = sign_in_as("teacher").get("/").page
    cases = {line.text for line in page.all("li") if "ox-case" in line.classes}
    found = {
        word: next(view for view in cases if word in view) for word in ("in force now", "later today", "still", "sent")
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
    assert max(after) <= 21


def test_a_delegate_sees_what_waits_for_the_headteacher(sign_in_as, cast, ask):
    ask("finance", "remote-learning")
    assert "Decisions" not in sign_in_as("dsl").get("/").page.links
    delegation.give(cast.head, cast.dsl.id, clock.today(), clock.today())
    page = sign_in_as("dsl").get("/").page
    assert page.by_id("waiting-count").text == "1 waiting"
    more = permissions_of(cast.dsl.roles, True) - permissions_of(cast.dsl.roles)
    assert more == {Permission.DECIDE_EXEMPTIONS, Permission.SETTLE_EXAM_REPORTS}


def test_the_asker_reads_on_their_page_why_it_was_declined_and_what_has_to_be_changed(sign_in_as, ask, cast):
    declined, returned = ask(device="First phone"), ask(device="Second phone")
    deciding.decline(cast.head, declined, 1, "Your break is at that time.")
    deciding.return_to_asker(cast.head, returned, 1, "Say which ward <b>rings</b>.")
    for address in ("/", "/exemptions"):
        lines = {line.text for line in sign_in_as("teacher").get(address).page.all("li") if "ox-case" in line.classes}
        assert any("First phone" in line and "Reason: Your break is at that time." in line for line in lines)
        assert any("Second phone" in line and "Reason: Say which ward <b>rings</b>." in line for line in lines)


def test_the_reason_of_an_earlier_decision_is_not_shown_once_it_was_sent_again(sign_in_as, ask, cast):
    exemption = ask(device="First phone")
    deciding.return_to_asker(cast.head, exemption, 1, "Say which ward rings.")
    lifecycle.change(cast.teacher, exemption, 1, exemption_queries.find(exemption).request)
    assert "Say which ward rings." not in sign_in_as("teacher").get("/").text


# --- Families, easy-read, what waits ------------------------------------------------------------------------


def waiting_links(browser):
    """What waits for somebody, as the links of that part of their page."""
    heading = browser.get("/").page.by_id("waiting")
    return [link["href"] for link in heading.parent.all("a")] if heading else []


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_an_agreement_waits_on_the_pages_of_those_who_sign_it_until_they_have(sign_in_as, approved, kind):
    exemption = approved(None, kind)
    where = f"/agreements/{newest_agreement(exemption).id}"
    for who in ("pupil", "parent"):
        assert where in waiting_links(sign_in_as(who)), who
        assert where in sign_in_as(who).get("/exemptions").page.links.values()
    for who in ("carer", "barred_parent", "other_parent", "other_pupil", "teacher", "office", "head"):
        assert where not in sign_in_as(who).get("/").text, who
    exemptions.sign(exemptions.who("pupil"), exemption)
    assert where not in waiting_links(sign_in_as("pupil"))
    assert where in waiting_links(sign_in_as("parent"))


@pytest.mark.parametrize("kind", SIGNED_KINDS)
def test_a_pupil_and_those_who_may_see_read_what_holds_for_the_pupil(sign_in_as, permitted, kind):
    permitted(kind, device="A small green phone")
    for who in ("pupil", "parent", "carer"):
        cases = [line.text for line in sign_in_as(who).get("/").page.all("li") if "ox-case" in line.classes]
        (view,) = [text for text in cases if "A small green phone" in text]
        assert view.startswith("In force"), who
    for who in ("barred_parent", "other_parent", "other_pupil", "assistant"):
        assert "A small green phone" not in sign_in_as(who).get("/").text, who


@pytest.mark.parametrize(
    ("who", "children"),
    [("parent", ["pupil"]), ("carer", ["pupil"]), ("other_parent", ["other_pupil"]), ("barred_parent", [])],
)
def test_a_parent_sees_their_own_children_only(sign_in_as, ids, who, children):
    page = sign_in_as(who).get("/").page
    links = {link["href"] for link in page.one("main").all("a") if (link["href"] or "").startswith("/chronology/")}
    assert links - {f"/chronology/{getattr(ids, who)}"} == {f"/chronology/{getattr(ids, child)}" for child in children}


def test_easy_read_is_offered_to_pupils_switched_and_remembered(sign_in_as, cast):
    pupil = sign_in_as("pupil")
    assert "Show it in easy-read" in pupil.get("/").words
    answer = pupil.post("/easy-read", {"easy": "1", "back": "/"})
    assert (answer.status, answer.location) == (303, "/")
    page = sign_in_as("pupil").get("/").page
    own = [each for each in page.all("ul", "svg") if not each.inside("ox-locker")]
    easy = [line for each in own if "ox-easy" in each.classes for line in each.all("li")]
    duties = in_force.obligation_lines(in_force.policy_in_force().version, cast.pupil.roles)
    assert [line.text for line in easy] == [words for duty in grouped(duties) for _, words in duty.easy]
    assert all(len(line.text) <= 120 for line in easy)
    assert len([each for each in own if each.tag == "svg"]) == sum(
        bool(name) for duty in duties for name, _ in duty.easy
    )
    pupil.post("/easy-read", {"easy": "0", "back": "/"})
    assert not sign_in_as("pupil").get("/").page.one("main").all("svg")
    for who in ("teacher", "parent", "office"):
        assert "easy-read" not in sign_in_as(who).get("/").words


def grouped(duties):
    """Duties in the order of my page: right now, always, then by what they come before."""
    before = {}
    for duty in duties:
        if duty.when is ObligationTiming.BEFORE:
            before.setdefault(duty.before, []).append(duty)
    first = [
        duty for when in (ObligationTiming.RIGHT_NOW, ObligationTiming.ALWAYS) for duty in duties if duty.when is when
    ]
    return [*first, *(duty for group in before.values() for duty in group)]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_easy_read_never_leads_out_of_the_school(sign_in_as, back):
    assert sign_in_as("pupil").post("/easy-read", {"easy": "1", "back": back}).location == "/"


def test_a_discussion_waits_for_the_dsl_and_names_the_asker_alone(sign_in_as, ask):
    exemption = ask(None, "known-family", done=False, device="A small green phone")
    answer = sign_in_as("dsl").get("/")
    assert f"/exemptions/{exemption}" in waiting_links(sign_in_as("dsl"))
    assert "Teacher Invented: write down your discussion" in answer.words
    assert SECRET_REASON not in answer.text
    assert "A small green phone" not in answer.text
    for who in ("deputy_dsl", "office", "deputy", "assistant"):
        assert f"/exemptions/{exemption}" not in waiting_links(sign_in_as(who)), who


def test_the_pages_of_families_ask_the_database_as_often_with_many_as_with_one(
    sign_in_as, permitted, approved, queries
):
    browsers = [sign_in_as(who) for who in ("pupil", "parent", "dsl", "office")]
    permitted("exceptional-access"), approved(None, "parent-contact", device="first")
    addresses = ("/", "/exemptions")
    before = [len(queries(lambda b=b, a=a: b.get(a))) for b in browsers for a in addresses]
    for number in range(8):
        permitted("exceptional-access", device=f"e{number}"), approved(None, "parent-contact", device=f"p{number}")
        approved(None, "educational-activity", device=f"l{number}")
    after = [len(queries(lambda b=b, a=a: b.get(a))) for b in browsers for a in addresses]
    assert after == before
    assert max(after) <= 17
