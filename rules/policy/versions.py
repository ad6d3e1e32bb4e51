"""The versions of the policy: each is kept as it was, and which one is in force follows from its day (0.1, 7.1)."""

import datetime as dt
from collections import namedtuple
from functools import lru_cache
from pathlib import Path

from peewee import JOIN, fn

from database import prepared, writing
from fields import Parameter
from models import Person, PolicyVersion
from rules.audit.record import record
from rules.core import clock
from rules.core.errors import Conflict, NotFound
from rules.policy.in_force import policy_in_force
from rules.policy.pack import PARTS, as_content, read_pack, write_content

SHIPPED = Path(__file__).resolve().parents[2] / "policy"
RENAMED = {"agreement": "agreements"}  # parts whose column has another name


class Edition(namedtuple("Edition", "version made_at by in_force_from note digest in_force")):
    """A version as the history tells of it. `by` is empty where it was loaded from files."""

    __slots__ = ()

    @property
    def from_day(self):
        """The day from which it counts: that of its making where no later one was named."""
        return self.in_force_from or clock.local(self.made_at).date()

    @property
    def waits(self):
        """Whether its day has not come yet."""
        return self.from_day > clock.today()


def _columns():
    columns = (PolicyVersion.id, PolicyVersion.loaded_at, fn.COALESCE(Person.name, "").alias("by"))
    return (*columns, PolicyVersion.in_force_from, PolicyVersion.change_note, PolicyVersion.digest)


@prepared
def _every():
    return (
        PolicyVersion.select(*_columns())
        .join(Person, JOIN.LEFT_OUTER, on=(PolicyVersion.published_by == Person.id))
        .order_by(PolicyVersion.id.desc())
    )


@prepared
def _one():
    return (
        PolicyVersion.select(*_columns())
        .join(Person, JOIN.LEFT_OUTER, on=(PolicyVersion.published_by == Person.id))
        .where(PolicyVersion.id == Parameter("version"))
    )


def _edition(row, in_force):
    return Edition(*row, row.id == in_force)


def history():
    """Every version, the newest first."""
    now = policy_in_force().version
    return [_edition(row, now) for row in _every.rows()]


def edition(version):
    """One version (by number). Raises NotFound."""
    row = _one.one(version=version)
    if row is None:
        raise NotFound
    return _edition(row, policy_in_force().version)


@prepared
def _newest():
    return PolicyVersion.select(PolicyVersion.id).order_by(PolicyVersion.id.desc()).limit(1)


def newest():
    """The number of the newest version, whether its day has come or not; None before there is any."""
    row = _newest.one()
    return row and row.id


# --- Content ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def content_of(version):
    """The whole of a version as its files would say it. Versions never change, so what was read is kept.

    Parts that a version from an older program lacks are those that are shipped. Raises NotFound.
    """
    row = PolicyVersion.get_or_none(PolicyVersion.id == version)
    if row is None:
        raise NotFound
    stored = {part: getattr(row, RENAMED.get(part, part)) for part in PARTS}
    if missing := [part for part in PARTS if not stored[part]]:
        shipped = read_pack(SHIPPED).stored
        stored |= {part: shipped[part] for part in missing}
    return as_content(stored)


def as_file(version):
    """A version as the text of one file, which can be edited and read again."""
    return write_content(content_of(version))


# --- Keeping ------------------------------------------------------------------------------------------------


def load_policy(where, replace=False):
    """Load the policy pack in a folder, or a file with all parts, as a new version; not if the newest says the same.

    Returns the number of the version and whether it is new. A file that is wrong raises PolicyFileError with file,
    line and reason. Raises Conflict where the newest version was published on the page, unless `replace`.
    In both cases nothing is loaded.
    """
    pack = read_pack(where)
    with writing():
        last = newest()
        if last and edition(last).digest == pack.digest:
            return last, False
        if last and edition(last).by and not replace:
            raise Conflict(_published_since(edition(last)), edition(last))
        version = save(pack)
        record("policy-loaded", about=f"policy:{version}", version=version, digest=pack.digest[:12])
    return version, True


def save(pack, published_by=None, note=""):
    """Save a pack as a new version, in the caller's transaction; returns its number.

    The first version of a school is in force at once: there is no other.
    """
    day = pack.stored["school"]["in_force_from"]
    version = PolicyVersion.insert(
        digest=pack.digest,
        loaded_at=clock.now(),
        in_force_from=day and newest() and dt.date.fromisoformat(day),
        published_by=published_by,
        change_note=note,
        **{RENAMED.get(part, part): content for part, content in pack.stored.items()},
    ).execute()
    return version


def _published_since(edition):
    return (
        f"Version {edition.version} was published on the page by {edition.by} at "
        f"{clock.format_moment(edition.made_at)}. "
        "Files that do not have its changes would take them back. Save that version as a file from "
        "/policy/history, put your changes in and load it. To load files over it, add --replace."
    )
