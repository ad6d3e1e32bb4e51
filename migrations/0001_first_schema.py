"""The first schema: the policy, people, exemptions, decisions and the audit trail."""

# fmt: off
STATEMENTS = (
    'CREATE TABLE "person" ("id" INTEGER NOT NULL PRIMARY KEY, "username" TEXT NOT NULL, "name" TEXT NOT NULL, "team" TEXT NOT NULL, "starts_work_at" TEXT, "ends_work_at" TEXT, "active" INTEGER NOT NULL, "password_hash" TEXT, "code_hash" TEXT, "code_ends_at" TEXT, "made_at" TEXT NOT NULL, CHECK (username = lower(username) AND length(username) BETWEEN 2 AND 64), CHECK (length(trim(name)) BETWEEN 1 AND 200))',
    'CREATE UNIQUE INDEX "person_username" ON "person" ("username")',
    'CREATE TABLE "audit_event" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT NOT NULL, "event" TEXT NOT NULL, "actor_id" INTEGER, "person_id" INTEGER, "record" TEXT, "payload" TEXT NOT NULL, "digest" TEXT NOT NULL, FOREIGN KEY ("actor_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE INDEX "audit_event_actor_id_id" ON "audit_event" ("actor_id", "id")',
    'CREATE INDEX "audit_event_person_id_id" ON "audit_event" ("person_id", "id")',
    'CREATE INDEX "audit_event_record_id" ON "audit_event" ("record", "id")',
    'CREATE INDEX "audit_event_event_id" ON "audit_event" ("event", "id")',
    'CREATE INDEX "audit_event_at" ON "audit_event" ("at")',
    'CREATE TABLE "counter" ("name" TEXT NOT NULL PRIMARY KEY, "value" INTEGER NOT NULL)',
    'CREATE TABLE "exemption" ("id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT NOT NULL, "state" TEXT NOT NULL CHECK (state IN (\'submitted\', \'returned\', \'approved\', \'declined\', \'withdrawn\', \'revoked\')), "revision" INTEGER NOT NULL, "asker_id" INTEGER NOT NULL, "device_kind" TEXT NOT NULL, "device" TEXT NOT NULL, "device_key" TEXT NOT NULL, "purpose" TEXT NOT NULL, "reason" TEXT NOT NULL, "zones" TEXT NOT NULL, "starts_on" TEXT NOT NULL, "ends_on" TEXT NOT NULL, "starts_at" TEXT NOT NULL, "ends_at" TEXT NOT NULL, "conditions" TEXT NOT NULL, "approved_by" TEXT, "asked_at" TEXT NOT NULL, "decided_at" TEXT, "stopped_at" TEXT, "form_key" TEXT, FOREIGN KEY ("asker_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (starts_on <= ends_on), CHECK (starts_at < ends_at), CHECK (length(trim(reason)) > 0 AND length(trim(device)) > 0), CHECK (zones <> \'[]\'), CHECK ((state IN (\'approved\', \'revoked\')) <= (approved_by IS NOT NULL AND decided_at IS NOT NULL)), CHECK (state <> \'approved\' OR stopped_at IS NULL))',
    'CREATE INDEX "exemption_ends_on_starts_on" ON "exemption" ("ends_on", "starts_on")',
    'CREATE INDEX "exemption_asker_id_ends_on" ON "exemption" ("asker_id", "ends_on")',
    'CREATE UNIQUE INDEX "exemption_asker_id_form_key" ON "exemption" ("asker_id", "form_key")',
    'CREATE INDEX "exemption_waiting" ON "exemption" ("starts_on") WHERE state = \'submitted\'',
    'CREATE TABLE "decision" ("id" INTEGER NOT NULL PRIMARY KEY, "exemption_id" INTEGER NOT NULL, "verdict" TEXT NOT NULL CHECK (verdict IN (\'approved\', \'declined\', \'returned\', \'revoked\')), "decided_by_id" INTEGER NOT NULL, "for_person_id" INTEGER, "decided_at" TEXT NOT NULL, "text" TEXT NOT NULL, "frozen" TEXT NOT NULL, "frozen_digest" TEXT NOT NULL, FOREIGN KEY ("exemption_id") REFERENCES "exemption" ("id") ON DELETE RESTRICT, FOREIGN KEY ("decided_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("for_person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (verdict = \'approved\' OR length(trim(text)) > 0))',
    'CREATE INDEX "decision_exemption_id_decided_at" ON "decision" ("exemption_id", "decided_at")',
    'CREATE TABLE "delegation" ("id" INTEGER NOT NULL PRIMARY KEY, "giver_id" INTEGER NOT NULL, "delegate_id" INTEGER NOT NULL, "starts_on" TEXT NOT NULL, "ends_on" TEXT NOT NULL, "given_at" TEXT NOT NULL, "ended_at" TEXT, FOREIGN KEY ("giver_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("delegate_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (ends_on >= starts_on), CHECK (giver_id <> delegate_id))',
    'CREATE INDEX "delegation_giver_id" ON "delegation" ("giver_id")',
    'CREATE INDEX "delegation_delegate_id" ON "delegation" ("delegate_id")',
    'CREATE TABLE "login_session" ("id" INTEGER NOT NULL PRIMARY KEY, "token_digest" TEXT NOT NULL, "person_id" INTEGER NOT NULL, "roles" TEXT NOT NULL, "began_at" TEXT NOT NULL, "ends_at" TEXT NOT NULL, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE)',
    'CREATE UNIQUE INDEX "login_session_token_digest" ON "login_session" ("token_digest")',
    'CREATE INDEX "login_session_person_id" ON "login_session" ("person_id")',
    'CREATE TABLE "need_met" ("id" INTEGER NOT NULL PRIMARY KEY, "exemption_id" INTEGER NOT NULL, "need" TEXT NOT NULL, "answers" TEXT NOT NULL, "met_by_id" INTEGER NOT NULL, "met_at" TEXT NOT NULL, FOREIGN KEY ("exemption_id") REFERENCES "exemption" ("id") ON DELETE RESTRICT, FOREIGN KEY ("met_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT)',
    'CREATE INDEX "need_met_exemption_id_need" ON "need_met" ("exemption_id", "need")',
    'CREATE TABLE "policy_version" ("id" INTEGER NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL, "loaded_at" TEXT NOT NULL, "school" TEXT NOT NULL, "zones" TEXT NOT NULL, "devices" TEXT NOT NULL, "purposes" TEXT NOT NULL, "clauses" TEXT NOT NULL)',
    'CREATE TABLE "obligation" ("id" INTEGER NOT NULL PRIMARY KEY, "version_id" INTEGER NOT NULL, "position" INTEGER NOT NULL, "key" TEXT NOT NULL, "clauses" TEXT NOT NULL, "when" TEXT NOT NULL CHECK ("when" IN (\'right now\', \'always\', \'before\')), "before" TEXT, "form" TEXT, "says" TEXT NOT NULL, FOREIGN KEY ("version_id") REFERENCES "policy_version" ("id") ON DELETE RESTRICT)',
    'CREATE UNIQUE INDEX "obligation_version_id_key" ON "obligation" ("version_id", "key")',
    'CREATE UNIQUE INDEX "obligation_version_id_position" ON "obligation" ("version_id", "position")',
    'CREATE TABLE "obligation_role" ("id" INTEGER NOT NULL PRIMARY KEY, "obligation_id" INTEGER NOT NULL, "role" TEXT NOT NULL CHECK (role IN (\'headteacher\', \'dsl\', \'deputy-dsl\', \'slt\', \'staff-direct\', \'staff-nondirect\', \'office\', \'pupil\', \'parent\', \'governor\', \'regional-director\', \'regular-visitor\')), FOREIGN KEY ("obligation_id") REFERENCES "obligation" ("id") ON DELETE RESTRICT)',
    'CREATE UNIQUE INDEX "obligation_role_obligation_id_role" ON "obligation_role" ("obligation_id", "role")',
    'CREATE TABLE "role_grant" ("id" INTEGER NOT NULL PRIMARY KEY, "person_id" INTEGER NOT NULL, "role" TEXT NOT NULL CHECK (role IN (\'headteacher\', \'dsl\', \'deputy-dsl\', \'slt\', \'staff-direct\', \'staff-nondirect\', \'office\', \'pupil\', \'parent\', \'governor\', \'regional-director\', \'regular-visitor\')), "starts_on" TEXT NOT NULL, "ends_on" TEXT, "given_by_id" INTEGER, "given_at" TEXT NOT NULL, "taken_at" TEXT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("given_by_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (ends_on IS NULL OR ends_on >= starts_on))',
    'CREATE INDEX "role_grant_person_id_role" ON "role_grant" ("person_id", "role")',
    'CREATE TABLE "sign_in_failure" ("id" INTEGER NOT NULL PRIMARY KEY, "account" TEXT NOT NULL, "address" TEXT NOT NULL, "at" TEXT NOT NULL)',
    'CREATE INDEX "sign_in_failure_account_at" ON "sign_in_failure" ("account", "at")',
    'CREATE INDEX "sign_in_failure_address_at" ON "sign_in_failure" ("address", "at")',
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is never changed'); END",
    "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event is never deleted'); END",
    "CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'audit_event is never replaced'); END",
    "CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is never changed'); END",
    "CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is never deleted'); END",
    "CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'decision is never replaced'); END",
)
# fmt: on


def up(migrator, db):
    """Make every table, index and trigger of the first schema."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
