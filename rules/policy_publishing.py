"""Publishing the draft of the policy (clause 7.1): what it changes for whom, and making it the next version.

Nothing is written for each person: who has to acknowledge it follows from the version in force.
"""

from collections import Counter, namedtuple

from peewee import fn

from database import prepared_raw as prepared
from database import writing
from enums import Role
from fields import Parameter
from models import Person, PolicyDraft, RoleGrant
from rules import audit, clock, policy_drafts
from rules.actors import held_today
from rules.errors import Changed, Invalid, NotFound
from rules.policy_differences import differences, differences_for
from rules.policy_pack import read_content
from rules.policy_versions import content_of, edition, keep, newest
from rules.roles import Permission
from rules.text import one_line, text_error

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
    for row in _role_sets.rows(day=clock.today().isoformat()):
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
        draft, note = policy_drafts.find(), one_line(note)
        if newest() != since:
            raise _overtaken(edition(newest()))
        if draft is None:
            raise NotFound
        if draft.revision != revision:
            raise policy_drafts.changed(draft)
        _check(draft, note)
        pack = read_content(draft.content)
        version = keep(pack, actor.id, note)
        PolicyDraft.update(published_version=version).where(PolicyDraft.id == draft.id).execute()
        audit.record(
            "policy-published", actor=actor.id, about=f"policy:{version}", version=version, digest=pack.digest[:12]
        )
    return version


def _check(draft, note):
    if not changes_of(draft):
        raise Invalid({"note": "There is nothing to publish: the draft says what the version before it says"})
    if error := text_error(note, LONGEST_NOTE):
        raise Invalid({"note": error})


def _overtaken(edition):
    """What to raise where another version has been made since the page was opened."""
    by = f"published by {edition.by}" if edition.by else "loaded from files"
    return Changed(f"Version {edition.version} was {by} at {clock.say_moment(edition.made_at)}.", edition)
