"""What a file would do, line by line: looked at first, applied afterwards. The same for every kind of file."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rules.core.text import one_line
from rules.imports import csv_files, uploads


class Standing(StrEnum):
    """What becomes of a line of the file."""

    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Line:
    """One line: its number in the file, whom it is about, what becomes of it, and how in words.

    `says` are the reasons of a refusal, or what changes. `step` is what applying it takes.
    """

    number: int
    who: str
    standing: Standing
    says: tuple = ()
    step: object = None


@dataclass(frozen=True)
class Plan:
    """What a whole file would do."""

    kind: object
    lines: tuple

    def of(self, standing):
        """The lines of one standing."""
        return [line for line in self.lines if line.standing is standing]

    @cached_property
    def counts(self):
        """How many lines there are of each standing."""
        return {standing: len(self.of(standing)) for standing in Standing}

    @property
    def refused(self):
        """Whether any line is refused, so that nothing can be done."""
        return self.counts[Standing.REFUSED] > 0

    @property
    def steps(self):
        """What there is to do: the lines that are new or changed."""
        return [line for line in self.lines if line.step is not None]


class Refused(Exception):
    """Lines of the file cannot be imported, so nothing was. `plan` says which and why."""

    def __init__(self, plan):
        super().__init__(f"{plan.counts[Standing.REFUSED]:,} lines cannot be imported")
        self.plan = plan


def refuse(number, who, *reasons):
    """A line that cannot be taken, and why."""
    return Line(number, who, Standing.REFUSED, reasons)


def parts_of(cell):
    """The parts of a cell that holds several, each once, in their order."""
    return list(dict.fromkeys(part for part in map(one_line, cell.split(";")) if part))


# --- Kept until it is applied -------------------------------------------------------------------------------


def keep(actor, what, plan, raw):
    """The plan of a file (bytes), and a token to apply it with where it does anything; else None."""
    if plan.refused or not plan.steps:
        return plan, None
    return plan, uploads.keep(actor, what, csv_files.text_of(raw))


def take(actor, secret, what, plan_of):
    """The plan of a file that was looked at, made afresh from its bytes, in the caller's transaction.

    Raises Conflict, or Refused where any line cannot be done any more.
    """
    _, text = uploads.take(actor, secret, [what])
    plan = plan_of(text.encode())
    if plan.refused:
        raise Refused(plan)
    return plan
