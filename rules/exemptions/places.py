"""Where something approved is still allowed: of its places those that the policy of the day offers for its kind.

The policy may have changed since. What was approved stays written down; in force it is only where the policy now
allows it.
"""

from functools import lru_cache

from database import prepared
from models import PolicyVersion
from rules.exemption_kinds import KINDS
from rules.policy.in_force import policy_in_force, policy_version

NO_LONGER = "no longer allowed there"


@lru_cache(maxsize=1024)
def still_offered(version, kind, zones):
    """The places of an exemption (a tuple of ids) that a version of the policy still has for its kind (an id).

    A visitor needs no permission for what is free by now, so that is no place that was taken away (clause 6.5).
    """
    kind = KINDS[kind]
    if kind.places or version is None:
        return zones
    policy = policy_version(version)
    free = set(policy.visitors.get("free_places", ())) if kind.for_visitor else set()
    return tuple(zone for zone in zones if zone in (policy.zones_to_ask_for.keys() - kind.not_at) | free)


def say(view, policy=None):
    """The places of an exemption by name, as they were approved, and which of them no longer count.

    `policy` saves a query where it is known.
    """
    policy = policy or policy_in_force()
    named = [(zone, _name(zone, policy)) for zone in view.request.zones]
    return ", ".join(name if zone in view.now.places else f"{name} ({NO_LONGER})" for zone, name in named)


@prepared
def _versions():
    return PolicyVersion.select(PolicyVersion.id).order_by(PolicyVersion.id.desc())


def _name(zone, policy):
    """The name of a place; of one that the policy has no more, the name that it had last."""
    if zone in policy.zones:
        return policy.zones[zone]["name"]
    known = (policy_version(row.id).zones for row in _versions.rows())
    return next((zones[zone]["name"] for zones in known if zone in zones), zone)
