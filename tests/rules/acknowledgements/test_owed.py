"""Who has acknowledged what of the policy, and what they owe (clauses 3.5, 7.1, 8.5; invariant 16)."""

import datetime as dt

import pytest

from database import db
from enums import AcknowledgedItem, ParentAccess, Role
from models import AuditEvent, Guardian, Person, RoleGrant
from rules.acknowledgements import acknowledging
from rules.acknowledgements import owed as acknowledgement_owed
from rules.acknowledgements.owed import acknowledged, owed
from rules.acknowledgements.texts import Key, keys_for, text_of
from rules.auth import actors
from rules.auth.permissions import STAFF
from rules.core import clock
from rules.people import people, role_grants
from rules.policy import draft
from rules.policy.in_force import policy_in_force
from tests.support.acknowledgements import read_all, spelled
from tests.support.policy import DATES, entry, new_version, publish, reword, seen

ITEMS = [item.value for item in AcknowledgedItem]
NOTHING = []


def newcomer(username, *roles):
    """Somebody who has acknowledged nothing yet."""
    return actors.actor_of_person(people.add_from_the_start(people.PersonDetails(username, f"{username} New"), roles))


# --- What is owed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "wanted"),
    [
        ((Role.STAFF_DIRECT,), ["obligations.staff-direct", "complaints", "whistleblowing", "monitoring"]),
        ((Role.PUPIL,), ["obligations.pupil", "complaints", "monitoring"]),
        ((Role.PARENT,), ["obligations.parent", "complaints"]),
        ((Role.GOVERNOR,), ["obligations.governor", "complaints"]),
        ((Role.REGULAR_VISITOR,), ["obligations.regular-visitor", "complaints"]),
        (
            (Role.PARENT, Role.STAFF_NONDIRECT),
            ["obligations.staff-nondirect", "obligations.parent", "complaints", "whistleblowing", "monitoring"],
        ),
        ((), []),
    ],
)
def test_a_newcomer_owes_what_each_of_their_roles_asks_and_what_is_for_all(school, roles, wanted):
    assert spelled(owed(newcomer("newcomer", *roles))) == wanted


@pytest.mark.parametrize("role", Role)
def test_every_role_has_obligations_and_the_complaints_procedure_and_staff_alone_whistleblowing(school, role):
    found = {key.item for key in keys_for(policy_in_force().version, frozenset({role}))}
    assert {AcknowledgedItem.OBLIGATIONS, AcknowledgedItem.COMPLAINTS} <= found
    assert (AcknowledgedItem.WHISTLEBLOWING in found) == (role in STAFF)
    assert (AcknowledgedItem.MONITORING in found) == (role in STAFF | {Role.PUPIL})


@pytest.mark.parametrize("item", ITEMS)
def test_what_was_read_is_acknowledged_and_the_rest_is_not(school, item):
    teacher, version = newcomer("newcomer", Role.STAFF_DIRECT), policy_in_force().version
    keys = [key for key in keys_for(version, teacher.roles) if key.item == item]
    assert not acknowledged(teacher.id, item)
    assert acknowledging.acknowledge(teacher, teacher.id, version, [keys[0].spelled]) == keys
    assert [each for each in ITEMS if acknowledged(teacher.id, each)] == [item]
    assert item not in {each.key.item for each in owed(teacher)}


def test_nobody_has_acknowledged_what_is_not_for_them(cast):
    read_all(parent := newcomer("newcomer", Role.PARENT))
    assert owed(parent) == NOTHING
    assert [item for item in ITEMS if acknowledged(parent.id, item)] == ["obligations", "complaints"]


def test_a_new_role_brings_its_own_obligations_and_what_was_read_stays_read(cast):
    role_grants.give_role(cast.head, cast.finance.id, Role.STAFF_DIRECT, clock.today())
    finance = actors.actor_of_person(cast.finance.id)
    assert spelled(owed(finance)) == ["obligations.staff-direct"]
    assert not acknowledged(finance.id, "obligations")
    assert acknowledged(finance.id, "monitoring")
    read_all(finance)
    assert acknowledged(finance.id, "obligations")


def test_a_role_that_is_given_back_is_not_asked_again(cast):
    grant = RoleGrant.get(RoleGrant.person == cast.teacher.id)
    role_grants.take_role(cast.head, cast.teacher.id, grant.id)
    assert owed(actors.actor_of_person(cast.teacher.id)) == NOTHING
    role_grants.give_role(cast.head, cast.teacher.id, Role.STAFF_DIRECT, clock.today())
    assert owed(actors.actor_of_person(cast.teacher.id)) == NOTHING


# --- Versions -----------------------------------------------------------------------------------------------


