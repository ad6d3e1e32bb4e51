"""What can go wrong in a rule. `blueprints.errors` answers each of these in one place, unless a view shows more."""


class NotAllowed(Exception):
    """The person may look but not do this. The message says why, in plain English."""


class NotFound(Exception):
    """There is no such record, or this person may not know whether there is."""


class Invalid(Exception):
    """What was typed cannot be kept as it is. `errors` maps each field to what is wrong and how to mend it."""

    def __init__(self, errors):
        super().__init__("; ".join(errors.values()))
        self.errors = errors
