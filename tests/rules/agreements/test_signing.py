"""Signing an agreement on one's own page or on paper, and withdrawing consent (clause 5.7d)."""

import datetime as dt

import pytest

from enums import ExemptionState, ParentAccess, RequiredSigners
from models import Decision, Exemption, Guardian, Signature
from rules.agreements import agreements, signing
from rules.agreements.signing import Paper
from rules.agreements.terms import Terms
from rules.auth import sessions, throttle
from rules.core import clock
from rules.core.errors import Changed, Conflict, Invalid, NotAllowed, NotFound
from rules.decisions import deciding
from rules.exams import sittings
from rules.exams.sittings import SittingDetails
from rules.exemptions import lifecycle, queries
from rules.people import families, people, role_grants
from rules.today import day_list
from tests.conftest import ACCESS, CAST, LESSON, PARENT_CONTACT, PASSWORD
from tests.support.exemptions import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    events,
    fitting,
    in_force,
    kind_name,
    later,
    permitted,
    revision,
    sign,
    signed,
    when,
    who,
)

agreed_kind = pytest.mark.parametrize("kind", [ACCESS, PARENT_CONTACT], ids=kind_name)
TERMS = Terms("Keep it in the bag.", "It is handed in.")


def waiting(cast, kind, signers=RequiredSigners.BOTH):
    """An approved exemption whose agreement nobody has signed."""
    exemption = ask(cast.parent, kind)
    terms = Terms(
        **{**TERMS._asdict(), "signers": signers, "signers_reason": "" if signers is RequiredSigners.BOTH else "Away."}
    )
    deciding.approve(cast.head, exemption, revision(exemption), "", terms)
    return exemption


def newest(exemption):
    return agreements.newest_of(queries.find(exemption))


def link_of(parent, child):
    return Guardian.get(Guardian.parent == parent.id, Guardian.child == child.id, Guardian.ended_at.is_null())


def nobody_signed(exemption):
    return Signature.select().count() == 0 and not in_force(exemption)


# --- Who signs ----------------------------------------------------------------------------------------------


@agreed_kind
@pytest.mark.parametrize("name", CAST)
def test_the_pupil_and_a_parent_who_may_sign_do_and_nobody_else(cast, kind, name):
    """Invariant 1, clause 5.14: by the wrong parent, by a barred one, by staff: not at all."""
    exemption = waiting(cast, kind)
    if name in {"pupil", "parent"}:
        sign(who(name), exemption)
        (row,) = Signature.select()
        assert (row.person_id, row.party, row.on_paper) == (who(name).id, name, False)
        assert (row.signed_on, row.recorded_by_id) == (MONDAY, who(name).id)
    else:
        with pytest.raises((NotAllowed, NotFound)):
            sign(who(name), exemption)
        assert nobody_signed(exemption)


@agreed_kind
def test_a_carer_who_only_sees_reads_it_and_is_told_that_they_cannot_sign(cast, kind):
    exemption = waiting(cast, kind)
    assert signing.read(cast.carer, newest(exemption).id)[1] == newest(exemption)
    with pytest.raises(NotAllowed, match="can read this agreement"):
        sign(cast.carer, exemption)


@agreed_kind
@pytest.mark.parametrize("name", ["barred_parent", "other_parent", "other_pupil"])
def test_to_a_stranger_to_the_child_it_does_not_exist(cast, kind, name):
    """Clause 5.14: a separated parent without access sees nothing."""
    exemption = waiting(cast, kind)
    for look in (
        lambda actor: signing.read(actor, newest(exemption).id),
        lambda actor: signing.newest_for(actor, exemption),
        lambda actor: sign(actor, exemption),
        lambda actor: signing.withdraw_consent(actor, exemption),
    ):
        with pytest.raises(NotFound):
            look(who(name))


