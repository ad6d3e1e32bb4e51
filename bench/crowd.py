"""What happens when many come at once: writers, people who sign in, and plain visitors."""

import datetime as dt
import threading
import time

from rules import clock

from .load import Visitor, share, timed, together, until
from .school import PASSWORD

PAUSE = 0.002  # between two pages of the visitor who is watched


def writers(server, cookies, scale, count=32):
    """Many people ask for exemptions, each over a connection of their own, as fast as they can."""
    people = [_Asker(server.port, cookies[f"teacher{n}"], n) for n in range(count)]
    together([person.ask for person in people])
    fair, spread, locked = [], [], 0
    for _ in range(scale.rounds):
        done = together([lambda person=person: until(scale.seconds, person.ask) for person in people])
        times = [took for each in done for took, _ in each]
        fair.append(min(map(len, done)) / max(map(len, done)))
        spread.append(share(times, 0.99) / share(times, 0.5))
        locked += sum(status != 303 for each in done for _, status in each)
    log = server.log()
    locked += log.count("database is locked") + log.count("database: ")
    return {"writers: locked": [locked], "writers: slowest ÷ fastest": fair, "writers: p99 ÷ p50": spread}


class _Asker:
    """Somebody who asks for one exemption after the other, each time for another device."""

    def __init__(self, port, cookie, number):
        self._visitor = Visitor(port, cookie)
        tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
        self._form = {
            "csrf_token": self._visitor.token(),
            "device_kind": "phone",
            "purpose": "family-emergency",
            "reason": "The hospital may ring me.",
            "zones": ["staff-room", "offices"],
            "starts_on": tomorrow,
            "ends_on": tomorrow,
            "starts_at": "09:00",
            "ends_at": "12:00",
        }
        self._number, self._sent = number, 0

    def ask(self):
        """Send one request."""
        self._sent += 1
        form = {**self._form, "device": f"Phone {self._number}-{self._sent}"}
        return self._visitor.ask("/exemptions/new/teaching-period", form)


def sign_ins(server, cookie, scale, count=100):
    """How long a page takes one visitor while many people sign in, against the same while nobody does."""
    visitor, ratios = Visitor(server.port, cookie), []
    for number in range(scale.rounds):
        first = 1 + number % 2 * count
        people = [_Comer(server.port, f"teacher{first + n}") for n in range(count)]
        over = threading.Event()
        watch = threading.Thread(target=_sign_in_all, args=(people, over))
        watch.start()
        busy = _watched(visitor, over.is_set)
        watch.join()
        end = time.perf_counter() + min(busy["seconds"], scale.seconds)
        quiet = _watched(visitor, lambda end=end: time.perf_counter() > end)
        ratios.append(busy["p99"] / quiet["p99"])
    return {"sign-ins: page p99": ratios}


def _sign_in_all(people, over):
    try:
        together([person.sign_in for person in people])
    finally:
        over.set()


class _Comer:
    """Somebody with the sign-in page open."""

    def __init__(self, port, username):
        self._visitor = Visitor(port)
        self._form = {"csrf_token": self._visitor.token("/sign-in"), "username": username, "password": PASSWORD}
        self._form["next"] = ""
        self._visitor.close()  # it is opened again by the next request

    def sign_in(self):
        """Sign in and look at my page."""
        self._visitor.ask("/sign-in", self._form, 303)
        self._visitor.ask("/", status=200)
        self._visitor.close()


def _watched(visitor, over):
    began, times = time.perf_counter(), []
    while not over():
        times.append(timed(lambda: visitor.ask("/", status=200))[0])
        time.sleep(PAUSE)
    return {"p99": share(times, 0.99), "seconds": time.perf_counter() - began}


def throughput(server, cookies, scale, count=32):
    """Pages a second for many visitors at once, against one alone."""
    visitors = [Visitor(server.port, cookies[f"teacher{n}"]) for n in range(count)]
    ratios = []
    for number in range(scale.rounds + 1):
        alone, many = (
            sum(
                map(len, together([lambda v=v: until(scale.seconds / 2, lambda: v.ask("/", status=200)) for v in some]))
            )
            for some in (visitors[:1], visitors)
        )
        if number:
            ratios.append(many / alone)
    return {"32 clients ÷ 1": ratios}
