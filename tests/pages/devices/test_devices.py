"""The pages of school devices: the register, lending and taking back, who may borrow, work phones, labels, files."""

import csv
import datetime as dt
import io
import re

import pytest

from enums import Role
from models import Loan, SchoolDevice, StandingPermission, WorkContact
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.devices import lending, register, standing_permissions, work_phones
from rules.people import people
from tests.conftest import CAST, SCHOOL_DEVICE
from tests.support import exemptions
from tests.support.devices import FRIDAY, MONDAY, TUESDAY, a_device, everybody_knows_the_notice, lend, on
from tests.support.devices import staff_may_borrow as let_staff_borrow

HOME = "/school-devices/"
READERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.READ_DEVICES] & set(roles)]
KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_DEVICES] & set(roles)]
OTHERS = [who for who in CAST if who not in READERS]
A_DEVICE = {"asset_tag": "T-07", "kind": "tablet", "model": "Larch Pad", "phone_number": ""}


@pytest.fixture
def knowing():
    """Everybody has acknowledged the notice, but those who are named."""
    with pytest.MonkeyPatch.context() as patch:
        everybody_knows_the_notice(patch)
        yield lambda *but: everybody_knows_the_notice(patch, but)


@pytest.fixture
def ready(cast, knowing):
    """A tablet with a PIN that any member of staff may borrow; its id."""
    let_staff_borrow(cast.head)
    return a_device(cast.office)


@pytest.fixture
def lend_form(cast):
    """The form that lends the tablet to the teacher until today, filled in."""

    def fill(**changed):
        return {
            "asset_tag": "t-07",
            "borrower": str(cast.teacher.id),
            "due_on": "2026-11-23",
            "pupil": "",
            **changed,
        }

    return fill


def rows(page):
    """The lines of the register, as their words."""
    return [line.text for line in page.page.all("tr")][1:]


# --- The register -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_those_who_read_it_see_the_register_and_only_keepers_see_what_changes_it(sign_in_as, cast, ready, who):
    lend(cast.office, cast.teacher)
    browser = sign_in_as(who)
    page = browser.get(HOME)
    (line,) = rows(page)
    assert "T-07" in line
    assert f"{cast.teacher.name} since Mon 23 Nov 2026" in line
    assert "due back today" in line
    keeps = who in KEEPERS
    assert ("Lend a device" in page.page.links) == ("Return" in line) == keeps
    page = browser.get(f"/school-devices/{ready}")
    assert ("What became of it" in page.words) == keeps
    assert cast.teacher.name in page.words


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_opens_it_or_finds_a_link_to_it(sign_in_as, ready, who):
    browser = sign_in_as(who)
    for where in (HOME, f"/school-devices/{ready}", f"/school-devices/{ready}/qr.svg", "/school-devices/list.csv"):
        assert browser.get(where).status == 403
    assert HOME not in browser.get("/").page.links.values()


def test_an_empty_register_says_so_and_a_search_that_finds_nothing_says_how_to_find_more(sign_in_as, cast):
    office = sign_in_as("office")
    assert "no device in the register yet" in office.get(HOME).words
    a_device(cast.office)
    assert "Nothing fits" in office.get(f"{HOME}?text=zebra").words


def test_the_register_is_narrowed_down_and_keeps_what_was_asked(sign_in_as, cast, ready):
    a_device(cast.office, "P-1", "phone")
    lend(cast.office, cast.teacher)
    office = sign_in_as("office")
    for query, tags in (
        ("kind=phone", ["P-1"]),
        ("out=lent", ["T-07"]),
        ("text=t+-+0", ["T-07"]),
        ("state=retired", []),
        ("state=king&out=x&kind=%00", ["P-1", "T-07"]),
    ):
        page = office.get(f"{HOME}?{query}")
        assert [tag for tag in ("P-1", "T-07") if tag in " ".join(rows(page))] == tags, query
    page = office.get(f"{HOME}?out=lent").page
    (chosen,) = [each for each in page.all("option") if "selected" in each.attrs and each["value"]]
    assert chosen["value"] == "lent"
    assert page.links["Labels for these"] == "/school-devices/labels?out=lent"