@agreed_kind
@pytest.mark.parametrize("change", ["ended", ParentAccess.SEES, ParentAccess.NOTHING])
def test_a_parent_whose_link_was_changed_a_minute_ago_does_not_sign(cast, kind, change):
    exemption = waiting(cast, kind)
    sign(cast.pupil, exemption)
    link = link_of(cast.parent, cast.pupil).id
    if change == "ended":
        families.end(cast.office, cast.pupil.id, link)
    else:
        families.change_access(cast.office, cast.pupil.id, link, change)
    with later(minutes=1), pytest.raises(NotAllowed if change == ParentAccess.SEES else NotFound):
        sign(cast.parent, exemption)
    assert Signature.select().count() == 1
    assert not in_force(exemption)


@agreed_kind
def test_what_a_parent_signed_while_they_could_stays_signed(cast, kind):
    exemption = permitted(cast.parent, kind)
    with later(minutes=1):
        families.end(cast.office, cast.pupil.id, link_of(cast.parent, cast.pupil).id)
        assert in_force(exemption)


@agreed_kind
def test_either_of_two_parents_signs_for_the_parents_and_only_one(cast, kind):
    families.change_access(cast.office, cast.pupil.id, link_of(cast.carer, cast.pupil).id, ParentAccess.SIGNS)
    exemption = waiting(cast, kind)
    sign(cast.carer, exemption)
    with pytest.raises(Conflict) as caught:
        sign(cast.parent, exemption)
    assert caught.value.current.name == cast.carer.name


@agreed_kind
@pytest.mark.parametrize(("signers", "name"), [(RequiredSigners.PUPIL, "parent"), (RequiredSigners.PARENT, "pupil")])
def test_a_signature_that_is_not_needed_is_not_taken(cast, kind, signers, name):
    exemption = waiting(cast, kind, signers)
    with pytest.raises(NotAllowed, match="does not need your signature"):
        sign(who(name), exemption)
    assert nobody_signed(exemption)


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if not kind.agreement], ids=kind_name)
@pytest.mark.parametrize("name", ["pupil", "parent", "teacher"])
def test_where_nothing_is_agreed_nobody_withdraws_consent(cast, kind, name):
    exemption = permitted(asker_of(kind), kind)
    with pytest.raises((NotAllowed, NotFound)):
        signing.withdraw_consent(who(name), exemption)
    assert in_force(exemption)


# --- How it is signed ---------------------------------------------------------------------------------------


@agreed_kind
@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "Parent"}, {"name"}),
        ({"name": "Pupil Invented"}, {"name"}),
        ({"agrees": False}, {"agrees"}),
        ({"name": "x", "agrees": False}, {"name", "agrees"}),
    ],
)
def test_the_name_is_typed_and_the_statement_is_ticked(cast, kind, changed, fields):
    exemption = waiting(cast, kind)
    with pytest.raises(Invalid) as caught:
        sign(cast.parent, exemption, **changed)
    assert caught.value.errors.keys() == fields
    assert nobody_signed(exemption)


@agreed_kind
def test_the_password_is_entered_again(cast, kind):
    exemption = waiting(cast, kind)
    with pytest.raises(sessions.WrongPassword):
        sign(cast.parent, exemption, password="not the lantern")
    assert nobody_signed(exemption)


def test_guessing_the_password_at_a_signature_is_slowed_down(cast):
    exemption = waiting(cast, ACCESS)
    for _ in range(throttle.STEPS[0][1]):
        with pytest.raises(sessions.WrongPassword):
            sign(cast.parent, exemption, password="not the lantern")
    with pytest.raises(throttle.SlowDown):
        sign(cast.parent, exemption)
    assert nobody_signed(exemption)


@pytest.mark.parametrize("typed", ["parent  INVENTED ", "Parent Invented", "pärent invented"])
def test_capitals_accents_and_spaces_in_the_typed_name_do_not_matter(cast, typed):
    exemption = waiting(cast, ACCESS)
    sign(cast.parent, exemption, name=typed)
    assert Signature.get().person_id == cast.parent.id


