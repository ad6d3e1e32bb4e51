"""A version of the policy has its obligations in a column of its own, as it has its other parts."""

from fields import JsonTextField, canonical_json

ROWS = (
    'SELECT id, "key", clauses, "when", before, form, says, easy FROM obligation WHERE version_id = ? ORDER BY position'
)
ROLES = "SELECT role FROM obligation_role WHERE obligation_id = ? ORDER BY id"


def up(migrator, db):
    """Bring the schema to step 8: each version gets its rows as JSON, in their order, and nothing else changes."""
    migrator.migrate(migrator.add_column("policy_version", "obligations", JsonTextField(default=list)))
    for (version,) in db.execute_sql("SELECT id FROM policy_version").fetchall():
        obligations = [_read(db, *row) for row in db.execute_sql(ROWS, (version,)).fetchall()]
        db.execute_sql("UPDATE policy_version SET obligations = ? WHERE id = ?", (canonical_json(obligations), version))
    db.execute_sql("DROP TABLE obligation_role")
    db.execute_sql("DROP TABLE obligation")


def _read(db, row, key, clauses, when, before, form, says, easy):
    return {
        "id": key,
        "clauses": JsonTextField.read(clauses),
        "roles": [role for (role,) in db.execute_sql(ROLES, (row,)).fetchall()],
        "when": when,
        "before": before,
        "form": form,
        "says": says,
        "easy": None if easy is None else JsonTextField.read(easy),
    }
