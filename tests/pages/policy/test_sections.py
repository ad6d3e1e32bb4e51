"""The parts of the policy's draft that forms and visitors need: each opened, changed, refused and told on its page."""

import datetime as dt

import pytest

from rules.acknowledgements import owed
from rules.core import clock
from rules.policy import draft as policy_draft
from rules.policy import versions
from rules.policy.sections import GROUPS, SECTIONS
from tests.support.policy import LINE, LINES, entry, keys, publish, reword, seen

CLAUSES, DEVICES, NOTICES = SECTIONS["clauses"], SECTIONS["devices"], SECTIONS["notices"]
PURPOSES, SCHOOL, REGULAR, FREE = (SECTIONS[key] for key in ("purposes", "school", "regular", "free"))
NOTICE = "phone-free-by-default"


@pytest.fixture
def draft(cast):
    """A draft that the headteacher has begun."""
    policy_draft.begin(cast.head)


def fields_of(page):
    """The fields of the form that posts to its own page, as they stand."""
    form = next(each for each in page.all("form") if each["method"] == "post" and not each["action"])
    names = {each["name"] for each in form.all("input", "select", "textarea")} - {"csrf_token"}
    return {name: page.value(name) for name in names}


def at(section, key):
    return f"/policy/draft/{section}/{key}"


# --- The page of the draft ----------------------------------------------------------------------------------


