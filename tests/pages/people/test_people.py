"""People: who may add, edit, and give which role to whom."""

import re

import pytest

from enums import ParentAccess, Role
from models import Guardian, Person, RoleGrant
from rules.auth import actors
from rules.core import clock
from rules.people import families, people, role_grants
from tests.pages.conftest import person_named

NEW = {
    "name": "Joy Newcomer",
    "username": "joy.newcomer",
    "team": "Heron class",
    "starts_work_at": "08:30",
    "ends_work_at": "16:00",
    "roles": ["staff-direct"],
}


def add(browser, **changed):
    """Fill in the form for somebody new and send it."""
    return browser.post("/people/new", {**NEW, **changed})


def details(actor, **changed):
    """The form that edits somebody."""
    return {
        "name": actor.name,
        "username": actor.username,
        "team": actor.team,
        "starts_work_at": "",
        "ends_work_at": "",
        **changed,
    }


def grant_of(person, role):
    """The grant of a role."""
    return RoleGrant.get(RoleGrant.person == person, RoleGrant.role == role.value, RoleGrant.taken_at.is_null())


# --- The list -----------------------------------------------------------------------------------------------


def names(answer):
    """The names on the list."""
    return [row.all("a")[0].text for row in answer.page.all("tr") if row.all("a")]


def test_the_office_sees_everybody_by_name(sign_in_as, cast):
    found = names(sign_in_as("office").get("/people"))
    assert found == sorted(actor.name for actor in vars(cast).values())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=teach", ["Teacher Invented"]),
        ("role=office", ["Office Invented"]),
        ("name=invented&role=pupil", ["Other Pupil Invented", "Pupil Invented"]),
        ("name=zzz", []),
        ("name=heron", ["Other Pupil Invented"]),
        ("active=no", []),
    ],
)
def test_the_list_narrows_down(sign_in_as, query, found):
    assert names(sign_in_as("office").get(f"/people?{query}")) == found


@pytest.mark.parametrize("role", ["king", "Headteacher", "headteacher ", "\x00"])
def test_a_role_that_there_is_not_is_refused(sign_in_as, role):
    assert sign_in_as("office").get("/people", query_string={"role": role}).status == 422


@pytest.mark.parametrize(
    ("query", "status"), [("active=x", 422), ("after=x", 400), ("after=-1", 400), ("after=9", 200)]
)
def test_what_an_address_may_not_say_of_the_list_is_refused(sign_in_as, query, status):
    assert sign_in_as("office").get(f"/people?{query}").status == status


def test_a_large_school_is_shown_page_by_page_and_the_filters_go_along(sign_in_as, a_person):
    office = sign_in_as("office")
    for number in range(60):
        a_person(f"extra-{number}", Role.PUPIL)
    page = office.get("/people?role=pupil")
    assert len(names(page)) == 50
    rest = office.get(page.page.links["Show the next people"])
    assert len(names(rest)) == 12
    assert not set(names(rest)) & set(names(page))
    assert rest.page.value("role") == "pupil"
    assert "Show the next people" not in rest.page.links
    assert names(office.get(rest.page.links["Back to the first people"])) == names(page)


def test_codes_are_offered_for_a_whole_role_or_team_and_not_for_a_part_of_it(sign_in_as):
    office = sign_in_as("office")
    offer = "Make codes for those here without a password"
    assert offer in office.get("/people?role=pupil").words
    assert offer not in office.get("/people?role=pupil&name=other").words


def test_who_has_left_stands_last_and_is_marked(sign_in_as, cast):
    people.set_active(cast.office, cast.assistant.id, False)
    answer = sign_in_as("office").get("/people")
    assert names(answer)[-1] == "Assistant Invented"
    assert "Assistant Invented Inactive" in answer.words


def test_the_list_asks_the_database_as_often_in_a_large_school(sign_in_as, a_person, queries):
    office = sign_in_as("office")
    before = len(queries(lambda: office.get("/people")))
    for number in range(20):
        a_person(f"extra-{number}", Role.PUPIL, Role.PARENT)
    assert len(queries(lambda: office.get("/people"))) == before <= 6


