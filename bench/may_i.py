"""*May I?*: what an answer costs beside the same answer to everything, and its page beside the constant view."""

import time

from rules.may_i import answer
from rules.may_i_table import cells, situation
from rules.policy_pack import read_pack
from rules.situations import Answer
from settings import ROOT

from .load import Visitor
from .pages import rounds

# My page ÷ the constant before it said what holds right now: the median in bench/RESULTS.md of 25 November 2026.
BEFORE = 2.35


def all_cells(scale):
    """Every cell of the table in docs/may-i.md, answered as often as there are rounds."""
    pack = read_pack(ROOT / "policy")
    free = pack.visitors.free_places
    asked = [situation(*cell, free) for cell, _ in cells([zone.id for zone in pack.zones], free)]
    rates, ratios = [], []
    for number in range(scale.rounds + 1):
        ours, bare = _time_of(answer, asked), _time_of(lambda _: Answer(False, "5.3", "No."), asked)
        if number:
            rates.append(len(asked) / ours)
            ratios.append(ours / bare)
    return {"may I: cells a second": rates, "may I: cell ÷ constant": ratios}


def _time_of(function, asked):
    began = time.process_time()
    for each in asked:
        function(each)
    return time.process_time() - began


def page(server, cookies, scale):
    """The page with an answer against a view that returns a constant."""
    teacher = Visitor(server.port, cookies["teacher0"])
    asks = [
        (lambda: teacher.ask("/bench/constant", status=200), scale.requests),
        (lambda: teacher.ask("/may-i?place=classroom", status=200), scale.requests),
    ]
    return {"may I: page ÷ constant": [ours / constant for constant, ours in rounds(server, asks, scale)]}


def beside_before(found):
    """My page as it is now against what it was before it said what holds right now."""
    return {"my page ÷ before": [value / BEFORE for value in found["my page ÷ constant"]]}
