"""Every table of the intranet, in the order of a school day: what can be true. No Flask, no decisions."""

from enum import StrEnum

from peewee import SQL, AutoField, BooleanField, Check, ForeignKeyField, IntegerField, Model, TextField

from database import db
from fields import DayField, JsonTextField, TimeOfDayField, UtcField


class Role(StrEnum):
    """The roles of the policy; a person may hold several (clause 1.3)."""

    HEADTEACHER = "headteacher"
    DSL = "dsl"
    DEPUTY_DSL = "deputy-dsl"
    SLT = "slt"
    STAFF_DIRECT = "staff-direct"
    STAFF_NONDIRECT = "staff-nondirect"
    OFFICE = "office"
    PUPIL = "pupil"
    PARENT = "parent"
    GOVERNOR = "governor"
    REGIONAL_DIRECTOR = "regional-director"
    REGULAR_VISITOR = "regular-visitor"


class State(StrEnum):
    """Where an exemption stands. *In force* and *ended* are not states: they follow from the clock."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Verdict(StrEnum):
    """What a decision says."""

    APPROVED = "approved"
    DECLINED = "declined"
    RETURNED = "returned"
    REVOKED = "revoked"


class When(StrEnum):
    """When an obligation binds: its group on a person's page."""

    RIGHT_NOW = "right now"
    ALWAYS = "always"
    BEFORE = "before"


def _one_of(column, members):
    listed = ", ".join(f"'{member.value}'" for member in members)
    return Check(f"{column} IN ({listed})")


class Table(Model):
    """What every table shares: the database, and names in snake_case."""

    class Meta:
        database = db
        legacy_table_names = False


# --- The policy ---------------------------------------------------------------------------------------------


class PolicyVersion(Table):
    """One edition of the policy as data. The newest one is in force (clauses 0.1, 7.1)."""

    digest = TextField()
    loaded_at = UtcField()
    school = JsonTextField()
    zones = JsonTextField()
    devices = JsonTextField()
    purposes = JsonTextField()
    clauses = JsonTextField()


class Obligation(Table):
    """One thing somebody must do, in plain English, with the clauses it comes from."""

    version = ForeignKeyField(PolicyVersion, backref="obligations", index=False, on_delete="RESTRICT")
    position = IntegerField()
    key = TextField()
    clauses = JsonTextField()
    when = TextField(constraints=[_one_of('"when"', When)])
    before = TextField(null=True)
    form = TextField(null=True)
    says = TextField()

    class Meta:
        indexes = ((("version", "key"), True), (("version", "position"), True))


class ObligationRole(Table):
    """Whom an obligation binds."""

    obligation = ForeignKeyField(Obligation, backref="roles", index=False, on_delete="RESTRICT")
    role = TextField(constraints=[_one_of("role", Role)])

    class Meta:
        indexes = ((("obligation", "role"), True),)


# --- People -------------------------------------------------------------------------------------------------


class Person(Table):
    """Somebody with a login. `password_hash` is null until the first password is chosen."""

    username = TextField(unique=True)
    name = TextField()
    team = TextField(default="")
    starts_work_at = TimeOfDayField(null=True)
    ends_work_at = TimeOfDayField(null=True)
    active = BooleanField(default=True)
    password_hash = TextField(null=True)
    code_hash = TextField(null=True)
    code_ends_at = UtcField(null=True)
    made_at = UtcField()

    class Meta:
        constraints = (
            Check("username = lower(username) AND length(username) BETWEEN 2 AND 64"),
            Check("length(trim(name)) BETWEEN 1 AND 200"),
        )


class RoleGrant(Table):
    """A role a person holds from one day to another; rows are ended, never changed into something else."""

    person = ForeignKeyField(Person, backref="grants", index=False, on_delete="RESTRICT")
    role = TextField(constraints=[_one_of("role", Role)])
    starts_on = DayField()
    ends_on = DayField(null=True)
    given_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    given_at = UtcField()
    taken_at = UtcField(null=True)

    class Meta:
        indexes = ((("person", "role"), False),)
        constraints = (Check("ends_on IS NULL OR ends_on >= starts_on"),)


class Delegation(Table):
    """The headteacher names who decides in their place, from one day to another."""

    giver = ForeignKeyField(Person, backref="delegations_given", on_delete="RESTRICT")
    delegate = ForeignKeyField(Person, backref="delegations_held", on_delete="RESTRICT")
    starts_on = DayField()
    ends_on = DayField()
    given_at = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        constraints = (Check("ends_on >= starts_on"), Check("giver_id <> delegate_id"))


