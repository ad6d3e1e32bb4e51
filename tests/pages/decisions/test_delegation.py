"""The headteacher names who decides in their place."""

import datetime as dt

import pytest

from enums import Role
from models import Decision, Delegation
from rules.core import clock
from rules.people import delegation, people
from tests.conftest import DISCUSSION, TEACHING_PERIOD
from tests.pages.conftest import KINDS

WHERE = "/decisions/delegation"
TODAY, TOMORROW = "2026-11-23", "2026-11-24"


def name(browser, delegate, first=TODAY, last=TOMORROW):
    """Fill in the form and send it."""
    return browser.post(WHERE, {"delegate": str(delegate), "starts_on": first, "ends_on": last})


def test_the_headteacher_names_the_deputy_for_two_days(sign_in_as, cast):
    head = sign_in_as("head")
    answer = name(head, cast.deputy.id)
    assert (answer.status, answer.location) == (303, WHERE)
    words = head.get(WHERE).words
    assert "Deputy Invented, Monday 23 November 2026 to Tuesday 24 November 2026" in words
    assert "Today" in words


def test_a_delegate_decides_what_the_headteacher_decides_and_signs_for_them(sign_in_as, cast, ask, stored):
    exemption = ask("teacher", "remote-learning")
    name(sign_in_as("head"), cast.dsl.id)
    dsl = sign_in_as("dsl")
    assert dsl.post(f"/decisions/{exemption}/approve", {"revision": "1"}).status == 303
    assert stored(exemption).decision.approved_by == "Dsl Invented for the headteacher"
    decided = Decision.get()
    assert (decided.decided_by_id, decided.for_person_id) == (cast.dsl.id, cast.head.id)
    assert "Dsl Invented for the headteacher" in sign_in_as("office").get("/today").words


def test_a_delegate_does_not_decide_their_own(sign_in_as, cast, ask):
    exemption = ask("dsl")
    name(sign_in_as("head"), cast.dsl.id)
    assert sign_in_as("dsl").post(f"/decisions/{exemption}/approve", {"revision": "1"}).status == 403


def test_standing_in_begins_and_ends_by_itself(sign_in_as, cast, later):
    name(sign_in_as("head"), cast.dsl.id, TOMORROW, TOMORROW)
    assert sign_in_as("dsl").get("/decisions").status == 403
    with later(days=1):
        assert sign_in_as("dsl").get("/decisions").status == 200
    with later(days=2):
        assert sign_in_as("dsl").get("/decisions").status == 403


def test_ending_it_ends_it_at_once_for_a_browser_that_is_open(sign_in_as, cast):
    head = sign_in_as("head")
    name(head, cast.dsl.id)
    dsl = sign_in_as("dsl")
    assert dsl.get("/decisions").status == 200
    (standing,) = delegation.delegations_of(cast.head)
    assert head.post(f"{WHERE}/{standing.id}/end").status == 303
    assert dsl.get("/decisions").status == 403
    assert head.post(f"{WHERE}/{standing.id}/end").status == 303, "ending it twice does no harm"


@pytest.mark.parametrize("who", ["office", "teacher", "pupil", "head", "director"])
def test_only_leaders_and_the_safeguarding_leads_can_be_named(sign_in_as, cast, who):
    answer = name(sign_in_as("head"), getattr(cast, who).id)
    assert answer.status == 422
    assert answer.page.message_beside("delegate") == "Choose somebody from the list"
    assert Delegation.select().count() == 0


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        ("2026-11-22", TODAY, "starts_on", "in the past"),
        (TOMORROW, TODAY, "ends_on", "before the first day"),
        (TODAY, "2027-06-01", "ends_on", "longer than a term"),
        (TODAY, "9999-12-31", "ends_on", "longer than a term"),
        ("0001-01-01", TODAY, "starts_on", "in the past"),
        ("", TODAY, "starts_on", "Choose the first day"),
        (TODAY, "", "ends_on", "Choose the last day"),
        ("tomorrow", TODAY, "starts_on", "Write the day like this"),
    ],
)
def test_days_that_will_not_do_are_said_at_their_field_and_kept(sign_in_as, cast, first, last, field, words):
    answer = name(sign_in_as("head"), cast.deputy.id, first, last)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert answer.page.value("delegate") == str(cast.deputy.id)
    assert (answer.page.value("starts_on"), answer.page.value("ends_on")) == (first, last)


