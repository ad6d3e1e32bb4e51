"""May I? on the page, and what my page says of right now: the answer in one word, its clause, never a reason."""

import pytest

from rules.exemption_kinds import KINDS
from rules.may_i.situation import Whose
from rules.policy.in_force import policy_in_force
from rules.site import status
from settings import ROOT
from tests.conftest import CAST, fitting_request
from tests.pages.conftest import SECRET_REASON
from tests.support import devices
from tests.support.visitors import MONDAY, at

WHERE = "/may-i"
ACCESS = "exceptional-access"


def word(answer):
    """The one large word, or None where nothing was asked yet."""
    found = [each.text for each in answer.page.all("h2") if each["id"] == "answer"]
    return found[0] if found else None


def clause(answer):
    """The clause that the answer cites."""
    (box,) = [each for each in answer.page.all("section") if "ox-answer" in each.classes]
    return [link["href"] for link in box.all("a") if "ox-clause" in link.classes]


def ask_of(request, person=None):
    """The address that asks for the device and the first place of a request."""
    about = f"&person={person}" if person else ""
    return f"{WHERE}?device={request.device_kind}&place={request.zones[0]}{about}"


# --- Asking for oneself -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", CAST)
def test_everybody_asks_and_gets_one_word_and_its_clause(sign_in_as, who):
    browser = sign_in_as(who)
    assert word(browser.get(WHERE)) is None
    for zone in policy_in_force().zones:
        answer = browser.get(f"{WHERE}?place={zone}")
        assert word(answer) in {"YES", "NO"}
        assert len(clause(answer)) == 1


def test_a_teacher_is_told_no_and_offered_the_form(sign_in_as):
    answer = sign_in_as("teacher").get(f"{WHERE}?place=classroom")
    assert (word(answer), clause(answer)) == ("NO", ["/policy#clause-2.4"])
    assert "locker in the staff room" in answer.words
    assert "/exemptions/new/teaching-period" in answer.page.links.values()


def test_the_answer_follows_the_office_and_the_time_that_is_asked_for(sign_in_as, cast):
    with at(MONDAY, 15, 42):
        status.press(cast.office, False, MONDAY, 0)
        teacher = sign_in_as("teacher")
        assert word(teacher.get(f"{WHERE}?place=classroom")) == "YES"
        assert word(teacher.get(f"{WHERE}?place=classroom&time=2pm")) == "NO"
        assert word(teacher.get(f"{WHERE}?place=classroom&date=29/11/2026&time=14:00")) == "YES"
        assert "All pupils left at 3:42pm" in teacher.get(f"{WHERE}?place=classroom").words


def test_the_exemption_that_allows_it_is_linked(sign_in_as, permitted):
    exemption = permitted()
    answer = sign_in_as("teacher").get(f"{WHERE}?place=teaching-areas")
    assert (word(answer), clause(answer)) == ("YES", ["/policy#clause-4.3"])
    assert f"/exemptions/{exemption}" in answer.page.links.values()


def test_in_a_teaching_period_the_answer_is_another(sign_in_as):
    finance = sign_in_as("finance")
    assert word(finance.get(f"{WHERE}?place=offices")) == "YES"
    answer = finance.get(f"{WHERE}?place=offices&teaching=y")
    assert (word(answer), clause(answer)) == ("NO", ["/policy#clause-4.3"])


def test_who_may_borrow_and_does_not_know_the_notice_is_led_to_it(sign_in_as, cast, monkeypatch):
    devices.staff_may_borrow(cast.head)
    devices.everybody_knows_the_notice(monkeypatch, but=(cast.teacher,))
    answer = sign_in_as("teacher").get(f"{WHERE}?place=offices&device=tablet&whose={Whose.SCHOOL}")
    assert (word(answer), clause(answer)) == ("NO", ["/policy#clause-3.5"])
    assert "/acknowledgements" in answer.page.links.values()


def test_what_was_chosen_stays_chosen(sign_in_as):
    page = sign_in_as("teacher").get(f"{WHERE}?place=car-park&device=tablet&whose=school&time=14:30").page
    assert [each["value"] for each in page.all("option") if each["selected"] is not None] == ["tablet", "school"]
    assert [each["value"] for each in page.all("button") if each["aria-pressed"] == "true"] == ["car-park"]
    assert "14:30" in [each["value"] for each in page.all("input")]


def test_a_pupil_never_uses_a_visitors_device_and_is_the_only_one_who_is_asked(sign_in_as):
    answer = sign_in_as("pupil").get(f"{WHERE}?place=meeting-rooms&whose={Whose.VISITOR}")
    assert (word(answer), clause(answer)) == ("NO", ["/policy#clause-6.2"])
    for who, offered in (("pupil", True), ("teacher", False), ("parent", False)):
        choices = [each["value"] for each in sign_in_as(who).get(WHERE).page.all("option")]
        assert (Whose.VISITOR in choices) == offered


# --- Asking for a pupil -------------------------------------------------------------------------------------


