"""Importing people from files: what a file would do is said first, and then all of it is done, or nothing."""

import datetime as dt
import time

import pytest

from database import db
from enums import ParentAccess, Role
from models import AuditEvent, ClassStaff, Guardian, Person, RoleGrant, Upload
from rules.audit import trail
from rules.auth import actors, sessions
from rules.auth.permissions import GIVEN_BY_HEADTEACHER
from rules.core import clock
from rules.core.errors import Conflict, NotAllowed
from rules.core.tokens import sha256
from rules.imports.csv_files import CsvFault
from rules.imports.plan import LineOutcome
from rules.people import classes, families, importing, people, role_grants
from rules.people.import_lines import KINDS
from rules.people.importing import progress_of
from tests.conftest import CAST
from tests.support.exemptions import MONDAY, events, later

NOT_THEIRS = [who for who in CAST if who not in {"head", "office"}]
PUPILS = "username,name,class,year,date_of_birth,active\n"
STAFF = "username,name,team,roles,starts,ends,classes,active\n"
PARENTS = "username,name,active\n"
LINKS = "child,parent,relation,access\n"


def look(actor, what, text):
    return importing.look_at(actor, what, text.encode())


def the_line(actor, what, text):
    (line,) = look(actor, what, text)[0].lines
    return line


def refusals(actor, what, text):
    return [(line.number, " ".join(line.says)) for line in look(actor, what, text)[0].of(LineOutcome.REFUSED)]


def do(actor, what, text):
    return importing.apply_file(actor, what, text.encode())


def person(username):
    return Person.get(Person.username == username)


def roles_of(username):
    return actors.roles_today(person(username).id)


# --- Pupils -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "office"])
def test_a_new_pupil_is_added_without_a_password(cast, who):
    plan = do(getattr(cast, who), "pupils", PUPILS + "Zoe.Hill,Zoé  O’Hara,Kestrel class,8,23/11/2013,\n")
    assert plan.counts[LineOutcome.NEW] == 1
    kept = person("zoe.hill")
    assert (kept.name, kept.team, kept.year_group, kept.born_on) == (
        "Zoé O’Hara",
        "Kestrel class",
        "8",
        dt.date(2013, 11, 23),
    )
    assert (kept.active, kept.password_hash, kept.code_hash) == (True, None, None)
    assert roles_of("zoe.hill") == {Role.PUPIL}


def test_what_is_different_is_changed_and_told_by_what_it_is(cast):
    text = PUPILS + "pupil,Pupil Invented,Heron class,9,2012-02-29,yes\n"
    line = the_line(cast.office, "pupils", text)
    assert (line.outcome, line.says) == (LineOutcome.CHANGED, ("team", "year group", "date of birth"))
    do(cast.office, "pupils", text)
    kept = person("pupil")
    assert (kept.team, kept.year_group, kept.born_on) == ("Heron class", "9", dt.date(2012, 2, 29))
    told = [(row.event, row.person_id) for row in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(2)]
    assert told == [("people-imported", None), ("person-changed", cast.pupil.id)]


def test_a_column_that_is_left_out_leaves_what_is_there(cast):
    do(cast.office, "pupils", PUPILS + "pupil,Pupil Invented,Kestrel class,9,23/11/2012,\n")
    assert the_line(cast.office, "pupils", "username,name,class\npupil,Pupil Invented,Kestrel class").says == ()
    assert person("pupil").year_group == "9"


def test_an_empty_cell_of_a_column_that_is_there_empties_it(cast):
    do(cast.office, "pupils", PUPILS + "pupil,Pupil Invented,Kestrel class,9,23/11/2012,\n")
    do(cast.office, "pupils", PUPILS + "pupil,Pupil Invented,,,,\n")
    assert (person("pupil").team, person("pupil").year_group, person("pupil").born_on) == ("", "", None)


