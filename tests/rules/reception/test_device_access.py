"""A visitor uses a device only as the headteacher has decided, and only while they are here (clauses 6.2, 6.5, 6.6)."""

import dataclasses
import datetime as dt

import pytest

from enums import ExemptionState, Role
from models import AuditEvent, Decision, Exemption, Person
from rules.audit import trail
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import Changed, Invalid, NotAllowed, NotFound
from rules.decisions import deciding, queue, receipts
from rules.exemptions import lifecycle, queries
from rules.may_i import answer, now
from rules.may_i.situation import Situation
from rules.people import delegation, role_grants
from rules.policy.in_force import policy_in_force
from rules.reception import announcing, device_access, stays
from rules.today import day_list
from rules.today import words as today_words
from rules.visitors import visits
from tests.conftest import ANSWERS, CAST, VISITOR_ACCESS
from tests.support.exemptions import (
    REASON,
    VERBS,
    approve,
    ask,
    asking_is_refused,
    events,
    fitting,
    in_force,
    later,
    revision,
    when,
)
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, receive

WEDNESDAY = dt.date(2026, 11, 25)


@pytest.fixture
def visit(cast):
    """A visit to the teacher from today to Tuesday; its id."""
    return announce(cast.teacher, ends_on=TUESDAY)


def announce(host, **changed):
    return announcing.announce(host, a_visit(host, expected_until=dt.time(15), **changed))[0]


def request(actor, visit, **changed):
    """Ask for today alone, as the host, with all that it needs; the exemption's id."""
    return ask(actor, VISITOR_ACCESS, **{"visit": visit, "ends_on": clock.today(), **changed})


def approved(cast, visit, **changed):
    """A request of the teacher, approved by the headteacher; its id."""
    exemption = request(cast.teacher, visit, **changed)
    approve(cast.head, exemption)
    return exemption


def edit(cast, visit, actor=None, **changed):
    """Somebody, or else the office, edits a visit."""
    kept = visits.one(visit)
    said = {field: getattr(kept, field) for field in announcing.SET_BY_DETAILS}
    details = visits_details(kept, **said)
    announcing.change(actor or cast.office, visit, kept.revision, details._replace(**changed))


def visits_details(kept, **said):
    return a_visit(Somebody(said.pop("host")), name=kept.name, organisation=kept.organisation, kind=kept.kind, **said)


@dataclasses.dataclass
class Somebody:
    id: int


def words(visit):
    """What the badge says."""
    return device_access.shown([visit])[visit].words


def state(visit):
    """How it stands on reception's screen."""
    return device_access.shown([visit])[visit].state


# --- Only while the visitor is here -------------------------------------------------------------------------


def test_no_visitor_is_permitted_without_the_headteachers_decision(cast, visit):
    """Invariant 1."""
    receive(cast.office, visit)
    assert (state(visit), words(visit)) == ("none", "device: not approved")
    exemption = request(cast.teacher, visit)
    assert not in_force(exemption)
    assert (state(visit), words(visit)) == ("waiting", "device: not approved")
    approve(cast.head, exemption)
    assert in_force(exemption)
    assert (state(visit), words(visit)) == ("approved", "device: approved until 3pm, Teaching areas")


def test_no_visitor_is_permitted_before_they_are_signed_in(cast, visit):
    """Invariant 1."""
    exemption = approved(cast, visit)
    assert not in_force(exemption)
    receive(cast.office, visit)
    assert in_force(exemption)


def test_whoever_signs_out_on_the_last_day_is_permitted_nothing_more_even_when_they_come_back(cast, visit):
    """Clause 6.5: it ends when they sign out; whoever comes back asks anew."""
    exemption = approved(cast, visit)
    stays.sign_out(cast.office, receive(cast.office, visit))
    assert (in_force(exemption), queries.find(exemption).status, state(visit)) == (False, "ended", "ended")
    receive(cast.office, visit)
    assert not in_force(exemption)
    assert words(visit) == "device: not approved"
    with later(minutes=1):
        again = approved(cast, visit)
        assert in_force(again)
        assert state(visit) == "approved"


