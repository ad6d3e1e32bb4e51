"""Stays are found by a text of their own; the full-text index and its words go (clause 6.1)."""

import re
import unicodedata

from peewee import TextField

SIGNS, WORD = re.compile("['’‘ʼ`.]"), re.compile(r"[^\W_]+")
STAYS = (
    "SELECT stay.id, visitor.name, visit.purpose, visitor.organisation, visit.host_id FROM stay"
    " JOIN visit ON visit.id = stay.visit_id JOIN visitor ON visitor.id = visit.visitor_id"
)


def up(migrator, db):
    """Bring the schema to step 7: each stay gets its text from the visitor and the visit, and nothing else changes."""
    migrator.migrate(migrator.add_column("stay", "search_text", TextField(default="")))
    for stay, name, purpose, organisation, host in db.execute_sql(STAYS).fetchall():
        text = f" {' '.join([*_words(name), *_words(purpose), '/', *_words(organisation), f'#{host}'])} "
        db.execute_sql("UPDATE stay SET search_text = ? WHERE id = ?", (text, stay))
    db.execute_sql("DROP TABLE visit_search")
    db.execute_sql("DROP TABLE visit_word")


def _words(text):
    """The words of a text without case, accents, apostrophes and dots, as the program of this step folds them."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", SIGNS.sub("", text)).casefold())
    return WORD.findall("".join(letter for letter in apart if not unicodedata.combining(letter)))
