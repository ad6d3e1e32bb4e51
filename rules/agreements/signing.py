"""Signing an agreement on one's own page or on paper, who still has to, and withdrawing consent (clause 5.7d)."""

import unicodedata
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from enums import ExemptionState, ParentAccess, SigningParty
from fields import Parameter
from models import Agreement, Exemption, Guardian, Person, Signature
from rules.agreements.agreements import by_id, newest_of
from rules.agreements.terms import PARTIES
from rules.audit.frozen_copies import signature_digest
from rules.audit.record import record as record_event
from rules.auth import sessions
from rules.auth.permissions import FAMILY, Permission
from rules.core import clock
from rules.core.errors import CHANGED, Changed, Conflict, Invalid, NotAllowed, NotFound
from rules.core.text import one_line, text_error
from rules.core.validation import text_errors
from rules.exemption_kinds import KINDS
from rules.exemptions.lifecycle import TRANSITIONS, move, stop
from rules.exemptions.permissions import load
from rules.exemptions.queries import Subject, find, still_here, subject_roles
from rules.exemptions.validation import LONGEST_REFERENCE
from rules.exemptions.view import is_over
from rules.people import classes, families


class ToSign(NamedTuple):
    """An agreement (its id) that waits for somebody: about which kind, for whom."""

    agreement: int
    kind: object
    name: str
    own: bool


@prepared
def _to_sign():
    actor, newer = Parameter("actor"), Agreement.alias("newer")
    newest = newer.select(fn.MAX(newer.version)).where(newer.exemption == Agreement.exemption)
    signed = Signature.select(fn.group_concat(Signature.party)).where(Signature.agreement == Agreement.id)
    children = Guardian.select(Guardian.child).where(
        Guardian.parent == actor, Guardian.access == ParentAccess.SIGNS.value, Guardian.ended_at.is_null()
    )
    window = (Exemption.starts_on, Exemption.ends_on, Exemption.starts_at, Exemption.ends_at, Exemption.weekdays)
    roles = subject_roles()
    columns = (Agreement.id, Agreement.signers, Exemption.kind, Subject.id.alias("subject"), Subject.name.alias("name"))
    return (
        Exemption.select(*columns, *window, signed.alias("signed"), roles.alias("roles"))
        .join(Subject, on=(Exemption.subject == Subject.id))
        .switch(Exemption)
        .join(Agreement, on=(Agreement.exemption == Exemption.id))
        .where(
            (Exemption.subject == actor) | Exemption.subject.in_(children),
            Exemption.state == ExemptionState.APPROVED.value,
            Exemption.signed_at.is_null(),
            Exemption.ends_on >= Parameter("day"),
            Subject.active == True,  # noqa: E712 (SQL)
            Agreement.version == newest,
        )
        .order_by(Exemption.starts_on, Agreement.id)
    )


def agreements_to_sign(actor):
    """The agreements that wait for this person's own signature, as the pupil or as a parent who signs."""
    if not actor.holds(*FAMILY):
        return []
    waiting = []
    for row in _to_sign.rows(actor=actor.id, day=clock.today()):
        kind = KINDS[row.kind]
        if is_over(row, kind.all_day) or not still_here(kind, True, row.roles):
            continue
        own = row.subject == actor.id
        party = SigningParty.PUPIL if own else SigningParty.PARENT
        if party in PARTIES[row.signers] and party.value not in (row.signed or ""):
            waiting.append(ToSign(row.id, kind, row.name, own))
    return waiting


# --- Signing ------------------------------------------------------------------------------------------------


LONGEST_LINE = 200
NEW_VERSION = "The agreement has a new version. Read it before you sign."


# --- Who may read and sign ----------------------------------------------------------------------------------


def read(actor, agreement):
    """A version of an agreement and its exemption, for those who may read it.

    They are the family, who asked, who decides, the office, the leaders, the DSL, and the staff of the pupil's class.
    For everybody else it does not exist (NotFound).
    """
    agreed = by_id(agreement)
    if agreed is None:
        raise NotFound
    return _load(actor, agreed.exemption), agreed