def test_whoever_signs_out_on_an_earlier_day_is_permitted_again_when_they_come_back(cast, visit):
    exemption = approved(cast, visit, ends_on=TUESDAY)
    stays.sign_out(cast.office, receive(cast.office, visit))
    assert (in_force(exemption), queries.find(exemption).status) == (False, "approved")
    receive(cast.office, visit)
    assert in_force(exemption)


def test_whoever_was_not_signed_out_yesterday_is_not_permitted_today(cast, visit):
    """A visit over midnight: whoever was forgotten is not known to be here."""
    exemption = approved(cast, visit, ends_on=TUESDAY)
    receive(cast.office, visit)
    with when(MONDAY, "14:59"):
        assert in_force(exemption)
    for time in ("00:00", "09:00", "14:59"):
        with when(TUESDAY, time):
            assert not in_force(exemption)


def test_settling_yesterdays_stay_does_not_end_what_is_approved_for_today(cast, visit):
    exemption = approved(cast, visit, ends_on=TUESDAY)
    stay = receive(cast.office, visit)
    with when(TUESDAY, "09:30"):
        stays.settle(cast.office, stay, dt.time(14))
        assert not in_force(exemption)
        receive(cast.office, visit)
        assert in_force(exemption)


def test_no_visitor_is_permitted_outside_the_window(cast, visit):
    """Invariant 1: inside the days and inside the times."""
    exemption = approved(cast, visit, starts_at=dt.time(11), ends_at=dt.time(12))
    receive(cast.office, visit)
    for time, holds in (("10:00", False), ("10:59", False), ("11:00", True), ("11:59", True), ("12:00", False)):
        with when(MONDAY, time):
            assert in_force(exemption) is holds


@pytest.mark.parametrize("night", [dt.date(2027, 3, 28), dt.date(2026, 10, 25)], ids=["spring", "autumn"])
def test_the_hours_are_those_on_the_wall_on_the_night_the_clocks_change(cast, night):
    eve, after = night - dt.timedelta(days=1), night + dt.timedelta(days=1)
    with when(eve, "08:30"):
        visit = announce(cast.teacher, ends_on=after)
        given = {prerequisite: dict(answers) for prerequisite, answers in ANSWERS[VISITOR_ACCESS.id].items()}
        given["visitor-discussion"]["when"] = eve.isoformat()
        exemption = request(cast.teacher, visit, starts_on=eve, ends_on=after, answers=given)
        approve(cast.head, exemption)
    for day in (eve, night, after):
        with when(day, "08:45"):
            stay = receive(cast.office, visit)
        for time, holds in (("08:59", False), ("09:00", True), ("14:59", True), ("15:00", False)):
            with when(day, time):
                assert in_force(exemption) is holds
        with when(day, "15:30"):
            stays.sign_out(cast.office, stay)


def test_nothing_is_permitted_for_the_visitor_of_somebody_who_has_left(cast, visit):
    exemption = approved(cast, visit)
    receive(cast.office, visit)
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    assert not in_force(exemption)


def test_what_has_ended_by_signing_out_is_not_revoked_withdrawn_or_changed(cast, visit):
    exemption = approved(cast, visit)
    stays.sign_out(cast.office, receive(cast.office, visit))
    with pytest.raises(Changed):
        VERBS["revoke"](cast.head, exemption, revision(exemption))
    with pytest.raises(Changed):
        lifecycle.withdraw(cast.teacher, exemption)
    with pytest.raises(Changed):
        lifecycle.change(cast.teacher, exemption, revision(exemption), fitting(VISITOR_ACCESS, visit=visit))
    assert queue.revocable_by(cast.head) == []


def test_a_request_of_a_visitor_who_has_gone_is_not_approved(cast, visit):
    exemption = request(cast.teacher, visit)
    stays.sign_out(cast.office, receive(cast.office, visit))
    with pytest.raises(deciding.NotReady, match="has signed out"):
        approve(cast.head, exemption)


