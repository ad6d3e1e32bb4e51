"""Every table of the intranet, in the order of the areas: what can be true. No Flask, no decisions.

A table can only name one that stands above it, so people come early and the audit trail last. The policy comes
first: it names people by `DeferredForeignKey`, which the schema does not enforce.
"""

from peewee import (
    SQL,
    AutoField,
    BooleanField,
    Check,
    DeferredForeignKey,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from database import db
from enums import (
    AcknowledgedItem,
    DayKind,
    DeviceState,
    ExemptionState,
    HandInOutcome,
    LockerArea,
    ParentAccess,
    RequiredSigners,
    Role,
    SigningParty,
    Verdict,
    VisitorKind,
)
from fields import DayField, EnumField, JsonTextField, TimeOfDayField, UtcField


def _one_of(column, members):
    listed = ", ".join(f"'{member.value}'" for member in members)
    return Check(f"{column} IN ({listed})")


class Table(Model):
    """What every table shares: the database, and names in snake_case."""

    class Meta:
        database = db
        legacy_table_names = False


# --- Policy -------------------------------------------------------------------------------------------------


class PolicyVersion(Table):
    """One edition of the policy as data (clauses 0.1, 7.1). In force is the newest whose day has come.

    `in_force_from` is null where that is the moment it was made, `published_by` where it was loaded from files.
    """

    digest = TextField()
    loaded_at = UtcField()
    in_force_from = DayField(null=True)
    published_by = DeferredForeignKey("Person", null=True, index=False, on_delete="RESTRICT")
    change_note = TextField(default="")
    school = JsonTextField()
    procedures = JsonTextField()
    zones = JsonTextField()
    devices = JsonTextField()
    purposes = JsonTextField()
    clauses = JsonTextField()
    notices = JsonTextField()
    agreements = JsonTextField()
    assessments = JsonTextField()
    visitors = JsonTextField()
    obligations = JsonTextField(default=list)


class PolicyDraft(Table):
    """The next version of the policy while it is written; `content` is the whole of it, as its files say it.

    It is open until it is published or dropped.
    """

    base = ForeignKeyField(PolicyVersion, index=False, on_delete="RESTRICT")
    content = JsonTextField()
    made_by = DeferredForeignKey("Person", index=False, on_delete="RESTRICT")
    made_at = UtcField()
    changed_by = DeferredForeignKey("Person", index=False, on_delete="RESTRICT")
    changed_at = UtcField()
    revision = IntegerField(default=1)
    published_version = ForeignKeyField(PolicyVersion, null=True, index=False, on_delete="RESTRICT")
    dropped_by = DeferredForeignKey("Person", null=True, index=False, on_delete="RESTRICT")
    dropped_at = UtcField(null=True)

    class Meta:
        constraints = (
            Check("(dropped_at IS NULL) = (dropped_by_id IS NULL)"),
            Check("published_version_id IS NULL OR dropped_at IS NULL"),
        )


# Two who begin a draft at once: the second fails here at the latest.
PolicyDraft.add_index(
    PolicyDraft.index(
        SQL("dropped_at IS NULL"),
        unique=True,
        where=SQL("published_version_id IS NULL AND dropped_at IS NULL"),
        name="policy_draft_open",
    )
)


# --- People -------------------------------------------------------------------------------------------------


class Person(Table):
    """Somebody with a login. `password_hash` is null until the first password is chosen.

    A pupil's `team` is their class; `year_group` and `born_on` are for pupils. `easy_read` is how they like to read.
    """

    username = TextField(unique=True)
    name = TextField()
    team = TextField(default="")
    starts_work_at = TimeOfDayField(null=True)
    ends_work_at = TimeOfDayField(null=True)
    year_group = TextField(default="")
    born_on = DayField(null=True)
    easy_read = BooleanField(default=False)
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
    role = EnumField(Role, constraints=[_one_of("role", Role)])
    starts_on = DayField()
    ends_on = DayField(null=True)
    given_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    given_at = UtcField()
    taken_at = UtcField(null=True)

    class Meta:
        indexes = ((("person", "role"), False), (("role", "person"), False))
        constraints = (Check("ends_on IS NULL OR ends_on >= starts_on"),)


class Guardian(Table):
    """A child and one of their parents or carers. A link is ended, never deleted (clauses 5.7, 5.14)."""

    child = ForeignKeyField(Person, backref="guardians", index=False, on_delete="RESTRICT")
    parent = ForeignKeyField(Person, backref="children", index=False, on_delete="RESTRICT")
    relation = TextField()
    access = EnumField(ParentAccess, constraints=[_one_of("access", ParentAccess)])
    given_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    given_at = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        constraints = (Check("child_id <> parent_id"), Check("length(trim(relation)) > 0"))


Guardian.add_index(
    Guardian.index(Guardian.child, Guardian.parent, unique=True, where=SQL("ended_at IS NULL"), name="guardian_now")
)
Guardian.add_index(Guardian.index(Guardian.parent, where=SQL("ended_at IS NULL"), name="guardian_of"))


class ClassStaff(Table):
    """A member of staff who works in a class. The class is the pupils' `team`."""

    person = ForeignKeyField(Person, backref="classes", index=False, on_delete="RESTRICT")
    class_name = TextField()

    class Meta:
        indexes = ((("person", "class_name"), True),)


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


# --- Auth ---------------------------------------------------------------------------------------------------


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


# --- Imports ------------------------------------------------------------------------------------------------


class Upload(Table):
    """A file that was sent in and looked at, and is kept until it is applied, for an hour at most."""

    token_digest = TextField(unique=True)
    what = TextField()
    sent_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    sent_at = UtcField()
    text = TextField()


# --- Acknowledgements ---------------------------------------------------------------------------------------


class AcknowledgedText(Table):
    """A text that somebody has acknowledged, exactly as it was shown; each is kept once, by its digest."""

    digest = TextField(unique=True)
    content = JsonTextField()


class Acknowledgement(Table):
    """Somebody has read an item of a version of the policy, never changed (clauses 3.5, 7.1, 8.5).

    `role` is the one whose obligations they are, empty for what is the same for every role. `given_by` is who said so:
    the person, a parent for their child, or whoever recorded it from paper. Only paper has `signed_on` and `kept_at`.
    """

    person = ForeignKeyField(Person, backref="acknowledgements", index=False, on_delete="RESTRICT")
    version = ForeignKeyField(PolicyVersion, index=False, on_delete="RESTRICT")
    item = EnumField(AcknowledgedItem, constraints=[_one_of("item", AcknowledgedItem)])
    role = TextField(default="")
    text = ForeignKeyField(AcknowledgedText, index=False, on_delete="RESTRICT")
    at = UtcField()
    given_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    on_paper = BooleanField(default=False)
    signed_on = DayField(null=True)
    kept_at = TextField(default="")

    class Meta:
        indexes = ((("version", "person", "item", "role"), True), (("person", "id"), False))
        constraints = (
            Check("(item = 'obligations') = (role <> '')"),
            Check(f"role = '' OR role IN ({', '.join(repr(role.value) for role in Role)})"),
            Check("(on_paper = 1) = (signed_on IS NOT NULL)"),
            Check("(on_paper = 1) = (length(trim(kept_at)) > 0)"),
        )


class Reminder(Table):
    """Whoever has not acknowledged a version of the policy was reminded, on their own page (clause 7.1)."""

    version = ForeignKeyField(PolicyVersion, index=False, on_delete="RESTRICT")
    by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    at = UtcField()

    class Meta:
        indexes = ((("version", "id"), False),)


# --- Site ---------------------------------------------------------------------------------------------------


class Term(Table):
    """A term, or half of one, from its first day to its last. One that was taken back has `ended_at`."""

    name = TextField()
    starts_on = DayField()
    ends_on = DayField()
    made_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    made_at = UtcField()
    ended_at = UtcField(null=True)

    class Meta:
        constraints = (Check("starts_on <= ends_on"), Check("length(trim(name)) > 0"))


Term.add_index(Term.index(Term.starts_on, unique=True, where=SQL("ended_at IS NULL"), name="term_now"))


class CalendarDay(Table):
    """A day of which somebody has said what it is: it counts before terms, weekends and bank holidays."""

    day = DayField(unique=True)
    kind = EnumField(DayKind, constraints=[_one_of("kind", DayKind)])
    note = TextField(default="")
    set_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    set_at = UtcField()


class SiteMark(Table):
    """The office said that pupils are on site, or that all have left (clauses 2.4, 2.5, 4.1, 4.2).

    `day` is the school's day on which it was said. A mark that was taken back no longer counts; it stays, with who
    took it back, when and why.
    """

    day = DayField()
    pupils_on_site = BooleanField()
    at = UtcField()
    by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    undone_at = UtcField(null=True)
    undone_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    undone_reason = TextField(default="")

    class Meta:
        indexes = ((("day", "id"), False),)
        constraints = (
            Check("(undone_at IS NULL) = (undone_by_id IS NULL)"),
            Check("(undone_at IS NULL) = (undone_reason = '') AND (undone_at IS NULL OR undone_at >= at)"),
        )


# --- The tablets of reception, which acknowledgements of visitors name --------------------------------------


class Tablet(Table):
    """A browser at reception in which visitors sign themselves in and out, and that can do nothing else.

    Only digests of its secret are kept. The secret changes with each thing that is sent. The one that was sent is kept
    as well, because an answer can be lost on its way (`previous_digest`), and the answer before to that same one,
    because answers can overtake each other (`sibling_digest`). `ended_because` is how it was switched off.
    """

    name = TextField()
    secret_digest = TextField(unique=True)
    previous_digest = TextField(null=True)
    sibling_digest = TextField(null=True)
    made_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    made_at = UtcField()
    ended_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    ended_at = UtcField(null=True)
    ended_because = TextField(default="")

    class Meta:
        constraints = (Check("length(trim(name)) > 0"),)


class WrongCode(Table):
    """A wrong sign-out code was typed at a tablet; too many lock its signing out for a while."""

    tablet = ForeignKeyField(Tablet, backref="wrong_codes", index=False, on_delete="RESTRICT")
    at = UtcField()

    class Meta:
        indexes = ((("tablet", "at"), False),)


# --- Visitors -----------------------------------------------------------------------------------------------


class Visitor(Table):
    """Somebody who visits the school, without a login. `name_key` is the name without case, accents and signs.

    `same_as`: the same person was entered twice, and this is the other entry, which counts.
    """

    name = TextField()
    name_key = TextField()
    organisation = TextField(default="")
    kind = EnumField(VisitorKind, constraints=[_one_of("kind", VisitorKind)])
    same_as = ForeignKeyField("self", null=True, backref="others", index=False, on_delete="RESTRICT")
    made_at = UtcField()

    class Meta:
        indexes = ((("name_key",), False), (("same_as",), False))
        constraints = (Check("length(trim(name)) BETWEEN 1 AND 200"), Check("same_as_id <> id"))


class VisitorMerge(Table):
    """Two entries were found to be one person: `visitor` counts as `into` until it is undone.

    `moved` are the ids of the entries that were given to `into`: that of `visitor`, and what counted as it.
    """

    visitor = ForeignKeyField(Visitor, backref="merges", index=False, on_delete="RESTRICT")
    into = ForeignKeyField(Visitor, backref="merged", index=False, on_delete="RESTRICT")
    moved = JsonTextField()
    merged_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    merged_at = UtcField()
    undone_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    undone_at = UtcField(null=True)

    class Meta:
        indexes = ((("into", "id"), False),)
        constraints = (Check("visitor_id <> into_id"), Check("(undone_at IS NULL) = (undone_by_id IS NULL)"))


class VisitorAcknowledgement(Table):
    """A regular visitor has read and accepted the fuller text of one version of the policy (clause 6.4)."""

    visitor = ForeignKeyField(Visitor, backref="acknowledgements", index=False, on_delete="RESTRICT")
    version = ForeignKeyField(PolicyVersion, index=False, on_delete="RESTRICT")
    at = UtcField()
    taken_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    tablet = ForeignKeyField(Tablet, null=True, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("visitor", "version"), True),)
        constraints = (Check("(taken_by_id IS NULL) <> (tablet_id IS NULL)"),)