def newest_for(actor, exemption):
    """The id of the version that counts, for those whom `read` lets in."""
    newest = newest_of(_load(actor, exemption))
    if newest is None:
        raise NotFound
    return newest.id


def _load(actor, exemption):
    view = find(exemption)
    if (
        view.people.kin.get(actor.id) is not ParentAccess.NOTHING
        and view.kind.agreement
        and _has_it_on_a_list(actor, view)
    ):
        return view
    return load(actor, exemption)


def _has_it_on_a_list(actor, view):
    if actor.may(Permission.SEE_TODAY):
        return True
    return actor.may(Permission.SEE_CLASS) and view.people.team in classes.classes_of(actor.id)


def party_of(actor, view):
    """On which side this person signs, or None: the pupil themself, or a parent who may sign."""
    if not view.kind.agreement:
        return None
    if actor.id == view.people.subject:
        return SigningParty.PUPIL
    return SigningParty.PARENT if view.people.kin.get(actor.id) is ParentAccess.SIGNS else None


def may_sign(actor, view, agreed):
    """Whether this person's signature is what this version waits for."""
    return view.holds and party_of(actor, view) in agreed.missing


def _must_be_open(view, agreed, party):
    """Raise what keeps this side from signing this version now."""
    newest = newest_of(view)
    if newest.id != agreed.id:
        raise Conflict(NEW_VERSION, newest)
    if not view.holds:
        raise Changed(CHANGED, view)
    if party in newest.signatures:
        signed = newest.signatures[party]
        raise Conflict(f"{signed.name} has signed this already, at {clock.format_moment(signed.recorded_at)}.", signed)
    if party not in newest.terms.parties:
        raise NotAllowed("This agreement does not need your signature.")
    return newest


# --- Signing ------------------------------------------------------------------------------------------------


def same_name(typed, name):
    """Whether somebody typed a name, with no regard to capitals, accents and spaces.

    >>> same_name(" zoë  o’hara", "Zoe O'Hara")
    True
    """
    return _plain(typed) == _plain(name)