# --- Editing voids ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"device": "Another tablet"},
        {"device_kind": "tablet"},
        {"zones": ("shared-areas",)},
        {"ends_at": dt.time(14)},
        {"ends_on": TUESDAY},
        {"with_pupils": "Kestrel class"},
    ],
    ids=str,
)
def test_editing_an_approved_request_voids_the_approval(cast, visit, changed):
    """Invariant 2."""
    exemption = approved(cast, visit)
    receive(cast.office, visit)
    asked = fitting(VISITOR_ACCESS, **{"visit": visit, "ends_on": MONDAY, **changed})
    lifecycle.change(cast.teacher, exemption, revision(exemption), asked)
    view = queries.find(exemption)
    assert (view.state, view.decision.approved_by, view.decision.decided_at) == (ExemptionState.SUBMITTED, None, None)
    assert events(view.record)[-2:] == ["approval-voided", "exemption-changed"]
    assert not in_force(exemption)
    assert words(visit) == "device: not approved"


MATTERS = {
    "host": lambda cast: {"host": cast.assistant.id},
    "days": lambda cast: {"starts_on": WEDNESDAY, "ends_on": FRIDAY},
    "last day": lambda cast: {"ends_on": FRIDAY},
    "time": lambda cast: {"expected_at": dt.time(11)},
    "end": lambda cast: {"expected_until": dt.time(16)},
}


@pytest.mark.parametrize("what", MATTERS)
def test_editing_the_visit_voids_the_approval(cast, visit, what):
    """Clause 6.5, invariant 2: what was decided on was another visit."""
    exemption = approved(cast, visit)
    seen = revision(exemption)
    edit(cast, visit, **MATTERS[what](cast))
    view = queries.find(exemption)
    assert (view.state, view.revision, view.decision.approved_by) == (ExemptionState.SUBMITTED, seen + 1, None)
    assert events(view.record)[-2:] == ["approval-voided", "exemption-changed"]
    with pytest.raises(Changed):
        deciding.approve(cast.head, exemption, seen)
    assert trail.verify()[1] == []


@pytest.mark.parametrize(
    "changed", [{"vehicle": "AB12 CDE"}, {"purpose": "A talk"}, {"name": "MAEVE O'BRIEN"}], ids=str
)
def test_editing_what_does_not_matter_leaves_the_approval(cast, visit, changed):
    exemption = approved(cast, visit)
    before = queries.find(exemption)
    edit(cast, visit, **changed)
    after = queries.find(exemption)
    assert (after.state, after.revision) == (ExemptionState.APPROVED, before.revision)
    receive(cast.office, visit)
    assert in_force(exemption)


def test_the_request_moves_along_with_the_days_and_the_host_of_the_visit(cast, visit):
    exemption = approved(cast, visit)
    edit(cast, visit, starts_on=WEDNESDAY, ends_on=FRIDAY, host=cast.assistant.id)
    view = queries.find(exemption)
    # It had one day, so it has one day, the first one of the visit.
    assert (view.request.starts_on, view.request.ends_on, view.people.subject) == (
        WEDNESDAY,
        WEDNESDAY,
        cast.assistant.id,
    )
    assert view.people.host == cast.assistant.name


@pytest.mark.parametrize("state", ["waiting", "approved", "declined"])
@pytest.mark.parametrize("field", ["name", "organisation"])
def test_what_was_said_of_one_visitors_device_never_goes_over_to_somebody_else(cast, visit, state, field):
    exemption = approved(cast, visit) if state == "approved" else request(cast.teacher, visit)
    if state == "declined":
        deciding.decline(cast.head, exemption, revision(exemption), "Not today")
    with pytest.raises(Invalid) as refused:
        edit(cast, visit, **{field: "Somebody Else"})
    assert refused.value.errors.keys() == {field}
    assert visits.one(visit).name == "Maeve O’Brien"


def test_a_visit_at_night_does_not_move_the_request_out_of_the_schools_day(cast, visit):
    edit(cast, visit, expected_at=dt.time(9), expected_until=dt.time(15))
    exemption = approved(cast, visit, starts_at=dt.time(9), ends_at=dt.time(15))
    edit(cast, visit, expected_at=dt.time(3), expected_until=dt.time(23))
    view = queries.find(exemption)
    assert (view.request.starts_at, view.request.ends_at) == (dt.time(9), dt.time(15))


