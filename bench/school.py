"""Schools to measure: made in a temporary folder, filled by raw SQL, closed again before a server opens them.

Here alone `bench/` imports the rules of the program; everything else goes through its addresses.
"""

import datetime as dt
import shutil
from contextlib import contextmanager

from app import create_app
from database import db, writing
from demo.people import DEMO_PEOPLE
from enums import Role
from fields import UtcField, canonical_json
from models import NeedMet, Person, RoleGrant
from rules.auth import passwords, sessions
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.text import name_key
from rules.decisions import deciding
from rules.exemption_kinds import KINDS
from rules.policy.in_force import policy_in_force
from rules.policy.pack import read_pack
from rules.visitors.search import text_of
from settings import ROOT, Settings

PASSWORD = "seven-quiet-otters-dancing"
TEACHERS = 220
PURPOSES = {"teaching-period": "family-emergency", "remote-learning": "remote-lesson", "school-device": "lesson-work"}
ZONES = ("staff-room", "classroom", "offices", "teaching-areas", "off-site", "car-park")
DECIDED = {"approved", "declined", "returned", "revoked"}
SAMPLE_DAY = dt.datetime(2026, 11, 26, 10, 0, tzinfo=dt.UTC)  # a Thursday in term, for what is counted
# The columns that `row` fills, in its order.
EXEMPTION = """
    kind state revision asker_id subject_id with_pupils device_kind device device_key purpose reason zones starts_on
    ends_on starts_at ends_at weekdays audible_alert exam_permission conditions approved_by asked_at decided_at
    signed_at stopped_at
""".split()  # noqa: SIM905 (a list of words is read more easily)


def insert_into(table, columns):
    """The SQL that puts a row with these columns into a table."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 (names of ours)


class School:
    """The folder of one school, the ids of its people by username, and a signer of their cookies."""

    def __init__(self, folder, demo=False):
        self.folder, self._demo = folder, demo
        self.people, self._signer = {}, None

    @contextmanager
    def open(self):
        """This process on the school's database, through the program's own connection; yields the app."""
        app = create_app(Settings(instance=str(self.folder), demo=self._demo))
        self._signer = app.session_interface.get_signing_serializer(app)
        try:
            self.people = self.people or {person.username: person.id for person in Person.select()}
            yield app
        finally:
            db.close()

    def copy(self, name):
        """The same school in another folder; cookies of one are good for the other."""
        other = School(self.folder.with_name(name))
        shutil.copytree(self.folder, other.folder)
        other.people = self.people
        return other

    def cookies(self, usernames):
        """Cookies of people who have signed in, by username; call it while the school is open."""
        with writing():
            tokens = {name: sessions.begin(self.people[name]) for name in usernames}
        seen = int(clock.now().timestamp())
        payloads = {name: {"_user_id": token, "_fresh": True, "seen": seen} for name, token in tokens.items()}
        return {name: self._signer.dumps(payload) for name, payload in payloads.items()}

    def asked(self, count, number):
        """The ids of so many new requests that wait, of different people; call it while the school is open."""
        newest = db.connection().execute("SELECT coalesce(max(id), 0) FROM exemption").fetchone()[0]
        first = self.people["teacher1"]
        insert(row(first + n, number * 1000 + n, "submitted", 1, 2) for n in range(count))
        return range(newest + 1, newest + 1 + count)

    def decider(self):
        """A function that approves a request (its id) as the headteacher does; call it while the school is open."""
        head = actor_of_person(self.people["head"])
        return lambda exemption: deciding.approve(head, exemption, 1)


def make(folder):
    """A school with its policy and its people: a headteacher, an office and many teachers."""
    school = School(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with school.open(), writing():
        password, now = passwords.hash_password(PASSWORD), clock.now()
        long_ago = clock.today() - dt.timedelta(days=400)
        for username, name, role in _people():
            person = Person.insert(
                username=username, name=name, team="Kestrel class", password_hash=password, made_at=now
            ).execute()
            RoleGrant.insert(person=person, role=role.value, starts_on=long_ago, given_at=now).execute()
            school.people[username] = person
    return school


def _people():
    yield "head", "Hazel Winterbourne", Role.HEADTEACHER
    yield "office", "Priya Lanternby", Role.OFFICE
    for number in range(TEACHERS):
        yield f"teacher{number}", f"Samuel Oakenfold-{number}", Role.STAFF_DIRECT


def row(asker, number, state, first, last, kind="teaching-period", hours=("09:00", "12:00")):
    """One exemption of somebody's own as a row of EXEMPTION; days are counted from today."""
    at = UtcField.spell(clock.now() + dt.timedelta(days=min(first, 0) - 1))
    decided = state in DECIDED
    days = [(clock.today() + dt.timedelta(days=day)).isoformat() for day in (first, last)]
    device = f"My own phone {number}"
    return (
        *(kind, state, 1, asker, asker, "Kestrel class" if KINDS[kind].with_pupils else ""),
        *("phone", device, f"phone:{device.casefold()}", PURPOSES[kind]),
        "My mother is in hospital and the ward may ring.",
        canonical_json([ZONES[number % 6], ZONES[-1 - number % 3]]),
        *(*days, *hours, 127, 0, ""),
        *("Silent, in your pocket." if decided and number % 3 == 0 else "", "Hazel Winterbourne" if decided else None),
        *(at, at if decided else None),
        *(at if decided and KINDS[kind].agreement else None, at if state == "revoked" else None),
    )


