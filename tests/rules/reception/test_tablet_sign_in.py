"""Visitors sign themselves in at the reception tablet (clauses 6.1, 6.2, 6.4)."""

import datetime as dt

import pytest

from database import db
from models import AuditEvent, Person, Stay, Visit, Visitor, VisitorAcknowledgement
from rules.audit import trail
from rules.core.errors import Conflict, Invalid
from rules.policy.in_force import policy_in_force
from rules.reception import announcing, log, stays, tablet_sign_in, tablets
from rules.reception.tablet_sign_in import Accepted, Said
from rules.visitors import search, watchlist
from tests.support.visitors import FRIDAY, TUESDAY, a_visit, at, later


@pytest.fixture
def tablet(cast):
    """The tablet at the front desk."""
    return tablets.switch_on(cast.office, "Front desk")


@pytest.fixture
def said(cast):
    """What a visitor of the teacher says of herself."""
    return Said("Maeve O’Brien", "Larch Ltd", "contractor", cast.teacher.id, "AB12 CDE", ("phone",), False)


@pytest.fixture
def announced(cast):
    """A visit to the teacher, announced by the office; its id."""

    def make(**changed):
        return announcing.announce(cast.office, a_visit(cast.teacher, **changed))[0]

    return make


def arrive(tablet, said, expectations=True, fuller=False, version=None, form_key=None):
    """Somebody signs in; the stay."""
    accepted = Accepted(version or policy_in_force().version, expectations, fuller)
    return tablet_sign_in.arrive(tablet, said, accepted, form_key)


def rows():
    """How many visitors, visits and stays there are."""
    return Visitor.select().count(), Visit.select().count(), Stay.select().count()


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- A new visit --------------------------------------------------------------------------------------------


def test_a_visitor_who_was_not_announced_signs_in_and_is_seen_by_reception_and_in_the_log(cast, tablet, said):
    stay = arrive(tablet, said._replace(needs_device=True))
    (here,), _ = stays.open_stays(cast.office)
    assert here == stay
    assert (here.name, here.organisation, here.host, here.vehicle) == (
        *("Maeve O’Brien", "Larch Ltd", "Teacher Invented", "AB12 CDE"),
    )
    assert (here.came_by, here.at_tablet, here.carries, here.needs_device) == (
        *("the tablet Front desk", True, ("phone",), True),
    )
    kept = Stay.get_by_id(stay.id)
    assert (kept.came_by_id, kept.accepted_version_id) == (None, policy_in_force().version)
    assert log.entries(cast.office, log.LogFilter(text="larch"))[0] == [stay]
    assert search.newest("teacher", 2**62, 0, 9) == [stay.id]
    assert newest() == "A visitor to Teacher Invented signed in at the tablet Front desk."


def test_the_trail_does_not_say_that_the_host_announced_it_and_the_host_finds_the_visit(cast, tablet, said):
    arrive(tablet, said)
    assert not AuditEvent.select().where(AuditEvent.event == "visit-announced").exists()
    (mine,) = announcing.mine(cast.teacher)
    assert (mine.name, mine.purpose) == ("Maeve O’Brien", tablet_sign_in.NOT_ANNOUNCED)


def test_everything_that_is_wrong_is_said_at_once_in_words_for_the_visitor_and_nothing_is_kept(cast, tablet):
    with pytest.raises(Invalid) as caught:
        arrive(tablet, Said("", "", "", None, carries=("spaceship",)), expectations=False)
    assert caught.value.errors == {
        "name": "Write your name",
        "kind": "Choose what brings you here",
        "host": "Choose whom you visit. If you do not know, ask at reception",
        "carries": "Choose from the list what they have with them",
        "needs_device": "Choose yes or no",
        "accepts": tablet_sign_in.MUST_ACCEPT,
    }
    assert rows() == (0, 0, 0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "…"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Maeve\u202e"}, "name"),
        ({"name": "👩‍👧"}, "name"),
        ({"name": "a" + "\u0301" * 9}, "name"),
        ({"organisation": "x" * 121}, "organisation"),
        ({"vehicle": "x" * 61}, "vehicle"),
        ({"kind": "king"}, "kind"),
        ({"needs_device": None}, "needs_device"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, tablet, said, changed, field):
    with pytest.raises(Invalid) as caught:
        arrive(tablet, said._replace(**changed))
    assert list(caught.value.errors) == [field]
    assert rows() == (0, 0, 0)


@pytest.mark.parametrize("name", ["Null", "A", "李", "x" * 200, "Ann 🦊", "O'Brien-Ó Súilleabháin", "Robert'); --"])
def test_a_name_is_taken_as_it_is_and_opens_the_way_out(cast, tablet, said, name):
    stay = arrive(tablet, said._replace(name=name))
    assert stay.name == name
    assert stays.open_stays(cast.office)[0] == [stay]


@pytest.mark.parametrize("who", ["pupil", "parent", "director"])
def test_only_a_member_of_staff_is_visited(cast, tablet, said, who):
    with pytest.raises(Invalid) as caught:
        arrive(tablet, said._replace(host=getattr(cast, who).id))
    assert list(caught.value.errors) == ["host"]


def test_a_host_who_has_left_between_the_two_steps_is_chosen_anew(cast, tablet, said):
    assert tablet_sign_in.validate(said) == {}
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    with pytest.raises(Invalid) as caught:
        arrive(tablet, said)
    assert list(caught.value.errors) == ["host"]


def test_who_has_read_an_older_text_reads_the_new_one_first(cast, tablet, said):
    with pytest.raises(Invalid) as caught:
        arrive(tablet, said, version=policy_in_force().version + 1)
    assert caught.value.errors == {"accepts": tablet_sign_in.READ_AGAIN}
    assert rows() == (0, 0, 0)


# --- The visit that was announced ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("Maeve O’Brien", "Larch Ltd"),
        ("maeve o'brien", "LARCH LTD."),
        ("Maeve O’Brien", ""),
        ("Maéve O`Brien", "Larch Ltd"),
    ],
)
def test_who_was_announced_is_signed_in_to_that_visit(cast, tablet, said, announced, name, organisation):
    visit = announced()
    stay = arrive(tablet, said._replace(name=name, organisation=organisation, host=cast.head.id))
    assert (stay.visit, stay.host, stay.purpose, stay.vehicle) == (
        *(visit, "Teacher Invented", "To mend the boiler", "AB12 CDE"),
    )
    assert rows() == (1, 1, 1)
    assert announcing.expected_today(cast.office) == []


