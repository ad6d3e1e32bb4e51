"""Refusals on the trail: that somebody tried what they may not, noted without holding anybody up.

The first refusal of a kind on a day is an entry, then the tenth, the hundredth and so on, each with its number: who
tries all day long fills no trail. A refusal never waits for a write. While somebody else writes, or the disk is full,
what is to be noted is kept, and goes to the trail with the next refusal, with the moment in its words.
"""

import datetime as dt
from collections import Counter, deque
from threading import Lock

from database import DatabaseError, writing_if_free
from rules.audit.record import record
from rules.core import clock, config

MOST_KEPT = 1000
A_MINUTE = dt.timedelta(minutes=1)


class Refusals:
    """What an app has refused today, and what of it is not on the trail yet. The lanes of the server share it."""

    def __init__(self):
        self._lock = Lock()
        self.forget()

    def forget(self):
        """Begin anew."""
        self._day, self._counts, self._kept = None, Counter(), deque(maxlen=MOST_KEPT)

    def count(self, person, what):
        """Count one more refusal of a person (an id), and keep it for the trail where it is to be noted."""
        with self._lock:
            if self._day != (today := clock.today()):
                self._day, self._counts = today, Counter()
            self._counts[person, what] = number = self._counts[person, what] + 1
            if number == 10 ** (len(str(number)) - 1):
                self._kept.append((person, what if number == 1 else f"{what}, {number:,} times that day", clock.now()))

    def take(self):
        """What is to be noted, as (person, words, moment)."""
        with self._lock:
            taken, self._kept = self._kept, deque(maxlen=MOST_KEPT)
            return taken

    def put_back(self, taken):
        """Keep what could not be noted now. Of more than is kept the oldest goes."""
        with self._lock:
            self._kept = deque([*taken, *self._kept], maxlen=MOST_KEPT)


def note(person, what):
    """Note that a person (an id) was refused, in words that say where and hold nothing that was typed."""
    refusals = config.current().refusals
    refusals.count(person, what)
    taken, noted = refusals.take(), False
    if not taken:
        return
    try:
        with writing_if_free() as free:
            for actor, words, at in taken if free else ():
                late = f", at {clock.format_moment(at)}" if clock.now() - at >= A_MINUTE else ""
                record("refused", actor=actor, what=words + late)
        noted = free
    except DatabaseError:
        pass
    finally:
        if not noted:
            refusals.put_back(taken)