# --- Adding -------------------------------------------------------------------------------------------------


def test_the_office_adds_somebody_and_gets_their_code_once(sign_in_as, stranger):
    office = sign_in_as("office")
    answer = add(office)
    assert answer.status == 200
    assert answer.page.one("h1").text == "Single-use code for Joy Newcomer"
    code = re.search(r"\b[a-z2-9]{4}(-[a-z2-9]{4}){3}\b", answer.words)[0]
    kept = person_named("joy.newcomer")
    assert (kept.name, kept.team, f"{kept.starts_work_at:%H:%M}", kept.password_hash) == (
        "Joy Newcomer",
        "Heron class",
        "08:30",
        None,
    )
    assert code not in str(Person.select().where(Person.id == kept.id).dicts().get())
    assert code not in office.get(f"/people/{kept.id}").text
    new = {
        "username": "joy.newcomer",
        "code": code,
        "new": "copper lantern otter field",
        "again": "copper lantern otter field",
    }
    assert stranger.post("/first-password", new).status == 303


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": ""}, "name", "full name"),
        ({"name": "x" * 101}, "name", "100 characters or fewer"),
        ({"name": "Ev\u202eil"}, "name", "direction"),
        ({"name": "a" + "\u0301" * 2000}, "name", "characters or fewer"),
        ({"name": "e" + "\u0300\u0301" * 10}, "name", "accents"),
        ({"username": ""}, "username", "Choose a username"),
        ({"username": "9lives"}, "username", "small letters"),
        ({"username": "jöy"}, "username", "small letters"),
        ({"username": "joy\x00"}, "username", "small letters"),
        ({"username": "x" * 65}, "username", "small letters"),
        ({"username": "teacher"}, "username", "Somebody else has this username"),
        ({"username": "TEACHER"}, "username", "Somebody else has this username"),
        ({"team": "x" * 101}, "team", "100 characters"),
        ({"starts_work_at": "soon"}, "starts_work_at", "Write the time like this"),
        ({"starts_work_at": "16:00", "ends_work_at": "08:00"}, "ends_work_at", "after its start"),
        ({"roles": []}, "roles", "at least one role"),
    ],
)
def test_what_is_wrong_with_somebody_is_said_at_its_field_and_kept(sign_in_as, changed, field, words):
    before = Person.select().count()
    form = {**NEW, **changed}
    answer = add(sign_in_as("office"), **changed)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    for name, typed in form.items():
        if isinstance(typed, list) or "\x00" not in typed:
            assert answer.page.value(name) == typed, name
    assert Person.select().count() == before


def test_sending_the_form_twice_adds_one_person(sign_in_as):
    office = sign_in_as("office")
    assert [add(office).status for _ in range(2)] == [200, 422]
    assert Person.select().where(Person.username == "joy.newcomer").count() == 1


@pytest.mark.parametrize("role", ["headteacher", "dsl", "deputy-dsl", "slt", "governor", "regional-director"])
def test_the_office_cannot_add_somebody_above_it(sign_in_as, role):
    office = sign_in_as("office")
    offered = [each["value"] for each in office.get("/people/new").page.all("input") if each["name"] == "roles"]
    assert role not in offered
    assert add(office, roles=["staff-direct", role]).status == 403
    assert Person.get_or_none(Person.username == "joy.newcomer") is None
    assert add(sign_in_as("head"), roles=[role]).status == 200


@pytest.mark.parametrize("role", ["king", "", "Role.OFFICE", "office,headteacher"])
def test_a_role_of_ones_own_invention_is_refused(sign_in_as, role):
    assert add(sign_in_as("head"), roles=[role]).status == 400


# --- Editing ------------------------------------------------------------------------------------------------


def test_the_office_changes_a_teachers_details(sign_in_as, cast):
    office = sign_in_as("office")
    where = f"/people/{cast.teacher.id}"
    assert office.post(where, details(cast.teacher, name="Tea Cher", starts_work_at="8.30am")).status == 303
    page = office.get(where).page
    assert (page.value("name"), page.value("starts_work_at")) == ("Tea Cher", "08:30")


