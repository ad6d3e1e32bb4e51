"""Finding stays by words: each stay has a text of all that it is found by, in plain letters (clause 6.1).

The newest are looked at first, so a common word stops after one page of results; a rare one goes through all of them.
The host stands in the text by number, so that one who is renamed is found by the new name.
"""

from models import Exemption, Stay
from rules.core.text import words_of
from rules.people import staff

MOST_WORDS = 8  # the further words of a search are not needed to find anything
LONGEST_WORD = 200  # nor are the further letters of a word; SQLite refuses a pattern of 50,000

# Words are letters and digits alone. So these two stand for nothing else, and no word needs escaping in a pattern.
ORGANISATION, HOST = "/", "#"


def text_of(name, organisation, purpose, host):
    """What a stay is found by: the visitor's words and the purpose's, the organisation's, and the host (an id).

    >>> text_of("Maeve O’Brien", "Smith-Jones & Co", "To read", 17)
    ' maeve obrien to read / smith jones co #17 '
    """
    said, theirs = [*words_of(name), *words_of(purpose)], words_of(organisation)
    return f" {' '.join([*said, ORGANISATION, *theirs, f'{HOST}{host}'])} "


def newest(text, below, above, most, organisation="", host=None, states=(), unasked=False):
    """The ids of the newest stays between `below` and `above` (exclusive), at most so many, for which all this holds.

    Each word of `text` begins a word of the name, the organisation or the purpose, or of the host's name. Each word of
    `organisation` begins a word of that. It was `host` (an id) whom they visited. A device was asked for on that visit
    and the request is in one of `states`; or with `unasked`, no such request is.
    """
    words, theirs = _words(text), _words(organisation)
    if (text.strip() and not words) or (organisation.strip() and not theirs):
        return []
    conditions = [*map(_anywhere, words), *(_has(f"{ORGANISATION}% {word}") for word in theirs)]
    if host is not None:
        conditions.append(_visited(host))
    if states:
        asked = Exemption.select(Exemption.visit).where(Exemption.visit.is_null(False), Exemption.state.in_(states))
        conditions.append(Stay.visit.not_in(asked) if unasked else Stay.visit.in_(asked))
    stays = Stay.select(Stay.id).where(Stay.id < below, Stay.id > above, *conditions)
    return [stay for (stay,) in stays.order_by(Stay.id.desc()).limit(most).tuples()]


def _words(text):
    return [word[:LONGEST_WORD] for word in words_of(text)[:MOST_WORDS]]


def _anywhere(word):
    """A stay that has a word that begins so, in the texts or in the host's name."""
    condition = _has(word) & _has(f" {word}")  # the first alone is quicker to say no: a text has many spaces
    for host in staff.named(word):
        condition |= _visited(host)
    return condition


def _visited(host):
    return _has(f"{HOST}{host} ")


def _has(part):
    """A stay whose text has this part, in which % stands for anything."""
    return Stay.search_text ** f"%{part}%"