class DoNotAdmit(Table):
    """Somebody who must not be let in without the headteacher. `reason` is for the headteacher and the DSL only."""

    name = TextField()
    name_key = TextField()
    reason = TextField()
    put_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    put_at = UtcField()
    ended_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    ended_at = UtcField(null=True)

    class Meta:
        constraints = (
            Check("length(trim(name)) BETWEEN 1 AND 200 AND length(trim(reason)) > 0"),
            Check("(ended_at IS NULL) = (ended_by_id IS NULL)"),
        )


DoNotAdmit.add_index(DoNotAdmit.index(DoNotAdmit.name_key, where=SQL("ended_at IS NULL"), name="do_not_admit_now"))


class Visit(Table):
    """A visit that was announced or begun at reception. Days and times are the school's; no time is any time.

    `form_key` makes the same form sent twice one visit. `revision` counts the edits.
    """

    visitor = ForeignKeyField(Visitor, backref="visits", index=False, on_delete="RESTRICT")
    host = ForeignKeyField(Person, backref="hosted", index=False, on_delete="RESTRICT")
    purpose = TextField()
    vehicle = TextField(default="")
    starts_on = DayField()
    ends_on = DayField()
    expected_at = TimeOfDayField(null=True)
    expected_until = TimeOfDayField(null=True)
    announced_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    announced_at = UtcField()
    revision = IntegerField(default=1)
    cancelled_at = UtcField(null=True)
    form_key = TextField(null=True)

    class Meta:
        indexes = (
            (("ends_on", "starts_on"), False),
            (("visitor", "id"), False),
            (("host", "ends_on"), False),
            (("announced_by", "form_key"), True),
        )
        constraints = (Check("starts_on <= ends_on"), Check("expected_until IS NULL OR expected_at < expected_until"))


