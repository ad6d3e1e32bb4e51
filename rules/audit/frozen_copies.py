"""What stays exactly as it was: decisions, agreements, signatures, acknowledgements, compared with what the trail told.

Each row keeps its own digest, but without a key: whoever can change the one can change the other. The trail, which has
a key, tells of each with the same digest.
"""

import json
from collections import Counter

from database import prepared
from enums import Verdict
from fields import canonical_json
from models import AcknowledgedText, Acknowledgement, Agreement, Decision, Signature
from rules.core.tokens import sha256

VERDICTS = {
    "exemption-approved": Verdict.APPROVED.value,
    "exemption-approved-with-conditions": Verdict.APPROVED.value,
    "exemption-declined": Verdict.DECLINED.value,
    "exemption-returned": Verdict.RETURNED.value,
    "exemption-revoked": Verdict.REVOKED.value,
}
WORDS = {
    **VERDICTS,
    "agreement-issued": "issued",
    "agreement-signed": "signed",
    "agreement-signed-on-paper": "on paper",
    "acknowledged": "acknowledged",
    "acknowledged-on-paper": "acknowledged on paper",
}
MISSING = {
    "issued": "An agreement",
    "signed": "A signature",
    "on paper": "A signature",
    "acknowledged": "An acknowledgement",
    "acknowledged on paper": "An acknowledgement",
}


def told_by(row):
    """What an event of the trail says was decided, issued or signed; nothing for one of another kind."""
    if row.event in WORDS:
        payload = json.loads(row.payload)
        yield row.record, WORDS[row.event], payload.get("version"), row.actor, payload["frozen"]


@prepared(raw=True)
def _decisions():
    return Decision.select(
        Decision.id,
        Decision.exemption.alias("exemption"),
        Decision.verdict,
        Decision.decided_by.alias("by"),
        Decision.frozen,
        Decision.frozen_digest,
    ).order_by(Decision.id)


@prepared(raw=True)
def _agreements():
    return Agreement.select(
        Agreement.id,
        Agreement.exemption.alias("exemption"),
        Agreement.version,
        Agreement.issued_by.alias("by"),
        Agreement.expectations,
        Agreement.sanctions,
        Agreement.easy,
        Agreement.signers,
        Agreement.signers_reason,
        Agreement.digest,
    ).order_by(Agreement.id)


@prepared(raw=True)
def _signatures():
    return (
        Signature.select(
            Signature.id,
            Agreement.exemption.alias("exemption"),
            Agreement.version,
            Signature.recorded_by.alias("by"),
            *(Signature.party, Signature.person.alias("person"), Signature.name, Signature.signed_on),
            *(Signature.on_paper, Signature.witnessed_by, Signature.kept_at),
            Agreement.digest,
        )
        .join(Agreement)
        .order_by(Signature.id)
    )


@prepared(raw=True)
def _acknowledgements():
    return (
        Acknowledgement.select(
            *(Acknowledgement.id, Acknowledgement.version.alias("version"), Acknowledgement.given_by.alias("by")),
            *(Acknowledgement.person.alias("person"), Acknowledgement.item, Acknowledgement.role),
            *(Acknowledgement.on_paper, Acknowledgement.signed_on, Acknowledgement.kept_at),
            *(AcknowledgedText.id.alias("text"), AcknowledgedText.content, AcknowledgedText.digest),
        )
        .join(AcknowledgedText)
        .order_by(Acknowledgement.id)
    )


def _terms_digest(row):
    """The digest that the terms of an agreement have now; none where they cannot even be read."""
    terms = {name: getattr(row, name) for name in ("expectations", "sanctions", "signers", "signers_reason")}
    try:
        return sha256(canonical_json({**terms, "easy": json.loads(row.easy)}))
    except ValueError:
        return None


def signature_digest(agreement, party, person, name, signed_on, on_paper, witnessed_by, kept_at):
    """What the trail tells of a signature: who signed what (the agreement's digest), when and how."""
    how = (int(on_paper), witnessed_by, kept_at)
    return sha256(canonical_json([agreement, str(party), person, name, str(signed_on), *how]))


def acknowledgement_digest(text, person, item, role, on_paper, signed_on, kept_at):
    """What the trail tells of an acknowledgement: who read what (the text's digest), and how it was given."""
    how = (int(on_paper), str(signed_on or ""), kept_at)
    return sha256(canonical_json([text, person, str(item), str(role), *how]))


def _kept_acknowledgements():
    fits = {}  # a text is read by many
    for row in _acknowledgements.rows():
        if row.text not in fits:
            fits[row.text] = sha256(row.content) == row.digest
        word = "acknowledged on paper" if row.on_paper else "acknowledged"
        how = (row.on_paper, row.signed_on, row.kept_at)
        digest = acknowledgement_digest(row.digest, row.person, row.item, row.role, *how)
        key = (f"policy:{row.version}", word, row.version, row.by, digest)
        yield f"Acknowledgement {row.id}", fits[row.text], key


def _kept():
    """Every kept row, as (what it is called, whether it is as its digest says, the key the trail told of it)."""
    for row in _decisions.rows():
        key = (f"exemption:{row.exemption}", row.verdict, None, row.by, row.frozen_digest)
        yield f"Decision {row.id}", sha256(row.frozen) == row.frozen_digest, key
    for row in _agreements.rows():
        key = (f"exemption:{row.exemption}", "issued", row.version, row.by, row.digest)
        yield f"Agreement {row.id}", _terms_digest(row) == row.digest, key
    for row in _signatures.rows():
        word = "on paper" if row.on_paper else "signed"
        signed = (row.party, row.person, row.name, row.signed_on, row.on_paper, row.witnessed_by, row.kept_at)
        digest = signature_digest(row.digest, *signed)
        yield f"Signature {row.id}", True, (f"exemption:{row.exemption}", word, row.version, row.by, digest)
    yield from _kept_acknowledgements()


def faults(recorded):
    """What is not as it was, in words. `recorded` counts what the trail told; None where the trail itself is broken."""
    left, sentences = Counter(recorded or ()), []
    for name, intact, key in _kept():
        if not intact:
            sentences.append(f"{name}: what it was made on is not as it was.")
        elif recorded is not None and not left[key]:
            sentences.append(f"{name} is not one that the trail tells of.")
        elif recorded is not None:
            left[key] -= 1
    missing = sorted((record, MISSING.get(word, "A decision")) for record, word, *_ in left.elements())
    return sentences or [f"{what} on {record} is missing." for record, what in missing]
