"""The office and the headteacher keep names, roles and hours in order."""

import datetime as dt

import pytest

from enums import Role
from models import AuditEvent, Person, RoleGrant
from rules.auth import actors, sessions
from rules.auth.actors import actor_of_person
from rules.auth.permissions import GIVEN_BY_HEADTEACHER, ROLE_NAMES
from rules.core.errors import Invalid, NotAllowed, NotFound
from rules.people import codes, directory, people, rights, role_grants
from rules.people.directory import DirectoryFilter
from rules.people.people import PersonDetails
from tests.conftest import CAST, PASSWORD
from tests.support.exemptions import MONDAY, TUESDAY, events, later, when

NEW = PersonDetails("new.person", "Newly Invented", "Owls", dt.time(8, 30), dt.time(16, 0))
ABOVE_THE_OFFICE = ("head", "deputy", "assistant_head", "dsl", "deputy_dsl", "governor", "director")
BELOW = ("teacher", "assistant", "finance", "pupil", "parent", "volunteer")
NOT_THEIRS = [who for who in CAST if who not in {"head", "office"}]


def errors(actor, details, roles=(Role.STAFF_DIRECT,)):
    with pytest.raises(Invalid) as caught:
        people.add(actor, details, roles)
    return caught.value.errors


# --- Adding -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "office"])
def test_somebody_new_gets_a_code_and_signs_in_with_a_password_of_their_own(cast, who):
    person, code = people.add(getattr(cast, who), NEW, [Role.STAFF_DIRECT])
    assert actor_of_person(person).roles == {Role.STAFF_DIRECT}
    found = sessions.person_with_code("new.person", code, "::1")
    sessions.choose_first_password(found, code, "seven quiet otters", "::1")
    assert actors.actor_of_token(sessions.sign_in("New.Person ", "seven quiet otters", "::1")).id == person


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_keeps_people(cast, who):
    actor, before = getattr(cast, who), events()
    tries = (
        lambda: people.add(actor, NEW, [Role.PUPIL]),
        lambda: people.edit(actor, cast.teacher.id, NEW),
        lambda: rights.find(actor, cast.teacher.id),
        lambda: directory.page(actor, DirectoryFilter()),
        lambda: people.set_active(actor, cast.office.id, False),
        lambda: role_grants.give_role(actor, cast.office.id, Role.PUPIL, MONDAY),
        lambda: codes.new_code(actor, cast.office.id),
    )
    for each in tries:
        with pytest.raises(NotAllowed):
            each()
    assert events() == before


@pytest.mark.parametrize("role", Role)
def test_the_office_gives_only_the_roles_that_are_not_the_headteachers_to_give(cast, role):
    if role in GIVEN_BY_HEADTEACHER:
        with pytest.raises(NotAllowed):
            people.add(cast.office, NEW, [role])
        with pytest.raises(NotAllowed):
            role_grants.give_role(cast.office, cast.volunteer.id, role, MONDAY)
        assert not Person.select().where(Person.username == "new.person").exists()
    else:
        assert actor_of_person(people.add(cast.office, NEW, [role])[0]).roles == {role}


def test_somebody_needs_at_least_one_role(cast):
    assert errors(cast.head, NEW, ()) == {"roles": "Choose at least one role"}


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("username", {"username": "teacher"}),
        ("username", {"username": " TEACHER "}),
        ("username", {"username": "x"}),
        ("username", {"username": "1st"}),
        ("username", {"username": "two words"}),
        ("username", {"username": "zoë"}),
        ("username", {"username": "x" * 65}),
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "Sam\u202emahdlO"}),
        ("team", {"team": "x" * 101}),
        ("ends_work_at", {"starts_work_at": dt.time(9), "ends_work_at": dt.time(9)}),
    ],
)
def test_details_that_do_not_fit_are_said_at_their_field(cast, field, changed):
    assert errors(cast.head, PersonDetails(**{**NEW._asdict(), **changed})).keys() == {field}


