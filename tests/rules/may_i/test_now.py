"""May I? of the school as it is: who may ask for whom, and what is gathered for the answer."""

import datetime as dt

import pytest

from enums import DeviceState
from models import Exemption, Guardian, Person, Sitting
from rules.auth.actors import actor_of_person
from rules.core import clock
from rules.core.errors import NotFound
from rules.decisions import deciding
from rules.devices import lending, register
from rules.exams import sittings
from rules.exams.sittings import SittingDetails
from rules.exemption_kinds import KINDS
from rules.exemptions import activities, permissions, queries
from rules.may_i import now as may_i_now
from rules.may_i import right_now
from rules.may_i.now import Question, ask, pupils_named, subject_of
from rules.may_i.situation import Whose
from rules.people import people
from rules.policy.in_force import policy_in_force
from rules.site import status
from tests.conftest import CAST, fitting_request
from tests.support import devices, exemptions
from tests.support.visitors import MONDAY, at

TEN = dt.time(10)
STAFF_OF_CAST = ("head", "deputy", "assistant_head", "dsl", "deputy_dsl", "office", "teacher", "assistant", "finance")


def may(actor, zone="classroom", person=None, device="phone", time=TEN, day=MONDAY, whose=Whose.OWN, teaching=False):
    """The answer to a wish."""
    return ask(actor, Question(zone, device, whose, day, time, teaching, person), policy_in_force())


def said(found):
    """The answer as `yes 4.1`."""
    return f"{'yes' if found.answer.yes else 'no'} {found.answer.clause}"


def permitted(actor, kind, **changed):
    """An exemption of a kind, approved, signed and started; its id."""
    exemption = exemptions.ask(actor, KINDS[kind], **changed)
    exemptions.permit(exemption)
    return exemption


# --- For whom -----------------------------------------------------------------------------------------------


def test_everybody_asks_for_themselves(cast):
    for who in CAST:
        actor = getattr(cast, who)
        assert subject_of(actor, None) is subject_of(actor, actor.id) is actor


@pytest.mark.parametrize("who", STAFF_OF_CAST)
def test_staff_ask_for_any_pupil_and_for_no_colleague(cast, who):
    actor = getattr(cast, who)
    assert subject_of(actor, cast.pupil.id).name == "Pupil Invented"
    for other in (cast.parent, cast.volunteer, cast.governor):
        with pytest.raises(NotFound):
            subject_of(actor, other.id)


@pytest.mark.parametrize("who", ["parent", "carer"])
def test_a_parent_asks_for_their_own_child_only(cast, who):
    actor = getattr(cast, who)
    assert subject_of(actor, cast.pupil.id).id == cast.pupil.id
    assert list(may_i_now.children_of(actor)) == [cast.pupil.id]
    with pytest.raises(NotFound):
        subject_of(actor, cast.other_pupil.id)


@pytest.mark.parametrize("who", ["barred_parent", "other_parent", "pupil", "governor", "director", "volunteer"])
def test_whoever_has_nothing_to_do_with_a_pupil_learns_nothing(cast, who):
    pupil = cast.other_pupil if who == "pupil" else cast.pupil
    with pytest.raises(NotFound):
        subject_of(getattr(cast, who), pupil.id)
    assert may_i_now.children_of(cast.barred_parent) == {}


def test_a_separated_parent_without_access_learns_nothing_even_as_staff(cast):
    link = {"relation": "father", "access": "nothing", "given_at": clock.now()}
    Guardian.insert(child=cast.pupil.id, parent=cast.teacher.id, **link).execute()
    with pytest.raises(NotFound):
        subject_of(cast.teacher, cast.pupil.id)


def test_a_pupil_who_has_left_is_not_found(cast):
    Person.update(active=False).where(Person.id == cast.pupil.id).execute()
    for number in (cast.pupil.id, 0, 10**18 - 1, 2**63):
        with pytest.raises(NotFound):
            subject_of(cast.teacher, number)


