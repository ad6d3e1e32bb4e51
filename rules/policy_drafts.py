"""The draft of the next version of the policy (clause 7.1): there is one at a time, and several people may write it."""

from collections import namedtuple

from peewee import JOIN

from database import prepared_raw as prepared
from database import writing
from fields import UtcField
from models import Person, PolicyDraft
from rules import audit, clock
from rules.errors import AlreadyDone, Changed, NotFound
from rules.policy_versions import content_of, newest
from rules.roles import Permission

Draft = namedtuple("Draft", "id base content revision made_by made_at changed_by changed_at")


@prepared
def _open():
    maker, changer = Person.alias(), Person.alias()
    columns = (PolicyDraft.id, PolicyDraft.base, PolicyDraft.content, PolicyDraft.revision)
    names = (maker.name.alias("made_by_name"), changer.name.alias("changed_by_name"))
    return (
        PolicyDraft.select(*columns, PolicyDraft.made_at, PolicyDraft.changed_at, *names)
        .join(maker, JOIN.INNER, on=(PolicyDraft.made_by == maker.id))
        .join(changer, JOIN.INNER, on=(PolicyDraft.changed_by == changer.id))
        .where(PolicyDraft.published_version.is_null(), PolicyDraft.dropped_at.is_null())
    )


def find():
    """The draft that is open, or None."""
    row = _open.one()
    if row is None:
        return None
    content = PolicyDraft.content.python_value(row.content)
    moments = UtcField.read(row.made_at), UtcField.read(row.changed_at)
    return Draft(row.id, row.base, content, row.revision, row.made_by_name, moments[0], row.changed_by_name, moments[1])


def load(actor):
    """The draft that is open, for those who write it. Raises NotAllowed, or NotFound where there is none."""
    actor.must(Permission.DRAFT_POLICY)
    draft = find()
    if draft is None:
        raise NotFound
    return draft


def begin(actor):
    """Begin a draft from the newest version. It counts from its publishing unless a day is named.

    Raises AlreadyDone where there is a draft.
    """
    actor.must(Permission.DRAFT_POLICY)
    with writing():
        if draft := find():
            raise AlreadyDone(f"{draft.made_by} began a draft at {clock.say_moment(draft.made_at)}.", draft)
        base = newest()
        content = content_of(base)
        insert(actor, base, {**content, "school": {**content["school"], "in_force_from": None}})
        audit.record("policy-draft-begun", actor=actor.id, about=f"policy:{base}", base=base)


def insert(actor, base, content):
    """Make a content the draft, inside a transaction."""
    now, by = clock.now(), actor.id
    PolicyDraft.insert(base=base, content=content, made_by=by, made_at=now, changed_by=by, changed_at=now).execute()


def put(actor, draft, content):
    """Keep a content as the draft, inside a transaction. Raises Changed where somebody was quicker."""
    done = (
        PolicyDraft.update(
            content=content, changed_by=actor.id, changed_at=clock.now(), revision=PolicyDraft.revision + 1
        )
        .where(
            PolicyDraft.id == draft.id,
            PolicyDraft.revision == draft.revision,
            PolicyDraft.published_version.is_null(),
            PolicyDraft.dropped_at.is_null(),
        )
        .execute()
    )
    if not done:
        raise changed(find() or draft)


def changed(draft):
    """What to raise where the draft is not as somebody has opened it."""
    at = clock.say_moment(draft.changed_at)
    return Changed(
        f"This was changed after you opened it. {draft.changed_by} was the last to change the draft, at {at}.", draft
    )


def drop(actor):
    """Give the draft up. Raises NotFound where there is none, NotAllowed."""
    with writing():
        draft = load(actor)
        PolicyDraft.update(dropped_by=actor.id, dropped_at=clock.now()).where(PolicyDraft.id == draft.id).execute()
        audit.record("policy-draft-dropped", actor=actor.id, about=f"policy-draft:{draft.id}")


@prepared
def _waiting():
    return (
        PolicyDraft.select(PolicyDraft.changed_at, Person.name.alias("changed_by"))
        .join(Person, on=(PolicyDraft.changed_by == Person.id))
        .where(PolicyDraft.published_version.is_null(), PolicyDraft.dropped_at.is_null())
    )


def waiting_for(actor):
    """Who was the last to change the draft, and when, for those who write it; None where there is none."""
    row = _waiting.one() if actor.may(Permission.DRAFT_POLICY) else None
    return row and (row.changed_by, UtcField.read(row.changed_at))
