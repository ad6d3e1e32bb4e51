"""Pupils and their families, agreements, lesson activities and exams."""

from migrations import rebuild

atomic = False  # foreign keys can only be switched off outside a transaction

# fmt: off
REBUILT = {
    'person': 'CREATE TABLE "person" ("id" INTEGER NOT NULL PRIMARY KEY, "username" TEXT NOT NULL, "name" TEXT NOT NULL, "team" TEXT NOT NULL, "starts_work_at" TEXT, "ends_work_at" TEXT, "year_group" TEXT NOT NULL, "born_on" TEXT, "easy_read" INTEGER NOT NULL, "active" INTEGER NOT NULL, "password_hash" TEXT, "code_hash" TEXT, "code_ends_at" TEXT, "made_at" TEXT NOT NULL, CHECK (username = lower(username) AND length(username) BETWEEN 2 AND 64), CHECK (length(trim(name)) BETWEEN 1 AND 200))',
    'exemption': 'CREATE TABLE "exemption" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT NOT NULL, "state" TEXT NOT NULL CHECK (state IN (\'submitted\', \'returned\', \'approved\', \'declined\', \'withdrawn\', \'revoked\')), "revision" INTEGER NOT NULL, "asker_id" INTEGER NOT NULL, "subject_id" INTEGER NOT NULL, "with_pupils" TEXT NOT NULL, "device_kind" TEXT NOT NULL, "device" TEXT NOT NULL, "device_key" TEXT NOT NULL, "purpose" TEXT NOT NULL, "reason" TEXT NOT NULL, "zones" TEXT NOT NULL, "starts_on" TEXT NOT NULL, "ends_on" TEXT NOT NULL, "starts_at" TEXT NOT NULL, "ends_at" TEXT NOT NULL, "weekdays" INTEGER NOT NULL, "audible_alert" INTEGER NOT NULL, "exam_permission" TEXT NOT NULL, "conditions" TEXT NOT NULL, "approved_by" TEXT, "asked_at" TEXT NOT NULL, "decided_at" TEXT, "signed_at" TEXT, "stopped_at" TEXT, "form_key" TEXT, FOREIGN KEY ("asker_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("subject_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (starts_on <= ends_on), CHECK (starts_at < ends_at), CHECK (length(trim(reason)) > 0 AND length(trim(device)) > 0), CHECK (zones <> \'[]\'), CHECK (weekdays BETWEEN 1 AND 127), CHECK ((state IN (\'approved\', \'revoked\')) <= (approved_by IS NOT NULL AND decided_at IS NOT NULL)), CHECK (state <> \'approved\' OR stopped_at IS NULL), CHECK (signed_at IS NULL OR approved_by IS NOT NULL))',
    'policy_version': 'CREATE TABLE "policy_version" ("id" INTEGER NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL, "loaded_at" TEXT NOT NULL, "school" TEXT NOT NULL, "zones" TEXT NOT NULL, "devices" TEXT NOT NULL, "purposes" TEXT NOT NULL, "clauses" TEXT NOT NULL, "notices" TEXT NOT NULL, "agreements" TEXT NOT NULL, "assessments" TEXT NOT NULL, "visitors" TEXT NOT NULL)',
    'obligation': 'CREATE TABLE "obligation" ("id" INTEGER NOT NULL PRIMARY KEY, "version_id" INTEGER NOT NULL, "position" INTEGER NOT NULL, "key" TEXT NOT NULL, "clauses" TEXT NOT NULL, "when" TEXT NOT NULL CHECK ("when" IN (\'right now\', \'always\', \'before\')), "before" TEXT, "form" TEXT, "says" TEXT NOT NULL, "easy" TEXT, FOREIGN KEY ("version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT)',
}
ADDED = (
    'CREATE TABLE "activity_session" ("id" INTEGER NOT NULL PRIMARY KEY, "exemption_id" INTEGER NOT NULL, "day" TEXT NOT NULL, "started_by_id" INTEGER NOT NULL, "started_at" TEXT NOT NULL, "ended_by_id" INTEGER, "ended_at" TEXT, FOREIGN KEY ("exemption_id") REFERENCES "exemption" ("id") ON DELETE RESTRICT, FOREIGN KEY ("started_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("ended_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK ((ended_at IS NULL) = (ended_by_id IS NULL)))',
    'CREATE TABLE "agreement" ("id" INTEGER NOT NULL PRIMARY KEY, "exemption_id" INTEGER NOT NULL, "version" INTEGER NOT NULL, "expectations" TEXT NOT NULL, "sanctions" TEXT NOT NULL, "easy" TEXT NOT NULL, "signers" TEXT NOT NULL CHECK (signers IN (\'both\', \'parent\', \'pupil\')), "signers_reason" TEXT NOT NULL, "issued_by_id" INTEGER NOT NULL, "issued_at" TEXT NOT NULL, "digest" TEXT NOT NULL, FOREIGN KEY ("exemption_id") REFERENCES "exemption" ("id") ON DELETE RESTRICT, FOREIGN KEY ("issued_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (length(trim(expectations)) > 0 AND length(trim(sanctions)) > 0), CHECK (signers = \'both\' OR length(trim(signers_reason)) > 0))',
    'CREATE TABLE "sitting" ("id" INTEGER NOT NULL PRIMARY KEY, "exam" TEXT NOT NULL, "body" TEXT NOT NULL, "day" TEXT NOT NULL, "starts_at" TEXT NOT NULL, "ends_at" TEXT NOT NULL, "zone" TEXT NOT NULL, "made_by_id" INTEGER NOT NULL, "made_at" TEXT NOT NULL, "cancelled_at" TEXT, FOREIGN KEY ("made_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (starts_at < ends_at), CHECK (length(trim(exam)) > 0 AND length(trim(body)) > 0))',
    'CREATE TABLE "candidate" ("id" INTEGER NOT NULL PRIMARY KEY, "sitting_id" INTEGER NOT NULL, "pupil_id" INTEGER NOT NULL, FOREIGN KEY ("sitting_id") REFERENCES "sitting" ("id") ON DELETE RESTRICT, FOREIGN KEY ("pupil_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE "class_staff" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "class_name" TEXT NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE "exam_report" ("id" INTEGER NOT NULL PRIMARY KEY, "sitting_id" INTEGER, "exam" TEXT NOT NULL, "body" TEXT NOT NULL, "found_on" TEXT NOT NULL, "found_at" TEXT NOT NULL, "candidate_id" INTEGER NOT NULL, "device" TEXT NOT NULL, "what_happened" TEXT NOT NULL, "reported_by_id" INTEGER NOT NULL, "reported_at" TEXT NOT NULL, "body_told_on" TEXT, "reference" TEXT NOT NULL, "outcome" TEXT NOT NULL, "revision" INTEGER NOT NULL, "handled_by_id" INTEGER, "closed_at" TEXT, FOREIGN KEY ("sitting_id") REFERENCES "sitting" ("id") ON DELETE RESTRICT, FOREIGN KEY ("candidate_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("reported_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("handled_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (closed_at IS NULL OR length(trim(outcome)) > 0))',
    'CREATE TABLE "guardian" ("id" INTEGER NOT NULL PRIMARY KEY, "child_id" INTEGER NOT NULL, "parent_id" INTEGER NOT NULL, "relation" TEXT NOT NULL, "access" TEXT NOT NULL CHECK (access IN (\'signs\', \'sees\', \'nothing\')), "given_by_id" INTEGER, "given_at" TEXT NOT NULL, "ended_at" TEXT, FOREIGN KEY ("child_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("parent_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("given_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (child_id <> parent_id), CHECK (length(trim(relation)) > 0))',
    'CREATE TABLE "participant" ("id" INTEGER NOT NULL PRIMARY KEY, "exemption_id" INTEGER NOT NULL, "pupil_id" INTEGER NOT NULL, FOREIGN KEY ("exemption_id") REFERENCES "exemption" ("id") ON DELETE RESTRICT, FOREIGN KEY ("pupil_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE "school_text" ("id" INTEGER NOT NULL PRIMARY KEY, "key" TEXT NOT NULL, "content" TEXT NOT NULL, "saved_by_id" INTEGER NOT NULL, "saved_at" TEXT NOT NULL, FOREIGN KEY ("saved_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE TABLE "signature" ("id" INTEGER NOT NULL PRIMARY KEY, "agreement_id" INTEGER NOT NULL, "party" TEXT NOT NULL CHECK (party IN (\'parent\', \'pupil\')), "person_id" INTEGER NOT NULL, "name" TEXT NOT NULL, "signed_on" TEXT NOT NULL, "on_paper" INTEGER NOT NULL, "witnessed_by" TEXT NOT NULL, "kept_at" TEXT NOT NULL, "recorded_by_id" INTEGER NOT NULL, "recorded_at" TEXT NOT NULL, FOREIGN KEY ("agreement_id") REFERENCES "agreement" ("id") ON DELETE RESTRICT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (length(trim(name)) > 0), CHECK (on_paper = 0 OR (length(trim(witnessed_by)) > 0 AND length(trim(kept_at)) > 0)))',
    'CREATE TABLE "upload" ("id" INTEGER NOT NULL PRIMARY KEY, "token_digest" TEXT NOT NULL, "what" TEXT NOT NULL, "sent_by_id" INTEGER NOT NULL, "sent_at" TEXT NOT NULL, "text" TEXT NOT NULL, FOREIGN KEY ("sent_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
)
INDEXES = (
    'CREATE UNIQUE INDEX "person_username" ON "person" ("username")',
    'CREATE INDEX "exemption_ends_on_starts_on" ON "exemption" ("ends_on", "starts_on")',
    'CREATE INDEX "exemption_asker_id_ends_on" ON "exemption" ("asker_id", "ends_on")',
    'CREATE INDEX "exemption_subject_id_ends_on" ON "exemption" ("subject_id", "ends_on")',
    'CREATE UNIQUE INDEX "exemption_asker_id_form_key" ON "exemption" ("asker_id", "form_key")',
    'CREATE INDEX "exemption_waiting" ON "exemption" ("starts_on") WHERE state = \'submitted\'',
    'CREATE INDEX "activity_session_exemption_id_id" ON "activity_session" ("exemption_id", "id")',
    'CREATE INDEX "activity_session_day" ON "activity_session" ("day")',
    'CREATE UNIQUE INDEX "activity_session_running" ON "activity_session" ("exemption_id") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "agreement_exemption_id_version" ON "agreement" ("exemption_id", "version")',
    'CREATE INDEX "sitting_day" ON "sitting" ("day")',
    'CREATE UNIQUE INDEX "candidate_sitting_id_pupil_id" ON "candidate" ("sitting_id", "pupil_id")',
    'CREATE INDEX "candidate_pupil_id_sitting_id" ON "candidate" ("pupil_id", "sitting_id")',
    'CREATE UNIQUE INDEX "class_staff_person_id_class_name" ON "class_staff" ("person_id", "class_name")',
    'CREATE INDEX "exam_report_candidate_id_id" ON "exam_report" ("candidate_id", "id")',
    'CREATE INDEX "exam_report_reported_by_id_id" ON "exam_report" ("reported_by_id", "id")',
    'CREATE INDEX "exam_report_open" ON "exam_report" ("id") WHERE closed_at IS NULL',
    'CREATE UNIQUE INDEX "guardian_now" ON "guardian" ("child_id", "parent_id") WHERE ended_at IS NULL',
    'CREATE INDEX "guardian_of" ON "guardian" ("parent_id") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "obligation_version_id_key" ON "obligation" ("version_id", "key")',
    'CREATE UNIQUE INDEX "obligation_version_id_position" ON "obligation" ("version_id", "position")',
    'CREATE UNIQUE INDEX "participant_exemption_id_pupil_id" ON "participant" ("exemption_id", "pupil_id")',
    'CREATE INDEX "participant_pupil_id_exemption_id" ON "participant" ("pupil_id", "exemption_id")',
    'CREATE INDEX "role_grant_role_person_id" ON "role_grant" ("role", "person_id")',
    'CREATE INDEX "school_text_key_id" ON "school_text" ("key", "id")',
    'CREATE UNIQUE INDEX "signature_agreement_id_party" ON "signature" ("agreement_id", "party")',
    'CREATE UNIQUE INDEX "upload_token_digest" ON "upload" ("token_digest")',
    "CREATE TRIGGER need_met_no_update BEFORE UPDATE ON need_met BEGIN SELECT RAISE(ABORT, 'need_met is never changed'); END",
    "CREATE TRIGGER need_met_no_delete BEFORE DELETE ON need_met BEGIN SELECT RAISE(ABORT, 'need_met is never deleted'); END",
    "CREATE TRIGGER need_met_no_replace BEFORE INSERT ON need_met WHEN EXISTS (SELECT 1 FROM need_met WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'need_met is never replaced'); END",
    "CREATE TRIGGER agreement_no_update BEFORE UPDATE ON agreement BEGIN SELECT RAISE(ABORT, 'agreement is never changed'); END",
    "CREATE TRIGGER agreement_no_delete BEFORE DELETE ON agreement BEGIN SELECT RAISE(ABORT, 'agreement is never deleted'); END",
    "CREATE TRIGGER agreement_no_replace BEFORE INSERT ON agreement WHEN EXISTS (SELECT 1 FROM agreement WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'agreement is never replaced'); END",
    "CREATE TRIGGER signature_no_update BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signature is never changed'); END",
    "CREATE TRIGGER signature_no_delete BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signature is never deleted'); END",
    "CREATE TRIGGER signature_no_replace BEFORE INSERT ON signature WHEN EXISTS (SELECT 1 FROM signature WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'signature is never replaced'); END",
)
# fmt: on

# What the new columns hold for rows that were there before.
FILLED = {
    "person": {"year_group": "''", "easy_read": "0"},
    "exemption": {
        "subject_id": "asker_id",
        "with_pupils": "''",
        "weekdays": "127",
        "audible_alert": "0",
        "exam_permission": "''",
    },
    "policy_version": {"notices": "'[]'", "agreements": "'{}'", "assessments": "'{}'", "visitors": "'{}'"},
    "obligation": {},
}


def up(migrator, db):
    """Bring the schema to its second step; what was there stays as it was."""
    if not db.table_exists("guardian"):
        rebuild(db, REBUILT, FILLED, (*ADDED, *INDEXES))