def test_a_wrong_change_keeps_what_was_typed(sign_in_as, cast):
    answer = sign_in_as("office").post(
        f"/people/{cast.teacher.id}", details(cast.teacher, name="Tea Cher", username="HEAD")
    )
    assert answer.status == 422
    assert "Somebody else has this username" in answer.page.message_beside("username")
    assert answer.page.value("name") == "Tea Cher"


@pytest.mark.parametrize("who", ["head", "dsl", "deputy", "deputy_dsl", "governor", "director"])
def test_the_office_touches_nobody_above_it(sign_in_as, cast, who):
    office, other = sign_in_as("office"), getattr(cast, who)
    where = f"/people/{other.id}"
    before = Person.get_by_id(other.id)
    page = office.get(where)
    assert page.status == 200
    assert [form["action"] for form in page.page.all("form")] == ["/sign-out"]
    grant = RoleGrant.select().where(RoleGrant.person == other.id).first()
    posts = (
        ("", details(other, name="Changed")),
        ("", details(other, name="")),
        ("/code", {}),
        ("/active", {"active": "0"}),
        ("/roles", {"role": "office", "starts_on": "2026-11-23", "ends_on": ""}),
        ("/roles", {"role": "", "starts_on": "", "ends_on": ""}),
        (f"/roles/{grant.id}/take", {}),
        ("/family", {"parent": str(cast.parent.id), "relation": "aunt", "access": "sees"}),
        ("/classes", {"classes": ["Heron class"]}),
    )
    for path, form in posts:
        assert office.post(where + path, form).status == 403, path
    assert Person.get_by_id(other.id).__data__ == before.__data__
    assert actors.actor_of_person(other.id) == other


def test_somebody_who_will_be_headteacher_is_out_of_the_offices_reach_already(sign_in_as, cast):
    role_grants.give_role(cast.head, cast.finance.id, Role.HEADTEACHER, clock.today().replace(day=30))
    assert sign_in_as("office").post(f"/people/{cast.finance.id}/code").status == 403


@pytest.mark.parametrize("person", ["0", "-1", "x", "٣", "99999999999999999999", "1.5", "%00", "1%20", "999999"])
def test_a_person_that_there_is_not_is_not_found(sign_in_as, person):
    assert sign_in_as("office").get(f"/people/{person}").status == 404
    assert sign_in_as("office").post(f"/people/{person}", {}).status == 404
    assert sign_in_as("office").post(f"/people/{person}/code").status == 404


# --- Roles --------------------------------------------------------------------------------------------------


def give(browser, person, role, first="2026-11-23", last=""):
    """Fill in the form for a role and send it."""
    return browser.post(f"/people/{person}/roles", {"role": role, "starts_on": first, "ends_on": last})


def test_the_headteacher_gives_and_takes_a_role(sign_in_as, cast):
    head = sign_in_as("head")
    assert give(head, cast.teacher.id, "slt").status == 303
    assert "Senior leadership team (SLT)" in head.get(f"/people/{cast.teacher.id}").words
    assert sign_in_as("teacher").get("/decisions").status == 200
    grant = grant_of(cast.teacher.id, Role.SLT)
    assert head.post(f"/people/{cast.teacher.id}/roles/{grant.id}/take").status == 303
    assert sign_in_as("teacher").get("/decisions").status == 403
    assert head.post(f"/people/{cast.teacher.id}/roles/{grant.id}/take").status == 404


@pytest.mark.parametrize("role", ["headteacher", "dsl", "deputy-dsl", "slt", "governor", "regional-director"])
def test_the_office_gives_nobody_a_role_above_it(sign_in_as, cast, role):
    office = sign_in_as("office")
    assert give(office, cast.teacher.id, role).status == 403
    offered = [each["value"] for each in office.get(f"/people/{cast.teacher.id}").page.all("option")]
    assert role not in offered
    assert actors.roles_today(cast.teacher.id) == cast.teacher.roles


