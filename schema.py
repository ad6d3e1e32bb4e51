"""The schema: the guards of what is history, and the numbered migrations.

It is brought up to date at start, and never taken for newer than it is.
"""

from pathlib import Path

from peewee import Model, TextField

from database import SchemaTooNew, db, writing
from fields import UtcField
from rules.core import clock


class SchemaMigration(Model):
    """Which migrations the database has had. The runner's own table keeps times in a type that apsw refuses."""

    name = TextField(unique=True)
    applied = UtcField(default=clock.now)

    class Meta:
        database = db
        legacy_table_names = False


# Rows that are history: written once. The insert trigger stops INSERT OR REPLACE even from a tool that has
# not switched recursive triggers on.
WRITTEN_ONCE = (
    *("audit_event", "decision", "need_met", "agreement", "signature"),
    *("visitor_concern", "visitor_concern_note", "sign_check", "visitor_acknowledgement"),
    *("acknowledged_text", "acknowledgement"),
)

WRITTEN_ONCE_TRIGGERS = tuple(
    statement.format(table=table)
    for table in WRITTEN_ONCE
    for statement in (
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END",
        "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is never deleted'); END",
        "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, '{table} is never replaced'); END",
    )
)

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def newest():
    """The number of the newest migration this program knows."""
    return max(int(path.name[:4]) for path in MIGRATIONS.glob("[0-9]*.py"))


def current():
    """The number of the newest migration that the database has had."""
    return db.execute_sql("PRAGMA user_version").fetchone()[0]


def bring_up_to_date():
    """Apply the migrations that are missing. Raises SchemaTooNew for the database of a newer program."""
    known, had = newest(), current()
    if had > known:
        raise SchemaTooNew(
            f"The database is at step {had}, this program knows steps up to {known}. "
            "Start the newer program, or restore the backup made before the update."
        )
    if had < known:
        _apply(known)


def _apply(known):
    # Only at an update: the machinery takes longer to import than the whole check above.
    from playhouse.migrations import Runner

    runner = Runner(db, str(MIGRATIONS))
    runner.History = SchemaMigration
    runner.up()
    with writing():
        db.execute_sql(f"PRAGMA user_version = {known:d}")
