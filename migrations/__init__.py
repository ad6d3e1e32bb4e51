"""The steps of the schema, in order. A school may have had any of them, so none is changed once it is out."""


def rebuild(db, tables, filled, further):
    """Build tables anew that get a column or a check in their middle, then run further statements.

    `tables` are {name: its new statement}; `filled` has what new columns hold for old rows, as {name: {column: SQL}}.
    As SQLite's manual describes: with foreign keys off, copied, and checked before the commit. All of it is one
    transaction; a start that was interrupted begins it again.
    """
    db.execute_sql("PRAGMA foreign_keys = OFF")
    try:
        with db.atomic("IMMEDIATE"):
            for table, statement in tables.items():
                _rebuild(db, table, statement, filled.get(table, {}))
            for statement in further:
                db.execute_sql(statement)
            if broken := db.execute_sql("PRAGMA foreign_key_check").fetchall():
                raise RuntimeError(f"rows that belong to nothing: {broken[:5]}")
    finally:
        db.execute_sql("PRAGMA foreign_keys = ON")


def _rebuild(db, table, statement, filled):
    old = [row[1] for row in db.execute_sql(f'PRAGMA table_info("{table}")').fetchall()]
    values = {**{name: f'"{name}"' for name in old}, **filled}
    db.execute_sql(statement.replace(f'"{table}"', f'"new_{table}"', 1))
    names = ", ".join(f'"{name}"' for name in values)
    db.execute_sql(f'INSERT INTO "new_{table}" ({names}) SELECT {", ".join(values.values())} FROM "{table}"')  # noqa: S608
    db.execute_sql(f'DROP TABLE "{table}"')
    db.execute_sql(f'ALTER TABLE "new_{table}" RENAME TO "{table}"')
