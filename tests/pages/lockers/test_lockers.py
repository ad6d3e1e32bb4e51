"""The pages of lockers: the register, the morning at reception, what is held, and one's own (clauses 2.3, 2.4, 4.1)."""

import re

import pytest

from enums import LockerArea, Role
from models import HandIn, Locker
from rules.lockers import hand_in as locker_hand_in
from rules.lockers import own
from rules.people import people
from tests.pages.conftest import signed_in
from tests.support import lockers
from tests.support.lockers import a_locker, a_pupil, holders, some_lockers, use_of
from tests.support.visitors import MONDAY, TUESDAY, at


def tile_form(cast, what, pupil=None, day="2026-11-23"):
    """The form of one tap on a pupil's tile as it is now."""
    pupil = (pupil or cast.pupil).id
    return {"day": day, "tap": f"{pupil}.{what}.{lockers.tile_of(cast.office, pupil).seen}"}


def tile(page, pupil):
    """The words of a pupil's tile."""
    return page.by_id(f"p{pupil.id}").text


# --- The register -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "head"])
def test_lockers_are_added_given_found_and_printed_for_the_wall(sign_in_as, cast, who):
    browser = sign_in_as(who)
    form = {"area": "pupils", "numbers": "1-3", "key_holder": "Site team"}
    assert browser.post("/lockers/new", form).location == "/lockers/"
    page = browser.get("/lockers")
    assert "3 lockers have been added." in page.words
    assert "2 without a locker: Other Pupil Invented, Heron class; Pupil Invented, Kestrel class" in page.words
    locker = Locker.get(Locker.number == "2").id
    where = f"/lockers/{locker}"
    assert browser.post(f"{where}/give", {"person": str(cast.pupil.id)}).location == where
    assert "Locker 2 has been given." in browser.get(where).words
    found = browser.get("/lockers?text=pupil inv").page
    assert [row.text for row in found.all("tr")[1:]] == ["2, Pupil Invented Pupil Invented, Kestrel class Site team"]
    wall = browser.get("/lockers/wall").words
    assert "Kestrel class Locker Pupil 2 Pupil Invented" in wall
    assert "Heron class Locker Pupil none Other Pupil Invented" in wall


def test_what_is_wrong_with_new_lockers_is_said_beside_its_field_and_what_was_typed_is_kept(sign_in_as):
    answer = sign_in_as("office").post("/lockers/new", {"area": "", "numbers": "9-1", "key_holder": "Me"})
    assert answer.status == 422
    assert answer.page.message_beside("area") == "Choose where the lockers stand"
    assert answer.page.message_beside("numbers") == "Write the smaller number first: 1-9"
    assert (answer.page.value("numbers"), answer.page.value("key_holder")) == ("9-1", "Me")


def test_a_locker_given_to_two_people_at_once_is_the_firsts_and_the_second_is_told(sign_in_as, cast):
    locker = a_locker("14")
    office, head = sign_in_as("office"), sign_in_as("head")
    assert office.post(f"/lockers/{locker}/give", {"person": str(cast.pupil.id)}).status == 303
    answer = head.post(f"/lockers/{locker}/give", {"person": str(cast.other_pupil.id)})
    # Its page offers nobody any more, so the click says whose it is.
    assert answer.status == 409
    assert "Locker 14 is Pupil Invented’s: Office Invented gave it to them at 10am" in answer.words
    assert holders(cast.office) == {"14": "Pupil Invented"}


def test_nobody_is_chosen(sign_in_as):
    answer = sign_in_as("office").post(f"/lockers/{a_locker()}/give", {"person": ""})
    assert (answer.status, answer.page.message_beside("person")) == (422, "Choose from the list")


def test_two_pupils_swap_on_the_page_of_one_of_them(sign_in_as, cast):
    first, second = (lockers.given(cast.office, who, n) for who, n in ((cast.pupil, "1"), (cast.other_pupil, "2")))
    office, where = sign_in_as("office"), f"/lockers/{first}"
    page = office.get(where).page
    (choice,) = [option["value"] for option in page.field("other").all("option") if option.text.startswith("2, Other")]
    assert office.post(f"{where}/swap", {"use": page.value("use"), "other": choice}).status == 303
    assert holders(cast.office) == {"1": "Other Pupil Invented", "2": "Pupil Invented"}
    again = office.post(f"{where}/swap", {"use": page.value("use"), "other": choice})
    assert again.status == 422, "the choice names a use that is over, so it is not on the list any more"
    history = office.get(f"/lockers/{second}").words
    assert "Until now" in history
    assert "ended by Office Invented" in history