def test_a_device_is_added_changed_and_found_again(sign_in_as):
    office = sign_in_as("office")
    answer = office.post("/school-devices/new", A_DEVICE)
    device = SchoolDevice.get()
    assert (answer.status, answer.location) == (303, f"/school-devices/{device.id}")
    page = office.get(answer.location)
    assert "The device has been added." in page.words
    assert "Tablet T-07" in page.page.one("h1").text
    where = f"/school-devices/{device.id}/change"
    values = {each["name"]: each["value"] for each in office.get(where).page.all("input")}
    assert (values["asset_tag"], values["model"], values["revision"]) == ("T-07", "Larch Pad", "1")
    assert office.post(where, {**A_DEVICE, "model": "Larch Pad 2", "revision": "1"}).status == 303
    second = office.post(where, {**A_DEVICE, "model": "Larch Pad 3", "revision": "1"})
    assert second.status == 409
    assert "Office Invented changed T-07 at 10am" in second.words
    assert SchoolDevice.get().model == "Larch Pad 2"


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(sign_in_as, ready):
    answer = sign_in_as("office").post(
        "/school-devices/new", {"asset_tag": "t - 07", "kind": "drone", "model": "Larch", "phone_number": "the office"}
    )
    assert answer.status == 422
    assert answer.page.message_beside("asset_tag") == "There is a device T-07 already. Write another tag"
    assert answer.page.message_beside("kind") == "Choose what kind of device it is"
    assert answer.page.message_beside("phone_number").startswith("Write the number in figures")
    assert 'value="t - 07"' in answer.text
    assert 'value="Larch"' in answer.text


def test_a_pin_is_written_down_with_one_click_and_the_second_hears_who_was_first(sign_in_as, cast):
    device = a_device(cast.office, pin=False)
    where, office = f"/school-devices/{device}", sign_in_as("office")
    assert "It cannot be lent yet" in office.get(where).words
    (button,) = [each for each in office.get(where).page.all("button") if each.text == "Lend T-07"]
    assert "disabled" in button.attrs
    assert office.post(f"{where}/pin", {"there": "1"}).location == where
    page = office.get(where)
    assert "Set. Office Invented wrote it down on Monday 23 November 2026" in page.words
    assert "It cannot be lent yet" not in page.words
    second = sign_in_as("head").post(f"{where}/pin", {"there": "1"})
    assert second.status == 409
    assert "Office Invented has written down that a PIN is set" in second.words
    assert office.post(f"{where}/pin", {"there": "2"}).status == 400


def test_what_became_of_a_device_is_written_down_with_a_note(sign_in_as, cast, ready):
    office, where = sign_in_as("office"), f"/school-devices/{ready}"
    offered = [each["value"] for each in office.get(where).page.all("button") if each["name"] == "state"]
    assert offered == ["lost", "damaged", "retired"]
    fields = {"revision": "2", "state": "damaged", "note": "Cracked <b>glass</b>"}
    assert office.post(f"{where}/state", fields).location == where
    page = office.get(where)
    assert "Cracked <b>glass</b>" in page.words
    assert "T-07 is damaged" in page.words
    second = office.post(f"{where}/state", fields)
    assert second.status == 409
    assert "Office Invented changed T-07 at 10am" in second.words
    answer = office.post(f"{where}/state", {"revision": "3", "state": "lost", "note": "x" * 301})
    assert answer.status == 422
    assert answer.page.message_beside("note").startswith("Use 300 characters")
    for state in ("", "king", "LOST"):
        assert office.post(f"{where}/state", {"revision": "3", "state": state, "note": ""}).status == 400


# --- Lending ------------------------------------------------------------------------------------------------


