"""Everything that is measured over HTTP: CPU of the server for each request, bytes on the wire, many at once."""

import datetime as dt
import html
import re
import threading
import time

from bench.load import Visitor, form_of, percentile, timed, together, until
from bench.school import COMMON_WORD, PASSWORD, RARE_WORD

POLL = re.compile(r'hx-get="(/[^"]*/changes[^"]*)"')
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
CONSTANT = "/bench/constant"
PAUSE = 0.002  # seconds between two pages of the visitor who is watched while others sign in


def rounds(asks, scale):
    """CPU seconds of each (server, ask, times), again in every round; a first round that warms up is left out."""
    for number in range(scale.rounds + 1):
        costs = [server.cpu_of(ask, times) for server, ask, times in asks]
        if number:
            yield costs


def _page(visitor, address):
    return lambda: visitor.ask(address, status=200)


def costs(server, bare, cookies, scale):
    """A constant, my page, the same from memory, and today's list."""
    teacher, office, beside = (
        Visitor(server.port, cookies["teacher0"]),
        Visitor(server.port, cookies["office"]),
        Visitor(bare.port, cookies["teacher0"]),
    )
    asks = [
        (bare, _page(beside, CONSTANT), scale.requests * 2),
        (server, _page(teacher, CONSTANT), scale.requests * 2),
        (server, _page(teacher, "/"), scale.requests),
        (server, _page(teacher, "/bench/memory"), scale.requests),
        (server, _page(office, "/today"), scale.requests // 2),
    ]
    measured = list(rounds(asks, scale))
    return {
        "constant": [ours / least for least, ours, *_ in measured],
        "my page": [mine / ours for _, ours, mine, _, _ in measured],
        "memory page": [mine / memory for _, _, mine, memory, _ in measured],
        "today": [today / ours for _, ours, _, _, today in measured],
    }


def growth(small, large, cookies, scale):
    """Today's list over many years of history against the same over few, in two servers side by side."""
    asks = [
        (server, _page(Visitor(server.port, cookies["office"]), "/today"), scale.requests) for server in (small, large)
    ]
    return {"growth": [many / few for few, many in rounds(asks, scale)]}


def poll(server, cookies, scale):
    """The queue, open in a browser, asks whether it has changed: nothing has.

    waitress ends a connection after an answer without a body, so the constant is asked over new connections as well.
    """
    head, statuses, sizes = Visitor(server.port, cookies["head"]), set(), []
    address = html.unescape(POLL.search(head.ask("/decisions", status=200).text)[1])

    def ask():
        answer = head.ask(address)
        head.close()
        statuses.add(answer.status)
        sizes.append(answer.bytes)

    def constant():
        head.ask(CONSTANT, status=200)
        head.close()

    asks = [(server, constant, scale.requests * 2), (server, ask, scale.requests * 2)]
    ratios = [quick / least for least, quick in rounds(asks, scale)]
    if statuses != {204}:
        raise RuntimeError(f"{address} answered {statuses}, not 204 alone")
    return {"poll": ratios, "poll, bytes": [max(sizes)]}


def search(server, cookies, scale):
    """Milliseconds of CPU for the visitors' log, found by one word: the slowest of each round."""
    office, measured = Visitor(server.port, cookies["office"]), {}
    for name, word in (("common", COMMON_WORD), ("rare", RARE_WORD)):
        ask = _page(office, f"/visitors/log?text={word}")
        if COMMON_WORD not in ask().text:
            raise RuntimeError(f"the log finds no stay by {word}")
        measured[f"search, {name}"] = [1000 * cost for (cost,) in rounds([(server, ask, scale.requests // 10)], scale)]
    return measured


def bring_in(server, cookies, people=1000):
    """Seconds in which the headteacher looks over and takes in 500 pupils, 500 parents and their links."""
    head, half = Visitor(server.port, cookies["head"]), range(people // 2)
    files = {
        "pupils": (
            "username,name,class,year,date_of_birth",
            [f"child{n},Child Invented-{n},Owls {n % 20},7,2014-05-{1 + n % 28:02}" for n in half],
        ),
        "parents": ("username,name", [f"carer{n},Carer Invented-{n}" for n in half]),
        "links": ("child,parent,relation,access", [f"child{n},carer{n},mother,signs" for n in half]),
    }
    seconds = 0
    for kind, (columns, lines) in files.items():
        address = f"/people/import/{kind}"
        form = head.form(address) | {"pasted": "\n".join([columns, *lines])}
        looked, page = timed(lambda form=form, address=address: head.ask(address, form, 200))
        form = form_of(page.text, "/people/import/apply")
        applied, _ = timed(lambda form=form: head.ask("/people/import/apply", form, 303))
        seconds += looked + applied
    return {"import": [seconds]}


def first_visit(server, cookies):
    """Bytes of a first visit with everything it loads, and of a page after it."""
    visitor = Visitor(server.port)
    page = visitor.ask("/sign-in", status=200)
    sizes = [page.bytes]
    for address in sorted(set(ASSET.findall(page.text))):
        asset = visitor.ask(address, status=200)
        if "immutable" not in asset.headers["Cache-Control"]:
            raise RuntimeError(f"{address} would be loaded again with the next page")
        sizes.append(asset.bytes)
    after = Visitor(server.port, cookies["teacher0"]).ask("/", status=200)
    return {"first visit": [sum(sizes)], "next page": [after.bytes]}


# --- Many at once ---------------------------------------------------------------------------------------------


def writers(server, cookies, scale, count=32):
    """Many people ask for exemptions, each over a connection of their own, as fast as they can."""
    asks = [_asks_for_exemptions(server.port, cookies[f"teacher{n}"], n) for n in range(count)]
    together(asks)
    fairness, refused = [], 0
    for _ in range(scale.rounds):
        statuses = together([lambda ask=ask: until(scale.seconds, ask) for ask in asks])
        fairness.append(min(map(len, statuses)) / max(map(len, statuses)))
        refused += sum(status != 303 for person in statuses for status in person)
    log = server.log()
    refused += log.count("database is locked") + log.count("database: ")
    return {"writers, refused": [refused], "writers, fairness": fairness}


def _asks_for_exemptions(port, cookie, number):
    """A function that asks for one exemption after the other, each time for another device."""
    visitor, address = Visitor(port, cookie), "/exemptions/new/teaching-period"
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat()
    form = visitor.form(address) | {
        "device_kind": "phone",
        "purpose": "family-emergency",
        "reason": "The hospital may ring me.",
        "zones": ["staff-room", "offices"],
        **{"starts_on": tomorrow, "ends_on": tomorrow, "starts_at": "09:00", "ends_at": "12:00"},
    }
    sent = iter(range(1_000_000))
    return lambda: visitor.ask(address, form | {"device": f"Phone {number}-{next(sent)}"})


def storm(server, cookies, scale, count=100):
    """How long a page takes one visitor while many people sign in, against the same while nobody does."""
    visitor, ratios = Visitor(server.port, cookies["teacher0"]), []
    for number in range(scale.rounds):
        first = 1 + number % 2 * count
        people = [_comes(server.port, f"teacher{first + n}") for n in range(count)]
        over = threading.Event()
        crowd = threading.Thread(target=_all_at_once, args=(people, over))
        crowd.start()
        busy = _watch(visitor, over.is_set)
        crowd.join()
        end = time.perf_counter() + scale.seconds
        quiet = _watch(visitor, lambda end=end: time.perf_counter() > end)
        ratios.append(percentile(busy, 0.99) / percentile(quiet, 0.99))
    return {"storm": ratios}


def _all_at_once(people, over):
    try:
        together(people)
    finally:
        over.set()


def _comes(port, username):
    """Somebody with the sign-in page open; a function that signs them in and looks at their page."""
    visitor = Visitor(port)
    form = visitor.form("/sign-in") | {"username": username, "password": PASSWORD}
    visitor.close()  # it is opened again by the next request

    def sign_in():
        visitor.ask("/sign-in", form, 303)
        visitor.ask("/", status=200)
        visitor.close()

    return sign_in


def _watch(visitor, over):
    times = []
    while not over():
        times.append(timed(lambda: visitor.ask("/", status=200))[0])
        time.sleep(PAUSE)
    return times
