"""Who comes regularly reads and accepts the fuller text, once for each version of the policy (clause 6.4)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database import IntegrityError, writing
from enums import Role
from models import PolicyVersion, RoleGrant, Tablet, Visitor, VisitorAcknowledgement
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Invalid, NotAllowed
from rules.policy import in_force
from rules.policy.schema import RegularVisits
from rules.reception import announcing, stays
from rules.visitors import duplicates, regulars, visits
from rules.visitors.regulars import regular_since
from tests.conftest import CAST
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, receive

NAME, FIRM = "Maeve O’Brien", "Larch Ltd"


@pytest.fixture
def came(cast):
    """A visitor came on these days, at ten, each time on a visit of that day; the id of their entry."""
    RoleGrant.update(starts_on=dt.date(2026, 1, 1)).execute()  # the staff were there as early

    def make(*days, name=NAME, **changed):
        for day in days:
            with at(day, 10):
                (visit,) = announcing.announce(cast.office, a_visit(cast.teacher, name=name, **changed))
                stays.sign_out(cast.office, receive(cast.office, visit))
        return visits.one(visit).visitor

    return make


@pytest.fixture
def new_version(school):
    """A new version of the policy comes into force; its number."""

    def make(**changed):
        newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
        columns = {**newest.__data__, "id": None, "digest": "another", "loaded_at": clock.now(), **changed}
        return PolicyVersion.insert(columns).execute()

    return make


def days_ago(*numbers):
    """The days so many days before this Monday."""
    return [MONDAY - dt.timedelta(days=number) for number in numbers]


def forget_acknowledgements():
    """As if nobody had accepted the fuller text yet."""
    VisitorAcknowledgement._meta.database.execute_sql("DROP TRIGGER visitor_acknowledgement_no_delete")
    VisitorAcknowledgement.delete().execute()


# --- Who is regular -----------------------------------------------------------------------------------------


def test_on_the_third_day_they_are_regular_and_on_the_second_not_yet(came):
    visitor = came(*days_ago(20))
    assert not regulars.owes(visitor)
    visitor = came(*days_ago(7))
    assert regulars.owes(visitor)


def test_a_day_thirty_days_ago_is_one_too_many(came):
    assert not regulars.owes(came(*days_ago(30, 7)))
    assert regulars.owes(came(*days_ago(29), name="Ann Hill")) is False
    assert regulars.owes(came(*days_ago(7), name="Ann Hill"))


def test_two_stays_on_one_day_are_one_day(came):
    visitor = came(*days_ago(7, 7, 7))
    assert not regulars.owes(visitor)


def test_who_has_come_today_already_is_not_counted_twice(came):
    assert not regulars.owes(came(*days_ago(7, 0)))


def test_a_visit_of_several_days_makes_regular_from_its_first_moment(cast):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, ends_on=TUESDAY))
    visitor = visits.one(visit).visitor
    assert regulars.owes(visitor)
    announcing.cancel(cast.teacher, visit)
    assert not regulars.owes(visitor)


def test_a_visit_of_several_days_that_lies_ahead_does_not_count_yet(cast):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, starts_on=TUESDAY, ends_on=FRIDAY))
    assert not regulars.owes(visits.one(visit).visitor)


def test_who_came_on_a_visit_of_several_days_stays_regular_for_thirty_days(came):
    (first,) = days_ago(29)
    visitor = came(first, ends_on=first + dt.timedelta(days=1))
    forget_acknowledgements()
    assert regulars.owes(visitor)
    with at(TUESDAY, 10):
        assert not regulars.owes(visitor)


def test_entries_that_were_merged_count_as_one_person_and_parted_they_do_not(cast, came):
    kept, other = came(*days_ago(7)), came(*days_ago(6), organisation="Larch Limited")
    assert not regulars.owes(kept)
    duplicates.merge(cast.office, kept, other)
    assert regulars.owes(kept)
    assert regulars.owes(other)
    (merge,) = duplicates.standing(cast.office, kept)
    duplicates.undo(cast.office, merge.id)
    assert not regulars.owes(kept)


def test_the_days_are_the_schools_on_the_night_an_hour_comes_twice(came):
    """The clocks go back on 25 October 2026: half past midnight is still the evening before in UTC."""
    with clock.frozen(dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC)):
        assert clock.today() == dt.date(2026, 10, 25)
        visitor = came(dt.date(2026, 10, 20), dt.date(2026, 10, 24))
        assert regulars.owes(visitor)
    with at(dt.date(2026, 11, 18), 23, 59):
        assert regulars.owes(visitor)
    with at(dt.date(2026, 11, 19), 0, 1):
        assert not regulars.owes(visitor)


def test_the_numbers_are_the_policys(came, new_version):
    visitor = came(*days_ago(40))
    assert not regulars.owes(visitor)
    new_version(visitors={"regular": {"visits": 2, "days": 41}})
    assert regulars.owes(visitor)


def test_a_version_that_says_nothing_means_three_days_of_thirty(new_version):
    new_version(visitors={})
    assert regulars.numbers() == RegularVisits(3, 30)


def test_nobody_owes_anything_where_nobody_is_asked_for(school):
    assert regulars.owing(set()) == set()
    assert not regulars.owes(999)


# --- By name ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "organisation", "owes"),
    [
        ("MAEVE O'BRIEN", "larch ltd", True),
        ("Maeve O’Brien", "", True),
        ("Maeve O’Brien", "Elm Ltd", False),
        ("Ann Hill", "Larch Ltd", False),
        ("", "", False),
        ("a\ud800", "", False),
        ("a\x00b", "", False),
    ],
)
def test_somebody_is_known_by_name_before_they_are_signed_in(came, name, organisation, owes):
    came(*days_ago(7, 6))
    assert regulars.owes_by_name(name, organisation) is owes


# --- Accepting ----------------------------------------------------------------------------------------------


def test_who_owes_is_signed_in_only_with_the_fuller_text_and_that_is_kept_once(cast, came):
    visitor = came(*days_ago(7, 6))
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher))
    version = in_force.policy_in_force().version
    for shown in (None, version + 1):
        with pytest.raises(Invalid) as caught:
            stays.sign_in(cast.office, visit, True, (), shown)
        assert caught.value.errors["accepts"].startswith("Maeve O’Brien comes regularly. Show them the fuller text")
    with pytest.raises(Invalid) as caught:
        stays.sign_in(cast.office, visit, False, (), version)
    assert caught.value.errors == {"accepts": stays.MUST_ACCEPT}
    stay = stays.sign_in(cast.office, visit, True, (), version)
    (kept,) = VisitorAcknowledgement.select()
    assert (kept.visitor_id, kept.version_id, kept.at) == (visitor, version, clock.now())
    assert (kept.taken_by_id, kept.tablet_id) == (cast.office.id, None)
    said = [entry.sentence for entry in trail.entries(trail.Filter())[0]]
    assert f"A regular visitor accepted the fuller text of policy version {version}." in said
    stays.sign_out(cast.office, stay)
    assert stays.sign_in(cast.office, visit, True, ())
    assert VisitorAcknowledgement.select().count() == 1


def test_who_walks_in_for_the_third_time_is_shown_it_as_well(cast, came):
    came(*days_ago(7, 6))
    details, version = a_visit(cast.teacher, name="maeve obrien"), in_force.policy_in_force().version
    with pytest.raises(Invalid) as caught:
        stays.walk_in(cast.office, details, True, ())
    assert list(caught.value.errors) == ["accepts"]
    stays.walk_in(cast.office, details, True, (), None, version)
    assert VisitorAcknowledgement.select().count() == 1


def test_who_comes_for_the_first_time_accepts_nothing_fuller(cast):
    stays.walk_in(cast.office, a_visit(cast.teacher), True, (), None, in_force.policy_in_force().version)
    assert VisitorAcknowledgement.select().count() == 0


def test_a_new_version_of_the_policy_is_owed_again(came, new_version):
    visitor = came(*days_ago(9, 8, 7))
    assert not regulars.owes(visitor)
    new_version()
    assert regulars.owes(visitor)


def test_what_one_entry_accepted_counts_for_the_person(cast, came):
    kept, other = came(*days_ago(9, 8, 7)), came(*days_ago(6, 5), organisation="Larch Limited")
    assert regulars.owes(other)
    duplicates.merge(cast.office, kept, other)
    assert not regulars.owes(other)
    with writing():
        regulars.save_acceptance(other, taken_by=cast.office.id)
    assert VisitorAcknowledgement.select().count() == 1


def test_at_a_tablet_the_tablet_is_kept_and_open_pages_notice(cast, came):
    visitor, before = came(*days_ago(7, 6)), touched()
    made = {"name": "Front door", "secret_digest": "x", "made_by": cast.office.id, "made_at": clock.now()}
    tablet = Tablet.insert(made).execute()
    with writing():
        regulars.save_acceptance(visitor, tablet=tablet)
        regulars.save_acceptance(visitor, tablet=tablet)
    (kept,) = VisitorAcknowledgement.select()
    assert (kept.tablet_id, kept.taken_by_id) == (tablet, None)
    assert touched() > before
    assert regulars.of_visitor(cast.head, visitor).accepted[0].by == "the tablet Front door"


def test_the_database_keeps_it_once_for_each_version(came):
    came(*days_ago(9, 8, 7))
    kept = VisitorAcknowledgement.get()
    with pytest.raises(IntegrityError), writing():
        VisitorAcknowledgement.insert({**kept.__data__, "id": None}).execute()


# --- The fuller text ----------------------------------------------------------------------------------------


def test_the_fuller_text_holds_what_is_expected_of_all_and_what_binds_regular_visitors(school):
    policy = in_force.policy_in_force()
    lines = regulars.fuller_text(policy)
    expected = [line["says"] for line in policy.visitors["expects"]]
    assert [line.says for line in lines[: len(expected)]] == expected
    duties = in_force.obligation_lines(policy.version, frozenset({Role.REGULAR_VISITOR}))
    assert len(lines) == len(expected) + len(duties)
    assert {"6.4"} in [set(line.clauses) for line in lines]
    assert all(line.clauses and line.says.endswith(".") for line in lines)
    (before,) = {line.says for line in lines if line.says.startswith("Before you use your own device")}
    assert before.endswith("in school: talk to the headteacher, and wait for a yes.")


# --- Lists --------------------------------------------------------------------------------------------------


def test_the_list_names_the_regular_visitors_of_the_last_days_and_first_who_owes(cast, came, new_version):
    ann, owes = came(*days_ago(9, 8, 7), name="Ann Hill"), came(*days_ago(5, 4, 3))
    came(*days_ago(40, 39, 3), name="Jo Null")
    jane = came(MONDAY, name="Jane Long", ends_on=TUESDAY)
    assert [(each.id, each.owes) for each in regulars.of_last_days(cast.dsl)] == [
        (ann, False),
        (jane, False),
        (owes, False),
    ]
    new_version()
    with writing():
        regulars.save_acceptance(ann, taken_by=cast.office.id)
    found = regulars.of_last_days(cast.office)
    assert [(each.id, each.owes, each.times, each.long) for each in found] == [
        (jane, True, 1, True),
        (owes, True, 3, False),
        (ann, False, 3, False),
    ]
    assert [each.last for each in found] == [MONDAY, *days_ago(3, 7)]


def test_a_person_who_was_entered_twice_stands_in_the_list_once(cast, came):
    kept, other = came(*days_ago(7)), came(*days_ago(6, 5), organisation="Larch Limited")
    assert regulars.of_last_days(cast.head) == []
    duplicates.merge(cast.office, kept, other)
    assert [(each.id, each.times) for each in regulars.of_last_days(cast.head)] == [(kept, 3)]


def test_a_visitors_history_says_since_when_they_are_regular_and_what_they_accepted(cast, came, new_version):
    visitor = came(*days_ago(100, 99, 98, 20, 19, 18, 3))
    first = in_force.policy_in_force().version
    standing = regulars.of_visitor(cast.head, visitor)
    assert (standing.since, standing.owes) == (*days_ago(18), False)
    assert [(each.version, each.by) for each in standing.accepted] == [(first, "Office Invented")]
    second = new_version()
    assert regulars.of_visitor(cast.head, visitor).owes
    with writing():
        regulars.save_acceptance(visitor, taken_by=cast.head.id)
    assert [each.version for each in regulars.of_visitor(cast.head, visitor).accepted] == [second, first]
    with at(MONDAY + dt.timedelta(days=60), 10):
        standing = regulars.of_visitor(cast.head, visitor)
        assert (standing.since, standing.owes, len(standing.accepted)) == (None, False, 2)


READERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.READ_VISITOR_LOG] & set(roles)]


@pytest.mark.parametrize("who", sorted(CAST.keys() - set(READERS)))
def test_nobody_else_reads_who_comes_regularly(cast, came, who):
    visitor = came(MONDAY)
    for step in (regulars.of_last_days, lambda actor: regulars.of_visitor(actor, visitor)):
        with pytest.raises(NotAllowed):
            step(getattr(cast, who))


# --- Since when ---------------------------------------------------------------------------------------------


@given(
    st.sets(st.integers(0, 60), max_size=25),
    st.sets(st.integers(0, 60), max_size=3),
    st.integers(1, 4),
    st.integers(4, 15),
)
def test_since_when_is_what_counting_every_day_says(plain, long, visits, span):
    """Checked against the definition: for each day, how many days they came on within the span that ends there."""
    days, numbers = plain | long, RegularVisits(visits, span)
    first = dt.date(2026, 1, 1)

    def regular(today):
        within = range(today - span + 1, today + 1)
        return len([day for day in days if day in within]) >= visits or any(day in within for day in long)

    expected = None
    for today in range(61):
        expected = (today if expected is None else expected) if regular(today) else None
    found = regular_since(
        [first + dt.timedelta(days=day) for day in sorted(days)],
        [first + dt.timedelta(days=day) for day in sorted(long)],
        first + dt.timedelta(days=60),
        numbers,
    )
    assert found == (None if expected is None else first + dt.timedelta(days=expected))


def test_the_entry_of_a_visitor_is_not_changed_by_any_of_it(came):
    visitor = came(*days_ago(9, 8, 7))
    assert Visitor.get_by_id(visitor).same_as_id is None
