"""What was approved for a place that the policy no longer has is not in force there (clauses 2.3 to 2.5, 7.1)."""

import datetime as dt

import pytest

from rules.exemption_kinds import KINDS
from rules.exemptions import places, queries
from rules.exemptions.view import Validity
from rules.may_i.now import Question, ask, permit_now
from rules.may_i.situation import PHONE, Whose
from rules.policy import draft
from rules.policy.in_force import policy_in_force
from rules.reception import device_access
from rules.today import day_list
from tests.conftest import VISITOR_ACCESS
from tests.support.exemptions import EVERY_KIND, MONDAY, TUESDAY, asker_of, in_force, kind_name, later, permitted
from tests.support.policy import PLACES, entry, no_longer_offer, publish, seen

OPEN_KINDS = [kind for kind in EVERY_KIND if not kind.places]


def may(actor, zone, day=MONDAY, time=dt.time(10)):
    """What may I? answers somebody who teaches."""
    return ask(actor, Question(zone, PHONE, Whose.OWN, day, time, teaching=True), policy_in_force()).answer.yes


def test_a_place_that_the_policy_no_longer_has_is_no_place_of_an_old_permission(cast):
    exemption = permitted(cast.teacher, zones=("staff-room", "teaching-areas"))
    assert may(cast.teacher, "teaching-areas")
    no_longer_offer(cast.head, "teaching-areas")
    assert (may(cast.teacher, "teaching-areas"), may(cast.teacher, "staff-room")) == (False, True)
    view = queries.find(exemption)
    assert (view.request.zones, view.now.places) == (("staff-room", "teaching-areas"), ("staff-room",))
    assert in_force(exemption)


def test_the_slip_says_the_places_as_they_were_approved_and_which_no_longer_count(cast):
    exemption = permitted(cast.teacher, zones=("staff-room", "teaching-areas"))
    assert places.say(queries.find(exemption)) == "Staff room, Teaching areas"
    no_longer_offer(cast.head, "teaching-areas")
    assert places.say(queries.find(exemption)) == "Staff room, Teaching areas (no longer allowed there)"


@pytest.mark.parametrize("kind", OPEN_KINDS, ids=kind_name)
def test_without_any_of_its_places_left_it_is_not_in_force_for_anybody(cast, kind):
    exemption = permitted(asker_of(kind), kind, zones=("teaching-areas",))
    assert in_force(exemption)
    no_longer_offer(cast.head, "teaching-areas")
    assert not in_force(exemption)
    assert permit_now(queries.find(exemption)).validity is Validity.NOWHERE
    assert "no longer allows it" in permit_now(queries.find(exemption)).verdict
    assert day_list.list_of(MONDAY).lines == []


def test_todays_list_names_only_the_places_that_are_left_and_finds_it_there_alone(cast):
    exemption = permitted(cast.teacher, zones=("staff-room", "teaching-areas"))
    no_longer_offer(cast.head, "teaching-areas")
    assert [line.zones for line in day_list.list_of(MONDAY).lines] == ['["staff-room"]']
    assert [line.id for line in day_list.list_of(MONDAY, zone="staff-room").lines] == [exemption]
    assert day_list.list_of(MONDAY, zone="teaching-areas").lines == []


def test_the_list_of_a_day_that_is_past_stays_as_it_was(cast):
    permitted(cast.teacher, zones=("staff-room", "teaching-areas"))
    with later(days=1):
        no_longer_offer(cast.head, "teaching-areas")
        assert [line.zones for line in day_list.list_of(MONDAY).lines] == ['["staff-room","teaching-areas"]']
        assert [line.zones for line in day_list.list_of(TUESDAY).lines] == ['["staff-room"]']


def test_the_place_comes_back_with_the_policy_that_has_it_again(cast):
    exemption = permitted(cast.teacher, zones=("teaching-areas",))
    no_longer_offer(cast.head, "teaching-areas")
    draft.begin(cast.head)
    kept = {name: value for name, value in entry("teaching-areas", PLACES).items() if name != "id"}
    draft.save(cast.head, PLACES, "teaching-areas", seen("teaching-areas", PLACES), {**kept, "exemptions": True})
    publish(cast.head)
    assert in_force(exemption)


def test_a_place_without_an_entry_in_the_policy_is_named_as_it_was_called_last(cast):
    view = queries.find(permitted(cast.teacher))
    request = view.request._replace(zones=("staff-room", "boathouse"))
    view = view._replace(request=request, now=view.now._replace(places=()))
    assert places.say(view) == "Staff room (no longer allowed there), boathouse (no longer allowed there)"


def test_what_visitors_may_use_freely_by_now_was_not_taken_from_them(cast):
    policy = policy_in_force()
    free = policy.visitors["free_places"][0]
    assert free not in policy.zones_for(VISITOR_ACCESS)
    assert places.still_offered(policy.version, VISITOR_ACCESS.id, (free,)) == (free,)


def test_where_its_kind_has_places_of_its_own_no_policy_takes_them_away(cast):
    kind = next(kind for kind in KINDS.values() if kind.places)
    assert places.still_offered(policy_in_force().version, kind.id, ("off-site",)) == ("off-site",)


def test_reception_reads_the_same_of_a_visitor(cast):
    exemption = permitted(cast.teacher, VISITOR_ACCESS, zones=("classroom", "teaching-areas"))
    visit = queries.find(exemption).request.visit
    assert device_access.shown([visit])[visit].verdict == "Permitted now, until 3pm: Classroom, Teaching areas"
    no_longer_offer(cast.head, "teaching-areas")
    access = device_access.shown([visit])[visit]
    assert access.words == "device: approved until 3pm, Classroom"
    assert access.verdict == "Permitted now, until 3pm: Classroom"
    assert access.places == "Classroom, Teaching areas (no longer allowed there)"
    no_longer_offer(cast.head, "classroom")
    access = device_access.shown([visit])[visit]
    assert (access.state, access.words) == ("ended", "device: not approved")