def _plain(text):
    letters = unicodedata.normalize("NFKD", one_line(text).casefold().replace("’", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def sign(actor, agreement, name, agrees, password):
    """Sign a version: the name typed, the statement ticked, the password entered again.

    Raises Invalid with the errors by field, WrongPassword or SlowDown for the password, Conflict or
    Changed when something has changed meanwhile, NotAllowed for a parent who may read and not sign.
    """
    view, agreed = read(actor, agreement)
    _must_be_party(actor, view)
    fits = same_name(name, actor.name) and not text_error(name, LONGEST_LINE)
    errors = {} if fits else {"name": f"Type your name as it stands here: {actor.name}"}
    if not agrees:
        errors["agrees"] = "Tick the box if you agree"
    if errors:
        raise Invalid(errors)
    sessions.must_know_password(actor, password)  # slow on purpose, so before the transaction
    with writing():
        view, agreed = read(actor, agreement)
        party = _must_be_party(actor, view)
        newest = _must_be_open(view, agreed, party)
        _keep(actor, view, newest, party, actor.id, one_line(name), clock.today(), on_paper=False)


def _must_be_party(actor, view):
    party = party_of(actor, view)
    if party is None:
        raise NotAllowed("You can read this agreement, but you cannot sign it.")
    return party


def is_outside(actor, view):
    """Whether this person is neither the pupil nor of their family, and so may write down what others said or did."""
    return actor.id != view.people.subject and actor.id not in view.people.kin


def must_be_outside(actor, view):
    """Raise NotAllowed where somebody would record a signature or a permission for themselves or their own child."""
    if not is_outside(actor, view):
        raise NotAllowed("You cannot record this for yourself or your own child. Somebody else has to.")


class Paper(NamedTuple):
    """A signature on paper: whose (a person's id), the school's day, who watched, and where the paper is kept."""

    person: int | None
    signed_on: object
    witnessed_by: str
    kept_at: str


def possible_signers(view, agreed):
    """Who can have signed on paper what still needs a signature, as {id: (party, name)}."""
    signers = {}
    if SigningParty.PUPIL in agreed.missing:
        signers[view.people.subject] = (SigningParty.PUPIL, view.name)
    if SigningParty.PARENT in agreed.missing:
        signing = [parent for parent in families.parents_of(view.people.subject) if parent.signs]
        signers |= {parent.id: (SigningParty.PARENT, f"{parent.name}, {parent.relation}") for parent in signing}
    return signers


def record_paper(actor, agreement, paper):
    """Record that somebody has signed a version on paper. Raises like `sign`, without the password."""
    actor.must(Permission.RECORD_SIGNATURE)
    with writing():
        view, agreed = read(actor, agreement)
        must_be_outside(actor, view)
        newest = newest_of(view)
        if newest.id != agreed.id:
            raise Conflict(NEW_VERSION, newest)
        if not view.holds or not newest.missing:
            raise Changed(CHANGED, view)
        signers = possible_signers(view, newest)
        if errors := _paper_errors(paper, newest, signers):
            raise Invalid(errors)
        party = signers[paper.person][0]
        name = Person.get_by_id(paper.person).name
        details = {"witnessed_by": one_line(paper.witnessed_by), "kept_at": one_line(paper.kept_at)}
        _keep(actor, view, newest, party, paper.person, name, paper.signed_on, on_paper=True, **details)


def _paper_errors(paper, agreed, signers):
    errors = {}
    if paper.person not in signers:
        errors["person"] = "Choose who signed"
    issued_on = clock.local(agreed.issued_at).date()
    if paper.signed_on is None:
        errors["signed_on"] = "Choose the day on which it was signed"
    elif not issued_on <= paper.signed_on <= clock.today():
        errors["signed_on"] = f"Choose a day from {clock.format_date(issued_on)} until today"
    witness = ("witnessed_by", LONGEST_LINE, "Write who watched it being signed")
    place = ("kept_at", LONGEST_LINE, "Write where the paper is kept")
    return {**errors, **dict(text_errors(paper, witness, place))}


def _keep(actor, view, agreed, party, person, name, signed_on, on_paper, witnessed_by="", kept_at=""):
    Signature.insert(
        agreement=agreed.id,
        party=party.value,
        person=person,
        name=name,
        signed_on=signed_on,
        recorded_by=actor.id,
        recorded_at=clock.now(),
        on_paper=on_paper,
        witnessed_by=witnessed_by,
        kept_at=kept_at,
    ).execute()
    step = "sign-on-paper" if on_paper else "sign"
    if agreed.missing == [party]:
        move(view, step, signed_at=clock.now())
    how = (on_paper, witnessed_by, kept_at)
    frozen = signature_digest(agreed.digest, party, person, name, signed_on, *how)
    payload = {"kind": view.kind.name, "version": agreed.version, "frozen": frozen}
    record_event(TRANSITIONS[step].event, actor=actor.id, person=person, about=view.record, **payload)


def withdraw_consent(actor, exemption):
    """Withdraw a pupil's or a parent's consent; the exemption stops at once. Raises Changed where it is over."""
    with writing():
        view = load(actor, exemption)
        _must_be_party(actor, view)
        stop(actor, view, "withdraw-consent")


# --- The examining body's permission ------------------------------------------------------------------------


def record(actor, agreement, reference):
    """Record the examining body's reference on the exemption of an agreement (by id); an empty one takes it back.

    What was decided stays as it was decided. Raises Invalid for the reference, Changed when the exemption is over.
    """
    actor.must(Permission.MANAGE_EXAMS)
    reference = one_line(reference)
    if error := text_error(reference, LONGEST_REFERENCE):
        raise Invalid({"reference": error})
    with writing():
        view, _ = read(actor, agreement)
        must_be_outside(actor, view)
        if "exam_permission" not in view.kind.asks:
            raise NotFound
        if not view.holds:
            raise Changed(CHANGED, view)
        if reference == view.request.exam_permission:
            return
        move(view, "allow-in-exams", exam_permission=reference)
        payload = {"about": view.record, "kind": view.kind.name}
        record_event(TRANSITIONS["allow-in-exams"].event, actor=actor.id, person=view.people.subject, **payload)