class SignCheck(Table):
    """Somebody looked whether the signs for visitors are in place (clause 6.3)."""

    place = TextField()
    fine = BooleanField()
    note = TextField(default="")
    checked_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    checked_at = UtcField()

    class Meta:
        indexes = ((("place", "id"), False),)
        constraints = (Check("fine = 1 OR length(trim(note)) > 0"), Check("length(trim(place)) > 0"))


# --- Exams --------------------------------------------------------------------------------------------------


class Sitting(Table):
    """An exam that is sat: which, for which body, when and in which room (clause 5.9)."""

    exam = TextField()
    body = TextField()
    day = DayField()
    starts_at = TimeOfDayField()
    ends_at = TimeOfDayField()
    zone = TextField()
    made_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    made_at = UtcField()
    cancelled_at = UtcField(null=True)

    class Meta:
        indexes = ((("day",), False),)
        constraints = (Check("starts_at < ends_at"), Check("length(trim(exam)) > 0 AND length(trim(body)) > 0"))


class Candidate(Table):
    """A pupil who sits an exam."""

    sitting = ForeignKeyField(Sitting, backref="candidates", index=False, on_delete="RESTRICT")
    pupil = ForeignKeyField(Person, backref="sittings", index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("sitting", "pupil"), True), (("pupil", "sitting"), False))