@pytest.mark.parametrize("delegate", ["", "x", "0", "-1", "٣", "9" * 30, "1 OR 1=1"])
def test_somebody_who_is_not_on_the_list_is_refused(sign_in_as, delegate):
    assert name(sign_in_as("head"), delegate).status == 422


def test_two_people_do_not_stand_in_on_the_same_day(sign_in_as, cast):
    head = sign_in_as("head")
    name(head, cast.deputy.id)
    answer = name(head, cast.dsl.id, TOMORROW, "2026-11-30")
    assert answer.status == 422
    assert "Deputy Invented already decides in your place" in answer.page.message_beside("starts_on")


@pytest.mark.parametrize("who", ["deputy", "office", "director", "teacher"])
def test_only_the_headteacher_names_somebody(sign_in_as, cast, who):
    browser = sign_in_as(who)
    assert browser.get(WHERE).status == 403
    assert name(browser, cast.deputy.id).status == 403


def test_nobody_ends_what_they_did_not_give(sign_in_as, cast, a_person):
    delegation.give(cast.head, cast.deputy.id, clock.today(), clock.today())
    (standing,) = delegation.delegations_of(cast.head)
    other = a_person("second-head", *cast.head.roles)
    assert sign_in_as(other).post(f"{WHERE}/{standing.id}/end").status == 404
    assert delegation.delegations_of(cast.head) == [standing]


def test_who_has_left_cannot_be_named(sign_in_as, cast):
    people.set_active(cast.head, cast.deputy.id, False)
    assert name(sign_in_as("head"), cast.deputy.id).status == 422


def test_the_list_of_people_asks_the_database_as_often_in_a_large_school(sign_in_as, a_person, cast, queries):
    head = sign_in_as("head")
    before = len(queries(lambda: head.get(WHERE)))
    for number in range(10):
        a_person(f"extra-{number}", *cast.deputy.roles)
    page = head.get(WHERE).page
    assert len([option for option in page.all("option") if "Extra" in option.text]) == 10
    assert len(queries(lambda: head.get(WHERE))) == before


def test_the_policy_lets_the_deputy_decide_lessons_without_being_named(sign_in_as, ask):
    assert sign_in_as("deputy").get(f"/exemptions/{ask('teacher', TEACHING_PERIOD.id)}").status == 200
    assert dt.date(2026, 11, 23) == clock.today()


@pytest.mark.parametrize("kind", ["exceptional-access", "parent-contact"])
def test_a_delegate_talks_with_the_family_and_approves_with_an_agreement_for_the_headteacher(
    sign_in_as, cast, ask, stored, kind
):
    exemption = ask(None, kind, done=False)
    dsl = sign_in_as("dsl")
    assert dsl.get(f"/agreements/for/{exemption}").status == 403
    name(sign_in_as("head"), cast.dsl.id)
    assert dsl.post(f"/exemptions/{exemption}/needs/discussion", DISCUSSION).status == 303
    assert dsl.get(f"/agreements/for/{exemption}").status == 200
    assert dsl.post(f"/decisions/{exemption}/approve", {"revision": str(stored(exemption).revision)}).status == 303
    assert stored(exemption).decision.approved_by == "Dsl Invented for the headteacher"
    assert "Dsl Invented for the headteacher" in sign_in_as("office").get("/today").words


@pytest.mark.parametrize("kind", [key for key, kind in KINDS.items() if Role.STAFF_DIRECT in kind.askers])
def test_a_delegate_decides_no_kind_that_they_asked_for(sign_in_as, cast, ask, kind):
    exemption = ask("dsl", kind)
    name(sign_in_as("head"), cast.dsl.id)
    answer = sign_in_as("dsl").post(f"/decisions/{exemption}/approve", {"revision": "1", "text": "x"})
    assert answer.status == 403
