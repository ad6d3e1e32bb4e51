"""Single-use codes, with which people choose their first password."""

import datetime as dt

from database import writing
from models import Person
from rules import audit, clock
from rules.digests import code, sha256
from rules.people_rights import find_to_edit
from rules.roles import NotAllowed, NotFound
from rules.sessions import end_all

CODE_LASTS = dt.timedelta(days=7)


def new_code(actor, person):
    """A new single-use code for somebody who has no password or has forgotten it. Their old one stops working."""
    if person == actor.id:
        raise NotAllowed("Change your own password on your account page.")
    with writing():
        find_to_edit(actor, person)
        Person.update(password_hash=None).where(Person.id == person).execute()
        end_all(person)
        return make_code(actor.id, person)


def make_code(maker, person):
    """Make a person's single-use code, in the caller's transaction. It is returned, and only its digest is kept."""
    secret = code()
    Person.update(code_hash=sha256(secret), code_ends_at=clock.now() + CODE_LASTS).where(Person.id == person).execute()
    audit.record("code-made", actor=maker, person=person)
    return secret


def reset(username):
    """A new single-use code from the command line; returns it. Raises NotFound."""
    with writing():
        kept = Person.get_or_none(Person.username == username.strip().lower())
        if kept is None:
            raise NotFound
        Person.update(password_hash=None).where(Person.id == kept.id).execute()
        end_all(kept.id)
        return make_code(None, kept.id)