def test_a_visit_over_the_summer_does_not_move_the_request_over_the_end_of_the_school_year(cast, visit):
    edit(cast, visit, ends_on=FRIDAY)
    exemption = approved(cast, visit, ends_on=FRIDAY)
    edit(cast, visit, starts_on=dt.date(2027, 8, 30), ends_on=dt.date(2027, 9, 10))
    view = queries.find(exemption)
    assert (view.request.starts_on, view.request.ends_on) == (dt.date(2027, 8, 30), dt.date(2027, 8, 31))


def test_days_that_still_are_days_of_the_visit_stay(cast, visit):
    exemption = approved(cast, visit, starts_on=TUESDAY, ends_on=TUESDAY)
    edit(cast, visit, ends_on=FRIDAY)
    view = queries.find(exemption)
    assert (view.request.starts_on, view.request.ends_on) == (TUESDAY, TUESDAY)


def test_times_that_were_the_visits_move_with_it_and_others_stay(cast, visit):
    same = request(cast.teacher, visit)  # from 9 to 3, as the visit
    other = request(cast.teacher, visit, device="Another", starts_at=dt.time(12), ends_at=dt.time(13))
    edit(cast, visit, expected_at=dt.time(10), expected_until=dt.time(16))
    times = [(view.request.starts_at.hour, view.request.ends_at.hour) for view in map(queries.find, (same, other))]
    assert times == [(10, 16), (12, 13)]


def test_a_returned_request_moves_along_and_waits_for_its_asker(cast, visit):
    exemption = request(cast.teacher, visit)
    deciding.return_to_asker(cast.head, exemption, revision(exemption), "Which room?")
    seen = revision(exemption)
    edit(cast, visit, starts_on=WEDNESDAY, ends_on=FRIDAY)
    view = queries.find(exemption)
    assert (view.state, view.revision, view.request.starts_on) == (ExemptionState.RETURNED, seen + 1, WEDNESDAY)


def test_cancelling_the_visit_withdraws_what_was_asked_for_it(cast, visit):
    held, waiting = approved(cast, visit), request(cast.teacher, visit, device="Another")
    refused = request(cast.teacher, visit, device="A third")
    deciding.decline(cast.head, refused, revision(refused), "No.")
    announcing.cancel(cast.office, visit)
    states = [queries.find(each).state for each in (held, waiting, refused)]
    assert states == [ExemptionState.WITHDRAWN, ExemptionState.WITHDRAWN, ExemptionState.DECLINED]
    assert queries.find(held).decision.stopped_at == clock.now()
    assert queue.waiting_for(cast.head) == []


# --- Who decides --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [who for who in CAST if who != "head"])
@pytest.mark.parametrize("verb", VERBS)
def test_only_the_headteacher_decides(cast, visit, verb, who):
    """The table *Who decides what*, invariants 1 and 4: not SLT, not the asker, not the host."""
    exemption = approved(cast, visit) if verb == "revoke" else request(cast.teacher, visit)
    count = Decision.select().count()
    with pytest.raises((NotAllowed, NotFound)):
        VERBS[verb](getattr(cast, who), exemption, revision(exemption))
    assert Decision.select().count() == count


def named_for_today(cast, who):
    """Somebody whom the headteacher names to decide in their place today."""
    if Role.SLT not in CAST[who]:
        role_grants.give_role(cast.head, getattr(cast, who).id, Role.SLT, MONDAY)
    delegation.give(cast.head, getattr(cast, who).id, MONDAY, MONDAY)
    return actor_of_person(getattr(cast, who).id)


def test_the_delegate_decides_for_the_headteacher(cast, visit):
    deputy = named_for_today(cast, "deputy")
    exemption = request(cast.teacher, visit)
    approve(deputy, exemption)
    assert queries.find(exemption).decision.approved_by == "Deputy Invented for the headteacher"


@pytest.mark.parametrize("asker", ["teacher", "office"])
def test_nobody_decides_as_the_host_even_in_the_headteachers_place(cast, visit, asker):
    """Invariant 4: *never the host*, whoever asked."""
    exemption, host = request(getattr(cast, asker), visit), named_for_today(cast, "teacher")
    assert queue.waiting_for(host) == []
    with pytest.raises(NotAllowed):
        approve(host, exemption)


def test_nobody_decides_as_the_asker_even_in_the_headteachers_place(cast, visit):
    """Invariant 4."""
    exemption, asker = request(cast.office, visit), named_for_today(cast, "office")
    assert queue.waiting_for(asker) == []
    with pytest.raises(NotAllowed):
        approve(asker, exemption)


