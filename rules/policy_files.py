"""The draft of the policy as a file: saved, edited in any program, sent back, looked at, and made the draft."""

from database import writing
from rules import audit, uploads
from rules.policy_drafts import find, insert, load, put
from rules.policy_pack import content_from, read_content, read_sent, write_content
from rules.policy_versions import newest
from rules.roles import Permission

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
        audit.record("policy-draft-read", actor=actor.id, about=f"policy-draft:{find().id}", digest=pack.digest[:12])
