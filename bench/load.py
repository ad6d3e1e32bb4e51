"""People at browsers: one with its cookies over a connection that is kept, many at once, and the forms of a page."""

import gzip
import http.client
import threading
import time
from html.parser import HTMLParser
from urllib.parse import urlencode

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
        compressed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self._body) if compressed else self._body).decode()


class Unexpected(RuntimeError):
    """An answer with another status than the measure is about."""


class Visitor:
    """Somebody at a browser, who asks for compressed pages as browsers do."""

    def __init__(self, port, cookie=None):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = {"session": cookie} if cookie else {}

    def ask(self, address, form=None, status=None, **headers):
        """GET an address, or POST a form there. Raises Unexpected for another status than the one given."""
        headers = {"Accept-Encoding": "gzip", **headers}
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

    def form(self, page):
        """The fields of a page's own form, filled in as the page has them."""
        return form_of(self.ask(page, status=200).text, page)

    def close(self):
        """End the connection."""
        self._connection.close()


class _Forms(HTMLParser):
    """Collects (action, fields) of each form that is sent by POST. Boxes that are not ticked are left out."""

    def __init__(self):
        super().__init__()
        self.forms, self._select = [], ""

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append((attrs.get("action", ""), {}))
        elif self.forms:
            self._field(tag, attrs, self.forms[-1][1])

    def _field(self, tag, attrs, fields):
        ticked = attrs.get("type") not in {"checkbox", "radio"} or "checked" in attrs
        if tag in {"input", "textarea"} and "name" in attrs and ticked:
            fields[attrs["name"]] = attrs.get("value", "")
        elif tag == "select":
            self._select = attrs["name"]
        elif tag == "option" and "selected" in attrs:
            fields[self._select] = attrs.get("value", "")


def forms_of(text):
    """Every form of a page, as (action, fields by name)."""
    parser = _Forms()
    parser.feed(text)
    return parser.forms


def form_of(text, action):
    """The fields of the form that goes to an address, or back to its own page. Raises LookupError for none."""
    for address, fields in forms_of(text):
        if address in {action, ""}:
            return fields
    raise LookupError(f"no form goes to {action!r}")


def timed(ask):
    """How many seconds an `ask()` took, and its answer."""
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer


def together(jobs):
    """Run all jobs at once, each in a thread of its own; their results in order. The first error is raised."""
    results, errors, start = [None] * len(jobs), [], threading.Barrier(len(jobs))

    def run(place, job):
        start.wait()
        try:
            results[place] = job()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=numbered) for numbered in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def until(seconds, ask):
    """Ask again and again for so many seconds; the status of every answer."""
    end, statuses = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        statuses.append(ask().status)
    return statuses


def percentile(values, part):
    """The value that so large a part of the values does not exceed: 0.99 is p99."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