@pytest.mark.parametrize("who", ["head", "office"])
def test_nobody_changes_their_own_roles_account_or_code(sign_in_as, cast, who):
    browser, myself = sign_in_as(who), getattr(cast, who)
    where = f"/people/{myself.id}"
    page = browser.get(where)
    assert "You cannot change your own roles" in page.words
    assert [form["action"] for form in page.page.all("form")] == ["/sign-out", where]
    grant = RoleGrant.select().where(RoleGrant.person == myself.id).first()
    assert give(browser, myself.id, "pupil").status == 403
    assert browser.post(f"{where}/roles/{grant.id}/take").status == 403
    assert browser.post(f"{where}/active", {"active": "0"}).status == 403
    assert browser.post(f"{where}/code").status == 403
    assert actors.actor_of_person(myself.id) == myself


@pytest.mark.parametrize(
    ("role", "first", "last", "field", "words"),
    [
        ("", "2026-11-23", "", "role", "Choose a role"),
        ("staff-direct", "2026-11-23", "", "role", "already has this role"),
        ("pupil", "2026-11-22", "", "starts_on", "in the past"),
        ("pupil", "2026-11-23", "2026-11-22", "ends_on", "before the first day"),
        ("pupil", "", "", "starts_on", "Choose the first day"),
        ("pupil", "x", "", "starts_on", "Write the day like this"),
        ("pupil", "2026-11-23", "x", "ends_on", "Write the day like this"),
    ],
)
def test_a_role_that_will_not_do_is_said_at_its_field(sign_in_as, cast, role, first, last, field, words):
    answer = give(sign_in_as("head"), cast.teacher.id, role, first, last)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert (answer.page.value("role"), answer.page.value("starts_on"), answer.page.value("ends_on")) == (
        role,
        first,
        last,
    )


def test_a_role_of_somebody_else_cannot_be_taken_through_another_persons_page(sign_in_as, cast):
    grant = grant_of(cast.head.id, Role.HEADTEACHER)
    assert sign_in_as("office").post(f"/people/{cast.teacher.id}/roles/{grant.id}/take").status == 404
    assert grant_of(cast.head.id, Role.HEADTEACHER)


# --- Pupils -------------------------------------------------------------------------------------------------


def test_a_pupils_page_asks_for_year_and_date_of_birth_and_not_for_working_hours(sign_in_as, cast):
    office = sign_in_as("office")
    asked = {each["name"] for each in office.get(f"/people/{cast.pupil.id}").page.all("input")}
    assert {"year_group", "born_on"} <= asked
    assert "starts_work_at" not in asked
    asked = {each["name"] for each in office.get(f"/people/{cast.teacher.id}").page.all("input")}
    assert {"starts_work_at", "ends_work_at"} <= asked
    assert "year_group" not in asked
    asked = {each["name"] for each in office.get("/people/new").page.all("input")}
    assert {"year_group", "born_on", "starts_work_at"} <= asked


def pupil_details(actor, **changed):
    """The form that edits a pupil."""
    form = {
        "name": actor.name,
        "username": actor.username,
        "team": actor.team,
        "year_group": "8",
        "born_on": "1/5/2013",
    }
    return {**form, **changed}


def test_the_office_changes_a_pupils_year_and_date_of_birth(sign_in_as, cast):
    office = sign_in_as("office")
    assert office.post(f"/people/{cast.pupil.id}", pupil_details(cast.pupil)).status == 303
    page = office.get(f"/people/{cast.pupil.id}").page
    assert (page.value("year_group"), page.value("born_on")) == ("8", "2013-05-01")
    assert "Year 8, born Wed 1 May 2013" in office.get("/people?role=pupil").words


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"year_group": "x" * 21}, "year_group", "20 characters"),
        ({"born_on": "2026-11-24"}, "born_on", "must be in the past"),
        ({"born_on": "1899-12-31"}, "born_on", "not before 1900"),
        ({"born_on": "May"}, "born_on", "Write the day like this"),
        ({"name": "=HYPERLINK(1)"}, "name", "A name cannot begin with"),
        ({"starts_work_at": "08:30"}, None, None),
    ],
)
def test_what_is_wrong_with_a_pupils_details_is_said_at_its_field(sign_in_as, cast, changed, field, words):
    answer = sign_in_as("office").post(f"/people/{cast.pupil.id}", pupil_details(cast.pupil, **changed))
    if field is None:
        assert answer.status == 400, "a field that the form does not have"
    else:
        assert answer.status == 422
        assert words in answer.page.message_beside(field)


