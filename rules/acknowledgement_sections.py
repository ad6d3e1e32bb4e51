"""The page on which somebody acknowledges the policy: each text they owe, and what has changed in it for them (7.1)."""

from collections import namedtuple

from enums import AcknowledgedItem
from rules import acknowledgements, policy_differences
from rules.acknowledgement_texts import keys_for, text_of

PART_OF = {AcknowledgedItem.OBLIGATIONS: "obligations", AcknowledgedItem.MONITORING: "monitoring"}
PROCEDURES = "procedures"
OF_SECTIONS = {*PART_OF.values(), PROCEDURES}

# A text to read. `since` is the version of it that was acknowledged last, or None; `changes` are those made since.
Section = namedtuple("Section", "key title text since changes")


def sections(whose, version, easy):
    """What somebody has not acknowledged of a version, in the order in which they read it."""
    past = acknowledgements.history(whose.person.id)
    given = {row.key for row in past if row.version == version}
    last = {}
    for row in past:
        if row.version < version:
            last[row.key] = max(row.version, last.get(row.key, 0))
    return [_section(version, key, last.get(key), easy) for key in keys_for(version, whose.roles) if key not in given]


def _section(version, key, since, easy):
    text = text_of(version, key, easy)
    return Section(key, text["title"], text, since, _changes(key, since, version) if since else ())


def _changes(key, since, version):
    """What has changed in one text for those who read it."""
    if key.item == AcknowledgedItem.OBLIGATIONS:
        return tuple(each for each in _for({key.role}, since, version) if each.part == PART_OF[key.item])
    every = policy_differences.between(since, version)
    part = PART_OF.get(key.item, PROCEDURES)
    return tuple(each for each in every if each.part == part and each.key == key.item)


def _for(roles, since, version):
    return policy_differences.changed_for(frozenset(roles), since, version)


def others(roles, found, version):
    """How much else in the policy has changed for somebody with these roles, and since which version.

    The first is 0 for who reads it for the first time.
    """
    versions = [section.since for section in found if section.since]
    if not versions:
        return 0, None
    since = min(versions)
    return sum(each.part not in OF_SECTIONS for each in _for(roles, since, version)), since
