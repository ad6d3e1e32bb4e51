"""How far an import has come. It is kept in this process only, while the import runs, for the page that waits."""

from dataclasses import dataclass

from rules import config


@dataclass
class Progress:
    """How many lines are done, and how many there are."""

    done: int
    total: int


def count(actor, lines):
    """Go through lines and note how far somebody's import has come. It is forgotten at the end, however it ends."""
    running = config.current().imports
    progress = running[actor.id] = Progress(0, len(lines))
    try:
        for line in lines:
            yield line
            progress.done += 1
    finally:
        running.pop(actor.id, None)


def progress_of(actor):
    """How far somebody's import has come, or None where none runs."""
    return config.current().imports.get(actor.id)
