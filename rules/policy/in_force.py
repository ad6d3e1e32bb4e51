"""The policy in force, and what it asks of whom. The data comes from the policy pack (`policy/`)."""

import datetime as dt
from collections import namedtuple
from dataclasses import dataclass
from functools import cached_property, lru_cache

from database import prepared
from enums import ObligationTiming
from fields import DayField, Parameter
from models import PolicyVersion
from rules.core import clock
from rules.policy.schema import SchoolDay


class NoPolicy(RuntimeError):
    """No policy has been loaded yet."""


@dataclass(frozen=True)
class Policy:
    """One version of the policy: the school, its places, devices, purposes and clauses.

    `procedures` are the texts that people acknowledge beside their obligations, by id; a version from before there
    were any has none.
    """

    version: int
    school: dict
    procedures: dict
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

    @cached_property
    def pupils_come(self):
        """From when on pupils are taken to be on site; an older version, which does not say it, has the usual time."""
        return self._time_of_day("pupils_come")

    @cached_property
    def pupils_leave(self):
        """The time of the school's clock by which pupils have gone home on a usual day."""
        return self._time_of_day("pupils_leave")

    def _time_of_day(self, name):
        return dt.time.fromisoformat(self.school["day"].get(name) or SchoolDay._field_defaults[name])

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
        return {key: zone for key, zone in self.zones_to_ask_for.items() if key not in free | kind.not_at}

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


# What a page shows of an obligation. `easy` are pairs of a picture and a short sentence, or nothing.
ObligationLine = namedtuple("ObligationLine", "clauses when before form says easy")


def newest_on(day):
    """Of all whose day has come the newest: what is published later takes the place of what waits for its day."""
    come = PolicyVersion.in_force_from.is_null() | (PolicyVersion.in_force_from <= day)
    return PolicyVersion.select(PolicyVersion.id).where(come).order_by(PolicyVersion.id.desc()).limit(1)


_newest = prepared(lambda: newest_on(Parameter("today", DayField)))


def policy_in_force():
    """The version of the policy that is in force today. Raises NoPolicy before the first one is loaded."""
    row = _newest.one(today=clock.today().isoformat())  # spelled here, as every page asks
    if row is None:
        raise NoPolicy("No policy has been loaded: run `flask policy load`.")
    return policy_version(row.id)


def any_policy():
    return _newest.one(today=clock.today()) is not None


@prepared
def _parts():
    lists = (PolicyVersion.procedures, PolicyVersion.zones, PolicyVersion.devices, PolicyVersion.purposes)
    whole = (PolicyVersion.school, PolicyVersion.agreements, PolicyVersion.assessments, PolicyVersion.visitors)
    columns = (*lists, PolicyVersion.clauses, PolicyVersion.notices, *whole)
    return PolicyVersion.select(*columns).where(PolicyVersion.id == Parameter("version"))


@lru_cache(maxsize=8)
def policy_version(version):
    """One version of the policy. Versions never change, so a read one is kept."""
    row = _parts.one(version=version)
    by_id = {
        part: {item["id"]: item for item in getattr(row, part)}
        for part in ("procedures", "zones", "devices", "purposes", "clauses")
    }
    parts = {part: getattr(row, part) for part in ("school", "agreements", "assessments", "visitors")}
    return Policy(version=version, **by_id, notices=tuple(row.notices), **parts)


@prepared
def _obligations():
    return PolicyVersion.select(PolicyVersion.obligations).where(PolicyVersion.id == Parameter("version"))


@lru_cache(maxsize=8)
def _lines(version):
    """The lines of a version in its order, each with the roles it binds."""
    return [
        (
            frozenset(line["roles"]),
            ObligationLine(
                tuple(line["clauses"]),
                ObligationTiming(line["when"]),
                line["before"],
                line["form"],
                line["says"],
                tuple(map(tuple, line["easy"] or ())),
            ),
        )
        for line in _obligations.one(version=version).obligations
    ]


@lru_cache(maxsize=256)
def obligation_lines(version, roles):
    """What a version of the policy asks of somebody with these roles: no line twice, in the policy's order."""
    return tuple(dict.fromkeys(line for bound, line in _lines(version) if not bound.isdisjoint(roles)))