def test_details_are_kept_tidy(cast):
    person, _ = people.add(cast.head, PersonDetails(" New.Person", " Newly \n Invented ", " The  Owls"), [Role.PUPIL])
    row = Person.get_by_id(person)
    assert (row.username, row.name, row.team) == ("new.person", "Newly Invented", "The Owls")


# --- Changing -----------------------------------------------------------------------------------------------


def test_a_change_is_told_by_what_changed_and_not_by_what_it_says(cast):
    people.edit(cast.office, cast.teacher.id, PersonDetails("teacher", cast.teacher.name, "The Secret Team"))
    row = AuditEvent.select().order_by(AuditEvent.id.desc()).first()
    assert (row.event, row.payload) == ("person-changed", {"what": "team"})


def test_saving_without_a_change_leaves_no_trace(cast):
    before = events()
    people.edit(cast.office, cast.teacher.id, PersonDetails("teacher", cast.teacher.name, cast.teacher.team))
    assert events() == before


def test_somebody_may_keep_their_own_username_but_not_take_anothers(cast):
    people.edit(cast.head, cast.teacher.id, PersonDetails("teacher", "Other Name"))
    with pytest.raises(Invalid):
        people.edit(cast.head, cast.teacher.id, PersonDetails("office", "Other Name"))
    assert actor_of_person(cast.teacher.id).username == "teacher"


@pytest.mark.parametrize("who", ABOVE_THE_OFFICE)
def test_the_office_does_not_touch_those_above_it(cast, who):
    person = getattr(cast, who).id
    grant = role_grants.grants_of(person)[0].id
    for each in (
        lambda: people.edit(cast.office, person, NEW),
        lambda: people.set_active(cast.office, person, False),
        lambda: codes.new_code(cast.office, person),
        lambda: role_grants.give_role(cast.office, person, Role.PARENT, MONDAY),
        lambda: role_grants.take_role(cast.office, person, grant),
    ):
        with pytest.raises(NotAllowed):
            each()
    assert actor_of_person(person).roles == set(CAST[who])


@pytest.mark.parametrize("who", BELOW)
def test_the_office_keeps_everybody_else(cast, who):
    person = getattr(cast, who).id
    people.set_active(cast.office, person, False)
    assert not Person.get_by_id(person).active


def test_somebody_who_will_be_headteacher_is_guarded_from_the_office_already(cast):
    role_grants.give_role(cast.head, cast.teacher.id, Role.HEADTEACHER, TUESDAY)
    with pytest.raises(NotAllowed):
        codes.new_code(cast.office, cast.teacher.id)


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**63, 10**30])
def test_somebody_who_is_not_there_is_not_found(cast, number):
    for each in (
        lambda: rights.find(cast.head, number),
        lambda: people.edit(cast.head, number, NEW),
        lambda: people.set_active(cast.head, number, False),
        lambda: codes.new_code(cast.head, number),
        lambda: role_grants.give_role(cast.head, number, Role.PUPIL, MONDAY),
        lambda: role_grants.take_role(cast.head, number, 1),
        lambda: role_grants.take_role(cast.head, cast.teacher.id, number),
    ):
        with pytest.raises(NotFound):
            each()


@pytest.mark.parametrize("who", ["head", "office"])
def test_nobody_changes_their_own_standing(cast, who):
    actor = getattr(cast, who)
    grant = role_grants.grants_of(actor.id)[0].id
    for each in (
        lambda: people.set_active(actor, actor.id, False),
        lambda: role_grants.give_role(actor, actor.id, Role.PARENT, MONDAY),
        lambda: role_grants.take_role(actor, actor.id, grant),
        lambda: codes.new_code(actor, actor.id),
    ):
        with pytest.raises(NotAllowed):
            each()


def test_making_somebody_inactive_twice_is_told_once(cast):
    for _ in range(2):
        people.set_active(cast.head, cast.teacher.id, False)
    assert events().count("person-made-inactive") == 1