class ExamReport(Table):
    """A device found in an exam, and what the examining body was told and answered (clause 5.9).

    It is open until the outcome is written down. Days and times are the school's.
    """

    sitting = ForeignKeyField(Sitting, null=True, index=False, on_delete="RESTRICT")
    exam = TextField()
    body = TextField()
    found_on = DayField()
    found_at = TimeOfDayField()
    candidate = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    device = TextField()
    what_happened = TextField()
    reported_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    reported_at = UtcField()
    body_told_on = DayField(null=True)
    reference = TextField(default="")
    outcome = TextField(default="")
    revision = IntegerField(default=1)
    handled_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    closed_at = UtcField(null=True)

    class Meta:
        indexes = ((("candidate", "id"), False), (("reported_by", "id"), False))
        constraints = (Check("closed_at IS NULL OR length(trim(outcome)) > 0"),)


ExamReport.add_index(ExamReport.index(ExamReport.id, where=SQL("closed_at IS NULL"), name="exam_report_open"))


# --- Exemptions ---------------------------------------------------------------------------------------------


class Exemption(Table):
    """A request to use a device, and what becomes of it.

    `asker` sent it, `subject` is whom it is for: the same person, or a pupil. The dates are days and the times
    wall-clock times in Europe/London: the window is open on each day from `starts_on` to `ends_on` whose bit is set
    in `weekdays` (Monday is 1, Tuesday 2, Wednesday 4 …), from `starts_at` until `ends_at`. `revision` counts the
    edits, so that a decision can say which text it was made on. `reason` is for the deciders only. `signed_at` is
    when the newest agreement had all its signatures. `exam_permission` is the examining body's reference.

    Where it is for a visitor, `visit` is their visit and `subject` its host. That a pupil handles a visitor's device
    cannot be kept at all (clause 6.2, invariant 9).
    """

    kind = TextField()
    state = EnumField(ExemptionState, constraints=[_one_of("state", ExemptionState)])
    revision = IntegerField(default=1)
    asker = ForeignKeyField(Person, backref="exemptions", index=False, on_delete="RESTRICT")
    subject = ForeignKeyField(Person, backref="permissions", index=False, on_delete="RESTRICT")
    visit = ForeignKeyField(Visit, null=True, backref="exemptions", index=False, on_delete="RESTRICT")
    with_pupils = TextField(default="")
    pupil_handles = BooleanField(null=True)
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
    weekdays = IntegerField(default=127)
    audible_alert = BooleanField(default=False)
    exam_permission = TextField(default="")
    conditions = TextField(default="")
    approved_by = TextField(null=True)
    asked_at = UtcField()
    decided_at = UtcField(null=True)
    signed_at = UtcField(null=True)
    stopped_at = UtcField(null=True)
    form_key = TextField(null=True)

    class Meta:
        indexes = (
            (("ends_on", "starts_on"), False),
            (("asker", "ends_on"), False),
            (("subject", "ends_on"), False),
            (("asker", "form_key"), True),
        )
        constraints = (
            Check("starts_on <= ends_on"),
            Check("starts_at < ends_at"),
            Check("length(trim(reason)) > 0 AND length(trim(device)) > 0"),
            Check("zones <> '[]'"),
            Check("weekdays BETWEEN 1 AND 127"),
            Check("pupil_handles = 0"),
            Check("visit_id IS NULL OR pupil_handles IS NOT NULL"),
            Check("(state IN ('approved', 'revoked')) <= (approved_by IS NOT NULL AND decided_at IS NOT NULL)"),
            Check("state <> 'approved' OR stopped_at IS NULL"),
            Check("signed_at IS NULL OR approved_by IS NOT NULL"),
        )