@pytest.mark.parametrize("typed", ["Parent Invented" + "\u0301" * 7, "P" + "\u0301\u0308" * 4000 + "arent Invented"])
def test_a_name_typed_with_accents_piled_on_it_is_not_kept(cast, typed):
    exemption = waiting(cast, ACCESS)
    with pytest.raises(Invalid) as caught:
        sign(cast.parent, exemption, name=typed)
    assert caught.value.errors.keys() == {"name"}
    assert nobody_signed(exemption)


@agreed_kind
def test_an_agreement_is_signed_once_by_each_side(cast, kind):
    exemption = waiting(cast, kind)
    for name in ("pupil", "parent"):
        sign(who(name), exemption)
        with later(minutes=1), pytest.raises(Conflict) as caught:
            sign(who(name), exemption)
        assert caught.value.current.recorded_at < clock.now() + dt.timedelta(minutes=1)
    assert Signature.select().count() == 2
    assert events(f"exemption:{exemption}").count("agreement-signed") == 2


@agreed_kind
def test_an_old_version_is_not_signed_and_the_new_one_is_named(cast, kind):
    """Invariant 3."""
    exemption = waiting(cast, kind)
    old = newest(exemption)
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    for name in ("pupil", "parent"):
        actor = who(name)
        with pytest.raises(Conflict) as caught:
            signing.sign(actor, old.id, actor.name, True, PASSWORD)
        assert caught.value.current.id == newest(exemption).id
    assert nobody_signed(exemption)


def end_by(cast, exemption, how):
    """The ways in which an approved exemption stops to hold before it is signed."""
    if how == "withdrawn":
        lifecycle.withdraw(cast.parent, exemption)
    elif how == "consent withdrawn":
        signing.withdraw_consent(cast.pupil, exemption)
    elif how == "revoked":
        deciding.revoke(cast.head, exemption, revision(exemption), "No more.")
    elif how == "changed":
        kind = queries.find(exemption).kind
        lifecycle.change(cast.parent, exemption, revision(exemption), fitting(kind, device="Another"))


@agreed_kind
@pytest.mark.parametrize("how", ["withdrawn", "consent withdrawn", "revoked", "changed", "over"])
def test_nothing_is_signed_once_it_does_not_hold(cast, kind, how):
    exemption = waiting(cast, kind)
    end_by(cast, exemption, how)
    with when(TUESDAY if how == "over" else MONDAY, "15:00"), pytest.raises(Changed):
        sign(cast.parent, exemption)
    assert nobody_signed(exemption)


@agreed_kind
def test_a_number_that_no_agreement_has_is_not_found(cast, kind):
    for number in (0, -1, 999_999, 2**63, 10**30):
        with pytest.raises(NotFound):
            signing.read(cast.head, number)
        with pytest.raises(NotFound):
            signing.sign(cast.parent, number, cast.parent.name, True, PASSWORD)


# --- Who reads it -------------------------------------------------------------------------------------------


@agreed_kind
@pytest.mark.parametrize("name", CAST)
def test_it_is_read_by_the_family_the_asker_and_those_on_whose_list_it_stands(cast, kind, name):
    """*Who sees what*."""
    exemption = waiting(cast, kind)
    readers = {"pupil", "parent", "carer", "office", "head", "deputy", "assistant_head", "dsl", "deputy_dsl", "teacher"}
    if name in readers:
        assert signing.newest_for(who(name), exemption) == newest(exemption).id
    else:
        with pytest.raises(NotFound):
            signing.newest_for(who(name), exemption)


def test_a_pupil_who_changes_class_is_on_another_teachers_list(cast):
    exemption = waiting(cast, PARENT_CONTACT)
    people.edit(cast.head, cast.pupil.id, people.PersonDetails("pupil", "Pupil Invented", "Heron class"))
    with pytest.raises(NotFound):
        signing.newest_for(cast.teacher, exemption)


def test_a_lesson_has_no_agreement_to_read(cast):
    exemption = permitted(cast.teacher, LESSON)
    for name in ("teacher", "office", "head"):
        with pytest.raises(NotFound):
            signing.newest_for(who(name), exemption)