def test_whoever_is_not_in_the_file_is_left_alone(cast):
    before = {row.id: row.__data__ for row in Person.select()}
    do(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Kestrel class,8,,\n")
    assert {row.id: row.__data__ for row in Person.select().where(Person.username != "zoe")} == before


def test_a_leaver_becomes_inactive_and_is_signed_out_but_not_deleted(cast):
    secret = sessions.begin(cast.pupil.id)
    text = PUPILS + "pupil,Pupil Invented,Kestrel class,,,no\n"
    assert the_line(cast.office, "pupils", text).says == ("becomes inactive",)
    do(cast.office, "pupils", text)
    assert not person("pupil").active
    assert actors.actor_of_token(secret) is None
    do(cast.office, "pupils", PUPILS + "pupil,Pupil Invented,Kestrel class,,,\n")
    assert person("pupil").active
    assert events()[-2:] == ["person-made-active", "people-imported"]


def test_a_leaver_who_was_never_here_is_not_added(cast):
    line = the_line(cast.office, "pupils", PUPILS + "gone,Gone Away,Kestrel class,8,,no\n")
    assert line.outcome is LineOutcome.UNCHANGED
    do(cast.office, "pupils", PUPILS + "gone,Gone Away,Kestrel class,8,,no\n")
    assert Person.get_or_none(Person.username == "gone") is None


def test_the_file_of_pupils_does_not_say_who_has_left_where_it_has_no_such_column(cast):
    people.set_active(cast.office, cast.pupil.id, False)
    do(cast.office, "pupils", "username,name,class\npupil,Pupil Invented,Kestrel class")
    assert not person("pupil").active


# --- Staff --------------------------------------------------------------------------------------------------


def test_a_new_member_of_staff_has_roles_hours_and_classes(cast):
    do(
        cast.office,
        "staff",
        STAFF + "sam.hart,Sam Hart,Owls,Staff-Direct; office,8:30,4pm,Heron class;Kestrel class,\n",
    )
    kept = person("sam.hart")
    assert (kept.starts_work_at, kept.ends_work_at, kept.team) == (dt.time(8, 30), dt.time(16), "Owls")
    assert roles_of("sam.hart") == {Role.STAFF_DIRECT, Role.OFFICE}
    assert classes.classes_of(kept.id) == ["Heron class", "Kestrel class"]


def test_missing_roles_are_given_and_none_is_taken(cast):
    text = "username,name,roles\nteacher,Teacher Invented,office"
    assert the_line(cast.office, "staff", text).says == ("gets the role Office",)
    do(cast.office, "staff", text)
    assert roles_of("teacher") == {Role.STAFF_DIRECT, Role.OFFICE}


def test_the_classes_of_staff_become_those_of_the_file(cast):
    do(
        cast.office,
        "staff",
        "username,name,roles,classes\nteacher,Teacher Invented,staff-direct,Heron class; Heron class",
    )
    assert classes.classes_of(cast.teacher.id) == ["Heron class"]
    do(cast.office, "staff", "username,name,roles,classes\nteacher,Teacher Invented,staff-direct,")
    assert classes.classes_of(cast.teacher.id) == []


@pytest.mark.parametrize("role", sorted(GIVEN_BY_HEADTEACHER))
def test_the_office_imports_nobody_with_a_role_above_it(cast, role):
    text = f"username,name,roles\nsam,Sam Hart,staff-direct;{role}"
    assert refusals(cast.office, "staff", text) == [(2, f"Only the headteacher gives the role {role}")]
    assert the_line(cast.head, "staff", text).outcome is LineOutcome.NEW


@pytest.mark.parametrize("who", ["head", "deputy", "dsl", "deputy_dsl", "governor", "director"])
def test_the_office_changes_nobody_above_it(cast, who):
    other = getattr(cast, who)
    same = f"username,name,roles\n{other.username},{other.name},{';'.join(sorted(other.roles))}"
    assert the_line(cast.office, "staff", same).outcome is LineOutcome.UNCHANGED
    changed = same.replace(other.name, "Somebody Else")
    assert refusals(cast.office, "staff", changed) == [(2, "Only the headteacher can change this person")]
    if who != "head":
        assert the_line(cast.head, "staff", changed).outcome is LineOutcome.CHANGED


def test_nobody_gives_themselves_a_role_or_leaves_by_a_file(cast):
    text = "username,name,roles,active\noffice,Office Invented,staff-direct,no"
    (line,) = look(cast.office, "staff", text)[0].of(LineOutcome.REFUSED)
    assert line.says == (
        "You cannot change your own roles. Somebody else has to",
        "You cannot make yourself inactive. Somebody else has to",
    )


def test_the_command_line_may_what_the_headteacher_may(cast):
    do(importing.COMMAND_LINE, "staff", "username,name,roles\nsam,Sam Hart,slt;staff-direct\ndsl,Dora Invented,dsl")
    assert roles_of("sam") == {Role.SLT, Role.STAFF_DIRECT}
    assert person("dsl").name == "Dora Invented"
    assert AuditEvent.select().order_by(AuditEvent.id.desc()).first().actor_id is None


# --- Parents and links --------------------------------------------------------------------------------------


def test_a_parent_is_added_and_a_teacher_may_be_one_as_well(cast):
    do(cast.office, "parents", PARENTS + "dana,Dana Hill,\nteacher,Teacher Invented,yes\n")
    assert roles_of("dana") == {Role.PARENT}
    assert roles_of("teacher") == {Role.STAFF_DIRECT, Role.PARENT}


def test_families_are_linked_and_their_links_changed_but_never_ended(cast):
    text = LINKS + "Pupil,other-parent, step  father ,SEES\npupil,carer,grandmother,signs\n"
    plan = do(cast.office, "links", text)
    assert (plan.counts[LineOutcome.NEW], plan.counts[LineOutcome.CHANGED]) == (1, 1)
    kept = {
        (link.parent_id, link.relation, link.access)
        for link in Guardian.select().where(Guardian.child == cast.pupil.id, Guardian.ended_at.is_null())
    }
    assert kept == {
        (cast.parent.id, "mother", ParentAccess.SIGNS),
        (cast.carer.id, "grandmother", ParentAccess.SIGNS),
        (cast.barred_parent.id, "father", ParentAccess.NOTHING),
        (cast.other_parent.id, "step father", ParentAccess.SEES),
    }
    assert events()[-3:] == ["family-linked", "family-link-changed", "people-imported"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("nobody,parent,mother,signs", "no pupil with the username “nobody”"),
        ("pupil,nobody,mother,signs", "no parent or carer with the username “nobody”"),
        (",parent,mother,signs", "no pupil with the username “”"),
        ("teacher,parent,mother,signs", "does not have the role of a pupil"),
        ("pupil,teacher,mother,signs", "does not have the role of a parent or carer"),
        ("pupil,pupil,mother,signs", "Nobody is their own parent"),
        ("pupil,other-parent,,signs", "Write what they are to the child"),
        ("pupil,other-parent,=HYPERLINK(1),signs", "A relation cannot begin with"),
        ("pupil,other-parent," + "x" * 41 + ",signs", "40 characters or fewer"),
        ("pupil,other-parent,uncle,everything", "There is no access “everything”. Use one of: signs, sees, nothing"),
        ("pupil,other-parent,uncle,", "There is no access “”"),
    ],
)
def test_a_link_that_cannot_be_is_refused_with_its_line_and_why(cast, row, words):
    ((number, said),) = refusals(cast.office, "links", LINKS + row)
    assert number == 2
    assert words in said


