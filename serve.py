"""Serve the school: one lane for pages, a second one for what is slow on purpose.

SQLite and Python run pages fastest one after the other; a password takes twenty milliseconds of pure arithmetic.
In a lane of its own it holds no page up, however many people sign in at once.
"""

import contextlib
import ctypes
import gc
import logging
import sys

import waitress
from waitress.task import ThreadedTaskDispatcher

from app import create_app
from database import DatabaseError, SchemaTooNew, SqliteTooOld
from rules import people
from rules.import_kinds import KINDS
from rules.policy_errors import PolicyFileError
from settings import LOOPBACK, WrongSetting, from_environment

CANNOT_START = (WrongSetting, SchemaTooNew, SqliteTooOld, DatabaseError, PolicyFileError)
M_MMAP_THRESHOLD = -3
# A password takes arithmetic; an import of a whole school takes a second or two, a policy file some tenths of one.
SLOW = frozenset(
    {
        *("/sign-in", "/first-password", "/account", "/policy/draft/file", "/policy/draft/file/apply"),
        *(f"/people/import/{what}" for what in ("apply", *KINDS)),
    }
)


def is_slow(path):
    """Whether what is posted there takes its time: a password to be looked at, a file to be taken in."""
    path = path.rstrip("/")
    return path in SLOW or (path.startswith("/agreements/") and path.endswith("/sign"))


class Lanes:
    """A dispatcher for waitress: two queues with one thread each, chosen by what is asked for."""

    def __init__(self):
        self.pages, self.slow = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        for lane in (self.pages, self.slow):
            lane.set_thread_count(1)

    def add_task(self, channel):
        """Queue what a connection has sent: a posted password or import in the slow lane, the rest in the other."""
        request = channel.requests[0]
        slow = getattr(request, "command", "") == "POST" and is_slow(getattr(request, "path", ""))
        (self.slow if slow else self.pages).add_task(channel)

    def shutdown(self, cancel_pending=True, timeout=5):
        """End both lanes, after what they are doing now."""
        return all([lane.shutdown(cancel_pending, timeout) for lane in (self.pages, self.slow)])


def give_memory_back():
    """Tell glibc to give large blocks back: a password takes 19 MB for as long as it is looked at."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 4 << 20)


def main(arguments):
    """Serve until stopped. A setting or a database that cannot be used is said in one line, with status 1."""
    give_memory_back()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is how the lanes work, not an alarm
    try:
        settings = from_environment(**({"demo": True} if "--demo" in arguments else {}))
        app = create_app(settings)
    except CANNOT_START as error:
        sys.exit(f"Not started: {error}")
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            ident="",
            connection_limit=400,  # a whole school at half past eight
            clear_untrusted_proxy_headers=not settings.trusted_proxies,  # ProxyFix reads as many as are trusted
            _dispatcher=Lanes(),
        )
    except OSError as error:
        sys.exit(f"Not started: cannot listen on {settings.host}:{settings.port} ({error.strerror})")
    if not settings.tls and settings.host not in LOOPBACK:
        print("Warning: people reach this over http, where passwords can be read. See docs/run-it.md.", flush=True)
    if not people.anybody():
        print("Nobody can sign in yet. Make the first account: flask --app app people add-headteacher USERNAME NAME")
    print(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl+C)", flush=True)
    gc.collect()
    gc.freeze()  # what is there now stays: the collector need not look at it again
    server.run()


if __name__ == "__main__":
    main(sys.argv[1:])
