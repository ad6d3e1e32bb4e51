"""Has anything changed? One number that pages which poll compare, instead of their whole content."""

from database import prepared
from models import Counter


@prepared
def _touch():
    return Counter.update(value=Counter.value + 1).where(Counter.name == "exemptions")


@prepared
def _touched():
    return Counter.select(Counter.value).where(Counter.name == "exemptions")


def touch():
    """Count a change that lists of exemptions show, so that pages that poll notice it."""
    if not _touch.execute():
        Counter.insert(name="exemptions", value=1).execute()


def touched():
    """How many changes there have been: as long as it is the same number, no list has changed."""
    row = _touched.one()
    return row.value if row else 0