def test_a_new_version_makes_everyone_not_acknowledged(cast):
    """Invariant 16, first half: also those for whom nothing has changed."""
    assert all(owed(actor) == NOTHING for actor in vars(cast).values())
    before = {name: spelled_keys(actor) for name, actor in vars(cast).items()}
    new_version(cast.head)
    for name, actor in vars(cast).items():
        assert spelled(owed(actor)) == before[name]
        assert not any(acknowledged(actor.id, item) for item in ITEMS)


def spelled_keys(actor):
    """All that somebody acknowledges, as a form spells it."""
    return [key.spelled for key in keys_for(policy_in_force().version, actor.roles)]


def test_what_was_acknowledged_still_shows_the_old_text(cast):
    """Invariant 16, second half."""
    old = policy_in_force().version
    kept = next(each for each in acknowledgement_owed.history(cast.head.id) if each.key.role == Role.HEADTEACHER)
    before = acknowledging.find(cast.head, kept.id)
    assert before.content == text_of(old, kept.key)
    new_version(cast.head, "Look at it each morning.")
    after = acknowledging.find(cast.head, kept.id)
    assert (after.content, after.digest, after.version) == (before.content, before.digest, old)
    now = text_of(policy_in_force().version, kept.key)
    assert "Look at it each morning." in str(now)
    assert "Look at it each morning." not in str(after.content)


def test_a_version_that_waits_for_its_day_is_asked_for_from_that_day_on(cast):
    draft.begin(cast.head)
    reword(cast.head, "Look at it each week.")
    dates = {**entry("front", DATES), "in_force_from": "2026-11-25"}
    draft.save(cast.head, DATES, "front", seen("front", DATES), dates)
    publish(cast.head)
    assert owed(cast.teacher) == NOTHING
    with clock.frozen(clock.now() + dt.timedelta(days=2)):
        assert owed(cast.teacher) != NOTHING


# --- My page ------------------------------------------------------------------------------------------------


def counted(monkeypatch, action):
    """What an action returns, and how many statements it needed."""
    seen, run = [], db.execute_sql
    with monkeypatch.context() as patch:
        patch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
        return action(), len(seen)


def test_my_page_asks_one_question(cast, monkeypatch):
    new_version(cast.head)
    version = policy_in_force().version
    acknowledgement_owed.waiting(cast.parent, version)
    found, statements = counted(monkeypatch, lambda: acknowledgement_owed.waiting(cast.parent, version))
    assert statements == 1
    assert spelled(found.owed) == ["obligations.parent", "complaints"]
    assert [(child.id, spelled(child.owed)) for child in found.children] == [
        (cast.pupil.id, ["obligations.pupil", "complaints", "monitoring"])
    ]


@pytest.mark.parametrize("who", ["carer", "barred_parent", "other_parent"])
def test_only_a_parent_who_signs_is_asked_for_their_child(cast, who):
    new_version(cast.head)
    children = acknowledgement_owed.waiting(getattr(cast, who), policy_in_force().version).children
    assert [child.id for child in children] == ([cast.other_pupil.id] if who == "other_parent" else [])


def test_a_child_who_has_left_or_whose_link_ended_is_not_asked_for(cast):
    new_version(cast.head)
    Guardian.update(ended_at=clock.now()).where(Guardian.parent == cast.parent.id).execute()
    assert acknowledgement_owed.waiting(cast.parent, policy_in_force().version).children == []
    Guardian.update(ended_at=None).where(Guardian.access == ParentAccess.SIGNS.value).execute()
    Person.update(active=False).where(Person.id == cast.pupil.id).execute()
    assert acknowledgement_owed.waiting(cast.parent, policy_in_force().version).children == []


def test_what_a_parent_has_acknowledged_for_a_child_waits_for_neither(cast):
    new_version(cast.head)
    read_all(cast.parent, cast.pupil.id)
    assert acknowledgement_owed.waiting(cast.parent, policy_in_force().version).children == []
    assert acknowledgement_owed.waiting(cast.pupil, policy_in_force().version).owed == NOTHING
    assert acknowledged(cast.pupil.id, "monitoring")


def test_the_trail_tells_who_acknowledged_what_for_whom(cast):
    version = new_version(cast.head)
    read_all(cast.parent, cast.pupil.id)
    told = list(AuditEvent.select().where(AuditEvent.record == f"policy:{version}", AuditEvent.event == "acknowledged"))
    assert {(row.actor_id, row.person_id) for row in told} == {(cast.parent.id, cast.pupil.id)}
    assert [row.payload["what"] for row in told] == ["obligations, Pupil", "complaints", "monitoring"]


def test_a_key_is_spelled_for_a_form():
    assert Key(AcknowledgedItem.OBLIGATIONS, Role.PUPIL).spelled == "obligations.pupil"
    assert Key(AcknowledgedItem.COMPLAINTS, "").spelled == "complaints"
