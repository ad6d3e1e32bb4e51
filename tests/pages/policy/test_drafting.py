"""Writing the next version of the policy on the page and as a file, and publishing it."""

import io

import pytest

from models import PolicyVersion
from rules.policy import draft as policy_draft
from rules.policy import in_force, versions
from rules.policy.sections import ALONE, SECTIONS
from tests.support.policy import LINE, entry, keys, new_version, publish, reword, seen

LINE_AT = f"/policy/draft/obligations/{LINE}"
A_LINE = {
    "says": "Charge your phone at home.",
    "clauses": "2.2, 2.4",
    "roles": ["staff-direct"],
    "when": "always",
    "before": "",
    "form": "",
    "easy": "",
}


@pytest.fixture
def draft(cast):
    """A draft that the headteacher has begun."""
    policy_draft.begin(cast.head)


def form_now(page):
    """The fields of the first form that posts to its own page, as they stand."""
    form = next(each for each in page.all("form") if each["method"] == "post" and not each["action"])
    names = {each["name"] for each in form.all("input", "select", "textarea")} - {"csrf_token"}
    return {name: page.value(name) for name in names}


# --- Beginning and dropping ---------------------------------------------------------------------------------


def test_the_headteacher_and_the_dsl_find_the_way_to_a_draft_and_nobody_else_does(sign_in_as):
    for who in ("head", "dsl"):
        assert sign_in_as(who).get("/policy").page.links["Write the next version"] == "/policy/draft"
    for who in ("deputy", "office", "pupil", "director"):
        browser = sign_in_as(who)
        assert "/policy/draft" not in browser.get("/policy").page.links.values()
        assert browser.get("/policy/draft").status == 403


def test_a_draft_is_begun_once_and_the_second_is_told_by_whom(sign_in_as, cast):
    assert sign_in_as("head").post("/policy/draft/begin").location == "/policy/draft"
    dsl = sign_in_as("dsl")
    assert dsl.post("/policy/draft/begin").status == 303
    assert f"{cast.head.name} began a draft at 10am on Monday 23 November 2026." in dsl.get("/policy/draft").words


def test_a_draft_that_is_dropped_is_gone(sign_in_as, draft):
    head = sign_in_as("head")
    assert head.post("/policy/draft/drop").status == 303
    assert "There is no draft." in head.get("/policy/draft").words
    assert head.get(LINE_AT).status == 404
    assert head.post("/policy/draft/drop").status == 404


# --- Line by line -------------------------------------------------------------------------------------------


