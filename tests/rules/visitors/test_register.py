"""Visitors are known again, however their name is spelled."""

import unicodedata

import pytest

from database import writing
from enums import VisitorKind
from models import Visitor
from rules.core import text
from rules.core.errors import NotAllowed, NotFound
from rules.visitors import register
from rules.visitors.validation import name_error

SAME = [
    ("O'Brien", "O’Brien"),
    ("O'Brien", "OBRIEN"),
    ("Oʼbrien", "o`brien"),
    (unicodedata.normalize("NFC", "Seán Ó Súilleabháin"), unicodedata.normalize("NFD", "Seán Ó Súilleabháin")),
    ("Zoë Straße", "zoe strasse"),
    ("Dr. A. B. Null", "dr ab null"),
    ("Ana  María", "Ana María"),
]
OTHERS = [("Ann Hill", "Anne Hill"), ("Smith-Jones", "Smith Jones"), ("李", "王")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_name_are_one_name(one, other):
    assert text.name_key(one) == text.name_key(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_names_stay_two_names(one, other):
    assert text.name_key(one) != text.name_key(other)


@pytest.mark.parametrize("name", ["Null", "李", "A", "Zoë 🦊 Fox", "None", "D'Arcy", "x" * 200])
def test_a_name_of_any_kind_is_taken(name):
    assert name_error(name) is None


@pytest.mark.parametrize("name", ["…", "ʼ", "1ʼ", "🦊", "12", "x" * 201, "A\x00b", "abc\u202ecba", "a" + "\u0301" * 20])
def test_what_is_no_name_or_would_mislead_is_refused(name):
    assert name_error(name)


def kept(name, organisation="", kind=VisitorKind.PARENT):
    with writing():
        return register.save(name, organisation, kind.value)


def test_a_known_visitor_is_not_made_again(school):
    assert kept("Maeve O'Brien", "Larch Ltd") == kept("maeve o’brien", "LARCH LTD.")
    assert Visitor.select().count() == 1


def test_the_same_name_from_elsewhere_is_somebody_else(school):
    assert kept("Maeve O'Brien", "Larch Ltd") != kept("Maeve O'Brien", "Elm Ltd") != kept("Maeve O'Brien")


def test_what_brings_them_is_kept_as_it_was_said_last(school):
    visitor = kept("Maeve")
    assert kept("Maeve", kind=VisitorKind.VOLUNTEER) == visitor
    assert Visitor.get_by_id(visitor).kind == "volunteer"


def test_who_reads_the_log_finds_a_visitor_by_number(cast):
    visitor = kept("Maeve", "Larch Ltd")
    found = register.find(cast.dsl, visitor)
    assert (found.name, found.organisation, found.kind) == ("Maeve", "Larch Ltd", "Parent or carer")
    with pytest.raises(NotFound):
        register.find(cast.dsl, visitor + 1)
    with pytest.raises(NotAllowed):
        register.find(cast.teacher, visitor)