# --- Roles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "time", "held"),
    [
        (MONDAY, "23:59", False),
        (TUESDAY, "00:00", True),
        (TUESDAY, "23:59", True),
        (dt.date(2026, 11, 25), "00:00", False),
    ],
)
def test_a_role_holds_from_its_first_midnight_to_its_last(cast, day, time, held):
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, TUESDAY, TUESDAY)
    with when(day, time):
        assert (Role.SLT in actor_of_person(cast.teacher.id).roles) is held
        rows = {row.username: row.roles for row in directory.page(cast.head, DirectoryFilter(role="slt"))[0]}
        assert ("teacher" in rows) is held


def test_a_role_taken_away_is_gone_at_once_and_stays_in_the_history(cast):
    grant = role_grants.grants_of(cast.teacher.id)[0]
    role_grants.take_role(cast.office, cast.teacher.id, grant.id)
    assert actor_of_person(cast.teacher.id).roles == frozenset()
    assert RoleGrant.get_by_id(grant.id).starts_on == grant.starts_on
    with pytest.raises(NotFound):
        role_grants.take_role(cast.office, cast.teacher.id, grant.id)


def test_the_role_of_another_person_is_not_taken(cast):
    grant = role_grants.grants_of(cast.assistant.id)[0]
    with pytest.raises(NotFound):
        role_grants.take_role(cast.head, cast.teacher.id, grant.id)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (MONDAY - dt.timedelta(days=1), None, "starts_on"),
        (TUESDAY, MONDAY, "ends_on"),
        (MONDAY, None, "role"),
        (dt.date(2030, 1, 1), dt.date(2030, 1, 1), "role"),
    ],
)
def test_a_role_that_does_not_fit_is_said_at_its_field(cast, first, last, field):
    with pytest.raises(Invalid) as caught:
        role_grants.give_role(cast.head, cast.teacher.id, Role.STAFF_DIRECT, first, last)
    assert caught.value.errors.keys() == {field}


def test_the_same_role_may_come_again_after_it_has_ended(cast):
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, MONDAY, MONDAY)
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, TUESDAY)
    with later(days=1):
        assert Role.SLT in actor_of_person(cast.teacher.id).roles


def test_the_trail_tells_a_role_by_its_name_and_its_days(cast):
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, TUESDAY)
    row = AuditEvent.select().order_by(AuditEvent.id.desc()).first()
    assert row.payload == {
        "role": ROLE_NAMES[Role.SLT],
        "span": "from Tuesday 24 November 2026 with no last day",
    }


# --- The list -----------------------------------------------------------------------------------------------


def test_the_list_goes_by_name_with_those_who_left_at_the_end(cast):
    people.set_active(cast.head, cast.assistant.id, False)
    names = [row.name for row in directory.page(cast.office, DirectoryFilter())[0]]
    assert names == [*sorted(set(names) - {cast.assistant.name}), cast.assistant.name]


def test_a_part_of_a_name_or_a_role_narrows_the_list_down(cast):
    assert [row.username for row in directory.page(cast.office, DirectoryFilter(" DEPUTY "))[0]] == [
        "deputy-dsl",
        "deputy",
    ]
    assert [row.username for row in directory.page(cast.office, DirectoryFilter(role="slt"))[0]] == [
        "assistant-head",
        "deputy",
    ]
    assert directory.page(cast.office, DirectoryFilter("deputy", "pupil"))[0] == []


def test_words_are_found_in_the_name_the_username_and_the_team_whatever_their_capitals(cast):
    person = people.add(cast.office, PersonDetails("z.e", "Zoë Éclair", "Owl class"), (Role.PUPIL,))[0]
    for text in ("éclair", "ÉCLAIR zoë", "owl écl", "z.e"):
        assert [row.id for row in directory.page(cast.office, DirectoryFilter(text))[0]] == [person], text
    assert directory.page(cast.office, DirectoryFilter("éclair heron"))[0] == []


def test_those_who_are_active_or_not_are_found_alone(cast):
    people.set_active(cast.head, cast.assistant.id, False)
    assert [row.id for row in directory.page(cast.office, DirectoryFilter(active="no"))[0]] == [cast.assistant.id]
    assert cast.assistant.id not in {row.id for row in directory.page(cast.office, DirectoryFilter(active="yes"))[0]}


