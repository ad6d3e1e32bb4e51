"""The reception tablet: one browser in which visitors sign themselves in and out, and which can do nothing else."""

import re

import pytest

from models import AdmissionAlert, AuditEvent, Person, PolicyVersion, Stay, Tablet, Visit
from rules.people import staff
from rules.reception import announcing, stays, tablet_sign_out, tablets
from rules.reception.tablet_sign_in import AT_RECEPTION, MUST_ACCEPT, MUST_ACCEPT_FULLER
from rules.visitors import expectations, watchlist
from tests.pages.conftest import Forgetful
from tests.support.browser import TABLET, Browser
from tests.support.visitors import FRIDAY, TUESDAY, a_visit, at

ABOUT, CHANGE, ACCEPT, OUT = (f"{TABLET}/{step}" for step in ("about", "change", "accept", "out"))
OFF = "This tablet has been switched off"


@pytest.fixture
def tablet(at_tablet):
    """The tablet at the front desk."""
    return at_tablet()


@pytest.fixture
def about(cast):
    """The first step, filled in by a visitor of the teacher."""

    def fill(**changed):
        texts = {"name": "Maeve O’Brien", "organisation": "Larch Ltd", "kind": "contractor", "vehicle": "AB12 CDE"}
        more = {"host": str(cast.teacher.id), "carries": ["phone"], "needs_device": "no", "form_key": "key"}
        return {**texts, **more, **changed}

    return fill


def ticked(fields, **changed):
    """The second step: the same with what was accepted."""
    version = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get().id
    return {**fields, "shown": str(version), "accepts": "y", **changed}


def cookie_of(browser):
    """What a browser holds as the tablet's cookie."""
    return browser.client.get_cookie("tablet", path=TABLET).value


# --- The office ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "head"])
def test_the_office_makes_a_browser_the_tablet_and_is_signed_out_of_it(sign_in_as, who):
    browser = sign_in_as(who)
    assert "No tablet is switched on." in browser.get("/visitors/tablets").words
    answer = browser.post("/visitors/tablets", {"name": "Front desk"})
    assert (answer.status, answer.location) == (303, TABLET)
    assert "Welcome to" in browser.get(TABLET).page.one("h1").text
    assert browser.get("/visitors").location == TABLET
    page = sign_in_as(who).get("/visitors/tablets")
    assert "Front desk" in page.words
    assert "Since 10am on Monday 23 November 2026" in page.words or "10am on Monday 23 November 2026" in page.words


def test_its_cookie_goes_to_the_tablets_pages_alone_and_no_script_reads_it(sign_in_as):
    cookies = sign_in_as("office").post("/visitors/tablets", {"name": "Front desk"}).cookies
    (cookie,) = [each for each in cookies if each.startswith("tablet=")]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", f"Path={TABLET}", "SameSite=Strict", "Max-Age=31536000"} <= parts
    assert "Secure" not in parts
    (session,) = [each for each in cookies if each.startswith("session=")]
    assert "Max-Age=0" in session