@pytest.mark.parametrize(("asker", "host"), [("head", "head"), ("office", "head"), ("head", "teacher")])
def test_where_the_headteacher_asks_or_is_the_host_the_regional_director_decides(cast, asker, host):
    """Invariant 4."""
    visit = announce(getattr(cast, host))
    exemption = request(getattr(cast, asker), visit)
    with pytest.raises(NotAllowed):
        approve(cast.head, exemption)
    approve(cast.director, exemption)
    receive(cast.office, visit)
    assert in_force(exemption)


def test_where_the_headteacher_becomes_the_host_the_regional_director_decides_anew(cast, visit):
    exemption = approved(cast, visit)
    edit(cast, visit, host=cast.head.id)
    assert queue.waiting_for(cast.head) == []
    assert [view.id for view in queue.waiting_for(cast.director)] == [exemption]


@pytest.mark.parametrize("second", ["approve", "decline", "return"])
def test_a_second_decision_changes_nothing_and_says_who_decided_and_when(cast, visit, second):
    """Invariant 6."""
    exemption = request(cast.teacher, visit)
    seen = revision(exemption)
    approve(cast.head, exemption)
    before = queries.find(exemption)
    with later(minutes=3), pytest.raises(Changed) as caught:
        VERBS[second](cast.head, exemption, seen)
    assert queries.find(exemption) == before
    assert caught.value.current.decision.approved_by == cast.head.name
    assert [decision.by for decision in receipts.decisions_on(before)] == [cast.head.name]


@pytest.mark.parametrize("said", ["", None, "perhaps", "not-required "])
def test_nothing_is_approved_before_it_is_said_whether_a_risk_assessment_is_needed(cast, visit, said):
    """Clause 6.6."""
    exemption = request(cast.teacher, visit, answers={"kept-secure": ANSWERS[VISITOR_ACCESS.id]["kept-secure"]})
    given = {**ANSWERS[VISITOR_ACCESS.id]["visitor-discussion"], "assessment": said}
    with pytest.raises(lifecycle.Invalid) as caught:
        lifecycle.complete(cast.head, exemption, "visitor-discussion", given)
    assert caught.value.errors.keys() == {"assessment"}
    with pytest.raises(deciding.NotReady):
        approve(cast.head, exemption)


# --- What cannot be asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "office"])
def test_a_device_that_a_pupil_handles_cannot_be_asked_for_by_anybody(cast, visit, who):
    """Clause 6.2, invariant 9: there is no override."""
    found = asking_is_refused(getattr(cast, who), VISITOR_ACCESS, visit=visit, pupil_handles=True)
    assert found.keys() == {"pupil_handles"}
    assert "clause 6.2" in found["pupil_handles"]
    assert "lesson activity" in found["pupil_handles"]


def test_whether_a_pupil_handles_it_has_to_be_said(cast, visit):
    found = asking_is_refused(cast.teacher, VISITOR_ACCESS, visit=visit, pupil_handles=None)
    assert found == {"pupil_handles": "Say whether a pupil will handle the device"}


def test_a_request_does_not_become_one_that_a_pupil_handles(cast, visit):
    """Invariant 9."""
    exemption = approved(cast, visit)
    asked = fitting(VISITOR_ACCESS, visit=visit, ends_on=MONDAY, pupil_handles=True)
    with pytest.raises(lifecycle.Invalid):
        lifecycle.change(cast.teacher, exemption, revision(exemption), asked)
    assert queries.find(exemption).state is ExemptionState.APPROVED


@pytest.mark.parametrize("place", ["reception", "administration-office", "offices", "meeting-rooms", "car-park"])
def test_no_permission_is_asked_for_a_place_that_is_free_to_use(cast, visit, place):
    """Clause 6.5: such a place alone needs no permission; with another one it is not chosen either."""
    for zones in ((place,), (place, "teaching-areas")):
        assert asking_is_refused(cast.teacher, VISITOR_ACCESS, visit=visit, zones=zones).keys() == {"zones"}
    assert place not in policy_in_force().zones_for(VISITOR_ACCESS)


