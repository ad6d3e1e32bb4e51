"""Written agreements: the school's template, issuing a version, and reading them (clause 5.7d).

An agreement is issued with the approval. A changed text is a new version, and the exemption waits for signatures again
(invariant 3). A version is never changed; the newest one counts.
"""

import datetime as dt
from typing import NamedTuple

from database import prepared, writing
from enums import SigningParty
from fields import Parameter, canonical_json
from models import Agreement, Person, SchoolText, Signature
from rules.agreements.terms import Terms, terms_of_template
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import CHANGED, Changed, Invalid
from rules.core.tokens import sha256
from rules.exemptions.lifecycle import TRANSITIONS, move
from rules.exemptions.permissions import load_to_decide

TEMPLATE = "agreement"


class Signed(NamedTuple):
    """One signature. `signed_on` is the school's day, `recorded_at` aware, UTC."""

    party: SigningParty
    name: str
    signed_on: dt.date
    on_paper: bool
    witnessed_by: str
    kept_at: str
    recorded_by: str
    recorded_at: dt.datetime


class Agreed(NamedTuple):
    """One version of an agreement, with the signatures on it by party."""

    id: int
    exemption: int
    version: int
    terms: Terms
    issued_by: str
    issued_at: dt.datetime
    digest: str
    signatures: dict

    @property
    def missing(self):
        """Whose signatures it still needs."""
        return [party for party in self.terms.parties if party not in self.signatures]

    def waits_for(self, pupil):
        """Whose signatures it still needs, in words; `pupil` is the pupil's name."""
        words = {SigningParty.PUPIL: pupil, SigningParty.PARENT: "a parent or carer"}
        return " and ".join(words[party] for party in self.missing)


# --- The template -------------------------------------------------------------------------------------------


class SchoolTemplate(NamedTuple):
    """The terms that every new agreement starts from. `version` tells one from another, 0 is that of the policy pack.

    `at` is aware, UTC, when `by` saved it; both are None for that of the pack.
    """

    version: int
    terms: Terms
    by: str | None = None
    at: dt.datetime | None = None


@prepared
def _template():
    return (
        SchoolText.select(SchoolText.id, SchoolText.content, Person.name.alias("by"), SchoolText.saved_at)
        .join(Person)
        .where(SchoolText.key == TEMPLATE)
        .order_by(SchoolText.id.desc())
        .limit(1)
    )


def school_template(policy):
    """The school's own template, or that of the policy pack."""
    row = _template.one()
    if row is None:
        return SchoolTemplate(0, terms_of_template(policy.agreements))
    return SchoolTemplate(row.id, terms_of_template(row.content), row.by, row.saved_at)


def template(policy):
    """The terms that every new agreement starts from: the school's own, or those of the policy pack."""
    return school_template(policy).terms


def save_template(actor, policy, terms, seen):
    """Make these the terms that every new agreement starts from. Those that were issued stay as they are.

    `seen` is the version that was changed; the same words again change nothing. Raises Changed, with the
    `SchoolTemplate` of now, where somebody saved another one meanwhile, and Invalid.
    """
    actor.must(Permission.KEEP_TEMPLATE)
    terms = terms.cleaned()
    if errors := terms.validate():
        raise Invalid(errors)
    with writing():
        current = school_template(policy)
        if terms.as_template() == current.terms.as_template():
            return
        if current.version != seen:
            raise Changed(CHANGED, current)
        SchoolText.insert(key=TEMPLATE, content=terms.as_template(), saved_by=actor.id, saved_at=clock.now()).execute()
        record("agreement-template-changed", actor=actor.id)


# --- Issuing ------------------------------------------------------------------------------------------------


def issue(actor, view, terms, version):
    """Issue a version of the agreement about an exemption, in the caller's transaction; `terms` are valid."""
    text = canonical_json(terms.as_dict())
    Agreement.insert(
        exemption=view.id,
        version=version,
        issued_by=actor.id,
        issued_at=clock.now(),
        digest=sha256(text),
        **terms.as_dict(),
    ).execute()
    payload = {"kind": view.kind.name, "version": version, "frozen": sha256(text)}
    record(TRANSITIONS["issue-anew"].event, actor=actor.id, person=view.people.subject, about=view.record, **payload)


def next_version(view):
    """The number of the next version of an exemption's agreement."""
    newest = newest_of(view)
    return newest.version + 1 if newest else 1


def issue_anew(actor, exemption, seen, terms):
    """Issue a changed agreement: the exemption is in force again only once it is signed (invariant 3).

    `seen` is the version that was changed. Raises Changed when another was issued meanwhile or the exemption is not
    approved any more, Invalid with the errors by field.
    """
    terms = terms.cleaned()
    with writing():
        view = load_to_decide(actor, exemption)
        newest = newest_of(view)
        if not view.holds or newest is None or newest.version != seen:
            raise Changed(CHANGED, view)
        if errors := terms.validate():
            raise Invalid(errors)
        issue(actor, view, terms, newest.version + 1)
        move(view, "issue-anew", signed_at=None)


# --- Reading ------------------------------------------------------------------------------------------------

Recorder = Person.alias("recorder")


def _agreements(*conditions):
    return (
        Agreement.select(
            Agreement.id,
            Agreement.exemption.alias("exemption"),
            Agreement.version,
            Agreement.expectations,
            Agreement.sanctions,
            Agreement.easy,
            Agreement.signers,
            Agreement.signers_reason,
            Person.name.alias("issued_by"),
            Agreement.issued_at,
            Agreement.digest,
        )
        .join(Person, on=(Agreement.issued_by == Person.id))
        .where(*conditions)
        .order_by(Agreement.version.desc())
    )


_of_case = prepared(lambda: _agreements(Agreement.exemption == Parameter("exemption")))
_one = prepared(lambda: _agreements(Agreement.id == Parameter("id")))


@prepared
def _signatures():
    return (
        Signature.select(
            Signature.agreement.alias("agreement"),
            Signature.party,
            Signature.name,
            Signature.signed_on,
            Signature.on_paper,
            Signature.witnessed_by,
            Signature.kept_at,
            Recorder.name.alias("recorded_by"),
            Signature.recorded_at,
        )
        .join(Recorder, on=(Signature.recorded_by == Recorder.id))
        .switch(Signature)
        .join(Agreement, on=(Signature.agreement == Agreement.id))
        .where(Agreement.exemption == Parameter("exemption"))
        .order_by(Signature.id)
    )


def versions_of(view):
    """Every version of an exemption's agreement with its signatures, the newest first."""
    rows = _of_case.rows(exemption=view.id) if view.kind.agreement else []
    return _read(rows, view.id)


def newest_of(view):
    """The version of an exemption's agreement that counts, or None."""
    return next(iter(versions_of(view)), None)


def by_id(agreement):
    """One version by id, or None."""
    row = _one.one(id=agreement) if 0 < agreement < 2**63 else None
    return row and _read([row], row.exemption)[0]


def _read(rows, exemption):
    signed = {}
    for row in _signatures.rows(exemption=exemption) if rows else ():
        signed.setdefault(row.agreement, {})[row.party] = Signed(
            *(row.party, row.name, row.signed_on, row.on_paper),
            *(row.witnessed_by, row.kept_at, row.recorded_by, row.recorded_at),
        )
    return [
        Agreed(
            *(row.id, row.exemption, row.version),
            Terms(row.expectations, row.sanctions, _pairs(row.easy), row.signers, row.signers_reason),
            *(row.issued_by, row.issued_at, row.digest, signed.get(row.id, {})),
        )
        for row in rows
    ]


def _pairs(easy):
    return tuple((picture, words) for picture, words in easy)