# The queue holds only what waits, so its index stays small however many years of history there are.
Exemption.add_index(Exemption.index(Exemption.starts_on, where=SQL("state = 'submitted'"), name="exemption_waiting"))
# Those for visitors, by their visit, and by what became of them: the log is searched by decision.
Exemption.add_index(Exemption.index(Exemption.visit, where=SQL("visit_id IS NOT NULL"), name="exemption_of_visit"))
Exemption.add_index(
    Exemption.index(
        Exemption.state, Exemption.visit, where=SQL("visit_id IS NOT NULL"), name="exemption_of_visit_by_state"
    )
)


class Participant(Table):
    """A pupil who takes part in what an exemption is for: a lesson activity (clause 5.5)."""

    exemption = ForeignKeyField(Exemption, backref="participants", index=False, on_delete="RESTRICT")
    pupil = ForeignKeyField(Person, backref="activities", index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("exemption", "pupil"), True), (("pupil", "exemption"), False))


class NeedMet(Table):
    """Something a kind needs before it can be approved, and who met it: a risk assessment, a discussion, a tick.

    What was said stays as it was said: a later row takes the place of an earlier one and leaves it there.
    """

    exemption = ForeignKeyField(Exemption, index=False, on_delete="RESTRICT")
    need = TextField()
    answers = JsonTextField()
    met_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    met_at = UtcField()

    class Meta:
        indexes = ((("exemption", "need"), False),)


class ActivitySession(Table):
    """A lesson activity while it runs: the teacher starts and ends it on the day (clauses 5.4, 5.5)."""

    exemption = ForeignKeyField(Exemption, backref="sessions", index=False, on_delete="RESTRICT")
    day = DayField()
    started_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    started_at = UtcField()
    ended_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    ended_at = UtcField(null=True)

    class Meta:
        indexes = ((("exemption", "id"), False), (("day",), False))
        constraints = (Check("(ended_at IS NULL) = (ended_by_id IS NULL)"),)


ActivitySession.add_index(
    ActivitySession.index(
        ActivitySession.exemption, unique=True, where=SQL("ended_at IS NULL"), name="activity_session_running"
    )
)


# --- Agreements ---------------------------------------------------------------------------------------------


class Agreement(Table):
    """One version of the written agreement about an exemption, never changed; the newest one counts (clause 5.7d)."""

    exemption = ForeignKeyField(Exemption, backref="agreements", index=False, on_delete="RESTRICT")
    version = IntegerField()
    expectations = TextField()
    sanctions = TextField()
    easy = JsonTextField()
    signers = EnumField(RequiredSigners, constraints=[_one_of("signers", RequiredSigners)])
    signers_reason = TextField(default="")
    issued_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    issued_at = UtcField()
    digest = TextField()

    class Meta:
        indexes = ((("exemption", "version"), True),)
        constraints = (
            Check("length(trim(expectations)) > 0 AND length(trim(sanctions)) > 0"),
            Check("signers = 'both' OR length(trim(signers_reason)) > 0"),
        )