def test_where_people_come_over_https_it_goes_over_https_alone(app, sign_in_as, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    cookies = sign_in_as("office").post("/visitors/tablets", {"name": "Front desk"}, base_url="https://localhost")
    (cookie,) = [each for each in cookies.cookies if each.startswith("__Secure-tablet=")]
    assert "Secure" in cookie


def test_a_tablet_is_switched_off_with_one_click(sign_in_as, tablet):
    office, kept = sign_in_as("office"), Tablet.get()
    assert office.post(f"/visitors/tablets/{kept.id}/off", {}).status == 303
    page = office.get("/visitors/tablets")
    assert "The tablet Front desk is switched off." in page.words
    assert "Switched off by Office Invented" in page.words
    answer = sign_in_as("head").post(f"/visitors/tablets/{kept.id}/off", {})
    assert answer.status == 409
    assert "Switched off by Office Invented at 10am" in answer.words
    assert tablet.get(TABLET).page.one("h1").text == OFF


def test_a_name_that_is_taken_or_missing_is_said_at_its_field(sign_in_as, tablet):
    for name, said in (("", "Write a name for this tablet"), ("front desk", "There is a tablet with this name")):
        answer = sign_in_as("office").post("/visitors/tablets", {"name": name})
        assert answer.status == 422
        assert answer.page.message_beside("name").startswith(said)


# --- What it can do -----------------------------------------------------------------------------------------


def test_a_browser_that_is_no_tablet_is_told_what_the_page_is(stranger, sign_in_as, about):
    for browser in (stranger, sign_in_as("office"), sign_in_as("pupil")):
        page = browser.get(TABLET)
        assert page.page.one("h1").text == "Visitors sign in here"
        assert page.page.links["Switch the reception tablet on"] == "/visitors/tablets"
        for where, form in ((ABOUT, about()), (ACCEPT, ticked(about())), (OUT, {"name": "A", "code": "1234"})):
            assert browser.post(where, form).location == TABLET
    assert (Stay.select().count(), Visit.select().count()) == (0, 0)


@pytest.mark.parametrize(
    "cookie", ["", "nonsense", "WzEsImEiXQ.x", "." * 400, "null", "WzEsImEiXQ.AAAAAAAAAAAAAAAAAAAAAAAAAAA"]
)
def test_a_cookie_that_we_have_not_signed_is_none(app, tablet, about, cookie):
    other = Browser(app)
    other.client.set_cookie("tablet", cookie, path=TABLET)
    assert other.get(TABLET).page.one("h1").text == "Visitors sign in here"
    assert other.post(ABOUT, about()).location == TABLET
    assert Tablet.get().ended_at is None


def test_somebody_who_signs_in_in_its_browser_is_told_to_sign_out_of_it(app, tablet, sign_in_as):
    office = sign_in_as("office")
    office.client.set_cookie("tablet", cookie_of(tablet), path=TABLET)
    page = office.get(TABLET)
    assert "somebody is signed in here now" in page.words
    assert "Sign out of this browser" in page.words


def test_its_pages_have_no_way_to_anywhere_else(tablet, about):
    pages = [tablet.get(where) for where in (TABLET, ABOUT, OUT)]
    pages += [tablet.post(ABOUT, about()), tablet.post(ACCEPT, ticked(about())), tablet.get(f"{TABLET}/nowhere")]
    pages += [tablet.post(ABOUT, {}), tablet.post(ACCEPT, {**ticked(about()), "foreign": "1"})]
    for answer in pages:
        places = {each["href"] for each in answer.page.all("a") if not each["href"].startswith("#")}
        places |= {form["action"] for form in answer.page.all("form")}
        assert places <= {TABLET, ABOUT, CHANGE, ACCEPT, OUT}
        assert not answer.page.all("nav")
        assert all(form["autocomplete"] == "off" for form in answer.page.all("form"))
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_field_is_left_alone_by_the_browsers_memory(tablet, about):
    for answer in (tablet.get(ABOUT), tablet.get(OUT), tablet.post(ABOUT, about())):
        (form,) = answer.page.all("form")
        fields = [each for each in form.all("input", "select") if each["type"] != "hidden"]
        typed = [each for each in fields if each["type"] not in {"radio", "checkbox"}]
        assert fields
        assert form["autocomplete"] == "off", "it holds for choices and ticks too, on which HTML does not allow it"
        assert all(each["autocomplete"] == "off" for each in typed)


def test_a_tablet_left_alone_without_scripts_goes_back_to_the_start(tablet, about):
    for answer in (tablet.get(ABOUT), tablet.post(ACCEPT, ticked(about()))):
        (refresh,) = [each for each in answer.page.all("meta") if each["http-equiv"] == "refresh"]
        assert refresh.inside("noscript")
        assert re.fullmatch(r"(60|300);url=/visitors/sign-in", refresh["content"])


def test_the_start_page_is_the_only_one_that_is_not_cleared(tablet, about):
    assert tablet.get(TABLET).page.one("main")["data-clears"] is None
    for answer in (tablet.get(ABOUT), tablet.get(OUT), tablet.post(ABOUT, about())):
        assert answer.page.one("main")["data-clears"] is not None


# --- Back, and the pages before it ---------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["/visitors/tablets", "/visitors", "/", "/sign-in", "/sign-in?next=/visitors"])
def test_whatever_its_browser_opens_leads_to_its_first_page(tablet, where):
    answer = tablet.get(where)
    assert (answer.status, answer.location) == (303, TABLET)
    answer = tablet.get(where, piece=True)
    assert (answer.status, answer.headers["HX-Redirect"]) == (401, TABLET)


def test_a_tablet_of_before_is_marked_when_it_opens_its_page(tablet):
    tablet.client.delete_cookie("at-reception")
    assert tablet.get("/").location == "/sign-in"
    tablet.get(TABLET)
    assert tablet.get("/").location == TABLET


def test_staff_sign_in_again_in_a_browser_that_is_no_tablet_any_more(sign_in_as, tablet):
    sign_in_as("office").post(f"/visitors/tablets/{Tablet.get().id}/off", {})
    assert tablet.get("/sign-in").location == TABLET
    assert tablet.get(TABLET).page.one("h1").text == OFF
    assert tablet.get("/sign-in").page.one("h1").text == "Sign in"


def test_a_browser_that_is_marked_and_is_no_tablet_is_not_kept_from_signing_in(stranger, sign_in_as):
    for browser in (stranger, sign_in_as("office")):
        browser.client.set_cookie("at-reception", "1")
        browser.get(TABLET)
        assert browser.client.get_cookie("at-reception") is None


# --- Copied and switched off --------------------------------------------------------------------------------


def test_each_post_gives_it_a_new_cookie_and_a_get_does_not(tablet, about):
    before = cookie_of(tablet)
    assert not [cookie for cookie in tablet.get(ABOUT).cookies if cookie.startswith("tablet=")]
    tablet.post(ABOUT, about())
    assert cookie_of(tablet) != before


def test_a_copy_of_its_cookie_is_found_out_and_reception_is_told(app, tablet, about, sign_in_as):
    copy = Browser(app)
    copy.client.set_cookie("tablet", cookie_of(tablet), path=TABLET)
    copy.post(ABOUT, about())
    copy.post(ABOUT, about())
    answer = tablet.post(ACCEPT, ticked(about()))
    assert (answer.status, answer.page.one("h1").text) == (403, OFF)
    assert "Please go to reception" in answer.words
    assert Stay.select().count() == 0
    answer = copy.post(ABOUT, about())
    assert (answer.status, answer.page.one("h1").text) == (403, OFF)
    office = sign_in_as("office")
    assert "its key was used in another browser" in office.get("/visitors").words
    assert "its key was used in another browser" in office.get("/visitors/tablets").words
    assert AuditEvent.select().where(AuditEvent.event == "tablet-copied").count() == 1


def test_a_visitor_who_types_while_it_is_switched_off_is_told_where_to_go(tablet, about, cast):
    tablet.post(ABOUT, about())
    tablets.switch_off(cast.office, Tablet.get().id)
    for where, form in ((ABOUT, about()), (ACCEPT, ticked(about())), (OUT, {"name": "A", "code": "1234"})):
        answer = tablet.post(where, form)
        assert (answer.status, answer.page.one("h1").text) == (403, OFF)
        assert "Please go to reception" in answer.words
    assert Stay.select().count() == 0


def test_a_form_without_its_token_is_answered_with_a_page_from_which_they_can_start_again(tablet, about):
    answer = tablet.post(ABOUT, about(), token="nonsense")
    assert answer.status == 400
    assert answer.page.links == {"Start again": TABLET}


# --- Signing in ---------------------------------------------------------------------------------------------


def test_a_visitor_signs_in_in_two_steps(tablet, about, sign_in_as):
    second = tablet.post(ABOUT, about())
    assert (second.status, second.page.one("h1").text) == (200, "What we expect of you")
    for line in expectations.lines():
        assert line.says in second.words
        assert line.easy in second.words
    carried = {(each["name"], each["value"]) for each in second.page.all("input") if each["type"] == "hidden"}
    assert {("name", "Maeve O’Brien"), ("carries", "phone"), ("needs_device", "no"), ("form_key", "key")} <= carried
    assert Stay.select().count() == 0
    done = tablet.post(ACCEPT, ticked(about()))
    assert (done.status, done.page.one("h1").text) == (200, "You are signed in")
    stay = Stay.get()
    assert f"Your code: {stay.code}" in done.words
    assert "Reception tells Teacher Invented that you are here" in done.words
    assert "talk to reception before you use" not in done.words
    page = sign_in_as("office").get("/visitors")
    assert "Here since 10am, signed in at the tablet. With them: mobile phone." in page.words
    assert "The tablet Front desk" in sign_in_as("dsl").get("/visitors/log").words


def test_who_needs_a_device_is_sent_to_reception_and_reception_sees_it(tablet, about, sign_in_as):
    done = tablet.post(ACCEPT, ticked(about(needs_device="yes")))
    assert "Please talk to reception before you use your device." in done.words
    assert "Needs to use a device" in sign_in_as("office").get("/visitors").words


def test_without_the_tick_it_is_said_beside_it_and_nothing_is_lost(tablet, about):
    fields = ticked(about())
    del fields["accepts"]
    answer = tablet.post(ACCEPT, fields)
    assert (answer.status, answer.page.one("h1").text) == (422, "What we expect of you")
    assert answer.page.message_beside("accepts") == MUST_ACCEPT
    assert answer.page.value("name") == "Maeve O’Brien"
    assert Stay.select().count() == 0


def test_what_is_wrong_is_said_at_its_field_in_the_first_step(tablet, about):
    answer = tablet.post(ABOUT, about(name="", kind="", host="", needs_device=[], vehicle="AB12"))
    assert answer.status == 422
    for field, said in (
        ("name", "Write your name"),
        ("kind", "Choose what brings you here"),
        ("host", "Choose whom you visit"),
        ("needs_device", "Choose yes or no"),
    ):
        assert answer.page.message_beside(field).startswith(said)
        assert f"#{field}" in answer.page.links.values()
    assert answer.page.value("vehicle") == "AB12"
    assert answer.page.value("carries") == ["phone"]


def test_what_was_written_can_be_changed_from_the_second_step(tablet, about):
    answer = tablet.post(CHANGE, ticked(about(needs_device="yes")))
    assert (answer.status, answer.page.one("h1").text) == (200, "Sign in: about you")
    for field, value in about(needs_device=["yes"], kind=["contractor"]).items():
        assert answer.page.value(field) == value


def test_the_search_shows_names_of_staff_and_nothing_else_of_them(tablet, cast):
    page = tablet.get(ABOUT).page
    (select,) = page.all("select")
    assert [option.text for option in select.all("option")] == ["Choose a name", *staff.current().values()]
    assert not [word for word in ("team", "head_team", "Pupil Invented", "Parent", "username") if word in select.text]


def test_a_host_who_has_left_between_the_two_steps_is_chosen_anew_and_the_rest_is_kept(tablet, about, cast):
    tablet.post(ABOUT, about())
    Person.update(active=False).where(Person.id == cast.teacher.id).execute()
    answer = tablet.post(ACCEPT, ticked(about()))
    assert (answer.status, answer.page.one("h1").text) == (422, "Sign in: about you")
    assert answer.page.message_beside("host").startswith("Choose whom you visit")
    assert answer.page.value("name") == "Maeve O’Brien"


def test_who_is_here_already_is_sent_to_reception_and_not_told_why(tablet, about):
    tablet.post(ACCEPT, ticked(about()))
    answer = tablet.post(ACCEPT, ticked(about()))
    assert answer.page.one("h1").text == "Please go to reception"
    assert AT_RECEPTION in answer.words
    assert Stay.get().code not in answer.words
    assert Stay.select().count() == 1


def test_who_must_wait_is_told_nothing_but_to_wait(tablet, about, cast):
    watchlist.put_on(cast.head, "Maeve O'Brien", "Zebra: a court said so.")
    answer = tablet.post(ACCEPT, ticked(about()))
    assert answer.status == 200
    main = answer.page.one("main").text
    assert main == "Please wait here Somebody from the office comes to you. Clear this page"
    assert AdmissionAlert.select().count() == 1
    assert Stay.select().count() == 0


def test_a_regular_visitor_reads_the_fuller_text_as_well(tablet, about, cast):
    announcing.announce(cast.office, a_visit(cast.teacher, ends_on=FRIDAY))
    second = tablet.post(ABOUT, about())
    assert "Please read this too" in second.words
    assert not [word for word in ("often", "regular visitor", "regularly") if word in second.page.one("main").text]
    answer = tablet.post(ACCEPT, ticked(about()))
    assert answer.page.message_beside("accepts_fuller") == MUST_ACCEPT_FULLER
    assert answer.page.value("accepts") == ["y"]
    assert tablet.post(ACCEPT, ticked(about(), accepts_fuller="y")).page.one("h1").text == "You are signed in"


def test_a_text_that_has_changed_meanwhile_is_read_again(tablet, about):
    answer = tablet.post(ACCEPT, ticked(about(), shown="999"))
    assert answer.status == 422
    assert answer.page.message_beside("accepts").startswith("This text has changed")
    assert answer.page.value("accepts") == []


def test_a_form_whose_answer_was_lost_is_sent_again_and_is_one_visit(tablet, about):
    lost = Forgetful(tablet)
    first, again = lost.post(ACCEPT, ticked(about())), lost.post(ACCEPT, ticked(about()))
    assert Stay.get().code in first.words
    assert Stay.get().code in again.words
    assert (Visit.select().count(), Stay.select().count()) == (1, 1)


# --- Signing out --------------------------------------------------------------------------------------------


def test_a_visitor_signs_out_with_name_and_code(tablet, about, sign_in_as):
    tablet.post(ACCEPT, ticked(about()))
    answer = tablet.post(OUT, {"name": "maeve o'brien", "code": Stay.get().code})
    assert answer.page.one("h1").text == "You are signed out"
    assert "Maeve" not in answer.words
    assert "Left today (1)" in sign_in_as("office").get("/visitors").words


def test_who_was_forgotten_yesterday_is_sent_to_reception_to_sign_out(tablet, about, cast):
    tablet.post(ACCEPT, ticked(about()))
    with at(TUESDAY, 8):
        answer = tablet.post(OUT, {"name": "Maeve O’Brien", "code": Stay.get().code})
    assert (answer.status, answer.page.one("h1").text) == (200, "Please go to reception")
    assert "We cannot sign you out here." in answer.words
    assert Stay.get().left_at is None


def test_a_wrong_name_and_a_wrong_code_are_answered_with_the_same_words(tablet, cast):
    stay = stays.sign_in(cast.office, announcing.announce(cast.office, a_visit(cast.teacher))[0], True, ())
    Stay.update(code="4711").where(Stay.id == stay).execute()
    said = set()
    for name, code in (("Maeve O’Brien", "4712"), ("Ann Hill", "4711"), ("Ann Hill", "0000")):
        answer = tablet.post(OUT, {"name": name, "code": code})
        assert answer.status == 422
        assert answer.page.value("name") == name
        said.add(answer.page.message_beside("code"))
    assert said == {"We do not find this name with this code. Ask reception if you cannot find your badge"}


def test_whoever_guesses_is_locked_out_and_reception_is_told(tablet, sign_in_as):
    for _ in range(tablet_sign_out.MOST_WRONG):
        answer = tablet.post(OUT, {"name": "Ann", "code": "0000"})
    assert answer.status == 429
    assert "come back after 10:10am" in answer.words
    assert tablet.get(ABOUT).status == 200
    office = sign_in_as("office")
    assert "somebody typed too many wrong codes" in office.get("/visitors").words
    assert "too many wrong codes" in sign_in_as("head").get("/audit").words


def test_the_page_of_reception_needs_no_more_queries_for_many_tablets(sign_in_as, cast, queries):
    office = sign_in_as("office")
    few = len(queries(lambda: office.get("/visitors")))
    for number in range(5):
        kept = tablets.switch_on(cast.office, f"Desk {number}")
        for _ in range(tablet_sign_out.MOST_WRONG):
            with pytest.raises((tablet_sign_out.NotKnown, tablet_sign_out.Locked)):
                tablet_sign_out.leave(kept, "Ann", "0000")
    assert len(queries(lambda: office.get("/visitors"))) == few
