"""What the program is set to for one school: its secrets and its limits.

An app holds one of these and makes it current for each request that it answers; a rule reads `current()`. So two
apps in one process each sign with keys of their own.
"""

import datetime as dt
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple


class Limits(NamedTuple):
    """How long a session may last, and how long it may lie idle: usual and, for some roles, stricter."""

    idle: dt.timedelta = dt.timedelta(minutes=60)
    longest: dt.timedelta = dt.timedelta(hours=12)
    strict_idle: dt.timedelta = dt.timedelta(minutes=30)
    strict_longest: dt.timedelta = dt.timedelta(hours=9)


class Config(NamedTuple):
    """The settings that rules need. They stay as they are while the app lives."""

    audit_key: bytes  # of the chain of the audit trail
    sign_in_key: bytes  # under which typed names and addresses are digested
    refusals: object  # what was refused today (`rules.audit.refusals.Refusals`)
    imports: dict  # how far the imports that run now have come, by the id of who started them
    anchor: Path | None = None  # the file outside the database that remembers the newest link of the chain
    limits: Limits = Limits()
    open_requests: int = 20  # of one person that may wait for an answer at once
    open_visits: int = 100  # that one person announced and that are to come


_current = ContextVar("config")


# These are asked for by every request and every event of the trail, so they are the variable's own methods.
current = _current.get  # the config of the app whose work this is; LookupError outside of any
use = _current.set  # make one current for this thread; `no_longer` takes what it returns, and undoes that
no_longer = _current.reset


@contextmanager
def using(config):
    """Make a config current for a while."""
    before = use(config)
    try:
        yield
    finally:
        no_longer(before)