class LoginSession(Table):
    """A signed-in browser. Only a digest of its token is kept, so the table opens no door."""

    token_digest = TextField(unique=True)
    person = ForeignKeyField(Person, backref="sessions", on_delete="CASCADE")
    roles = TextField()
    began_at = UtcField()
    ends_at = UtcField()


class SignInFailure(Table):
    """A failed sign-in, by keyed digests of the name typed and the address; it slows the next try."""

    account = TextField()
    address = TextField()
    at = UtcField()

    class Meta:
        indexes = ((("account", "at"), False), (("address", "at"), False))


# --- Exemptions ---------------------------------------------------------------------------------------------


class Exemption(Table):
    """A request to use a device, and what becomes of it.

    The dates are days and the times wall-clock times in Europe/London: the window is open on each day from
    `starts_on` to `ends_on`, from `starts_at` until `ends_at`. `revision` counts the edits, so that a decision
    can say which text it was made on. `reason` is for the deciders only.
    """

    kind = TextField()
    state = TextField(constraints=[_one_of("state", State)])
    revision = IntegerField(default=1)
    asker = ForeignKeyField(Person, backref="exemptions", index=False, on_delete="RESTRICT")
    device_kind = TextField()
    device = TextField()
    device_key = TextField()
    purpose = TextField()
    reason = TextField()
    zones = JsonTextField()
    starts_on = DayField()
    ends_on = DayField()
    starts_at = TimeOfDayField()
    ends_at = TimeOfDayField()
    conditions = TextField(default="")
    approved_by = TextField(null=True)
    asked_at = UtcField()
    decided_at = UtcField(null=True)
    stopped_at = UtcField(null=True)
    form_key = TextField(null=True)

    class Meta:
        indexes = (
            (("ends_on", "starts_on"), False),
            (("asker", "ends_on"), False),
            (("asker", "form_key"), True),
        )
        constraints = (
            Check("starts_on <= ends_on"),
            Check("starts_at < ends_at"),
            Check("length(trim(reason)) > 0 AND length(trim(device)) > 0"),
            Check("zones <> '[]'"),
            Check("(state IN ('approved', 'revoked')) <= (approved_by IS NOT NULL AND decided_at IS NOT NULL)"),
            Check("state <> 'approved' OR stopped_at IS NULL"),
        )


# The queue holds only what waits, so its index stays small however many years of history there are.
Exemption.add_index(Exemption.index(Exemption.starts_on, where=SQL("state = 'submitted'"), name="exemption_waiting"))


class NeedMet(Table):
    """Something a kind needs before it can be approved, and who met it: a risk assessment, a tick."""

    exemption = ForeignKeyField(Exemption, backref="needs_met", index=False, on_delete="RESTRICT")
    need = TextField()
    answers = JsonTextField()
    met_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    met_at = UtcField()

    class Meta:
        indexes = ((("exemption", "need"), False),)


class Decision(Table):
    """A decision, never changed: who, for whom, when, what, and a frozen copy of what it was made on."""

    exemption = ForeignKeyField(Exemption, backref="decisions", index=False, on_delete="RESTRICT")
    verdict = TextField(constraints=[_one_of("verdict", Verdict)])
    decided_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    for_person = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    decided_at = UtcField()
    text = TextField(default="")
    frozen = JsonTextField()
    frozen_digest = TextField()

    class Meta:
        indexes = ((("exemption", "decided_at"), False),)
        constraints = (Check("verdict = 'approved' OR length(trim(text)) > 0"),)


# --- The audit trail ----------------------------------------------------------------------------------------


class AuditEvent(Table):
    """One thing that happened. Each row carries a keyed hash of itself and of the row before it."""

    id = AutoField()
    at = UtcField()
    event = TextField()
    actor = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    person = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    record = TextField(null=True)
    payload = JsonTextField()
    digest = TextField()

    class Meta:
        indexes = (
            (("actor", "id"), False),
            (("person", "id"), False),
            (("record", "id"), False),
            (("event", "id"), False),
            (("at",), False),
        )


class Counter(Table):
    """How often something has changed: a page that polls asks for one number instead of its whole content."""

    name = TextField(primary_key=True)
    value = IntegerField(default=0)


TABLES = (
    PolicyVersion,
    Obligation,
    ObligationRole,
    Person,
    RoleGrant,
    Delegation,
    LoginSession,
    SignInFailure,
    Exemption,
    NeedMet,
    Decision,
    AuditEvent,
    Counter,
)

# Rows that are history: written once. The insert trigger stops INSERT OR REPLACE even from a tool that has
# not switched recursive triggers on.
WRITTEN_ONCE = ("audit_event", "decision")
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
