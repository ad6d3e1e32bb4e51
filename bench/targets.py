"""What each measure must reach and what it aims at, in the order of the table."""

from typing import NamedTuple


class Target(NamedTuple):
    """One line of the table. `least` is for a measure that is good when it is large, `worst` for one of which the
    largest value counts, not the median."""

    measure: str
    words: str
    must: float
    aim: float
    unit: str = ""
    least: bool = False
    worst: bool = False

    def verdict(self, value):
        """Whether a value reaches the aim, at least what it must, or neither."""
        reaches = (lambda line: value >= line) if self.least else (lambda line: value <= line)
        return "aim" if reaches(self.aim) else "must" if reaches(self.must) else "MISSED"


def _trip(name, words, files, hops):
    yield Target(f"trip: {name}, files", f"files entered: {words}", *files, worst=True)
    yield Target(f"trip: {name}, hops", "  hops between files", *hops, worst=True)


TARGETS = (
    *_trip("approve", "approve", (24, 18), (100, 60)),
    *_trip("tablet", "tablet, signing in", (26, 20), (120, 80)),
    *_trip("may I", "may I", (26, 20), (300, 150)),
    *_trip("my page", "my page of a teacher", (48, 36), (450, 250)),
    Target("trip: pack, calls", "one policy pack loaded: calls", 15_000, 8_000),
    Target("start", "process start to first page ÷ bare Flask with sqlite3", 2, 1.5),
    Target("decision", "a decision with its audit entry ÷ the same rows by raw SQL", 2, 1.5),
    Target("decision, CPU", "  without the disk’s wait", 3, 2),
    Target("my page", "my page ÷ a view returning a constant", 2.5, 1.8),
    Target("constant", "a signed-in constant ÷ a bare Flask constant", 1.5, 1.3),
    Target("memory page", "my page ÷ the same template from rows in memory", 1.25, 1.1),
    Target("today", "today with 200 rows ÷ constant", 4.5, 3.3),
    Target("growth", "today over {past:,} past exemptions ÷ over 1,000", 1.2, 1.05),
    Target("poll", "unchanged poll ÷ a signed-in view that returns a constant", 1.3, 1.1),
    Target("poll, bytes", "  its bytes with headers", 250, 150, "B"),
    Target("storm", "page p99 while 100 people sign in ÷ in quiet", 4, 3),
    Target("search, common", "a word of every stay in {stays:,} stays", 60, 10, "ms", worst=True),
    Target("search, rare", "  of a rare one", 60, 10, "ms", worst=True),
    Target("import", "1,000 people with links from files", 3, 1.5, "s"),
    Target("writers, refused", "32 writers over HTTP: locked or refused", 0, 0),
    Target("writers, fairness", "  slowest ÷ fastest writer", 0.5, 0.75, least=True),
    Target("first visit", "first visit with all assets, compressed", 60, 45, "kB"),
    Target("next page", "a page after it, compressed", 15, 8, "kB"),
    Target("memory", "memory of the server after the load", 65, 55, "MB"),
)
