"""The program in a process of its own: starting it, asking what it has used, ending it.

Run as `python -m bench.running` it is what `serve.py` serves, with three addresses more to measure it by.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.load import Visitor
from settings import ROOT

OURS, BARE = ("-m", "bench.running"), ("bench/bare.py",)


def free_port():
    """A port of this computer that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def spawn(command, port, folder, log):
    """Start a Python program that listens on a port of this computer."""
    # A school's Python keeps what it has compiled; where it may not, each start would measure the compiler.
    apart = ("INTRANET_", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    keep = {key: value for key, value in os.environ.items() if not key.startswith(apart)}
    environment = {**keep, "INTRANET_PORT": str(port), "INTRANET_INSTANCE": str(folder), "PYTHONPATH": str(ROOT)}
    environment["INTRANET_OPEN_REQUESTS"] = "1000000"  # what a writer may leave open is not what is measured
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


def wait_for(process, port, address, seconds=60):
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
    """A program that serves one school's folder."""

    def __init__(self, school, command=OURS):
        self.port, self.log_path = free_port(), school.folder / "server.log"
        self._log = self.log_path.open("w", encoding="utf-8")
        self._process = spawn(command, self.port, school.folder, self._log)

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
        visitor = Visitor(self.port)  # afresh: the server ends a connection that was silent for two minutes
        answer = json.loads(visitor.ask("/bench/process", status=200).text)
        visitor.close()
        return answer

    def cpu_of(self, ask, times):
        """Seconds of CPU that one `ask()` costs the server, one after the other."""
        before = self.used()["cpu"]
        for _ in range(times):
            ask()
        return (self.used()["cpu"] - before) / times

    def log(self):
        """What the program has written to its log."""
        return self.log_path.read_text(encoding="utf-8")


def start_time(command, folder):
    """Seconds from the start of a program's process to its first page."""
    with (folder / "start.log").open("w", encoding="utf-8") as log:
        port, began = free_port(), time.perf_counter()
        process = spawn(command, port, folder, log)
        try:
            wait_for(process, port, "/sign-in")
            return time.perf_counter() - began
        finally:
            end(process)


# --- The program with its addresses for measuring -------------------------------------------------------------


def constant():
    """What a signed-in person's cheapest page costs: the session, the gate, the middleware, and nothing else."""
    return "A page."


def process():
    """What this process has used: seconds of CPU, bytes of memory."""
    return {"cpu": time.process_time(), "memory": _memory()}


def _memory():
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    import resource  # macOS; there is none on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the most there ever was
    return most if sys.platform == "darwin" else most * 1024


def _page_from_memory(app):
    """A view of my page with the rows of its last real visit: the same template, nothing asked of the database."""
    from flask import before_render_template, g, render_template, request

    last = {}

    def keep(sender, template, context, **_):
        page = (template.name or "").rpartition("/")[2]
        if request.path == "/" and not page.startswith("_"):
            own = {name: value for name, value in context.items() if name not in {"g", "request", "session"}}
            last.update(template=template.name, context=own, g=dict(g._get_current_object().__dict__))

    def view():
        for name in ("policy", "waiting"):
            if name in last["g"]:
                setattr(g, name, last["g"][name])
        return render_template(last["template"], **last["context"])

    before_render_template.connect(keep, app, weak=False)
    return view


def add_addresses(app):
    """Add the addresses to measure by: a constant and my page from memory for who may open my page, the process."""
    home = app.view_functions[app.url_map.bind("localhost").match("/")[0]]
    views = {"constant": constant, "memory": _page_from_memory(app), "process": process}
    for name, view in views.items():
        view.permission = None if view is process else home.permission
        app.add_url_rule(f"/bench/{name}", f"bench_{name}", view)
    return app


if __name__ == "__main__":
    import serve

    create = serve.create_app
    serve.create_app = lambda settings: add_addresses(create(settings))
    serve.main([])
