"""How far an import has come. It is kept in this process only, while the import runs, for the page that waits."""

from dataclasses import dataclass


@dataclass
class Progress:
    """How many lines are done, and how many there are."""

    done: int
    total: int


_running = {}


def count(actor, lines):
    """Go through lines and note how far somebody's import has come. It is forgotten at the end, however it ends."""
    progress = _running[actor.id] = Progress(0, len(lines))
    try:
        for line in lines:
            yield line
            progress.done += 1
    finally:
        _running.pop(actor.id, None)


def progress_of(actor):
    """How far somebody's import has come, or None where none runs."""
    return _running.get(actor.id)
