"""Importing people: choosing a file, looking at what it would do, doing it."""

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from database import db
from enums import Role
from models import Person, Upload
from rules.auth.permissions import WHO_MAY, Permission
from rules.imports.uploads import EACH_BYTE
from rules.people import importing, people
from rules.people.import_lines import KINDS
from tests.pages.conftest import person_named, signed_in

PUPILS = "username,name,class,year,date_of_birth,active\n"
ZOE = PUPILS + "zoe,Zoé O’Hara,Kestrel class,8,23/11/2013,\n"


def send(browser, content, what="pupils", name="people.csv", **more):
    """Choose a file and send it, as a browser does."""
    content = content if isinstance(content, bytes) else content.encode()
    file = FileStorage(io.BytesIO(content), name, "file", "text/csv")
    boundary, body = encode_multipart({"csrf_token": browser.token, "pasted": "", "file": file, **more})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.open("POST", f"/people/import/{what}", data=body, content_type=kind)


def paste(browser, text, what="pupils"):
    """Paste the lines and send them: the browser sends an empty file along."""
    return send(browser, b"", what, "", pasted=text)


def token_of(answer):
    """The token in the form that applies."""
    return answer.page.value("token")


def act(browser, action, token):
    """Press one of the buttons below the preview."""
    return browser.post(f"/people/import/{action}", {"token": token})


def count_of(answer, heading):
    """A number at the top of the preview."""
    heads, values = answer.page.all("dt"), answer.page.all("dd")
    return dict(zip((each.text for each in heads), (each.text for each in values), strict=True))[heading]


# --- Choosing a file ----------------------------------------------------------------------------------------


def test_the_people_page_leads_to_the_four_files(sign_in_as):
    office = sign_in_as("office")
    assert office.get("/people").page.links["Import people from a file"] == "/people/import"
    links = office.get("/people/import").page.links
    assert [links[kind.title] for kind in KINDS.values()] == [f"/people/import/{what}" for what in KINDS]


@pytest.mark.parametrize("what", KINDS)
def test_each_file_has_its_columns_explained_and_a_file_to_start_from(sign_in_as, what):
    office = sign_in_as("office")
    page = office.get(f"/people/import/{what}").page
    assert [each.text for each in page.all("dt")] == list(KINDS[what].names)
    answer = office.get(page.links["Save a file to start from"])
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{what}.csv"'
    preview = send(office, answer.body, what)
    assert preview.status == 200
    assert "Line" in preview.words


def test_a_file_that_there_is_not_is_not_found(sign_in_as):
    office = sign_in_as("office")
    for where in ("/people/import/kings", "/people/import/templates/kings", "/people/import/Staff"):
        assert office.get(where).status == 404
    assert send(office, ZOE, "kings").status in {400, 404}


# --- Looking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [send, paste])
def test_the_preview_says_what_would_change_and_nothing_has(sign_in_as, way):
    office = sign_in_as("office")
    answer = way(
        office, ZOE + "pupil,Pupil Renamed,Kestrel class,,,\nother-pupil,Other Pupil Invented,Heron class,,,\n"
    )
    assert answer.status == 200
    assert [count_of(answer, each) for each in ("New", "Changed", "Stays as it is", "Cannot be imported")] == [
        "1",
        "1",
        "1",
        "0",
    ]
    assert "Zoé O’Hara (zoe)" in answer.words
    assert Person.get_or_none(Person.username == "zoe") is None
    assert person_named("pupil").name == "Pupil Invented"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_accents_of_older_programs_arrive(sign_in_as, encoding):
    assert "Zoé O’Hara (zoe)" in send(sign_in_as("office"), ZOE.encode(encoding)).words


def test_a_refused_line_is_shown_first_and_nothing_can_be_applied(sign_in_as):
    answer = send(sign_in_as("office"), ZOE + "teacher,=HYPERLINK(1),Owls,8,,\nmia,Mia Hill,Owls,8,,\n")
    assert answer.status == 200
    first = answer.page.all("table")[0]
    assert first.all("caption")[0].text == "Cannot be imported"
    assert "A name cannot begin with" in first.text
    assert "/people/import/apply" not in answer.text
    assert not Upload.select().exists()


def test_where_there_is_nothing_to_do_nothing_can_be_applied(sign_in_as):
    answer = send(sign_in_as("office"), "username,name,class\npupil,Pupil Invented,Kestrel class")
    assert "There is nothing to import" in answer.words
    assert "/people/import/apply" not in answer.text