def test_saving_a_teachers_page_keeps_what_it_does_not_ask_for(sign_in_as, cast):
    Person.update(year_group="13").where(Person.id == cast.teacher.id).execute()
    sign_in_as("office").post(f"/people/{cast.teacher.id}", details(cast.teacher, name="Tea Cher"))
    assert person_named("teacher").year_group == "13"


def test_the_list_narrows_down_to_a_class(sign_in_as, cast):
    office = sign_in_as("office")
    page = office.get("/people?team=Heron class&role=pupil")
    assert names(page) == ["Other Pupil Invented"]
    assert page.page.value("team") == "Heron class" or "Heron class" in page.words
    assert names(office.get("/people?team=No such class")) == []


# --- Families -----------------------------------------------------------------------------------------------


def link(browser, child, parent, relation="uncle", access="sees"):
    """Fill in the form that links a pupil to a parent and send it."""
    form = {"parent": str(parent), "relation": relation, "access": access}
    return browser.post(f"/people/{child}/family", form)


def link_of(child, parent):
    """The present link of two people."""
    return Guardian.get_or_none(Guardian.child == child.id, Guardian.parent == parent.id, Guardian.ended_at.is_null())


def test_a_pupils_page_shows_every_parent_and_what_they_may_know(sign_in_as, cast):
    words = sign_in_as("office").get(f"/people/{cast.pupil.id}").words
    for said in ("mother: Sees and signs", "grandmother: Sees, but does not ask or sign", "father: Is told nothing"):
        assert said in words


def test_a_parents_page_shows_their_children_and_changes_nothing(sign_in_as, cast):
    page = sign_in_as("office").get(f"/people/{cast.barred_parent.id}").page
    assert page.links["Pupil Invented"] == f"/people/{cast.pupil.id}"
    assert not any("/family" in form["action"] for form in page.all("form") if form["action"])


def test_a_teachers_page_has_no_family(sign_in_as, cast):
    assert "Parents and carers" not in sign_in_as("office").get(f"/people/{cast.teacher.id}").words


def test_the_office_links_changes_and_ends(sign_in_as, cast):
    office = sign_in_as("office")
    assert link(office, cast.pupil.id, cast.other_parent.id).status == 303
    kept = link_of(cast.pupil, cast.other_parent)
    where = f"/people/{cast.pupil.id}/family/{kept.id}"
    assert "uncle: Sees, but does not ask or sign" in office.get(f"/people/{cast.pupil.id}").words
    assert office.post(f"{where}/access", {"access": "signs"}).status == 303
    assert link_of(cast.pupil, cast.other_parent).access == "signs"
    assert office.post(f"{where}/end").status == 303
    assert link_of(cast.pupil, cast.other_parent) is None
    assert office.post(f"{where}/end").status == 404
    assert office.post(f"{where}/access", {"access": "signs"}).status == 404


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"parent": ""}, "parent", "Choose somebody from the list"),
        ({"parent": "999999"}, "parent", "Choose somebody from the list"),
        ({"parent": "x"}, "parent", "Choose somebody from the list"),
        ({"relation": ""}, "relation", "Write what they are to the child"),
        ({"relation": "x" * 41}, "relation", "40 characters or fewer"),
        ({"access": None}, "access", "Choose what they may know and do"),
    ],
)
def test_a_link_that_will_not_do_is_said_at_its_field_and_what_was_typed_is_kept(
    sign_in_as, cast, changed, field, words
):
    form = {"parent": str(cast.other_parent.id), "relation": "uncle", "access": "sees", **changed}
    sent = {name: value for name, value in form.items() if value is not None}
    answer = sign_in_as("office").post(f"/people/{cast.pupil.id}/family", sent)
    assert answer.status == 422
    assert words in answer.page.by_id(f"{field}-error").text
    assert answer.page.value("relation") == form["relation"]
    assert link_of(cast.pupil, cast.other_parent) is None


