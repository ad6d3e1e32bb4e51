"""The badge of a visitor, on a label or on paper, and what its code leads to."""

import pytest

from models import Stay
from rules.reception import announcing, stays
from rules.visitors import expectations
from tests.support.visitors import TUESDAY, a_visit, at


@pytest.fixture
def stay(cast):
    """A visitor of the teacher who is in the building, with the code 0471."""
    (visit,) = announcing.announce(cast.office, a_visit(cast.teacher))
    begun = stays.sign_in(cast.office, visit, True, ())
    Stay.update(code="0471").where(Stay.id == begun).execute()
    return begun


def badge_of(answer):
    """What is printed."""
    return next(each for each in answer.page.all("div") if "ox-badge" in each.classes)


@pytest.mark.parametrize("who", ["office", "head"])
def test_reception_prints_a_badge(sign_in_as, stay, who):
    browser = sign_in_as(who)
    assert f"/visitors/stays/{stay}/badge" in browser.get("/visitors").page.links.values()
    badge = badge_of(browser.get(f"/visitors/stays/{stay}/badge"))
    for said in (
        *("Oakham Shires School", "Visitor", "Maeve O’Brien", "Larch Ltd", "Visits Teacher Invented"),
        *("Monday 23 November 2026", "Device: not approved", "Sign out with 0471"),
    ):
        assert said in badge.text


def test_a_label_and_a4_are_chosen_by_a_link(sign_in_as, stay):
    office = sign_in_as("office")
    label = office.get(f"/visitors/stays/{stay}/badge")
    a4 = office.get(label.page.links["Print it on A4"])
    assert "ox-badge--a4" in badge_of(a4).classes
    assert a4.page.links["Print it on a label"] == f"/visitors/stays/{stay}/badge"


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Maeve O’Brien", "large"),
        ("Al-Hassan Featherstone-Hill", "middle"),
        ("Ann Wintherbourne", "large"),
        ("Ann Featherstonehaugh", "middle"),
        ("A" * 20, "small"),
        ("Ann " * 50, "small"),
    ],
)
def test_a_long_name_or_word_is_printed_smaller(sign_in_as, cast, name, size):
    (visit,) = announcing.announce(cast.office, a_visit(cast.teacher, name=name.strip()))
    badge = badge_of(sign_in_as("office").get(f"/visitors/stays/{stays.sign_in(cast.office, visit, True, ())}/badge"))
    assert any(f"ox-badge__name--{size}" in each.classes for each in badge.all("p"))


def test_a_stay_of_before_there_were_codes_has_a_badge_without_one(sign_in_as, stay):
    Stay.update(code=None).execute()
    assert "Sign out with" not in badge_of(sign_in_as("office").get(f"/visitors/stays/{stay}/badge")).text


def test_the_code_leads_to_a_page_with_one_button_that_signs_out_and_opening_it_does_not(sign_in_as, stay):
    office, where = sign_in_as("office"), f"/visitors/stays/{stay}/out"
    (picture,) = badge_of(office.get(f"/visitors/stays/{stay}/badge")).all("img")
    assert office.get(picture["src"]).body == expectations.code_for(f"http://localhost{where}")
    answer = office.get(where)
    assert answer.page.one("h1").text == "Maeve O’Brien, Larch Ltd"
    assert Stay.get_by_id(stay).left_at is None
    (form,) = [each for each in answer.page.one("main").all("form")]
    assert office.post(form["action"], {}).status == 303
    again = office.get(where)
    assert "This badge has been used: Office Invented signed them out at 10am." in again.words
    assert not again.page.one("main").all("form")


def test_the_badge_of_somebody_who_was_forgotten_leads_to_where_that_is_settled(sign_in_as, stay):
    with at(TUESDAY, 8):
        office = sign_in_as("office")
        answer = office.get(f"/visitors/stays/{stay}/out")
        where = answer.page.links["Write down when they left, or that they are still here and go now"]
        assert not answer.page.one("main").all("form")
        path, anchor = where.split("#")
        (row,) = [each for each in office.get(path).page.all("li") if each["id"] == anchor]
        assert "Left at about" in row.text
    with at(TUESDAY, 0, 20):
        assert sign_in_as("office").get(f"/visitors/stays/{stay}/out").page.one("main").all("form")


def test_there_is_no_badge_of_somebody_who_has_gone(sign_in_as, stay, cast):
    stays.sign_out(cast.office, stay)
    answer = sign_in_as("office").get(f"/visitors/stays/{stay}/badge")
    assert "Maeve O’Brien was signed out at 10am" in answer.words
    assert not [each for each in answer.page.all("div") if "ox-badge" in each.classes]


def test_there_is_no_badge_of_a_stay_that_there_is_not(sign_in_as, stay):
    office = sign_in_as("office")
    for page in ("badge", "badge.svg", "out"):
        assert office.get(f"/visitors/stays/{stay + 1}/{page}").status == 404


def test_an_address_too_long_for_a_code_is_no_fault_of_the_program(sign_in_as, stay, monkeypatch):
    monkeypatch.setattr(expectations, "LONGEST_ADDRESS", 10)
    assert sign_in_as("office").get(f"/visitors/stays/{stay}/badge.svg").status == 400
