"""The page of the signs: which are due, and what was seen of each (clause 6.3)."""

import datetime as dt

import pytest

from models import PolicyVersion, SignCheck
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.visitors import signs
from tests.conftest import CAST

WHERE = "/visitors/signs"
CHECKERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.CHECK_SIGNS] & set(roles)]


def check_form(**changed):
    """The form of a check, filled in."""
    return {"place": "hall", "fine": "no", "note": "It fell down.", **changed}


def line_of(answer, name):
    """The words of the line of one sign."""
    return next(line.text for line in answer.page.all("li") if line.text.startswith(name))


@pytest.mark.parametrize("who", CHECKERS)
def test_who_checks_signs_writes_down_what_they_saw(sign_in_as, cast, who):
    browser = sign_in_as(who)
    assert "Never checked" in line_of(browser.get(WHERE), "Hall")
    answer = browser.post(WHERE, check_form())
    assert (answer.status, answer.location) == (303, WHERE)
    line = line_of(browser.get(WHERE), "Hall")
    assert "Not in order" in line
    assert "It fell down." in line
    assert f"{getattr(cast, who).name} at 10am on Monday 23 November 2026" in line


@pytest.mark.parametrize("who", [who for who in CAST if who not in CHECKERS])
def test_nobody_else_opens_it_or_finds_a_link_to_it(sign_in_as, who):
    browser = sign_in_as(who)
    assert browser.get(WHERE).status == browser.post(WHERE, check_form()).status == 403
    assert WHERE not in browser.get("/").page.links.values()


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(sign_in_as):
    answer = sign_in_as("office").post(WHERE, check_form(place="", fine="", note="It fell down."))
    assert answer.status == 422
    assert answer.page.message_beside("place") == "Choose the place from the list"
    assert answer.page.message_beside("fine") == "Say whether the sign is in order"
    assert "It fell down." in answer.text
    assert SignCheck.select().count() == 0


def test_a_sign_that_is_not_in_order_needs_words(sign_in_as):
    answer = sign_in_as("office").post(WHERE, check_form(note=" "))
    assert answer.status == 422
    assert answer.page.message_beside("note").startswith("Say what is wrong")


def test_a_check_of_last_term_is_overdue_and_earlier_ones_are_folded_below(sign_in_as, cast):
    for days in (300, 150, 101):
        with clock.frozen(clock.now() - dt.timedelta(days=days)):
            signs.check(cast.office, "hall", True)
    answer = sign_in_as("head").get(WHERE)
    line = line_of(answer, "Hall")
    assert "Check overdue" in line
    assert "Earlier checks" in line
    assert line.count("2026") == 3


def test_my_page_says_how_many_signs_are_due(sign_in_as, cast):
    browser, count = sign_in_as("office"), len(signs.places())
    assert browser.get("/").page.links[f"{count} signs are due for a check"] == WHERE
    for place in list(signs.places())[1:]:
        signs.check(cast.office, place, True)
    assert browser.get("/").page.links["1 sign is due for a check"] == WHERE
    signs.check(cast.office, next(iter(signs.places())), True)
    assert "due for a check" not in browser.get("/").words


def test_a_note_with_signs_is_shown_as_text(sign_in_as, cast):
    signs.check(cast.office, "hall", False, "<b>Torn</b> & wet")
    answer = sign_in_as("office").get(WHERE)
    assert "<b>Torn</b> & wet" in answer.words
    assert "<b>" not in answer.text


def test_the_page_asks_the_database_as_often_with_many_checks_as_with_one(sign_in_as, cast, queries):
    browser = sign_in_as("office")
    signs.check(cast.office, "hall", True)
    before = [len(queries(lambda where=where: browser.get(where))) for where in (WHERE, "/")]
    for place in signs.places():
        for number in range(3):
            signs.check(cast.head, place, False, f"Fault {number}")
    assert [len(queries(lambda where=where: browser.get(where))) for where in (WHERE, "/")] == before


def test_a_school_whose_policy_names_no_place_has_nothing_to_check(sign_in_as):
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    columns = {**newest.__data__, "id": None, "digest": "earlier", "loaded_at": clock.now(), "visitors": {}}
    PolicyVersion.insert(columns).execute()
    assert "does not say yet" in sign_in_as("office").get(WHERE).words
    assert "due for a check" not in sign_in_as("office").get("/").words
