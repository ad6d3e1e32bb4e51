"""A start imports only what the first page needs; the rest comes when somebody asks for it."""

import os
import subprocess
import sys

from settings import ROOT

FIRST_PAGE = """
import sys
import serve
from settings import from_environment

app = serve.create_app(from_environment())
assert app.test_client().get("/sign-in").status_code == 200
print(*sorted({"yaml", "argon2", "segno", "icalendar", "zxcvbn", "playhouse.migrations"} & set(sys.modules)))
"""


def loaded(instance):
    """Which of the libraries that few pages need a process has loaded after its first page."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("INTRANET_", "DATABASE_URL"))}
    environment = {**own, "INTRANET_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_PAGE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return ran.stdout.split()


def test_a_start_loads_what_makes_a_school_only_where_there_is_none(tmp_path):
    assert loaded(tmp_path) == ["playhouse.migrations", "yaml"]
    assert loaded(tmp_path) == []