def test_the_same_pair_twice_is_refused(cast):
    text = LINKS + "pupil,other-parent,uncle,sees\nPUPIL,Other-Parent,aunt,signs\n"
    assert refusals(cast.office, "links", text) == [(3, "These two stand on line 2 already. Take one out")]


def test_nobody_imports_what_the_other_parents_of_their_own_child_may_know(cast):
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, MONDAY)
    families.link(cast.head, cast.pupil.id, cast.office.id, "father", ParentAccess.SIGNS)
    said = [(2, "You cannot change your own family links. Somebody else has to")]
    assert refusals(cast.office, "links", LINKS + "pupil,parent,mother,nothing\n") == said


def test_nobody_imports_what_they_themselves_may_know_of_a_child(cast):
    role_grants.give_role(cast.head, cast.office.id, Role.PARENT, MONDAY)
    said = [(2, "You cannot change your own family links. Somebody else has to")]
    assert refusals(cast.office, "links", LINKS + "pupil,office,father,signs") == said
    do(cast.head, "links", LINKS + "pupil,office,father,nothing")
    assert refusals(cast.office, "links", LINKS + "pupil,office,father,signs") == said
    assert refusals(cast.office, "links", LINKS + "pupil,office,father,nothing") == []


# --- What is wrong with a line ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "row", "words"),
    [
        ("pupils", ",Zoe,Owls,8,,", "small letters"),
        ("pupils", "9zoe,Zoe,Owls,8,,", "small letters"),
        ("pupils", "zoé,Zoe,Owls,8,,", "small letters"),
        ("pupils", "zoe,,Owls,8,,", "full name"),
        ("pupils", "zoe,=HYPERLINK(1),Owls,8,,", "A name cannot begin with “=”, “+”, “-” or “@”"),
        ("pupils", "zoe,@zoe,Owls,8,,", "A name cannot begin with"),
        ("pupils", "zoe,Zoe,+Owls,8,,", "A team or class cannot begin with"),
        ("pupils", "zoe,Zoe,Owls,-8,,", "A year group cannot begin with"),
        ("pupils", f"zoe,{'x' * 101},Owls,8,,", "100 characters or fewer"),
        ("pupils", f"zoe,Zoe,Owls,{'8' * 21},,", "20 characters or fewer"),
        ("pupils", "zoe,Zoe,Owls,8,31/02/2013,", "The date of birth cannot be read"),
        ("pupils", "zoe,Zoe,Owls,8,11/23/2013,", "The date of birth cannot be read"),
        ("pupils", "zoe,Zoe,Owls,8,24/11/2026,", "must be in the past"),
        ("pupils", "zoe,Zoe,Owls,8,31/12/1899,", "not before 1900"),
        ("pupils", "zoe,Zoe,Owls,8,,perhaps", "Write yes or no"),
        ("pupils", "teacher,Zoe,Owls,8,,", "belongs to somebody who is not a pupil"),
        ("staff", "pupil,Sam,Owls,staff-direct,,,,", "belongs to a pupil"),
        ("staff", "sam,Sam,Owls,king,,,,", "There is no role “king”"),
        ("staff", "sam,Sam,Owls,,,,,", "Give at least one role"),
        ("staff", "sam,Sam,Owls,staff-direct,soon,,,", "The time “starts” cannot be read"),
        ("staff", "sam,Sam,Owls,staff-direct,,25:00,,", "The time “ends” cannot be read"),
        ("staff", "sam,Sam,Owls,staff-direct,16:00,08:00,,", "must be after its start"),
        ("staff", "sam,Sam,Owls,staff-nondirect,,,Heron class,", "Only staff who work directly with children"),
        ("staff", "sam,Sam,Owls,staff-direct,,,=1+1,", "A class cannot begin with"),
        ("parents", "pupil,Dana,", "belongs to a pupil"),
        ("parents", "dana,-,", "A name cannot begin with"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_number_and_why(cast, what, row, words):
    head = {"pupils": PUPILS, "staff": STAFF, "parents": PARENTS}[what]
    ((number, said),) = refusals(cast.office, what, head + row)
    assert number == 2
    assert words in said


def test_everything_that_is_wrong_with_a_line_is_said_at_once(cast):
    ((_, said),) = refusals(cast.office, "pupils", PUPILS + "9,,Owls,8,soon,maybe")
    for words in ("small letters", "full name", "date of birth", "yes or no"):
        assert words in said


def test_a_username_stands_in_a_file_once_whatever_its_capitals(cast):
    text = PUPILS + "zoe,Zoe Hill,Owls,8,,\n\nZOE,Zoe Mill,Owls,8,,\n"
    assert refusals(cast.office, "pupils", text) == [(4, "This username stands on line 2 already. Take one out")]


# --- All of it or nothing -----------------------------------------------------------------------------------


def test_looking_changes_nothing_but_what_is_kept_for_an_hour(cast):
    before, count = events(), Person.select().count()
    plan, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,")
    assert plan.steps
    assert (events(), Person.select().count()) == (before, count)
    kept = Upload.get()
    assert (kept.token_digest, kept.what, kept.sent_by_id) == (sha256(token), "pupils", cast.office.id)


def test_a_file_with_a_refused_line_can_not_be_applied_at_all(cast):
    text = PUPILS + "zoe,Zoe Hill,Owls,8,,\nteacher,Zoe,Owls,8,,"
    plan, token = look(cast.office, "pupils", text)
    assert plan.refused
    assert token is None
    assert not Upload.select().exists()
    with pytest.raises(importing.Refused) as caught:
        do(cast.office, "pupils", text)
    assert [line.number for line in caught.value.plan.of(LineOutcome.REFUSED)] == [3]
    assert Person.get_or_none(Person.username == "zoe") is None


def test_what_no_longer_fits_when_it_is_applied_is_refused_whole(cast):
    _, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,\nmia,Mia Hill,Owls,8,,")
    people.add(cast.head, people.PersonDetails("zoe", "Zoe Teacher"), [Role.STAFF_DIRECT])
    before = events()
    with pytest.raises(importing.Refused):
        importing.apply_kept(cast.office, token)
    assert events() == before
    assert Person.get_or_none(Person.username == "mia") is None


def test_what_fails_half_way_leaves_nothing_behind(cast, monkeypatch):
    steps = []

    def break_at_the_second(actor, step, school):
        steps.append(step)
        if len(steps) == 2:
            raise RuntimeError("the disk is full")

    monkeypatch.setattr(importing, "apply_step", break_at_the_second)
    _, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,\nmia,Mia Hill,Owls,8,,")
    before = events()
    with pytest.raises(RuntimeError):
        importing.apply_kept(cast.office, token)
    assert events() == before
    assert Upload.select().count() == 1, "it can be tried again"
    assert progress_of(cast.office) is None


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("pupils", PUPILS + "zoe,Zoe Hill,Owls,8,23/11/2013,yes\npupil,Pupil New,Heron class,8,,\n"),
        ("staff", STAFF + "sam,Sam Hart,Owls,office;staff-direct,8:30,16:00,Heron class,\nteacher,T New,,,,,,no\n"),
        ("parents", PARENTS + "dana,Dana Hill,\n"),
        ("links", LINKS + "pupil,other-parent,uncle,sees\npupil,parent,mother,sees\n"),
    ],
)
def test_the_same_file_again_changes_nothing_and_leaves_no_trace(cast, what, text):
    do(cast.office, what, text)
    before = events()
    plan, token = look(cast.office, what, text)
    assert plan.counts[LineOutcome.UNCHANGED] == len(plan.lines)
    assert token is None
    do(cast.office, what, text)
    assert events() == before


