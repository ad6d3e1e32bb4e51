"""What the tests of pages share: browsers, signed in as anybody of the cast, and requests to decide on."""

import datetime as dt
from types import SimpleNamespace

import pytest

from database import db, writing
from models import Person
from rules.agreements import agreements
from rules.auth import actors, passwords, sessions
from rules.concerns import visitor_concerns
from rules.core import clock
from rules.devices import work_phones
from rules.exams import reports, sittings
from rules.exams.reports import Report
from rules.exams.sittings import SittingDetails
from rules.exemption_kinds import KINDS
from rules.exemptions import queries as exemption_queries
from rules.lockers import hand_in
from rules.people import people
from rules.policy import draft, versions
from rules.policy.in_force import policy_in_force
from rules.reception import admission, announcing
from rules.site import calendar, calendar_changes, status
from rules.site.calendar_changes import Dates
from rules.visitors import duplicates, register, visits, watchlist
from tests.conftest import ANSWERS, ASKERS, PURPOSES, QUICK, a_request, fitting_request
from tests.support import devices, exemptions, policy
from tests.support.browser import TABLET, Browser
from tests.support.lockers import given, tile_of, use_of
from tests.support.visitors import a_visit, receive

SECRET_REASON = "Zebra-reason-4711: my mother is in hospital."
EVERY_KIND = list(KINDS)
OPEN_KINDS = [key for key, kind in KINDS.items() if not kind.confidential]
SIGNED_KINDS = [key for key, kind in KINDS.items() if kind.agreement]


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Argon2 with its lowest cost for what these tests hash themselves; the cast's own hashes keep theirs."""
    kept, passwords.hasher = passwords.hasher, lambda: QUICK
    yield
    passwords.hasher = kept


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
def at_tablet(app, cast):
    """A browser that the office has made a reception tablet."""

    def make(name="Front desk"):
        browser = signed_in(app, cast.office)
        assert browser.post("/visitors/tablets", {"name": name}).location == TABLET
        return browser

    return make


class Forgetful(Browser):
    """A tablet that never receives an answer: whatever it sends, it sends with the cookie it had at first."""

    def __init__(self, tablet):
        super().__init__(tablet.app)
        self.cookie = tablet.client.get_cookie("tablet", path=TABLET).value

    def open(self, *args, **kwargs):
        self.client.set_cookie("tablet", self.cookie, path=TABLET)
        return super().open(*args, **kwargs)


@pytest.fixture
def a_person(school):
    """Make somebody with these roles: an actor."""

    def make(username, *roles, name=None):
        details = people.PersonDetails(username, name or f"{username.title()} Extra", "Extras")
        return actors.actor_of_person(people.add_from_the_start(details, roles))

    return make


@pytest.fixture
def ask(cast):
    """A request, sent; its id. Without `who` it is of whoever usually asks for that kind; a kind that is for a pupil
    is for `cast.pupil`. What the kind needs is completed by whoever completes it; `done=False` leaves it for later.
    """

    def make(who=None, kind="teaching-period", done=True, **changed):
        who = who or ASKERS[kind]
        actor = getattr(cast, who) if isinstance(who, str) else who
        return exemptions.ask(actor, KINDS[kind], None if done else {}, **{"reason": SECRET_REASON, **changed})

    return make


@pytest.fixture
def approved(ask):
    """A request, approved by whoever decides it; its id. An agreement that goes with it is not signed yet."""

    def make(who=None, kind="teaching-period", conditions="", **changed):
        exemption = ask(who, kind, **changed)
        exemptions.approve(exemptions.decider_of(exemption_queries.find(exemption)), exemption, conditions)
        return exemption

    return make


@pytest.fixture
def permitted(ask):
    """A request, approved, signed and started as its kind wants it; its id."""

    def make(kind="teaching-period", who=None, **changed):
        exemption = ask(who, kind, **changed)
        exemptions.permit(exemption)
        return exemption

    return make


