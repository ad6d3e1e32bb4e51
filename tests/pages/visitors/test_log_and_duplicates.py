"""The log's filters and its file, one visitor's page with merging, and the numbers."""

import csv
import io

import pytest

from enums import ExemptionState
from models import Visit, Visitor, VisitorMerge
from rules.core import clock
from rules.reception import announcing, stays
from rules.visitors import visits
from tests.support.device_access import SECRET, a_device
from tests.support.visitors import MONDAY, a_visit

READERS = ("office", "head", "dsl")


@pytest.fixture
def came(cast):
    """Somebody came; the id of the visit."""

    def make(host="teacher", **changed):
        visit = announcing.announce(cast.office, a_visit(getattr(cast, host), **changed))[0]
        stays.sign_in(cast.office, visit, True, ("phone",))
        return visit

    return make


@pytest.fixture
def twice(came):
    """One person entered twice, who came under both entries: the ids of the entries."""
    return [visits.one(came(organisation=organisation)).visitor for organisation in ("Larch Ltd", "Larch Heating")]


def test_an_entry_says_what_was_accepted_and_what_became_of_each_device(sign_in_as, cast, came):
    visit = came()
    a_device(visit, cast.teacher, ExemptionState.DECLINED, cast.head)
    a_device(visit, cast.teacher, ExemptionState.APPROVED, cast.deputy, cast.head, conditions="Only in the hall")
    for address in ("/visitors/log", f"/visitors/{visits.one(visit).visitor}"):
        answer = sign_in_as("office").get(address)
        assert "Declined: Tablet: Of the health trust, Teaching areas, 10am to 2pm" in answer.words
        assert "Conditions: Only in the hall" in answer.words
        assert "Deputy Invented for the headteacher, 10am on Monday 23 November 2026" in answer.words
        assert "Version 1 of Sat 24 Oct 2026" in answer.words
        assert SECRET not in answer.text


def test_the_file_has_the_same_columns_and_no_reason_and_no_formula(sign_in_as, cast, came):
    visit = came()
    a_device(visit, cast.teacher, ExemptionState.DECLINED, cast.head, device="=1+1", device_kind="unknown")
    a_device(visit, cast.teacher, ExemptionState.SUBMITTED)
    answer = sign_in_as("dsl").get("/visitors/log.csv?decision=declined")
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    told = dict(zip(head, row, strict=True))
    assert told["Device asked for"] == "'=1+1; Tablet: Of the health trust"
    assert told["Decision"] == "Declined; Not decided"
    assert told["Decided by"] == "Head Invented; "
    assert told["When"] == "; ".join(["Monday 23 November 2026, 10am to 2pm"] * 2)
    assert told["Accepted"] == "Version 1 of Sat 24 Oct 2026"
    assert SECRET not in answer.text


def test_the_log_is_filtered_by_host_organisation_and_decision_and_older_pages_keep_the_filter(
    sign_in_as, cast, came, monkeypatch
):
    monkeypatch.setattr("rules.reception.log.PAGE", 1)
    for name, host, organisation in (("Ann", "teacher", "Elm"), ("Bob", "assistant", "Elm"), ("Cyd", "teacher", "Oak")):
        a_device(came(host, name=name, organisation=organisation), cast.teacher, ExemptionState.APPROVED, cast.head)
    came(name="Dan", organisation="Elm")
    office = sign_in_as("office")
    page = office.get(f"/visitors/log?host={cast.teacher.id}&decision=approved").page
    assert ("Cyd" in page.links, "Dan" in page.links) == (True, False)
    assert page.value("host") == str(cast.teacher.id)
    assert page.value("decision") == "approved"
    page = office.get(page.links["Show older visits"]).page
    assert "Ann" in page.links
    assert "Bob" in office.get("/visitors/log?organisation=elm&decision=approved").page.links
    assert "Dan" in office.get("/visitors/log?decision=none").page.links


@pytest.mark.parametrize("query", ["host=999", "host=x", "decision=king"])
def test_a_choice_that_is_not_there_is_said_at_its_field(sign_in_as, query):
    answer = sign_in_as("office").get(f"/visitors/log?{query}")
    assert answer.status == 422
    assert answer.page.message_beside(query.partition("=")[0]) == "Choose one from the list"
    assert sign_in_as("office").get(f"/visitors/log.csv?{query}").status == 422


def test_the_log_needs_the_same_number_of_queries_however_many_came(sign_in_as, cast, came, queries):
    office = sign_in_as("office")
    a_device(came(), cast.teacher, ExemptionState.APPROVED, cast.head)
    addresses = ("/visitors/log", "/visitors/log?text=boiler", "/visitors/log?decision=approved", "/visitors/1")
    addresses = (*addresses[:3], f"/visitors/{Visitor.get().id}")
    few = [len(queries(lambda address=address: office.get(address))) for address in addresses]
    for number in "abcdefgh":
        a_device(came(name=f"Jo {number}"), cast.teacher, ExemptionState.APPROVED, cast.head)
    assert [len(queries(lambda address=address: office.get(address))) for address in addresses] == few


