"""The terms of a written agreement, and its easy-read lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enums import RequiredSigners, SigningParty
from rules.agreements.terms import LONGEST_EASY_LINE, MOST_EASY_LINES, Terms, easy_lines, easy_text, terms_of_template
from rules.core.easy_read import PICTURES

words = st.text(st.characters(categories=("L", "N", "Zs")), min_size=1, max_size=40).map(str.strip).filter(bool)
lines = st.lists(st.tuples(st.sampled_from(("", *PICTURES)), words), max_size=8).map(tuple)


def terms(**changed):
    return Terms(**{"expectations": "Keep it in the bag.", "sanctions": "It is handed in.", **changed})


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, set()),
        ({"expectations": ""}, {"expectations"}),
        ({"sanctions": ""}, {"sanctions"}),
        ({"sanctions": "x" * 4001}, {"sanctions"}),
        ({"expectations": "hidden\u202etxet"}, {"expectations"}),
        ({"expectations": "", "sanctions": ""}, {"expectations", "sanctions"}),
        ({"signers": RequiredSigners.PARENT}, {"signers_reason"}),
        ({"signers": RequiredSigners.PUPIL}, {"signers_reason"}),
        ({"signers": RequiredSigners.PUPIL, "signers_reason": "They are 18."}, set()),
        ({"signers": RequiredSigners.PUPIL, "signers_reason": "x" * 501}, {"signers_reason"}),
        ({"easy": (("dragon", "A line."),)}, {"easy"}),
        ({"easy": (("phone", "x" * (LONGEST_EASY_LINE + 1)),)}, {"easy"}),
        ({"easy": (("", "A line."),) * (MOST_EASY_LINES + 1)}, {"easy"}),
        ({"easy": (("", "A line."),) * MOST_EASY_LINES}, set()),
    ],
)
def test_sanctions_are_never_empty_and_who_signs_alone_has_a_reason(changed, fields):
    """Clause 5.7d."""
    assert terms(**changed).cleaned().validate().keys() == fields


def test_blank_texts_are_empty_texts():
    assert terms(sanctions=" \n ", expectations="\t").cleaned().validate().keys() == {"sanctions", "expectations"}


def test_a_reason_for_signing_alone_is_not_kept_where_both_sign():
    assert terms(signers_reason="Why not.").cleaned().signers_reason == ""


@pytest.mark.parametrize(
    ("signers", "parties"),
    [
        (RequiredSigners.BOTH, (SigningParty.PUPIL, SigningParty.PARENT)),
        (RequiredSigners.PUPIL, (SigningParty.PUPIL,)),
        (RequiredSigners.PARENT, (SigningParty.PARENT,)),
    ],
)
def test_those_sign_who_were_chosen(signers, parties):
    assert terms(signers=signers).parties == parties


def test_a_template_keeps_everything_but_who_signs():
    made = terms(signers=RequiredSigners.PUPIL, signers_reason="They are 18.", easy=(("phone", "My phone."),))
    assert terms_of_template(made.as_template()) == terms(easy=(("phone", "My phone."),))
    assert terms_of_template({}).validate().keys() == {"expectations", "sanctions"}


@given(lines)
def test_easy_lines_are_typed_and_read_back_the_same(easy):
    assert easy_lines(easy_text(easy)) == easy


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ()),
        ("\n  \n", ()),
        ("(phone) My phone.\n\nI keep it safe.", (("phone", "My phone."), ("", "I keep it safe."))),
        ("(phone)My phone.", (("phone", "My phone."),)),
        ("(my phone) is mine", (("", "(my phone) is mine"),)),
        ("()", (("", "()"),)),
    ],
)
def test_a_picture_stands_in_brackets_before_its_line(typed, read):
    assert easy_lines(typed) == read


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_without_a_complaint(typed):
    assert all(len(pair) == 2 for pair in easy_lines(typed))
    terms(easy=easy_lines(typed)).cleaned().validate()
