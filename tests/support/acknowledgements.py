"""What the tests of acknowledgement say over and over."""

from rules.acknowledgements import acknowledging
from rules.policy.in_force import policy_in_force


def spelled(owed):
    """What is owed, as a form spells it."""
    return [each.key.spelled for each in owed]


def read_all(actor, person=None, version=None, easy=False):
    """Somebody acknowledges all they owe of a version (the one in force), for themselves or for a child (by id)."""
    version = version or policy_in_force().version
    return acknowledging.acknowledge(actor, person or actor.id, version, None, easy)
