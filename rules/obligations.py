"""The policy in force, and what it asks of whom. The data comes from the policy pack (`policy/`)."""

import datetime as dt
import json
from collections import namedtuple
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import Obligation, ObligationRole, PolicyVersion, When
from rules import audit, clock
from rules.changes import touch


class NoPolicy(RuntimeError):
    """No policy has been loaded yet."""


@dataclass(frozen=True)
class Policy:
    """One version of the policy: the school, its places, devices, purposes and clauses."""

    version: int
    school: dict
    zones: dict
    devices: dict
    purposes: dict
    clauses: dict
    notices: tuple
    agreements: dict
    assessments: dict
    visitors: dict

    @cached_property
    def opens(self):
        """The earliest time of the school's clock that an exemption may have."""
        return dt.time.fromisoformat(self.school["day"]["opens"])

    @cached_property
    def closes(self):
        """The latest time of the school's clock that an exemption may have."""
        return dt.time.fromisoformat(self.school["day"]["closes"])

    @property
    def year_ends(self):
        """The last day of the academic year, as MM-DD."""
        return self.school["academic_year_ends"]

    @cached_property
    def zones_to_ask_for(self):
        """The places an exemption can be for, by id."""
        return {key: zone for key, zone in self.zones.items() if zone["exemptions"]}

    def zones_for(self, kind):
        """The places that a kind's form offers: for a visitor only those that are not free to use (clause 6.5)."""
        free = set(self.visitors.get("free_places", ())) if kind.for_visitor else set()
        return {key: zone for key, zone in self.zones_to_ask_for.items() if key not in free}

    def purposes_of(self, kind):
        """The purposes that a kind's form offers, those that clause 4.6 refuses included."""
        return {key: purpose for key, purpose in self.purposes.items() if kind.id in purpose["kinds"]}

    def notices_for(self, kind, device_kind=None):
        """What people are told about a kind, on its form; with a kind of device only what concerns that one too."""
        return [
            notice
            for notice in self.notices
            if kind.id in notice["kinds"] and (device_kind is None or device_kind in notice["devices"])
        ]

    def zone_names(self, zones):
        """The names of places, for a table or a slip."""
        return ", ".join(self.zones[zone]["name"] for zone in zones if zone in self.zones)

    @property
    def review_overdue(self):
        """Whether the day on which the policy was to be reviewed has passed (clause 0.1)."""
        return dt.date.fromisoformat(self.school["review_due"]) < clock.today()


Duty = namedtuple("Duty", "clauses when before form says easy")


def load_policy(folder):
    """Load the policy pack in `folder` as the version in force, unless it is in force already.

    Returns the number of the version and whether it is new. A file that is wrong raises PolicyFileError with
    file, line and reason, and nothing is loaded.
    """
    from rules.policy_pack import read_pack  # YAML is needed only when a policy is loaded, not at each start

    pack = read_pack(folder)
    with writing():
        newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).first()
        if newest and newest.digest == pack.digest:
            return newest.id, False
        version = PolicyVersion.insert(
            digest=pack.digest,
            loaded_at=clock.now(),
            school=asdict(pack.school),
            agreements=pack.agreement,
            assessments=pack.assessments,
            visitors=asdict(pack.visitors),
            **{
                part: [asdict(item) for item in getattr(pack, part)]
                for part in ("zones", "devices", "purposes", "clauses", "notices")
            },
        ).execute()
        for position, item in enumerate(pack.obligations):
            _keep_obligation(version, position, item)
        touch()  # lists show the names of places and devices
        audit.record("policy-loaded", about=f"policy:{version}", version=version, digest=pack.digest[:12])
    return version, True


def _keep_obligation(version, position, item):
    kept = Obligation.insert(
        version=version,
        position=position,
        key=item.id,
        clauses=list(item.clauses),
        when=item.when.value,
        before=item.before,
        form=item.form,
        says=item.says,
        easy=item.easy and [list(line) for line in item.easy],
    ).execute()
    ObligationRole.insert_many([{"obligation": kept, "role": role.value} for role in item.roles]).execute()


@prepared
def _newest():
    return PolicyVersion.select(fn.MAX(PolicyVersion.id).alias("id"))


def policy_in_force():
    """The newest version of the policy. Raises NoPolicy before the first one is loaded."""
    version = _newest.one().id
    if version is None:
        raise NoPolicy("No policy has been loaded: run `flask policy load`.")
    return policy_version(version)


def any_policy():
    """Whether a policy has been loaded."""
    return _newest.one().id is not None


@lru_cache(maxsize=8)
def policy_version(version):
    """One version of the policy. Versions never change, so a read one is kept."""
    row = PolicyVersion.get_by_id(version)
    by_id = {
        part: {item["id"]: item for item in getattr(row, part)} for part in ("zones", "devices", "purposes", "clauses")
    }
    kept = {part: getattr(row, part) for part in ("agreements", "assessments", "visitors")}
    return Policy(version=version, school=row.school, **by_id, notices=tuple(row.notices), **kept)


@prepared
def _duties():
    return (
        Obligation.select(
            Obligation.clauses,
            Obligation.when,
            Obligation.before,
            Obligation.form,
            Obligation.says,
            Obligation.easy,
            ObligationRole.role,
        )
        .join(ObligationRole)
        .where(Obligation.version == Parameter("version"))
        .order_by(Obligation.position)
    )


@lru_cache(maxsize=8)
def _duties_by_role(version):
    return [
        (
            row.role,
            Duty(tuple(json.loads(row.clauses)), When(row.when), row.before, row.form, row.says, _easy(row.easy)),
        )
        for row in _duties.rows(version=version)
    ]


def _easy(text):
    return tuple(tuple(line) for line in json.loads(text)) if text else ()


@lru_cache(maxsize=256)
def duties_of(version, roles):
    """What a version of the policy asks of somebody with these roles: no line twice, in the policy's order."""
    return tuple(dict.fromkeys(duty for role, duty in _duties_by_role(version) if role in roles))


def forget():
    """Forget what was read. For tests, where the same number can mean another policy."""
    for cached in (policy_version, _duties_by_role, duties_of):
        cached.cache_clear()
