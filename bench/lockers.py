"""The morning at reception: a page of 120 tiles, and four people who tap on it as fast as they can."""

import itertools
import re

from fields import UtcField
from rules import clock

from .load import PIECE, Visitor, together, until
from .pages import poll
from .running import Server
from .school import PUPILS

PEOPLE = 4
NEEDED = 20  # taps a second: a school of 120 pupils has walked past in a few minutes
TAP = re.compile(r'value="([0-9]+)\.(device|undo)\.([0-9hr]+)"')


def morning(base, scale):
    """What a tap costs and how many there are in a second, beside the page, the constant and what is needed."""
    school = base.copy("morning")
    with school.open() as connection:
        fill(school, connection)
        cookies = school.cookies(["office"] * PEOPLE)
    with Server(school) as server:
        tappers = [_Tapper(server.port, cookie, number) for number, cookie in enumerate(cookies)]
        found = _costs(server, tappers[0], scale) | _rates(tappers, scale)
        found["tap: bytes"] = [max(tapper.largest for tapper in tappers)]
        return found | poll(server, cookies[0], "/lockers/morning", "the morning", scale)


def fill(school, connection):
    """A locker for each pupil."""
    office, at = school.people["office"], UtcField.spell(clock.now())
    with connection:
        for number in range(PUPILS):
            connection.execute(
                "INSERT INTO locker (area, number, key_holder) VALUES ('pupils', ?, '')", (str(number + 1),)
            )
            connection.execute(
                "INSERT INTO locker_use (locker_id, person_id, given_by_id, given_at) VALUES (?, ?, ?, ?)",
                (connection.last_insert_rowid(), school.people[f"pupil{number}"], office, at),
            )


def _costs(server, tapper, scale):
    page, tap = [], []
    for number in range(scale.rounds + 1):
        constant = server.cpu_of(lambda: tapper.visitor.ask("/bench/constant", status=200), scale.requests)
        one = server.cpu_of(tapper.tap, scale.requests)
        whole = server.cpu_of(lambda: tapper.visitor.ask("/lockers/morning", status=200), max(scale.requests // 6, 10))
        if number:
            page.append(whole / one)
            tap.append(one / constant)
    return {"tap ÷ constant": tap, "tap: page ÷ tile": page}


def _rates(tappers, scale):
    rates = []
    for number in range(scale.rounds + 1):
        done = together([lambda each=each: until(scale.seconds, each.tap) for each in tappers])
        refused = [status for each in done for _, status in each if status != 200]
        if refused:
            raise RuntimeError(f"a tap was answered with {refused[0]}")
        if number:
            rates.append(sum(map(len, done)) / scale.seconds / NEEDED)
    return {"taps a second ÷ 20": rates}


class _Tapper:
    """Somebody at reception with a share of the pupils of their own: each hands in, and it is undone again."""

    def __init__(self, port, cookie, number):
        self.visitor, self.largest = Visitor(port, cookie), 0
        page = self.visitor.ask("/lockers/morning", status=200).text
        self._form = {
            "csrf_token": self.visitor.token("/lockers/morning"),
            "day": clock.today().isoformat(),
        }
        self._next = {pupil: (what, seen) for pupil, what, seen in TAP.findall(page)[number::PEOPLE]}
        self._pupils = itertools.cycle(list(self._next))

    def tap(self):
        """One tap on the tile of the next pupil."""
        pupil = next(self._pupils)
        value = ".".join((pupil, *self._next[pupil]))
        answer = self.visitor.ask("/lockers/morning", {**self._form, "tap": value}, **PIECE)
        self.largest = max(self.largest, answer.bytes)
        self._next[pupil] = TAP.search(answer.text).groups()[1:]
        return answer
