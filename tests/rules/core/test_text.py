"""What people type: kept as they meant it, refused where it would mislead a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.core.text import one_line, text_error, tidy


def test_the_same_letter_typed_in_two_ways_is_kept_in_one():
    assert tidy("cafe\u0301") == tidy("caf\u00e9") == "caf\u00e9"


def test_line_ends_of_every_computer_become_one_kind():
    assert tidy(" one\r\ntwo\rthree\n ") == "one\ntwo\nthree"


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)
    assert one_line(one_line(text)) == one_line(text)


@given(st.text())
def test_one_line_is_one_line(text):
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "text", ["", "Zoë Ó Súilleabháin", "two\nlines\tand a tab", "محمد", "Nguyễn Thị Ánh", "👩🏽‍🏫"]
)
def test_names_and_words_of_every_script_are_kept(text):
    assert text_error(text) is None


@pytest.mark.parametrize("text", ["\u200b", "\u200d \u2060", "\u3164", "\u2800", "\ufe0f", "\u00ad"])
def test_a_text_of_which_nothing_can_be_seen_is_refused(text):
    assert "can be seen" in text_error(text)
    assert text_error(f"a{text}b") is None


@pytest.mark.parametrize("mark", ["\x00", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe"])
def test_a_character_that_cannot_be_shown_is_refused(mark):
    assert "cannot be shown" in text_error(f"a phone{mark}")


@pytest.mark.parametrize("mark", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_a_mark_that_turns_the_text_round_is_refused(mark):
    assert "direction" in text_error(f"Sam{mark}mahdlO")


def test_accents_piled_on_one_letter_are_refused():
    assert text_error("o" + "\u0301" * 6) is None
    assert "piled" in text_error("o" + "\u0301" * 7)


def test_a_text_that_is_too_long_is_told_how_long_it_is():
    assert text_error("a" * 2000) is None
    assert text_error("a" * 2001) == "Use 2,000 characters or fewer. You have used 2,001"
