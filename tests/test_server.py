"""One browser, whatever it sends or leaves unread, never holds up the others."""

import re
import resource
import socket
import threading
import urllib.request
from contextlib import ExitStack
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

import serve
from tests.browser.program import a_demo_school

PATIENCE = 30  # seconds; a page comes in a few milliseconds, and the faults tested here held it for minutes


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with a_demo_school(tmp_path_factory.mktemp("instance")) as where:
        yield where


@pytest.fixture
def connect(address):
    """A new connection to the server, as often as it is called; `small` can hold next to nothing of an answer."""
    with ExitStack() as stack:

        def open_one(small=False):
            made = stack.enter_context(socket.socket())
            if small:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            made.settimeout(PATIENCE)
            made.connect(("127.0.0.1", urlsplit(address).port))
            return made

        yield open_one


def page(address):
    """The sign-in page, as anybody gets it."""
    with urllib.request.urlopen(f"{address}/sign-in", timeout=PATIENCE) as answer:  # noqa: S310
        assert answer.status == 200
        return answer.read().decode()


def test_whoever_asks_for_much_and_reads_nothing_holds_nobody_up(address, connect):
    style = re.search(r'href="(/static/[^"]+\.css)"', page(address))[1]
    hungry = connect(small=True)
    hungry.sendall(f"GET {style} HTTP/1.1\r\nHost: school\r\n\r\n".encode() * 195)
    for _ in range(5):
        page(address)


def test_hundreds_of_half_requests_hold_nobody_up(address, connect):
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    for _ in range(min(450, soft - 200)):
        connect().sendall(b"GET /sign-in HTTP/1.1\r\nHost: sch")
    for _ in range(5):
        page(address)


def test_a_body_larger_than_any_file_we_take_is_refused_unread(connect):
    sender = connect()
    sender.sendall(b"POST /sign-in HTTP/1.1\r\nHost: school\r\nContent-Length: 1000000000\r\n\r\nusername=")
    assert sender.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_half_a_request_is_dropped_after_fifteen_seconds():
    assert serve.BOUNDS["channel_timeout"] == 15
    assert serve.BOUNDS["cleanup_interval"] <= 5


def a_channel(service, unread):
    """A connection that has sent a request, and has so many bytes of answers to read."""
    request = SimpleNamespace(error=None)
    return SimpleNamespace(requests=[request], service=service, cancel=lambda: None, total_outbufs_len=unread)


@pytest.mark.parametrize(("unread", "error"), [(0, None), (serve.MOST_UNREAD, None), (serve.MOST_UNREAD + 1, 503)])
def test_who_has_much_to_read_is_not_answered_more(app, unread, error):
    answered, lanes = threading.Event(), serve.Lanes(app)
    try:
        asking = a_channel(answered.set, unread)
        lanes.add_task(asking)
        assert answered.wait(PATIENCE)
        assert getattr(asking.requests[0].error, "code", None) == error
    finally:
        lanes.shutdown()


@pytest.mark.parametrize("lane", serve.LONGEST_QUEUES)
def test_a_lane_that_is_full_says_so_at_once(app, monkeypatch, lane):
    monkeypatch.setattr(serve.Lanes, "lane_of", lambda *_: lane)
    monkeypatch.setitem(serve.LONGEST_QUEUES, lane, 2)
    go_on, answered = threading.Event(), threading.Event()
    lanes = serve.Lanes(app)

    def channel(service):
        return a_channel(service, unread=0)

    try:
        begun = threading.Event()
        lanes.add_task(channel(lambda: (begun.set(), go_on.wait(PATIENCE))))
        assert begun.wait(PATIENCE)
        waiting = [channel(lambda: None) for _ in range(2)]
        for each in waiting:
            lanes.add_task(each)
        too_many = channel(answered.set)
        lanes.add_task(too_many)
        assert answered.wait(PATIENCE)
        assert too_many.requests[0].error.code == 503
        assert [each.requests[0].error for each in waiting] == [None, None]
    finally:
        go_on.set()
        lanes.shutdown()