def insert(rows):
    """Put rows into the table of exemptions in one transaction."""
    with db.connection() as connection:
        connection.executemany(insert_into("exemption", EXEMPTION), rows)


def fill_today(school, lines=200):
    """So many exemptions in force today, of every kind of staff, and five of the first teacher's own."""
    kinds, first, own = list(PURPOSES), school.people["teacher1"], school.people["teacher0"]
    hours = [("08:00", "10:30"), ("09:00", "12:00"), ("13:00", "15:30"), ("07:30", "17:00")]
    rows = [row(first + n, n, "approved", -(n % 9), 1 + n % 5, kinds[n % 3], hours[n % 4]) for n in range(lines - 1)]
    mine = [("approved", -1, 2), ("submitted", 1, 2), ("returned", 2, 3), ("declined", -3, -2), ("approved", -9, -7)]
    insert(rows + [row(own, number, *asked) for number, asked in enumerate(mine)])


def fill_past(school, count):
    """So many exemptions of the last years, all over by now."""
    first, kinds = school.people["teacher0"], list(PURPOSES)
    spans = [(-30 - n, -30 - n + n % 4) for n in range(1770)]
    makers = [row(first + n % TEACHERS, n, "approved", *spans[n], kinds[n % 3]) for n in range(1770)]
    insert(makers[n % 1770] for n in range(count))


def fill_queue(school, waiting=50):
    """So many requests that wait, of every kind of staff and with all they need first."""
    first = school.people["teacher1"]
    for number in range(waiting):
        kind = KINDS[list(PURPOSES)[number % 3]]
        insert([row(first + number, 100 + number, "submitted", 1 + number % 7, 8, kind.id)])
        exemption = db.connection().last_insert_rowid()
        for prerequisite in kind.prerequisites:
            answers = {
                q.id: True if q.tick else "I asked the office, and wrote down what they said."
                for q in prerequisite.questions
            }
            NeedMet.insert(
                exemption=exemption, need=prerequisite.id, answers=answers, met_by=first + number, met_at=clock.now()
            ).execute()


# --- Visitors -------------------------------------------------------------------------------------------------

STAY_DAYS = 1500  # over which the stays are spread
VISITS_EACH = 20  # of one visitor
RARE_STAYS = 5  # so many have the rare word
COMMON_WORD, RARE_WORD = "school", "zebra"  # in the purpose of every stay; in that of a rare one
VISIT_PURPOSES = (
    "To mend the boiler of the school",
    "Reading with Kestrel class at school",
    "A lesson with a speech therapist at school",
    "A meeting about the school bus",
)
VISITOR = "id name name_key organisation kind made_at"
VISIT = "id visitor_id host_id purpose vehicle starts_on ends_on announced_by_id announced_at revision"
STAY = (
    "id visit_id day came_at came_by_id accepted_version_id carries needs_device left_at left_by_id estimated"
    " search_text"
)


