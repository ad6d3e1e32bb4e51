"""Starting the program in a process of its own, asking it what it has used, and ending it."""

import json
import os
import socket
import subprocess
import sys
import time

from settings import ROOT

from .load import Visitor


def free_port():
    """A port of this computer that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def spawn(command, port, folder, log):
    """Start a Python program that listens on a port."""
    # A school's Python keeps what it has compiled; where it may not, each start would measure the compiler.
    apart = ("INTRANET_", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    keep = {key: value for key, value in os.environ.items() if not key.startswith(apart)}
    environment = {**keep, "INTRANET_PORT": str(port), "INTRANET_INSTANCE": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log
    )


def end(process):
    """End a program that was started here, by its own handle."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(process, port, address, seconds=30):
    """Ask for a page until it is there. Raises RuntimeError when the program ends or takes too long."""
    last = time.monotonic() + seconds
    while time.monotonic() < last and process.poll() is None:
        visitor = Visitor(port)
        try:
            return visitor.ask(address, status=200)
        except ConnectionError:
            time.sleep(0.002)
        finally:
            visitor.close()
    raise RuntimeError(f"the server did not answer {address}; its log says what happened")


class Server:
    """The program, serving one school."""

    def __init__(self, school, module="bench.server"):
        self.port, self.log_path = free_port(), school.folder / "server.log"
        self._log = self.log_path.open("w", encoding="utf-8")
        self._process = spawn(["-m", module], self.port, school.folder, self._log)

    def __enter__(self):
        try:
            wait_for(self._process, self.port, "/bench/process")
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        end(self._process)
        self._log.close()

    def used(self):
        """What the process has used so far: seconds of CPU (its own, user and system) and bytes of memory."""
        asker = Visitor(self.port)  # afresh: the server ends a connection that was silent for two minutes
        answer = json.loads(asker.ask("/bench/process", status=200).text)
        asker.close()
        return answer

    def cpu_of(self, ask, times):
        """Seconds of CPU that one `ask()` costs the server, one after the other over one connection."""
        before = self.used()["cpu"]
        for _ in range(times):
            ask()
        return (self.used()["cpu"] - before) / times

    def log(self):
        """What the program has written to its log."""
        return self.log_path.read_text(encoding="utf-8")