@pytest.mark.parametrize("text", ["", "same"])
def test_a_large_school_comes_in_pages_without_a_gap_and_without_anybody_twice(cast, text):
    for number in range(120):
        people.add_from_the_start(PersonDetails(f"same{number}", "Same Name", "Owls"), (Role.PUPIL,))
    people.set_active(cast.head, Person.get(username="same7").id, False)
    seen, after, pages = [], None, 0
    while after or not pages:
        rows, after = directory.page(cast.office, DirectoryFilter(text, after=after))
        assert 0 < len(rows) <= directory.PAGE
        seen, pages = seen + [row.id for row in rows], pages + 1
    everybody = Person.select().order_by(Person.active.desc(), Person.name, Person.id)
    assert seen == [person.id for person in everybody if text in person.name.casefold()]
    assert pages == 3


# --- Codes and the command line -----------------------------------------------------------------------------


def test_a_new_code_stops_the_old_password(cast):
    codes.new_code(cast.office, cast.teacher.id)
    with pytest.raises(sessions.WrongPassword):
        sessions.sign_in("teacher", PASSWORD, "::1")


def test_everybody_of_a_class_without_a_password_gets_a_code_on_one_sheet(cast):
    new = people.add_from_the_start(PersonDetails("zoe", "Zoe Hill", "Kestrel class"), (Role.PUPIL,))
    people.add_from_the_start(PersonDetails("mia", "Mia Hill", "Heron class"), (Role.PUPIL,))
    (slip,) = codes.sheet(cast.office, "pupil", "Kestrel class")
    assert (slip.name, slip.team, slip.username) == ("Zoe Hill", "Kestrel class", "zoe")
    assert sessions.person_with_code("zoe", slip.code, "::1").id == new
    assert events()[-1] == "code-made"
    assert [slip.username for slip in codes.sheet(cast.office, "pupil", "")] == ["mia", "zoe"]
    assert [slip.username for slip in codes.sheet(cast.office, "", "Heron class")] == ["mia"]


def test_a_sheet_leaves_out_who_has_left_and_who_is_above_the_office(cast):
    for username, role in (("gone", Role.PUPIL), ("boss", Role.SLT), ("soon", Role.PUPIL)):
        people.add_from_the_start(PersonDetails(username, username.title(), "Owls"), (role,))
    people.set_active(cast.office, Person.get(Person.username == "gone").id, False)
    assert [slip.username for slip in codes.sheet(cast.office, "", "Owls")] == ["soon"]
    assert [slip.username for slip in codes.sheet(cast.head, "", "Owls")] == ["boss", "soon"]
    assert codes.sheet(cast.head, "pupil", "No such class") == []


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_makes_a_sheet_of_codes(cast, who):
    with pytest.raises(NotAllowed):
        codes.sheet(getattr(cast, who), "pupil", "")


def test_the_first_headteacher_comes_from_the_command_line_with_a_code_and_no_password(school):
    code = people.add_headteacher("first.head", "First Head")
    person = sessions.person_with_code("first.head", code, "::1")
    assert actor_of_person(person.id).roles == {Role.HEADTEACHER, Role.STAFF_NONDIRECT}
    assert person.password_hash is None


def test_a_headteacher_with_a_username_that_is_taken_is_refused(cast):
    with pytest.raises(Invalid):
        people.add_headteacher("head", "Another Head")


def test_the_command_line_helps_whoever_is_locked_out(cast):
    code = codes.reset(" HEAD ")
    assert sessions.person_with_code("head", code, "::1").id == cast.head.id
    with pytest.raises(sessions.WrongPassword):
        sessions.sign_in("head", PASSWORD, "::1")
    with pytest.raises(NotFound):
        codes.reset("nobody")


def test_everybody_can_be_chosen_from_by_name(cast):
    names = [name for _, name in people.everyones_names()]
    assert names == sorted(names)
    assert len(names) == len(CAST)
