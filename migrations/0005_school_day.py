"""The school day: site, lockers, school devices, policy versions and acknowledgement."""

from migrations import rebuild

atomic = False  # foreign keys can only be switched off outside a transaction

# fmt: off
REBUILT = {
    'policy_version': 'CREATE TABLE "policy_version" ("id" INTEGER NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL, "loaded_at" TEXT NOT NULL, "in_force_from" TEXT, "change_note" TEXT NOT NULL, "school" TEXT NOT NULL, "procedures" TEXT NOT NULL, "zones" TEXT NOT NULL, "devices" TEXT NOT NULL, "purposes" TEXT NOT NULL, "clauses" TEXT NOT NULL, "notices" TEXT NOT NULL, "agreements" TEXT NOT NULL, "assessments" TEXT NOT NULL, "visitors" TEXT NOT NULL, "published_by_id" INTEGER)',
}
ADDED = (
    'CREATE TABLE "acknowledged_text" ("id" INTEGER NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL, "content" TEXT NOT NULL)',
    'CREATE TABLE "acknowledgement" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "version_id" INTEGER NOT NULL, "item" TEXT NOT NULL CHECK (item IN (\'obligations\', \'complaints\', \'whistleblowing\', \'monitoring\')), "role" TEXT NOT NULL, "text_id" INTEGER NOT NULL, "at" TEXT NOT NULL, "given_by_id" INTEGER NOT NULL, "on_paper" INTEGER NOT NULL, "signed_on" TEXT, "kept_at" TEXT NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, FOREIGN KEY ("text_id") REFERENCES "acknowledged_text" ("id") ON DELETE RESTRICT, FOREIGN KEY ("given_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((item = \'obligations\') = (role <> \'\')), CHECK (role = \'\' OR role IN (\'headteacher\', \'dsl\', \'deputy-dsl\', \'slt\', \'staff-direct\', \'staff-nondirect\', \'office\', \'pupil\', \'parent\', \'governor\', \'regional-director\', \'regular-visitor\')), CHECK ((on_paper = 1) = (signed_on IS NOT NULL)), CHECK ((on_paper = 1) = (length(trim(kept_at)) > 0)))',
    'CREATE TABLE "calendar_day" ("id" INTEGER NOT NULL PRIMARY KEY, "day" TEXT NOT NULL, "kind" TEXT NOT NULL CHECK (kind IN (\'school\', \'closed\', \'inset\', \'bank holiday\')), "note" TEXT NOT NULL, "set_by_id" INTEGER NOT NULL, "set_at" TEXT NOT NULL, FOREIGN KEY ("set_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE "hand_in" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "area" TEXT NOT NULL CHECK (area IN (\'pupils\', \'staff\')), "day" TEXT NOT NULL, "brought" TEXT NOT NULL CHECK (brought IN (\'device\', \'nothing\', \'absent\')), "by_id" INTEGER NOT NULL, "at" TEXT NOT NULL, "returned_by_id" INTEGER, "returned_at" TEXT, "returned_to" TEXT NOT NULL, "undone_by_id" INTEGER, "undone_at" TEXT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("returned_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("undone_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((returned_at IS NULL) = (returned_by_id IS NULL)), CHECK ((undone_at IS NULL) = (undone_by_id IS NULL)), CHECK (returned_at IS NULL OR (brought = \'device\' AND undone_at IS NULL)), CHECK (returned_to = \'\' OR returned_at IS NOT NULL))',
    'CREATE TABLE "school_device" ("id" INTEGER NOT NULL PRIMARY KEY, "asset_tag" TEXT NOT NULL, "tag_key" TEXT NOT NULL, "kind" TEXT NOT NULL, "model" TEXT NOT NULL, "phone_number" TEXT NOT NULL, "pin_set_on" TEXT, "pin_set_by_id" INTEGER, "state" TEXT NOT NULL CHECK (state IN (\'in use\', \'lost\', \'damaged\', \'retired\')), "state_note" TEXT NOT NULL, "made_by_id" INTEGER NOT NULL, "made_at" TEXT NOT NULL, "changed_by_id" INTEGER NOT NULL, "changed_at" TEXT NOT NULL, "revision" INTEGER NOT NULL, FOREIGN KEY ("pin_set_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("made_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("changed_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (length(trim(asset_tag)) > 0 AND length(tag_key) > 0), CHECK ((pin_set_on IS NULL) = (pin_set_by_id IS NULL)))',
    'CREATE TABLE "loan" ("id" INTEGER NOT NULL PRIMARY KEY, "device_id" INTEGER NOT NULL, "borrower_id" INTEGER NOT NULL, "for_pupil_id" INTEGER, "lent_by_id" INTEGER NOT NULL, "lent_at" TEXT NOT NULL, "due_on" TEXT, "returned_at" TEXT, "returned_by_id" INTEGER, "taken_by_id" INTEGER, "returned_note" TEXT NOT NULL, FOREIGN KEY ("device_id") REFERENCES "school_device" ("id") ON DELETE RESTRICT, FOREIGN KEY ("borrower_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("for_pupil_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("lent_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("returned_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("taken_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((returned_at IS NULL) = (taken_by_id IS NULL)), CHECK (returned_at IS NOT NULL OR (returned_by_id IS NULL AND returned_note = \'\')), CHECK (returned_at IS NULL OR returned_at >= lent_at), CHECK (for_pupil_id IS NULL OR for_pupil_id <> borrower_id))',
    'CREATE TABLE "locker" ("id" INTEGER NOT NULL PRIMARY KEY, "area" TEXT NOT NULL CHECK (area IN (\'pupils\', \'staff\')), "number" TEXT NOT NULL, "key_holder" TEXT NOT NULL, "out_of_use_since" TEXT, CHECK (length(trim(number)) > 0))',
    'CREATE TABLE "locker_use" ("id" INTEGER NOT NULL PRIMARY KEY, "locker_id" INTEGER NOT NULL, "person_id" INTEGER NOT NULL, "given_by_id" INTEGER NOT NULL, "given_at" TEXT NOT NULL, "ended_by_id" INTEGER, "ended_at" TEXT, FOREIGN KEY ("locker_id") REFERENCES "locker" ("id") ON DELETE RESTRICT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("given_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("ended_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((ended_at IS NULL) = (ended_by_id IS NULL)))',
    'CREATE TABLE "policy_draft" ("id" INTEGER NOT NULL PRIMARY KEY, "base_id" INTEGER NOT NULL, "content" TEXT NOT NULL, "made_at" TEXT NOT NULL, "changed_at" TEXT NOT NULL, "revision" INTEGER NOT NULL, "published_version_id" INTEGER, "dropped_at" TEXT, "made_by_id" INTEGER NOT NULL, "changed_by_id" INTEGER NOT NULL, "dropped_by_id" INTEGER, FOREIGN KEY ("base_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, FOREIGN KEY ("published_version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, CHECK ((dropped_at IS NULL) = (dropped_by_id IS NULL)), CHECK (published_version_id IS NULL OR dropped_at IS NULL))',
    'CREATE TABLE "reminder" ("id" INTEGER NOT NULL PRIMARY KEY, "version_id" INTEGER NOT NULL, "by_id" INTEGER NOT NULL, "at" TEXT NOT NULL, FOREIGN KEY ("version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT, FOREIGN KEY ("by_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE "site_mark" ("id" INTEGER NOT NULL PRIMARY KEY, "day" TEXT NOT NULL, "pupils_on_site" INTEGER NOT NULL, "at" TEXT NOT NULL, "by_id" INTEGER NOT NULL, "undone_at" TEXT, "undone_by_id" INTEGER, "undone_reason" TEXT NOT NULL, FOREIGN KEY ("by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("undone_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((undone_at IS NULL) = (undone_by_id IS NULL)), CHECK ((undone_at IS NULL) = (undone_reason = \'\') AND (undone_at IS NULL OR undone_at >= at)))',
    'CREATE TABLE "standing_permission" ("id" INTEGER NOT NULL PRIMARY KEY, "role" TEXT NOT NULL CHECK (role IN (\'headteacher\', \'dsl\', \'deputy-dsl\', \'slt\', \'staff-direct\', \'staff-nondirect\', \'office\', \'pupil\', \'parent\', \'governor\', \'regional-director\', \'regular-visitor\')), "given_by_id" INTEGER NOT NULL, "given_at" TEXT NOT NULL, "ended_at" TEXT, "ended_by_id" INTEGER, FOREIGN KEY ("given_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("ended_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((ended_at IS NULL) = (ended_by_id IS NULL)))',
    'CREATE TABLE "term" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "starts_on" TEXT NOT NULL, "ends_on" TEXT NOT NULL, "made_by_id" INTEGER NOT NULL, "made_at" TEXT NOT NULL, "ended_at" TEXT, FOREIGN KEY ("made_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (starts_on <= ends_on), CHECK (length(trim(name)) > 0))',
    'CREATE TABLE "work_contact" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "since" TEXT NOT NULL, "set_by_id" INTEGER NOT NULL, "ended_at" TEXT, "ended_by_id" INTEGER, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("set_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("ended_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((ended_at IS NULL) = (ended_by_id IS NULL)))',
)
INDEXES = (
    'CREATE UNIQUE INDEX "acknowledged_text_digest" ON "acknowledged_text" ("digest")',
    'CREATE UNIQUE INDEX "acknowledgement_version_id_person_id_item_role" ON "acknowledgement" ("version_id", "person_id", "item", "role")',
    'CREATE INDEX "acknowledgement_person_id_id" ON "acknowledgement" ("person_id", "id")',
    'CREATE UNIQUE INDEX "calendar_day_day" ON "calendar_day" ("day")',
    'CREATE INDEX "hand_in_day_area" ON "hand_in" ("day", "area")',
    'CREATE UNIQUE INDEX "hand_in_of" ON "hand_in" ("person_id", "day") WHERE undone_at IS NULL',
    'CREATE INDEX "hand_in_held" ON "hand_in" ("area", "person_id") WHERE brought = \'device\' AND returned_at IS NULL AND undone_at IS NULL',
    'CREATE INDEX "hand_in_returned" ON "hand_in" ("returned_at") WHERE returned_at IS NOT NULL',
    'CREATE UNIQUE INDEX "school_device_tag_key" ON "school_device" ("tag_key")',
    'CREATE INDEX "loan_device_id_id" ON "loan" ("device_id", "id")',
    'CREATE UNIQUE INDEX "loan_now" ON "loan" ("device_id") WHERE returned_at IS NULL',
    'CREATE INDEX "loan_of_borrower" ON "loan" ("borrower_id") WHERE returned_at IS NULL',
    'CREATE INDEX "loan_for_pupil" ON "loan" ("for_pupil_id") WHERE returned_at IS NULL AND for_pupil_id IS NOT NULL',
    'CREATE UNIQUE INDEX "locker_area_number" ON "locker" ("area", "number")',
    'CREATE INDEX "locker_use_locker_id_id" ON "locker_use" ("locker_id", "id")',
    'CREATE UNIQUE INDEX "locker_now" ON "locker_use" ("locker_id") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "locker_of" ON "locker_use" ("person_id") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "policy_draft_open" ON "policy_draft" (dropped_at IS NULL) WHERE published_version_id IS NULL AND dropped_at IS NULL',
    'CREATE INDEX "reminder_version_id_id" ON "reminder" ("version_id", "id")',
    'CREATE INDEX "site_mark_day_id" ON "site_mark" ("day", "id")',
    'CREATE INDEX "standing_permission_role_id" ON "standing_permission" ("role", "id")',
    'CREATE UNIQUE INDEX "standing_permission_now" ON "standing_permission" ("role") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "term_now" ON "term" ("starts_on") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "work_contact_now" ON "work_contact" ("person_id") WHERE ended_at IS NULL',
    "CREATE TRIGGER acknowledged_text_no_update BEFORE UPDATE ON acknowledged_text BEGIN SELECT RAISE(ABORT, 'acknowledged_text is never changed'); END",
    "CREATE TRIGGER acknowledged_text_no_delete BEFORE DELETE ON acknowledged_text BEGIN SELECT RAISE(ABORT, 'acknowledged_text is never deleted'); END",
    "CREATE TRIGGER acknowledged_text_no_replace BEFORE INSERT ON acknowledged_text WHEN EXISTS (SELECT 1 FROM acknowledged_text WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'acknowledged_text is never replaced'); END",
    "CREATE TRIGGER acknowledgement_no_update BEFORE UPDATE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'acknowledgement is never changed'); END",
    "CREATE TRIGGER acknowledgement_no_delete BEFORE DELETE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'acknowledgement is never deleted'); END",
    "CREATE TRIGGER acknowledgement_no_replace BEFORE INSERT ON acknowledgement WHEN EXISTS (SELECT 1 FROM acknowledgement WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'acknowledgement is never replaced'); END",
)
# fmt: on

# What the new columns hold for rows that were there before.
FILLED = {"policy_version": {"change_note": "''", "procedures": "'[]'"}}


def up(migrator, db):
    """Bring the schema to step 5; what was there stays as it was."""
    if not db.table_exists("acknowledged_text"):
        rebuild(db, REBUILT, FILLED, (*ADDED, *INDEXES))
