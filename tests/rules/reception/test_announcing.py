"""Staff announce visits; hosts and reception change and cancel them."""

import datetime as dt

import pytest

from models import AuditEvent, Person, Visit, Visitor
from rules.audit import trail
from rules.auth.permissions import STAFF
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.reception import announcing, stays
from rules.visitors import search, visits
from rules.visitors.validation import MOST_NAMES
from tests.conftest import CAST
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, receive

STAFF_NAMES = [who for who, roles in CAST.items() if not STAFF.isdisjoint(roles)]


@pytest.fixture
def announced(cast):
    """A visit to the teacher, announced by the office; its id."""

    def make(**changed):
        return announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]

    return make


def errors(actor, details):
    """What is said of a visit that cannot be announced; nothing is kept then."""
    with pytest.raises(Invalid) as caught:
        announcing.announce(actor, details)
    assert (Visit.select().count(), Visitor.select().count()) == (0, 0)
    return caught.value.errors


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- Announcing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STAFF_NAMES)
def test_any_member_of_staff_announces_a_visitor(cast, who):
    actor, before = getattr(cast, who), touched()
    (visit,) = announcing.announce(actor, a_visit(actor))
    (kept,) = announcing.mine(actor)
    assert (kept.id, kept.name, kept.host_name, kept.ends_on) == (visit, "Maeve O’Brien", actor.name, MONDAY)
    assert newest() == f"{actor.name} announced a visitor, Monday 23 November 2026."
    assert touched() > before


@pytest.mark.parametrize("who", sorted(CAST.keys() - set(STAFF_NAMES)))
def test_nobody_else_announces_one(cast, who):
    with pytest.raises(NotAllowed):
        announcing.announce(getattr(cast, who), a_visit(cast.teacher))


def test_a_team_is_announced_at_once_and_each_of_them_is_expected(cast):
    team = a_visit(cast.teacher, more_names=("Jo Null", "", " jo  null", "MAEVE O'BRIEN", "Ann 🦊"))
    assert len(announcing.announce(cast.office, team)) == 3
    assert [visit.name for visit in announcing.expected_today(cast.office)] == ["Ann 🦊", "Jo Null", "Maeve O’Brien"]


def test_one_person_cannot_fill_the_lists_of_reception(cast):
    for number in range(10):
        names = tuple(f"Visitor {number}-{other}" for other in range(9))
        announcing.announce(cast.teacher, a_visit(cast.teacher, name=f"Visitor {number}", more_names=names))
    visit, other = announcing.mine(cast.teacher)[:2]
    with pytest.raises(Invalid) as caught:
        announcing.announce(cast.teacher, a_visit(cast.teacher))
    assert caught.value.errors["name"].startswith("You can announce 100 visits that are to come.")
    assert announcing.announce(cast.office, a_visit(cast.teacher)), "reception has no limit"
    announcing.cancel(cast.teacher, visit.id)
    assert announcing.announce(cast.teacher, a_visit(cast.teacher, name="Jo Null"))
    receive(cast.office, other.id)
    assert announcing.announce(cast.teacher, a_visit(cast.teacher, name="Una Null")), "who has come counts no more"


def test_one_bad_name_keeps_the_whole_team_out(cast):
    assert errors(cast.office, a_visit(cast.teacher, more_names=("Jo", "…"))) == {
        "more_names": "Write a name with at least one letter: line 2"
    }
    many = tuple(f"Jo {'i' * number}" for number in range(1, MOST_NAMES + 1))
    assert "more_names" in errors(cast.office, a_visit(cast.teacher, more_names=many))


def test_the_same_form_sent_twice_is_one_visit(cast):
    team = a_visit(cast.teacher, more_names=("Jo",))
    first = announcing.announce(cast.office, team, "key")
    assert announcing.announce(cast.office, team, "key") == first[:1]
    assert Visit.select().count() == 2
    announcing.announce(cast.teacher, team, "key")
    assert Visit.select().count() == 4


def test_a_visitor_who_is_known_is_not_made_again(cast, announced):
    announced()
    announced(name="maeve o'brien", starts_on=TUESDAY)
    assert Visitor.select().count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"organisation": "x" * 121}, "organisation"),
        ({"organisation": "A\x00"}, "organisation"),
        ({"purpose": " "}, "purpose"),
        ({"kind": "king"}, "kind"),
        ({"host": None}, "host"),
        ({"starts_on": None}, "starts_on"),
        ({"starts_on": dt.date(2026, 11, 22)}, "starts_on"),
        ({"starts_on": dt.date(2027, 12, 1)}, "starts_on"),
        ({"starts_on": TUESDAY, "ends_on": MONDAY}, "ends_on"),
        ({"ends_on": dt.date(2028, 11, 23)}, "ends_on"),
        ({"expected_at": None, "expected_until": dt.time(10)}, "expected_at"),
        ({"expected_until": dt.time(9)}, "expected_until"),
        ({"expected_at": dt.time(8), "expected_until": dt.time(9, 30)}, "expected_until"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, changed, field):
    assert list(errors(cast.office, a_visit(cast.teacher, **changed))) == [field]


@pytest.mark.parametrize("who", ["pupil", "parent", "director"])
def test_a_host_is_a_member_of_staff(cast, who):
    assert "host" in errors(cast.office, a_visit(getattr(cast, who)))


def test_nobody_who_has_left_can_be_chosen_as_host(cast):
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    assert "host" in errors(cast.office, a_visit(cast.teacher))


# --- Who is expected ----------------------------------------------------------------------------------------