def test_a_locker_is_taken_back_and_out_of_use_and_its_key_has_somebody(sign_in_as, cast):
    locker = lockers.given(cast.office, cast.pupil)
    office, where = sign_in_as("office"), f"/lockers/{locker}"
    assert office.post(f"{where}/out-of-use", {"out": "1"}).status == 409
    use = str(use_of(cast.office, locker))
    assert office.post(f"{where}/take-back", {"use": use}).status == 303
    assert office.post(f"{where}/take-back", {"use": use}).status == 409
    assert office.post(f"{where}/out-of-use", {"out": "1"}).status == 303
    assert "out of use since 10am on Monday 23 November 2026" in office.get(where).words
    assert office.post(f"{where}/out-of-use", {"out": "0"}).status == 303
    assert office.post(f"{where}/key-holder", {"key_holder": "Cabinet 4"}).status == 303
    assert "Cabinet 4" in office.get("/lockers").words
    wrong = office.post(f"{where}/key-holder", {"key_holder": "x" * 121})
    assert (wrong.status, wrong.page.value("key_holder")) == (422, "x" * 121)


def test_many_get_lockers_after_somebody_has_looked_at_it(sign_in_as, cast):
    some_lockers("7", "8")
    office = sign_in_as("office")
    page = office.get("/lockers/many?group=pupils").page
    assert "7 Other Pupil Invented, Heron class" in page.text
    assert holders(cast.office) == {}
    form = {"group": "pupils", "plan": page.value("plan")}
    assert office.post("/lockers/many", form).location == "/lockers/"
    assert holders(cast.office) == {"7": "Other Pupil Invented", "8": "Pupil Invented"}
    again = office.post("/lockers/many", form)
    assert again.status == 409
    assert "Nothing was given." in again.words
    assert "All of them have a locker." in again.words


def test_more_pupils_than_lockers(sign_in_as):
    some_lockers("7")
    assert "1 person gets none" in sign_in_as("office").get("/lockers/many?group=pupils").words


# --- The morning --------------------------------------------------------------------------------------------


def test_a_tap_is_answered_with_the_tile_alone_in_less_than_a_thousand_bytes(sign_in_as, cast):
    lockers.given(cast.office, cast.pupil, "14")
    office = sign_in_as("office")
    for what, words in (("device", "Handed in 10am"), ("returned", "Returned 10am"), ("undo", "Handed in 10am")):
        answer = office.post("/lockers/morning", tile_form(cast, what), piece=True)
        assert answer.status == 200
        assert answer.page.all()[0]["id"] == f"p{cast.pupil.id}"
        assert words in answer.words
        assert len(answer.body) < 1000
    answer = office.post("/lockers/morning", tile_form(cast, "undo"), piece=True)
    assert {each.text for each in answer.page.all("button")} == {"Handed in", "Nothing today", "Absent"}
    assert len(answer.body) < 1000


def test_without_scripts_a_tap_leads_back_to_its_class(sign_in_as, cast):
    office = sign_in_as("office")
    page = office.get("/lockers/morning?class=Kestrel%20class").page
    (form,) = [form for form in page.all("form") if form["action"].startswith("/lockers/morning")]
    answer = office.post(form["action"], {"day": page.value("day"), "tap": form.all("button")[0]["value"]})
    assert (answer.status, answer.location) == (303, f"/lockers/morning?class=Kestrel+class#p{cast.pupil.id}")
    page = office.get(answer.location.partition("#")[0]).page
    assert "Handed in 10am, Office Invented" in tile(page, cast.pupil)
    assert not page.by_id(f"p{cast.other_pupil.id}"), "another class"


def test_the_page_has_a_link_for_each_class_with_how_many_are_done(sign_in_as, cast):
    a_pupil("zed", "Zed Kestrel")
    office = sign_in_as("office")
    office.post("/lockers/morning", tile_form(cast, "nothing"))
    page = office.get("/lockers/morning").page
    assert {"Heron class 0 of 1", "Kestrel class 1 of 2"} <= page.links.keys()
    assert "2 to ask, 0 handed in, 1 nothing today, 0 absent. 0 devices are here." in page.text