def test_the_sections_stand_under_headings_with_what_is_new_in_each(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    policy_draft.add(cast.head, DEVICES, {"name": "Smart glasses"})
    policy_draft.save(cast.head, FREE, "front", seen("front", FREE), {"free_places": ["reception"]})
    page = sign_in_as("head").get("/policy/draft").page
    assert [each.text for each in page.all("h2")][: len(GROUPS)] == list(GROUPS)
    told = {each.all("a")[0].text: each.text for each in page.all("li") if each.all("a")}
    assert told["What everybody must do"] == "What everybody must do 1 changed"
    assert told["Kinds of device"] == "Kinds of device 1 new"
    assert told["Where visitors need no permission"] == "Where visitors need no permission Changed"
    assert told["Clauses"] == "Clauses"


def test_the_agreement_is_changed_on_its_own_page_and_the_draft_says_so(sign_in_as, draft):
    head, dsl = sign_in_as("head").get("/policy/draft"), sign_in_as("dsl").get("/policy/draft")
    assert head.page.links["The school’s agreement"] == "/agreements/template"
    assert "The school’s agreement" in dsl.words
    assert "/agreements/template" not in dsl.page.links.values()


def test_what_is_easily_overlooked_stands_before_the_button(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    for where in ("/policy/draft", "/policy/draft/publish"):
        assert "Its next review is overdue from the start" in sign_in_as("head").get(where).words


# --- Clauses ------------------------------------------------------------------------------------------------


def test_a_clause_keeps_its_number_and_a_new_one_gets_one(sign_in_as, draft):
    head = sign_in_as("head")
    answer = head.get(at("clauses", "4.1"))
    assert "This is clause 4.1. It keeps its number." in answer.words
    assert "number" not in fields_of(answer.page)
    form = {"title": "Lockers", "gist": "It is in a locker.", "roles": ["staff-direct"]}
    assert head.post(at("clauses", "4.1"), {**form, "number": "4.9", "seen": seen("4.1", CLAUSES)}).status == 400
    assert head.post(at("clauses", "4.1"), {**form, "seen": seen("4.1", CLAUSES)}).status == 303
    new = head.post("/policy/draft/add/clauses", {**form, "number": "7.9", "after": "7.3"})
    assert new.status == 303
    assert keys(CLAUSES)[keys(CLAUSES).index("7.3") + 1] == "7.9"
    assert "Lockers New" in head.get("/policy/draft/clauses").words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "4.1", "There is a clause 4.1 already"),
        ("number", "nine", "a clause is a number"),
        ("number", "", "Write the number"),
        ("gist", "a" * 20_000, "The text has 20000 characters"),
        ("gist", "a\u202eb", "hidden character"),
        ("roles", [], "Choose at least one role"),
    ],
)
def test_what_is_wrong_with_a_clause_stands_beside_its_field(sign_in_as, draft, field, value, words):
    form = {"title": "New", "gist": "Something new.", "roles": ["pupil"], "number": "7.9", "after": "", field: value}
    answer = sign_in_as("head").post("/policy/draft/add/clauses", form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert answer.page.value(field) == value


def test_a_clause_that_a_line_cites_is_not_deleted_and_the_page_says_where_it_is_cited(sign_in_as, cast, draft):
    head, new = sign_in_as("head"), {"id": "7.9", "title": "New", "gist": "Something new.", "for": ["dsl"]}
    policy_draft.add(cast.head, CLAUSES, new)
    cited = {name: value for name, value in entry().items() if name != "id"}
    policy_draft.save(cast.head, LINES, LINE, seen(), {**cited, "clauses": ["7.9"]})
    answer = head.post(f"{at('clauses', '7.9')}/delete", {"seen": seen("7.9", CLAUSES)})
    assert answer.status == 422
    assert "Change this first: What everybody must do: “Check often that people follow this policy.”" in answer.words


# --- Forms, places and visitors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "key", "changed", "field", "words"),
    [
        ("purposes", "family-emergency", {"refused_by": "4.6"}, "refusal", "Say what they should do instead"),
        ("purposes", "family-emergency", {"refusal": "Ask."}, "refused_by", "Write the clause that forbids it"),
        ("purposes", "family-emergency", {"refused_by": "9.9", "refusal": "Ask."}, "refused_by", "no clause “9.9”"),
        ("purposes", "family-emergency", {"kinds": []}, "kinds", "Choose at least one form"),
        ("notices", NOTICE, {"devices": []}, "devices", "Choose at least one kind of device"),
        ("notices", NOTICE, {"source": ""}, "source", "Write where it comes from"),
        ("assessments", "activity", {"residual": ""}, "residual", "Write what risk is left"),
        ("devices", "phone", {"name": ""}, "name", "Write the name"),
        ("signs", "hall", {"name": "a\u202eb"}, "name", "hidden character"),
        ("free", "front", {"free_places": []}, "free_places", "Choose at least one place"),
        ("regular", "front", {"visits": "31"}, "visits", "to the number of days below"),
        ("regular", "front", {"days": "367"}, "days", "from 1 to 366"),
        ("regular", "front", {"days": "three"}, "days", "Write a whole number"),
        ("school", "front", {"academic_year_ends": "29/02"}, "academic_year_ends", "so it is not 29/02"),
        ("school", "front", {"monitored_by": []}, "monitored_by", "Choose at least one role"),
        ("dates", "front", {"in_force_from": "29/02/2027"}, "in_force_from", "Write the day"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    sign_in_as, draft, section, key, changed, field, words
):
    head, before = sign_in_as("head"), policy_draft.find()
    form = {**fields_of(head.get(at(section, key)).page), **changed}
    answer = head.post(at(section, key), form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert {name: answer.page.value(name) for name in form} == form
    assert policy_draft.find() == before


def test_a_notice_offers_the_kinds_of_device_of_the_draft(sign_in_as, cast, draft):
    glasses = policy_draft.add(cast.head, DEVICES, {"name": "Smart glasses"})
    head = sign_in_as("head")
    form = fields_of(head.get(at("notices", NOTICE)).page)
    assert head.post(at("notices", NOTICE), {**form, "devices": ["phone", glasses]}).status == 303
    assert entry(NOTICE, NOTICES)["devices"] == ["phone", glasses]


def test_the_clash_on_a_notice_names_the_devices_and_forms_that_it_has_now(sign_in_as, cast, draft):
    head = sign_in_as("head")
    form = fields_of(head.get(at("notices", NOTICE)).page)
    kept = {name: value for name, value in entry(NOTICE, NOTICES).items() if name != "id"}
    policy_draft.save(cast.dsl, NOTICES, NOTICE, form["seen"], {**kept, "devices": ["laptop"]})
    answer = head.post(at("notices", NOTICE), {**form, "says": "Mine."})
    assert answer.status == 409
    assert "where it is decided? Laptop" in answer.words
    assert answer.page.value("says") == "Mine."


def test_the_school_is_written_as_people_write_it(sign_in_as, draft):
    head = sign_in_as("head")
    form = fields_of(head.get(at("school", "front")).page)
    assert form["academic_year_ends"] == "31/08"
    assert (
        head.post(at("school", "front"), {**form, "academic_year_ends": "21/7", "monitored_by": ["dsl"]}).status == 303
    )
    kept = policy_draft.find().content["school"]
    assert (kept["academic_year_ends"], kept["monitored_by"]) == ("07-21", ["dsl"])


# --- What is gone meanwhile ---------------------------------------------------------------------------------


def test_who_saves_a_line_after_the_draft_was_published_is_told_and_loses_nothing(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    dsl = sign_in_as("dsl")
    form = fields_of(dsl.get(at("obligations", LINE)).page)
    publish(cast.head)
    for where in (at("obligations", LINE), "/policy/draft/add/obligations"):
        field = "seen" if where.endswith(LINE) else "after"
        sent = {name: value for name, value in form.items() if name != "seen"}
        answer = dsl.post(where, {**sent, field: form["seen"], "says": "Look at it each night."})
        assert answer.status == 409
        assert "There is no draft any more" in answer.words
        assert "Look at it each night." in answer.words
    assert versions.newest() == 2


def test_who_saves_a_line_that_was_deleted_is_told_and_loses_nothing(sign_in_as, cast, draft):
    head = sign_in_as("head")
    form = fields_of(head.get(at("obligations", LINE)).page)
    policy_draft.remove(cast.dsl, LINES, LINE, form["seen"])
    answer = head.post(at("obligations", LINE), {**form, "says": "Look at it each night."})
    assert answer.status == 409
    assert f"{cast.dsl.name} was the last to change the draft" in answer.words
    assert "Look at it each night." in answer.words
    assert head.get(at("obligations", LINE)).status == 404


def test_who_moves_a_line_that_was_changed_is_shown_it_first(sign_in_as, cast, draft):
    head, opened = sign_in_as("head"), seen()
    reword(cast.dsl, "Look at it daily.")
    answer = head.post(f"{at('obligations', LINE)}/move", {"after": "", "seen": opened})
    assert answer.status == 409
    assert "Look at it daily." in answer.words
    assert keys()[0] != LINE


# --- From tomorrow ------------------------------------------------------------------------------------------


def test_a_version_that_waits_for_tomorrow_says_so_and_asks_everybody_after_midnight(sign_in_as, cast, draft):
    dates = SECTIONS["dates"]
    reword(cast.head, "Look at it daily.")
    tomorrow = {**entry("front", dates), "in_force_from": "2026-11-24"}
    policy_draft.save(cast.head, dates, "front", seen("front", dates), tomorrow)
    head = sign_in_as("head")
    page = head.get("/policy/draft/publish").page
    form = {name: page.value(name) for name in ("revision", "since", "note")}
    assert head.post("/policy/draft/publish", form).status == 303
    words = head.get("/policy").words
    assert "Version 2 is published. It waits for its day: it is in force from Tuesday 24 November 2026" in words
    assert "Version 1." in words
    midnight = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    for moment, asked in ((midnight - dt.timedelta(minutes=1), False), (midnight, True)):
        with clock.frozen(moment):
            dsl = sign_in_as("dsl")
            assert ("Look at it daily." in dsl.get("/").words) == asked
            assert bool(owed.owed(cast.dsl)) == asked
            assert ("Look at it daily." in dsl.get("/acknowledgements/").words) == asked


# --- A file that leaves out what a request names ------------------------------------------------------------


def test_a_use_that_a_file_has_left_out_is_told_before_and_its_open_request_is_still_read_and_changed(
    sign_in_as, cast, draft, ask
):
    request = ask("teacher")
    head, teacher, text = sign_in_as("head"), sign_in_as("teacher"), policy_draft.as_file(cast.head)
    used = text.index("- id: family-emergency\n")
    looked = head.post("/policy/draft/file", {"pasted": text[:used] + text[text.index("- id: own-medical", used) :]})
    told = "“An emergency in my family” is missing under What a device may be used for."
    assert told in looked.words
    head.post("/policy/draft/file/apply", {"token": looked.page.value("token")})
    assert told in head.get("/policy/draft/publish").words
    publish(cast.head)
    for browser, where in ((head, "/decisions"), (head, f"/exemptions/{request}"), (teacher, f"/exemptions/{request}")):
        assert browser.get(where).status == 200
    page = teacher.get(f"/exemptions/{request}/change").page
    assert page.value("purpose") == []
