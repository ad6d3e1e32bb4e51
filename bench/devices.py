"""The school's devices: what their pages cost with few devices and loans, and with very many."""

import datetime as dt

from fields import UtcField
from rules import clock
from rules.obligations import policy_in_force

from .load import Visitor
from .reception import ratios
from .running import Server
from .school import TEACHERS

FEW, MANY = (100, 1000), (1000, 100_000)  # devices and past loans
LENT = 40  # devices that are out now, however many there are
LATE = 5  # of these, so many are overdue
FIRST = 1  # the device whose page is asked for
DEVICE = (
    "INSERT INTO school_device (id, asset_tag, tag_key, kind, model, phone_number, pin_set_on, pin_set_by_id, state,"
    " state_note, made_by_id, made_at, changed_by_id, changed_at, revision)"
    " VALUES (?, ?, ?, 'tablet', 'Larch 10', '', ?, ?, 'in use', '', ?, ?, ?, ?, 1)"
)
LOAN = (
    "INSERT INTO loan (device_id, borrower_id, lent_by_id, lent_at, due_on, returned_at, returned_by_id, taken_by_id,"
    " returned_note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')"
)
MAY_BORROW = "INSERT INTO standing_permission (role, given_by_id, given_at) VALUES ('staff-direct', ?, ?)"
TEXT = "INSERT INTO acknowledged_text (digest, content) VALUES ('bench', '{}')"
READ = (
    "INSERT INTO acknowledgement (person_id, version_id, item, role, text_id, at, given_by_id, on_paper, kept_at)"
    " VALUES (?, ?, 'monitoring', '', ?, ?, ?, 0, '')"
)
BACK = (
    "UPDATE loan SET returned_at = ?, returned_by_id = ?, taken_by_id = ? WHERE device_id = ? AND returned_at IS NULL"
)
PAGES = {"devices: my page": "/", "devices: one": f"/school-devices/{FIRST}", "devices: register": "/school-devices/"}


def measured(base, scale):
    """Ratios of many devices and loans to few: the office's own page, a device's page, the register, and lending."""
    few, many = (_filled(base, f"devices{count}", count, loans) for count, loans in (FEW, MANY))
    with Server(few[0]) as small, Server(many[0]) as large:
        sides = [(server, Visitor(server.port, cookie)) for server, cookie in ((small, few[1]), (large, many[1]))]
        times = max(scale.requests // 3, 20)
        found = {name: ratios(sides, [page] * 2, times, scale) for name, page in PAGES.items()}
        lenders = [_Lender(each[0], *side) for each, side in zip((few, many), sides, strict=True)]
        return found | {"devices: lending": [_lending(lenders, times) for _ in range(scale.rounds + 1)][1:]}


def _lending(lenders, times):
    few, many = (lender.server.cpu_of(lender.lend, times) for lender in lenders)
    return many / few


class _Lender:
    """Lends the same device again and again; beside the server it is made as if it had come back meanwhile."""

    def __init__(self, school, server, office):
        self.server, self._school, self._office = server, school, office
        self._form = {
            "csrf_token": office.token("/school-devices/lend"),
            "asset_tag": f"T-{LENT + 1:04}",
            "borrower": school.people["teacher0"],
            "due_on": clock.today().isoformat(),
            "pupil": "",
        }

    def lend(self):
        """Lend it once, and put it back."""
        self._office.ask("/school-devices/lend", self._form, 303)
        back = UtcField.spell(clock.now())
        with self._school.beside() as connection:
            connection.execute(BACK, (back, self._form["borrower"], self._school.people["office"], LENT + 1))


def _filled(base, name, count, loans):
    school = base.copy(name)
    with school.open() as connection:
        fill(school, connection, count, loans)
        (cookie,) = school.cookies(["office"])
    return school, cookie


def fill(school, connection, count, loans):
    """So many devices, each lent and taken back in turn; a few are out now, and some of these are overdue."""
    office, now = school.people["office"], clock.now()
    at, today = UtcField.spell(now), clock.today()
    with connection:
        _let_borrow(school, connection, at)
        made = (
            (n, f"T-{n:04}", f"t-{n:04}", today.isoformat(), office, office, at, office, at) for n in _devices(count)
        )
        connection.executemany(DEVICE, made)
        connection.executemany(LOAN, (_past(school, n, count, now) for n in range(loans)))
        for number in range(LENT):
            due = today + dt.timedelta(days=-3 if number < LATE else 5)
            lent = UtcField.spell(now - dt.timedelta(days=7))
            borrower = school.people["teacher0"] + number % TEACHERS
            connection.execute(LOAN, (number + 1, borrower, office, lent, due.isoformat(), None, None, None))


def _let_borrow(school, connection, at):
    """The first teacher may borrow, and has read that use may be monitored."""
    teacher = school.people["teacher0"]
    connection.execute(MAY_BORROW, (school.people["head"], at))
    connection.execute(TEXT)
    connection.execute(READ, (teacher, policy_in_force().version, connection.last_insert_rowid(), at, teacher))


def _devices(count):
    return range(1, count + 1)


def _past(school, number, count, now):
    office, borrower = school.people["office"], school.people["teacher0"] + number % TEACHERS
    lent = now - dt.timedelta(days=1000 - number % 900)
    back = lent + dt.timedelta(days=2)
    due = back.date().isoformat()
    return (number % count + 1, borrower, office, UtcField.spell(lent), due, UtcField.spell(back), borrower, office)