def test_the_days_are_days_of_the_visit(cast, visit):
    for days in ({"ends_on": WEDNESDAY}, {"starts_on": WEDNESDAY, "ends_on": WEDNESDAY}):
        found = asking_is_refused(cast.teacher, VISITOR_ACCESS, visit=visit, **days)
        assert "Monday 23 November 2026 to Tuesday 24 November 2026" in found["starts_on"]


def test_nobody_asks_for_the_visitor_of_a_host_who_has_left(cast, visit):
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    found = asking_is_refused(cast.office, VISITOR_ACCESS, visit=visit)
    assert "Choose another host" in found["visit"]
    edit(cast, visit, host=cast.assistant.id)
    assert queries.find(request(cast.office, visit)).people.subject == cast.assistant.id


@pytest.mark.parametrize("who", ["assistant", "deputy", "dsl"])
def test_other_staff_do_not_ask_for_somebody_elses_visitor(cast, visit, who):
    assert asking_is_refused(getattr(cast, who), VISITOR_ACCESS, visit=visit).keys() == {"visit"}


def test_reception_asks_for_any_visitor_and_the_host_is_whom_it_is_for(cast, visit):
    view = queries.find(request(cast.office, visit))
    assert (view.people.asker, view.people.subject, view.people.host) == (
        cast.office.id,
        cast.teacher.id,
        cast.teacher.name,
    )
    assert (view.name, view.people.team) == ("Maeve O’Brien", "Larch Ltd")


def test_a_request_does_not_go_over_to_another_visitor(cast, visit):
    exemption, other = approved(cast, visit), announce(cast.teacher, name="Jo Null")
    asked = fitting(VISITOR_ACCESS, visit=other, ends_on=MONDAY)
    with pytest.raises(lifecycle.Invalid) as caught:
        lifecycle.change(cast.teacher, exemption, revision(exemption), asked)
    assert caught.value.errors.keys() == {"visit"}
    assert queries.find(exemption).state is ExemptionState.APPROVED


def test_two_visitors_of_one_host_with_the_same_device_are_not_in_each_others_way(cast, visit):
    other = announce(cast.teacher, name="Jo Null")
    approved(cast, visit)
    second = request(cast.teacher, other)
    assert queue.overlap_of(second) is None
    approve(cast.head, second)
    assert queries.find(second).state is ExemptionState.APPROVED


@pytest.mark.parametrize("who", ["teacher", "office"])
def test_the_same_device_of_one_visitor_is_not_asked_for_twice_whoever_asks(cast, visit, who):
    approved(cast, visit)
    assert asking_is_refused(getattr(cast, who), VISITOR_ACCESS, visit=visit).keys() == {"starts_on"}


# --- What is kept and told ----------------------------------------------------------------------------------


def test_a_decision_keeps_the_host_the_organisation_and_the_pupils_involved(cast, visit):
    """Clause 6.6."""
    exemption = approved(cast, visit, with_pupils="Kestrel class")
    (decision,) = receipts.decisions_on(queries.find(exemption))
    assert decision.frozen["subject"] == {
        "id": cast.teacher.id,
        "name": "Maeve O’Brien",
        "team": "Larch Ltd",
        "host": cast.teacher.name,
    }
    asked = decision.frozen["request"]
    assert (asked["with_pupils"], asked["pupil_handles"], asked["visit"]) == ("Kestrel class", False, visit)
    assert decision.frozen["needs"].keys() == {"kept-secure", "visitor-discussion"}
    edit(cast, visit, host=cast.assistant.id)
    assert receipts.decisions_on(queries.find(exemption))[0] == decision
    assert decision.intact


def test_a_whole_visit_leaves_a_trail_that_holds_and_tells_no_word_that_was_typed(cast, visit):
    """Invariants 14 and 17."""
    exemption = approved(cast, visit, device="Zebra tablet", with_pupils="Zebra class")
    edit(cast, visit, ends_on=FRIDAY)
    approve(cast.head, exemption, "Zebra conditions")
    stays.sign_out(cast.office, receive(cast.office, visit))
    announcing.cancel(cast.office, announce(cast.teacher, name="Jo Null"))
    assert trail.verify()[1] == []
    told = " ".join(str(row.payload) for row in AuditEvent.select())
    assert not [word for word in ("Zebra", REASON, "Maeve", "Larch", "Jo Null") if word in told]


