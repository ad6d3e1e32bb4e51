"""What the tests of pages share: browsers, signed in as anybody of the cast, and requests to decide on."""

import datetime as dt
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from database import db, writing
from models import Person
from rules import actors, cases, clock, decisions, exemptions, passwords, people, sessions
from tests.conftest import ANSWERS, PURPOSES, REMOTE_LEARNING, SCHOOL_DEVICE, TEACHING_PERIOD, a_request

from .browser import Browser

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SECRET_REASON = "Zebra-reason-4711: my mother is in hospital."
KINDS = {kind.id: kind for kind in (TEACHING_PERIOD, REMOTE_LEARNING, SCHOOL_DEVICE)}


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Argon2 with its lowest cost for what these tests hash themselves; the cast's own hashes keep theirs."""
    kept, passwords._hasher = passwords._hasher, QUICK
    yield
    passwords._hasher = kept


@pytest.fixture
def stranger(app, school):
    """A browser in which nobody has signed in."""
    return Browser(app)


@pytest.fixture
def sign_in_as(app, cast):
    """`sign_in_as("teacher")` or an actor: a browser in which they are signed in."""

    def sign_in(who):
        return signed_in(app, getattr(cast, who) if isinstance(who, str) else who)

    return sign_in


def signed_in(app, actor):
    """A browser whose session was begun without the sign-in page, which has tests of its own."""
    browser = Browser(app)
    with writing():
        secret = sessions.begin(actor.id)
    with browser.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = secret, True
        session["seen"] = int(clock.now().timestamp())
    return browser


@pytest.fixture
def a_person(school):
    """Make somebody with these roles: an actor."""

    def make(username, *roles, name=None):
        details = people.Details(username, name or f"{username.title()} Extra", "Extras")
        return actors.actor_of_person(people.add_from_the_start(details, roles))

    return make


@pytest.fixture
def ask(cast):
    """A request of somebody, sent; its id. `done=False` leaves what the kind needs for later."""

    def make(who="teacher", kind="teaching-period", done=True, **changed):
        actor = getattr(cast, who) if isinstance(who, str) else who
        asked = a_request(**{"purpose": PURPOSES[kind], "reason": SECRET_REASON, **changed})
        return exemptions.submit(actor, KINDS[kind], asked, ANSWERS[kind] if done else {})

    return make


@pytest.fixture
def approved(cast, ask):
    """A request of somebody, approved by the headteacher; its id."""

    def make(who="teacher", kind="teaching-period", conditions="", **changed):
        exemption = ask(who, kind, **changed)
        decisions.approve(cast.head, exemption, cases.find(exemption).revision, conditions)
        return exemption

    return make


@pytest.fixture
def queries(monkeypatch):
    """How many statements an action needs: `queries(lambda: …)`."""

    def count(action):
        seen, run = [], db.execute_sql
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest, **more: seen.append(sql) or run(sql, *rest, **more))
        action()
        monkeypatch.undo()
        return [sql for sql in seen if not sql.startswith('SELECT * FROM "')]

    return count


@pytest.fixture
def later():
    """Let time pass: `with later(minutes=5):`."""
    return lambda **span: clock.frozen(clock.now() + dt.timedelta(**span))


@pytest.fixture
def stored(school):
    """An exemption as it is in the database: `stored(3).state`."""
    return cases.find


@pytest.fixture
def ids(cast):
    """The ids of the cast, by name."""
    return SimpleNamespace(**{name: actor.id for name, actor in vars(cast).items()})


def form_of(exemption_request=None, **changed):
    """The fields of a request as a browser posts them."""
    asked = exemption_request or a_request()
    fields = {
        "device_kind": asked.device_kind,
        "device": asked.device,
        "purpose": asked.purpose,
        "reason": asked.reason,
        "starts_on": asked.starts_on.isoformat(),
        "ends_on": asked.ends_on.isoformat(),
        "starts_at": f"{asked.starts_at:%H:%M}",
        "ends_at": f"{asked.ends_at:%H:%M}",
        "zones": list(asked.zones),
        "form_key": "",
    }
    return {**fields, **changed}


def person_named(username):
    """The row of somebody."""
    return Person.get(Person.username == username)
