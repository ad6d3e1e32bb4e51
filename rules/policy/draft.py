"""The draft of the next version of the policy (clause 7.1): begun, edited line by line, saved and sent as a file.

There is one at a time, and several people may write it. Each edit is saved at once, and the draft can always be
loaded. Whoever saves what somebody else has changed since they opened it is told, and nothing of either is lost.
"""

from collections import namedtuple

from peewee import JOIN

from database import prepared, writing
from models import Person, PolicyDraft
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import AlreadyDone, Changed, Invalid, NotAllowed, NotFound
from rules.imports import uploads
from rules.policy import sections
from rules.policy.pack import content_from, read_content, read_sent, write_content
from rules.policy.source import PolicyFileError
from rules.policy.versions import content_of, newest

Draft = namedtuple("Draft", "id base content revision made_by made_at changed_by changed_at")


@prepared(row=Draft)
def _open():
    maker, changer = Person.alias(), Person.alias()
    columns = (PolicyDraft.id, PolicyDraft.base, PolicyDraft.content, PolicyDraft.revision)
    made = (maker.name.alias("made_by"), PolicyDraft.made_at)
    changed = (changer.name.alias("changed_by"), PolicyDraft.changed_at)
    return (
        PolicyDraft.select(*columns, *made, *changed)
        .join(maker, JOIN.INNER, on=(PolicyDraft.made_by == maker.id))
        .join(changer, JOIN.INNER, on=(PolicyDraft.changed_by == changer.id))
        .where(PolicyDraft.published_version.is_null(), PolicyDraft.dropped_at.is_null())
    )


def find():
    """The draft that is open, or None."""
    return _open.one()


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
            raise AlreadyDone(f"{draft.made_by} began a draft at {clock.format_moment(draft.made_at)}.", draft)
        base = newest()
        content = content_of(base)
        insert(actor, base, {**content, "school": {**content["school"], "in_force_from": None}})
        record("policy-draft-begun", actor=actor.id, about=f"policy:{base}", base=base)


def insert(actor, base, content):
    """Make a content the draft, inside a transaction."""
    now, by = clock.now(), actor.id
    PolicyDraft.insert(base=base, content=content, made_by=by, made_at=now, changed_by=by, changed_at=now).execute()


def put(actor, draft, content):
    """Save a content as the draft, inside a transaction. Raises Changed where somebody was quicker."""
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
    """The error to raise where the draft is not as somebody opened it."""
    at = clock.format_moment(draft.changed_at)
    return Changed(
        f"This was changed after you opened it. {draft.changed_by} was the last to change the draft, at {at}.", draft
    )


def drop(actor):
    """Give the draft up. Raises NotFound where there is none, NotAllowed."""
    with writing():
        draft = load(actor)
        PolicyDraft.update(dropped_by=actor.id, dropped_at=clock.now()).where(PolicyDraft.id == draft.id).execute()
        record("policy-draft-dropped", actor=actor.id, about=f"policy-draft:{draft.id}")


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
    return row and (row.changed_by, row.changed_at)


# --- Editing it line by line --------------------------------------------------------------------------------


def save(actor, section, key, seen, entry):
    """Put an entry in the place of the one that somebody has opened; `seen` is the fingerprint of that one.

    Raises Invalid with the errors by field, Changed where it is no longer the same, NotFound, NotAllowed.
    """
    with writing():
        draft = load(actor)
        _same(draft, section, key, seen)
        content = sections.changed(draft.content, section, key, entry)
        _store(actor, draft, section, content, sections.path_of(draft.content, section, key))


def add(actor, section, entry, after=""):
    """Add an entry behind another one (its key), or at the end; returns its key. Raises as `save` does."""
    with writing():
        draft = load(actor)
        must_take(section)
        if entry.get("id") in dict(sections.entries(draft.content, section)):
            raise Invalid({"id": f"There is a {section.one} {entry['id']} already. Choose another number"})
        content, number = sections.added(draft.content, section, entry, after)
        _store(actor, draft, section, content, (*section.path, number))
        return sections.entries(content, section)[number][0]


