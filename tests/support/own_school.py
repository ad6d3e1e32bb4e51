"""A small school in a database file of its own, for tests that kill processes, fill disks and spoil files.

The tests run it in a process of its own, because the program has one database only.
"""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import schema
from database import open_database
from enums import Role
from models import Person
from rules.audit.refusals import Refusals
from rules.auth.actors import actor_of_person
from rules.core import clock, config
from rules.exemption_kinds import KINDS
from rules.exemptions import lifecycle
from rules.exemptions.request import Request
from rules.people import people
from rules.policy import in_force, versions

ROOT = Path(__file__).resolve().parents[2]
MONDAY = dt.date(2026, 11, 23)
PEOPLE = {"head": Role.HEADTEACHER, "deputy": Role.SLT, "teacher": Role.STAFF_DIRECT}
NO_LIMITS = {"open_requests": 1_000_000}  # scripts fill a disk, or ask until they are killed
_at_ten = clock.frozen(dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC))


def open_school():
    """Open the school in INTRANET_INSTANCE, made at the first time, on Monday at ten; returns its people by name."""
    folder = Path(os.environ["INTRANET_INSTANCE"])
    _at_ten.__enter__()
    open_database(folder / "school.sqlite3")
    keys = (b"a key for the tests, long enough", b"another key for the tests")
    config.use(config.Config(*keys, refusals=Refusals(), imports={}, anchor=folder / "school.anchor", **NO_LIMITS))
    schema.bring_up_to_date()
    if not in_force.any_policy():
        versions.load_policy(ROOT / "policy")
        for name, role in PEOPLE.items():
            people.add_from_the_start(people.PersonDetails(name, f"{name.title()} Invented"), (role,))
    return {row.username: actor_of_person(row.id) for row in Person.select()}


def ask(actor, device):
    """Ask for the use of a device in a teaching period; returns the exemption's id."""
    kind = KINDS["teaching-period"]
    times = (MONDAY, MONDAY, dt.time(9), dt.time(15))
    request = Request("phone", device, "family-emergency", "A ward may ring.", ("staff-room",), *times)
    return lifecycle.submit(actor, kind, request)


def say(*words):
    """Tell the test something, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class OwnSchool:
    """Runs scripts in a school of its own in a folder. `school` in a script is its people by name."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "school.sqlite3"
        self.anchor = folder / "school.anchor"

    def start(self, script, *arguments):
        """Start a script and go on."""
        opening = "from tests.support.own_school import *\nschool = open_school()\n"
        return subprocess.Popen(
            [sys.executable, "-c", opening + script, *arguments],
            cwd=ROOT,
            env={**os.environ, "INTRANET_INSTANCE": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script="", *arguments):
        """Run a script to its end and return the lines it said."""
        process = self.start(script, *arguments)
        said, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
        return said.splitlines()

    def verify(self):
        """What `flask audit verify` would say: the number of events and the faults."""
        number, *faults = self.run(VERIFY)
        return int(number), faults


VERIFY = """
from rules.audit import trail
count, faults = trail.verify()
say(count)
for fault in faults:
    say(fault)
"""
