"""The demo school can be started on any day of the year."""

import json
import os
import subprocess
import sys

import pytest

from rules.exemption_kinds import KINDS
from settings import ROOT

START = """
import datetime as dt, json, sys
from rules.core import clock
with clock.frozen(dt.datetime.fromisoformat(sys.argv[1])):
    from app import create_app
    from settings import from_environment
    create_app(from_environment(demo=True))
    from models import Exemption
    from rules.audit import trail
    rows = list(Exemption.select())
    told = {"states": sorted({row.state for row in rows}), "kinds": sorted({row.kind for row in rows})}
    print(json.dumps({**told, "faults": trail.verify()[1]}))
"""

DAYS = [
    "2027-08-25T09:00+00:00",
    "2027-08-30T09:00+00:00",
    "2027-09-01T09:00+00:00",
    "2028-02-29T23:59+00:00",
    "2027-03-28T00:30+00:00",
    "2026-10-25T01:30+00:00",
    "2026-12-31T12:00+00:00",
]


@pytest.mark.parametrize("moment", DAYS)
def test_the_demo_school_starts_with_exemptions_of_every_kind_and_in_every_state(tmp_path, moment):
    environment = {**os.environ, "INTRANET_INSTANCE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", START, moment], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "kinds": sorted(KINDS),
        "states": ["approved", "declined", "returned", "revoked", "submitted", "withdrawn"],
        "faults": [],
    }