def test_two_who_are_linked_already_are_not_linked_again(sign_in_as, cast):
    answer = link(sign_in_as("office"), cast.pupil.id, cast.parent.id)
    assert answer.status == 422
    assert "linked already" in answer.page.message_beside("parent")


@pytest.mark.parametrize("access", ["", "everything", "SIGNS", None])
def test_an_access_of_ones_own_invention_is_refused(sign_in_as, cast, access):
    office, kept = sign_in_as("office"), link_of(cast.pupil, cast.carer)
    form = {} if access is None else {"access": access}
    assert office.post(f"/people/{cast.pupil.id}/family/{kept.id}/access", form).status == 400
    if access:
        assert link(office, cast.pupil.id, cast.other_parent.id, access=access).status == 400


def test_a_link_is_not_reached_through_another_childs_page(sign_in_as, cast):
    office, kept = sign_in_as("office"), link_of(cast.pupil, cast.parent)
    where = f"/people/{cast.other_pupil.id}/family/{kept.id}"
    assert office.post(f"{where}/access", {"access": "nothing"}).status == 404
    assert office.post(f"{where}/end").status == 404
    assert link_of(cast.pupil, cast.parent).access == "signs"


def test_who_belongs_to_a_family_is_not_offered_to_change_its_links(sign_in_as, cast):
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, clock.today())
    families.link(cast.head, cast.pupil.id, cast.office.id, "aunt", ParentAccess.SEES)
    office = sign_in_as(actors.actor_of_person(cast.office.id))
    page = office.get(f"/people/{cast.pupil.id}")
    assert "You belong to this family, so somebody else has to change its links." in page.words
    assert "End this link" not in page.words
    assert "Link a parent or carer" not in page.words
    kept = link_of(cast.pupil, cast.parent)
    assert office.post(f"/people/{cast.pupil.id}/family/{kept.id}/end").status == 403
    assert "End this link" in office.get(f"/people/{cast.other_pupil.id}").words


def test_two_parents_of_the_same_name_are_told_apart(sign_in_as, a_person, cast):
    for username in ("dana.one", "dana.two"):
        a_person(username, Role.PARENT, name="Dana Hill")
    options = [each.text for each in sign_in_as("office").get(f"/people/{cast.pupil.id}").page.all("option")]
    assert {"Dana Hill, Extras, dana.one", "Dana Hill, Extras, dana.two"} <= set(options)


def test_a_pupils_page_takes_as_many_queries_for_many_parents(sign_in_as, a_person, cast, queries):
    office = sign_in_as("office")
    before = len(queries(lambda: office.get(f"/people/{cast.pupil.id}")))
    for number in range(10):
        link(sign_in_as("head"), cast.pupil.id, a_person(f"parent-{number}", Role.PARENT).id)
    assert len(queries(lambda: office.get(f"/people/{cast.pupil.id}"))) == before <= 12


# --- Classes ------------------------------------------------------------------------------------------------


def test_the_office_says_in_which_classes_a_teacher_works(sign_in_as, cast):
    office, where = sign_in_as("office"), f"/people/{cast.teacher.id}"
    assert office.get(where).page.value("classes") == ["Kestrel class"]
    assert office.post(f"{where}/classes", {"classes": ["Heron class", "Kestrel class"]}).status == 303
    assert office.get(where).page.value("classes") == ["Heron class", "Kestrel class"]
    assert office.post(f"{where}/classes", {}).status == 303
    assert office.get(where).page.value("classes") == []


def test_a_class_that_there_is_not_is_said_at_its_field(sign_in_as, cast):
    answer = sign_in_as("office").post(f"/people/{cast.teacher.id}/classes", {"classes": ["Dragons"]})
    assert answer.status == 422
    assert "Choose from the list" in answer.page.message_beside("classes")


