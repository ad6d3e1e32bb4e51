"""Who has not acknowledged the policy: by role, team and class, over time, and who is new (clauses 7.1, 8.1)."""

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import db, writing
from enums import Role
from models import Acknowledgement, AuditEvent, Person, Reminder, RoleGrant
from rules.acknowledgements import acknowledging, owed, reports
from rules.acknowledgements.reports import Point, by_role, by_team, narrowed, over_time, readers
from rules.acknowledgements.texts import keys_for, text_of
from rules.audit import trail
from rules.auth import actors
from rules.core import clock
from rules.core.errors import AlreadyDone, NotAllowed
from rules.people import people
from rules.policy.in_force import policy_in_force
from tests.conftest import examples, forget_versions
from tests.support.acknowledgements import read_all, spelled
from tests.support.policy import new_version


def groups(found):
    """Groups as {name: (done, total)}."""
    return {group.name: (group.done, group.total) for group in found}


def test_by_role_counts_who_has_read_what_that_role_asks(cast):
    version = new_version(cast.head)
    read_all(cast.teacher)
    acknowledging.acknowledge(cast.deputy, cast.deputy.id, version, ["obligations.slt", "complaints"])
    told = groups(by_role(*readers(cast.head)))
    assert told["Staff working directly with children"] == (1, 5)
    assert told["Senior leadership team (SLT)"] == (0, 2)
    acknowledging.acknowledge(cast.deputy, cast.deputy.id, version, ["whistleblowing", "monitoring"])
    assert groups(by_role(*readers(cast.head)))["Senior leadership team (SLT)"] == (1, 2)


def test_by_class_are_the_pupils_and_by_team_everybody_else(cast):
    new_version(cast.head)
    read_all(cast.parent, cast.pupil.id)
    _, found = readers(cast.office)
    assert groups(by_team(found, pupils=True)) == {"Heron class": (0, 1), "Kestrel class": (1, 1)}
    teams = groups(by_team(found, pupils=False))
    assert "Kestrel class" not in teams
    assert teams["teacher team"] == (0, 1)


def test_who_has_left_or_holds_no_role_is_not_waited_for(cast):
    new_version(cast.head)
    before = len(narrowed(readers(cast.head)[1]))
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    RoleGrant.update(taken_at=clock.now()).where(RoleGrant.person == cast.finance.id).execute()
    names = {reader.name for reader in narrowed(readers(cast.head)[1])}
    assert len(names) == before - 2
    assert {cast.teacher.name, cast.finance.name}.isdisjoint(names)


def test_a_list_of_a_role_and_of_a_team(cast):
    new_version(cast.head)
    _, found = readers(cast.dsl)
    assert {reader.id for reader in narrowed(found, "pupil")} == {cast.pupil.id, cast.other_pupil.id}
    assert {reader.id for reader in narrowed(found, team="Heron class")} == {cast.other_pupil.id}


@pytest.mark.parametrize("who", ["governor", "director", "teacher", "deputy", "parent"])
def test_names_are_for_the_headteacher_the_dsl_and_the_office(cast, who):
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        reports.new_starters(actor)
    with pytest.raises(NotAllowed):
        reports.remind(actor)
    assert not Reminder.select().exists()


def test_over_time_the_share_grows_day_by_day(cast):
    new_version(cast.head)
    everybody = list(vars(cast).values())
    for days, actor in enumerate(everybody[:4]):
        with clock.frozen(clock.now() + dt.timedelta(days=days)):
            read_all(actor)
    with clock.frozen(clock.now() + dt.timedelta(days=4)):
        points = over_time(*readers(cast.head))
    assert points == [
        Point(dt.date(2026, 11, 23 + days), reports.percent(min(days + 1, 4), len(everybody))) for days in range(5)
    ]


def test_however_old_a_version_is_the_chart_has_few_points_and_ends_today(cast):
    with clock.frozen(clock.now() + dt.timedelta(days=1000)):
        points = over_time(*readers(cast.head))
        assert 2 <= len(points) <= reports.MOST_POINTS
        assert points[-1] == Point(clock.today(), 100)


def test_new_starters_are_those_whose_first_role_began_within_90_days(cast):
    with clock.frozen(clock.now() + dt.timedelta(days=60)):
        joiner = people.add_from_the_start(people.PersonDetails("joiner", "Joiner Invented"), (Role.STAFF_DIRECT,))
        found = reports.new_starters(cast.head)[1]
        assert found[0].reader.id == joiner
        assert len(found[0].reader.owes) == 4
        assert len(found) == 1 + len(vars(cast)), "the others began 90 days ago"
    with clock.frozen(clock.now() + dt.timedelta(days=61)):
        assert [each.reader.id for each in reports.new_starters(cast.head)[1]] == [joiner]


