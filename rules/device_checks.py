"""What the school keeps of one of its devices, and what is wrong with it as it was typed (clauses 3.1, 3.3)."""

import re
import unicodedata
from typing import NamedTuple

from rules.text import one_line, text_error

LONGEST_TAG = 40
LONGEST_MODEL = 120
LONGEST_NOTE = 300
_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{2,24}")


class Details(NamedTuple):
    """What was typed about a device. `kind` is the id of one of the policy's kinds of device."""

    asset_tag: str
    kind: str
    model: str = ""
    phone_number: str = ""

    def cleaned(self):
        """The same, each text on one line."""
        return Details(one_line(self.asset_tag), self.kind, one_line(self.model), one_line(self.phone_number))


def tag_key(tag):
    """What two spellings of one tag have in common: no case, no spaces or hidden marks, one kind of dash.

    >>> tag_key(" t – 07"), tag_key("T-07") == tag_key("T-7")
    ('t-07', False)
    """
    plain = "".join(unicodedata.normalize("NFKC", tag).casefold().split())
    kinds = ((letter, unicodedata.category(letter)) for letter in plain)
    return "".join("-" if kind == "Pd" else letter for letter, kind in kinds if kind != "Cf")


def errors_in(details, kinds):
    """What is wrong with tidied details, as {field: message}; `kinds` are the ids of the policy's kinds of device.

    Whether the tag is taken is not asked here.
    """
    return {
        field: message
        for field, message in (
            ("asset_tag", _tag_error(details.asset_tag)),
            ("kind", None if details.kind in kinds else "Choose what kind of device it is"),
            ("model", text_error(details.model, LONGEST_MODEL)),
            ("phone_number", _number_error(details.phone_number)),
        )
        if message
    }


def _tag_error(tag):
    if not tag:
        return "Write what stands on its label, for example T-07"
    if error := text_error(tag, LONGEST_TAG):
        return error
    return None if tag[0].isalnum() else "Begin the tag with a letter or a figure, for example T-07"


def _number_error(number):
    if not number or _NUMBER.fullmatch(number):
        return None
    return "Write the number in figures, for example 01632 960 114"