# --- One person entered twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_two_entries_are_merged_with_one_click_and_parted_with_another(sign_in_as, twice, who):
    kept, gone = twice
    browser = sign_in_as(who)
    page = browser.get(f"/visitors/{kept}").page
    side_by_side = browser.get(page.links["Maeve O’Brien, Larch Heating"])
    assert "This entry stays" in side_by_side.words
    assert "Organisation Larch Heating" in side_by_side.words
    assert VisitorMerge.select().count() == 0
    answer = browser.post(f"/visitors/{kept}/same/{gone}")
    assert (answer.status, answer.location) == (303, f"/visitors/{kept}")
    answer = browser.get(f"/visitors/{kept}")
    assert "The two entries are one person now." in answer.words
    assert "Also entered as: Maeve O’Brien. Larch Heating." in answer.words
    assert answer.words.count("To mend the boiler") == 2
    assert browser.get(f"/visitors/{gone}").location == f"/visitors/{kept}"
    (undo,) = [form["action"] for form in answer.page.all("form") if (form["action"] or "").endswith("/undo")]
    assert browser.post(undo).location == f"/visitors/{kept}"
    answer = browser.get(f"/visitors/{kept}")
    assert "Maeve O’Brien is an entry of its own again." in answer.words
    assert "Also entered as" not in answer.words


def test_the_second_of_two_who_merge_or_undo_is_told_who_was_first(sign_in_as, twice):
    kept, gone = twice
    office, dsl = sign_in_as("office"), sign_in_as("dsl")
    office.post(f"/visitors/{kept}/same/{gone}")
    for answer in (dsl.post(f"/visitors/{gone}/same/{kept}"), dsl.get(f"/visitors/{kept}/same/{gone}")):
        assert answer.status == 409
        assert "already: Office Invented said so at 10am on Monday 23 November 2026" in answer.words
    undo = f"/visitors/merges/{VisitorMerge.get().id}/undo"
    assert dsl.post(undo).status == 303
    answer = office.post(undo)
    assert answer.status == 409
    assert "undone already: by Dsl Invented" in answer.words


def test_another_entry_is_looked_for_by_words(sign_in_as, came):
    came(name="Ann Hill")
    came(name="Jo Null", organisation="Elm")
    visitor = Visitor.get(Visitor.name == "Ann Hill").id
    office = sign_in_as("office")
    assert "Jo Null, Elm" in office.get(f"/visitors/{visitor}?text=elm").page.links
    assert "Nobody else is found" in office.get(f"/visitors/{visitor}?text=ann").words
    assert office.get(f"/visitors/{visitor}/same/{visitor}").status == 404


# --- Numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "where"),
    [("governor", "/"), ("director", "/"), *((who, "/visitors/log") for who in READERS)],
)
def test_the_numbers_are_in_the_navigation_or_linked_from_the_log_and_name_nobody(sign_in_as, cast, came, who, where):
    a_device(came(name="Zebra Secret", organisation="Quagga Ltd"), cast.teacher, ExemptionState.APPROVED, cast.deputy)
    browser = sign_in_as(who)
    answer = browser.get(browser.get(where).page.links["Visitor numbers"])
    assert "November 2026 1 0 0 1 0 0 0" in answer.words
    assert "November 2026 1 0 0 0 0" in answer.words
    for name in ("Zebra", "Quagga", "Teacher Invented", "Deputy", "boiler", "health trust"):
        assert name not in answer.text


def test_the_numbers_go_back_a_year_where_somebody_came(sign_in_as, came):
    came()
    with clock.frozen(clock.at(MONDAY.replace(year=2027), clock.local(clock.now()).time())):
        governor = sign_in_as("governor")
        before = governor.get("/visitors/counts").page.links["The year before"]
        page = governor.get(before).page
        assert "1 September 2026" in page.text
        assert page.links["The year after"] == "/visitors/counts?on=2027-09-01"
        assert governor.get("/visitors/counts?on=soon").status == 200
    assert Visit.select().count() == 1


def test_a_visitor_whose_name_is_a_sign_has_a_page(sign_in_as, cast):
    (visit,) = announcing.announce(cast.office, a_visit(cast.teacher))
    entry = visits.one(visit).visitor
    Visitor.update(name="ʼ", name_key="").where(Visitor.id == entry).execute()
    assert sign_in_as("dsl").get(f"/visitors/{entry}").status == 200


def test_on_a_phone_the_device_stands_beside_the_words_of_its_heading(sign_in_as, came):
    came()
    page = sign_in_as("dsl").get("/visitors/log").page
    headings = [each.text for each in page.all("th")]
    assert "Device access" in headings
    assert "Device access" in [each["data-label"] for each in page.all("td")]
