"""Clients: one browser with its cookies over a connection that is kept, and many of them at once."""

import gzip
import http.client
import re
import threading
import time
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PIECE = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Answer:
    """What came back: its status, its text, and how many bytes it was with its headers."""

    def __init__(self, response, body):
        self.status, self.headers, self._body = response.status, response.headers, body
        head = f"HTTP/1.1 {response.status} {response.reason}\r\n\r\n"
        self.bytes = len(head) + sum(len(f"{name}: {value}\r\n") for name, value in response.getheaders()) + len(body)

    @property
    def text(self):
        """The body as text."""
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self._body) if packed else self._body).decode()


class Unexpected(RuntimeError):
    """An answer with another status than the measure is about."""


class Visitor:
    """Somebody at a browser. It asks for compressed pages, as browsers do, unless `packed` is false."""

    def __init__(self, port, cookie=None, packed=True):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = {"session": cookie} if cookie else {}
        self.headers = {"Accept-Encoding": "gzip"} if packed else {}

    def ask(self, address, form=None, status=None, **headers):
        """GET an address, or POST a form there. Raises Unexpected for another status than the one given."""
        headers = {**self.headers, **headers}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form, doseq=True), "application/x-www-form-urlencoded"
        self._connection.request("GET" if form is None else "POST", address, body, headers)
        response = self._connection.getresponse()
        answer = Answer(response, response.read())
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if status and answer.status != status:
            raise Unexpected(f"{address} answered {answer.status}, not {status}")
        return answer

    def token(self, address="/"):
        """The CSRF token of a page, whose cookie is kept with it."""
        return TOKEN.search(self.ask(address, status=200).text)[1]

    def close(self):
        """End the connection."""
        self._connection.close()


def timed(ask):
    """How many seconds an `ask()` took, and its answer."""
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer


def together(jobs):
    """Run all jobs at once, each in a thread of its own; their results in order. The first error is raised."""
    results, errors, bell = [None] * len(jobs), [], threading.Barrier(len(jobs))

    def run(place, job):
        bell.wait()
        try:
            results[place] = job()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def until(seconds, ask):
    """Ask again and again for so many seconds; for each time, how long it took and the answer's status."""
    end, taken = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        took, answer = timed(ask)
        taken.append((took, answer.status))
    return taken


def share(values, part):
    """The value that so large a part of the values does not exceed: 0.5 is the middle, 0.99 is p99."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