# --- Withdrawing consent ------------------------------------------------------------------------------------


@agreed_kind
@pytest.mark.parametrize("name", ["pupil", "parent"])
def test_either_side_withdraws_consent_and_it_stops_at_once(cast, kind, name):
    exemption = permitted(cast.parent, kind)
    with later(minutes=1):
        signing.withdraw_consent(who(name), exemption)
        view = queries.find(exemption)
        assert (view.state, view.decision.stopped_at) == (ExemptionState.WITHDRAWN, clock.now())
        assert not in_force(exemption)
        with pytest.raises(Changed):
            signing.withdraw_consent(who(name), exemption)
        with pytest.raises(Changed):
            sign(who(name), exemption)
    assert events(view.record)[-1] == "consent-withdrawn"


@agreed_kind
@pytest.mark.parametrize("name", [name for name in CAST if name not in {"pupil", "parent"}])
def test_nobody_else_withdraws_consent(cast, kind, name):
    exemption = permitted(cast.parent, kind)
    with pytest.raises((NotAllowed, NotFound)):
        signing.withdraw_consent(who(name), exemption)
    assert in_force(exemption)


@agreed_kind
def test_what_is_over_or_only_asked_for_has_no_consent_to_withdraw(cast, kind):
    asked = ask(cast.parent, kind)
    with pytest.raises(Changed):
        signing.withdraw_consent(cast.pupil, asked)
    approve(cast.head, asked)
    with when(TUESDAY, "15:00"), pytest.raises(Changed):
        signing.withdraw_consent(cast.pupil, asked)


def test_an_agreement_is_read_by_nobody_new_when_it_is_withdrawn(cast):
    exemption = permitted(cast.parent, ACCESS)
    signing.withdraw_consent(cast.pupil, exemption)
    assert signing.read(cast.parent, newest(exemption).id)[0].state is ExemptionState.WITHDRAWN
    assert not signing.may_sign(cast.parent, queries.find(exemption), newest(exemption))


# --- On paper -----------------------------------------------------------------------------------------------


def paper(person, **changed):
    kept = {"signed_on": MONDAY, "witnessed_by": "Office Invented", "kept_at": "The blue folder", **changed}
    return Paper(person, **kept)


@agreed_kind
@pytest.mark.parametrize("name", CAST)
def test_the_office_or_the_headteacher_records_a_signature_on_paper(cast, kind, name):
    exemption = waiting(cast, kind)
    if name in {"office", "head"}:
        signing.record_paper(who(name), newest(exemption).id, paper(cast.parent.id))
        signing.record_paper(who(name), newest(exemption).id, paper(cast.pupil.id))
        assert in_force(exemption)
        told = newest(exemption).signatures["parent"]
        assert (told.on_paper, told.witnessed_by, told.kept_at) == (True, "Office Invented", "The blue folder")
        assert (told.name, told.recorded_by) == (cast.parent.name, who(name).name)
        assert events(f"exemption:{exemption}")[-2:] == ["agreement-signed-on-paper"] * 2
    else:
        with pytest.raises((NotAllowed, NotFound)):
            signing.record_paper(who(name), newest(exemption).id, paper(cast.parent.id))
        assert nobody_signed(exemption)


@agreed_kind
@pytest.mark.parametrize("name", [None, "carer", "barred_parent", "other_parent", "other_pupil", "teacher"])
def test_only_those_who_can_sign_have_signed_on_paper(cast, kind, name):
    """Clause 5.14."""
    exemption = waiting(cast, kind)
    person = who(name).id if name else None
    with pytest.raises(Invalid) as caught:
        signing.record_paper(cast.office, newest(exemption).id, paper(person))
    assert caught.value.errors == {"person": "Choose who signed"}
    assert nobody_signed(exemption)