def test_a_name_that_was_composed_and_one_that_was_not_are_one_person(cast, tablet, said, announced):
    visit = announced(name="Sea\u0301n O\u0301 Su\u0301illeabha\u0301in")
    assert arrive(tablet, said._replace(name="Seán Ó Súilleabháin")).visit == visit


def test_a_vehicle_that_was_announced_stays_as_it_was(cast, tablet, said, announced):
    announced(vehicle="OLD 1")
    assert arrive(tablet, said).vehicle == "OLD 1"


@pytest.mark.parametrize(
    "days", [{"starts_on": TUESDAY}, {"organisation": "Elm & Co"}, {"name": "Maeve O’Brien-Hill"}], ids=str
)
def test_a_visit_of_another_day_organisation_or_person_is_not_theirs(cast, tablet, said, announced, days):
    assert arrive(tablet, said).visit != announced(**days)
    assert Visit.select().count() == 2


def test_a_cancelled_visit_is_not_begun(cast, tablet, said, announced):
    visit = announced()
    announcing.cancel(cast.office, visit)
    assert arrive(tablet, said).visit != visit


def test_where_two_visits_could_be_meant_a_new_one_is_made(cast, tablet, said, announced):
    both = {announced(), announced(organisation="Elm & Co")}
    assert arrive(tablet, said._replace(organisation="")).visit not in both


def test_who_comes_back_from_lunch_goes_on_with_the_same_visit(cast, tablet, said):
    first = arrive(tablet, said)
    stays.sign_out(cast.office, first.id)
    with later(hours=1):
        second = arrive(tablet, said)
    assert (second.visit, Stay.select().count()) == (first.visit, 2)
    assert second.id != first.id


def test_who_comes_back_to_see_somebody_else_begins_another_visit(cast, tablet, said):
    first = arrive(tablet, said)
    stays.sign_out(cast.office, first.id)
    assert arrive(tablet, said._replace(host=cast.head.id)).visit != first.visit


# --- Already here -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["announced", "walked in"])
def test_who_is_in_the_building_is_not_signed_in_a_second_time(cast, tablet, said, announced, before):
    if before == "announced":
        stays.sign_in(cast.office, announced(), True, ())
    else:
        arrive(tablet, said)
    with pytest.raises(Conflict) as caught:
        arrive(tablet, said)
    assert str(caught.value) == tablet_sign_in.AT_RECEPTION
    assert Stay.select().count() == 1


def test_who_was_not_signed_out_yesterday_is_sent_to_reception_in_the_same_words(cast, tablet, said, announced):
    announced(ends_on=FRIDAY)
    arrive(tablet, said, fuller=True)
    with at(TUESDAY, 9), pytest.raises(Conflict) as caught:
        arrive(tablet, said)
    assert str(caught.value) == tablet_sign_in.AT_RECEPTION


@pytest.mark.parametrize("organisations", [("Larch Ltd", ""), ("", "Larch Ltd"), ("", ""), ("Larch Ltd", "LARCH Ltd.")])
@pytest.mark.parametrize("host", ["teacher", "head"])
def test_who_says_no_organisation_once_is_not_inside_twice(cast, tablet, said, organisations, host):
    first, second = organisations
    arrive(tablet, said._replace(organisation=first))
    with pytest.raises(Conflict):
        arrive(tablet, said._replace(organisation=second, host=getattr(cast, host).id))
    assert Stay.select().count() == 1


def test_who_walked_in_is_not_inside_a_second_time_on_a_visit_that_was_announced(cast, tablet, said, announced):
    arrive(tablet, said)
    announced()
    with pytest.raises(Conflict):
        arrive(tablet, said)
    assert Stay.select().count() == 1


