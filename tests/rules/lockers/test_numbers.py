"""The numbers on lockers, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lockers.lockers import MOST, in_order, numbers_of


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7", ("7",)),
        ("1-3", ("1", "2", "3")),
        ("1 – 3", ("1", "2", "3")),
        (" 1, 2;3 4 ", ("1", "2", "3", "4")),
        ("a1-a3", ("A1", "A2", "A3")),
        ("A9-11, 007", ("A9", "A10", "A11", "7")),
        ("5-5", ("5",)),
    ],
)
def test_numbers_are_read_one_by_one_and_as_spans(text, numbers):
    assert numbers_of(text) == numbers


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Write numbers"),
        (" , ", "Write numbers"),
        ("1-", "Write numbers"),
        ("A1-B3", "Write numbers"),
        ("١", "Write numbers"),
        ("12345", "Write numbers"),
        ("1.5", "Write numbers"),
        ("9-1", "Write the smaller number first: 1-9"),
        ("1-5, 3", "The number 3 is there twice"),
        ("1-9999", "more than 500"),
        ("1-400, B1-B400", "more than 500"),
    ],
)
def test_what_is_no_number_is_said(text, why):
    with pytest.raises(ValueError, match=why):
        numbers_of(text)


@given(st.text(max_size=30))
def test_whatever_is_written_is_read_or_refused(text):
    try:
        found = numbers_of(text)
    except ValueError:
        return
    assert 0 < len(found) <= MOST
    assert sorted(found, key=in_order)


def test_lockers_stand_in_the_order_in_which_people_count():
    assert sorted(["10", "9", "A2", "A10", "100"], key=in_order) == ["9", "10", "100", "A2", "A10"]