@pytest.fixture
def agreement(approved):
    """The agreement that was issued with an approval, not signed yet; its id."""

    def make(kind="exceptional-access", **changed):
        return newest_agreement(approved(None, kind, **changed)).id

    return make


def newest_agreement(exemption):
    """The version that counts of the agreement about an exemption (by id)."""
    return agreements.newest_of(exemption_queries.find(exemption))


def secrets_of(kind):
    """All that deciders alone may read of a request of a kind: reason, purpose, assessments, notes of discussions."""
    answers = [text for given in ANSWERS[kind].values() for text in given.values() if isinstance(text, str)]
    # A short answer or a day could stand anywhere, so only what can be told from other words is looked for.
    secrets = [SECRET_REASON, "Zebra", *(text for text in answers if " " in text)]
    if KINDS[kind].for_pupil or KINDS[kind].confidential:
        secrets.append(policy_in_force().purposes[PURPOSES[kind]]["name"])
    return secrets


def told(answer, kind):
    """Which of these secrets an answer gives away, wherever they stand in it."""
    return [text for text in secrets_of(kind) if text in answer.text or text in answer.words]


@pytest.fixture
def a_sitting(cast):
    """An exam of this morning that a pupil sits; its id."""

    def make(exam="Biology paper 1", **changed):
        morning = SittingDetails(exam, "AQA", clock.today(), dt.time(9), dt.time(11), "exam-room", (cast.pupil.id,))
        return sittings.save(cast.office, morning._replace(**changed))

    return make


@pytest.fixture
def a_report(cast):
    """A report of a device found with a pupil in an exam that was not entered; its id."""

    def make(who="teacher", **changed):
        words = ("another", "Music practical", "ABRSM", cast.pupil.id)
        found = Report(*words, clock.today(), dt.time(9, 30), "A black watch", SECRET_REASON)
        return reports.make(getattr(cast, who), found._replace(**changed))

    return make


@pytest.fixture
def a_stay(cast):
    """A visitor who was signed in yesterday and not signed out: the ids of `visitor`, `visit` and `stay`."""

    def make(**changed):
        with clock.frozen(clock.now() - dt.timedelta(days=1)):
            visit = announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]
            stay = receive(cast.office, visit, ("phone",))
        return {"visitor": visits.one(visit).visitor, "visit": visit, "stay": stay}

    return make


@pytest.fixture
def a_site(cast):
    """The office has said that pupils are on site, entered a term and closed a day: the ids of `mark` and `term`."""

    def make():
        status.press(cast.office, True, clock.today(), 0)
        calendar_changes.add_term(cast.office, Dates("Autumn term", dt.date(2026, 9, 2), dt.date(2026, 12, 18)))
        snow = Dates("Snow", dt.date(2026, 11, 25), None, calendar_changes.kind_of("closed"))
        calendar_changes.set_days(cast.office, snow)
        first, last = dt.date(2026, 9, 1), dt.date(2027, 8, 31)
        return {"mark": status.newest_mark(clock.today()).id, "term": calendar.terms(first, last)[0].id}

    return make


@pytest.fixture
def an_alert(cast):
    """Somebody on the list of who is not let in stands at reception: the ids of the `entry` and of the `alert`."""

    def make(name="Una Welcome", reason=SECRET_REASON):
        entry = watchlist.put_on(cast.head, name, reason)
        with writing():
            admission.stopped(name, "Larch Ltd", seen_by=cast.office.id)
        return {"entry": entry, "alert": admission.waiting_for(cast.head)[-1].id}

    return make


@pytest.fixture
def a_merge(cast):
    """Two entries that were merged, and a further one: the ids of the `merge` and of the `other`."""

    def make():
        with writing():
            other, kept, gone = (register.save(f"Jo {letter}", "", "other") for letter in "abc")
        duplicates.merge(cast.office, kept, gone)
        return {"merge": duplicates.standing(cast.office, kept)[0].id, "other": other}

    return make