class Signature(Table):
    """A signature on one version of an agreement, on a person's own page or on paper; never changed."""

    agreement = ForeignKeyField(Agreement, backref="signatures", index=False, on_delete="RESTRICT")
    party = EnumField(SigningParty, constraints=[_one_of("party", SigningParty)])
    person = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    name = TextField()
    signed_on = DayField()
    on_paper = BooleanField()
    witnessed_by = TextField(default="")
    kept_at = TextField(default="")
    recorded_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    recorded_at = UtcField()

    class Meta:
        indexes = ((("agreement", "party"), True),)
        constraints = (
            Check("length(trim(name)) > 0"),
            Check("on_paper = 0 OR (length(trim(witnessed_by)) > 0 AND length(trim(kept_at)) > 0)"),
        )


class SchoolText(Table):
    """A text that the school has made its own, such as the agreement's template; the newest one counts."""

    key = TextField()
    content = JsonTextField()
    saved_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    saved_at = UtcField()

    class Meta:
        indexes = ((("key", "id"), False),)


# --- Decisions ----------------------------------------------------------------------------------------------


class Decision(Table):
    """A decision, never changed: who, for whom, when, what, and a frozen copy of what it was made on."""

    exemption = ForeignKeyField(Exemption, backref="decisions", index=False, on_delete="RESTRICT")
    verdict = EnumField(Verdict, constraints=[_one_of("verdict", Verdict)])
    decided_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    for_person = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    decided_at = UtcField()
    text = TextField(default="")
    frozen = JsonTextField()
    frozen_digest = TextField()

    class Meta:
        indexes = ((("exemption", "decided_at"), False),)
        constraints = (Check("verdict = 'approved' OR length(trim(text)) > 0"),)


# --- Devices ------------------------------------------------------------------------------------------------


class SchoolDevice(Table):
    """A device that belongs to the school (clauses 3.1, 3.3). `tag_key` is its tag, however it is spelled.

    `kind` is one of the policy's kinds of device. Who set its PIN, and on which day, is null until it is set.
    """

    asset_tag = TextField()
    tag_key = TextField(unique=True)
    kind = TextField()
    model = TextField(default="")
    phone_number = TextField(default="")
    pin_set_on = DayField(null=True)
    pin_set_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    state = EnumField(DeviceState, default=DeviceState.IN_USE, constraints=[_one_of("state", DeviceState)])
    state_note = TextField(default="")
    made_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    made_at = UtcField()
    changed_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    changed_at = UtcField()
    revision = IntegerField(default=1)

    class Meta:
        constraints = (
            Check("length(trim(asset_tag)) > 0 AND length(tag_key) > 0"),
            Check("(pin_set_on IS NULL) = (pin_set_by_id IS NULL)"),
        )


class Loan(Table):
    """A school device is with a member of staff, until `due_on` or, where that is null, for good (clauses 3.1, 3.3).

    `for_pupil` is the pupil who uses it through them. Who brought it back need not be who borrowed it; it is null where
    the device never came back. `taken_by` ended the loan.
    """

    device = ForeignKeyField(SchoolDevice, backref="loans", index=False, on_delete="RESTRICT")
    borrower = ForeignKeyField(Person, backref="loans", index=False, on_delete="RESTRICT")
    for_pupil = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    lent_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    lent_at = UtcField()
    due_on = DayField(null=True)
    returned_at = UtcField(null=True)
    returned_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    taken_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    returned_note = TextField(default="")

    class Meta:
        indexes = ((("device", "id"), False),)
        constraints = (
            Check("(returned_at IS NULL) = (taken_by_id IS NULL)"),
            Check("returned_at IS NOT NULL OR (returned_by_id IS NULL AND returned_note = '')"),
            Check("returned_at IS NULL OR returned_at >= lent_at"),
            Check("for_pupil_id IS NULL OR for_pupil_id <> borrower_id"),
        )


# A device is with one person at a time, and what is out stands in small indexes, however many loans there have been.
Loan.add_index(Loan.index(Loan.device, unique=True, where=SQL("returned_at IS NULL"), name="loan_now"))
Loan.add_index(Loan.index(Loan.borrower, where=SQL("returned_at IS NULL"), name="loan_of_borrower"))
Loan.add_index(
    Loan.index(Loan.for_pupil, where=SQL("returned_at IS NULL AND for_pupil_id IS NOT NULL"), name="loan_for_pupil")
)


