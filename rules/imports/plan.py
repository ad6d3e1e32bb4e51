"""What a file would do, line by line: looked at first, applied afterwards. The same for every kind of file."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from database import writing
from rules.core.text import one_line
from rules.imports import uploads


class LineOutcome(StrEnum):
    """What becomes of a line of the file."""

    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Line(NamedTuple):
    """One line: its number in the file, whom it is about, what becomes of it, and how in words.

    `says` are the reasons of a refusal, or what changes. `step` is what applying it takes.
    """

    number: int
    who: str
    outcome: LineOutcome
    says: tuple = ()
    step: object = None


class Plan(NamedTuple):
    """What a whole file would do."""

    kind: object
    lines: tuple

    def of(self, outcome):
        return [line for line in self.lines if line.outcome is outcome]

    @property
    def counts(self):
        """How many lines there are with each outcome."""
        return {outcome: len(self.of(outcome)) for outcome in LineOutcome}

    @property
    def refused(self):
        """Whether any line is refused, so that nothing can be done."""
        return self.counts[LineOutcome.REFUSED] > 0

    @property
    def steps(self):
        """What there is to do: the lines that are new or changed."""
        return [line for line in self.lines if line.step is not None]


class Refused(Exception):
    """Lines of the file cannot be imported, so nothing was. `plan` says which and why."""

    def __init__(self, plan):
        super().__init__(f"{plan.counts[LineOutcome.REFUSED]:,} lines cannot be imported")
        self.plan = plan


def refuse(number, who, *reasons):
    """A line that cannot be taken, and why."""
    return Line(number, who, LineOutcome.REFUSED, reasons)


def parts_of(cell):
    """The parts of a cell that holds several, each once, in their order."""
    return list(dict.fromkeys(part for part in map(one_line, cell.split(";")) if part))


# --- Looked at, then applied --------------------------------------------------------------------------------


def keep(actor, what, plan, raw):
    """Return a plan, and a token to apply its file (bytes) with where it does anything, else None."""
    if plan.refused or not plan.steps:
        return plan, None
    return plan, uploads.keep_file(actor, what, raw)


class Import(NamedTuple):
    """One kind of file: its name in the store, the permission it takes, and its two halves.

    `plan_of(actor, raw)` plans a file (bytes); it raises CsvFault for one that cannot be read. `apply(actor, plan)`
    does what a plan says and tells the trail, in the transaction of its caller.
    """

    what: str
    permission: object
    plan_of: Callable
    apply: Callable

    def look_at(self, actor, raw):
        """Plan a file (bytes). Returns the plan, and a token to apply it with where it does anything.

        Raises CsvFault.
        """
        actor.must(self.permission)
        return keep(actor, self.what, self.plan_of(actor, raw), raw)

    def apply_kept(self, actor, secret):
        """Plan afresh a file that was looked at and do all of it, in one transaction; returns the plan that was done.

        Raises Conflict, or Refused where any line cannot be taken any more; then nothing has changed.
        """
        actor.must(self.permission)
        with writing():
            _, raw = uploads.take_file(actor, secret, [self.what])
            plan = self.plan_of(actor, raw)
            if plan.refused:
                raise Refused(plan)
            if plan.steps:
                self.apply(actor, plan)
            return plan

    def give_up(self, actor, secret):
        """Forget a file that was looked at. Raises Conflict."""
        actor.must(self.permission)
        uploads.take(actor, secret, [self.what])
