"""What can be wrong with a policy file. It stands apart so that naming it does not bring YAML in."""


class PolicyFileError(ValueError):
    """A policy file cannot be used. `reason` says how to mend it; `line` counts from 1.

    `path` leads to the value in the policy as data, such as ("zones", 2, "name"). `all` are all the faults that were
    found at once, this one the first.
    """

    def __init__(self, file, line, reason, path=()):
        super().__init__(f"{file}, line {line}: {reason}")
        self.file, self.line, self.reason, self.path = file, line, reason, path
        self.all = (self,)


def read_all(readings):
    """The results of functions without arguments; where some find faults, the first fault, which knows them all."""
    results, faults = [], []
    for reading in readings:
        try:
            results.append(reading())
        except PolicyFileError as fault:
            faults += fault.all
    if faults:
        faults[0].all = tuple(faults)
        raise faults[0]
    return results
