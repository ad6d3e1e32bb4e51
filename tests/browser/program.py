"""The real program, started as `make run` starts it, in a folder and on a port of its own."""

import os
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


@contextmanager
def a_demo_school(folder, poll_seconds=1):
    """A new demo school in a folder, served until the block ends; its address."""
    port = a_free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("INTRANET_", "DATABASE_"))}
    environment |= {
        "INTRANET_INSTANCE": str(folder),
        "INTRANET_PORT": str(port),
        "INTRANET_POLL_SECONDS": str(poll_seconds),
    }
    said = folder / "said.txt"
    with said.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "serve.py", "--demo"], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
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
