"""Visitors at a tablet, device access for them, who is not let in, and who is regular."""

from migrations import rebuild

atomic = False  # foreign keys can only be switched off outside a transaction

# fmt: off
REBUILT = {
    'visitor': 'CREATE TABLE "visitor" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL, "organisation" TEXT NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN (\'parent\', \'professional\', \'contractor\', \'volunteer\', \'governor\', \'other\')), "same_as_id" INTEGER, "made_at" TEXT NOT NULL, FOREIGN KEY ("same_as_id") REFERENCES "visitor" ("id") ON DELETE RESTRICT, CHECK (length(trim(name)) BETWEEN 1 AND 200), CHECK (same_as_id <> id))',
    'exemption': 'CREATE TABLE "exemption" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT NOT NULL, "state" TEXT NOT NULL CHECK (state IN (\'submitted\', \'returned\', \'approved\', \'declined\', \'withdrawn\', \'revoked\')), "revision" INTEGER NOT NULL, "asker_id" INTEGER NOT NULL, "subject_id" INTEGER NOT NULL, "visit_id" INTEGER, "with_pupils" TEXT NOT NULL, "pupil_handles" INTEGER, "device_kind" TEXT NOT NULL, "device" TEXT NOT NULL, "device_key" TEXT NOT NULL, "purpose" TEXT NOT NULL, "reason" TEXT NOT NULL, "zones" TEXT NOT NULL, "starts_on" TEXT NOT NULL, "ends_on" TEXT NOT NULL, "starts_at" TEXT NOT NULL, "ends_at" TEXT NOT NULL, "weekdays" INTEGER NOT NULL, "audible_alert" INTEGER NOT NULL, "exam_permission" TEXT NOT NULL, "conditions" TEXT NOT NULL, "approved_by" TEXT, "asked_at" TEXT NOT NULL, "decided_at" TEXT, "signed_at" TEXT, "stopped_at" TEXT, "form_key" TEXT, FOREIGN KEY ("asker_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("subject_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("visit_id") REFERENCES "visit" ("id") ON DELETE RESTRICT, CHECK (starts_on <= ends_on), CHECK (starts_at < ends_at), CHECK (length(trim(reason)) > 0 AND length(trim(device)) > 0), CHECK (zones <> \'[]\'), CHECK (weekdays BETWEEN 1 AND 127), CHECK (pupil_handles = 0), CHECK (visit_id IS NULL OR pupil_handles IS NOT NULL), CHECK ((state IN (\'approved\', \'revoked\')) <= (approved_by IS NOT NULL AND decided_at IS NOT NULL)), CHECK (state <> \'approved\' OR stopped_at IS NULL), CHECK (signed_at IS NULL OR approved_by IS NOT NULL))',
    'stay': 'CREATE TABLE "stay" ("id" INTEGER NOT NULL PRIMARY KEY, "visit_id" INTEGER NOT NULL, "day" TEXT NOT NULL, "came_at" TEXT NOT NULL, "came_by_id" INTEGER, "came_tablet_id" INTEGER, "code" TEXT, "accepted_version_id" INTEGER NOT NULL, "carries" TEXT NOT NULL, "needs_device" INTEGER NOT NULL, "left_at" TEXT, "left_by_id" INTEGER, "left_tablet_id" INTEGER, "estimated" INTEGER NOT NULL, FOREIGN KEY ("visit_id") REFERENCES "visit" ("id") ON DELETE RESTRICT, FOREIGN KEY ("came_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("came_tablet_id") REFERENCES "tablet" ("id") ON DELETE RESTRICT, FOREIGN KEY ("accepted_version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, FOREIGN KEY ("left_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("left_tablet_id") REFERENCES "tablet" ("id") ON DELETE RESTRICT, CHECK ((came_by_id IS NULL) <> (came_tablet_id IS NULL)), CHECK ((left_at IS NULL) = (left_by_id IS NULL AND left_tablet_id IS NULL)), CHECK (left_at IS NULL OR left_at >= came_at), CHECK (estimated = 0 OR left_at IS NOT NULL))',
}
ADDED = (
    'CREATE TABLE "do_not_admit" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL, "reason" TEXT NOT NULL, "put_by_id" INTEGER NOT NULL, "put_at" TEXT NOT NULL, "ended_by_id" INTEGER, "ended_at" TEXT, FOREIGN KEY ("put_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("ended_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (length(trim(name)) BETWEEN 1 AND 200 AND length(trim(reason)) > 0), CHECK ((ended_at IS NULL) = (ended_by_id IS NULL)))',
    'CREATE TABLE "tablet" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "secret_digest" TEXT NOT NULL, "previous_digest" TEXT, "sibling_digest" TEXT, "made_by_id" INTEGER NOT NULL, "made_at" TEXT NOT NULL, "ended_by_id" INTEGER, "ended_at" TEXT, "ended_because" TEXT NOT NULL, FOREIGN KEY ("made_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("ended_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (length(trim(name)) > 0))',
    'CREATE TABLE "admission_alert" ("id" INTEGER NOT NULL PRIMARY KEY, "entry_id" INTEGER NOT NULL, "name" TEXT NOT NULL, "organisation" TEXT NOT NULL, "day" TEXT NOT NULL, "at" TEXT NOT NULL, "seen_by_id" INTEGER, "tablet_id" INTEGER, "let_in" INTEGER, "answered_by_id" INTEGER, "answered_at" TEXT, FOREIGN KEY ("entry_id") REFERENCES "do_not_admit" ("id") ON DELETE RESTRICT, FOREIGN KEY ("seen_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("tablet_id") REFERENCES "tablet" ("id") ON DELETE RESTRICT, FOREIGN KEY ("answered_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((seen_by_id IS NULL) <> (tablet_id IS NULL)), CHECK ((let_in IS NULL) = (answered_by_id IS NULL) AND (let_in IS NULL) = (answered_at IS NULL)))',
    'CREATE TABLE "visitor_acknowledgement" ("id" INTEGER NOT NULL PRIMARY KEY, "visitor_id" INTEGER NOT NULL, "version_id" INTEGER NOT NULL, "at" TEXT NOT NULL, "taken_by_id" INTEGER, "tablet_id" INTEGER, FOREIGN KEY ("visitor_id") REFERENCES "visitor" ("id") ON DELETE RESTRICT, FOREIGN KEY ("version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, FOREIGN KEY ("taken_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("tablet_id") REFERENCES "tablet" ("id") ON DELETE RESTRICT, CHECK ((taken_by_id IS NULL) <> (tablet_id IS NULL)))',
    'CREATE TABLE "visitor_merge" ("id" INTEGER NOT NULL PRIMARY KEY, "visitor_id" INTEGER NOT NULL, "into_id" INTEGER NOT NULL, "moved" TEXT NOT NULL, "merged_by_id" INTEGER NOT NULL, "merged_at" TEXT NOT NULL, "undone_by_id" INTEGER, "undone_at" TEXT, FOREIGN KEY ("visitor_id") REFERENCES "visitor" ("id") ON DELETE RESTRICT, FOREIGN KEY ("into_id") REFERENCES "visitor" ("id") ON DELETE RESTRICT, FOREIGN KEY ("merged_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("undone_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (visitor_id <> into_id), CHECK ((undone_at IS NULL) = (undone_by_id IS NULL)))',
    'CREATE TABLE "wrong_code" ("id" INTEGER NOT NULL PRIMARY KEY, "tablet_id" INTEGER NOT NULL, "at" TEXT NOT NULL, FOREIGN KEY ("tablet_id") REFERENCES "tablet" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE visit_word (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID',
)
INDEXES = (
    'CREATE INDEX "visitor_name_key" ON "visitor" ("name_key")',
    'CREATE INDEX "visitor_same_as_id" ON "visitor" ("same_as_id")',
    'CREATE INDEX "exemption_ends_on_starts_on" ON "exemption" ("ends_on", "starts_on")',
    'CREATE INDEX "exemption_asker_id_ends_on" ON "exemption" ("asker_id", "ends_on")',
    'CREATE INDEX "exemption_subject_id_ends_on" ON "exemption" ("subject_id", "ends_on")',
    'CREATE UNIQUE INDEX "exemption_asker_id_form_key" ON "exemption" ("asker_id", "form_key")',
    'CREATE INDEX "exemption_waiting" ON "exemption" ("starts_on") WHERE state = \'submitted\'',
    'CREATE INDEX "exemption_of_visit" ON "exemption" ("visit_id") WHERE visit_id IS NOT NULL',
    'CREATE INDEX "exemption_of_visit_by_state" ON "exemption" ("state", "visit_id") WHERE visit_id IS NOT NULL',
    'CREATE INDEX "do_not_admit_now" ON "do_not_admit" ("name_key") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "tablet_secret_digest" ON "tablet" ("secret_digest")',
    'CREATE INDEX "admission_alert_day" ON "admission_alert" ("day")',
    'CREATE UNIQUE INDEX "admission_alert_open" ON "admission_alert" ("entry_id", "day") WHERE let_in IS NULL',
    'CREATE INDEX "stay_day_id" ON "stay" ("day", "id")',
    'CREATE INDEX "stay_visit_id_id" ON "stay" ("visit_id", "id")',
    'CREATE UNIQUE INDEX "stay_now" ON "stay" ("visit_id") WHERE left_at IS NULL',
    'CREATE UNIQUE INDEX "visitor_acknowledgement_visitor_id_version_id" ON "visitor_acknowledgement" ("visitor_id", "version_id")',
    'CREATE INDEX "visitor_merge_into_id_id" ON "visitor_merge" ("into_id", "id")',
    'CREATE INDEX "wrong_code_tablet_id_at" ON "wrong_code" ("tablet_id", "at")',
    "CREATE TRIGGER visitor_acknowledgement_no_update BEFORE UPDATE ON visitor_acknowledgement BEGIN SELECT RAISE(ABORT, 'visitor_acknowledgement is never changed'); END",
    "CREATE TRIGGER visitor_acknowledgement_no_delete BEFORE DELETE ON visitor_acknowledgement BEGIN SELECT RAISE(ABORT, 'visitor_acknowledgement is never deleted'); END",
    "CREATE TRIGGER visitor_acknowledgement_no_replace BEFORE INSERT ON visitor_acknowledgement WHEN EXISTS (SELECT 1 FROM visitor_acknowledgement WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'visitor_acknowledgement is never replaced'); END",
    'DROP TABLE visit_search',
    "CREATE VIRTUAL TABLE visit_search USING fts5(words, organisation, host, content='', contentless_delete=1, prefix='1 2 3')",
)
# fmt: on

# What the new columns hold for rows that were there before.
FILLED = {"stay": {"needs_device": "0"}}


def up(migrator, db):
    """Bring the schema to step 4; what was there stays as it was."""
    if not db.table_exists("do_not_admit"):
        rebuild(db, REBUILT, FILLED, (*ADDED, *INDEXES))
