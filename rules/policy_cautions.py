"""What somebody should know before they publish a draft: none of it is refused, all of it is easily overlooked."""

import datetime as dt

from enums import Role
from rules import clock, policy_sections
from rules.policy_outline import SECTIONS
from rules.policy_publishing import before
from rules.policy_versions import edition, newest
from rules.roles import ROLE_NAMES


def cautions(draft):
    """What is unusual about a draft, compared with the newest version, as sentences."""
    content, old = draft.content, before(draft.content)
    return [*_overtaken(draft), *missing(content), *_idle(content, old), *_days(content["school"])]


def _overtaken(draft):
    """A version that was made after the draft began: what is new in it, the draft does not have."""
    if newest() != draft.base:
        made = edition(newest())
        how = f"published by {made.by}" if made.by else "loaded from files"
        yield (
            f"Version {made.version} was {how} at {clock.say_moment(made.made_at)}, after this draft was begun. "
            "Where the two differ, the draft takes back what is new in it. Look at what is different."
        )


def missing(content):
    """Entries of the newest version that other records may name and that a file has left out, as sentences."""
    old, found = before(content), []
    for section in [each for each in SECTIONS.values() if each.kept]:
        kept = dict(policy_sections.entries(content, section))
        found += [
            f"“{policy_sections.label(entry)}” is missing under {section.title}. Requests and records that name it can "
            "no longer say what it is."
            for key, entry in policy_sections.entries(old, section)
            if key not in kept
        ]
    return found


def _idle(content, old):
    """Roles of which nothing is asked any more, and clauses that bind roles to which no line speaks."""
    busy, was_busy = _asked(content), _asked(old)
    for role in Role:
        if role in {each for _, each in was_busy} - {each for _, each in busy}:
            yield f"No line is for this role any more: {ROLE_NAMES[role]}. They acknowledge no obligations then."
    for clause in content["clauses"]:
        for role in clause["for"]:
            if (clause["id"], role) not in busy and role in {each for _, each in busy}:
                yield f"Clause {clause['id']} is for this role, but no line of it is: {ROLE_NAMES[Role(role)]}."


def _asked(content):
    """The pairs of clause and role of which some line speaks."""
    return {(clause, role) for line in content["obligations"] for clause in line["clauses"] for role in line["for"]}


def _days(school):
    """Days that are not what days of a new version usually are. Days are the school's."""
    today = clock.today().isoformat()
    if (school.get("in_force_from") or today) < today:
        yield f"The day from which it counts has passed: {_say(school['in_force_from'])}. It will be in force at once."
    if (school.get("approved_on") or today) > today:
        yield f"The day of its approval has not come: {_say(school['approved_on'])}."
    if school["review_due"] < today:
        yield f"Its next review is overdue from the start: {_say(school['review_due'])}."


def _say(day):
    return clock.say_date(dt.date.fromisoformat(day))
