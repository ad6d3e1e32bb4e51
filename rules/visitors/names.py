"""Whether the name that somebody gives can be a name on a list, however the two are spelled.

A name is taken apart once: into its words, and each word into the few ways in which it is written. Comparing is then
looking words up. A measure of likeness would not do here: `Ann` and `Anne` are as alike as `Łukasz` and `Lukasz`.
"""

import re
import unicodedata
from typing import NamedTuple

# Letters that are no other letter with a mark, as they are written where a keyboard lacks them.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
# Letters that are also written as two.
_LONG = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj"})
# What can be such a letter, as in Mueller and Schroeder; Joe, Samuel and Michael have none.
_WRITTEN_LONG = re.compile(r"(?<![aeiou])([aou])e(?=[b-df-hj-np-tv-z][a-z])")

_SIGNS = re.compile("['’‘ʼ`´.]")
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor"])
# Names as well, as in Jack Lord and Ram KC: they count as titles at one end of a name, beside two words or more.
BEFORE = frozenset(
    ["sir", "dame", "lord", "lady", "rev", "revd", "canon", "father", "fr", "sister", "imam", "rabbi", "herr", "frau"]
)
BEHIND = frozenset(["esq", "jr", "jnr", "sr", "snr", "phd", "mbe", "obe", "cbe", "kc", "qc"])

SHORTEST_PART = 3  # a shorter part of a hyphenated name, such as Al-, says nothing by itself
MOST_JOINED = 3  # van der Berg and Vanderberg


class Given(NamedTuple):
    """A name that somebody gives: all spellings of its words and of neighbours in one, and those of the whole."""

    words: frozenset
    whole: frozenset


class Listed(NamedTuple):
    """A listed name: for each word, by which steps one gets beyond it, and the spellings of the whole.

    A step is where it leads, and sets of spellings: the given words have to hold one of each set.
    """

    steps: tuple
    whole: frozenset


def means(name, other):
    """Whether somebody who gives the other name can be who is listed by the first one.

    >>> means("Mrs Łucja Smith-Jones", "Smith, Lucja"), means("Ann Lake", "Ann B. Lake"), means("Ann Lake", "Anne Lake")
    (True, True, False)
    """
    return can_be(listed(name), given(other))


def can_be(listed, given):
    """The same of two names that have been taken apart."""
    if not listed.whole.isdisjoint(given.whole):
        return True
    reached = {0}
    for at, steps in enumerate(listed.steps):
        if at in reached:
            reached.update(to for to, needed in steps if not any(map(given.words.isdisjoint, needed)))
    return bool(listed.steps) and len(listed.steps) in reached


def can_be_any(listed, given):
    """Whether a listed name can be one of those that somebody gives."""
    return any(can_be(listed, name) for name in given)


def given(name):
    """A name that somebody gives, taken apart."""
    groups = _groups(name)
    parts = sum(groups, ())
    joined = (_joined(parts[at : at + many]) for many in range(1, MOST_JOINED + 1) for at in range(len(parts)))
    return Given(frozenset().union(*joined), _joined(sum(_without_titles(groups), ())))


def listed(name):
    """A listed name, taken apart."""
    groups = _without_titles(_groups(name))
    return Listed(tuple(tuple(_steps(groups, at)) for at in range(len(groups))), _joined(sum(groups, ())))


def _steps(groups, at):
    """How one gets beyond a word: it is given, in one with its neighbours or not; of a hyphenated one a part will do.

    Not so where there is nothing else, or where the part is another word of the name: Owen Owen-Price is no Owen Brown.
    """
    others = {part for group in groups[:at] + groups[at + 1 :] for part in group}
    alone = [part for part in groups[at] if len(part[0]) >= SHORTEST_PART and part not in others]
    yield at + 1, (_joined(groups[at]).union(*alone if len(groups) > 1 else ()),)
    if len(groups[at]) > 1:
        yield at + 1, tuple(map(frozenset, groups[at]))
    for end in range(at + 2, min(at + MOST_JOINED, len(groups)) + 1):
        yield end, (_joined(sum(groups[at:end], ())),)


def _joined(parts):
    """The spellings of some parts written as one word."""
    return frozenset(map("".join, zip(*parts, strict=True)))


def _groups(name):
    """The words of a name, each as the parts between its hyphens, each part as its spellings."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", _SIGNS.sub("", name)).casefold())
    words = "".join(map(_kept, text)).split()
    groups = [tuple(_spellings(part) for part in word.split("-") if part) for word in words]
    return [group for group in groups if group]


def _kept(letter):
    """A letter as itself, any dash as a hyphen, and what parts words as a space. Vowels can be signs on a letter."""
    if letter.isalnum() or unicodedata.category(letter)[0] == "M":
        return letter
    return "-" if unicodedata.category(letter) == "Pd" or letter == "−" else " "


def _spellings(part):
    """A part of a name as it is written without marks, with two letters for one, and with one letter for such two.

    >>> _spellings("schröder"), _spellings("mueller")
    (('schroder', 'schroeder', 'schroder'), ('mueller', 'mueller', 'muller'))
    """
    plain = _unmarked(part.translate(_PLAIN))
    return plain, _unmarked(part.translate(_LONG).translate(_PLAIN)), _WRITTEN_LONG.sub(r"\1", plain)


def _unmarked(text):
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _without_titles(groups):
    """The words of a name without titles, where words are left that can name somebody."""
    kept = [group for group in groups if not _is_one_of(TITLES, group)] or groups
    if len(kept) > 2 and _is_one_of(BEHIND, kept[-1]):
        kept = kept[:-1]
    return kept[1:] if len(kept) > 2 and _is_one_of(BEFORE, kept[0]) else kept


def is_only_title(name):
    """Whether there is nothing in it but titles, which name nobody."""
    return all(_is_one_of(TITLES, group) for group in _groups(name))


def _is_one_of(words, group):
    return len(group) == 1 and group[0][0] in words
