"""The one way to the database: opening it, reading it quickly, writing it safely."""

import os
import threading
from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path

import apsw
from peewee import DatabaseError, IntegrityError, OperationalError, __exception_wrapper__
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


class Database(APSWDatabase):
    """peewee's apsw database, with plans that stay as they were made.

    The apsw wheel has STAT4, with which SQLite plans a statement anew whenever a value compared with an index
    changes. That costs ten times what our queries do, and their plans do not depend on the values.
    """

    def _add_conn_hooks(self, conn):
        super()._add_conn_hooks(conn)
        conn.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)

    def execute_sql(self, sql, params=None):
        """Run a statement on this thread's connection, straight: peewee's own way there costs as much as a query."""
        with __exception_wrapper__:
            return self.connection().execute(sql, params or ())


db = Database(None)
_write_lock = threading.RLock()
_after_commit = {}

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


def after_commit(name, call):
    """Run `call()` once the write transaction that is open now is on disk; drop it if the transaction is undone.

    A later call of the same name takes the place of an earlier one.
    """
    _after_commit[name] = call


@contextmanager
def writing():
    """A write transaction: everything inside is on disk at the end, or none of it.

    It begins IMMEDIATE, so a reader never has to become a writer half-way. The lock in front of SQLite's
    own makes the writers of this process take turns; SQLite's busy handler would let some starve.
    Inside another `writing()` it is a savepoint of that one.
    """
    with _write_lock:
        if db.in_transaction():
            with db.atomic():
                yield
            return
        _after_commit.clear()
        with db.atomic("IMMEDIATE"):
            yield
        for call in _after_commit.values():
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
