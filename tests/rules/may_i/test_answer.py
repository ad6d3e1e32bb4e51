"""May I? One answer to every situation, with its clause: the rules, the contradictions, and what always holds."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enums import Role
from rules.auth.permissions import ROLE_NAMES, STAFF
from rules.exemption_kinds import KINDS, Scope
from rules.exemptions.view import Validity
from rules.may_i import table
from rules.may_i.answer import OFF_SITE, PUPIL_LOCKERS, RECEPTION, SECURE_STORE, STAFF_ROOM, answer
from rules.may_i.situation import EXAM_ROOM, PHONE, Group, Permit, Reach, Site, Situation, Whose, group_of
from rules.may_i.table import kind_of, permit_for
from rules.policy.pack import read_pack
from settings import ROOT

PACK = read_pack(ROOT / "policy")
CLAUSES = {clause.id: clause for clause in PACK.clauses}
ZONES = {zone.id: zone.name for zone in PACK.zones}
FREE = frozenset(PACK.visitors.free_places)
TEACHER, FINANCE, PUPIL, PARENT = (
    {role} for role in (Role.STAFF_DIRECT, Role.STAFF_NONDIRECT, Role.PUPIL, Role.PARENT)
)
PAST_RECEPTION = set(ZONES) - {RECEPTION, PUPIL_LOCKERS, OFF_SITE}
ELEVEN = dt.time(11)


def asked(roles, zone, **more):
    """The answer to somebody with these roles in a place."""
    return answer(Situation(frozenset(roles), zone, **{"free_places": FREE, **more}))


def says(roles, zone, **more):
    """The answer as the table writes it: `yes 4.1`."""
    found = asked(roles, zone, **more)
    return f"{'yes' if found.yes else 'no'} {found.clause}"


# --- Staff --------------------------------------------------------------------------------------------------


def test_a_teachers_device_stays_in_the_staff_room_while_pupils_are_on_site():
    assert says(TEACHER, STAFF_ROOM) == "yes 4.1"
    for zone in ("shared-areas", "teaching-areas", "classroom"):
        assert says(TEACHER, zone) == "no 2.4"
    for zone in ("offices", "meeting-rooms", "car-park", RECEPTION, PUPIL_LOCKERS):
        assert says(TEACHER, zone) == "no 4.1"
    assert "locker in the staff room" in asked(TEACHER, "classroom").words


@pytest.mark.parametrize("site", [Site.LEFT, Site.NO_SCHOOL])
def test_once_all_pupils_have_left_a_teacher_may_take_it(site):
    assert {says(TEACHER, zone, site=site) for zone in set(ZONES) - {EXAM_ROOM, SECURE_STORE, OFF_SITE}} == {"yes 4.1"}


def test_before_pupils_come_it_counts_whether_a_teachers_hours_have_begun():
    assert says(TEACHER, "car-park", site=Site.NOT_YET, at_work=False) == "yes 4.1"
    assert says(TEACHER, "car-park", site=Site.NOT_YET, at_work=True) == "no 4.1"
    assert says(TEACHER, STAFF_ROOM, site=Site.NOT_YET, at_work=True) == "yes 4.1"


def test_other_staff_use_theirs_in_offices_meeting_rooms_and_the_car_park():
    for zone in ("offices", PUPIL_LOCKERS, "meeting-rooms", "car-park"):
        assert says(FINANCE, zone) == "yes 2.5"
    for zone in ("classroom", "teaching-areas", "shared-areas", RECEPTION, STAFF_ROOM):
        assert says(FINANCE, zone) == "no 2.5"
        assert says(FINANCE, zone, site=Site.LEFT) == "yes 2.5"


def test_in_a_teaching_period_staff_need_permission_in_writing_wherever_they_are():
    for roles, zone in itertools.product((TEACHER, FINANCE), (STAFF_ROOM, "offices", "classroom")):
        found = asked(roles, zone, teaching=True, site=Site.LEFT)
        assert (found.yes, found.clause, found.doors) == (False, "4.3", (Scope.TEACHING,))
        permit = permit_for(Scope.TEACHING, [zone])
        assert asked(roles, zone, teaching=True, permits=(permit,)).permit is permit


def test_a_permission_is_for_its_own_place_and_device_only():
    permit = permit_for(Scope.TEACHING, ["classroom"])
    assert says(TEACHER, "classroom", permits=(permit,)) == "yes 4.3"
    assert says(TEACHER, "shared-areas", permits=(permit,)) == "no 2.4"
    assert says(TEACHER, "classroom", device="tablet", permits=(permit,)) == "no 2.4"


def test_away_from_school_staff_may_but_teach_on_school_equipment():
    assert says(TEACHER, OFF_SITE) == "yes 4.5"
    assert says(TEACHER, OFF_SITE, teaching=True) == "no 4.7"
    assert says(TEACHER, OFF_SITE, teaching=True, permits=(permit_for(Scope.HOME, [OFF_SITE]),)) == "yes 4.7"


def test_a_no_offers_only_what_whoever_asks_can_ask_for():
    found = asked(PUPIL, "classroom")
    offered = {role: {kind.opens for kind in found.kinds_for(frozenset({role}))} for role in Role}
    assert offered[Role.STAFF_DIRECT] == {Scope.LESSON, Scope.NEED}
    assert offered[Role.PARENT] == offered[Role.PUPIL] == {Scope.NEED}
    assert offered[Role.GOVERNOR] == set()
    assert all(kind.askers & {Role.PARENT} for kind in found.kinds_for(frozenset(PARENT)))


# --- Pupils -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", Site)
def test_a_pupils_device_comes_to_reception_and_to_its_locker_and_no_further(site):
    assert says(PUPIL, RECEPTION, site=site) == says(PUPIL, PUPIL_LOCKERS, site=site) == "yes 2.3"
    assert not any(asked(PUPIL, zone, site=site).yes for zone in PAST_RECEPTION)
    assert says(PUPIL, OFF_SITE, site=site) == "yes 5.8"


@pytest.mark.parametrize(
    ("hold", "clause", "told"),
    [
        (Validity.UNSIGNED, "5.7d", "not signed"),
        (Validity.NOT_STARTED, "5.4", "start the lesson activity"),
        (Validity.EXAM, "5.9", "exam"),
        (Validity.NOT_NOW, "5.3", "not for this time"),
        (Validity.OVER, "5.3", "stays in the locker"),
    ],
)
def test_a_permission_that_does_not_hold_is_a_no_that_says_why(hold, clause, told):
    found = asked(PUPIL, "classroom", permits=(permit_for(Scope.NEED, ["classroom"], hold),))
    assert (found.yes, found.clause) == (False, clause)
    assert told in found.words


def test_until_when_a_permission_holds_is_said_without_its_reason():
    permit = Permit(7, kind_of(Scope.NEED), PHONE, ("classroom",), Validity.IN_FORCE, dt.time(14))
    found = asked(PUPIL, "classroom", permits=(permit,))
    assert found.words == "There is a permission until 2pm, and it is signed. What was agreed in it counts."


# --- Guests -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.PARENT, Role.GOVERNOR, Role.REGIONAL_DIRECTOR, Role.REGULAR_VISITOR])
def test_guests_are_free_where_the_policy_says_so_and_ask_for_the_rest(role):
    clause = "6.4" if role is Role.REGULAR_VISITOR else "6.5"
    for zone in set(ZONES) - {EXAM_ROOM, SECURE_STORE}:
        assert says({role}, zone) == (f"yes {clause}" if zone in FREE else "no 6.5")
    assert says({role}, "classroom", permits=(permit_for(Scope.VISIT, ["classroom"]),)) == "yes 6.5"
    assert says({role}, OFF_SITE, free_places=frozenset()) == f"yes {clause}"


# --- Devices of the school ----------------------------------------------------------------------------------


def test_a_school_device_needs_permission_and_then_the_notice():
    school, permit = {"whose": Whose.SCHOOL}, permit_for(Scope.SCHOOL, ["classroom"], own=False)
    assert says(TEACHER, "classroom", **school) == "no 3.3"
    assert says(TEACHER, "classroom", reach=Reach.STANDING, **school) == "no 3.5"
    assert says(TEACHER, "classroom", reach=Reach.STANDING, notice=True, **school) == "yes 3.3"
    assert says(TEACHER, "classroom", permits=(permit,), **school) == "no 3.5"
    assert says(TEACHER, "classroom", permits=(permit,), notice=True, **school) == "yes 3.3"
    assert says(TEACHER, "classroom", reach=Reach.LENT, **school) == "no 3.5"
    assert says(TEACHER, "classroom", reach=Reach.LENT, notice=True, **school) == "yes 3.3"
    assert says(PARENT, "classroom", reach=Reach.STANDING, notice=True, **school) == "no 3.3"


def test_a_pupil_has_a_school_device_through_a_member_of_staff():
    school = {"whose": Whose.SCHOOL, "notice": True}
    assert says(PUPIL, "classroom", device="tablet", **school) == "no 3.3"
    assert says(PUPIL, "classroom", device="tablet", reach=Reach.STANDING, **school) == "no 3.3"
    assert says(PUPIL, "classroom", device="tablet", reach=Reach.LENT, **school) == "yes 3.3"
    assert says(PUPIL, "classroom", **school) == "yes 5.6"


def test_a_lesson_with_school_tablets_does_not_let_pupils_use_their_own():
    tablets = Permit(1, kind_of(Scope.LESSON), "tablet", ("classroom",), Validity.IN_FORCE, ELEVEN, own=False)
    there = {"device": "tablet", "permits": (tablets,), "notice": True}
    assert says(PUPIL, "classroom", whose=Whose.SCHOOL, **there) == "yes 5.4"
    assert says(PUPIL, "classroom", **there) == "no 5.3"


# --- Where the document contradicts itself ------------------------------------------------------------------


def test_5_3_against_5_4_and_5_7_a_pupil_has_exactly_two_doors():
    for door in Scope:
        opened = asked(PUPIL, "classroom", permits=(permit_for(door, ["classroom"]),)).yes
        assert opened == (door in {Scope.LESSON, Scope.NEED})


def test_5_4_against_5_5_the_approved_activity_also_has_to_be_started():
    steps = (Validity.NOT_STARTED, Validity.IN_FORCE)
    waiting, running = (permit_for(Scope.LESSON, ["classroom"], validity) for validity in steps)
    assert says(PUPIL, "classroom", permits=(waiting,)) == "no 5.4"
    assert says(PUPIL, "classroom", permits=(running,)) == "yes 5.4"


def test_leadership_is_one_group_and_reads_by_the_flag_of_its_work():
    leading = {Role.HEADTEACHER, Role.SLT, Role.DSL, Role.DEPUTY_DSL}
    for role in leading:
        assert group_of(frozenset({role})) is Group.OTHER_STAFF
        assert group_of(frozenset({role, Role.STAFF_DIRECT})) is Group.STAFF_DIRECT


def test_2_3_against_the_lockers_in_the_office_the_direct_way_is_allowed_with_staff():
    found = asked(PUPIL, PUPIL_LOCKERS)
    assert found.yes
    assert "with a member of staff" in found.words


def test_4_1_against_2_5_the_locker_binds_those_who_work_directly_with_children():
    assert says(TEACHER, "offices") == "no 4.1"
    assert says(FINANCE, "offices") == "yes 2.5"
    assert says(TEACHER | FINANCE, "offices") == "no 4.1"


def test_4_3_against_4_6_a_permission_says_that_it_is_for_emergencies_only():
    found = asked(TEACHER, "classroom", permits=(permit_for(Scope.TEACHING, ["classroom"]),))
    assert "emergency only" in found.words
    assert "4.6" in found.words


def test_5_9_against_5_7_an_exam_suspends_unless_the_examining_body_has_agreed():
    plain = permit_for(Scope.NEED, ["classroom"], Validity.EXAM)
    agreed = Permit(1, kind_of(Scope.NEED), PHONE, ("classroom",), Validity.IN_FORCE, in_exams=True)
    for zone in ("classroom", EXAM_ROOM):
        assert says(PUPIL, zone, exam_until=ELEVEN, permits=(plain,)) == "no 5.9"
        assert says(PUPIL, zone, exam_until=ELEVEN, permits=(agreed,)) == "yes 5.9"
        assert says(PUPIL, zone, exam_until=ELEVEN) == "no 5.9"
    in_force = permit_for(Scope.NEED, ["classroom"])
    assert says(PUPIL, "classroom", exam_until=ELEVEN, permits=(in_force,)) == "no 5.9"
    assert says(PUPIL, OFF_SITE, exam_until=ELEVEN) == "yes 5.8"


def test_6_2_against_6_5_no_permission_lets_a_pupil_use_a_visitors_device():
    everything = tuple(permit_for(door, ZONES) for door in Scope)
    for zone in set(ZONES) - {SECURE_STORE}:
        assert says(PUPIL, zone, whose=Whose.VISITOR, permits=everything) == "no 6.2"


# --- The table ----------------------------------------------------------------------------------------------


def test_every_cell_of_the_table_cites_a_clause_of_the_policy():
    cells = dict(table.cells(ZONES, FREE))
    assert len(cells) == len(Role) * len(ZONES) * len(Site) * 2 * 2
    for cell, found in cells.items():
        assert found.clause in CLAUSES, cell
        assert found.words.endswith("."), cell


def test_the_clause_of_an_answer_concerns_whoever_it_is_given_to():
    for (role, zone, *rest), found in table.cells(ZONES, FREE):
        if zone not in {EXAM_ROOM, SECURE_STORE} and found.clause != "3.3" and role not in _LEADERS:
            assert role in CLAUSES[found.clause].roles, (role, zone, rest, found.clause)


# Whoever leads is bound by 2.5 through the flag of their work, which they hold beside it.
_LEADERS = STAFF - {Role.STAFF_DIRECT, Role.STAFF_NONDIRECT, Role.OFFICE}


def test_roles_that_share_a_section_of_the_document_share_every_answer():
    by_role = {}
    for (role, *rest), found in table.cells(ZONES, FREE):
        by_role.setdefault(role, []).append((*rest, found.yes, found.clause))
    text = (ROOT / "docs" / "may-i.md").read_text(encoding="utf-8")
    sections = [part.split("\n")[2].rstrip(".") for part in text.split("\n## ")[1:]]
    named = {name: role for role, name in ROLE_NAMES.items()}
    shared = [[role for name, role in named.items() if name in section] for section in sections]
    assert sorted(itertools.chain(*shared)) == sorted(Role)
    for roles in shared:
        assert len({tuple(by_role[role]) for role in roles}) == 1


def test_the_document_is_what_the_function_gives():
    made = table.document(ZONES, FREE)
    assert (ROOT / "docs" / "may-i.md").read_text(encoding="utf-8") == made, "run `flask may-i table`"


# --- Whatever the situation ---------------------------------------------------------------------------------

zones = st.sampled_from([*ZONES, "a-new-wing", ""])
devices = st.sampled_from([PHONE, "tablet", "smart-watch"])
permits = st.builds(
    Permit,
    st.integers(1, 9),
    st.sampled_from([kind for kind in KINDS.values()]),
    devices,
    st.lists(st.sampled_from(sorted(set(ZONES) - {EXAM_ROOM, SECURE_STORE})), max_size=4).map(tuple),
    st.sampled_from(Validity),
    st.none() | st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    st.booleans(),
    st.booleans(),
)
situations = st.builds(
    Situation,
    st.frozensets(st.sampled_from(Role), max_size=3),
    zones,
    devices,
    st.sampled_from(Whose),
    st.sampled_from(Site),
    st.lists(permits, max_size=4).map(tuple),
    st.none() | st.just(ELEVEN),
    st.booleans(),
    st.booleans(),
    st.frozensets(zones, max_size=4),
    st.sampled_from(Reach),
    st.booleans(),
)


def changed(situation, **more):
    """The same situation with something else in it."""
    return Situation(**{**situation._asdict(), **more})


@given(situations)
def test_there_is_exactly_one_answer_and_its_clause_is_known(situation):
    found = answer(situation)
    assert found == answer(situation)
    assert found.clause in CLAUSES
    assert found.words
    assert found.permit is None or found.permit.in_force or not found.yes
    assert not (found.yes and found.doors)


@given(situations, permits)
def test_another_exemption_in_force_never_turns_a_yes_into_a_no(situation, permit):
    more = changed(situation, permits=(changed_permit(permit, validity=Validity.IN_FORCE), *situation.permits))
    assert answer(more).yes >= answer(situation).yes


@given(situations, permits.filter(lambda permit: not permit.in_force))
def test_an_exemption_that_is_not_in_force_never_allows_anything(situation, permit):
    more = changed(situation, permits=(permit, *situation.permits))
    assert answer(more).yes == answer(situation).yes


def changed_permit(permit, **more):
    """The same exemption with something else in it."""
    return permit._replace(**more)


@given(situations)
def test_an_exam_never_allows_anything(situation):
    quiet, sitting = changed(situation, exam_until=None), changed(situation, exam_until=ELEVEN)
    assert answer(sitting).yes <= answer(quiet).yes


@given(situations)
def test_a_pupil_without_an_exemption_never_has_their_own_device_past_reception(situation):
    alone = changed(situation, roles=situation.roles | {Role.PUPIL}, whose=Whose.OWN, permits=())
    assert not answer(alone).yes or alone.zone in {RECEPTION, PUPIL_LOCKERS, OFF_SITE}


@given(situations)
def test_nobody_uses_anything_in_the_secure_store_and_staff_and_guests_nothing_in_the_exam_room(situation):
    assert not answer(changed(situation, zone=SECURE_STORE)).yes
    there = changed(situation, zone=EXAM_ROOM)
    if group_of(there.roles) is not Group.PUPIL:
        assert not answer(there).yes


@given(situations)
def test_pupils_on_site_never_let_staff_do_more_than_when_all_have_left(situation):
    here, left = changed(situation, site=Site.HERE), changed(situation, site=Site.LEFT)
    assert answer(here).yes <= answer(left).yes