def test_a_device_is_lent_with_one_click_and_taken_back_with_another(sign_in_as, ready, cast):
    office, where = sign_in_as("office"), f"/school-devices/{ready}"
    page = office.get(where).page
    hidden = {each["name"]: each["value"] for each in page.all("input") if each["type"] == "hidden"}
    assert hidden["asset_tag"] == "T-07"
    (day,) = [each for each in page.all("input") if each["name"] == "due_on"]
    assert day["value"] == "2026-11-23"
    fields = {"asset_tag": "T-07", "borrower": str(cast.teacher.id), "due_on": day["value"], "pupil": ""}
    assert office.post("/school-devices/lend", fields).location == where
    page = office.get(where)
    assert f"T-07 is lent to {cast.teacher.name}, due back today." in page.words
    assert f"With {cast.teacher.name}" in page.words
    loan = Loan.get().id
    assert office.post(f"/school-devices/loans/{loan}/return", {}).location == where
    page = office.get(where)
    assert "T-07 is back." in page.words
    assert f"brought by {cast.teacher.name}, taken by {cast.office.name}" in page.words


def test_from_the_list_a_return_leads_back_to_the_list_as_it_was(sign_in_as, cast, ready):
    lend(cast.office, cast.teacher)
    office = sign_in_as("office")
    page = office.get(f"{HOME}?out=lent").page
    (back,) = [each["value"] for each in page.all("input") if each["name"] == "back"]
    loan = Loan.get().id
    answer = office.post(f"/school-devices/loans/{loan}/return", {"back": back})
    assert (answer.status, answer.location) == (303, "/school-devices/?out=lent")


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_return_never_leads_off_the_site(sign_in_as, cast, ready, evil):
    lend(cast.office, cast.teacher)
    assert sign_in_as("office").post(f"/school-devices/loans/{Loan.get().id}/return", {"back": evil}).location == "/"


def test_what_is_missing_is_listed_and_each_leads_to_where_it_is_met(sign_in_as, cast, knowing, lend_form):
    knowing(cast.teacher)
    device = a_device(cast.office, pin=False)
    answer = sign_in_as("office").post("/school-devices/lend", lend_form())
    assert answer.status == 422
    for words in ("No PIN is set on T-07", "has no permission today", "has not acknowledged the notice"):
        assert words in answer.words
    assert answer.page.links["Set one, then write it down"] == f"/school-devices/{device}#pin"
    assert answer.page.links["How they get permission"] == "/school-devices/permissions"
    assert answer.page.links["record it from paper"] == f"/acknowledgements/of/{cast.teacher.id}/paper"
    assert Loan.select().count() == 0
    (chosen,) = [each for each in answer.page.all("option") if "selected" in each.attrs and each["value"]]
    assert chosen["value"] == str(cast.teacher.id)
    assert 'value="t-07"' in answer.text
    knowing(cast.office)
    answer = sign_in_as("office").post("/school-devices/lend", lend_form(borrower=str(cast.office.id)))
    assert answer.page.links["Read it now"] == "/acknowledgements/"


def test_the_second_of_two_who_lend_the_same_device_hears_who_has_it_and_since_when(sign_in_as, ready, cast, lend_form):
    assert sign_in_as("office").post("/school-devices/lend", lend_form()).status == 303
    answer = sign_in_as("head").post("/school-devices/lend", lend_form(borrower=str(cast.assistant.id)))
    assert answer.status == 409
    assert f"T-07 is with {cast.teacher.name}: {cast.office.name} lent it at 10am" in answer.words
    assert Loan.select().count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"asset_tag": "T-99"}, "asset_tag", "Write the tag of a device"),
        ({"borrower": ""}, "borrower", "Choose the member of staff"),
        ({"borrower": "999999"}, "borrower", "Choose the member of staff"),
        ({"pupil": "999999"}, "pupil", "Choose the pupil"),
        ({"due_on": "soon"}, "due_on", "Write the day like this"),
        ({"due_on": "29/02/2027"}, "due_on", "Write the day like this"),
        ({"due_on": ""}, "due_on", "Choose the day"),
        ({"due_on": "22/11/2026"}, "due_on", "This day is in the past"),
    ],
)
def test_what_cannot_be_lent_is_said_beside_its_field(sign_in_as, ready, lend_form, changed, field, words):
    answer = sign_in_as("office").post("/school-devices/lend", lend_form(**changed))
    assert answer.status == 422
    assert answer.page.message_beside(field).startswith(words)
    assert Loan.select().count() == 0


