"""Signing in and out: one answer for every wrong try, one way in, and the way out is final."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprints.auth.routes import inside
from enums import Role
from models import AuditEvent, LoginSession, Person, SignInFailure
from rules.core import clock, config
from rules.exemptions.queries import find
from rules.people import codes, people, role_grants
from tests.conftest import PASSWORD, examples
from tests.pages.conftest import person_named
from tests.support.browser import Browser

WRONG = "That username and password do not go together. Check both and try again"
NEW = "copper lantern otter field"


def sign_in(browser, username="teacher", password=PASSWORD, **more):
    """Fill in the sign-in page and send it."""
    browser.get("/sign-in")
    return browser.post("/sign-in", {"username": username, "password": password, "next": "", **more})


def test_a_teacher_signs_in_and_sees_their_page(stranger):
    answer = sign_in(stranger)
    assert (answer.status, answer.location) == (303, "/")
    page = stranger.get("/")
    assert page.status == 200
    assert "Teacher Invented" in page.words


@pytest.mark.parametrize("typed", ["TEACHER", "  teacher ", "Teacher"])
def test_case_and_space_round_a_username_do_not_matter(stranger, typed):
    assert sign_in(stranger, typed).status == 303


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("teacher", "wrong password here"),
        ("nobody-at-all", PASSWORD),
        ("teacher", PASSWORD + " "),
        ("teacher", PASSWORD.upper()),
        ("inactive", PASSWORD),
        ("has-no-password", PASSWORD),
        ("teacher\x00", PASSWORD),
        ("teacher' --", PASSWORD),
        ("ťeacher", PASSWORD),
        ("x" * 70_000, PASSWORD),
        ("teacher", "y" * 70_000),
    ],
)
def test_every_wrong_try_gets_the_same_words(stranger, a_person, cast, username, password):
    a_person("has-no-password", Role.STAFF_DIRECT)
    inactive = a_person("inactive", Role.STAFF_DIRECT)
    hashed = person_named("teacher").password_hash
    Person.update(active=False, password_hash=hashed).where(Person.id == inactive.id).execute()
    answer = sign_in(stranger, username, password)
    assert answer.status == 422
    assert answer.page.message_beside("username") == WRONG
    assert answer.page.message_beside("password") == ""
    assert stranger.get("/").status == 303


def test_the_username_typed_is_kept_and_the_password_is_not(stranger):
    answer = sign_in(stranger, "teacher", "a wrong password")
    assert answer.page.value("username") == "teacher"
    assert not answer.page.value("password")
    assert "a wrong password" not in answer.text


def test_what_is_left_empty_is_said_at_its_field(stranger):
    answer = sign_in(stranger, "", "")
    assert answer.page.message_beside("username") == "Write your username"
    assert answer.page.message_beside("password") == "Write your password"


def test_a_name_typed_wrongly_is_kept_nowhere(stranger, school):
    sign_in(stranger, "my-secret-password-typed-here", "x")
    for table in (AuditEvent, SignInFailure):
        assert "my-secret-password" not in str(list(table.select().dicts()))


def test_the_wrong_tries_are_on_the_trail(stranger, cast):
    sign_in(stranger, "teacher", "wrong")
    sign_in(stranger, "nobody", "wrong")
    events = [(row.event, row.person_id) for row in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(2)]
    assert events == [("sign-in-unknown", None), ("sign-in-failed", cast.teacher.id)]


def test_after_five_wrong_passwords_the_sixth_try_must_wait(stranger, later):
    for _ in range(5):
        assert sign_in(stranger, password="wrong").status == 422
    answer = sign_in(stranger)
    assert answer.status == 429
    wait = int(answer.headers["Retry-After"])
    assert f"Wait {wait} seconds" in answer.words
    assert stranger.get("/").status == 303
    with later(seconds=wait):
        assert sign_in(stranger).status == 303


def test_a_session_begins_with_a_new_cookie_and_a_new_token(app, stranger):
    stranger.get("/sign-in")
    before, token = stranger.client.get_cookie("session").value, stranger.token
    sign_in(stranger)
    after = stranger.client.get_cookie("session").value
    assert after != before
    old = Browser(app)
    old.client.set_cookie("session", before)
    assert old.get("/account").status == 303, "the cookie of before opens nothing"
    assert stranger.post("/account", {}, token=token).status == 400


def test_two_sessions_of_one_person_are_two(app, school):
    first, second = Browser(app), Browser(app)
    sign_in(first)
    sign_in(second)
    assert LoginSession.select().count() == 2
    first.post("/sign-out")
    assert (first.get("/").status, second.get("/").status) == (303, 200)


def test_the_cookie_is_for_this_site_only_and_no_script_reads_it(stranger):
    (cookie,) = [each for each in sign_in(stranger).cookies if each.startswith("session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie, "it ends with the browser"


def test_the_cookie_holds_no_name_and_no_id_of_a_person(stranger):
    sign_in(stranger)
    with stranger.client.session_transaction() as session:
        assert set(session) <= {"_user_id", "_fresh", "_id", "seen", "csrf_token"}  # _id: a digest of the browser
        assert len(session["_user_id"]) >= 43


# --- Where to go on to --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", ["/today", "/exemptions/new?x=1", "/policy#clause-4.3", "/audit?person=1&event=refused"]
)
def test_after_signing_in_somebody_is_where_they_wanted_to_be(stranger, where):
    assert sign_in(stranger, next=where).location == where


def test_the_address_wanted_goes_through_the_form(stranger):
    page = stranger.get("/sign-in?next=/today").page
    assert page.value("next") == "/today"


@pytest.mark.parametrize(
    "where",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "https:evil.example",
        "HTTPS://evil.example/today",
        "http:///evil.example",
        "http://[",
        "//[",
        "javascript:alert(1)",
        "data:text/html,x",
        "today",
        "",
        "  //evil.example",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "\r\n/today",
        "/\x00",
        "/tödäy",
        "/.\u2028/",
        "evil.example/today",
        "@evil.example",
        "/" + "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)
def test_nobody_is_sent_off_the_site(stranger, where):
    assert stranger.get("/sign-in", query_string={"next": where}).status == 200
    answer = sign_in(stranger, next=where)
    assert (answer.status, answer.location) == (303, "/")


@pytest.mark.parametrize(
    "where", ["/%0d%0aSet-Cookie:a=b", "/%5cevil.example", "/%2f/evil.example", "/..//evil.example"]
)
def test_an_address_with_hidden_signs_stays_on_the_site(stranger, where):
    answer = sign_in(stranger, next=where)
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "\r" not in answer.location
    assert "a=b" not in str(answer.cookies)
    assert stranger.get(answer.location).status == 404


@given(st.text(max_size=40))
@settings(max_examples=examples(200), deadline=None)
def test_whatever_is_asked_for_the_next_page_is_on_this_site(app, where):
    with app.test_request_context():
        found = inside(where)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert found.isascii()
    assert found.isprintable()


@pytest.mark.parametrize("where", ["/sign-in", "/sign-in?next=/sign-in", "/sign-in?next=/sign-in%3Fnext%3D/sign-in"])
def test_the_sign_in_page_does_not_lead_in_circles(stranger, where):
    answer = sign_in(stranger, next=where)
    for _ in range(3):
        if answer.status != 303:
            break
        answer = stranger.get(answer.location)
    assert answer.status == 200
    assert answer.page.one("h1").text == "My page"


def test_somebody_signed_in_is_not_asked_again(sign_in_as):
    assert sign_in_as("teacher").get("/sign-in").location == "/"


# --- The end of a session -----------------------------------------------------------------------------------


def test_a_cookie_copied_before_signing_out_opens_nothing_afterwards(app, stranger):
    sign_in(stranger)
    copied = stranger.client.get_cookie("session").value
    answer = stranger.post("/sign-out")
    assert (answer.status, answer.location) == (303, "/sign-in")
    thief = Browser(app)
    thief.client.set_cookie("session", copied)
    assert thief.get("/").status == 303
    assert thief.get("/today/changes?seen=", piece=True).status == 401
    assert LoginSession.select().count() == 0


def test_signing_out_needs_a_post(sign_in_as):
    teacher = sign_in_as("teacher")
    assert teacher.get("/sign-out").status == 405
    assert teacher.get("/").status == 200


@pytest.mark.parametrize(
    ("who", "minutes"), [("teacher", 60), ("office", 30), ("head", 30), ("dsl", 30), ("deputy", 60)]
)
def test_a_session_that_lies_idle_ends(sign_in_as, later, who, minutes):
    browser = sign_in_as(who)
    with later(minutes=minutes):
        assert browser.get("/account").status == 200
    browser = sign_in_as(who)
    with later(minutes=minutes, seconds=1):
        assert browser.get("/account").status == 303


def test_working_keeps_a_session_until_its_longest_time(sign_in_as, later):
    browser = sign_in_as("office")
    for step in range(1, 27):
        with later(minutes=20 * step):
            assert browser.get("/account").status == 200, step
    with later(hours=9):
        assert browser.get("/account").status == 303


@pytest.mark.parametrize("address", ["/today/changes?seen=", "/decisions/changes?seen="])
def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(sign_in_as, later, address):
    browser = sign_in_as("head")
    for minute in range(1, 31):
        with later(minutes=minute):
            assert browser.get(address, piece=True).status in {200, 204}
    with later(minutes=31):
        answer = browser.get(address, piece=True)
        assert answer.status == 401
        assert answer.headers["HX-Redirect"] == "/sign-in?why=idle"


def test_a_slip_that_asks_by_itself_keeps_nobody_signed_in(sign_in_as, later, approved):
    slip = f"/exemptions/{approved()}/slip"
    browser = sign_in_as("teacher")
    for minute in range(10, 61, 10):
        with later(minutes=minute):
            assert browser.get(slip, piece=True).status == 200
    with later(minutes=61):
        assert browser.get(slip, piece=True).status == 401


def test_somebody_made_inactive_is_out_at_once(sign_in_as, cast):
    browser = sign_in_as("teacher")
    people.set_active(cast.office, cast.teacher.id, False)
    assert browser.get("/").status == 303


def test_somebody_whose_roles_change_signs_in_anew(sign_in_as, cast):
    browser = sign_in_as("teacher")
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, clock.today())
    assert browser.get("/").status == 303


def test_a_role_that_begins_tomorrow_ends_the_session_of_today(sign_in_as, cast):
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, clock.today() + dt.timedelta(days=1))
    with clock.frozen(dt.datetime(2026, 11, 23, 23, 59, tzinfo=dt.UTC)):
        browser = sign_in_as("teacher")
        assert browser.get("/decisions").status == 403
    with clock.frozen(dt.datetime(2026, 11, 24, 0, 1, tzinfo=dt.UTC)):
        assert browser.get("/").status == 303


@pytest.mark.parametrize("how", ["cut", "changed", "unsigned", "empty", "long"])
def test_a_cookie_of_ones_own_making_opens_nothing(app, stranger, how):
    sign_in(stranger)
    value = stranger.client.get_cookie("session").value
    forged = {
        "cut": value[:-4],
        "changed": "x" + value[1:],
        "unsigned": value.split(".")[0],
        "empty": "",
        "long": "a" * 4000,
    }
    thief = Browser(app)
    thief.client.set_cookie("session", forged[how])
    assert thief.get("/").status == 303


# --- The first password -------------------------------------------------------------------------------------


@pytest.fixture
def joiner(cast):
    """Somebody new, with a single-use code."""
    person, code = people.add(
        cast.office, people.PersonDetails("joiner", "Joy Newcomer", "Heron class"), [Role.STAFF_DIRECT]
    )
    return person, code


def choose(browser, code, username="joiner", new=NEW, again=None):
    """Fill in the page for a first password."""
    fields = {"username": username, "code": code, "new": new, "again": new if again is None else again}
    return browser.post("/first-password", fields)


def test_somebody_new_chooses_a_password_with_their_code_and_is_in(stranger, joiner):
    answer = choose(stranger, joiner[1])
    assert (answer.status, answer.location) == (303, "/acknowledgements/"), "reading the policy is part of induction"
    assert "Joy Newcomer" in stranger.get("/").words
    stranger.post("/sign-out")
    assert sign_in(stranger, "joiner", NEW).status == 303


@pytest.mark.parametrize("typed", [str.upper, lambda code: f" {code} ", lambda code: code.replace("-", " - ")])
def test_a_code_is_read_however_it_is_typed(stranger, joiner, typed):
    assert choose(stranger, typed(joiner[1])).status == 303


def test_a_code_works_once(app, stranger, joiner):
    choose(stranger, joiner[1])
    second = choose(Browser(app), joiner[1], new="another field of foxes")
    assert second.status == 422
    assert "do not go together" in second.page.message_beside("code")
    assert sign_in(Browser(app), "joiner", NEW).status == 303


def test_a_code_ends_after_seven_days(stranger, joiner, later):
    with later(days=7):
        assert choose(stranger, joiner[1]).status == 422
    with later(days=6, hours=23):
        assert choose(stranger, joiner[1]).status == 303


def test_a_new_code_stops_the_old_one_and_the_password(app, stranger, joiner, cast):
    choose(stranger, joiner[1])
    code = codes.new_code(cast.office, joiner[0])
    assert stranger.get("/").status == 303, "the session ended with the password"
    assert sign_in(Browser(app), "joiner", NEW).status == 422
    assert choose(Browser(app), joiner[1]).status == 422
    assert choose(Browser(app), code).status == 303


def test_a_wrong_code_an_unknown_name_and_an_inactive_person_get_the_same_words(stranger, joiner, cast):
    said = {choose(stranger, "aaaa-aaaa-aaaa-aaaa").page.message_beside("code")}
    said.add(choose(stranger, joiner[1], "nobody").page.message_beside("code"))
    said.add(choose(stranger, joiner[1], "teacher").page.message_beside("code"))
    people.set_active(cast.office, joiner[0], False)
    said.add(choose(stranger, joiner[1]).page.message_beside("code"))
    assert len(said) == 1


def test_guessing_codes_is_slowed(stranger, joiner):
    for _ in range(5):
        assert choose(stranger, "aaaa-aaaa-aaaa-aaaa").status == 422
    assert choose(stranger, joiner[1]).status == 429


@pytest.mark.parametrize(
    ("new", "again", "field", "words"),
    [
        ("short", None, "new", "at least 12"),
        ("x" * 1025, None, "new", "at most"),
        ("password1234", None, "new", "common words"),
        ("joynewcomer12", None, "new", "common words"),
        ("aaaaaaaaaaaaaaaa", None, "new", "easy to guess"),
        (NEW, NEW + "!", "again", "not the same"),
        ("", None, "new", "Choose a new password"),
    ],
)
def test_a_password_that_will_not_do_is_refused_at_its_field_and_the_code_stays_good(
    app, stranger, joiner, new, again, field, words
):
    answer = choose(stranger, joiner[1], new=new, again=again)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert answer.page.value("username") == "joiner"
    assert not answer.page.value("new")
    assert choose(Browser(app), joiner[1]).status == 303


def test_a_code_typed_stays_in_its_field_when_the_password_will_not_do(stranger, joiner):
    assert choose(stranger, joiner[1], new="short").page.value("code") == joiner[1]


def test_signing_in_leaves_requests_as_they_were(stranger, ask):
    exemption = ask()
    sign_in(stranger)
    assert find(exemption).revision == 1
    assert config.current().limits.idle == dt.timedelta(minutes=60)