def line():
    (found,) = day_list.list_of(clock.today()).lines
    return found


def test_todays_list_names_the_visitor_and_says_where_they_stand(cast, visit):
    approved(cast, visit, ends_on=TUESDAY)
    assert (line().name, line().team, line().when) == ("Maeve O’Brien", "Larch Ltd", day_list.LATER)
    assert list(today_words.notes_of(line())) == ["While signed in as a visitor"]
    stay = receive(cast.office, visit)
    assert (line().when, list(today_words.notes_of(line()))) == (day_list.NOW, [])
    stays.sign_out(cast.office, stay)
    assert line().when == day_list.LATER
    with at(TUESDAY, 10):
        stays.sign_out(cast.office, receive(cast.office, visit))
        assert line().when == day_list.ENDED


def test_an_open_list_notices_that_a_visitor_came_and_went(cast, visit):
    approved(cast, visit)
    token = day_list.list_of(MONDAY).token
    stay = receive(cast.office, visit)
    assert not day_list.unchanged(token)
    token = day_list.list_of(MONDAY).token
    stays.sign_out(cast.office, stay)
    assert not day_list.unchanged(token)


# --- What reception sees, and the badge ---------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "shown"), [("decline", "declined"), ("return", "declined"), ("approve", "approved")])
def test_reception_sees_the_decision(cast, visit, verb, shown):
    exemption = request(cast.teacher, visit)
    VERBS[verb](cast.head, exemption, revision(exemption))
    assert state(visit) == shown


def test_what_is_withdrawn_is_shown_as_not_asked_for(cast, visit):
    lifecycle.withdraw(cast.teacher, request(cast.teacher, visit))
    assert state(visit) == "none"


def test_of_two_days_the_badge_shows_what_is_approved_for_today(cast, visit):
    edit(cast, visit, ends_on=TUESDAY)
    approved(cast, visit, device="Phone A", ends_on=MONDAY)
    approved(cast, visit, device="Tablet B", starts_on=TUESDAY, ends_on=TUESDAY)
    assert words(visit).startswith("device: approved until")
    with at(TUESDAY, 10):
        assert words(visit).startswith("device: approved until")


def test_reception_sees_what_is_approved_and_what_waits_side_by_side(cast, visit):
    approved(cast, visit, device="Phone A")
    request(cast.teacher, visit, device="Tablet B")
    access = device_access.shown([visit])[visit]
    assert (access.state, [other.state for other in access.others]) == ("approved", ["waiting"])


def test_a_badge_printed_early_says_from_when_a_device_is_approved(cast, visit):
    approved(cast, visit, starts_at=dt.time(13), ends_at=dt.time(14))
    assert words(visit) == "device: approved 1pm to 2pm, Teaching areas"
    with at(MONDAY, 13):
        assert words(visit) == "device: approved until 2pm, Teaching areas"


def test_of_several_requests_the_one_that_holds_is_shown(cast, visit):
    approved(cast, visit)
    with later(minutes=1):
        refused = request(cast.teacher, visit, device="Another")
        deciding.decline(cast.head, refused, revision(refused), "No.")
        assert state(visit) == "approved"


def test_what_is_approved_for_another_day_does_not_stand_on_todays_badge(cast, visit):
    """Nobody reads *approved* on a badge on a day on which it is not."""
    approved(cast, visit, starts_on=TUESDAY, ends_on=TUESDAY)
    assert words(visit) == "device: not approved"
    with at(TUESDAY, 9):
        assert words(visit) == "device: approved until 3pm, Teaching areas"


def test_a_badge_says_not_approved_when_the_host_has_left(cast, visit):
    approved(cast, visit)
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    assert words(visit) == "device: not approved"


def test_reception_looks_again_when_the_next_permission_ends(cast, visit):
    approved(cast, visit)
    for time, edge in (("10:00", "15:00"), ("14:59", "15:00"), ("15:00", "24:00")):
        with when(MONDAY, time):
            assert device_access.next_edge(device_access.shown([visit]).values()) == edge


