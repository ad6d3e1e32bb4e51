"""What each measure must reach and what it aims at, in the order of the table."""

from typing import NamedTuple


class Target(NamedTuple):
    """One line of the table. `least` is for a measure that is good when it is large."""

    measure: str
    must: float | None = None
    aim: float | None = None
    unit: str = ""
    least: bool = False

    def verdict(self, value):
        """Whether a value reaches the aim, at least what it must, or neither."""
        if self.must is None:
            return "for comparison"
        reaches = (lambda line: value >= line) if self.least else (lambda line: value <= line)
        return "aim" if reaches(self.aim) else "must" if reaches(self.must) else "MISSED"


TARGETS = (
    Target("my page ÷ constant", 4, 2.5),
    Target("my page ÷ constant, plain"),
    Target("my page ÷ memory", 1.4, 1.15),
    Target("my page ÷ before", 1.5, 1.25),
    Target("may I: cell ÷ constant", 15, 8),
    Target("may I: cells a second"),
    Target("may I: page ÷ constant", 4, 3),
    Target("today ÷ constant", 11, 3.6),
    Target("today ÷ constant, plain"),
    Target("growth", 1.2, 1.05),
    Target("today, every kind ÷ one", 1.3, 1.15),
    Target("poll of today: CPU", 0.15, 0.1),
    Target("poll of today: bytes", 400, 250, "B"),
    Target("poll of the queue: CPU", 0.15, 0.1),
    Target("poll of the queue: bytes", 400, 250, "B"),
    Target("reception", 1.2, 1.05),
    Target("reception's poll", 1.2, 1.05),
    Target("poll of reception: CPU", 0.1, 0.05),
    Target("poll of reception: bytes", 300, 250, "B"),
    Target("log: typical words", 5, 2),
    Target("log: rare word", 5, 2),
    Target("log: host", 5, 2),
    Target("log: word of every visit", 5, 2),
    Target("log: approved", 5, 2),
    Target("log: declined", 5, 2),
    Target("log: word of every visit, declined", 5, 2),
    Target("approve: bytes", 1500, 900, "B"),
    Target("approve: page ÷ fragment", 4, 5, least=True),
    Target("taps a second ÷ 20", 1, 5, least=True),
    Target("tap: bytes", 1000, 950, "B"),
    Target("tap ÷ constant"),
    Target("tap: page ÷ tile", 1, 2, least=True),
    Target("poll of the morning: CPU", 0.15, 0.1),
    Target("poll of the morning: bytes", 400, 250, "B"),
    Target("devices: my page", 1.2, 1.05),
    Target("devices: one", 1.2, 1.05),
    Target("devices: lending", 1.2, 1.05),
    Target("devices: register"),
    Target("decision ÷ raw SQL", 2, 1.3),
    Target("decision ÷ raw SQL, CPU"),
    Target("import: seconds", 3, 1.5, "s"),
    Target("import ÷ bare inserts"),
    Target("publishing: seconds", 1, 0.25, "s"),
    Target("publishing ÷ bare inserts"),
    Target("writers: locked", 0, 0),
    Target("writers: slowest ÷ fastest", 0.5, 0.75, least=True),
    Target("writers: p99 ÷ p50", 5, 3),
    Target("sign-ins: page p99", 6, 3),
    Target("32 clients ÷ 1", 0.8, 0.95, least=True),
    Target("start ÷ bare Flask", 2, 1.5),
    Target("memory", 90, 60, "MB"),
    Target("first visit", 60, 45, "kB"),
    Target("a page after it", 15, 8, "kB"),
)

MEANING = {
    "my page ÷ constant": "my page ÷ a view returning a constant",
    "my page ÷ constant, plain": "  the same, not compressed",
    "my page ÷ memory": "my page ÷ the same template from rows in memory",
    "my page ÷ before": "  my page ÷ before it said what holds right now",
    "may I: cell ÷ constant": "May I? all cells ÷ one answer to everything, CPU",
    "may I: cells a second": "  answers a second",
    "may I: page ÷ constant": "  its page ÷ a view returning a constant",
    "today ÷ constant": "today with 200 rows ÷ that constant",
    "today ÷ constant, plain": "  the same, not compressed",
    "growth": "today over {past:,} past exemptions ÷ over 1,000",
    "today, every kind ÷ one": "today, 200 rows of every kind ÷ of one kind",
    "poll of today: CPU": "unchanged poll of today ÷ the page, CPU",
    "poll of today: bytes": "  its bytes with headers",
    "poll of the queue: CPU": "unchanged poll of the queue ÷ the page, CPU",
    "poll of the queue: bytes": "  its bytes with headers",
    "reception": "reception after {visits:,} visits ÷ after 1,000",
    "reception's poll": "  its unchanged poll, in the same way",
    "poll of reception: CPU": "unchanged poll of reception ÷ the page, CPU",
    "poll of reception: bytes": "  its bytes with headers",
    "log: typical words": "log of {visits:,} ÷ of 1,000: typical words",
    "log: rare word": "  a rare word",
    "log: host": "  the name of a host",
    "log: word of every visit": "  a word that is in every visit",
    "log: approved": "  visits with a device that was approved",
    "log: declined": "  the few with a device that was declined",
    "log: word of every visit, declined": "  those few of a word that is in every visit",
    "approve: bytes": "Approve: bytes of the answer with headers",
    "approve: page ÷ fragment": "  whole page ÷ fragment, CPU (50 wait)",
    "taps a second ÷ 20": "taps a second from four people, 120 tiles ÷ 20",
    "tap: bytes": "  bytes of the answer with headers",
    "tap ÷ constant": "  a tap ÷ a view returning a constant, CPU",
    "tap: page ÷ tile": "  whole page of 120 tiles ÷ a tap, CPU",
    "poll of the morning: CPU": "unchanged poll of the morning ÷ the page, CPU",
    "poll of the morning: bytes": "  its bytes with headers",
    "devices: my page": "the office's page, 1,000 devices lent 100,000 times",
    "devices: one": "  the page of a device (÷ 100 lent 1,000 times)",
    "devices: lending": "  lending one",
    "devices: register": "  the first page of the register",
    "decision ÷ raw SQL": "a decision with its audit entry ÷ raw SQL",
    "decision ÷ raw SQL, CPU": "  the same without waiting for the disk (CPU)",
    "import: seconds": "1,000 people with links from files",
    "import ÷ bare inserts": "  the same ÷ bare inserts",
    "publishing: seconds": "publishing the policy to 2,000 people",
    "publishing ÷ bare inserts": "  the same ÷ one bare insert for each of them",
    "writers: locked": "32 writers over HTTP: locked or refused",
    "writers: slowest ÷ fastest": "  slowest ÷ fastest writer",
    "writers: p99 ÷ p50": "  p99 ÷ p50",
    "sign-ins: page p99": "page p99 while 100 sign in ÷ in quiet",
    "32 clients ÷ 1": "requests a second at 32 clients ÷ at 1",
    "start ÷ bare Flask": "process start to first page ÷ bare Flask",
    "memory": "memory of the server after the load",
    "first visit": "first visit with all assets, compressed",
    "a page after it": "a page after it, compressed",
}
