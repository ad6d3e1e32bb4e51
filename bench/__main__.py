"""`python -m bench [--quick] [--write]`: measure everything in one run and print one table.

A ratio that misses its aim is printed and nothing more: the exit status is 0 unless something broke.
"""

import argparse
import datetime as dt
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from . import crowd, devices, families, inside, lockers, may_i, pages, publishing, reception, school
from .running import Server
from .targets import MEANING, TARGETS


class Scale(NamedTuple):
    """How much is measured."""

    rounds: int
    requests: int
    seconds: float
    past: int
    visits: int


FULL, QUICK = Scale(7, 150, 3, 1_000_000, 1_000_000), Scale(3, 60, 1, 100_000, 50_000)
UNITS = {"s": 1, "MB": 1_000_000, "kB": 1_000, "B": 1, "": 1}


def measure(folder, scale):
    """Every measure's values, one for each round, by name."""
    base = school.found(folder / "base")
    bare_start = base.copy("start")
    queue, small, written = base.copy("queue"), base.copy("small"), base.copy("written")
    with small.open() as connection:
        school.fill_today(small, connection)
        school.fill_past(small, connection, 1000)
        names = ["head", "office", *(f"teacher{n}" for n in range(32))]
        cookies = dict(zip(names, small.cookies(names), strict=True))
    found = {}
    found |= told("history", lambda: _growth(small, cookies, scale))
    found |= told("visitors", lambda: reception.measured(base, scale))
    found |= told("kinds", lambda: _kinds(base, scale))
    found |= told("an import", lambda: families.taken_in(base, scale))
    found |= told("school devices", lambda: devices.measured(base, scale))
    found |= told("publishing", lambda: publishing.measured(base, scale))
    found |= told("the queue", lambda: _queue(queue, scale))
    found |= told("the morning", lambda: lockers.morning(base, scale))
    found |= told("a decision", lambda: inside.decision(written, scale))
    found |= told("starts", lambda: inside.start(bare_start, scale))
    with Server(small) as server:
        found |= told("pages", lambda: pages.own_pages(server, cookies, scale))
        found |= may_i.beside_before(found)
        found |= told("may I", lambda: may_i.all_cells(scale) | may_i.page(server, cookies, scale))
        found |= told("a poll", lambda: pages.poll(server, cookies["office"], "/today", "today", scale))
        found |= told("a first visit", lambda: pages.first_visit(server, cookies["teacher0"]))
        found |= told("many visitors", lambda: crowd.throughput(server, cookies, scale))
        found |= told("signing in", lambda: crowd.sign_ins(server, cookies["teacher0"], scale))
        found |= told("writers", lambda: crowd.writers(server, cookies, scale))
        found["memory"] = [server.used()["memory"]]
    return found


def _growth(small, cookies, scale):
    large = small.copy("large")
    with large.open() as connection:
        school.fill_past(large, connection, scale.past - 1000)
    with Server(small) as few, Server(large) as many:
        return pages.growth(few, many, cookies, scale)


def _kinds(base, scale):
    one, mixed = base.copy("one-kind"), base.copy("every-kind")
    with one.open() as connection:
        school.fill_kinds(one, connection, ["teaching-period"])
        cookies = dict(zip(["office"], one.cookies(["office"]), strict=True))
    with mixed.open() as connection:
        school.fill_kinds(mixed, connection, list(school.PURPOSES))
        mixed_cookies = dict(zip(["office"], mixed.cookies(["office"]), strict=True))
    with Server(one) as few, Server(mixed) as many:
        return pages.kinds((few, cookies), (many, mixed_cookies), scale)


def _queue(queue, scale):
    with queue.open() as connection:
        school.fill_queue(queue, connection)
        (cookie,) = queue.cookies(["head"])
    with Server(queue) as server:
        found = pages.poll(server, cookie, "/decisions", "the queue", scale)
        return found | pages.approve(server, queue, cookie, scale)


def told(what, run):
    """The result of `run()`; what is being measured, and how long it took, is said on standard error."""
    began = time.perf_counter()
    print(f"measuring {what} …", end="", file=sys.stderr, flush=True)
    result = run()
    print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return result


def table(found, scale):
    """The table as lines of Markdown."""
    yield f"| {'Measure':52} | {'measured':>9} | {'lowest to highest':>19} | {'must':>7} | {'aim':>7} | verdict |"
    yield f"|{'-' * 54}|{'-' * 10}:|{'-' * 20}:|{'-' * 8}:|{'-' * 8}:|---------|"
    for target in TARGETS:
        values = [value / UNITS[target.unit] for value in found[target.measure]]
        middle, limit = statistics.median(values), "≥" if target.least else "≤"
        spread = f"{_say(min(values))} to {_say(max(values))}" if len(values) > 1 else ""
        must, aim = ("" if line is None else f"{limit} {line:,}" for line in (target.must, target.aim))
        name, number = (
            MEANING[target.measure].format(past=scale.past, visits=scale.visits),
            f"{_say(middle)} {target.unit}".strip(),
        )
        yield f"| {name:52} | {number:>9} | {spread:>19} | {must:>7} | {aim:>7} | {target.verdict(middle)} |"


def _say(value):
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def heading():
    """When and on what it was measured."""
    now = dt.datetime.now(dt.UTC)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"Measured on {now:%d %B %Y}, Python {platform.python_version()}, {machine}; each the median of one run."


def main():
    """Measure, print, and keep the table where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures how fast the program is.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, under a minute")
    parser.add_argument("--write", action="store_true", help="also write bench/RESULTS.md")
    asked = parser.parse_args()
    scale = QUICK if asked.quick else FULL
    with tempfile.TemporaryDirectory(prefix="school-bench-") as folder:
        found = measure(Path(folder), scale)
    text = "\n".join([heading(), "", *table(found, scale), ""])
    print(text)
    if asked.write:
        Path(__file__).with_name("RESULTS.md").write_text(f"# How fast it is\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