def test_staff_ask_for_a_pupil_in_front_of_them_and_learn_no_reason(sign_in_as, cast, permitted):
    exemption, asked = permitted(ACCESS, "parent"), fitting_request_of(cast)
    for who in ("teacher", "assistant", "office", "finance"):
        answer = sign_in_as(who).get(ask_of(asked, cast.pupil.id))
        assert (word(answer), clause(answer)) == ("YES", ["/policy#clause-5.7d"])
        assert "There is a permission until" in answer.words
        assert SECRET_REASON not in answer.text
        assert policy_in_force().purposes[asked.purpose]["name"] not in answer.text
        assert f"/exemptions/{exemption}" not in answer.page.links.values()
    for who in ("parent", "head"):
        links = sign_in_as(who).get(ask_of(asked, cast.pupil.id)).page.links.values()
        assert f"/exemptions/{exemption}" in links


def fitting_request_of(cast):
    """What the pupil is permitted."""
    return fitting_request(KINDS[ACCESS], cast.pupil.id)


def test_staff_find_a_pupil_by_a_part_of_the_name(sign_in_as, cast):
    found = sign_in_as("teacher").get(f"{WHERE}?name=other").page.links
    assert found["Ask about Other Pupil Invented, Heron class"].startswith(f"{WHERE}?person={cast.other_pupil.id}&")
    assert "No pupil fits" in sign_in_as("teacher").get(f"{WHERE}?name=zzz").words
    for who in ("pupil", "parent", "governor"):
        assert "Other Pupil" not in sign_in_as(who).get(f"{WHERE}?name=other").words


def test_a_parent_asks_for_their_own_child(sign_in_as, cast):
    parent = sign_in_as("parent")
    assert f"{WHERE}?person={cast.pupil.id}&device=phone" in parent.get(WHERE).page.links.values()
    answer = parent.get(f"{WHERE}?person={cast.pupil.id}&place=classroom")
    assert (word(answer), clause(answer)) == ("NO", ["/policy#clause-5.3"])
    assert "/exemptions/new/parent-contact" in answer.page.links.values()


def test_whoever_has_nothing_to_do_with_somebody_gets_404(sign_in_as, cast):
    for who, person in (
        ("barred_parent", cast.pupil.id),
        ("other_parent", cast.pupil.id),
        ("pupil", cast.other_pupil.id),
        ("governor", cast.pupil.id),
        ("teacher", cast.finance.id),
        ("head", cast.parent.id),
        ("teacher", "9" * 18),
        ("teacher", "nonsense"),
        ("teacher", "-1"),
        ("teacher", "9" * 40),
    ):
        for more in ("", "&place=classroom"):
            assert sign_in_as(who).get(f"{WHERE}?person={person}{more}").status == 404, (who, person)


# --- Bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["place=moon", "device=spoon&place=offices", "whose=nobodys", "device=%00"])
def test_a_choice_that_is_not_offered_is_refused(sign_in_as, asked):
    assert sign_in_as("teacher").get(f"{WHERE}?{asked}").status == 422


@pytest.mark.parametrize(
    ("field", "typed"),
    [("date", "31/02/2026"), ("date", "tomorrow"), ("date", "01/01/1900"), ("time", "25:00"), ("time", "soon")],
)
def test_a_day_or_time_that_cannot_be_read_stays_and_is_explained_beside_its_field(sign_in_as, field, typed):
    answer = sign_in_as("teacher").get(f"{WHERE}?place=offices&{field}={typed}")
    assert answer.status == 422
    assert word(answer) is None
    assert typed in [each["value"] for each in answer.page.all("input")]
    assert [each["aria-describedby"] for each in answer.page.all("input") if each["id"] == field] == [f"{field}-error"]


# --- How it costs, and right now ----------------------------------------------------------------------------


def test_an_answer_takes_a_fixed_number_of_queries(sign_in_as, queries, cast, permitted):
    teacher, where = sign_in_as("teacher"), f"{WHERE}?place=classroom&person={cast.pupil.id}"
    teacher.client.get(where)
    before = len(queries(lambda: teacher.client.get(where)))
    permitted(ACCESS)
    assert len(queries(lambda: teacher.client.get(where))) == before


def test_my_page_says_what_holds_right_now_and_follows_the_office(sign_in_as, cast):
    teacher, finance = sign_in_as("teacher"), sign_in_as("finance")
    locker = "Your device stays in your locker in the staff room until all pupils have left."
    assert locker in teacher.get("/").words
    assert "only in offices, meeting rooms and the car park" in finance.get("/").words
    (seen,) = [each["hx-get"] for each in teacher.get("/").page.all("div") if each["id"] == "site"]
    assert teacher.get(seen, piece=True).status == 204
    with at(MONDAY, 15, 42):
        status.press(cast.office, False, MONDAY, 0)
        piece = sign_in_as("teacher").get(seen, piece=True)
        assert piece.status == 200
        assert "All pupils left at 3:42pm" in piece.words
        assert "You may take your device out of the staff room and use it" in piece.words
        assert locker not in piece.words


@pytest.mark.parametrize("who", CAST)
def test_everybody_finds_may_i_from_their_page(sign_in_as, who):
    assert WHERE in sign_in_as(who).get("/").page.links.values()


def test_the_command_prints_the_document(app, school):
    printed = app.test_cli_runner().invoke(args=["may-i", "table"])
    assert printed.exit_code == 0
    assert printed.output == (ROOT / "docs" / "may-i.md").read_text(encoding="utf-8")