def test_everything_that_is_wrong_is_said_at_once(sign_in_as, lend_form):
    answer = sign_in_as("office").post("/school-devices/lend", lend_form(asset_tag="", borrower="", due_on="soon"))
    assert {field for field in ("asset_tag", "borrower", "due_on") if answer.page.message_beside(field)} == {
        "asset_tag",
        "borrower",
        "due_on",
    }


def test_a_permission_that_ends_sooner_is_said_at_the_day(sign_in_as, cast, knowing, lend_form):
    a_device(cast.office)
    exemptions.permitted(cast.teacher, SCHOOL_DEVICE, device_kind="tablet", ends_on=TUESDAY)
    office = sign_in_as("office")
    answer = office.post("/school-devices/lend", lend_form(due_on="2026-11-27"))
    assert answer.page.message_beside("due_on").startswith("Their permission ends on Tuesday 24 November 2026")
    answer = office.post("/school-devices/lend", lend_form(due_on="", for_good="y"))
    assert answer.page.message_beside("for_good").startswith("Their permission ends on")
    assert office.post("/school-devices/lend", lend_form(due_on="2026-11-24")).status == 303


def test_a_pupil_borrows_through_a_member_of_staff(sign_in_as, ready, cast, lend_form):
    answer = sign_in_as("office").post("/school-devices/lend", lend_form(pupil=str(cast.pupil.id)))
    assert f"{cast.teacher.name}, for {cast.pupil.name}" in sign_in_as("office").get(answer.location).words


def test_somebody_else_brings_it_back(sign_in_as, cast, ready):
    lend(cast.office, cast.teacher)
    office, where = sign_in_as("office"), f"/school-devices/loans/{Loan.get().id}/return"
    assert f"{cast.teacher.name}, who borrowed it" in office.get(where).words
    for bringer in ("999999", "king"):
        answer = office.post(where, {"bringer": bringer, "note": ""})
        assert answer.page.message_beside("bringer") == "Choose who brought it back from the list"
    assert office.post(where, {"bringer": str(cast.parent.id), "note": "Case torn"}).status == 303
    page = office.get(f"/school-devices/{ready}")
    assert f"brought by {cast.parent.name}, taken by {cast.office.name} Case torn" in page.words
    for method in (office.get, lambda where: office.post(where, {})):
        answer = method(where)
        assert answer.status == 409
        assert f"{cast.office.name} took T-07 back at 10am" in answer.words


def test_a_lost_device_that_is_retired_never_came_back(sign_in_as, cast, ready):
    lend(cast.office, cast.teacher)
    for revision, state in ((2, "lost"), (3, "retired")):
        lending.set_state(cast.office, ready, revision, state)
    page = sign_in_as("deputy").get(f"/school-devices/{ready}")
    assert "It never came back written down by Office Invented" in page.words


# --- Who may borrow, and work phones ------------------------------------------------------------------------


def test_the_headteacher_lets_a_role_borrow_and_ends_it_with_one_click(sign_in_as):
    head, where = sign_in_as("head"), "/school-devices/permissions"
    assert head.post(f"{where}/give", {"role": "slt"}).location == where
    line = next(row for row in rows(head.get(where)) if row.startswith("Senior"))
    assert "Yes Head Invented, 10am on Monday 23 November 2026" in line
    second = head.post(f"{where}/give", {"role": "slt"})
    assert second.status == 409
    assert "Head Invented gave this permission at 10am" in second.words
    assert head.post(f"{where}/end", {"role": "slt"}).location == where
    assert head.post(f"{where}/end", {"role": "slt"}).status == 409
    for role in ("pupil", "king", ""):
        assert head.post(f"{where}/give", {"role": role}).status == 422
    assert StandingPermission.select().count() == 1


