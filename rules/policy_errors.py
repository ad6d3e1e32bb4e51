"""What can be wrong with a policy file. It stands apart so that naming it does not bring YAML in."""


class PolicyFileError(ValueError):
    """A policy file cannot be used. `reason` says how to mend it; `line` counts from 1."""

    def __init__(self, file, line, reason):
        super().__init__(f"{file}, line {line}: {reason}")
        self.file, self.line, self.reason = file, line, reason
