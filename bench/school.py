"""Schools to measure: made in a temporary folder, filled by raw SQL, closed again before a server opens them."""

import datetime as dt
import shutil
from contextlib import contextmanager

import apsw

from app import create_app
from database import db, writing
from fields import UtcField, canonical_json
from models import NeedMet, Person, Role, RoleGrant
from rules import clock, passwords, sessions
from rules.exemption_kinds import KINDS
from settings import Settings

PASSWORD = "seven-quiet-otters-dancing"
TEACHERS = 220
PUPILS = 120
PURPOSES = {
    "teaching-period": "family-emergency",
    "remote-learning": "remote-lesson",
    "school-device": "lesson-work",
    "educational-activity": "activity-school-devices",
    "exceptional-access": "health-monitoring",
    "parent-contact": "messages-from-home",
}
ZONES = ("staff-room", "classroom", "offices", "teaching-areas", "off-site", "car-park")
INSERT = (
    "INSERT INTO exemption (kind, state, revision, asker_id, subject_id, with_pupils, device_kind, device, device_key,"
    " purpose, reason, zones, starts_on, ends_on, starts_at, ends_at, weekdays, audible_alert, exam_permission,"
    " conditions, approved_by, asked_at, decided_at, signed_at, stopped_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
STAFF_KINDS = ("teaching-period", "remote-learning", "school-device")
DECIDED = {"approved", "declined", "returned", "revoked"}


class School:
    """The folder of one school, the ids of its people by username, and a signer of their cookies."""

    def __init__(self, folder):
        self.folder = folder
        self.people, self._signer = {}, None

    @contextmanager
    def open(self):
        """This process on the school's database, through the program's own connection."""
        app = create_app(Settings(instance=str(self.folder)))
        self._signer = app.session_interface.get_signing_serializer(app)
        try:
            yield db.connection()
        finally:
            db.close()

    @contextmanager
    def beside(self):
        """A connection of our own, for changing rows while a server runs."""
        connection = apsw.Connection(str(self.folder / "school.sqlite3"))
        connection.set_busy_timeout(15_000)
        try:
            yield connection
        finally:
            connection.close()

    def copy(self, name):
        """The same school in another folder; cookies of one are good for the other."""
        other = School(self.folder.with_name(name))
        shutil.copytree(self.folder, other.folder)
        other.people = self.people
        return other

    def cookies(self, usernames):
        """Cookies of people who have signed in; call it while the school is open."""
        with writing():
            tokens = [sessions.begin(self.people[name]) for name in usernames]
        seen = int(clock.now().timestamp())
        return [self._signer.dumps({"_user_id": token, "_fresh": True, "seen": seen}) for token in tokens]


def found(folder):
    """A school with its policy and its people: a headteacher, an office and many teachers."""
    school = School(folder)
    with school.open(), writing():
        kept, now = passwords.hash_password(PASSWORD), clock.now()
        long_ago = clock.today() - dt.timedelta(days=400)
        for username, name, role in _people():
            person = Person.insert(
                username=username, name=name, team="Kestrel class", password_hash=kept, made_at=now
            ).execute()
            RoleGrant.insert(person=person, role=role.value, starts_on=long_ago, given_at=now).execute()
            school.people[username] = person
    return school


def _people():
    yield "head", "Hazel Winterbourne", Role.HEADTEACHER
    yield "office", "Priya Lanternby", Role.OFFICE
    for number in range(PUPILS):
        yield f"pupil{number}", f"Robin Applegarth-{number}", Role.PUPIL
    for number in range(TEACHERS):
        yield f"teacher{number}", f"Samuel Oakenfold-{number}", Role.STAFF_DIRECT


def row(asker, number, state, first, last, kind="teaching-period", hours=("09:00", "12:00"), subject=None):
    """One exemption as a row: days are counted from today; `subject` is a pupil (by id) where it is for one."""
    at = UtcField.spell(clock.now() + dt.timedelta(days=min(first, 0) - 1))
    decided = state in DECIDED
    days = [(clock.today() + dt.timedelta(days=day)).isoformat() for day in (first, last)]
    which = f"My own phone {number}"
    return (
        *(kind, state, 1, asker, subject or asker, "Kestrel class" if KINDS[kind].with_pupils else ""),
        *("phone", which, f"phone:{which.casefold()}", PURPOSES[kind]),
        *(
            "My mother is in hospital and the ward may ring.",
            canonical_json([ZONES[number % 6], ZONES[-1 - number % 3]]),
        ),
        *(*days, *hours, 127, number % 2 if subject else 0, ""),
        *("Silent, in your pocket." if decided and number % 3 == 0 else "", "Hazel Winterbourne" if decided else None),
        *(at, at if decided else None),
        *(at if decided and KINDS[kind].agreement else None, at if state == "revoked" else None),
    )


def fill_today(school, connection, lines=200):
    """So many exemptions in force today, of every kind, and five of the first teacher's own."""
    kinds, first = STAFF_KINDS, school.people["teacher1"]
    hours = [("08:00", "10:30"), ("09:00", "12:00"), ("13:00", "15:30"), ("07:30", "17:00")]
    rows = [row(first + n, n, "approved", -(n % 9), 1 + n % 5, kinds[n % 3], hours[n % 4]) for n in range(lines - 1)]
    me = school.people["teacher0"]
    own = [("approved", -1, 2), ("submitted", 1, 2), ("returned", 2, 3), ("declined", -3, -2), ("approved", -9, -7)]
    rows += [row(me, n, *each) for n, each in enumerate(own)]
    insert(connection, rows)


def fill_kinds(school, connection, kinds, lines=200, pupils=6):
    """So many exemptions of these kinds on today's list, in turn; lessons run, with so many pupils taking part."""
    teacher, pupil = school.people["teacher1"], school.people["pupil0"]
    for number in range(lines):
        kind = KINDS[kinds[number % len(kinds)]]
        whom = pupil + number % PUPILS if kind.for_pupil else None
        span = (0, 0) if kind.one_day else (-(number % 9), 1 + number % 5)
        insert(connection, [row(teacher + number, number, "approved", *span, kind.id, ("07:00", "18:00"), whom)])
        if kind.session:
            _run(connection, connection.last_insert_rowid(), teacher + number, pupil + number % 60, pupils)


def _run(connection, exemption, teacher, first, count):
    day, at = clock.today().isoformat(), UtcField.spell(clock.now())
    taking_part = [(exemption, first + each) for each in range(count)]
    connection.executemany("INSERT INTO participant (exemption_id, pupil_id) VALUES (?, ?)", taking_part)
    connection.execute(
        "INSERT INTO activity_session (exemption_id, day, started_by_id, started_at) VALUES (?, ?, ?, ?)",
        (exemption, day, teacher, at),
    )


def fill_past(school, connection, count):
    """So many exemptions of the last years, all over by now."""
    first, kinds = school.people["teacher0"], STAFF_KINDS
    spans = [(-30 - n, -30 - n + n % 4) for n in range(1770)]
    makers = [row(first + n % TEACHERS, n, "approved", *spans[n], kinds[n % 3]) for n in range(1770)]
    insert(connection, (makers[n % 1770] for n in range(count)))


def fill_queue(school, connection, waiting=50, approved=10):
    """So many requests that wait, of every kind and with all they need, and some approved ones."""
    kinds, first = STAFF_KINDS, school.people["teacher1"]
    insert(connection, [row(first + n, n, "approved", 0, 3) for n in range(approved)])
    for number in range(waiting):
        kind = KINDS[kinds[number % 3]]
        insert(connection, [row(first + number, 100 + number, "submitted", 1 + number % 7, 8, kind.id)])
        exemption = connection.last_insert_rowid()
        for need in kind.needs:
            answers = {
                q.id: True if q.tick else "I asked the office, and wrote down what they said." for q in need.questions
            }
            NeedMet.insert(
                exemption=exemption, need=need.id, answers=answers, met_by=first + number, met_at=clock.now()
            ).execute()


def insert(connection, rows):
    """Put rows into the table of exemptions in one transaction."""
    with connection:
        connection.executemany(INSERT, rows)