def test_staff_find_pupils_by_a_part_of_their_name_and_others_find_nobody(cast):
    assert pupils_named(cast.teacher, " other PUP ") == {cast.other_pupil.id: "Other Pupil Invented, Heron class"}
    assert len(pupils_named(cast.office, "pupil")) == 2
    assert pupils_named(cast.teacher, "  ") == {}
    for who in ("parent", "pupil", "governor", "director", "volunteer"):
        assert pupils_named(getattr(cast, who), "pupil") == {}, who


# --- The answer ---------------------------------------------------------------------------------------------


def test_a_teacher_may_not_before_and_may_after_all_have_left(cast):
    assert said(may(cast.teacher)) == "no 2.4"
    assert said(may(cast.finance, "offices")) == "yes 2.5"
    with at(MONDAY, 15, 42):
        status.press(cast.office, False, MONDAY, 0)
        assert said(may(cast.teacher, time=dt.time(15, 42))) == "yes 4.1"
    # What was said later does not change what held before.
    assert said(may(cast.teacher, time=dt.time(15, 41))) == "no 2.4"


def test_on_a_day_without_school_nobody_is_there_to_be_kept_from(cast):
    sunday = dt.date(2026, 11, 29)
    assert said(may(cast.teacher, day=sunday)) == "yes 4.1"
    assert said(may(cast.pupil, day=sunday)) == "no 5.3"


def test_before_pupils_come_a_teachers_own_hours_count(cast):
    seven = dt.time(7, 30)
    assert said(may(cast.teacher, "car-park", time=seven)) == "no 4.1"  # no hours on file: the safe side
    Person.update(starts_work_at=dt.time(8, 30)).where(Person.id == cast.teacher.id).execute()
    assert said(may(cast.teacher, "car-park", time=seven)) == "yes 4.1"
    assert said(may(cast.teacher, "car-park", time=dt.time(8, 30))) == "no 4.1"


def test_an_exemption_allows_at_its_times_in_its_places_with_its_device(cast):
    exemption = permitted(cast.teacher, "teaching-period")
    found = may(cast.teacher, "teaching-areas")
    assert (said(found), found.answer.permit.id, found.opens) == ("yes 4.3", exemption, True)
    assert "until 3pm" in found.answer.words
    assert said(may(cast.teacher, "teaching-areas", time=dt.time(15))) == "no 2.4"
    assert said(may(cast.teacher, "teaching-areas", time=dt.time(8, 59))) == "no 2.4"
    assert said(may(cast.teacher, "shared-areas")) == "no 2.4"
    assert said(may(cast.teacher, "teaching-areas", device="tablet")) == "no 2.4"
    assert said(may(cast.teacher, "teaching-areas", day=dt.date(2026, 11, 25))) == "no 2.4"


def test_a_pupil_in_front_of_staff_has_a_permission_and_staff_do_not_learn_why(cast):
    asked = fitting_request(KINDS["exceptional-access"], cast.pupil.id)
    exemption = permitted(cast.parent, "exceptional-access")
    told = {"zone": asked.zones[0], "device": asked.device_kind, "person": cast.pupil.id}
    found = may(cast.assistant, **told)
    assert said(found) == "yes 5.7d"  # whichever need it is
    assert said(may(cast.head, **told)) == said(may(cast.parent, **told)) == "yes 5.7b"
    assert "There is a permission until" in found.answer.words
    assert not found.opens
    assert [may(getattr(cast, who), **told).opens for who in ("parent", "carer", "head")] == [True, True, True]
    assert may(cast.pupil, asked.zones[0], device=asked.device_kind).answer.permit.id == exemption


def test_an_exam_suspends_what_a_pupil_has(cast):
    permitted(cast.parent, "exceptional-access")
    asked = fitting_request(KINDS["exceptional-access"], cast.pupil.id)
    there = {"zone": asked.zones[0], "device": asked.device_kind}
    assert said(may(cast.pupil, **there)) == "yes 5.7b"
    _sit(cast, dt.time(9), dt.time(11))
    assert said(may(cast.pupil, **there)) == "no 5.9"
    assert said(may(cast.pupil, **there, time=dt.time(11))) == "yes 5.7b"


