"""What can go wrong in a rule. `blueprints/core/errors.py` answers each in one place, unless a view shows more."""

CHANGED = "It has changed since you opened it."


class NotAllowed(Exception):
    """The person may look but not do this. The message says why, in plain English."""


class NotFound(Exception):
    """There is no such record, or this person may not know whether there is."""


class Invalid(Exception):
    """What was typed cannot be kept as it is. `errors` maps each field to what is wrong and how to mend it."""

    def __init__(self, errors):
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class Conflict(Exception):
    """It cannot be done as things stand, and nothing was. The message says who was first and when, or what to do.

    `current` is how it stands now, for a view that shows it: a record, a plan, a tile.
    """

    def __init__(self, message, current=None):
        super().__init__(message)
        self.current = current


class Changed(Conflict):
    """Somebody has changed it since it was opened. A view shows `current` beside what was typed, to be sent again."""


class AlreadyDone(Conflict):
    """There is nothing left to do. A view says so and goes on as if it had been done just now."""