def test_how_it_stands_is_read_at_once_for_all_visits(cast, visit):
    other = announce(cast.teacher, name="Jo Null")
    approved(cast, visit)
    found = device_access.shown([visit, other])
    assert {key: access.state for key, access in found.items()} == {visit: "approved", other: "none"}
    assert device_access.shown([]) == {}


def test_what_was_kept_is_for_the_visit_and_its_host(cast, visit):
    row = Exemption.get_by_id(request(cast.teacher, visit))
    assert (row.visit_id, row.subject_id, row.pupil_handles) == (visit, cast.teacher.id, False)


# --- A visit that is handed over ----------------------------------------------------------------------------


def decides(actor, exemption):
    """Whether somebody can decide a request; a refused try changes nothing."""
    try:
        approve(actor, exemption)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("asker", ["head", "office"])
def test_the_headteacher_who_hands_a_visit_over_does_not_decide_about_its_visitor(cast, asker):
    """Invariant 4."""
    visit = announce(cast.head)
    exemption = request(getattr(cast, asker), visit)
    edit(cast, visit, host=cast.teacher.id)
    assert queue.waiting_for(cast.head) == []
    assert not decides(cast.head, exemption)
    assert [view.id for view in queue.waiting_for(cast.director)] == [exemption]
    assert decides(cast.director, exemption)


def test_not_even_when_it_goes_from_hand_to_hand_while_it_is_returned(cast, visit):
    exemption = request(cast.office, visit)
    deciding.return_to_asker(cast.head, exemption, revision(exemption), "Which room?")
    edit(cast, visit, host=cast.head.id)
    edit(cast, visit, host=cast.assistant.id)
    assert queries.find(exemption).people.hosts_before == {cast.teacher.id, cast.head.id}
    assert events(f"exemption:{exemption}")[-2:] == ["exemption-moved"] * 2
    office = cast.office
    lifecycle.change(office, exemption, revision(exemption), fitting(VISITOR_ACCESS, visit=visit, ends_on=MONDAY))
    assert not decides(cast.head, exemption)
    assert trail.verify()[1] == []


def test_nobody_who_was_the_host_decides_in_the_headteachers_place(cast):
    visit = announce(cast.deputy)
    exemption = request(cast.office, visit)
    edit(cast, visit, host=cast.teacher.id)
    delegation.give(cast.head, cast.deputy.id, MONDAY, MONDAY)
    assert not decides(actor_of_person(cast.deputy.id), exemption)
    assert decides(cast.head, exemption)


def test_who_gave_the_visit_away_before_a_device_was_asked_for_is_no_party_to_it(cast):
    visit = announce(cast.head)
    edit(cast, visit, host=cast.teacher.id)
    assert decides(cast.head, request(cast.teacher, visit))


# --- Reception says what may I? says ------------------------------------------------------------------------


def verdict(visit):
    """What reception reads of a visitor's device at this moment."""
    return device_access.shown([visit])[visit].verdict


def test_reception_reads_what_the_permission_slip_says(cast, visit):
    free = "Permitted only here: "
    assert verdict(visit).startswith(free)
    exemption = request(cast.teacher, visit)
    assert verdict(visit).startswith(free)
    approve(cast.head, exemption)
    assert verdict(visit) == "Not permitted: not signed in at reception"
    receive(cast.office, visit)
    for time in ("08:00", "10:00", "14:59"):
        with when(MONDAY, time):
            permit = now.permit_now(queries.find(exemption))
            assert verdict(visit) == permit.verdict + (": Teaching areas" if permit.in_force else "")
    with when(MONDAY, "15:00"):
        assert verdict(visit).startswith(free)
    deciding.revoke(cast.head, exemption, revision(exemption), "Not any more.")
    assert verdict(visit).startswith(free)


def test_a_visitor_without_permission_is_told_the_places_that_may_i_tells_a_guest(cast, visit):
    policy = policy_in_force()
    allowed = frozenset(policy.visitors["free_places"])
    here = {zone: Situation(frozenset(), zone, free_places=allowed) for zone in policy.zones if zone != answer.OFF_SITE}
    free = [zone for zone, situation in here.items() if answer.answer(situation).yes]
    assert verdict(visit) == f"Permitted only here: {policy.zone_names(free)}"
