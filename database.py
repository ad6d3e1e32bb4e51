"""The one way to the database: opening it, reading it quickly, writing it safely."""

import os
import threading
from collections import namedtuple
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import apsw
from peewee import DatabaseError, IntegrityError, OperationalError, __exception_wrapper__
from playhouse.apsw_ext import APSWDatabase

from fields import Gap, name_of, reader_of

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
        try:
            return self.connection().execute(sql, params or ())
        except apsw.Error:
            with __exception_wrapper__:  # raised again as peewee's
                raise


db = Database(None)
_write_lock = threading.RLock()
_after_commit = {}

__all__ = [
    "DatabaseError",
    "IntegrityError",
    "OperationalError",
    "SchemaTooNew",
    "db",
    "prepared",
    "writing",
    "writing_if_free",
]


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
            with db.savepoint():
                yield
            return
        _after_commit.clear()
        with db.transaction("IMMEDIATE"):
            yield
        for call in _after_commit.values():
            call()


@contextmanager
def writing_if_free():
    """A write transaction if nobody else writes at this moment; whether it is one. It waits for nobody."""
    if not _write_lock.acquire(blocking=False):
        yield False
        return
    with ExitStack() as stack:
        stack.callback(_write_lock.release)
        try:
            db.connection().set_busy_timeout(0)
            stack.enter_context(writing())
        except OperationalError:  # another process writes
            yield False
            return
        finally:
            db.connection().set_busy_timeout(BUSY_SECONDS * 1000)
        yield True


class Prepared:
    """A peewee query whose SQL text is made once, at first use; each call binds values and reads rows.

    peewee builds the text anew at each execution, which costs more than the query itself. What has to be read or
    spelled is known by the query's columns and parameters (`fields.reader_of`, `fields.Parameter`), so that is found
    out once as well: a column that is text or a number costs nothing for a row.
    """

    def __init__(self, build, raw=False, row=None):
        self._build = build
        self._raw = raw
        self._row_type = row
        self._sql = None

    def _compile(self):
        query = self._build()
        columns = getattr(query, "_returning", None) or ()
        names = [name_of(column) for column in columns]
        row_type = self._row_type or namedtuple("Row", names)
        if columns and list(row_type._fields) != names:
            raise TypeError(f"{row_type.__name__} has not the columns {names}")
        readers = () if self._raw else tuple((n, reader_of(column)) for n, column in enumerate(columns))
        self._make = _row_maker(row_type._make, tuple((n, read) for n, read in readers if read is not None))
        sql, values = query.sql()
        self._values = [None if isinstance(value, Gap) else value for value in values]
        self._gaps = [(n, gap.name, gap.spelled, gap.spell) for n, gap in enumerate(values) if isinstance(gap, Gap)]
        self._sql = sql  # last, because another lane takes it for a sign that all is there

    def _run(self, values):
        if self._sql is None:
            self._compile()
        bound = self._values.copy()
        for n, name, spelled, spell in self._gaps:
            value = values[name]
            bound[n] = value if spell is None or value.__class__ in spelled else spell(value)
        return db.execute_sql(self._sql, bound)

    def rows(self, **values):
        """All rows, as named tuples of dates, times, moments, enums, flags, texts and numbers."""
        cursor = self._run(values)
        return list(map(self._make, cursor))

    def one(self, **values):
        """The first row or None."""
        cursor = self._run(values)
        row = cursor.fetchone()
        cursor.close()  # an open cursor would keep its read transaction
        return None if row is None else self._make(row)

    def execute(self, **values):
        """Run an INSERT, UPDATE or DELETE; how many rows it changed."""
        return db.rows_affected(self._run(values))


def _row_maker(make, readers):
    """The function that makes a row of a database's tuple, reading the columns at `readers`' places."""
    if not readers:
        return make

    def make_reading(values):
        values = list(values)
        for n, read in readers:
            value = values[n]
            if value is not None:
                values[n] = read(value)
        return make(values)

    return make_reading


def prepared(build=None, *, raw=False, row=None):
    """Decorate a function that returns a peewee query; see `Prepared`.

    `raw=True` leaves the values as the database has them, for rows that are the key of a cache. `row` is the
    NamedTuple that a row becomes, where it carries more than its columns.
    """
    if build is None:
        return partial(Prepared, raw=raw, row=row)
    return Prepared(build, raw, row)