def test_a_long_preview_shows_the_first_lines_and_counts_all(sign_in_as):
    lines = "".join(f"p{number},Pupil {number},Owls,8,,\n" for number in range(300))
    answer = send(sign_in_as("office"), PUPILS + lines)
    assert count_of(answer, "New") == "300"
    assert "New: the first 200 of 300" in answer.words
    assert len(answer.page.all("tr")) == 201
    wrong = "".join(f"p{number},,Owls,8,,\n" for number in range(600))
    answer = send(sign_in_as("office"), PUPILS + wrong)
    assert "Cannot be imported: the first 500 of 600" in answer.words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file, or paste its lines below"),
        (b" \n ", "Choose a file, or paste its lines below"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "This is not a CSV file"),
        (b"username,name,class\nzoe,Zo\x00e,Owls", "Line 2 has characters that are no text"),
        (b"username,name\nzoe,Zoe", "The column “class” is missing"),
        (PUPILS + "zoe,Zoe,Owls,8,,\n" * 50_000, "This file has 50,000 lines. Import at most 5,000 at a time"),
        (PUPILS + "zoe,Zoe\n", "Line 2 has 2 cells, the first line has 6 cells"),
        ("username,name,class,<img src=x>\n", "“<img src=x>” that is not known"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_beside_the_field(sign_in_as, content, words):
    answer = send(sign_in_as("office"), content)
    assert answer.status == 422
    assert words in answer.page.message_beside("file")
    assert not Upload.select().exists()


def test_what_was_pasted_is_kept_when_it_cannot_be_read(sign_in_as):
    answer = paste(sign_in_as("office"), "username,name\nzoe,Zoe")
    assert answer.status == 422
    assert answer.page.value("pasted") == "username,name\nzoe,Zoe"


def test_looking_takes_as_many_queries_for_a_large_file_as_for_a_small_one(sign_in_as, queries):
    office, counts = sign_in_as("office"), []
    send(office, ZOE)
    for size in (1, 400):
        lines = "".join(f"p{number},Pupil {number},Owls,8,,\n" for number in range(size))
        counts.append(len(queries(lambda lines=lines: send(office, PUPILS + lines))))
    assert counts[0] == counts[1]


# --- Doing it -----------------------------------------------------------------------------------------------


def test_the_office_imports_what_it_looked_at(sign_in_as):
    office = sign_in_as("office")
    answer = act(office, "apply", token_of(send(office, ZOE)))
    assert (answer.status, answer.location) == (303, "/people/import/")
    assert "Imported: 1 new, 0 changed, 0 as before." in office.get(answer.location).words
    assert person_named("zoe").name == "Zoé O’Hara"
    assert "Zoé O’Hara" in office.get("/people?team=Kestrel class").words


def test_giving_up_forgets_the_file(sign_in_as):
    office = sign_in_as("office")
    token = token_of(send(office, ZOE))
    assert act(office, "cancel", token).status == 303
    assert not Upload.select().exists()
    assert act(office, "apply", token).status == 409


def test_the_same_token_twice_imports_once(sign_in_as):
    office = sign_in_as("office")
    token = token_of(send(office, ZOE))
    assert [act(office, "apply", token).status for _ in range(2)] == [303, 409]
    assert Person.select().where(Person.username == "zoe").count() == 1


@pytest.mark.parametrize("action", ["apply", "cancel"])
def test_the_token_of_somebody_else_an_old_one_and_an_invented_one_are_answered_alike(sign_in_as, later, action):
    office, head = sign_in_as("office"), sign_in_as("head")
    token = token_of(send(office, ZOE))
    answers = [act(head, action, token), act(office, action, "invented")]
    with later(hours=1, minutes=1):
        answers.append(act(sign_in_as("office"), action, token))
    for answer in answers:
        assert answer.status == 409
        assert "no longer waiting" in answer.words
    assert Person.get_or_none(Person.username == "zoe") is None


def test_what_no_longer_fits_is_said_and_nothing_is_imported(sign_in_as, cast):
    office = sign_in_as("office")
    token = token_of(send(office, ZOE + "mia,Mia Hill,Owls,8,,\n"))
    people.add(cast.head, people.PersonDetails("zoe", "Zoe Teacher"), [Role.STAFF_DIRECT])
    answer = act(office, "apply", token)
    assert answer.status == 409
    assert "Nothing was imported" in answer.words
    assert "belongs to somebody who is not a pupil" in answer.words
    assert Person.get_or_none(Person.username == "mia") is None


def test_how_far_an_import_has_come_is_asked_for_by_its_page(sign_in_as, cast):
    office, seen = sign_in_as("office"), []
    preview = send(office, ZOE)
    (region,) = [each for each in preview.page.all("div") if each["hx-get"]]
    piece = office.get(region["hx-get"], piece=True)
    assert not piece.whole
    assert "Working on it" in piece.words
    for _ in importing.count(cast.office, ["first", "second"]):
        seen.append(office.get(region["hx-get"], piece=True).words)
    assert "0 of 2 lines are done" in seen[0]
    assert "1 of 2 lines are done" in seen[1]
    assert "lines are done" not in sign_in_as("head").get(region["hx-get"], piece=True).words


# --- Who may, and what is not let through -------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_only_who_keeps_people_imports(a_person, app, role):
    browser = signed_in(app, a_person(f"only-{role.value}", role))
    allowed = role in WHO_MAY[Permission.MANAGE_PEOPLE]
    assert (send(browser, ZOE).status == 200) == allowed
    assert Upload.select().exists() == allowed


@pytest.mark.parametrize(
    "address",
    ["/people/new", "/people/import/apply", "/people/import/cancel", "/account", "/sign-in", "/sign-out"],
)
def test_a_file_is_taken_nowhere_else(sign_in_as, address):
    office = sign_in_as("office")
    fields = {"csrf_token": office.token, "file": (io.BytesIO(ZOE.encode()), "people.csv")}
    assert office.open("POST", address, data=fields, content_type="multipart/form-data").status == 400


def test_two_files_and_a_file_in_another_field_are_refused(sign_in_as):
    office = sign_in_as("office")
    where, kind = "/people/import/pupils", "multipart/form-data"
    one, two = (io.BytesIO(ZOE.encode()), "a.csv"), (io.BytesIO(ZOE.encode()), "b.csv")
    assert (
        office.open("POST", where, data={"csrf_token": office.token, "file": [one, two]}, content_type=kind).status
        == 400
    )
    other = (io.BytesIO(ZOE.encode()), "a.csv")
    assert (
        office.open("POST", where, data={"csrf_token": office.token, "photo": other}, content_type=kind).status == 400
    )
    assert send(office, ZOE, sent_by="1").status == 400


def test_a_large_file_is_read_and_a_huge_one_refused_unread(sign_in_as, stranger):
    office = sign_in_as("office")
    large = PUPILS + "zoe,Zoe,Owls,8,,\n" * 200_000
    assert len(large) > 3_000_000
    assert "200,000 lines" in send(office, large).page.message_beside("file")
    assert "200,000 lines" in paste(office, large).page.message_beside("file")
    assert send(office, b"x" * 8_500_000).status == 413
    assert send(stranger, large).status == 413, "nobody who is not signed in has a large file read"
    assert send(sign_in_as("teacher"), large).status == 413


def test_what_is_kept_of_a_file_is_not_on_any_page_or_in_the_trail(sign_in_as):
    office = sign_in_as("office")
    send(office, ZOE)
    assert Upload.get().text.encode(EACH_BYTE) == ZOE.encode()
    assert "Zoé" not in str(db.execute_sql("SELECT payload FROM audit_event").fetchall())
    assert "Zoé" not in office.get("/people/import").text


# --- The command line ---------------------------------------------------------------------------------------


@pytest.fixture
def run(app, school, tmp_path):
    """`run(content, "--what", "pupils")`: what `flask people import` says, and how it ends."""

    def command(content, *options):
        file = tmp_path / "people.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return app.test_cli_runner().invoke(args=["people", "import", str(file), *options])

    return command


def test_the_command_line_says_what_a_file_would_do_and_does_it_when_told(run):
    looked = run(ZOE, "--what", "pupils")
    assert (looked.exit_code, "1 new" in looked.output, "--apply" in looked.output) == (0, True, True)
    assert Person.get_or_none(Person.username == "zoe") is None
    done = run(ZOE, "--what", "pupils", "--apply")
    assert (done.exit_code, "Imported." in done.output) == (0, True)
    assert person_named("zoe").team == "Kestrel class"
    assert not Upload.select().exists()


@pytest.mark.parametrize("options", [(), ("--apply",)])
def test_the_command_line_ends_with_1_where_a_line_is_refused(run, options):
    result = run(ZOE + "teacher,Zoe,Owls,8,,\n", "--what", "pupils", *options)
    assert result.exit_code == 1
    assert "Line 3, Zoe (teacher): This username belongs to somebody who is not a pupil" in result.output
    assert Person.get_or_none(Person.username == "zoe") is None


def test_the_command_line_says_why_a_file_cannot_be_read(run):
    result = run(b"PK\x03\x04", "--what", "pupils")
    assert result.exit_code == 1
    assert "This is not a CSV file" in result.output
    assert run(ZOE, "--what", "kings").exit_code == 2
    assert run(ZOE).exit_code == 2
