"""What stays exactly as it was: whoever changes a decision, an agreement or a signature behind the program is found."""

import json

import pytest

from database import db
from fields import canonical_json
from models import Acknowledgement, Agreement, Decision, Signature
from rules.agreements import agreements, signing
from rules.agreements.terms import Terms
from rules.audit import trail
from rules.core.tokens import sha256
from rules.decisions import deciding
from rules.exemptions import queries
from tests.conftest import ACCESS, PARENT_CONTACT
from tests.support.exemptions import EVERY_KIND, MONDAY, approve, ask, asker_of, kind_name, permitted, revision, sign

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
agreed_kind = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)


def spoil(statement, *values):
    """Write behind the program's back; the triggers come back with the end of the test."""
    for (name,) in db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute_sql(f"DROP TRIGGER {name}")
    db.execute_sql(statement, values)
    return trail.verify()[1]


# --- Decisions ----------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("frozen", ["'{}'", "'no JSON at all'", "replace(frozen, 'hospital', 'cinema')"])
def test_what_a_decision_was_made_on_cannot_be_changed_unseen(cast, kind, frozen):
    permitted(asker_of(kind), kind)
    row = Decision.get()
    assert spoil(f"UPDATE decision SET frozen = {frozen}") == [  # noqa: S608 (ours)
        f"Decision {row.id}: what it was made on is not as it was."
    ]


@every_kind
def test_not_even_by_somebody_who_mends_its_digest_too(cast, kind):
    permitted(asker_of(kind), kind)
    row = Decision.get()
    frozen = json.dumps(row.frozen).replace("hospital", "cinema")
    assert spoil("UPDATE decision SET frozen = ?, frozen_digest = ?", frozen, sha256(frozen)) == [
        f"Decision {row.id} is not one that the trail tells of."
    ]


@pytest.mark.parametrize("change", ["verdict = 'declined', text = 'No.'", "decided_by_id = 2", "exemption_id = 1"])
def test_who_decided_what_cannot_be_changed_unseen(cast, change):
    permitted(cast.teacher, device="The first")
    permitted(cast.teacher, device="The second", by=cast.deputy)
    row = Decision.select().order_by(Decision.id.desc()).first()
    change = change.replace("= 1", f"= {Decision.get().exemption_id}").replace("= 2", f"= {cast.head.id}")
    assert spoil(f"UPDATE decision SET {change} WHERE id = ?", row.id) == [  # noqa: S608 (ours)
        f"Decision {row.id} is not one that the trail tells of."
    ]