@agreed_kind
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": MONDAY - dt.timedelta(days=1)}, "signed_on"),
        ({"signed_on": TUESDAY}, "signed_on"),
        ({"witnessed_by": " "}, "witnessed_by"),
        ({"kept_at": ""}, "kept_at"),
        ({"kept_at": "x" * 201}, "kept_at"),
    ],
)
def test_when_who_watched_and_where_it_is_kept_are_written_down(cast, kind, changed, field):
    exemption = waiting(cast, kind)
    with pytest.raises(Invalid) as caught:
        signing.record_paper(cast.office, newest(exemption).id, paper(cast.parent.id, **changed))
    assert caught.value.errors.keys() == {field}
    assert nobody_signed(exemption)


@agreed_kind
def test_a_paper_is_recorded_once_and_for_the_newest_version_only(cast, kind):
    exemption = waiting(cast, kind)
    old = newest(exemption).id
    signing.record_paper(cast.office, old, paper(cast.parent.id))
    with pytest.raises(Invalid):  # the parent is no longer among those who still have to
        signing.record_paper(cast.office, old, paper(cast.parent.id))
    agreements.issue_anew(cast.head, exemption, 1, TERMS)
    with pytest.raises(Conflict):
        signing.record_paper(cast.office, old, paper(cast.pupil.id))
    for person in (cast.pupil.id, cast.parent.id):
        signing.record_paper(cast.office, newest(exemption).id, paper(person))
    with pytest.raises(Changed):
        signing.record_paper(cast.office, newest(exemption).id, paper(cast.parent.id))
    assert in_force(exemption)


@agreed_kind
@pytest.mark.parametrize("how", ["withdrawn", "consent withdrawn", "revoked", "changed", "over"])
def test_no_paper_is_recorded_once_it_does_not_hold(cast, kind, how):
    exemption = waiting(cast, kind)
    end_by(cast, exemption, how)
    with when(TUESDAY if how == "over" else MONDAY, "15:00"), pytest.raises(Changed):
        signing.record_paper(cast.office, newest(exemption).id, paper(cast.parent.id))
    assert nobody_signed(exemption)


def test_nobody_records_a_signature_for_themselves_or_their_own_child(cast):
    """The office is a parent, too."""
    made = {"child": cast.pupil.id, "parent": cast.office.id, "relation": "mother", "access": ParentAccess.SIGNS.value}
    Guardian.insert(**made, given_at=clock.now()).execute()
    exemption = waiting(cast, ACCESS)
    for person in (cast.office, cast.pupil, cast.parent):
        with pytest.raises(NotAllowed, match="your own child"):
            signing.record_paper(cast.office, newest(exemption).id, paper(person.id))
    assert nobody_signed(exemption)
    signing.record_paper(cast.head, newest(exemption).id, paper(cast.office.id))


def test_a_parent_who_has_left_has_not_signed_on_paper(cast):
    exemption = waiting(cast, ACCESS)
    people.set_active(cast.head, cast.parent.id, False)
    assert signing.possible_signers(queries.find(exemption), newest(exemption)).keys() == {cast.pupil.id}


@pytest.mark.parametrize("how", ["inactive", "without a role"])
@agreed_kind
def test_nothing_is_signed_for_a_pupil_who_has_left(cast, kind, how):
    exemption = waiting(cast, kind)
    newest = agreements.newest_of(queries.find(exemption))
    if how == "inactive":
        people.set_active(cast.head, cast.pupil.id, False)
    else:
        for grant in role_grants.grants_of(cast.pupil.id):
            role_grants.take_role(cast.head, cast.pupil.id, grant.id)
    assert signing.agreements_to_sign(cast.parent) == []
    with pytest.raises(Changed):
        sign(cast.parent, exemption)
    with pytest.raises(Changed):
        signing.record_paper(cast.office, newest.id, Paper(cast.parent.id, MONDAY, "The office", "The blue folder"))
    assert Signature.select().count() == 0


def waits(name):
    return [each.agreement for each in signing.agreements_to_sign(who(name))]


