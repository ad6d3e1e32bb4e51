"""Serve the school: one lane for pages, one for passwords, one for files.

SQLite and Python run pages fastest one after the other; a password takes twenty milliseconds of pure arithmetic, an
import of a whole school a second or two. In lanes of their own they hold no page up, however many people sign in at
once, and an import holds no sign-in up.
"""

import gc

if __name__ == "__main__":
    gc.disable()  # what is loaded now stays; looking through it again and again takes a fifth of the start

import contextlib
import ctypes
import logging
import re
import sys

import waitress
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

from app import create_app
from blueprints.core.forms import LARGEST_FILE
from database import DatabaseError, SchemaTooNew, SqliteTooOld
from rules.people import people
from rules.policy.source import PolicyFileError
from settings import LOOPBACK, WrongSetting, from_environment

CANNOT_START = (WrongSetting, SchemaTooNew, SqliteTooOld, DatabaseError, PolicyFileError)
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
# How many may wait in each lane. A page takes a few milliseconds, a password twenty, a file up to a second.
LONGEST_QUEUES = {"pages": 1000, "slow": 300, "work": 20}
PAGES, REFUSED = "pages", "refused"
# Who asks for more has read all but so many bytes of the answers before. Browsers ask once they have read everything.
MOST_UNREAD = 64 << 10
PART = re.compile(r"<[^>]+>")
CONNECTIONS = 2000  # a whole school at half past eight, and somebody who opens hundreds and sends nothing
# What one browser can hold of the server, so that it never holds up the others.
BOUNDS = {
    "connection_limit": CONNECTIONS,
    "asyncore_use_poll": True,  # select() knows no more than a thousand connections
    "channel_timeout": 15,  # seconds; who sends half a request and no more is dropped then
    "cleanup_interval": 5,  # seconds
    "max_request_body_size": LARGEST_FILE + (1 << 20),  # with what stands in the form beside the file
    "outbuf_high_watermark": 64 << 20,  # above any answer: whoever does not read theirs waits without a thread
}


class Busy(Error):
    """The answer to a request whose lane is full."""

    code = 503
    reason = "Service Unavailable"


class Lanes:
    """A dispatcher for waitress: queues with one thread each, chosen by what is posted where.

    The app is asked once which of its addresses are marked `@slow` or `@work`. Where the queue of a lane is full the
    answer is 503, given in a lane of its own, so that it does not wait for those who do.
    """

    def __init__(self, app):
        self._queues = {lane: ThreadedTaskDispatcher() for lane in (*LONGEST_QUEUES, REFUSED)}
        for queue in self._queues.values():
            queue.set_thread_count(1)
        self._addresses = [
            (re.compile("[^/]+".join(map(re.escape, PART.split(rule.rule.rstrip("/"))))), view.lane)
            for rule in app.url_map.iter_rules()
            if hasattr(view := app.view_functions[rule.endpoint], "lane")
        ]

    def lane_of(self, method, path):
        """The name of the lane for a request."""
        if method != "POST":
            return PAGES
        path = path.rstrip("/")
        return next((lane for address, lane in self._addresses if address.fullmatch(path)), PAGES)

    def add_task(self, channel):
        """Queue what a connection has sent. What waitress could not read has neither method nor path."""
        request = channel.requests[0]
        lane = self.lane_of(getattr(request, "command", ""), getattr(request, "path", ""))
        if channel.total_outbufs_len > MOST_UNREAD:  # what is not read lies in memory, or in a file on the disk
            request.error, lane = Busy("Read what you have asked for before you ask for more."), REFUSED
        elif len(self._queues[lane].queue) >= LONGEST_QUEUES[lane]:
            request.error = Busy("Too many people want the same at this moment. Try again in a minute.")
            lane = REFUSED
        self._queues[lane].add_task(channel)

    def shutdown(self, cancel_pending=True, timeout=5):
        """End every lane, after what it is doing now."""
        return all([queue.shutdown(cancel_pending, timeout) for queue in self._queues.values()])


def give_memory_back():
    """Tell glibc to give large blocks back, and to keep one heap for all lanes, which take turns in Python anyway.

    A password takes 19 MB for as long as it is looked at.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(M_MMAP_THRESHOLD, 4 << 20)
            mallopt(M_ARENA_MAX, 1)


def allow_connections():
    """Ask for as many open files as there may be connections; a system may keep us at fewer, and then that holds."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = CONNECTIONS + 100 if hard == resource.RLIM_INFINITY else min(CONNECTIONS + 100, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main(arguments):
    """Serve until stopped. A setting or a database that cannot be used is said in one line, with status 1."""
    give_memory_back()
    allow_connections()
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
            clear_untrusted_proxy_headers=not settings.trusted_proxies,  # ProxyFix reads as many as are trusted
            _dispatcher=Lanes(app),
            **BOUNDS,
        )
    except OSError as error:
        sys.exit(f"Not started: cannot listen on {settings.host}:{settings.port} ({error.strerror})")
    if not settings.tls and settings.host not in LOOPBACK:
        print("Warning: people reach this over http, where passwords can be read. See docs/run-it.md.", flush=True)
    if not people.anybody():
        print("Nobody can sign in yet. Make the first account: flask --app app people add-headteacher USERNAME NAME")
    print(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl+C)", flush=True)
    gc.freeze()  # what is there now stays: the collector need never look at it
    gc.enable()
    server.run()


if __name__ == "__main__":
    main(sys.argv[1:])
