"""Whether the database can be read, and whether it can be written."""

from database import prepared, writing
from fields import Parameter
from models import Counter


@prepared
def _counter():
    return Counter.select(Counter.value).where(Counter.name == Parameter("name", Counter.name))


def can_read():
    """Read a number. Raises DatabaseError where that cannot be done."""
    _counter.one(name="health")


def can_write():
    """Write a number, down to the disk. Raises DatabaseError where that cannot be done.

    Nothing short of that tells: a write that is taken back before it is committed succeeds on a full disk too.
    """
    with writing():
        if not Counter.update(value=Counter.value + 1).where(Counter.name == "health").execute():
            Counter.insert(name="health", value=1).execute()
