"""Finding stays by words, however many years of them there are: SQLite's full-text index, a row for each stay.

It holds words in plain letters and the host's id, so that a host who is renamed is found by the new name. Each word
that was ever in it is kept in `visit_word`. The words that begin with what was typed are looked up there and asked for
whole: the index knows the newest of a whole word at once, and would have to gather all of those that begin alike.
"""

import json

from database import db, writing
from database import prepared_raw as prepared
from models import Stay, Visit, Visitor
from rules import hosts
from rules.visitors import words_of

MOST_WORDS = 8  # the further words of a search are not needed to find anything
MOST_WHOLE = 40  # so many words that begin alike are asked for one by one
MOST_ASKED = 3000  # so many requests for a device are gathered; of more, the newest stays have some
MOST_APART = 200  # for so many the words are looked up stay by stay; of more, going through the words is quicker

# Requests for a device on a visit, by state: how many there are, the stays of these visits, whether a stay is of one.
_REQUESTS = "exemption.visit_id IS NOT NULL AND exemption.state IN (SELECT value FROM json_each(?))"
_HOW_MANY = f"SELECT COUNT(*) FROM (SELECT 1 FROM exemption WHERE {_REQUESTS} LIMIT ?)"  # noqa: S608
_ASKED = f"SELECT stay.id FROM exemption JOIN stay ON stay.visit_id = exemption.visit_id WHERE {_REQUESTS}"  # noqa: S608
_IS_ASKED = (
    "EXISTS (SELECT 1 FROM stay AS theirs JOIN exemption ON exemption.visit_id = theirs.visit_id"  # noqa: S608
    f" WHERE theirs.id = {{table}}.rowid AND {_REQUESTS})"
)


# --- Keeping ------------------------------------------------------------------------------------------------


def keep(stay, texts, host):
    """Make a stay (by id) findable by its host (an id) and by words, in the caller's transaction.

    `texts` are the visitor's name, the organisation and the purpose.
    """
    name, organisation, purpose = texts
    words, theirs = [*words_of(name), *words_of(purpose)], words_of(organisation)
    db.execute_sql(
        "INSERT OR REPLACE INTO visit_search (rowid, words, organisation, host) VALUES (?, ?, ?, ?)",
        (stay, " ".join(words), " ".join(theirs), str(host)),
    )
    for word in {*words, *theirs}:
        db.execute_sql("INSERT OR IGNORE INTO visit_word (word) VALUES (?)", (word,))


@prepared
def _all():
    return Stay.select(Stay.id, Visitor.name, Visitor.organisation, Visit.purpose, Visit.host).join(Visit).join(Visitor)


def catch_up():
    """Make the index from the stays where it is empty: an update of the program may have made it anew."""
    missing = "SELECT EXISTS (SELECT 1 FROM stay) AND NOT EXISTS (SELECT 1 FROM visit_word)"
    if db.execute_sql(missing).fetchone()[0]:
        with writing():
            for stay, name, organisation, purpose, host in _all.rows():
                keep(stay, (name, organisation, purpose), host)


# --- Finding ------------------------------------------------------------------------------------------------


def newest(text, below, above, most, organisation="", host=None, states=(), unasked=False):
    """The ids of the newest stays between `below` and `above` (exclusive), at most so many, for which all this holds.

    Each word of `text` begins a word of the name, the organisation or the purpose, or of the host's name. Each word of
    `organisation` begins a word of that. It was `host` (an id) whom they visited. A device was asked for on that visit
    and the request is in one of `states`; or with `unasked`, no such request is.
    """
    words, theirs = words_of(text)[:MOST_WORDS], words_of(organisation)[:MOST_WORDS]
    if (text.strip() and not words) or (organisation.strip() and not theirs):
        return []
    found = [*map(_anywhere, words), *(_begins("organisation", word) for word in theirs)]
    if host is not None:
        found.append(f'host : "{host}"')
    return _newest(" AND ".join(found), (below, above), states, unasked, most)


def _newest(match, bounds, states, unasked, most):
    table, bound = ("visit_search", [match, *bounds]) if match else ("stay", [*bounds])
    sql = f"SELECT rowid FROM {table} WHERE {'visit_search MATCH ? AND ' if match else ''}rowid < ? AND rowid > ?"  # noqa: S608
    if states:
        bound.append(json.dumps(list(states)))
        sql += f" AND {'NOT ' if unasked else ''}{_asked(table, bound[-1])}"
    return [row[0] for row in db.execute_sql(f"{sql} ORDER BY rowid DESC LIMIT ?", (*bound, most))]


def _asked(table, states):
    """That a device was asked for, as a condition. The stays are looked through from their end, but where there are few
    such requests: they can lie years back, and the stays are found from them.
    """
    asked = db.execute_sql(_HOW_MANY, (states, MOST_ASKED + 1)).fetchone()[0]
    if asked > MOST_ASKED:
        return _IS_ASKED.format(table=table)
    # The + keeps the index of words from being asked anew for each of these stays.
    return f"{'+' if table == 'visit_search' and asked > MOST_APART else ''}rowid IN ({_ASKED})"


def _anywhere(word):
    """One word as the index asks for it: in the texts, or in the host's name."""
    hosted = "".join(f' OR host : "{host}"' for host in hosts.named(word))
    return f"({_begins('{words organisation}', word)}{hosted})"


def _begins(columns, word):
    """The words that begin with one. It is letters and digits alone, so it needs no escaping."""
    rows = db.execute_sql(
        "SELECT word FROM visit_word WHERE word >= ? AND word < ? LIMIT ?", (word, word + "\U0010ffff", MOST_WHOLE + 1)
    )
    whole = [row[0] for row in rows]
    if not 0 < len(whole) <= MOST_WHOLE:
        return f'{columns} : "{word}" *'
    exactly = " OR ".join(f'"{each}"' for each in whole)
    return f"{columns} : ({exactly})"