@pytest.fixture
def a_hand_in(cast):
    """A pupil with a locker whose device is held: the ids of `locker`, `use` and `hand_in`."""

    def make(number="1"):
        locker = given(cast.office, cast.pupil, number)
        seen = tile_of(cast.office, cast.pupil.id).seen
        tile = hand_in.tap(cast.office, cast.pupil.id, clock.today(), "device", seen)
        return {"locker": locker, "use": use_of(cast.office, locker), "hand_in": tile.row}

    return make


@pytest.fixture
def a_loan(cast):
    """A tablet that is lent to the teacher, and a line of the work phones: the ids of `device`, `loan`, `contact`.

    Everybody has acknowledged the monitoring notice.
    """
    with pytest.MonkeyPatch.context() as patch:
        devices.everybody_knows_the_notice(patch)

        def make(tag="T-07"):
            devices.staff_may_borrow(cast.head)
            device = devices.a_device(cast.office, tag)
            work_phones.add(cast.office, cast.finance.id)
            (contact,) = work_phones.contacts(cast.office)
            loan = devices.lend(cast.office, cast.teacher, tag)
            return {"device": device, "loan": loan.id, "contact": contact.id}

        yield make


@pytest.fixture
def a_challenge(cast):
    """A report of what a visitor did; its id."""

    def make(who="teacher", **changed):
        seen = visitor_concerns.Report(None, "A man with a red scarf", "The playground", SECRET_REASON, True, "Sorry.")
        return visitor_concerns.make(getattr(cast, who), seen._replace(**changed))

    return make


@pytest.fixture
def a_draft(cast):
    """A draft of the policy in which a line has other words: the ids of its `section` and `line`, and a `version`."""

    def make(who="head", says="Look at it each week."):
        actor = getattr(cast, who)
        if draft.find() is None:
            draft.begin(actor)
        policy.reword(actor, says)
        return {"section": "obligations", "line": policy.LINE, "version": versions.newest()}

    return make


# What a version of the policy says never changes and is kept: which page reads it first is chance.
OF_A_VERSION = 'FROM "policy_version" AS "t1" WHERE ("t1"."id" = ?)'


@pytest.fixture
def queries(monkeypatch):
    """The statements that an action needs: `queries(lambda: …)`."""

    def count(action):
        seen, run = [], db.execute_sql
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest, **more: seen.append(sql) or run(sql, *rest, **more))
        action()
        monkeypatch.undo()
        return [sql for sql in seen if not sql.startswith('SELECT * FROM "') and not sql.endswith(OF_A_VERSION)]

    return count


@pytest.fixture
def later():
    """Let time pass: `with later(minutes=5):`."""
    return lambda **span: clock.frozen(clock.now() + dt.timedelta(**span))


@pytest.fixture
def stored(school):
    """An exemption as it is in the database: `stored(3).state`."""
    return exemption_queries.find


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


def kind_form(kind, pupil, **changed):
    """The form of a kind (by id) as a browser posts it, complete: with whom it is for, who takes part, the answers."""
    kind = KINDS[kind]
    visit = {name: changed[name] for name in changed.keys() & {"visit"}}
    request = fitting_request(kind, pupil, **visit)
    fields = form_of(request)
    asked = {"device_kind", "device", "purpose", "reason", "form_key", *kind.window}
    fields = {name: value for name, value in fields.items() if name in asked}
    further = {"weekdays": ["1", "2", "4", "8", "16"], "audible_alert": "y", "exam_permission": ""}
    further |= {"involved": "Kestrel class", "pupil_handles": "no"}
    fields |= {name: value for name, value in further.items() if name in kind.asks}
    fields |= {"subject": str(pupil)} if kind.for_pupil else {}
    fields |= {"visit": str(request.visit)} if kind.for_visitor else {}
    fields |= {"pupils": [str(pupil)]} if kind.with_pupils else {}
    for prerequisite in kind.prerequisites_of_asker:
        for key, value in ANSWERS[kind.id][prerequisite.id].items():
            fields[f"{prerequisite.id}-{key}"] = "y" if value is True else value
    return {**fields, **changed}


def person_named(username):
    """The row of somebody."""
    return Person.get(Person.username == username)
