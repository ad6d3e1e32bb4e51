"""Visitors: visits, stays in the building, what was reported of them, and the signs."""

# fmt: off
STATEMENTS = (
    'CREATE TABLE "sign_check" ("id" INTEGER NOT NULL PRIMARY KEY, "place" TEXT NOT NULL, "fine" INTEGER NOT NULL, "note" TEXT NOT NULL, "checked_by_id" INTEGER NOT NULL, "checked_at" TEXT NOT NULL, FOREIGN KEY ("checked_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (fine = 1 OR length(trim(note)) > 0), CHECK (length(trim(place)) > 0))',
    'CREATE TABLE "visitor" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL, "organisation" TEXT NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN (\'parent\', \'professional\', \'contractor\', \'volunteer\', \'governor\', \'other\')), "made_at" TEXT NOT NULL, CHECK (length(trim(name)) BETWEEN 1 AND 200))',
    'CREATE TABLE "visit" ("id" INTEGER NOT NULL PRIMARY KEY, "visitor_id" INTEGER NOT NULL, "host_id" INTEGER NOT NULL, "purpose" TEXT NOT NULL, "vehicle" TEXT NOT NULL, "starts_on" TEXT NOT NULL, "ends_on" TEXT NOT NULL, "expected_at" TEXT, "expected_until" TEXT, "announced_by_id" INTEGER NOT NULL, "announced_at" TEXT NOT NULL, "revision" INTEGER NOT NULL, "cancelled_at" TEXT, "form_key" TEXT, FOREIGN KEY ("visitor_id") REFERENCES "visitor" ("id") ON DELETE RESTRICT, FOREIGN KEY ("host_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("announced_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (starts_on <= ends_on), CHECK (expected_until IS NULL OR expected_at < expected_until))',
    'CREATE TABLE "stay" ("id" INTEGER NOT NULL PRIMARY KEY, "visit_id" INTEGER NOT NULL, "day" TEXT NOT NULL, "came_at" TEXT NOT NULL, "came_by_id" INTEGER NOT NULL, "accepted_version_id" INTEGER NOT NULL, "carries" TEXT NOT NULL, "left_at" TEXT, "left_by_id" INTEGER, "estimated" INTEGER NOT NULL, FOREIGN KEY ("visit_id") REFERENCES "visit" ("id") ON DELETE RESTRICT, FOREIGN KEY ("came_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("accepted_version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, FOREIGN KEY ("left_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((left_at IS NULL) = (left_by_id IS NULL)), CHECK (left_at IS NULL OR left_at >= came_at), CHECK (estimated = 0 OR left_at IS NOT NULL))',
    'CREATE TABLE "visitor_concern" ("id" INTEGER NOT NULL PRIMARY KEY, "stay_id" INTEGER, "whom" TEXT NOT NULL, "place" TEXT NOT NULL, "seen" TEXT NOT NULL, "challenged" INTEGER NOT NULL, "answer" TEXT NOT NULL, "reported_by_id" INTEGER NOT NULL, "reported_at" TEXT NOT NULL, "form_key" TEXT, FOREIGN KEY ("stay_id") REFERENCES "stay" ("id") ON DELETE RESTRICT, FOREIGN KEY ("reported_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (length(trim(whom)) > 0 AND length(trim(seen)) > 0))',
    'CREATE TABLE "visitor_concern_note" ("id" INTEGER NOT NULL PRIMARY KEY, "concern_id" INTEGER NOT NULL, "text" TEXT NOT NULL, "read" INTEGER NOT NULL, "by_id" INTEGER NOT NULL, "at" TEXT NOT NULL, FOREIGN KEY ("concern_id") REFERENCES "visitor_concern" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (read = 1 OR length(trim(text)) > 0))',
    'CREATE INDEX "sign_check_place_id" ON "sign_check" ("place", "id")',
    'CREATE INDEX "visitor_name_key" ON "visitor" ("name_key")',
    'CREATE INDEX "visit_ends_on_starts_on" ON "visit" ("ends_on", "starts_on")',
    'CREATE INDEX "visit_visitor_id_id" ON "visit" ("visitor_id", "id")',
    'CREATE INDEX "visit_host_id_ends_on" ON "visit" ("host_id", "ends_on")',
    'CREATE UNIQUE INDEX "visit_announced_by_id_form_key" ON "visit" ("announced_by_id", "form_key")',
    'CREATE INDEX "stay_day_id" ON "stay" ("day", "id")',
    'CREATE INDEX "stay_visit_id_id" ON "stay" ("visit_id", "id")',
    'CREATE UNIQUE INDEX "stay_now" ON "stay" ("visit_id") WHERE left_at IS NULL',
    'CREATE UNIQUE INDEX "visitor_concern_reported_by_id_form_key" ON "visitor_concern" ("reported_by_id", "form_key")',
    'CREATE INDEX "visitor_concern_stay_id" ON "visitor_concern" ("stay_id")',
    'CREATE INDEX "visitor_concern_note_concern_id_id" ON "visitor_concern_note" ("concern_id", "id")',
    "CREATE TRIGGER visitor_concern_no_update BEFORE UPDATE ON visitor_concern BEGIN SELECT RAISE(ABORT, 'visitor_concern is never changed'); END",
    "CREATE TRIGGER visitor_concern_no_delete BEFORE DELETE ON visitor_concern BEGIN SELECT RAISE(ABORT, 'visitor_concern is never deleted'); END",
    "CREATE TRIGGER visitor_concern_no_replace BEFORE INSERT ON visitor_concern WHEN EXISTS (SELECT 1 FROM visitor_concern WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'visitor_concern is never replaced'); END",
    "CREATE TRIGGER visitor_concern_note_no_update BEFORE UPDATE ON visitor_concern_note BEGIN SELECT RAISE(ABORT, 'visitor_concern_note is never changed'); END",
    "CREATE TRIGGER visitor_concern_note_no_delete BEFORE DELETE ON visitor_concern_note BEGIN SELECT RAISE(ABORT, 'visitor_concern_note is never deleted'); END",
    "CREATE TRIGGER visitor_concern_note_no_replace BEFORE INSERT ON visitor_concern_note WHEN EXISTS (SELECT 1 FROM visitor_concern_note WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'visitor_concern_note is never replaced'); END",
    "CREATE TRIGGER sign_check_no_update BEFORE UPDATE ON sign_check BEGIN SELECT RAISE(ABORT, 'sign_check is never changed'); END",
    "CREATE TRIGGER sign_check_no_delete BEFORE DELETE ON sign_check BEGIN SELECT RAISE(ABORT, 'sign_check is never deleted'); END",
    "CREATE TRIGGER sign_check_no_replace BEFORE INSERT ON sign_check WHEN EXISTS (SELECT 1 FROM sign_check WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'sign_check is never replaced'); END",
    "CREATE VIRTUAL TABLE visit_search USING fts5(words, host, content='', contentless_delete=1, prefix='2 3')",
)
# fmt: on


def up(migrator, db):
    """Make the tables, indexes and triggers of visitors."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
