"""What pages cost: CPU of the server for each request, and bytes on the wire."""

import html
import re

from .load import PIECE, Visitor
from .school import insert, row

POLL = re.compile(r'hx-get="(/[^"]*/changes[^"]*)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def own_pages(server, cookies, scale):
    """My page and today's list against a constant, and my page against the same from memory."""
    found = {}
    for packed, tail in ((True, ""), (False, ", plain")):
        costs = list(rounds(server, _own_asks(server.port, cookies, packed, scale), scale))
        found[f"my page ÷ constant{tail}"] = [mine / constant for constant, mine, _, _ in costs]
        found[f"my page ÷ memory{tail}"] = [mine / memory for _, mine, memory, _ in costs]
        found[f"today ÷ constant{tail}"] = [today / constant for constant, _, _, today in costs]
    return found


def _own_asks(port, cookies, packed, scale):
    teacher, office = Visitor(port, cookies["teacher0"], packed), Visitor(port, cookies["office"], packed)
    return [
        (lambda: teacher.ask("/bench/constant", status=200), scale.requests),
        (lambda: teacher.ask("/", status=200), scale.requests),
        (lambda: teacher.ask("/bench/memory", status=200), scale.requests),
        (lambda: office.ask("/today", status=200), scale.requests // 2),
    ]


def rounds(server, asks, scale):
    """The CPU of each ask, again in every round; a first round that warms up is left out."""
    for number in range(scale.rounds + 1):
        costs = [server.cpu_of(ask, times) for ask, times in asks]
        if number:
            yield costs


def growth(small, large, cookies, scale):
    """Today's list over many years of history against the same over few, in two servers side by side."""
    offices = [Visitor(server.port, cookies["office"]) for server in (small, large)]
    ratios = []
    for number in range(2 * scale.rounds + 1):
        few, many = (
            server.cpu_of(lambda office=office: office.ask("/today", status=200), scale.requests)
            for server, office in zip((small, large), offices, strict=True)
        )
        if number:
            ratios.append(many / few)
    return {"growth": ratios}


def kinds(one, mixed, scale):
    """Today's list with 200 rows of every kind against 200 of one kind, in two servers side by side."""
    offices = [(server, Visitor(server.port, cookies["office"])) for server, cookies in (one, mixed)]
    ratios = []
    for number in range(2 * scale.rounds + 1):
        plain, every = (
            server.cpu_of(lambda office=office: office.ask("/today", status=200), scale.requests)
            for server, office in offices
        )
        if number:
            ratios.append(every / plain)
    return {"today, every kind ÷ one": ratios}


def poll_of(page):
    """The address that an open page asks whether it has changed."""
    return html.unescape(POLL.search(page.text)[1])


def poll(server, cookie, page, name, scale):
    """An open list that asks whether it has changed, against the whole page."""
    visitor, sizes, ratios = Visitor(server.port, cookie), [], []
    while len(ratios) < scale.rounds:
        address = poll_of(visitor.ask(page, status=200))
        statuses = set()

        def ask(address=address, statuses=statuses):
            answer = visitor.ask(address)
            statuses.add(answer.status)
            sizes.append(answer.bytes)

        quick = server.cpu_of(ask, scale.requests * 2)
        whole = server.cpu_of(lambda: visitor.ask(page, status=200), max(scale.requests // 4, 10))
        if statuses == {204}:  # the clock may have reached the start or the end of a line meanwhile
            ratios.append(quick / whole)
    return {f"poll of {name}: CPU": ratios, f"poll of {name}: bytes": [sizes[-1]]}


def approve(server, school, cookie, scale):
    """Approve answered by its row, against the way without JavaScript: the redirect and the whole page."""
    head, sizes, ratios = Visitor(server.port, cookie), [], []
    with school.beside() as connection:
        waiting = _Waiting(school, connection)
        form = {"csrf_token": head.token("/decisions"), "revision": 1}

        def fragment():
            answer = head.ask(f"/decisions/{waiting.next()}/approve", form, 200, **PIECE)
            sizes.append(answer.bytes)

        def whole():
            head.ask(f"/decisions/{waiting.next()}/approve", form, 303)
            head.ask("/decisions", status=200)

        times = max(scale.requests // 6, 10)
        for piece, page in rounds(server, [(fragment, times), (whole, times)], scale):
            ratios.append(page / piece)
    return {"approve: bytes": sizes, "approve: page ÷ fragment": ratios}


class _Waiting:
    """Keeps the queue as long as it was: for each request that is decided, another one is put there."""

    def __init__(self, school, connection):
        self._connection, self._asker, self._last = connection, school.people["teacher100"], None

    def next(self):
        """The id of a new request; the one before it, approved by now, goes out of sight."""
        if self._last:
            self._connection.execute("UPDATE exemption SET state = 'declined' WHERE id = ?", (self._last,))
        number = self._last or 0
        insert(self._connection, [row(self._asker + number % 100, 1000 + number, "submitted", 1, 2)])
        self._last = self._connection.last_insert_rowid()
        return self._last


def first_visit(server, cookie):
    """Bytes of a first visit, everything it loads with it, and of a page after it."""
    visitor = Visitor(server.port)
    page = visitor.ask("/sign-in", status=200)
    sizes = [page.bytes]
    for address in sorted(set(ASSET.findall(page.text))):
        asset = visitor.ask(address, status=200)
        if "immutable" not in asset.headers["Cache-Control"]:
            raise RuntimeError(f"{address} would be loaded again with the next page")
        sizes.append(asset.bytes)
    after = Visitor(server.port, cookie).ask("/", status=200)
    return {"first visit": [sum(sizes)], "a page after it": [after.bytes]}
