"""Has anything changed? One number that pages which poll compare, instead of their whole content.

Most lists share one count. The lockers have one of their own: in the morning queue it changes at every tap.
"""

from database import prepared
from fields import Parameter
from models import Counter

LISTS, LOCKERS = "exemptions", "lockers"


@prepared
def _touch():
    return Counter.update(value=Counter.value + 1).where(Counter.name == Parameter("what"))


@prepared
def _touched():
    return Counter.select(Counter.value).where(Counter.name == Parameter("what"))


def touch(what=LISTS):
    """Count a change that open lists show, so that pages that poll notice it. `audit.record` alone calls it."""
    if not _touch.execute(what=what):
        Counter.insert(name=what, value=1).execute()


def touched(what=LISTS):
    """How many changes there have been: as long as it is the same number, no list has changed."""
    row = _touched.one(what=what)
    return row.value if row else 0
