"""Editing the draft of the policy line by line: each is saved at once, and the draft can always be loaded.

Whoever saves what somebody else has changed since they opened it is told, and nothing of either is lost.
"""

from database import writing
from rules import audit, policy_sections
from rules.errors import Invalid, NotAllowed
from rules.policy_drafts import changed, load, put
from rules.policy_errors import PolicyFileError
from rules.policy_pack import content_from, read_content
from rules.policy_versions import content_of


def save(actor, section, key, seen, entry):
    """Put an entry in the place of the one that somebody has opened; `seen` is the fingerprint of that one.

    Raises Invalid with the errors by field, Changed where it is no longer the same, NotFound, NotAllowed.
    """
    with writing():
        draft = load(actor)
        _same(draft, section, key, seen)
        content = policy_sections.changed(draft.content, section, key, entry)
        _store(actor, draft, section, content, policy_sections.path_of(draft.content, section, key))


def add(actor, section, entry, after=""):
    """Add an entry behind another one (its key), or at the end; returns its key. Raises as `save` does."""
    with writing():
        draft = load(actor)
        must_take(section)
        if entry.get("id") in dict(policy_sections.entries(draft.content, section)):
            raise Invalid({"id": f"There is a {section.one} {entry['id']} already. Choose another number"})
        content, number = policy_sections.added(draft.content, section, entry, after)
        _store(actor, draft, section, content, (*section.path, number))
        return policy_sections.entries(content, section)[number][0]


def remove(actor, section, key, seen):
    """Delete an entry that somebody has opened. Raises as `save` does."""
    with writing():
        draft = load(actor)
        if not may_remove(draft, section, key):
            raise NotAllowed("This cannot be deleted.")
        _same(draft, section, key, seen)
        content = policy_sections.removed(draft.content, section, key)
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
        if after and after not in dict(policy_sections.entries(draft.content, section)):
            raise Invalid({"after": "Choose a place from the list"})
        _store(actor, draft, section, policy_sections.moved(draft.content, section, key, after))


def must_take(section):
    """Raise NotAllowed unless the entries of a section can be added to and put in another order."""
    if section.fixed or not section.listed:
        raise NotAllowed("Nothing can be added or moved here.")


def may_remove(draft, section, key):
    """Whether an entry may be deleted: not what other records may name, and not what must be there."""
    if section.fixed or not section.listed:
        return False
    return not section.kept or key not in dict(policy_sections.entries(content_of(draft.base), section))


def _same(draft, section, key, seen):
    if policy_sections.fingerprint(policy_sections.entry_of(draft.content, section, key)) != seen:
        raise changed(draft)


def _store(actor, draft, section, content, path=None):
    """Keep the content that somebody has made, if all of it can be read; `path` leads to what was changed."""
    try:
        pack = read_content(content)
    except PolicyFileError as error:
        raise Invalid(_errors(error, path or section.path, content)) from error
    put(actor, draft, content_from(pack))
    audit.record("policy-draft-changed", actor=actor.id, about=f"policy-draft:{draft.id}", what=section.title)


def _hindrance(error, section, content):
    """Why an entry cannot be deleted: it is the last one, or something else names it."""
    named = dict.fromkeys(policy_sections.place_of(content, fault.path) for fault in error.all)
    if named.keys() == {section.title}:
        return f"There has to be at least one {section.one}"
    return f"It is named elsewhere. Change this first: {'; '.join(named)}"


def _errors(error, path, content):
    """The faults by the field where they can be mended; "" stands for what is elsewhere in the policy."""
    errors = {}
    for fault in error.all:
        inside = fault.path[: len(path)] == path and len(fault.path) > len(path)
        field = str(fault.path[len(path)]) if inside else ""
        where = "" if field else f"{policy_sections.place_of(content, fault.path)}: "
        errors.setdefault(field, where + fault.reason[:1].upper() + fault.reason[1:])
    return errors