@every_kind
def test_a_decision_that_was_taken_out_is_missed(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    assert spoil("DELETE FROM decision") == [f"A decision on exemption:{exemption} is missing."]


def test_a_decision_that_was_slipped_in_is_named(cast):
    ask(cast.teacher)
    permitted(cast.teacher, device="Another")
    columns = "verdict, decided_by_id, decided_at, text, frozen, frozen_digest"
    faults = spoil(
        f"INSERT INTO decision (exemption_id, {columns}) "  # noqa: S608 (ours)
        f"SELECT (SELECT MIN(id) FROM exemption), {columns} FROM decision"
    )
    newest = Decision.select().order_by(Decision.id.desc()).first()
    assert faults == [f"Decision {newest.id} is not one that the trail tells of."]


# --- Agreements ---------------------------------------------------------------------------------------------


@agreed_kind
@pytest.mark.parametrize(
    "change",
    [
        "sanctions = 'None at all.'",
        "expectations = 'Anything goes.'",
        "easy = '[]'",
        "easy = 'no JSON at all'",
        "signers = 'pupil', signers_reason = 'They said so.'",
        "digest = 'x'",
    ],
)
def test_a_changed_agreement_is_named(cast, kind, change):
    permitted(cast.parent, kind)
    row = Agreement.get()
    faults = spoil(f"UPDATE agreement SET {change}")  # noqa: S608 (ours)
    assert faults[0] == f"Agreement {row.id}: what it was made on is not as it was."


@agreed_kind
def test_a_changed_agreement_is_named_although_its_digest_was_mended(cast, kind):
    exemption = ask(cast.parent, kind)
    approve(cast.head, exemption)
    terms = Terms("Anything goes.", "None at all.")
    kept = {**terms.as_dict(), "easy": "[]"}
    faults = spoil(
        "UPDATE agreement SET expectations = ?, sanctions = ?, easy = ?, digest = ?",
        *(kept["expectations"], kept["sanctions"], kept["easy"], sha256(canonical_json(terms.as_dict()))),
    )
    assert faults == [f"Agreement {Agreement.get().id} is not one that the trail tells of."]


@agreed_kind
def test_an_agreement_that_was_taken_out_or_numbered_anew_is_missed(cast, kind):
    exemption = ask(cast.parent, kind)
    approve(cast.head, exemption)
    agreement = Agreement.get().id
    assert spoil("UPDATE agreement SET version = 7") == [f"Agreement {agreement} is not one that the trail tells of."]
    assert spoil("DELETE FROM agreement") == [f"An agreement on exemption:{exemption} is missing."]


# --- Signatures ---------------------------------------------------------------------------------------------


@agreed_kind
def test_a_signature_that_was_slipped_in_is_named(cast, kind):
    exemption = ask(cast.parent, kind)
    approve(cast.head, exemption)
    sign(cast.pupil, exemption)
    columns = "agreement_id, signed_on, on_paper, witnessed_by, kept_at, recorded_by_id, recorded_at"
    faults = spoil(
        f"INSERT INTO signature (party, person_id, name, {columns}) "  # noqa: S608 (ours)
        f"SELECT 'parent', ?, ?, {columns} FROM signature",
        *(cast.parent.id, cast.parent.name),
    )
    newest = Signature.select().order_by(Signature.id.desc()).first()
    assert faults == [f"Signature {newest.id} is not one that the trail tells of."]


@agreed_kind
@pytest.mark.parametrize(
    "change",
    [
        "party = 'pupil', person_id = {other}",
        "person_id = {other}",
        "name = 'Somebody Else'",
        "signed_on = '2026-11-20'",
        "on_paper = 0",
        "witnessed_by = 'Nobody'",
        "kept_at = 'The bin'",
        "recorded_by_id = {other}",
    ],
)
def test_who_signed_what_when_and_how_cannot_be_changed_unseen(cast, kind, change):
    """Clause 5.7d: who, when, witnessed by, where the paper is kept."""
    exemption = ask(cast.parent, kind)
    approve(cast.head, exemption)
    newest = agreements.newest_of(queries.find(exemption))
    paper = signing.Paper(cast.parent.id, MONDAY, "Office Invented", "The blue folder")
    signing.record_paper(cast.office, newest.id, paper)
    assert trail.verify()[1] == []
    faults = spoil(f"UPDATE signature SET {change.format(other=cast.carer.id)}")  # noqa: S608 (ours)
    assert faults == [f"Signature {Signature.get().id} is not one that the trail tells of."]


@agreed_kind
def test_a_signature_that_was_taken_out_is_missed(cast, kind):
    exemption = permitted(cast.parent, kind)
    assert spoil("DELETE FROM signature WHERE party = 'parent'") == [
        f"A signature on exemption:{exemption} is missing."
    ]


@agreed_kind
def test_a_signature_moved_to_another_version_is_named(cast, kind):
    exemption = permitted(cast.parent, kind)
    agreements.issue_anew(cast.head, exemption, 1, Terms("Anything goes.", "None at all."))
    newest = agreements.newest_of(queries.find(exemption)).id
    faults = spoil("UPDATE signature SET agreement_id = ?", newest)
    assert len(faults) == 2
    assert all("is not one that the trail tells of" in fault for fault in faults)


@every_kind
def test_a_whole_life_of_any_kind_holds(cast, kind):
    exemption = permitted(asker_of(kind), kind)
    deciding.revoke(cast.head, exemption, revision(exemption), "It rang.")
    assert trail.verify()[1] == []


# --- Acknowledgements ---------------------------------------------------------------------------------------


def an_acknowledgement(person):
    """The first thing that somebody has acknowledged."""
    return Acknowledgement.select().where(Acknowledgement.person == person.id).order_by(Acknowledgement.id).first()


def test_a_changed_text_is_named_at_everybody_who_acknowledged_it(cast):
    """Invariant 16: old acknowledgements show the text as it was."""
    row = an_acknowledgement(cast.volunteer)
    readers = Acknowledgement.select().where(Acknowledgement.text == row.text_id).order_by(Acknowledgement.id)
    wanted = [f"Acknowledgement {each.id}: what it was made on is not as it was." for each in readers]
    assert spoil("UPDATE acknowledged_text SET content = '{}' WHERE id = ?", row.text_id) == wanted


def test_not_even_where_its_digest_is_mended_too(cast):
    row = an_acknowledgement(cast.volunteer)
    count = Acknowledgement.select().where(Acknowledgement.text == row.text_id).count()
    faults = spoil("UPDATE acknowledged_text SET content = '{}', digest = ? WHERE id = ?", sha256("{}"), row.text_id)
    assert len(faults) == count
    assert all("is not one that the trail tells of" in fault for fault in faults)


@pytest.mark.parametrize(
    "change",
    [
        "person_id = {other}",
        "given_by_id = {other}",
        "item = 'complaints', role = ''",
        "on_paper = 1, signed_on = '2026-11-01', kept_at = 'Cabinet 2'",
        "text_id = (SELECT min(id) FROM acknowledged_text)",
    ],
)
def test_who_acknowledged_what_and_how_cannot_be_changed_unseen(cast, change):
    row, complaints = (
        an_acknowledgement(cast.volunteer),
        Acknowledgement.get(Acknowledgement.person == cast.volunteer.id, Acknowledgement.item == "complaints"),
    )
    change = change.format(other=cast.pupil.id)
    if "complaints" in change:
        spoil("DELETE FROM acknowledgement WHERE id = ?", complaints.id)
    faults = spoil(f"UPDATE acknowledgement SET {change} WHERE id = ?", row.id)  # noqa: S608 (ours)
    assert faults == [f"Acknowledgement {row.id} is not one that the trail tells of."]


def test_an_acknowledgement_that_was_taken_out_or_slipped_in_is_named(cast):
    row = an_acknowledgement(cast.volunteer)
    assert spoil("DELETE FROM acknowledgement WHERE id = ?", row.id) == ["An acknowledgement on policy:1 is missing."]
    columns = "version_id, item, role, text_id, at, given_by_id, on_paper, signed_on, kept_at"
    faults = spoil(
        f"INSERT INTO acknowledgement (id, person_id, {columns}) "  # noqa: S608 (ours)
        f"SELECT 9999, ?, {columns} FROM acknowledgement WHERE item = 'monitoring' LIMIT 1",
        cast.volunteer.id,
    )
    assert faults == ["Acknowledgement 9999 is not one that the trail tells of."]
