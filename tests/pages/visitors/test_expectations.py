"""The page for visitors: open to anybody, in large print or easy-read, with a code that leads to it."""

import pytest

from models import PolicyVersion
from rules.core import clock
from rules.visitors import expectations
from tests.conftest import CAST

WHERE = "/visitors/expectations"


def test_anybody_reads_what_is_expected_of_visitors(stranger):
    answer = stranger.get(WHERE)
    assert answer.status == 200
    assert answer.page.one("h1").text == "What we expect of visitors"
    assert "Oakham Shires School" in answer.page.one("main").text
    for line in expectations.lines():
        assert line.says in answer.words
        assert f"Clause {line.clause}" in answer.words
        assert line.easy not in answer.words


def test_easy_read_is_a_link_and_says_the_short_sentences(stranger):
    easy = stranger.get(stranger.get(WHERE).page.links["Show it in easy-read"])
    for line in expectations.lines():
        assert line.easy in easy.words
        assert line.says not in easy.words
    assert easy.page.links["Show all the words"] == WHERE


def test_the_sign_is_made_larger_by_a_link_and_stays_in_easy_read(stranger):
    links = stranger.get(f"{WHERE}?easy=1").page.links
    assert links["Print it on A3"] == f"{WHERE}?easy=1&size=a3"
    large = stranger.get(links["Print it on A3"]).page
    assert any("ox-sign--a3" in each.classes for each in large.all("div"))
    assert large.links["Print it on A4"] == f"{WHERE}?easy=1"
    assert large.links["Show all the words"] == f"{WHERE}?size=a3"


@pytest.mark.parametrize(
    "asked", ["easy=2", "size=a0", "easy=%00", "size=%FF&easy=", "size=a3&size=a4", "q=" + "x" * 900]
)
def test_whatever_else_is_asked_for_the_sign_is_shown(stranger, asked):
    assert stranger.get(f"{WHERE}?{asked}").status == 200


@pytest.mark.parametrize("who", CAST)
def test_everybody_who_is_signed_in_reads_it_too(sign_in_as, who):
    assert sign_in_as(who).get(WHERE).status == 200


def test_the_code_holds_the_address_under_which_it_was_asked_for(stranger):
    (code,) = stranger.get(WHERE).page.all("img")
    here = stranger.get(code["src"])
    assert here.headers["Content-Type"].startswith("image/svg+xml")
    assert here.body == expectations.code_for(f"http://localhost{WHERE}")
    there = stranger.get(code["src"], base_url="https://intranet.school.example")
    assert there.body == expectations.code_for(f"https://intranet.school.example{WHERE}")


def test_an_address_too_long_for_a_code_is_no_fault_of_the_program(stranger):
    assert stranger.get(f"{WHERE}/qr.svg", base_url=f"http://{'a.' * 300}example").status == 400


def test_a_school_that_has_not_loaded_them_yet_says_whom_to_ask(stranger):
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    columns = {**newest.__data__, "id": None, "digest": "earlier", "loaded_at": clock.now(), "visitors": {}}
    PolicyVersion.insert(columns).execute()
    assert "Please ask at reception" in stranger.get(WHERE).words