def test_of_two_who_tap_the_same_the_second_sees_what_the_first_did(sign_in_as, cast, app, a_person):
    second = signed_in(app, a_person("second", Role.OFFICE, name="Rita Second"))
    form = tile_form(cast, "device")
    assert sign_in_as("office").post("/lockers/morning", form, piece=True).status == 200
    for piece in (True, False):
        answer = second.post("/lockers/morning", {**form, "tap": form["tap"].replace("device", "absent")}, piece=piece)
        assert answer.status == 409
        assert "Somebody was first. Your tap changed nothing." in answer.words
        assert "Handed in 10am, Office Invented" in answer.words
    assert HandIn.select().count() == 1


def test_a_page_that_is_open_since_yesterday_is_told_so(sign_in_as, cast):
    form = tile_form(cast, "device")
    with at(TUESDAY, 8, 0):
        for piece in (True, False):
            answer = sign_in_as("office").post("/lockers/morning", form, piece=piece)
            assert answer.status == 422
            assert "This page is of Monday 23 November 2026. Load it again" in answer.words
    assert HandIn.select().count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", "today"),
        ("day", "2026-13-01"),
        ("day", "20261123"),
        ("tap", "1.device"),
        ("tap", "0.device.0"),
        ("tap", "1.cake.0"),
        ("tap", "1.device.0;"),
        ("tap", "1.device." + "r" * 300),
    ],
)
def test_a_tap_that_no_tile_offers_is_refused(sign_in_as, cast, field, value):
    assert sign_in_as("office").post("/lockers/morning", {**tile_form(cast, "device"), field: value}).status == 400
    assert HandIn.select().count() == 0


def test_an_open_page_hears_nothing_while_nothing_changes_and_follows_when_something_does(sign_in_as, cast):
    office = sign_in_as("office")
    page = office.get("/lockers/morning?class=Kestrel%20class").page
    (address,) = [each["hx-get"] for each in page.all("div") if each["hx-get"]]
    assert office.get(address, piece=True).status == 204
    locker_hand_in.tap(cast.office, cast.pupil.id, MONDAY, "device", "0")
    answer = office.get(address, piece=True)
    assert answer.status == 200
    assert "Handed in 10am" in tile(answer.page, cast.pupil)
    with at(TUESDAY, 0, 0):
        assert sign_in_as("office").get(address, piece=True).status == 200


def test_a_device_of_yesterday_is_told_on_its_tile(sign_in_as, cast):
    locker_hand_in.tap(cast.office, cast.pupil.id, MONDAY, "device", "0")
    with at(TUESDAY, 8, 20):
        page = sign_in_as("office").get("/lockers/morning").page
        assert "Still here since Mon 23 Nov 2026" in tile(page, cast.pupil)
        names = [each.text for each in page.by_id(f"p{cast.pupil.id}").all("button")]
        assert names == ["Handed in", "Nothing today", "Absent", "Returned"]


def test_the_page_takes_a_fixed_number_of_queries(sign_in_as, queries, cast):
    office = sign_in_as("office")
    office.get("/lockers/morning")
    few = len(queries(lambda: office.client.get("/lockers/morning")))
    for number in range(15):
        a_pupil(f"many{number}", f"Many {number}")
    assert len(queries(lambda: office.client.get("/lockers/morning"))) == few


def test_a_class_that_there_is_not_is_not_found(sign_in_as):
    for address in ("/lockers/morning?class=Nowhere", "/lockers/morning/changes?class=Nowhere&seen="):
        assert sign_in_as("office").get(address).status == 404


# --- What is missing, what is held --------------------------------------------------------------------------


def test_the_lists_name_who_is_missing_and_what_waits(sign_in_as, cast, a_hand_in):
    a_hand_in("14")
    with at(MONDAY, 16, 0):
        page = sign_in_as("head").get("/lockers/held").page
    assert page.by_id("not-returned").text == "Not returned (1)"
    assert "Locker 14." in page.text
    assert page.by_id("not-yet").parent.text.endswith("Other Pupil Invented, Heron class")
    assert page.by_id("no-locker").parent.text.endswith("Other Pupil Invented, Heron class")