def remove(actor, section, key, seen):
    """Delete an entry that somebody has opened. Raises as `save` does."""
    with writing():
        draft = load(actor)
        if not may_remove(draft, section, key):
            raise NotAllowed("This cannot be deleted.")
        _same(draft, section, key, seen)
        content = sections.removed(draft.content, section, key)
        try:
            read_content(content)
        except PolicyFileError as error:
            raise Invalid({"": _hindrance(error, section, content)}) from error
        _store(actor, draft, section, content)


def move(actor, section, key, seen, after):
    """Put an entry that somebody has opened behind another one (its key), or first where `after` is empty.

    Raises as `save` does.
    """
    with writing():
        draft = load(actor)
        must_take(section)
        _same(draft, section, key, seen)
        if after and after not in dict(sections.entries(draft.content, section)):
            raise Invalid({"after": "Choose a place from the list"})
        _store(actor, draft, section, sections.moved(draft.content, section, key, after))


def must_take(section):
    """Raise NotAllowed unless the entries of a section can be added to and put in another order."""
    if section.fixed or not section.listed:
        raise NotAllowed("Nothing can be added or moved here.")


def may_remove(draft, section, key):
    """Whether an entry may be deleted: not what other records may name, and not what must be there."""
    if section.fixed or not section.listed:
        return False
    return not section.permanent or key not in dict(sections.entries(content_of(draft.base), section))


def _same(draft, section, key, seen):
    if sections.fingerprint(sections.entry_of(draft.content, section, key)) != seen:
        raise changed(draft)


def _store(actor, draft, section, content, path=None):
    """Keep the content that somebody has made, if all of it can be read; `path` leads to what was changed."""
    try:
        pack = read_content(content)
    except PolicyFileError as error:
        raise Invalid(_errors(error, path or section.path, content)) from error
    put(actor, draft, content_from(pack))
    record("policy-draft-changed", actor=actor.id, about=f"policy-draft:{draft.id}", what=section.title)


def _hindrance(error, section, content):
    """Why an entry cannot be deleted: it is the last one, or something else names it."""
    named = dict.fromkeys(sections.place_of(content, fault.path) for fault in error.all)
    if named.keys() == {section.title}:
        return f"There has to be at least one {section.one}"
    return f"It is named elsewhere. Change this first: {'; '.join(named)}"


def _errors(error, path, content):
    """The faults by the field where they can be mended; "" stands for what is elsewhere in the policy."""
    errors = {}
    for fault in error.all:
        inside = fault.path[: len(path)] == path and len(fault.path) > len(path)
        field = str(fault.path[len(path)]) if inside else ""
        where = "" if field else f"{sections.place_of(content, fault.path)}: "
        errors.setdefault(field, where + fault.reason[:1].upper() + fault.reason[1:])
    return errors


# --- The draft as a file ------------------------------------------------------------------------------------


SENT = "policy"  # what a file is called that waits to become the draft


def as_file(actor):
    """The draft as the text of one file, which can be edited and sent back. Raises NotFound, NotAllowed."""
    return write_content(content_from(read_content(load(actor).content)))


def look_at(actor, name, raw):
    """Read a file that was sent in (its name and bytes): its content, and the token with which it becomes the draft.

    Nothing is changed yet. Raises PolicyFileError, which knows all the faults.
    """
    actor.must(Permission.DRAFT_POLICY)
    content = content_from(read_sent(name, raw))
    return content, uploads.keep(actor, SENT, write_content(content))


def take_file(actor, secret):
    """Make a file that was looked at the draft, in the place of the one there was. Raises Conflict, NotAllowed."""
    actor.must(Permission.DRAFT_POLICY)
    with writing():
        _, text = uploads.take(actor, secret, (SENT,))
        pack = read_sent("policy.yaml", text.encode())
        content, draft = content_from(pack), find()
        if draft is None:
            insert(actor, newest(), content)
        else:
            put(actor, draft, content)
        record("policy-draft-read", actor=actor.id, about=f"policy-draft:{find().id}", digest=pack.digest[:12])
