"""The one way to the database: opening it, reading it quickly, writing it safely."""

import os
import threading
from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path

from peewee import DatabaseError, IntegrityError, OperationalError
from playhouse.apsw_ext import APSWDatabase

from fields import Gap

# Older SQLite can lose committed writes when two connections write and checkpoint at the same instant.
OLDEST_SAFE_SQLITE = (3, 51, 3)

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",  # what was acknowledged survives a power cut
    "foreign_keys": 1,
    "recursive_triggers": 1,  # so that INSERT OR REPLACE meets the no-delete triggers too
    "temp_store": "memory",
}
BUSY_SECONDS = 15

db = APSWDatabase(None)
_write_lock = threading.RLock()
_after_commit = []

__all__ = ["DatabaseError", "IntegrityError", "OperationalError", "SchemaTooNew", "db", "prepared", "writing"]


class SqliteTooOld(RuntimeError):
    """The SQLite library has a bug that can lose committed writes."""


class SchemaTooNew(RuntimeError):
    """The database was written by a newer version of this program."""


def open_database(path):
    """Point the program at one SQLite file, made with mode 600, because it holds children's data."""
    if db.server_version < OLDEST_SAFE_SQLITE:
        raise SqliteTooOld(f"SQLite {db.server_version} can lose writes; {OLDEST_SAFE_SQLITE} or newer is needed")
    path = Path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if not db.is_closed():
        db.close()
    db.init(str(path), pragmas=PRAGMAS, timeout=BUSY_SECONDS)
    db.connect()


def after_commit(call):
    """Run `call()` after each committed write; used for what must follow the database, never lead it."""
    _after_commit[:] = [call]


@contextmanager
def writing():
    """A write transaction: everything inside is on disk at the end, or none of it.

    It begins IMMEDIATE, so a reader never has to become a writer half-way. The lock in front of SQLite's
    own makes the writers of this process take turns; SQLite's busy handler would let some starve.
    Inside another `writing()` it is a savepoint of that one.
    """
    with _write_lock:
        outermost = not db.in_transaction()
        with db.atomic("IMMEDIATE") if outermost else db.atomic():
            yield
        if outermost:
            for call in _after_commit:
                call()


class Prepared:
    """A peewee query whose SQL text is made once, at first use; each call binds values and reads rows.

    peewee builds the text anew at each execution, which costs more than the query itself.
    """

    def __init__(self, build):
        self._build = build
        self._sql = None

    def _compile(self):
        query = self._build()
        self._sql, gaps = query.sql()
        self._gaps = tuple(gaps)
        names = [_name_of(column) for column in getattr(query, "_returning", None) or ()]
        self._row = namedtuple("Row", names)._make if names else tuple

    def _run(self, values):
        if self._sql is None:
            self._compile()
        bound = [values[g.name] if isinstance(g, Gap) else g for g in self._gaps]
        return db.execute_sql(self._sql, bound)

    def rows(self, **values):
        """All rows, as named tuples of the database's own text and numbers."""
        make = self._row_maker()
        return [make(row) for row in self._run(values)]

    def one(self, **values):
        """The first row or None."""
        cursor = self._run(values)
        row = cursor.fetchone()
        cursor.close()  # an open cursor would keep its read transaction
        return None if row is None else self._row_maker()(row)

    def execute(self, **values):
        """Run an INSERT, UPDATE or DELETE; how many rows it changed."""
        return db.rows_affected(self._run(values))

    def _row_maker(self):
        if self._sql is None:
            self._compile()
        return self._row


def prepared(build):
    """Decorate a function that returns a peewee query; see `Prepared`."""
    return Prepared(build)


def _name_of(column):
    return getattr(column, "_alias", None) or column.name