def test_who_does_not_work_with_children_has_no_classes(sign_in_as, cast):
    office = sign_in_as("office")
    assert "Classes they work in" not in office.get(f"/people/{cast.finance.id}").words
    assert office.post(f"/people/{cast.finance.id}/classes", {"classes": ["Heron class"]}).status == 422


# --- Signing in ---------------------------------------------------------------------------------------------


def test_a_new_code_ends_the_password_and_every_session(sign_in_as, cast):
    teacher = sign_in_as("teacher")
    answer = sign_in_as("office").post(f"/people/{cast.teacher.id}/code")
    assert answer.page.one("h1").text == "Single-use code for Teacher Invented"
    assert person_named("teacher").password_hash is None
    assert teacher.get("/").status == 303


def test_a_class_gets_its_codes_on_one_sheet(sign_in_as, a_person):
    office = sign_in_as("office")
    assert "/people/codes" not in office.get("/people").text
    for username in ("zoe", "mia"):
        a_person(username, Role.PUPIL, name=f"{username.title()} Hill")
    (form,) = [each for each in office.get("/people?team=Extras").page.all("form") if each["action"] == "/people/codes"]
    fields = {each["name"]: each["value"] for each in form.all("input") if each["name"] != "csrf_token"}
    answer = office.post("/people/codes", fields)
    assert answer.status == 200
    assert len(re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", answer.words)) == 2
    assert "Mia Hill, Extras" in answer.words


def test_where_everybody_has_a_password_no_code_is_made(sign_in_as, cast):
    office = sign_in_as("office")
    answer = office.post("/people/codes", {"role": "pupil", "team": "Heron class"})
    assert (answer.status, answer.location) == (303, "/people/?role=pupil&team=Heron+class")
    assert "No code was made" in office.get(answer.location).words


@pytest.mark.parametrize(
    "form", [{"role": "", "team": ""}, {"role": "king", "team": ""}, {"role": "", "team": "Dragons"}]
)
def test_a_sheet_of_codes_is_for_a_role_or_a_class_that_there_is(sign_in_as, form):
    assert sign_in_as("office").post("/people/codes", form).status == 422


def test_making_somebody_inactive_signs_them_out_and_back_again_lets_them_in(sign_in_as, cast):
    teacher, office = sign_in_as("teacher"), sign_in_as("office")
    assert office.post(f"/people/{cast.teacher.id}/active", {"active": "0"}).status == 303
    assert teacher.get("/").status == 303
    assert "Inactive" in office.get(f"/people/{cast.teacher.id}").page.one("h1").text
    assert office.post(f"/people/{cast.teacher.id}/active", {"active": "1"}).status == 303
    assert teacher.get("/").status == 303, "the old session does not come back to life"
    assert sign_in_as("teacher").get("/").status == 200


@pytest.mark.parametrize("active", ["", "2", "yes", "-1", None])
def test_active_is_yes_or_no(sign_in_as, cast, active):
    form = {} if active is None else {"active": active}
    assert sign_in_as("office").post(f"/people/{cast.teacher.id}/active", form).status == 400


@pytest.mark.parametrize("who", ["teacher", "dsl", "deputy", "pupil", "director"])
def test_only_the_office_and_the_headteacher_keep_people(sign_in_as, cast, who):
    browser = sign_in_as(who)
    for address in ("/people", "/people/new", f"/people/{cast.pupil.id}"):
        assert browser.get(address).status == 403
    assert browser.post(f"/people/{cast.pupil.id}/code").status == 403


@pytest.mark.parametrize("field", ["state", "role", "active", "password_hash", "code_hash", "id"])
def test_nothing_else_can_be_slipped_into_the_form(sign_in_as, cast, field):
    assert add(sign_in_as("office"), **{field: "1"}).status == 400
    assert sign_in_as("office").post(f"/people/{cast.teacher.id}", details(cast.teacher, **{field: "1"})).status == 400


def test_the_page_never_holds_a_digest_of_a_password_or_a_code(sign_in_as, cast):
    page = sign_in_as("head").get(f"/people/{cast.teacher.id}").text
    assert "argon2" not in page
    assert person_named("teacher").password_hash not in page