@pytest.fixture
def issued(cast):
    """An agreement that nobody has signed: its exemption and its id."""
    exemption = ask(cast.parent, PARENT_CONTACT)
    approve(cast.head, exemption)
    return exemption, agreements.newest_of(queries.find(exemption)).id


@pytest.mark.parametrize("name", CAST)
def test_it_waits_for_the_pupil_and_for_a_parent_who_may_sign(issued, name):
    assert waits(name) == ([issued[1]] if name in {"pupil", "parent"} else [])


@agreed_kind
def test_it_says_for_whom_and_about_what(cast, kind):
    approve(cast.head, ask(cast.parent, kind))
    ((mine,), (childs,)) = (signing.agreements_to_sign(actor) for actor in (cast.pupil, cast.parent))
    assert (mine.kind, mine.name, mine.own) == (kind, cast.pupil.name, True)
    assert (childs.kind, childs.name, childs.own) == (kind, cast.pupil.name, False)


def test_it_waits_no_longer_for_the_side_that_has_signed(cast, issued):
    sign(cast.pupil, issued[0])
    assert (waits("pupil"), waits("parent")) == ([], [issued[1]])
    sign(cast.parent, issued[0])
    assert waits("parent") == []


def test_only_the_newest_version_waits(cast, issued):
    signed(issued[0])
    agreements.issue_anew(cast.head, issued[0], 1, Terms("Rules.", "Sanctions."))
    newest = agreements.newest_of(queries.find(issued[0])).id
    assert waits("pupil") == waits("parent") == [newest] != [issued[1]]


@agreed_kind
@pytest.mark.parametrize(
    ("signers", "names"), [(RequiredSigners.PUPIL, ["pupil"]), (RequiredSigners.PARENT, ["parent"])]
)
def test_it_waits_only_for_those_who_have_to_sign(cast, kind, signers, names):
    exemption = ask(cast.parent, kind)
    deciding.approve(cast.head, exemption, revision(exemption), "", Terms("A.", "B.", (), signers, "Away."))
    assert [name for name in ("pupil", "parent", "carer") if waits(name)] == names


@pytest.mark.parametrize("change", ["ended", ParentAccess.SEES, ParentAccess.NOTHING])
def test_it_does_not_wait_for_a_parent_whose_link_was_changed(cast, issued, change):
    link = Guardian.get(Guardian.parent == cast.parent.id).id
    if change == "ended":
        families.end(cast.office, cast.pupil.id, link)
    else:
        families.change_access(cast.office, cast.pupil.id, link, change)
    assert waits("parent") == []


def test_nothing_waits_once_it_does_not_hold(cast, issued):
    signing.withdraw_consent(cast.pupil, issued[0])
    assert waits("pupil") == waits("parent") == []


@pytest.mark.parametrize(("day", "time", "there"), [(TUESDAY, "14:59", True), (TUESDAY, "15:00", False)])
def test_nothing_waits_from_the_minute_its_last_day_is_over(issued, day, time, there):
    with when(day, time):
        assert waits("pupil") == waits("parent") == ([issued[1]] if there else [])


def test_nothing_waits_once_the_last_of_its_weekdays_is_over(cast):
    """It is for Mondays, and Tuesday is its last day."""
    approve(cast.head, ask(cast.parent, ACCESS, weekdays=1))
    assert waits("pupil")
    with when(MONDAY, "15:00"):
        assert waits("pupil") == waits("parent") == []


def test_nothing_waits_for_a_pupil_who_has_left(cast, issued):
    """Families have no page of a child who is gone."""
    people.set_active(cast.head, cast.pupil.id, False)
    assert waits("parent") == []


def test_what_starts_first_waits_at_the_top(cast):
    later_on = ask(cast.parent, ACCESS, starts_on=TUESDAY, device="Another")
    first = ask(cast.parent, ACCESS, starts_on=MONDAY)
    for exemption in (later_on, first):
        approve(cast.head, exemption)
    assert waits("pupil") == [agreements.newest_of(queries.find(each)).id for each in (first, later_on)]