class StandingPermission(Table):
    """The headteacher lets everybody with a role borrow school devices, until it is ended (clause 3.3)."""

    role = EnumField(Role, constraints=[_one_of("role", Role)])
    given_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    given_at = UtcField()
    ended_at = UtcField(null=True)
    ended_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("role", "id"), False),)
        constraints = (Check("(ended_at IS NULL) = (ended_by_id IS NULL)"),)


StandingPermission.add_index(
    StandingPermission.index(
        StandingPermission.role, unique=True, where=SQL("ended_at IS NULL"), name="standing_permission_now"
    )
)


class WorkContact(Table):
    """Somebody has to be in contact with pupils or parents, so they need a work phone (clause 3.1)."""

    person = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    since = UtcField()
    set_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    ended_at = UtcField(null=True)
    ended_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")

    class Meta:
        constraints = (Check("(ended_at IS NULL) = (ended_by_id IS NULL)"),)


WorkContact.add_index(
    WorkContact.index(WorkContact.person, unique=True, where=SQL("ended_at IS NULL"), name="work_contact_now")
)


# --- Lockers ------------------------------------------------------------------------------------------------


class Locker(Table):
    """A locker. `key_holder` says who has its spare key or its code; it is never the code itself."""

    area = EnumField(LockerArea, constraints=[_one_of("area", LockerArea)])
    number = TextField()
    key_holder = TextField(default="")
    out_of_use_since = UtcField(null=True)

    class Meta:
        indexes = ((("area", "number"), True),)
        constraints = (Check("length(trim(number)) > 0"),)


class LockerUse(Table):
    """Whose a locker is or was. A use is ended, never deleted, so the rows of a locker are its history."""

    locker = ForeignKeyField(Locker, backref="uses", index=False, on_delete="RESTRICT")
    person = ForeignKeyField(Person, backref="lockers", index=False, on_delete="RESTRICT")
    given_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    given_at = UtcField()
    ended_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    ended_at = UtcField(null=True)

    class Meta:
        indexes = ((("locker", "id"), False),)
        constraints = (Check("(ended_at IS NULL) = (ended_by_id IS NULL)"),)


# One locker for one person: of two who give it at once, the second fails here at the latest.
LockerUse.add_index(LockerUse.index(LockerUse.locker, unique=True, where=SQL("ended_at IS NULL"), name="locker_now"))
LockerUse.add_index(LockerUse.index(LockerUse.person, unique=True, where=SQL("ended_at IS NULL"), name="locker_of"))


class HandIn(Table):
    """What somebody brought on a day, and when a device that was handed in went back (clauses 2.3, 4.1).

    Who fetches their device during the day and hands it in again has a row for each time; the order of their ids is
    the order of the day. `area` is where the device lies: a pupil's is handed in at the administration office, a
    member of staff puts their own into their locker. `returned_to` says who took it in the pupil's place, such as
    "mother".
    """

    person = ForeignKeyField(Person, backref="hand_ins", index=False, on_delete="RESTRICT")
    area = EnumField(LockerArea, constraints=[_one_of("area", LockerArea)])
    day = DayField()
    brought = EnumField(HandInOutcome, constraints=[_one_of("brought", HandInOutcome)])
    by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    at = UtcField()
    returned_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    returned_at = UtcField(null=True)
    returned_to = TextField(default="")
    undone_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    undone_at = UtcField(null=True)

    class Meta:
        indexes = ((("day", "area", "person"), False),)
        constraints = (
            Check("(returned_at IS NULL) = (returned_by_id IS NULL)"),
            Check("(undone_at IS NULL) = (undone_by_id IS NULL)"),
            Check("returned_at IS NULL OR (brought = 'device' AND undone_at IS NULL)"),
            Check("returned_to = '' OR returned_at IS NOT NULL"),
        )


# Of a day each person has one row that still counts at most: only after a device went back there may be another one.
HandIn.add_index(
    HandIn.index(
        HandIn.person,
        HandIn.day,
        unique=True,
        where=SQL("undone_at IS NULL AND returned_at IS NULL"),
        name="hand_in_of",
    )
)
# What the school holds, and what went back lately, stand in indexes of their own, however many years there have been.
HandIn.add_index(
    HandIn.index(
        HandIn.area,
        HandIn.person,
        where=SQL("brought = 'device' AND returned_at IS NULL AND undone_at IS NULL"),
        name="hand_in_held",
    )
)
HandIn.add_index(HandIn.index(HandIn.returned_at, where=SQL("returned_at IS NOT NULL"), name="hand_in_returned"))


# --- Reception ----------------------------------------------------------------------------------------------