def fill_stays(school, count):
    """So many stays of visitors in the last years, in a school that has had none."""
    first, office, version = clock.now() - dt.timedelta(days=STAY_DAYS + 1), school.people["office"], policy_in_force()
    visitors, visits, stays = {}, [], []
    for number in range(1, count + 1):
        visitor = number // VISITS_EACH + 1
        name, organisation = f"Robin Applegarth-{visitor}", f"Larch Heating {visitor % 50} Ltd"
        rare = f", {RARE_WORD}" if number % (count // RARE_STAYS) == 0 else ""
        purpose = VISIT_PURPOSES[number % len(VISIT_PURPOSES)] + rare
        host = school.people["teacher0"] + number % TEACHERS
        came = first + dt.timedelta(days=(number - 1) * STAY_DAYS // count)
        day, at, left = came.date().isoformat(), UtcField.spell(came), UtcField.spell(came + dt.timedelta(hours=1))
        found_by = text_of(name, organisation, purpose, host)
        visitors[visitor] = (visitor, name, name_key(name), organisation, "contractor", at)
        visits.append((number, visitor, host, purpose, "", day, day, office, at, 1))
        stays.append((number, number, day, at, office, version.version, '["phone"]', 0, left, office, 0, found_by))
    with db.connection() as connection:
        for table, columns, rows in (
            ("visitor", VISITOR, visitors.values()),
            ("visit", VISIT, visits),
            ("stay", STAY, stays),
        ):
            connection.executemany(insert_into(table, columns.split()), rows)


# --- The demo school, in which the trips are counted ----------------------------------------------------------


@contextmanager
def demo_school(folder):
    """The demo school on a day in term, at ten, in this process; yields (school, app)."""
    with clock.frozen(SAMPLE_DAY):
        school = School(folder, demo=True)
        with school.open() as app:
            yield school, app


def demo_names(*roles):
    """The usernames of the demo school's people who hold all these roles, by the words of the roles."""
    return [username for username, _, _, held, *_ in DEMO_PEOPLE if set(roles) <= {role.value for role in held}]


def load_pack():
    """Read the policy in `policy/`, all of it."""
    return read_pack(ROOT / "policy")


# --- A decision beside raw SQL --------------------------------------------------------------------------------

APPROVE = (
    "UPDATE exemption SET state = 'approved', conditions = '', approved_by = ?, decided_at = ?, stopped_at = NULL"
    " WHERE id = ? AND state = 'submitted' AND revision = 1"
)
COUNT = "UPDATE counter SET value = value + 1 WHERE name = 'exemptions'"


def raw_decider():
    """A function that writes the rows of the newest decision anew for another request: the values are all there."""
    execute = db.connection().execute
    by, at = execute(
        "SELECT approved_by, decided_at FROM exemption WHERE state = 'approved' ORDER BY id DESC"
    ).fetchone()
    decision, audit = _newest(execute, "decision"), _newest(execute, "audit_event")
    del decision["id"]
    keep, record = insert_into("decision", decision), insert_into("audit_event", audit)

    def decide(exemption):
        audit["id"] += 1
        decision["exemption_id"] = exemption
        execute("BEGIN IMMEDIATE")
        execute(APPROVE, (by, at, exemption))
        execute(keep, tuple(decision.values()))
        execute(record, tuple(audit.values()))
        execute(COUNT)
        execute("COMMIT")

    return decide


def _newest(execute, table):
    cursor = execute(f"SELECT * FROM {table} ORDER BY id DESC LIMIT 1")  # noqa: S608 (a name of ours)
    columns = [name for name, _ in cursor.get_description()]
    return dict(zip(columns, cursor.fetchone(), strict=True))