def test_the_office_reads_who_may_borrow_and_changes_nothing(sign_in_as, cast):
    standing_permissions.give(cast.head, Role.SLT)
    office = sign_in_as("office")
    page = office.get("/school-devices/permissions")
    assert "Head Invented" in page.words
    assert "Let them borrow" not in page.words
    assert office.post("/school-devices/permissions/end", {"role": "slt"}).status == 403


def test_work_phones_are_kept_on_their_page(sign_in_as, cast, ready):
    a_device(cast.office, "P-1", "phone", phone_number="01632 960 1")
    office, where = sign_in_as("office"), "/school-devices/work-phones"
    assert "Nobody is on this list" in office.get(where).words
    assert office.post(where, {"person": str(cast.finance.id)}).location == where
    assert "No phone Lend one" in rows(office.get(where))[0]
    assert "1 person needs a work phone and has none" in office.get("/").page.links
    lend(cast.office, cast.finance, "P-1", for_good=True)
    assert "01632 960 1" in rows(sign_in_as("deputy").get(where))[0]
    assert "needs a work phone" not in office.get("/").words
    assert office.post(where, {"person": str(cast.finance.id)}).status == 409
    for nobody in ("", "999999", str(cast.pupil.id)):
        answer = office.post(where, {"person": nobody})
        assert answer.page.message_beside("person") == "Choose a member of staff from the list"
    contact = WorkContact.get().id
    assert office.post(f"{where}/{contact}/end", {}).location == where
    assert office.post(f"{where}/{contact}/end", {}).status == 409
    assert sign_in_as("deputy").post(where, {"person": str(cast.finance.id)}).status == 403


# --- My page ------------------------------------------------------------------------------------------------


def test_my_page_says_what_i_have_and_when_it_is_due(sign_in_as, cast, ready):
    lend(cast.office, cast.teacher, pupil=cast.pupil.id, due=FRIDAY)
    assert f"Tablet T-07, for {cast.pupil.name} due back on Friday 27 November" in sign_in_as("teacher").get("/").words
    assert "Tablet T-07 due back on Friday 27 November 2026" in sign_in_as("pupil").get("/").words
    assert "T-07" not in sign_in_as("other_pupil").get("/").words
    assert "T-07" not in sign_in_as("parent").get("/").words
    with on(FRIDAY + dt.timedelta(days=1)):
        page = sign_in_as("teacher").get("/")
        assert "Bring back Tablet T-07" in page.words
        assert "due yesterday" in page.words
        assert "Return" not in [button.text for button in page.page.all("button")]


@pytest.mark.parametrize("who", KEEPERS)
def test_the_office_sees_on_its_own_page_what_is_overdue_and_with_somebody_who_has_left(sign_in_as, cast, ready, who):
    a_device(cast.office, "L-1", "laptop")
    lend(cast.office, cast.teacher)
    lend(cast.office, cast.finance, "L-1", due=FRIDAY)
    assert "to see to" not in sign_in_as(who).get("/").words
    people.set_active(cast.head, cast.finance.id, False)
    with on(TUESDAY):
        page = sign_in_as(who).get("/")
        assert page.page.links[f"T-07 is with {cast.teacher.name}"] == f"/school-devices/{ready}"
        assert f"L-1 is with {cast.finance.name} (has left the school)" in page.page.links
        assert "to see to" not in sign_in_as("deputy").get("/").words


def test_my_page_and_the_register_ask_the_database_as_often_with_many_devices_as_with_one(
    sign_in_as, cast, ready, queries
):
    office, teacher = sign_in_as("office"), sign_in_as("teacher")
    lend(cast.office, cast.teacher)
    looks = [(office, "/"), (teacher, "/"), (office, HOME), (office, "/school-devices/labels")]
    looks += [(office, f"/school-devices/{ready}"), (office, "/school-devices/work-phones")]
    work_phones.add(cast.office, cast.teacher.id)
    with on(TUESDAY):
        before = [len(queries(lambda look=look: look[0].get(look[1]))) for look in looks]
    for number in range(12):
        a_device(cast.office, f"X-{number}")
        lend(cast.office, cast.teacher, f"X-{number}")
    lending.take_back(cast.office, Loan.get(Loan.device == ready).id)
    lend(cast.office, cast.teacher)
    work_phones.add(cast.office, cast.finance.id)
    with on(TUESDAY):
        assert [len(queries(lambda look=look: look[0].get(look[1]))) for look in looks] == before


