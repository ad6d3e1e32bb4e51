"""Reminding those who have not acknowledged the policy: a line on their own page, no mail (clause 7.1)."""

import datetime as dt
from collections import namedtuple

from database import prepared, writing
from fields import Parameter
from models import Person, Reminder
from rules import audit, clock
from rules.errors import AlreadyDone
from rules.obligations import policy_in_force
from rules.roles import Permission

AT_MOST_EVERY = dt.timedelta(days=1)
Last = namedtuple("Last", "name at")


@prepared
def _newest():
    return (
        Reminder.select(Person.name, Reminder.at)
        .join(Person, on=(Reminder.by == Person.id))
        .where(Reminder.version == Parameter("version"))
        .order_by(Reminder.id.desc())
        .limit(1)
    )


def newest(version):
    """Who reminded last of a version, and when (aware, UTC); None where nobody has."""
    row = _newest.one(version=version)
    return row and Last(row.name, row.at)


def remind(actor):
    """Remind everybody who owes something of the version in force. Raises AlreadyDone, NotAllowed."""
    actor.must(Permission.REMIND_OF_POLICY)
    with writing():
        version = policy_in_force().version
        last = newest(version)
        if last and clock.now() - last.at < AT_MOST_EVERY:
            raise AlreadyDone(f"{last.name} has reminded them already, at {clock.say_moment(last.at)}.")
        Reminder.insert(version=version, by=actor.id, at=clock.now()).execute()
        audit.record("acknowledgement-reminder", actor=actor.id, about=f"policy:{version}", version=version)
