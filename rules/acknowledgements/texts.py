"""What there is to acknowledge in a version of the policy, and the exact text of it (clauses 3.5, 7.1, 8.5)."""

from collections import namedtuple
from functools import lru_cache

from enums import AcknowledgedItem, ObligationTiming, Role
from rules.auth.permissions import ROLE_NAMES, STAFF
from rules.policy.in_force import obligation_lines, policy_version

PROCEDURES = (AcknowledgedItem.COMPLAINTS, AcknowledgedItem.WHISTLEBLOWING)
GROUPS = (ObligationTiming.RIGHT_NOW, ObligationTiming.ALWAYS, ObligationTiming.BEFORE)
# Whom the monitoring notice is for (clause 3.5).
MONITORED = STAFF | {Role.PUPIL}


class Key(namedtuple("Key", "item role")):
    """One thing to acknowledge; `role` is whose obligations they are, empty for what is the same for every role."""

    __slots__ = ()

    @property
    def spelled(self):
        """The key as a form spells it: obligations.pupil, or complaints."""
        return f"{self.item}.{self.role}" if self.role else str(self.item)


@lru_cache(maxsize=512)
def keys_for(version, roles):
    """What somebody with these roles (a frozenset) acknowledges of a version, their obligations first.

    Nobody is asked for what a version does not have: one from before there were procedures has none.
    """
    policy = policy_version(version)
    bound = [role for role in Role if role in roles and obligation_lines(version, frozenset({role}))]
    keys = [Key(AcknowledgedItem.OBLIGATIONS, role) for role in bound]
    for item in PROCEDURES:
        if not roles.isdisjoint(policy.procedures.get(item, {}).get("roles", ())):
            keys.append(Key(item, ""))
    if not roles.isdisjoint(MONITORED):
        keys.append(Key(AcknowledgedItem.MONITORING, ""))
    return tuple(keys)


def read_keys(version, roles, spelled):
    """The keys of a version that a form has spelled, in their order; None where one is not for these roles."""
    known = {key.spelled: key for key in keys_for(version, roles)}
    return tuple(known[text] for text in known if text in spelled) if set(spelled) <= known.keys() else None


def title_of(version, key):
    """What a key of a version is called."""
    if key.item == AcknowledgedItem.OBLIGATIONS:
        return f"What you must do: {ROLE_NAMES[Role(key.role)]}"
    if key.item == AcknowledgedItem.MONITORING:
        return "What you do on school devices may be checked"
    return policy_version(version).procedures[key.item]["title"]


@lru_cache(maxsize=512)
def text_of(version, key, easy=False):
    """The text of a key of a version as it is shown: a title, and lines, obligations by when they bind.

    A line has its words, or in easy-read pairs of a picture and a short sentence where the policy has them. Obligations
    have their clauses and say when.
    """
    policy = policy_version(version)
    if key.item == AcknowledgedItem.OBLIGATIONS:
        shown = sorted(obligation_lines(version, frozenset({Role(key.role)})), key=_group)
        lines = [_as_shown(line, easy) for line in shown]
    elif key.item == AcknowledgedItem.MONITORING:
        lines = _plain([policy.school["monitoring_notice"]], policy.school.get("monitoring_easy"), easy)
    else:
        one = policy.procedures[key.item]
        lines = _plain(one["says"], one.get("easy"), easy)
    return {"title": title_of(version, key), "lines": lines}


def _group(line):
    """Where a line stands: as on somebody's own page, what binds at one time together."""
    return GROUPS.index(line.when), line.before or ""


def _as_shown(line, easy):
    when = f"Before you {line.before}" if line.when is ObligationTiming.BEFORE else line.when.capitalize()
    said = {"easy": _pairs(line.easy)} if easy and line.easy else {"says": line.says}
    return {**said, "clauses": list(line.clauses), "when": when}


def _plain(paragraphs, pictured, easy):
    if easy and pictured:
        return [{"easy": _pairs(pictured)}]
    return [{"says": paragraph} for paragraph in paragraphs]


def _pairs(lines):
    return [list(line) for line in lines]