def test_the_trail_tells_of_each_person_and_of_the_import(cast):
    before = len(events())
    do(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,\npupil,Pupil New,Kestrel class,,,\n")
    assert events()[before:] == ["person-added", "role-given", "person-changed", "people-imported"]
    row = AuditEvent.select().order_by(AuditEvent.id.desc()).first()
    assert row.payload == {"what": "pupils", "new": 1, "changed": 1}
    assert trail.verify()[1] == []


# --- Who may apply what -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_imports(cast, who):
    actor, before = getattr(cast, who), events()
    for act in (
        lambda: look(actor, "pupils", PUPILS + "zoe,Zoe,Owls,8,,"),
        lambda: do(actor, "pupils", PUPILS + "zoe,Zoe,Owls,8,,"),
        lambda: importing.apply_kept(actor, "x"),
        lambda: importing.give_up(actor, "x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert events() == before


def test_only_the_sender_applies_or_gives_up_a_file(cast):
    _, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,")
    for act in (importing.apply_kept, importing.give_up):
        with pytest.raises(Conflict):
            act(cast.head, token)
    importing.apply_kept(cast.office, token)
    assert person("zoe")


def test_a_file_is_applied_once(cast):
    _, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,")
    importing.apply_kept(cast.office, token)
    with pytest.raises(Conflict):
        importing.apply_kept(cast.office, token)
    assert not Upload.select().exists()


def test_a_file_that_was_given_up_is_gone(cast):
    _, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,")
    importing.give_up(cast.office, token)
    with pytest.raises(Conflict):
        importing.apply_kept(cast.office, token)


def test_a_file_waits_for_an_hour_and_is_deleted_at_the_next_one(cast):
    _, token = look(cast.office, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,")
    with later(hours=1, seconds=1):
        with pytest.raises(Conflict):
            importing.apply_kept(cast.office, token)
        _, newer = look(cast.head, "pupils", PUPILS + "zoe,Zoe Hill,Owls,8,,")
        assert [row.token_digest for row in Upload.select()] == [sha256(newer)]


@pytest.mark.parametrize("token", ["", "x", "é", "\x00"])
def test_a_token_of_ones_own_invention_is_no_file(cast, token):
    with pytest.raises(Conflict):
        importing.apply_kept(cast.office, token)


def test_a_file_that_cannot_be_read_is_not_kept(cast):
    with pytest.raises(CsvFault):
        look(cast.office, "pupils", "name\nZoe")
    assert not Upload.select().exists()


# --- Size ---------------------------------------------------------------------------------------------------


def test_a_plan_takes_as_many_queries_for_a_large_file_as_for_a_small_one(cast, monkeypatch):
    seen, run = [], db.execute_sql
    monkeypatch.setattr(db, "execute_sql", lambda sql, *rest, **more: seen.append(sql) or run(sql, *rest, **more))
    counts = []
    for size in (1, 500):
        seen.clear()
        importing.look_over(cast.office, "pupils", (PUPILS + pupils(size)).encode())
        counts.append(len(seen))
    assert counts == [4, 4]


def pupils(count):
    return "".join(f"p{number},Pupil {number},Class {number % 30},8,23/11/2013,yes\n" for number in range(count))


def test_a_thousand_pupils_with_a_parent_each_are_imported_in_seconds(cast):
    parents = PARENTS + "".join(f"g{number},Parent {number},\n" for number in range(1000))
    links = LINKS + "".join(f"p{number},g{number},mother,signs\n" for number in range(1000))
    began = time.perf_counter()
    for what, text in (("pupils", PUPILS + pupils(1000)), ("parents", parents), ("links", links)):
        do(cast.office, what, text)
    assert time.perf_counter() - began < 15, "a guard against what grows with the square, not a measurement"
    assert Guardian.select().where(Guardian.relation == "mother").count() == 1001
    assert RoleGrant.select().where(RoleGrant.role == Role.PUPIL.value).count() == 1002


def test_an_import_says_how_far_it_has_come(cast, monkeypatch):
    seen, apply_step = [], importing.apply_step

    def watch(actor, step, school):
        apply_step(actor, step, school)
        seen.append((progress_of(cast.office).done, progress_of(cast.office).total))

    monkeypatch.setattr(importing, "apply_step", watch)
    do(cast.office, "pupils", PUPILS + pupils(3))
    assert seen == [(0, 3), (1, 3), (2, 3)]
    assert progress_of(cast.office) is None


# --- The files to start from --------------------------------------------------------------------------------


@pytest.mark.parametrize("what", KINDS)
def test_the_file_to_start_from_can_be_read(cast, what):
    plan = importing.look_over(cast.head, what, KINDS[what].template().encode())
    assert len(plan.lines) == 1


def test_the_files_to_start_from_can_be_imported_in_their_order(cast):
    for what in KINDS:
        do(cast.head, what, KINDS[what].template())
    assert Guardian.select().where(Guardian.child == person("robin.hill").id).count() == 1
    assert ClassStaff.select().where(ClassStaff.person == person("sam.hart").id).count() == 2
    assert person("robin.hill").made_at == clock.now()