def test_two_thousand_people_take_as_many_queries_as_two(cast, monkeypatch):
    new_version(cast.head)

    def asked():
        seen, run = [], db.execute_sql
        with monkeypatch.context() as patch:
            patch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
            found = readers(cast.head)[1]
        return len(seen), len(found)

    asked()
    few = asked()
    with writing():
        many = [{"username": f"many{number}", "name": "Many", "made_at": clock.now()} for number in range(2000)]
        for begin in range(0, 2000, 500):
            Person.insert_many(many[begin : begin + 500]).execute()
        ids = [row.id for row in Person.select(Person.id).where(Person.username.startswith("many"))]
        grants = {"role": "parent", "starts_on": clock.today(), "given_at": clock.now()}
        for begin in range(0, 2000, 500):
            RoleGrant.insert_many([{"person": person, **grants} for person in ids[begin : begin + 500]]).execute()
    assert asked() == (few[0], few[1] + 2000)


# --- Any order ----------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.just(("publish",)),
        st.tuples(st.just("read"), st.sampled_from(["teacher", "pupil", "parent"]), st.integers(0, 3)),
        st.tuples(st.just("read old"), st.sampled_from(["teacher", "pupil", "parent"])),
        st.tuples(st.just("role"), st.sampled_from(["teacher", "parent"]), st.sampled_from(list(Role))),
    ),
    max_size=12,
)


def roles_change(actor, role):
    """Somebody holds a role from now on, or no longer."""
    held = RoleGrant.select().where(RoleGrant.person == actor.id, RoleGrant.role == role.value)
    if not RoleGrant.update(taken_at=clock.now()).where(RoleGrant.id.in_(held), RoleGrant.taken_at.is_null()).execute():
        grant = {"person": actor.id, "role": role.value, "starts_on": clock.today(), "given_at": clock.now()}
        RoleGrant.insert(**grant).execute()


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_any_order_of_publishing_reading_and_roles_each_owes_exactly_what_they_have_not_read(cast, steps):
    """Invariant 16, and the promise that what was kept stays: whatever happens, in whatever order."""
    with db.atomic() as attempt:
        first, read, number = policy_in_force().version, {}, 0
        for row in Acknowledgement.select():
            read.setdefault((row.person_id, row.version_id), set()).add(f"{row.item}.{row.role}".rstrip("."))
        for what, *more in steps:
            actor = actors.actor_of_person(getattr(cast, more[0]).id) if more else None
            version = first if what == "read old" else policy_in_force().version
            if what == "publish":
                number += 1
                new_version(cast.head, f"Look at it {number} times a day.")
            elif what == "role":
                roles_change(actor, more[1])
            else:
                keys = [key.spelled for key in keys_for(version, actor.roles)]
                keys = keys[more[1] :] if what == "read" else keys
                with contextlib.suppress(AlreadyDone, acknowledging.Invalid):
                    acknowledging.acknowledge(actor, actor.id, version, keys)
                read.setdefault((actor.id, version), set()).update(keys)
            check(cast, read)
        for row in Acknowledgement.select().order_by(Acknowledgement.id.desc()).limit(5):
            kept = acknowledging.find(cast.head, row.id)
            key = next(each.key for each in owed.history(row.person_id) if each.id == row.id)
            assert kept.content == text_of(row.version_id, key)
        attempt.rollback()
    forget_versions()


def check(cast, read):
    """Everybody owes what they have not read of the version in force, on every list of it."""
    version = policy_in_force().version
    found = {reader.id: [key.spelled for key in reader.owes] for reader in readers(cast.head)[1]}
    for name in ("teacher", "pupil", "parent"):
        actor = actors.actor_of_person(getattr(cast, name).id)
        given = read.get((actor.id, version), set())
        wanted = [key.spelled for key in keys_for(version, actor.roles) if key.spelled not in given]
        assert spelled(owed.owed(actor)) == wanted
        assert spelled(owed.waiting(actor, policy_in_force().version).owed) == wanted
        assert found.get(actor.id, []) == wanted


def test_the_trail_holds_and_knows_each_acknowledgement(cast):
    new_version(cast.head)
    read_all(cast.parent, cast.pupil.id)
    reports.remind(cast.office)
    assert trail.verify()[1] == []
    told = AuditEvent.select().where(AuditEvent.event.startswith("acknowledged")).count()
    assert told == Acknowledgement.select().count()