def test_a_long_register_comes_in_pages_and_its_file_has_all_of_it(sign_in_as, cast, monkeypatch):
    monkeypatch.setattr(register, "PAGE", 3)
    for number in range(7):
        a_device(cast.office, f"T-{number}")
    office, seen, address = sign_in_as("office"), [], f"{HOME}?kind=tablet"
    while address:
        page = office.get(address)
        assert "7 devices" in page.words
        seen += [line.split()[0] for line in rows(page)]
        address = page.page.links.get("Show the next devices")
    assert seen == [f"T-{number}" for number in range(7)]
    assert office.get(page.page.links["Back to the first devices"]).page.links["Show the next devices"]
    assert len(office.get(f"{HOME}list.csv").text.splitlines()) == 1 + 7


def test_who_returns_a_device_from_a_later_page_stays_on_it(sign_in_as, cast, ready, monkeypatch):
    monkeypatch.setattr(register, "PAGE", 1)
    first = a_device(cast.office, "A-01")
    lend(cast.office, cast.teacher)
    page = sign_in_as("office").get(f"{HOME}?after={first}").page
    (back,) = [field["value"] for field in page.all("input") if field["name"] == "back"]
    assert back == f"{HOME}?after={first}"


@pytest.mark.parametrize("after", ["x", "-1", "٣", "9" * 19])
def test_a_page_of_the_register_after_what_is_no_device_is_refused(sign_in_as, after):
    assert sign_in_as("office").get(f"{HOME}?after={after}").status == 400


# --- Labels and files ---------------------------------------------------------------------------------------


