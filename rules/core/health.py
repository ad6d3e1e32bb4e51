"""Whether the database can be written."""

from database import writing
from models import Counter


def can_write():
    """Write a number, down to the disk. Raises DatabaseError where that cannot be done.

    Nothing short of that tells: a write that is taken back before it is committed succeeds on a full disk too.
    """
    with writing():
        if not Counter.update(value=Counter.value + 1).where(Counter.name == "health").execute():
            Counter.insert(name="health", value=1).execute()
