"""What people type: cleaned of nothing they meant, refused where it would mislead a reader."""

import re
import unicodedata
from itertools import filterfalse

# Marks that make text read in another order than it is stored, so that a name could pose as another.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STACKED_MARKS = 6
_SIGNS = re.compile("['’‘ʼ`.]")
_WORD = re.compile(r"[^\W_]+")
# Letters that are drawn as nothing, though Unicode counts them as letters or signs; and what shows nothing by itself.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp", "Mn", "Me"})


def tidy(text):
    """Return the text composed (NFC), with line ends as \\n and no whitespace around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text):
    """Return the text on one line, each run of whitespace as one space."""
    return " ".join(tidy(text).split())


def plain(text):
    """A text without case, accents, apostrophes and dots, however it was spelled.

    >>> plain("O’Brien") == plain("o'brien"), plain("Ó Súilleabháin")
    (True, 'o suilleabhain')
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", _SIGNS.sub("", text)).casefold())
    return "".join(filterfalse(unicodedata.combining, apart))


def name_key(name):
    """What two spellings of one name have in common: `plain`, and without spaces.

    >>> name_key("Dr. Anna  Ó Brien")
    'drannaobrien'
    """
    return "".join(plain(name).split())


def words_of(text):
    """The words of a text as they are searched for.

    >>> words_of("O’Brien, Smith-Jones Ltd.")
    ['obrien', 'smith', 'jones', 'ltd']
    """
    return _WORD.findall(plain(text))


def text_error(text, longest=2000, missing=None):
    """Why a text cannot be kept, in words, or None. `missing` is the sentence for an empty text that is required."""
    if missing and not text.strip():
        return missing
    if len(text) > longest:
        return f"Use {longest:,} characters or fewer. You have used {len(text):,}"
    if _CONTROL.search(text):
        return "Take out the characters that cannot be shown. Typing the words again usually helps"
    if _DIRECTION.search(text):
        return "Take out the hidden marks that change the direction of the text"
    if _too_many_marks(text):
        return "Take out the accents that are piled on one letter"
    if text.strip() and not any(_can_be_seen(letter) for letter in text):
        return "Nothing of this can be seen. Write it in letters"
    return None


def _can_be_seen(letter):
    return letter not in _BLANKS and unicodedata.category(letter) not in _UNSEEN and not letter.isspace()


def _too_many_marks(text):
    if text.isascii():
        return False
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > _STACKED_MARKS:
            return True
    return False