def test_the_device_of_a_pupil_who_has_left_waits_for_a_parent(sign_in_as, cast, a_hand_in):
    hand_in = a_hand_in()["hand_in"]
    people.set_active(cast.head, cast.pupil.id, False)
    office, where = sign_in_as("office"), f"/lockers/held/{hand_in}/give"
    assert "Of pupils who have left the school (1)" in office.get("/lockers/held").words
    assert "1 device was not returned" in office.get("/").words
    wrong = office.post(where, {"returned_to": ""})
    assert wrong.status == 422
    assert wrong.page.message_beside("returned_to").startswith("Pupil Invented has left the school. Say who")
    assert office.post(where, {"returned_to": "mother"}).location == "/lockers/held"
    page = office.get("/lockers/held").words
    assert "The device of Pupil Invented has gone back." in page
    assert "No device waits to go back." in page
    assert office.post(where, {"returned_to": "father"}).status == 409
    assert HandIn.get_by_id(hand_in).returned_to == "mother"


def test_a_receipt_says_whose_since_when_where_and_who_took_it_in_and_no_more(sign_in_as, cast, a_hand_in):
    hand_in = a_hand_in("14")["hand_in"]
    office = sign_in_as("office")
    page = office.get(f"/lockers/receipts/{hand_in}")
    said = [(term.text, fact.text) for term, fact in zip(page.page.all("dt"), page.page.all("dd"), strict=True)]
    assert said == [
        ("Whose", "Pupil Invented, Kestrel class"),
        ("Handed in", "10am on Monday 23 November 2026"),
        ("Where", "Administration office, locker 14"),
        ("Taken in by", "Office Invented"),
    ]
    office.post("/lockers/morning", tile_form(cast, "returned"))
    assert "The school no longer holds this device" in office.get(f"/lockers/receipts/{hand_in}").words
    office.post("/lockers/morning", tile_form(cast, "undo"))
    office.post("/lockers/morning", tile_form(cast, "undo"))
    assert office.get(f"/lockers/receipts/{hand_in}").status == 404


def test_what_was_fetched_during_the_day_is_handed_in_again_from_its_tile_and_each_time_is_kept(
    sign_in_as, cast, a_hand_in
):
    made = a_hand_in("14")
    office = sign_in_as("office")
    with at(MONDAY, 10, 10):
        office.post("/lockers/morning", tile_form(cast, "returned"))
        assert "Handed in again" in office.get("/lockers/morning").words
    with at(MONDAY, 10, 20):
        office.post("/lockers/morning", tile_form(cast, "device"))
        tile = office.get("/lockers/morning").page.by_id(f"p{cast.pupil.id}").text
        assert "Handed in again 10:20am, Office Invented" in tile
    for address in (f"/lockers/{made['locker']}", f"/lockers/receipts/{made['hand_in']}"):
        words = office.get(address).words
        assert "Went back at 10:10am on Monday 23 November 2026, Office Invented" in words
        assert "Handed in at 10:20am on Monday 23 November 2026" in words
        assert "It is still here" in words


# --- One's own ----------------------------------------------------------------------------------------------


@pytest.fixture
def site(monkeypatch):
    """Say whether pupils are on site when somebody takes their device out: `site(True)`."""

    def say(on_site):
        monkeypatch.setattr(own, "pupils_on_site", lambda: on_site)

    return say


def mine(cast, what):
    """The form of one tap of the teacher on their own page as it is now."""
    return {"what": what, "day": "2026-11-23", "seen": own.own(cast.teacher).seen}


def own_part(page):
    """The words of my page about one's own locker, or nothing."""
    heading = page.by_id("my-locker")
    return heading.parent.text if heading else ""


def test_a_teacher_says_with_one_tap_that_their_device_is_in_the_locker(sign_in_as, cast, site):
    lockers.given(cast.office, cast.teacher, "7", LockerArea.STAFF)
    teacher = sign_in_as("teacher")
    assert "My device is in my locker" in own_part(teacher.get("/").page)
    assert teacher.post("/lockers/mine", mine(cast, "in")).location == "/"
    assert "Your device went in at 10am" in own_part(teacher.get("/").page)
    site(True)
    refused = teacher.post("/lockers/mine", mine(cast, "out"))
    assert refused.status == 409
    assert "stays in your locker in the staff room until all of them have left (clause 4.1)" in refused.words
    site(False)
    assert teacher.post("/lockers/mine", mine(cast, "out")).status == 303
    assert "came out at 10am" in own_part(teacher.get("/").page)
    teacher.post("/lockers/mine", mine(cast, "undo"))
    teacher.post("/lockers/mine", mine(cast, "undo"))
    assert teacher.post("/lockers/mine", mine(cast, "undo")).status == 409
    assert teacher.post("/lockers/mine", mine(cast, "eat")).status == 400