class AdmissionAlert(Table):
    """Somebody on the do-not-admit list stood at reception on a day, and what the headteacher or the DSL answered.

    `seen_by` is who was signing them in; none where they stood at a tablet.
    """

    entry = ForeignKeyField(DoNotAdmit, backref="alerts", index=False, on_delete="RESTRICT")
    name = TextField()
    organisation = TextField(default="")
    day = DayField()
    at = UtcField()
    seen_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    tablet = ForeignKeyField(Tablet, null=True, index=False, on_delete="RESTRICT")
    let_in = BooleanField(null=True)
    answered_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    answered_at = UtcField(null=True)

    class Meta:
        indexes = ((("day",), False),)
        constraints = (
            Check("(seen_by_id IS NULL) <> (tablet_id IS NULL)"),
            Check("(let_in IS NULL) = (answered_by_id IS NULL) AND (let_in IS NULL) = (answered_at IS NULL)"),
        )


AdmissionAlert.add_index(
    AdmissionAlert.index(
        AdmissionAlert.entry, AdmissionAlert.day, unique=True, where=SQL("let_in IS NULL"), name="admission_alert_open"
    )
)


class Stay(Table):
    """One presence in the building, from signing in to signing out (clauses 6.1, 6.2).

    `accepted_version` is the version of the policy whose expectations the visitor read and accepted. `carries` are the
    kinds of device they have with them, `needs_device`: they said that they need to use one. Whoever signed them in or
    out is a person at reception, or they did it themselves at a tablet; `code` is what they sign out with there.
    `estimated`: nobody saw them go, and the time was settled later. `search_text` is what the stay is found by
    (`rules/visitors/search.py`).
    """

    visit = ForeignKeyField(Visit, backref="stays", index=False, on_delete="RESTRICT")
    day = DayField()
    came_at = UtcField()
    came_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    came_tablet = ForeignKeyField(Tablet, null=True, index=False, on_delete="RESTRICT")
    code = TextField(null=True)
    accepted_version = ForeignKeyField(PolicyVersion, index=False, on_delete="RESTRICT")
    carries = JsonTextField()
    needs_device = BooleanField(default=False)
    left_at = UtcField(null=True)
    left_by = ForeignKeyField(Person, null=True, index=False, on_delete="RESTRICT")
    left_tablet = ForeignKeyField(Tablet, null=True, index=False, on_delete="RESTRICT")
    estimated = BooleanField(default=False)
    search_text = TextField(default="")

    class Meta:
        indexes = ((("day", "id"), False), (("visit", "id"), False))
        constraints = (
            Check("(came_by_id IS NULL) <> (came_tablet_id IS NULL)"),
            Check("(left_at IS NULL) = (left_by_id IS NULL AND left_tablet_id IS NULL)"),
            Check("left_at IS NULL OR left_at >= came_at"),
            Check("estimated = 0 OR left_at IS NOT NULL"),
        )


# However many visits there have been, who is in the building now stands in an index of its own.
Stay.add_index(Stay.index(Stay.visit, unique=True, where=SQL("left_at IS NULL"), name="stay_now"))


# --- Concerns -----------------------------------------------------------------------------------------------


class VisitorConcern(Table):
    """What a member of staff saw a visitor do against the policy; never changed, more can be added (clause 6.7)."""

    stay = ForeignKeyField(Stay, null=True, index=False, on_delete="RESTRICT")
    whom = TextField()
    place = TextField()
    seen = TextField()
    challenged = BooleanField()
    answer = TextField(default="")
    reported_by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    reported_at = UtcField()
    form_key = TextField(null=True)

    class Meta:
        indexes = ((("reported_by", "form_key"), True), (("stay",), False))
        constraints = (Check("length(trim(whom)) > 0 AND length(trim(seen)) > 0"),)


class VisitorConcernNote(Table):
    """More that was said of a concern about a visitor, or that the headteacher or the DSL has read it."""

    concern = ForeignKeyField(VisitorConcern, backref="notes", index=False, on_delete="RESTRICT")
    text = TextField(default="")
    read = BooleanField(default=False)
    by = ForeignKeyField(Person, index=False, on_delete="RESTRICT")
    at = UtcField()

    class Meta:
        indexes = ((("concern", "id"), False),)
        constraints = (Check("read = 1 OR length(trim(text)) > 0"),)


# --- Audit, and what core counts ----------------------------------------------------------------------------


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


TABLES = tuple(Table.__subclasses__())