def test_visits_are_expected_in_the_order_of_their_times(cast, announced):
    announced(name="No time", expected_at=None)
    announced(name="Late", expected_at=dt.time(14))
    announced(name="Early", expected_at=dt.time(8))
    announced(name="Since yesterday", starts_on=MONDAY, ends_on=FRIDAY, expected_at=dt.time(10))
    assert [visit.name for visit in announcing.expected_today(cast.office)] == [
        "Early",
        "Since yesterday",
        "Late",
        "No time",
    ]


def test_a_visit_of_several_days_is_expected_on_each_of_them(cast, announced):
    visit = announced(ends_on=TUESDAY)
    stays.sign_out(cast.office, receive(cast.office, visit))
    assert announcing.expected_today(cast.office) == []
    with at(TUESDAY, 9):
        assert [each.id for each in announcing.expected_today(cast.office)] == [visit]
    with at(dt.date(2026, 11, 25), 9):
        assert announcing.expected_today(cast.office) == []


def test_a_host_who_has_left_is_named_so_and_the_visit_still_works(cast, announced):
    visit = announced()
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    (expected,) = announcing.expected_today(cast.office)
    assert expected.host_name == "Teacher Invented (has left the school)"
    announcing.change(cast.office, visit, 1, a_visit(cast.teacher, purpose="To mend the sink"))
    assert receive(cast.office, visit)


def test_only_reception_sees_who_is_expected(cast):
    for who in ("teacher", "dsl", "parent"):
        with pytest.raises(NotAllowed):
            announcing.expected_today(getattr(cast, who))


# --- Changing and cancelling --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "office", "head"])
def test_the_host_and_reception_change_a_visit(cast, announced, who):
    actor, visit = getattr(cast, who), announced()
    announcing.change(actor, visit, 1, a_visit(cast.teacher, starts_on=TUESDAY, name="Jo Null"))
    kept = visits.one(visit)
    assert (kept.starts_on, kept.name, kept.revision) == (TUESDAY, "Jo Null", 2)
    whom = "" if who == "teacher" else " to Teacher Invented"
    assert newest() == f"{actor.name} changed a visit{whom}, Tuesday 24 November 2026."


def test_who_announced_a_visit_changes_it_too(cast):
    (visit,) = announcing.announce(cast.finance, a_visit(cast.teacher))
    announcing.change(cast.finance, visit, 1, a_visit(cast.assistant))
    assert visits.one(visit).host == cast.assistant.id


def test_to_other_staff_the_visit_does_not_exist(cast, announced):
    visit = announced()
    with pytest.raises(NotFound):
        announcing.change(cast.assistant, visit, 1, a_visit(cast.assistant))
    with pytest.raises(NotFound):
        announcing.cancel(cast.assistant, visit)
    with pytest.raises(NotFound):
        announcing.find_to_change(cast.office, visit + 1)


def test_of_two_who_change_a_visit_at_once_the_second_is_told(cast, announced):
    visit = announced()
    announcing.change(cast.office, visit, 1, a_visit(cast.teacher, purpose="First"))
    with pytest.raises(Conflict):
        announcing.change(cast.teacher, visit, 1, a_visit(cast.teacher, purpose="Second"))
    assert visits.one(visit).purpose == "First"


def test_a_cancelled_visit_is_expected_no_more_and_stays_cancelled(cast, announced):
    visit = announced()
    announcing.cancel(cast.teacher, visit)
    assert newest() == "Teacher Invented cancelled a visit, Monday 23 November 2026."
    assert (announcing.expected_today(cast.office), announcing.mine(cast.teacher)) == ([], [])
    with pytest.raises(Conflict, match="has been cancelled"):
        announcing.cancel(cast.teacher, visit)


def test_nothing_is_changed_while_the_visitor_is_in_the_building(cast, announced):
    visit = announced(ends_on=TUESDAY)
    stay = receive(cast.office, visit)
    with pytest.raises(Conflict, match="is in the building"):
        announcing.change(cast.office, visit, 1, a_visit(cast.teacher))
    with pytest.raises(Conflict, match="is in the building"):
        announcing.cancel(cast.office, visit)
    stays.sign_out(cast.office, stay)
    announcing.change(cast.office, visit, 1, a_visit(cast.assistant, ends_on=FRIDAY, purpose="To paint"))
    for text, found in (("paint", [stay]), ("boiler", []), ("assistant", [stay]), ("teacher", [])):
        assert search.newest(text, 2**62, 0, 9) == found


def test_who_has_been_here_is_not_made_somebody_else(cast, announced):
    visit = announced(ends_on=TUESDAY)
    stays.sign_out(cast.office, receive(cast.office, visit))
    other = a_visit(cast.teacher)._replace(name="Jo", organisation="Elm", starts_on=TUESDAY)
    with pytest.raises(Invalid) as caught:
        announcing.change(cast.office, visit, 1, other)
    assert caught.value.errors.keys() == {"name", "organisation", "starts_on"}


def test_a_visit_that_is_over_is_not_changed(cast, announced):
    visit = announced()
    with at(TUESDAY, 9), pytest.raises(Conflict, match="is over"):
        announcing.cancel(cast.office, visit)


def test_a_visit_that_began_yesterday_can_be_made_longer(cast, announced):
    visit = announced(ends_on=TUESDAY)
    with at(TUESDAY, 9):
        announcing.change(cast.teacher, visit, 1, a_visit(cast.teacher, starts_on=MONDAY, ends_on=FRIDAY))
    assert visits.one(visit).ends_on == FRIDAY


def test_no_word_that_somebody_typed_is_on_the_trail(cast, announced):
    visit = announced(vehicle="AB12 CDE")
    announcing.change(cast.office, visit, 1, a_visit(cast.teacher, purpose="Zebra"))
    stays.sign_out(cast.office, receive(cast.office, visit))
    told = " ".join(str(row.payload) for row in AuditEvent.select())
    assert not [word for word in ("Maeve", "Larch", "boiler", "Zebra", "AB12") if word in told]