def _sit(cast, begins, ends):
    sittings.save(cast.office, SittingDetails("Biology", "AQA", MONDAY, begins, ends, "exam-room", (cast.pupil.id,)))


def test_a_lesson_activity_allows_while_it_runs_and_for_those_who_take_part(cast):
    asked = fitting_request(KINDS["educational-activity"], cast.pupil.id)
    there = {"zone": asked.zones[0], "device": asked.device_kind}
    exemption = exemptions.ask(cast.teacher, KINDS["educational-activity"], purpose="activity-pupils-devices")
    exemptions.approve(exemptions.decider_of(queries.find(exemption)), exemption)
    assert said(may(cast.pupil, **there)) == "no 5.4"
    activities.start(cast.teacher, exemption)
    assert said(may(cast.pupil, **there)) == "yes 5.4"
    assert said(may(cast.other_pupil, **there)) == "no 5.3"


def test_a_school_device_follows_its_loan_the_roles_permission_and_the_notice(cast, monkeypatch):
    tablet = {"device": "tablet", "whose": Whose.SCHOOL}
    assert said(may(cast.teacher, **tablet)) == "no 3.3"
    devices.staff_may_borrow(cast.head)
    devices.everybody_knows_the_notice(monkeypatch, but=(cast.teacher,))
    assert said(may(cast.teacher, **tablet)) == "no 3.5"
    devices.everybody_knows_the_notice(monkeypatch)
    assert said(may(cast.teacher, **tablet)) == "yes 3.3"
    devices.a_device(cast.office, "T-07")
    assert said(may(cast.pupil, **tablet)) == "no 3.3"
    devices.lend(cast.office, cast.teacher, "T-07", pupil=cast.pupil.id)
    assert said(may(cast.pupil, **tablet)) == "yes 3.3"


def test_a_lent_device_is_a_yes_only_as_long_as_the_loan_and_its_permission_stand(cast, monkeypatch):
    tablet, tuesday = {"device": "tablet", "whose": Whose.SCHOOL}, dt.date(2026, 11, 24)
    devices.everybody_knows_the_notice(monkeypatch)
    exemption = exemptions.permitted(cast.teacher, KINDS["school-device"], device_kind="tablet")
    device = devices.a_device(cast.office, "T-07")
    devices.lend(cast.office, cast.teacher, "T-07", pupil=cast.pupil.id)
    assert (said(may(cast.teacher, **tablet)), said(may(cast.pupil, **tablet))) == ("yes 3.3", "yes 3.3")
    assert said(may(cast.pupil, **tablet, day=tuesday)) == "no 3.3"  # it was due the day before
    devices.everybody_knows_the_notice(monkeypatch, but=(cast.pupil,))
    assert said(may(cast.pupil, **tablet)) == "no 3.5"
    devices.everybody_knows_the_notice(monkeypatch)
    kept = register.find(cast.office, device)
    lending.set_state(cast.office, device, kept.revision, DeviceState.LOST)
    assert said(may(cast.pupil, **tablet)) == "no 3.3"
    lending.set_state(cast.office, device, kept.revision + 1, DeviceState.IN_USE)
    assert said(may(cast.pupil, **tablet)) == "yes 3.3"
    deciding.revoke(cast.head, exemption, queries.find(exemption).revision, "The device is needed elsewhere.")
    assert (said(may(cast.teacher, **tablet)), said(may(cast.pupil, **tablet))) == ("no 3.3", "no 3.3")


def test_both_kinds_of_need_are_one_clause_for_who_may_not_open_them(cast):
    for kind, device in (("exceptional-access", "phone"), ("parent-contact", "tablet")):
        permitted(cast.parent, kind, device_kind=device)
        found = may(cast.teacher, "staff-room", device=device, person=cast.pupil.id)
        assert (said(found), "signed" in found.answer.words) == ("yes 5.7d", True)
    assert said(may(cast.parent, "staff-room", device="tablet", person=cast.pupil.id)) == "yes 5.7a"


