"""What reception's page, its poll and the visitors' log cost over few past visits and over very many."""

from .load import Visitor
from .pages import poll, poll_of
from .running import Server
from .visits import fill_day, fill_past

FEW = 1000
PAGE = "/visitors"
LOG = {
    "typical words": "text=boiler+robin",
    "rare word": "text=zebra",
    "host": "text=winterbourne",
    "word of every visit": "text=school",
    "approved": "decision=approved",
    "declined": "decision=declined",
    "word of every visit, declined": "text=school&decision=declined",
}


def measured(base, scale):
    """Ratios of many past visits to few, in two servers side by side; and an unchanged poll against the page."""
    small, large = (_filled(base, name, past) for name, past in (("few-visits", FEW), ("many-visits", scale.visits)))
    with Server(small[0]) as few, Server(large[0]) as many:
        sides = [(server, Visitor(server.port, cookie)) for server, cookie in ((few, small[1]), (many, large[1]))]
        found = {"reception": ratios(sides, [PAGE] * 2, scale.requests // 6, scale)}
        polls = [poll_of(visitor.ask(PAGE, status=200)) for _, visitor in sides]
        found["reception's poll"] = ratios(sides, polls, scale.requests * 2, scale, 204)
        for name, query in LOG.items():
            found[f"log: {name}"] = ratios(sides, [f"/visitors/log?{query}"] * 2, scale.requests // 10, scale)
        return found | poll(many, large[1], PAGE, "reception", scale)


def _filled(base, name, past):
    school = base.copy(name)
    with school.open() as connection:
        fill_past(school, connection, past)
        fill_day(school, connection, past)
        (cookie,) = school.cookies(["office"])
    return school, cookie


def ratios(sides, addresses, times, scale, status=200):
    """Many ÷ few of the CPU that an address costs, once for each round after one that warms up."""
    ratios = []
    for number in range(scale.rounds + 1):
        few, many = (
            server.cpu_of(lambda visitor=visitor, where=where: visitor.ask(where, status=status), times)
            for (server, visitor), where in zip(sides, addresses, strict=True)
        )
        if number:
            ratios.append(many / few)
    return ratios