def agreement_of(exemption):
    return agreements.newest_of(queries.find(exemption)).id


def enter_exam(cast, **changed):
    details = {"exam": "Maths", "body": "AQA", "day": MONDAY, "starts_at": dt.time(9, 30), "ends_at": dt.time(11, 30)}
    return sittings.save(
        cast.office, SittingDetails(**{**details, **changed}, zone="exam-room", candidates=(cast.pupil.id,))
    )


@agreed_kind
def test_an_exam_suspends_until_the_reference_is_recorded_and_again_when_it_is_taken_back(cast, kind):
    """Invariant 1."""
    exemption = permitted(cast.parent, kind)
    enter_exam(cast)
    assert not in_force(exemption)
    assert [line.when for line in day_list.list_of(MONDAY).lines] == [day_list.EXAM]
    signing.record(cast.office, agreement_of(exemption), "  JCQ  2026/17 ")
    assert in_force(exemption)
    assert queries.find(exemption).request.exam_permission == "JCQ 2026/17"
    signing.record(cast.office, agreement_of(exemption), "")
    assert not in_force(exemption)
    assert events(f"exemption:{exemption}").count("exam-permission-recorded") == 2


@agreed_kind
def test_a_cancelled_exam_suspends_nothing_any_more(cast, kind):
    exemption = permitted(cast.parent, kind)
    sittings.cancel(cast.office, enter_exam(cast))
    assert in_force(exemption)


@agreed_kind
def test_an_exam_moved_to_the_afternoon_suspends_in_the_afternoon(cast, kind):
    exemption = permitted(cast.parent, kind)
    sitting = enter_exam(cast)
    moved = SittingDetails("Maths", "AQA", MONDAY, dt.time(13), dt.time(14), "exam-room", (cast.pupil.id,))
    sittings.save(cast.office, moved, sitting)
    assert in_force(exemption)
    with when(MONDAY, "13:30"):
        assert not in_force(exemption)


@agreed_kind
@pytest.mark.parametrize("name", CAST)
def test_the_office_or_the_headteacher_records_it(cast, kind, name):
    exemption = permitted(cast.parent, kind)
    if name in {"office", "head"}:
        signing.record(who(name), agreement_of(exemption), "JCQ 1")
    else:
        with pytest.raises(NotAllowed):
            signing.record(who(name), agreement_of(exemption), "JCQ 1")
    assert Exemption.get_by_id(exemption).exam_permission == ("JCQ 1" if name in {"office", "head"} else "")


@agreed_kind
def test_what_was_decided_and_signed_stays_as_it_was(cast, kind):
    exemption = permitted(cast.parent, kind)
    seen, frozen = revision(exemption), Decision.get().frozen
    signing.record(cast.office, agreement_of(exemption), "JCQ 1")
    assert (revision(exemption), Decision.get().frozen) == (seen, frozen)
    assert in_force(exemption)


@agreed_kind
def test_the_same_reference_again_is_no_event(cast, kind):
    exemption = permitted(cast.parent, kind, exam_permission="JCQ 1")
    signing.record(cast.office, agreement_of(exemption), "JCQ 1")
    assert "exam-permission-recorded" not in events()


@pytest.mark.parametrize("reference", ["x" * 101, "hidden\u202etxet"])
def test_a_reference_that_cannot_be_is_refused(cast, reference):
    exemption = permitted(cast.parent, ACCESS)
    with pytest.raises(Invalid) as caught:
        signing.record(cast.office, agreement_of(exemption), reference)
    assert caught.value.errors.keys() == {"reference"}


@agreed_kind
def test_nothing_is_recorded_when_it_is_over(cast, kind):
    exemption = permitted(cast.parent, kind)
    with when(TUESDAY, "15:00"), pytest.raises(Changed):
        signing.record(cast.office, agreement_of(exemption), "JCQ 1")
    lifecycle.withdraw(cast.parent, exemption)
    with pytest.raises(Changed):
        signing.record(cast.office, agreement_of(exemption), "JCQ 1")