def test_labels_come_21_on_a_sheet_each_with_a_code_that_leads_to_its_device(sign_in_as, cast):
    for number in range(22):
        a_device(cast.office, f"T-{number:02}")
    office = sign_in_as("office")
    page = office.get("/school-devices/labels").page
    sheets = [each for each in page.all("ul") if "ox-labels" in each.classes]
    assert [len(sheet.all("li")) for sheet in sheets] == [21, 1]
    assert "T-00 Tablet" in sheets[0].text
    image = sheets[0].all("img")[0]["src"]
    code = office.get(image)
    assert (code.status, code.headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert code.text.startswith("<svg")
    assert office.get("/school-devices/labels?text=T-21").page.text.count("T-21") == 1
    assert "There is no device for a label" in office.get("/school-devices/labels?text=zebra").words


def test_the_code_of_a_device_is_that_of_its_own_page(sign_in_as, cast, monkeypatch):
    from rules.visitors import expectations

    device, drawn = a_device(cast.office), []
    monkeypatch.setattr(expectations, "code_for", lambda address: drawn.append(address) or b"<svg/>")
    sign_in_as("office").get(f"/school-devices/{device}/qr.svg")
    assert drawn == [f"http://localhost/school-devices/{device}"]


def test_the_list_is_saved_as_a_file_that_no_spreadsheet_takes_for_formulas(sign_in_as, cast, ready):
    a_device(cast.office, "P-1", "phone", model="=HYPERLINK(1)", phone_number="+44 1632 960")
    lend(cast.office, cast.teacher, pupil=cast.pupil.id)
    lend(cast.office, cast.finance, "P-1", for_good=True)
    answer = sign_in_as("deputy").get("/school-devices/list.csv")
    assert 'filename="school-devices-2026-11-23.csv"' in answer.headers["Content-Disposition"]
    head, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    told = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert told["P-1"]["Model"] == "'=HYPERLINK(1)"
    assert told["P-1"]["Phone number"] == "'+44 1632 960"
    assert told["P-1"]["Due back"] == "for good"
    assert (told["T-07"]["Lent to"], told["T-07"]["For pupil"]) == (cast.teacher.name, cast.pupil.name)
    assert (told["T-07"]["PIN set on"], told["T-07"]["Lent on"]) == ("2026-11-23", "2026-11-23")
    assert [
        line[0] for line in csv.reader(io.StringIO(sign_in_as("head").get("/school-devices/list.csv?out=here").text))
    ][1:] == []


def test_a_file_is_looked_at_and_then_imported(sign_in_as):
    office = sign_in_as("office")
    template = office.get("/school-devices/import/template").text.removeprefix("\ufeff")
    answer = office.post("/school-devices/import", {"pasted": template})
    assert answer.status == 200
    assert "New devices 1" in answer.words
    assert SchoolDevice.select().count() == 0
    (token, *_) = [each["value"] for each in answer.page.all("input") if each["name"] == "token"]
    assert office.post("/school-devices/import/apply", {"token": token}).location == HOME
    assert "Imported: 1 new, 0 changed." in office.get(HOME).words
    assert register.by_tag("T-07").pin_set_on == dt.date(2026, 9, 1)
    assert office.post("/school-devices/import/apply", {"token": token}).status == 409
    again = office.post("/school-devices/import", {"pasted": template})
    assert "There is nothing to import" in again.words


def test_lines_that_cannot_be_taken_are_shown_with_their_number_and_nothing_can_be_imported(sign_in_as):
    lines = "asset_tag,kind\nT-1,tablet\nt - 1,tablet\nT-2,drone\n"
    answer = sign_in_as("office").post("/school-devices/import", {"pasted": lines})
    assert "Cannot be imported 2" in answer.words
    assert "first on line 2" in answer.words
    assert "Import all of them" not in answer.words
    answer = sign_in_as("office").post("/school-devices/import", {"pasted": "nonsense"})
    assert answer.status == 422
    assert answer.page.message_beside("file").startswith("The first line must name the columns")


def test_a_file_is_given_up(sign_in_as):
    office = sign_in_as("office")
    answer = office.post("/school-devices/import", {"pasted": "asset_tag,kind\nT-1,tablet\n"})
    token = re.search(r'name="token" value="([^"]+)"', answer.text)[1]
    assert office.post("/school-devices/import/cancel", {"token": token}).location == "/school-devices/import"
    assert office.post("/school-devices/import/cancel", {"token": token}).status == 409
    assert SchoolDevice.select().count() == 0
    assert clock.today() == MONDAY


# --- What has to be seen to ---------------------------------------------------------------------------------


def test_the_office_reads_why_a_loan_has_to_be_seen_to_and_what_to_do(sign_in_as, cast, queries):
    """Clauses 3.3 and 3.5."""
    office = sign_in_as("office")
    let_staff_borrow(cast.head)
    for number in range(3):
        a_device(cast.office, f"T-0{number}")
        lend(cast.office, cast.teacher, f"T-0{number}", for_good=True)
    places = ("/", "/school-devices/", "/school-devices/?out=trouble")
    assert not any("Ask for it back" in office.get(where).words for where in places)
    standing_permissions.end(cast.head, "staff-direct")
    device = SchoolDevice.get(SchoolDevice.asset_tag == "T-00").id
    for where in (*places, f"/school-devices/{device}"):
        words = office.get(where).words
        assert "The standing permission that they borrowed it with has ended (3.3)." in words, where
        assert "Ask for it back, or see that they get permission." in words, where
    three = [len(queries(lambda where=where: office.get(where))) for where in places]
    standing_permissions.give(cast.head, "staff-direct")
    for number in range(3, 9):
        a_device(cast.office, f"T-0{number}")
        lend(cast.office, cast.teacher, f"T-0{number}", for_good=True)
    standing_permissions.end(cast.head, "staff-direct")
    assert [len(queries(lambda where=where: office.get(where))) for where in places] == three
    assert "Ask for it back" not in sign_in_as("teacher").get("/").words
