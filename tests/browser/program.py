"""The real program, started as `make run` starts it, in a folder and on a port of its own."""

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from settings import ROOT

START = 60  # seconds, on a machine that does much else
STOP = 10


def a_free_port():
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MovedClock:
    """The clock of a school that a test moves. The program reads from a file by how many seconds."""

    def __init__(self, folder, beginning):
        self.file, self.beginning = folder / "moved-by.txt", beginning
        self.go_to(beginning)

    def go_to(self, moment):
        """Move the clock to a moment (aware); from there it goes on by itself."""
        self._moved_by = (moment - dt.datetime.now(dt.UTC)).total_seconds()
        self.file.write_text(str(self._moved_by))

    def now(self):
        """The moment it is at the school, aware, UTC."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self._moved_by)

    def go_on(self, **span):
        """Let time pass: `go_on(minutes=5)`."""
        self.go_to(self.now() + dt.timedelta(**span))


MAKE = """
import datetime as dt, sys
from rules.core import clock
with clock.frozen(dt.datetime.fromisoformat(sys.argv[1])):
    from app import create_app
    from settings import from_environment
    create_app(from_environment(demo=True))
"""


class MadeSchools:
    """Demo schools that were made once for all, each at another moment. A test gets a copy of its files.

    All workers of a run share the folder. Two who need the same at the same moment both make it.
    """

    def __init__(self, folder, templates):
        self._folder, self._templates = folder, templates

    def copy(self, folder, moment=None):
        """Put the files of a demo school of a moment into a folder; without one it is of today, a little while ago."""
        made = self._folder / (moment.strftime("%Y-%m-%d-%H-%M") if moment else f"{dt.date.today()}")  # noqa: DTZ011
        if not made.exists():
            self._make(made, moment or dt.datetime.now(dt.UTC))
        shutil.copytree(made, folder, dirs_exist_ok=True)
        (folder / "templates").symlink_to(self._templates)

    @staticmethod
    def _make(made, moment):
        begun = made.with_name(f"{made.name}-{os.getpid()}")
        begun.mkdir(parents=True)
        command = [sys.executable, "-c", MAKE, moment.isoformat()]
        environment = {**_environment(), "INTRANET_INSTANCE": str(begun), "PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        shutil.rmtree(begun / "templates")
        if not made.exists():
            begun.rename(made)


def _environment():
    """The environment without what somebody has set for a school of their own."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("INTRANET_", "DATABASE_"))}


@contextmanager
def a_demo_school(folder, poll_seconds=1, moved=None, made=None):
    """A demo school in a folder, served until the block ends; its address. `moved` is the clock of another time.

    It is a new one, or a copy of one that was `made`.
    """
    if made:
        made.copy(folder, moved and moved.beginning)
    port = a_free_port()
    environment = {
        **_environment(),
        "INTRANET_INSTANCE": str(folder),
        "INTRANET_PORT": str(port),
        "INTRANET_POLL_SECONDS": str(poll_seconds),
    }
    command = ["serve.py", "--demo"]
    if moved:
        environment["OX_CLOCK_FILE"] = str(moved.file)
        command = ["-m", "tests.browser.moved_clock", "--demo"]
    said = folder / "said.txt"
    with said.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for_health(program, port, said)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(program)


def _wait_for_health(program, port, said):
    until = time.monotonic() + START
    while time.monotonic() < until and program.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the program did not start: {said.read_text(encoding='utf-8')}")


def _stop(program):
    program.terminate()
    try:
        program.wait(STOP)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait(STOP)
