"""Finding stays by words, however many years of them there are: SQLite's full-text index, a row for each stay.

It holds words in plain letters and the host's id, so that a host who is renamed is found by the new name.
"""

from database import db
from rules import hosts
from rules.visitors import words_of

MOST_WORDS = 8  # the further words of a search are not needed to find anything


def keep(stay, texts, host):
    """Make a stay (by id) findable by the words of these texts and by its host (an id), in the caller's transaction."""
    words = " ".join(word for text in texts for word in words_of(text))
    db.execute_sql(
        "INSERT OR REPLACE INTO visit_search (rowid, words, host) VALUES (?, ?, ?)", (stay, words, str(host))
    )


def newest(text, below, above, most):
    """The ids of the newest stays in which, or in whose host's name, each word of a text begins a word.

    Only those between `below` and `above` (exclusive), and at most so many.
    """
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return []
    rows = db.execute_sql(
        "SELECT rowid FROM visit_search WHERE visit_search MATCH ? AND rowid < ? AND rowid > ? "
        "ORDER BY rowid DESC LIMIT ?",
        (" AND ".join(map(_matches, words)), below, above, most),
    )
    return [row[0] for row in rows]


def _matches(word):
    """One word as the index asks for it. It is letters and digits alone, so it needs no escaping."""
    hosted = "".join(f' OR host : "{host}"' for host in hosts.named(word))
    return f'(words : "{word}" *{hosted})'
