"""`python -m bench [--quick] [--write]`: measure everything in one run and print one table.

All of it stays on this computer. A ratio that misses its aim is printed and nothing more: the exit status is 0 unless
something broke. How long the tests take is not measured here.
"""

import argparse
import datetime as dt
import gc
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import pages, school, trip
from bench.running import BARE, Server, start_time
from bench.targets import TARGETS


class Scale(NamedTuple):
    """How much is measured."""

    rounds: int
    requests: int
    seconds: float
    past: int
    stays: int


FULL, QUICK = Scale(7, 150, 2, 1_000_000, 100_000), Scale(3, 50, 0.5, 50_000, 20_000)
UNITS = {"s": 1, "ms": 1, "MB": 1_000_000, "kB": 1_000, "B": 1, "": 1}


def measure(folder, scale):
    """Every measure's values by its name: one for each round, or for each person."""
    values = _timed("the trip through the files", lambda: trip.measured(folder / "demo"))
    base = school.make(folder / "base")
    first, decided, small, visited = (base.copy(name) for name in ("start", "decided", "small", "visited"))
    with small.open():
        school.fill_today(small)
        school.fill_past(small, 1000)
        cookies = small.cookies(["head", "office", *(f"teacher{n}" for n in range(32))])
    large = small.copy("large")
    values |= _timed("starts", lambda: start(first, scale))
    values |= _timed("decisions", lambda: decision(decided, scale))
    values |= _timed("history", lambda: history(small, large, cookies, scale))
    values |= _timed("the visitors’ log", lambda: visitors_log(visited, scale))
    with Server(small) as server, Server(first, BARE) as bare:
        values |= _timed("pages", lambda: pages.costs(server, bare, cookies, scale))
        values |= _timed("a poll", lambda: pages.poll(server, cookies, scale))
        values |= _timed("a first visit", lambda: pages.first_visit(server, cookies))
        values |= _timed("an import", lambda: pages.bring_in(server, cookies))
        values |= _timed("signing in", lambda: pages.storm(server, cookies, scale))
        values |= _timed("writers", lambda: pages.writers(server, cookies, scale))
        values["memory"] = [server.used()["memory"]]
    return values


def start(base, scale):
    """From the start of the process to its first page, against a bare Flask with sqlite3; both started before."""
    ratios = []
    for number in range(scale.rounds + 1):
        ours, bare = start_time(["serve.py"], base.folder), start_time(BARE, base.folder)
        if number:
            ratios.append(ours / bare)
    return {"start": ratios}


def decision(base, scale):
    """Approve, with its frozen copy and its chained audit entry, against the same rows written by hand."""
    wall, cpu, times = [], [], scale.requests // 3
    with base.open():
        gc.collect()
        gc.freeze()  # as serve.py does before the first page
        for number in range(scale.rounds + 1):
            ours = _time_of(base.decider(), base.asked(times, number))
            raw = _time_of(school.raw_decider(), base.asked(times, number + 1000))
            if number:
                wall.append(ours[0] / raw[0])
                cpu.append(ours[1] / raw[1])
    return {"decision": wall, "decision, CPU": cpu}


def _time_of(decide, exemptions):
    """Seconds by the clock and of CPU in which all are decided."""
    began = time.perf_counter(), time.process_time()
    for exemption in exemptions:
        decide(exemption)
    return time.perf_counter() - began[0], time.process_time() - began[1]


def history(small, large, cookies, scale):
    """Today's list over few and over many past exemptions."""
    with large.open():
        school.fill_past(large, scale.past - 1000)
    with Server(small) as few, Server(large) as many:
        return pages.growth(few, many, cookies, scale)


def visitors_log(base, scale):
    """The log of visitors, found by a word."""
    with base.open():
        school.fill_stays(base, scale.stays)
        cookies = base.cookies(["office"])
    with Server(base) as server:
        return pages.search(server, cookies, scale)


def _timed(name, run):
    """The result of `run()`; what is being measured, and how long it took, is said on standard error."""
    began = time.perf_counter()
    print(f"measuring {name} …", end="", file=sys.stderr, flush=True)
    result = run()
    print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return result


def table(values, scale):
    """The table as lines of Markdown."""
    yield f"| {'Measure':58} | {'measured':>9} | {'lowest to highest':>19} | {'must':>8} | {'aim':>7} | verdict |"
    yield f"|{'-' * 60}|{'-' * 10}:|{'-' * 20}:|{'-' * 9}:|{'-' * 8}:|---------|"
    for target in TARGETS:
        numbers = [value / UNITS[target.unit] for value in values[target.measure]]
        counts = max(numbers) if target.worst else statistics.median(numbers)
        spread = f"{_say(min(numbers))} to {_say(max(numbers))}" if len(set(numbers)) > 1 else ""
        must, aim = (f"{'≥' if target.least else '≤'} {line:,}" for line in (target.must, target.aim))
        words, number = target.words.format(past=scale.past, stays=scale.stays), f"{_say(counts)} {target.unit}".strip()
        yield f"| {words:58} | {number:>9} | {spread:>19} | {must:>8} | {aim:>7} | {target.verdict(counts)} |"


def _say(value):
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def heading():
    """When and on what it was measured."""
    now = dt.datetime.now(dt.UTC)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return (
        f"Measured on {now:%d %B %Y}, Python {platform.python_version()}, {machine}, in one run. Each is the median\n"
        "of its rounds; a trip through the files (`trip.py` says what counts) and a search are the highest of theirs."
    )


def main():
    """Measure, print, and keep the table where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures how fast the program is.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and less history")
    parser.add_argument("--write", action="store_true", help="also write bench/RESULTS.md")
    arguments = parser.parse_args()
    scale = QUICK if arguments.quick else FULL
    with tempfile.TemporaryDirectory(prefix="school-bench-") as folder:
        values = measure(Path(folder), scale)
    text = "\n".join([heading(), "", *table(values, scale), ""])
    print(text)
    if arguments.write:
        Path(__file__).with_name("RESULTS.md").write_text(f"# How fast it is\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