def test_that_a_permission_does_not_hold_now_is_told_only_to_who_may_open_it(cast):
    permitted(cast.parent, "exceptional-access")
    there = {"zone": "staff-room", "person": cast.pupil.id}
    evening = {**there, "time": dt.time(18)}
    plain = may(cast.teacher, **evening)
    assert plain.answer == may(cast.teacher, **{**evening, "person": cast.other_pupil.id}).answer
    assert (said(plain), plain.answer.permit) == ("no 5.3", None)
    for who in (cast.parent, cast.head):
        assert "not for this time" in may(who, **evening).answer.words
    assert "not for this time" in may(cast.pupil, "staff-room", time=dt.time(18)).answer.words
    _sit(cast, dt.time(9), dt.time(11))
    assert "There is a permission" in may(cast.parent, **there).answer.words
    assert "There is a permission" not in may(cast.teacher, **there).answer.words
    assert said(may(cast.teacher, **there)) == "no 5.9"


def test_a_parent_who_only_sees_is_offered_no_form_they_cannot_send(cast):
    Guardian.update(access="sees").where(Guardian.parent == cast.parent.id).execute()
    assert may(cast.parent, person=cast.pupil.id).kinds == []


def test_a_separated_parent_without_access_does_not_find_the_child_by_name_even_as_staff(cast):
    link = {"relation": "father", "access": "nothing", "given_at": clock.now()}
    Guardian.insert(child=cast.pupil.id, parent=cast.teacher.id, **link).execute()
    assert list(pupils_named(cast.teacher, "pupil")) == [cast.other_pupil.id]


def test_a_no_offers_the_forms_that_the_asker_can_fill_in(cast):
    assert [kind.clause for kind in may(cast.teacher).kinds] == ["4.3"]
    assert [kind.clause for kind in may(cast.parent, person=cast.pupil.id).kinds] == ["5.7b", "5.7a"]
    assert may(cast.governor).kinds == []


# --- Right now ----------------------------------------------------------------------------------------------


def now(actor):
    """The lines of right now, each with its clause."""
    return [(line.words, line.clause) for line in right_now.of(actor, policy_in_force()).lines]


def test_right_now_tells_each_role_what_pupils_on_site_mean_for_it(cast):
    locker = "Your device stays in your locker in the staff room until all pupils have left."
    offices = "While pupils are on site you use your own device only in offices, meeting rooms and the car park."
    assert now(cast.teacher) == [(locker, "2.4")]
    assert now(cast.finance) == [(offices, "2.5")]
    assert now(cast.deputy) == [(locker, "2.4")]  # SLT, and works directly with children
    ((pupil, clause),) = now(cast.pupil)
    assert (clause, "locker in the administration office" in pupil) == ("5.3", True)
    ((guest, clause),) = now(cast.parent)
    assert (clause, "Meeting rooms, Car park" in guest, "Classroom" in guest) == ("6.5", True, False)
    with at(MONDAY, 15, 42):
        status.press(cast.office, False, MONDAY, 0)
        words = "You may take your device out of the staff room and use it: all pupils have left."
        assert now(cast.teacher) == [(words, "4.1")]


def test_right_now_tells_what_an_exemption_in_force_allows_and_where(cast):
    permitted(cast.teacher, "teaching-period")
    usual, (words, clause) = now(cast.teacher)
    assert usual[1] == "2.4"
    assert clause == "4.3"
    assert words.endswith("Mobile phone: Staff room, Teaching areas.")
    with at(MONDAY, 15, 0):
        assert len(now(cast.teacher)) == 1


@pytest.mark.parametrize(
    ("kind", "who", "zones", "named"),
    [
        ("exceptional-access", "pupil", ("off-site", "shared-areas"), "Areas shared with pupils"),
        ("exceptional-access", "pupil", ("off-site",), None),
        ("remote-learning", "teacher", ("classroom", "off-site"), "Off site or at home"),
        ("teaching-period", "teacher", ("off-site", "teaching-areas"), "Teaching areas"),
    ],
)
def test_right_now_names_only_the_places_that_the_permission_opens(cast, kind, who, zones, named):
    exemption = permitted(cast.parent if who == "pupil" else cast.teacher, kind)
    Exemption.update(zones=zones).where(Exemption.id == exemption).execute()
    told = [words.rsplit(": ", 1)[1] for words, _ in now(getattr(cast, who)) if "ermission" in words]
    assert told == ([f"{named}."] if named else [])