def test_another_person_of_the_same_name_is_signed_in(cast, tablet, said):
    arrive(tablet, said)
    assert arrive(tablet, said._replace(organisation="Elm & Co"))


def test_two_receptions_sign_the_same_visitor_in_and_there_is_one_stay(cast, tablet, said, announced):
    visit = announced()
    arrive(tablet, said)
    with pytest.raises(Conflict, match="is in the building: the tablet Front desk signed them in at 10am"):
        stays.sign_in(cast.head, visit, True, ())
    assert Stay.select().count() == 1


# --- Sent twice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", [True, False])
def test_the_same_form_sent_again_because_its_answer_was_lost_is_one_visit_with_one_code(
    cast, tablet, said, announced, expected
):
    if expected:
        announced()
    first = arrive(tablets.renew(tablet.id, tablet.secret), said, form_key="key")
    again = tablets.renew(tablet.id, tablet.secret)
    assert arrive(again, said, form_key="key") == first
    assert rows() == (1, 1, 1)
    with pytest.raises(Conflict):
        arrive(tablets.renew(tablet.id, again.secret), said, form_key="key")


def test_a_lost_answer_of_one_visitor_is_not_given_to_another(cast, tablet, said):
    first = arrive(tablets.renew(tablet.id, tablet.secret), said)
    assert arrive(tablets.renew(tablet.id, tablet.secret), said._replace(name="Ann Hill")).code != first.code


def test_a_form_that_is_sent_again_after_its_visitor_has_gone_signs_nobody_in(cast, tablet, said):
    stays.sign_out(cast.office, arrive(tablet, said, form_key="key").id)
    Visit.update(ends_on=dt.date(2026, 11, 22), starts_on=dt.date(2026, 11, 22)).execute()
    with pytest.raises(Conflict, match="has been sent before"):
        arrive(tablet, said, form_key="key")
    assert Stay.select().count() == 1


# --- Who waits ----------------------------------------------------------------------------------------------


def test_who_is_not_let_in_without_the_headteacher_waits_and_nothing_says_why(cast, tablet, said, announced):
    announced()
    watchlist.put_on(cast.head, "maeve o'brien", "Zebra: a court said so.")
    assert arrive(tablet, said) is None
    assert Stay.select().count() == 0
    assert AuditEvent.select().where(AuditEvent.event == "admission-stopped-at-tablet").count() == 1


# --- Regular visitors ---------------------------------------------------------------------------------------


def test_a_regular_visitor_accepts_the_fuller_text_once(cast, tablet, said, announced):
    announced(ends_on=FRIDAY)
    assert tablet_sign_in.owes_fuller(said)
    with pytest.raises(Invalid) as caught:
        arrive(tablet, said)
    assert caught.value.errors == {"accepts_fuller": tablet_sign_in.MUST_ACCEPT_FULLER}
    stay = arrive(tablet, said, fuller=True)
    kept = VisitorAcknowledgement.get()
    assert (kept.visitor_id, kept.tablet_id, kept.taken_by_id) == (stay.visitor, tablet.id, None)
    stays.sign_out(cast.office, stay.id)
    assert not tablet_sign_in.owes_fuller(said)
    with at(TUESDAY, 9):
        arrive(tablet, said)
    assert VisitorAcknowledgement.select().count() == 1


def test_who_comes_for_the_first_time_is_not_asked_for_it(cast, tablet, said):
    arrive(tablet, said, fuller=True)
    assert VisitorAcknowledgement.select().count() == 0


def test_what_is_said_is_checked_with_one_look_at_the_staff_and_one_at_the_policy(cast, tablet, said, monkeypatch):
    accepted = Accepted(policy_in_force().version, True, False)
    seen, run = [], db.execute_sql
    monkeypatch.setattr(db, "execute_sql", lambda sql, *rest: seen.append(sql) or run(sql, *rest))
    tablet_sign_in.arrive(tablet, said, accepted)
    monkeypatch.undo()
    for table in ('FROM "role_grant"', 'FROM "policy_version"'):
        assert len([sql for sql in seen if table in sql]) == 1, table


# --- The code -----------------------------------------------------------------------------------------------


def test_nobody_in_the_building_has_the_code_of_somebody_else(cast, tablet, said, monkeypatch):
    monkeypatch.setattr(stays, "CODES", (7, 4711))
    first, second = arrive(tablet, said), arrive(tablet, said._replace(name="Ann Hill"))
    assert {first.code, second.code} == {"0007", "4711"}
    stays.sign_out(cast.office, first.id)
    assert arrive(tablet, said._replace(name="Bo Hill")).code == first.code


def test_reception_gives_everybody_a_code_as_well(cast, announced):
    stay = stays.find(cast.office, stays.sign_in(cast.office, announced(), True, ()))
    assert len(stay.code) == 4
    assert int(stay.code) in stays.CODES
    assert not stay.at_tablet


def test_no_word_that_a_visitor_typed_is_on_the_trail(cast, tablet, said):
    arrive(tablet, said)
    told = " ".join(str(row.payload) for row in AuditEvent.select())
    assert not [word for word in ("Maeve", "Larch", "AB12", tablet.secret) if word in told]