def test_a_double_click_on_a_mistake_takes_back_one_tap(sign_in_as, cast, site):
    site(False)
    lockers.given(cast.office, cast.teacher, "7", LockerArea.STAFF)
    teacher = sign_in_as("teacher")
    for what in ("in", "out"):
        teacher.post("/lockers/mine", mine(cast, what))
    form = {each["name"]: each["value"] for each in teacher.get("/").page.all("input")[-3:]}
    assert form == mine(cast, "undo")
    assert [teacher.post("/lockers/mine", form).status for _ in range(2)] == [303, 409]
    assert own.own(cast.teacher).inside
    assert teacher.post("/lockers/mine", {**form, "day": "soon"}).status == 400


def test_who_has_no_locker_is_told_so(sign_in_as, cast):
    teacher = sign_in_as("teacher")
    assert "You have no locker in the staff room yet" in own_part(teacher.get("/").page)
    assert teacher.post("/lockers/mine", mine(cast, "in")).status == 409


@pytest.mark.parametrize("who", ["office", "finance", "parent", "governor", "director", "volunteer"])
def test_nobody_else_has_a_locker_on_their_page(sign_in_as, who):
    assert own_part(sign_in_as(who).get("/").page) == ""


def test_a_pupil_sees_their_locker_and_their_device_in_easy_read_too(sign_in_as, cast, a_hand_in):
    pupil = sign_in_as("pupil")
    assert "You have no locker yet" in own_part(pupil.get("/").page)
    a_hand_in("14")
    said = own_part(pupil.get("/").page)
    assert "Your locker is number 14 in the administration office. You handed in your device today at 10am." in said
    pupil.post("/easy-read", {"easy": "1", "back": "/"})
    said = own_part(pupil.get("/").page)
    assert "My locker is number 14 in the office. My device is at the office." in said


def test_the_headteacher_sees_whose_device_is_in_the_locker_today(sign_in_as, cast):
    lockers.given(cast.office, cast.teacher, "7", LockerArea.STAFF)
    own.put_in(cast.teacher, MONDAY, "0.out")
    page = sign_in_as("head").get("/lockers/staff").page
    rows = {row.all("td")[0].text: row.text for row in page.all("tr")[1:]}
    assert "7 In the locker at 10am" in rows["Teacher Invented teacher team"]
    assert "No locker" in rows["Dsl Invented dsl team"]


def test_the_headteacher_and_the_office_find_the_lockers_in_the_navigation_and_the_deputy_does_not(sign_in_as):
    assert "/lockers/" in sign_in_as("head").get("/").page.links.values()
    assert "/lockers/morning" in sign_in_as("office").get("/").page.links.values()
    assert not any((link or "").startswith("/lockers") for link in sign_in_as("deputy").get("/").page.links.values())


MARKUP = "<script>alert(1)</script>"


def test_markup_in_a_name_a_key_and_a_search_is_shown_as_text(sign_in_as, cast):
    pupil = a_pupil("markup", f"Name {MARKUP}", f"Class {MARKUP}")
    locker = lockers.given(cast.office, pupil)
    office = sign_in_as("office")
    office.post(f"/lockers/{locker}/key-holder", {"key_holder": f"Key {MARKUP}"})
    office.post("/lockers/morning", tile_form(cast, "device", pupil))
    hand_in = HandIn.get().id
    pages = ("/lockers", f"/lockers/{locker}", "/lockers/wall", "/lockers/morning", f"/lockers/receipts/{hand_in}")
    for address in (*pages, "/lockers?text=%3Cscript%3Ealert(1)%3C/script%3E"):
        answer = office.get(address)
        assert MARKUP in answer.words, address
        assert all(script["src"].startswith("/static/") for script in answer.page.all("script"))


def test_the_names_of_pupils_are_in_no_address_of_these_pages(sign_in_as, cast, a_hand_in):
    a_hand_in()
    for address in ("/lockers", "/lockers/morning", "/lockers/held"):
        page = sign_in_as("office").get(address).page
        links = [each["href"] or "" for each in page.all("a")]
        assert not any(re.search("Pupil|pupil-inv", link) for link in links)