def test_what_may_i_refuses_away_from_school_no_form_offers(cast):
    policy = policy_in_force()
    assert "off-site" not in policy.zones_for(KINDS["teaching-period"])
    assert KINDS["remote-learning"].places == ("off-site",)
    permitted(cast.teacher, "remote-learning")
    assert said(may(cast.teacher, "off-site", teaching=True)) == "yes 4.7"


@pytest.mark.parametrize(
    ("time", "stays"), [((10, 0), True), ((14, 59), True), ((15, 0), False), ((8, 59), False)], ids=str
)
def test_the_token_ends_when_an_exemption_begins_or_ends(cast, time, stays):
    permitted(cast.teacher, "teaching-period")
    with at(MONDAY, *((8, 50) if time == (8, 59) else (10, 0))):
        seen = right_now.of(cast.teacher, policy_in_force()).seen
    with at(MONDAY, *((9, 0) if time == (8, 59) else time)):
        assert status.unchanged(seen) == stays


def test_the_token_ends_when_an_exam_begins(cast):
    _sit(cast, dt.time(11), dt.time(12))
    seen = right_now.of(cast.pupil, policy_in_force()).seen
    with at(MONDAY, 10, 59):
        assert status.unchanged(seen)
    with at(MONDAY, 11, 0):
        assert not status.unchanged(seen)
        assert now(cast.pupil) == [
            ("No device is used in an exam until midday, and none comes into an exam room.", "5.9")
        ]


def test_somebody_without_a_role_is_told_only_of_the_site(school):
    nobody = actor_of_person(people.add_from_the_start(people.PersonDetails("nobody", "Nobody Invented", ""), ()))
    found = right_now.of(nobody, policy_in_force())
    assert found.lines == []
    assert found.status.pupils_on_site
    assert clock.today() == MONDAY


@pytest.mark.parametrize("who", CAST)
def test_right_now_is_the_same_from_what_my_page_has_read_already(cast, who):
    for kind in (kind for kind in KINDS if not KINDS[kind].for_visitor):
        permitted(exemptions.asker_of(KINDS[kind]), kind, device=kind)
    permitted(cast.teacher, "teaching-period", device="another")
    permitted(cast.parent, "exceptional-access", device="another")
    actor = getattr(cast, who)
    assert right_now.of(actor, policy_in_force(), permissions.mine(actor)) == right_now.of(actor, policy_in_force())


def test_a_cancelled_exam_suspends_nothing(cast):
    _sit(cast, dt.time(9), dt.time(11))
    assert said(may(cast.pupil)) == "no 5.9"
    Sitting.update(cancelled_at=clock.now()).execute()
    assert said(may(cast.pupil)) == "no 5.3"


def test_the_token_ends_when_contracted_hours_begin(cast):
    Person.update(starts_work_at=dt.time(8, 30)).where(Person.id == cast.teacher.id).execute()
    with at(MONDAY, 8, 0):
        seen = right_now.of(cast.teacher, policy_in_force()).seen
    with at(MONDAY, 8, 29):
        assert status.unchanged(seen)
        assert now(cast.teacher)[0][0].startswith("Pupils are not here yet")
    with at(MONDAY, 8, 30):
        assert not status.unchanged(seen)
        assert "until all pupils have left" in now(cast.teacher)[0][0]


def test_right_now_says_nothing_of_an_exemption_for_school_devices(cast):
    usual = now(cast.pupil)
    permitted(cast.teacher, "educational-activity", purpose="activity-school-devices")
    permitted(cast.finance, "school-device")
    assert now(cast.pupil) == usual
    assert len(now(cast.finance)) == 1
