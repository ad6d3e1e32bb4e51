"""A device that went back during the day may be handed in again: each time is a row of its own."""

STATEMENTS = (
    'DROP INDEX IF EXISTS "hand_in_day_area"',
    'CREATE INDEX IF NOT EXISTS "hand_in_day_area_person_id" ON "hand_in" ("day", "area", "person_id")',
    'DROP INDEX "hand_in_of"',
    'CREATE UNIQUE INDEX "hand_in_of" ON "hand_in" ("person_id", "day") '
    "WHERE undone_at IS NULL AND returned_at IS NULL",
)


def up(migrator, db):
    """Bring the schema to step 6; no row changes."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
