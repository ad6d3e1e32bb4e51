"""Signing in and out. A session ends by itself, and at once when the person or their roles change."""

from database import writing
from models import LoginSession, Person
from rules.audit.record import record
from rules.auth import passwords, throttle
from rules.auth.actors import idle_limit, roles_today
from rules.auth.permissions import STRICT_SESSION
from rules.core import clock, config
from rules.core.tokens import sha256, token


class WrongPassword(Exception):
    """The name and the password do not fit. Which of the two was wrong is not said."""


def _longest(roles):
    limits = config.current().limits
    return limits.strict_longest if STRICT_SESSION & roles else limits.longest


def username_of(typed):
    """A typed name as usernames are kept: no case, no spaces round it."""
    return typed.strip().lower()


def sign_in(typed, password, address):
    """Begin a session and return its token. Raises WrongPassword or SlowDown.

    An unknown name, a wrong password and somebody made inactive get the same answer in the same time.
    """
    account, place = (
        throttle.digest("name", username_of(typed)),
        throttle.digest("address", address),
    )
    throttle.begin_try(account, place)
    person = Person.get_or_none(Person.username == username_of(typed))
    fits = passwords.matches(person.password_hash if person and person.active else None, password)
    if not fits:
        refuse_try(person)
    with writing():
        throttle.succeeded(account, place)
        record("signed-in", actor=person.id)
        return begin(person.id)


def refuse_try(person):
    """Note a failed try on the trail and raise WrongPassword."""
    with writing():
        if person is None:
            record("sign-in-unknown")
        else:
            record("sign-in-failed", person=person.id)
    raise WrongPassword


def why_over(secret, seen):
    """Why a session is over that this token began: `idle`, `longest` or `ended`. None where there was none.

    They were last `seen` so many seconds after 1970. Of a session that is stored no more nobody knows whether its time
    was up or somebody ended it.
    """
    if not secret:
        return None
    now = clock.now()
    kept = LoginSession.get_or_none(LoginSession.token_digest == sha256(secret))
    idle = idle_limit(frozenset(kept.roles.split(",")) if kept else frozenset())
    if seen is not None and now.timestamp() - seen > idle.total_seconds():
        return "idle"
    return "longest" if kept and kept.ends_at <= now else "ended"


def begin(person):
    """Begin a session of a person (by id), inside a write transaction; returns its token, which is not stored."""
    secret, now = token(), clock.now()
    roles = roles_today(person)
    LoginSession.delete().where(LoginSession.ends_at < now).execute()
    LoginSession.insert(
        token_digest=sha256(secret),
        person=person,
        roles=",".join(sorted(roles)),
        began_at=now,
        ends_at=now + _longest(roles),
    ).execute()
    return secret


def sign_out(actor, secret):
    with writing():
        if LoginSession.delete().where(LoginSession.token_digest == sha256(secret)).execute():
            record("signed-out", actor=actor.id)


def end_all(person):
    """End every session of a person (by id), inside a write transaction."""
    LoginSession.delete().where(LoginSession.person == person).execute()


def change_password(actor, old, new):
    """Change one's own password; every other session ends. Returns a new session's token.

    Raises WrongPassword for the old one and SlowDown after too many wrong ones. That the new one is good enough
    is asked of `passwords.password_error` beforehand.
    """
    must_know_password(actor, old)
    new_hash = passwords.hash_password(new)
    with writing():
        Person.update(password_hash=new_hash).where(Person.id == actor.id).execute()
        end_all(actor.id)
        record("password-changed", actor=actor.id)
        return begin(actor.id)


def must_know_password(actor, password):
    """Check a password that is entered again. Raises WrongPassword, or SlowDown after too many wrong ones.

    It is slow on purpose: never call it in a transaction.
    """
    account, place = throttle.digest("change", actor.username), throttle.digest("change", "page")
    throttle.begin_try(account, place)
    person = Person.get_by_id(actor.id)
    if not passwords.matches(person.password_hash, password):
        refuse_try(person)
    with writing():
        throttle.succeeded(account, place)


def person_with_code(typed, secret, address):
    """The person whose single-use code this is. Raises WrongPassword or SlowDown."""
    account, place = (
        throttle.digest("code", username_of(typed)),
        throttle.digest("address", address),
    )
    throttle.begin_try(account, place)
    person = Person.get_or_none(Person.username == username_of(typed))
    if not person or not person.active or not _code_fits(person, secret):
        refuse_try(person)
    return person


def _code_fits(person, secret):
    typed = secret.strip().lower().replace(" ", "")
    return bool(person.code_hash) and person.code_hash == sha256(typed) and person.code_ends_at > clock.now()


def choose_first_password(person, secret, new, address):
    """Use up a single-use code to set a password; a session begins and its token is returned."""
    new_hash = passwords.hash_password(new)
    with writing():
        used = (
            Person.update(password_hash=new_hash, code_hash=None, code_ends_at=None)
            .where(Person.id == person.id, Person.code_hash == person.code_hash)
            .execute()
        )
        if not used:
            raise WrongPassword
        throttle.succeeded(throttle.digest("code", person.username), throttle.digest("address", address))
        end_all(person.id)
        record("password-chosen", actor=person.id)
        return begin(person.id)
