"""Publishing the draft of the policy (clause 7.1): what it changes for whom, cautions, making it the next version.

Nothing is written for each person: who has to acknowledge it follows from the version in force.
"""

import datetime as dt
from collections import Counter, namedtuple

from peewee import fn

from database import prepared, writing
from enums import Role
from fields import Parameter
from models import Person, PolicyDraft, RoleGrant
from rules.audit.record import record
from rules.auth.actors import held_today
from rules.auth.permissions import ROLE_NAMES, Permission
from rules.core import clock
from rules.core.errors import Changed, Invalid, NotFound
from rules.core.text import one_line, text_error
from rules.policy import draft as policy_draft
from rules.policy import sections
from rules.policy.differences import differences, differences_for
from rules.policy.pack import read_content
from rules.policy.sections import SECTIONS
from rules.policy.versions import content_of, edition, newest, save

# `review_due` is the day that has passed, or None; `not_approved`: nobody has written down when it was approved;
# `draft` is who was the last to change the draft, and when, or None; `drafts`: whether this person may write one.
Flags = namedtuple("Flags", "review_due not_approved draft drafts")


def flags_for(actor, policy):
    """What those who watch over the policy are told on their page; None where there is nothing."""
    drafts, watches = actor.may(Permission.DRAFT_POLICY), actor.holds(*policy.school["monitored_by"])
    draft = policy_draft.waiting_for(actor) if drafts else None
    overdue = watches and policy.review_overdue
    day = dt.date.fromisoformat(policy.school["review_due"]) if overdue else None
    missing = watches and not policy.school["approved_on"]
    if not (overdue or missing or draft):
        return None
    return Flags(day, missing, draft, drafts)


# --- What is easily overlooked ------------------------------------------------------------------------------


def cautions(draft):
    """What is unusual about a draft, compared with the newest version, as sentences."""
    content, old = draft.content, before(draft.content)
    return [*_overtaken_meanwhile(draft), *missing(content), *_idle(content, old), *_days(content["school"])]


def _overtaken_meanwhile(draft):
    """A version that was made after the draft began: what is new in it, the draft does not have."""
    if newest() != draft.base:
        made = edition(newest())
        how = f"published by {made.by}" if made.by else "loaded from files"
        yield (
            f"Version {made.version} was {how} at {clock.format_moment(made.made_at)}, after this draft was begun. "
            "Where the two differ, the draft takes back what is new in it. Look at what is different."
        )


def missing(content):
    """Entries of the newest version that other records may name and that a file has left out, as sentences."""
    old, sentences = before(content), []
    for section in [section for section in SECTIONS.values() if section.permanent]:
        present = dict(sections.entries(content, section))
        sentences += [
            f"“{sections.label(entry)}” is missing under {section.title}. Requests and records that name it can "
            "no longer say what it is."
            for key, entry in sections.entries(old, section)
            if key not in present
        ]
    return sentences


def _idle(content, old):
    """Roles of which nothing is asked any more, and clauses that bind roles to which no line speaks."""
    busy, was_busy = _asked(content), _asked(old)
    busy_roles, were_busy_roles = ({role for _, role in pairs} for pairs in (busy, was_busy))
    for role in Role:
        if role in were_busy_roles - busy_roles:
            yield f"No line is for this role any more: {ROLE_NAMES[role]}. They acknowledge no obligations then."
    for clause in content["clauses"]:
        for role in clause["for"]:
            if (clause["id"], role) not in busy and role in busy_roles:
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
    return clock.format_date(dt.date.fromisoformat(day))


# --- Publishing ---------------------------------------------------------------------------------------------


LONGEST_NOTE = 300

# What publishing would do. `since` is the number of the version that it follows; `by_role` are (role, how many people
# hold it today, how many changes they see); `asked` is how many people will acknowledge it, `concerned` for how many of
# them something changes.
Outlook = namedtuple("Outlook", "since changes by_role asked concerned")


@prepared
def _role_sets():
    held = (
        RoleGrant.select(fn.group_concat(RoleGrant.role).alias("roles"))
        .join(Person)
        .where(Person.active == True, held_today(RoleGrant, Parameter("day")))  # noqa: E712 (SQL)
        .group_by(RoleGrant.person)
    )
    return Person.select(held.c.roles.alias("roles"), fn.COUNT(1).alias("people")).from_(held).group_by(held.c.roles)


def outlook(draft):
    """What publishing a draft would change, and for how many people."""
    since = newest()
    changes = changes_of(draft)
    people = Counter()
    for row in _role_sets.rows(day=clock.today()):
        people[frozenset(map(Role, row.roles.split(",")))] += row.people
    by_role = [
        (role, sum(count for roles, count in people.items() if role in roles), len(differences_for({role}, changes)))
        for role in Role
    ]
    concerned = sum(count for roles, count in people.items() if differences_for(roles, changes))
    return Outlook(since, changes, by_role, people.total(), concerned)


def changes_of(draft):
    """Every change from the newest version to a draft."""
    return changes_to(draft.content)


def changes_to(content):
    """Every change from the newest version to a content."""
    return differences(before(content), content)


def before(content):
    """The newest version, with which a content is compared. Where that names no day, the day of the version is none."""
    old = content_of(newest())
    if content["school"].get("in_force_from") is None:
        old = {**old, "school": {**old["school"], "in_force_from": None}}
    return old


def publish(actor, revision, since, note=""):
    """Make the draft the next version; returns its number. One click, one version, however many click.

    `revision` and `since` are those of the draft and of the newest version that somebody has looked at. Raises
    Changed, Invalid where nothing has changed, NotFound, NotAllowed.
    """
    actor.must(Permission.PUBLISH_POLICY)
    with writing():
        draft, note = policy_draft.find(), one_line(note)
        if newest() != since:
            raise _overtaken(edition(newest()))
        if draft is None:
            raise NotFound
        if draft.revision != revision:
            raise policy_draft.changed(draft)
        _check(draft, note)
        pack = read_content(draft.content)
        version = save(pack, actor.id, note)
        PolicyDraft.update(published_version=version).where(PolicyDraft.id == draft.id).execute()
        record("policy-published", actor=actor.id, about=f"policy:{version}", version=version, digest=pack.digest[:12])
    return version


def _check(draft, note):
    if not changes_of(draft):
        raise Invalid({"note": "There is nothing to publish: the draft says what the version before it says"})
    if error := text_error(note, LONGEST_NOTE):
        raise Invalid({"note": error})


def _overtaken(edition):
    """The error to raise where another version has been made since the page was opened."""
    by = f"published by {edition.by}" if edition.by else "loaded from files"
    return Changed(f"Version {edition.version} was {by} at {clock.format_moment(edition.made_at)}.", edition)