def test_the_lines_are_listed_with_those_that_changed(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    policy_draft.add(cast.head, SECTIONS["obligations"], {**entry("pupil-how-to-complain"), "id": "x"}, LINE)
    words = sign_in_as("head").get("/policy/draft/obligations").words
    assert "Look at it daily. Changed" in words
    assert "Ask a grown-up how to complain if you think that something was not fair. New" in words
    pupils = sign_in_as("head").get("/policy/draft/obligations?role=pupil").words
    assert "Look at it daily." not in pupils
    assert "grown-up" in pupils


@pytest.mark.parametrize("section", SECTIONS)
def test_every_entry_of_every_section_is_opened_and_saved_as_it_is(sign_in_as, draft, section):
    """What the form shows and reads back is the entry, with nothing lost."""
    head, before = sign_in_as("head"), policy_draft.find().content
    lines = keys(SECTIONS[section]) if SECTIONS[section].listed else [ALONE]
    for line in lines[:40]:
        where = f"/policy/draft/{section}/{line}"
        answer = head.post(where, form_now(head.get(where).page))
        assert answer.status == 303, answer.words
    assert policy_draft.find().content == before


def test_a_line_is_changed_and_stands_in_the_list(sign_in_as, draft):
    head = sign_in_as("head")
    answer = head.post(LINE_AT, {**A_LINE, "seen": seen()})
    assert answer.location == "/policy/draft/obligations"
    assert "Saved in the draft." in head.get(answer.location).words
    assert entry() == {
        "id": LINE,
        "clauses": ["2.2", "2.4"],
        "for": ["staff-direct"],
        "when": "always",
        "says": "Charge your phone at home.",
    }


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("says", "", "Write what they must do"),
        ("says", "a" * 501, "The text has 501 characters"),
        ("clauses", "2.2, 9.9", "There is no clause “9.9”"),
        ("clauses", "", "Write the clause"),
        ("roles", [], "Choose at least one role"),
        ("when", "before", "Say before what"),
        ("easy", "Look at it.", "Begin “Look at it.” with a picture’s name"),
        ("easy", "(dragon) Look at it.", "There is no picture “dragon”"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(sign_in_as, draft, field, value, words):
    before = policy_draft.find()
    answer = sign_in_as("head").post(LINE_AT, {**A_LINE, "seen": seen(), field: value})
    assert answer.status == 422
    beside = "before" if value == "before" else field
    assert words in answer.page.message_beside(beside)
    assert answer.page.value(field) == value
    assert policy_draft.find() == before


def test_line_ends_as_browsers_send_them_are_spaces_in_a_line_and_paragraphs_in_a_text(sign_in_as, draft):
    head, procedures = sign_in_as("head"), SECTIONS["procedures"]
    head.post(LINE_AT, {**A_LINE, "says": "Lock it.\r\nKeep it.\r\n", "easy": "(lock) Lock it.\r\n", "seen": seen()})
    assert entry()["says"] == "Lock it. Keep it."
    assert entry()["easy"] == [{"picture": "lock", "says": "Lock it."}]
    text = {"title": "Complaints", "roles": ["pupil"], "says": "Tell us.\r\n\r\nWe help.", "easy": ""}
    head.post("/policy/draft/procedures/complaints", {**text, "seen": seen("complaints", procedures)})
    assert entry("complaints", procedures)["says"] == ["Tell us.", "We help."]


def test_a_script_in_a_sentence_is_shown_as_it_was_typed(sign_in_as, draft):
    head = sign_in_as("head")
    head.post(LINE_AT, {**A_LINE, "says": "<script>alert(1)</script> Look.", "seen": seen()})
    for where in ("/policy/draft/obligations", LINE_AT, "/policy/draft/differences"):
        answer = head.get(where)
        assert "&lt;script&gt;" in answer.text
        assert "<script>alert" not in answer.text


def test_a_line_is_added_below_another_moved_and_deleted(sign_in_as, draft):
    head = sign_in_as("head")
    where = f"/policy/draft/add/obligations?after={LINE}"
    assert head.get(where).page.value("after") == LINE
    assert head.post(where, {**A_LINE, "after": LINE}).status == 303
    new = "charge-your-phone-at-home"
    assert keys()[keys().index(LINE) + 1] == new
    page = head.get(f"/policy/draft/obligations/{new}").page
    assert page.by_id("move-after").all("option")[keys().index(LINE) + 1]["selected"] is not None
    assert head.post(f"/policy/draft/obligations/{new}/move", {"after": "", "seen": seen(new)}).status == 303
    assert keys()[0] == new
    assert head.post(f"/policy/draft/obligations/{new}/delete", {"seen": "another"}).status == 409
    assert new in keys()
    assert head.post(f"/policy/draft/obligations/{new}/delete", {"seen": seen(new)}).status == 303
    assert new not in keys()


def test_a_line_that_somebody_else_changed_is_shown_beside_what_was_typed(sign_in_as, cast, draft):
    head, opened = sign_in_as("head"), seen()
    reword(cast.dsl, "Look at it daily.")
    answer = head.post(LINE_AT, {**A_LINE, "seen": opened})
    assert answer.status == 409
    assert f"{cast.dsl.name} was the last to change the draft" in answer.words
    assert "Look at it daily." in answer.words
    assert answer.page.value("says") == A_LINE["says"]
    assert entry()["says"] == "Look at it daily."
    assert head.post(LINE_AT, form_now(answer.page)).status == 303  # having seen it, the headteacher saves all the same
    assert entry()["says"] == A_LINE["says"]


def test_a_place_stays_and_its_new_name_is_saved(sign_in_as, draft):
    head, places = sign_in_as("head"), SECTIONS["places"]
    where = "/policy/draft/places/car-park"
    assert "Delete it" not in head.get(where).words
    assert head.post(f"{where}/delete", {"seen": seen("car-park", places)}).status == 403
    assert head.post(where, {"name": "The car park", "seen": seen("car-park", places)}).status == 303
    assert entry("car-park", places) == {"id": "car-park", "name": "The car park", "exemptions": False}


def test_dates_are_written_as_people_write_them(sign_in_as, draft):
    head, where = sign_in_as("head"), f"/policy/draft/dates/{ALONE}"
    form = form_now(head.get(where).page)
    assert (form["implemented"], form["review_due"], form["approved_on"]) == ("09/2023", "2024-07-31", "")
    changed = {**form, "reviewed": "11/2026", "review_due": "31/7/2027", "approver": "The governors"}
    assert head.post(where, changed).location == "/policy/draft"
    kept = policy_draft.find().content["school"]
    assert (kept["reviewed"], kept["review_due"], kept["approved_by"]) == ("2026-11", "2027-07-31", "The governors")
    wrong = head.post(
        where, {**changed, "seen": seen(ALONE, SECTIONS["dates"]), "review_due": "soon", "reviewed": "13/2026"}
    )
    assert wrong.status == 422
    assert "Write the day" in wrong.page.message_beside("review_due")
    assert "Write the month" in wrong.page.message_beside("reviewed")


def test_sections_and_lines_that_there_are_not_are_not_found(sign_in_as, draft):
    head = sign_in_as("head")
    for where in ("secrets", "obligations/nothing", "sources/99", "places/%00", "dates/back"):
        assert head.get(f"/policy/draft/{where}").status == 404, where
    assert head.get("/policy/draft/add/procedures").status == 403
    assert head.get("/policy/draft/dates").location == "/policy/draft/dates/front"


# --- Differences --------------------------------------------------------------------------------------------


def test_the_differences_of_two_versions_are_shown_side_by_side_with_the_words_marked(sign_in_as, cast):
    new_version(cast.head, "Check each week that people follow this policy.")
    page = sign_in_as("teacher").get("/policy/differences").page
    (table,) = [each for each in page.all("table") if "ox-change__table" in each.classes]
    assert [each.text for each in table.all("del")] == ["[removed: often]"]
    assert [each.text for each in table.all("ins")] == ["[added: each week]"]
    assert page.value("old") == "1"
    assert page.value("new") == "2"


def test_the_differences_can_be_those_for_one_role(sign_in_as, cast):
    new_version(cast.head)
    teacher = sign_in_as("teacher")
    assert "Nothing changes for this role." in teacher.get("/policy/differences?role=pupil").words
    assert "Look at it each week." in teacher.get("/policy/differences?role=dsl").words


def test_versions_that_there_are_not_are_not_found(sign_in_as):
    for where in ("differences?old=9", "differences?new=x", "versions/9", "versions/0"):
        assert sign_in_as("teacher").get(f"/policy/{where}").status == 404
    assert "There is no difference." in sign_in_as("teacher").get("/policy/differences?old=1&new=1").words


def test_the_differences_of_a_draft_are_for_those_who_write_it(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    assert "Look at it daily." in sign_in_as("dsl").get("/policy/draft/differences").words
    assert sign_in_as("teacher").get("/policy/draft/differences").status == 403


# --- Versions -----------------------------------------------------------------------------------------------


def test_everybody_reads_every_version_exactly_as_it_was(sign_in_as, cast):
    new_version(cast.head)
    page = sign_in_as("pupil").get("/policy/history")
    assert f"10am on Monday 23 November 2026, by {cast.head.name}" in page.words
    assert "Save as a file" not in page.words
    old, new = (sign_in_as("parent").get(f"/policy/versions/{number}").words for number in (1, 2))
    assert "Check often that people follow this policy." in old
    assert "This version is no longer in force." in old
    assert "Look at it each week." in new
    assert PolicyVersion.get_by_id(1).digest in old


def test_a_version_is_saved_as_a_file_by_those_who_write(sign_in_as):
    answer = sign_in_as("dsl").get("/policy/versions/1/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="policy-version-1.yaml"'
    assert answer.text == versions.as_file(1)
    assert sign_in_as("teacher").get("/policy/versions/1/file").status == 403


@pytest.mark.parametrize("count", [1, 6])
def test_the_history_takes_the_same_queries_however_many_versions_there_are(sign_in_as, cast, queries, count):
    for number in range(count):
        new_version(cast.head, f"Look at it {number} times.")
    pupil = sign_in_as("pupil")
    assert len(queries(lambda: pupil.get("/policy/history"))) <= 5


# --- As a file ----------------------------------------------------------------------------------------------


def test_the_draft_is_saved_as_a_file_sent_back_looked_at_and_taken(sign_in_as, draft):
    head = sign_in_as("head")
    text = head.get("/policy/draft/download").text
    changed = text.replace("Staff room", "Room of the staff")
    file = {"file": (io.BytesIO(changed.encode()), "mine.yaml"), "csrf_token": head.token}
    looked = head.open("POST", "/policy/draft/file", data=file, content_type="multipart/form-data")
    assert looked.status == 200
    assert "Room of the" in looked.words
    assert "It takes the place of the draft" in looked.words
    answer = head.post("/policy/draft/file/apply", {"token": looked.page.value("token")})
    assert answer.location == "/policy/draft"
    assert entry("staff-room", SECTIONS["places"])["name"] == "Room of the staff"
    assert head.post("/policy/draft/file/apply", {"token": looked.page.value("token")}).status == 409


def test_every_fault_of_a_file_is_listed_with_its_line_and_what_was_pasted_is_kept(sign_in_as, cast, draft):
    text = policy_draft.as_file(cast.head).replace("- '0.2'", "- '9.9'").replace("- governor", "- king", 1)
    answer = sign_in_as("head").post("/policy/draft/file", {"pasted": text})
    assert answer.status == 422
    assert "lines to mend" in answer.words
    for wrong in ("- '9.9'", "- king"):
        line = text[: text.index(wrong)].count("\n") + 1
        assert f"{line} There is no " in answer.words
    assert "There is no clause “9.9”" in answer.words
    assert "There is no role “king”" in answer.words
    assert answer.page.value("pasted") == text


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a: b", b"<script>alert(1)</script>", b"%PDF-1.4"])
def test_a_file_that_is_no_policy_is_refused_in_words(sign_in_as, raw):
    head = sign_in_as("head")
    file = {"file": (io.BytesIO(raw), "x.yaml"), "csrf_token": head.token}
    answer = head.open("POST", "/policy/draft/file", data=file, content_type="multipart/form-data")
    assert answer.status == 422
    assert "1 line to mend" in answer.words
    assert "<script>alert" not in answer.text


def test_a_text_far_larger_than_a_policy_is_refused_in_words(sign_in_as):
    answer = sign_in_as("head").post("/policy/draft/file", {"pasted": "x" * 1_000_001})
    assert answer.status == 422
    assert "far larger than a policy is" in answer.words


def test_a_form_that_there_is_not_is_refused(sign_in_as, draft):
    answer = sign_in_as("head").post(LINE_AT, {**A_LINE, "seen": seen(), "form": "holiday"})
    assert answer.status == 422
    assert "There is no form “holiday”" in answer.page.message_beside("form")


def test_nothing_sent_is_said_at_the_field(sign_in_as):
    answer = sign_in_as("head").post("/policy/draft/file", {"pasted": "  "})
    assert answer.status == 422
    assert answer.page.message_beside("file") == "Choose a file, or paste its lines below"


# --- Publishing ---------------------------------------------------------------------------------------------


def publish_form(page):
    return {name: page.value(name) for name in ("revision", "since", "note")}


def test_publishing_says_what_changes_for_whom_and_is_one_click(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    head = sign_in_as("head")
    answer = head.get("/policy/draft/publish")
    assert "1, for 3 people." in answer.words
    assert "people are asked to acknowledge the new version (clause 7.1)" in answer.words
    assert answer.page.links["1 for Designated safeguarding lead (DSL)"] == "/policy/draft/differences?role=dsl"
    done = head.post("/policy/draft/publish", {**publish_form(answer.page), "note": "Daily, not often."})
    assert done.location == "/policy"
    assert "Version 2 is published." in head.get("/policy").words
    assert f"by {cast.head.name} Daily, not often." in head.get("/policy").words
    assert "Look at it daily." in sign_in_as("dsl").get("/").words


def test_published_twice_it_is_one_version_and_the_second_click_is_told(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    head = sign_in_as("head")
    form = publish_form(head.get("/policy/draft/publish").page)
    assert head.post("/policy/draft/publish", form).status == 303
    second = head.post("/policy/draft/publish", form)
    assert second.status == 409
    assert f"Version 2 was published by {cast.head.name}" in second.words
    assert versions.newest() == 2
    assert head.get("/policy/draft/publish").status == 404


def test_what_changed_after_the_page_was_opened_is_looked_at_again(sign_in_as, cast, draft):
    reword(cast.head, "Look at it daily.")
    head = sign_in_as("head")
    form = publish_form(head.get("/policy/draft/publish").page)
    reword(cast.dsl, "Look at it hourly.")
    answer = head.post("/policy/draft/publish", form)
    assert answer.status == 409
    assert cast.dsl.name in answer.words
    assert head.post("/policy/draft/publish", publish_form(answer.page)).status == 303


def test_the_dsl_does_not_publish(sign_in_as, cast, draft):
    reword(cast.dsl, "Look at it daily.")
    dsl = sign_in_as("dsl")
    assert "The headteacher publishes it." in dsl.get("/policy/draft").words
    assert dsl.get("/policy/draft/publish").status == 403


def test_a_draft_that_says_nothing_new_offers_no_button(sign_in_as, draft):
    head = sign_in_as("head")
    page = head.get("/policy/draft/publish").page
    assert "There is nothing to publish" in page.text
    assert "Publish it" not in [button.text for button in page.all("button")]
    answer = head.post("/policy/draft/publish", {"revision": "1", "since": "1", "note": ""})
    assert answer.status == 422


# --- My page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "dsl", "director"])
def test_who_watches_over_the_policy_is_told_that_its_review_is_overdue_and_its_approval_missing(sign_in_as, who):
    """Clause 0.1."""
    words = sign_in_as(who).get("/").words
    assert "The review of the policy is overdue It was due on Wednesday 31 July 2024 (clause 0.1)" in words
    assert "Nobody has written down when the governors approved the policy" in words


@pytest.mark.parametrize("who", ["teacher", "office", "pupil", "parent", "deputy"])
def test_nobody_else_is_told(sign_in_as, who):
    assert "The review of the policy is overdue" not in sign_in_as(who).get("/").words


def test_an_open_draft_stands_on_the_page_of_those_who_write_it(sign_in_as, cast, draft):
    for who in ("head", "dsl"):
        assert f"{cast.head.name} was the last to change it" in sign_in_as(who).get("/").words
    assert "A draft of the next version" not in sign_in_as("director").get("/").words


def test_a_policy_that_is_reviewed_and_approved_flags_nothing(sign_in_as, cast, draft):
    dates = {**entry(ALONE, SECTIONS["dates"]), "review_due": "2027-07-31", "approved_on": "2026-11-20"}
    policy_draft.save(cast.head, SECTIONS["dates"], ALONE, seen(ALONE, SECTIONS["dates"]), dates)
    publish(cast.head)
    assert not in_force.policy_in_force().review_overdue
    assert "The policy" not in [each.text for each in sign_in_as("director").get("/").page.all("h2")]
    words = sign_in_as("pupil").get("/policy").words
    assert "Overdue" not in words
    assert "Approved on Friday 20 November 2026" in words
