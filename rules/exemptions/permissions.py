"""Who may know of an exemption, read its reason, and decide it."""

from database import prepared, writing
from enums import ParentAccess, Role
from fields import Parameter
from models import Exemption, Guardian, Participant
from rules.audit.record import record
from rules.auth.permissions import FAMILY, STAFF
from rules.core.errors import NotAllowed, NotFound
from rules.exemption_kinds.prerequisites import By
from rules.exemptions.queries import exemptions_query, find, read
from rules.people.families import MAY_SEE

# --- Whose it is --------------------------------------------------------------------------------------------


def _newest_first(*conditions):
    return exemptions_query(
        *conditions,
        Exemption.ends_on >= Parameter("since"),
        order=(Exemption.starts_on.desc(), Exemption.id.desc()),
    ).limit(Parameter("limit"))


@prepared
def _mine():
    return _newest_first(Exemption.asker == Parameter("actor"))


@prepared
def _of_family():
    actor = Parameter("actor")
    children = Guardian.select(Guardian.child).where(
        Guardian.parent == actor,
        Guardian.ended_at.is_null(),
        Guardian.access.in_([access.value for access in MAY_SEE]),
    )
    takes_part = Participant.select(Participant.exemption).where(
        (Participant.pupil == actor) | Participant.pupil.in_(children)
    )
    lesson = Exemption.id.in_(takes_part) & Exemption.approved_by.is_null(False)
    return _newest_first(
        (Exemption.asker == actor) | (Exemption.subject == actor) | Exemption.subject.in_(children) | lesson
    )


def mine(actor, since=None, limit=100):
    """The exemptions that are this person's business, newest first: those they asked for; a pupil's and a parent's own
    and their children's, and the lessons they take part in. `since` leaves out what ended before that day.
    """
    query = _of_family if actor.holds(*FAMILY) else _mine
    views = read(query, actor=actor.id, since=since.isoformat() if since else "", limit=limit)
    return [view for view in views if view.people.asker != actor.id or knows(actor, view)]


def knows(actor, view):
    """Whether this person may know of an exemption because it is theirs: they asked, or it is for them or their child,
    or they were the host of the visitor whom it is for.

    A parent who is told nothing, or whose link has ended, knows nothing, whoever asked (clause 5.14).
    """
    access = view.people.kin.get(actor.id)
    if access is ParentAccess.NOTHING:
        return False
    if actor.id == view.people.subject or actor.id in view.people.hosts_before or access in MAY_SEE:
        return True
    return actor.id == view.people.asker and (not view.kind.for_pupil or actor.holds(*(STAFF & view.kind.askers)))


def find_own(actor, exemption):
    """Load an exemption that this person asked for, to change it. Raises NotFound for strangers."""
    view = find(exemption)
    if view.people.asker != actor.id or not knows(actor, view):
        raise NotFound
    return view


# --- Who decides, and who reads -----------------------------------------------------------------------------


def may_talk_as_dsl(actor, view):
    """Whether this person records a discussion as the DSL; the deputy does where the DSL is the one who asked."""
    if actor.id in {view.people.asker, view.people.subject}:
        return False
    return actor.holds(Role.DSL) or (view.people.asker_is_dsl and actor.holds(Role.DEPUTY_DSL))


def may_decide(actor, view):
    """Whether this person decides this exemption (the table *Who decides what*, invariant 4).

    Nobody decides their own, one that is for them, for their own child, or for a visitor whose host they were when it
    was asked for or since. Where that keeps the headteacher from deciding, the regional director does, who decides no
    others. The headteacher, or who stands in for them, decides the rest; SLT the kinds that name it. Nobody stands in
    for the headteacher where a kind is confidential.
    """
    if actor.id in {view.people.asker, view.people.subject, *view.people.hosts_before, *view.people.kin}:
        return False
    if view.people.head_is_party:
        return Role.REGIONAL_DIRECTOR in actor.roles
    if Role.HEADTEACHER in actor.roles or (actor.delegate_of is not None and not view.kind.confidential):
        return True
    return not actor.roles.isdisjoint(view.kind.deciders)


def decided_by(actor, views):
    """Those of these exemptions that this person decides and whose people are still here."""
    return [
        view for view in views if view.people.asker_active and view.people.subject_active and may_decide(actor, view)
    ]


def reads_reason(actor, view):
    """Whether this person may read the whole request, the reason with it: its asker, its deciders, and the DSL where
    the DSL has to talk it over first (clause 4.5).
    """
    if may_decide(actor, view) or (actor.id == view.people.asker and knows(actor, view)):
        return True
    return any(prerequisite.by is By.DSL for prerequisite in view.kind.prerequisites) and may_talk_as_dsl(actor, view)


def readable_prerequisites(actor, view):
    """The prerequisites whose answers this person may read, of those who may read the reason.

    The note of a discussion about a pupil is for who decides; what is confidential, for all who share it.
    """
    whole = view.kind.confidential or may_decide(actor, view)
    return [prerequisite for prerequisite in view.kind.prerequisites if whole or prerequisite.by is By.ASKER]


def load(actor, exemption):
    """An exemption that this person may know of; to everybody else it does not exist (NotFound).

    A pupil and their parents know of it without its reason: ask `reads_reason` before showing that.
    """
    view = find(exemption)
    _must_know(actor, view)
    return view


def _must_know(actor, view):
    if not knows(actor, view) and not reads_reason(actor, view):
        raise NotFound


def look_at(actor, exemption):
    """Load an exemption to show it: a look at what is confidential is noted on the trail (clauses 4.5, 8.4)."""
    view = load(actor, exemption)
    if view.kind.confidential and actor.id != view.people.asker:
        with writing():
            payload = {"about": view.record, "kind": view.kind.name}
            record("confidential-read", actor=actor.id, person=view.people.subject, **payload)
    return view


def load_to_decide(actor, exemption):
    """An exemption, to decide it. Raises NotAllowed for who is party to it, NotFound for strangers (invariant 4)."""
    view = find(exemption)
    if may_decide(actor, view):
        return view
    _must_know(actor, view)
    if actor.id == view.people.asker:
        raise NotAllowed("You cannot decide your own request. Somebody else has to.")
    raise NotAllowed("You cannot decide this request. Somebody else has to.")
