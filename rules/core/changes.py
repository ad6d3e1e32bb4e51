"""Has anything changed? One number that open lists compare, and the token that they poll with.

Most lists share one count. The lockers have one of their own: in the morning queue it changes at every tap.
"""

from database import prepared
from fields import Parameter
from models import Counter
from rules.core import clock

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


# --- The token that a page polls with -----------------------------------------------------------------------


def token_until(count, minute, edges):
    """A token that stays good until something changes, the day ends, or the clock reaches the next of the edges.

    `count` was read before what is shown; `minute` and the edges are times of the school's clock, spelled HH:MM.
    """
    return f"{count}.{clock.today()}.{min((edge for edge in edges if edge > minute), default='24:00')}"


def unchanged(token):
    """Whether what was shown with this token would look the same now. It costs one number from the database."""
    count, _, rest = token.partition(".")
    today, _, edge = rest.partition(".")
    here = clock.local(clock.now())
    return count == str(touched()) and today == f"{here:%Y-%m-%d}" and f"{here:%H:%M}" < edge
