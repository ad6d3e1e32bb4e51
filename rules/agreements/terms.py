"""The terms of a written agreement: expectations, sanctions, the same in easy-read, and who signs (clause 5.7d)."""

import re
from typing import NamedTuple

from enums import RequiredSigners, SigningParty
from rules.core.easy_read import PICTURES
from rules.core.text import one_line, text_error, tidy

LONGEST_TERMS = 4000
LONGEST_REASON = 500
MOST_EASY_LINES = 30
LONGEST_EASY_LINE = 120
_PICTURED = re.compile(r"\(([a-z-]+)\)\s*(.*)")

PARTIES = {
    RequiredSigners.BOTH: (SigningParty.PUPIL, SigningParty.PARENT),
    RequiredSigners.PARENT: (SigningParty.PARENT,),
    RequiredSigners.PUPIL: (SigningParty.PUPIL,),
}
SIGNER_WORDS = {
    RequiredSigners.BOTH: "The pupil and a parent or carer",
    RequiredSigners.PARENT: "A parent or carer alone",
    RequiredSigners.PUPIL: "The pupil alone",
}
if PARTIES.keys() != set(RequiredSigners) or SIGNER_WORDS.keys() != set(RequiredSigners):
    raise AssertionError("every choice of signers needs its parties and its words")


class Terms(NamedTuple):
    """What is agreed. `easy` is the easy-read version: pairs of a picture's name and one short sentence."""

    expectations: str
    sanctions: str
    easy: tuple = ()
    signers: RequiredSigners = RequiredSigners.BOTH
    signers_reason: str = ""

    @property
    def parties(self):
        """Whose signatures are needed."""
        return PARTIES[self.signers]

    def cleaned(self):
        """Return a copy with whitespace normalised, empty easy-read lines left out."""
        return self._replace(
            expectations=tidy(self.expectations),
            sanctions=tidy(self.sanctions),
            easy=tuple((picture, one_line(words)) for picture, words in self.easy if words.strip()),
            signers_reason="" if self.signers is RequiredSigners.BOTH else tidy(self.signers_reason),
        )

    def validate(self):
        """What keeps it from being issued, as {field: message}: there are always expectations and sanctions."""
        errors = {
            "expectations": text_error(self.expectations, LONGEST_TERMS, "Write what is expected"),
            "sanctions": text_error(self.sanctions, LONGEST_TERMS, "Write what happens if the rules are broken"),
            "easy": self._easy_error(),
        }
        if self.signers is not RequiredSigners.BOTH:
            errors["signers_reason"] = text_error(self.signers_reason, LONGEST_REASON, "Say why only one of them signs")
        return {field: error for field, error in errors.items() if error}

    def _easy_error(self):
        if len(self.easy) > MOST_EASY_LINES:
            return f"Use {MOST_EASY_LINES} lines or fewer"
        for picture, words in self.easy:
            if picture and picture not in PICTURES:
                return f"There is no picture “{picture}”. Use one of: {', '.join(PICTURES)}"
            if error := text_error(words, LONGEST_EASY_LINE):
                return f"“{words[:30]}…”: {error}"
        return None

    def as_dict(self):
        """The terms as they are stored, and as their digest is made from."""
        return {
            "expectations": self.expectations,
            "sanctions": self.sanctions,
            "easy": [list(pair) for pair in self.easy],
            "signers": self.signers.value,
            "signers_reason": self.signers_reason,
        }

    def as_template(self):
        """What a template stores of them: who signs is chosen each time."""
        stored = self.as_dict()
        return {name: stored[name] for name in ("expectations", "sanctions", "easy")}


def terms_of_template(stored):
    """The terms of a stored template, of a policy pack or of the school."""
    easy = tuple((picture, words) for picture, words in stored.get("easy", ()))
    return Terms(stored.get("expectations", ""), stored.get("sanctions", ""), easy)


def easy_lines(text):
    """The easy-read lines of a text as somebody types it: one idea a line, a picture's name before it in brackets.

    >>> easy_lines("(phone) This is about my phone.\\nI keep it safe.")
    (('phone', 'This is about my phone.'), ('', 'I keep it safe.'))
    """
    lines = []
    for line in filter(None, map(str.strip, text.splitlines())):
        pictured = _PICTURED.fullmatch(line)
        lines.append(pictured.groups() if pictured else ("", line))
    return tuple(lines)


def easy_text(easy):
    """The text that `easy_lines` reads, for a form."""
    return "\n".join(f"({picture}) {words}" if picture else words for picture, words in easy)
