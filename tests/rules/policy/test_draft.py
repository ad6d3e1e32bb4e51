"""The draft of the next version of the policy: begun once, edited line by line by several people, always readable."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import IntegrityError, db, writing
from models import PolicyDraft
from rules.core import clock
from rules.core.errors import AlreadyDone, Changed, Conflict, Invalid, NotAllowed, NotFound
from rules.policy import draft as policy_draft
from rules.policy.pack import PolicyFileError, content_from, read_content, read_sent
from rules.policy.sections import SECTIONS
from rules.policy.versions import content_of, newest
from tests.conftest import examples
from tests.support.exemptions import events
from tests.support.policy import A_LINE, DATES, LINE, LINES, PLACES, entry, keys, publish, reword, seen


@pytest.fixture
def draft(cast):
    """A draft that the headteacher has begun."""
    policy_draft.begin(cast.head)


def refused(actor, key=LINE, section=LINES, **changed):
    """What is wrong with an entry that cannot be kept, by field; the draft stays as it was."""
    before = policy_draft.find()
    with pytest.raises(Invalid) as caught:
        policy_draft.save(actor, section, key, seen(key, section), {**entry(key, section), **changed})
    assert policy_draft.find() == before
    return caught.value.errors


# --- Beginning and dropping ---------------------------------------------------------------------------------


def test_a_draft_begins_as_the_newest_version_and_names_no_day(cast, draft):
    found, old = policy_draft.load(cast.head), content_of(newest())
    assert found.content == {**old, "school": {**old["school"], "in_force_from": None}}
    assert (found.base, found.made_by, found.made_at) == (newest(), cast.head.name, clock.now())
    assert events()[-1] == "policy-draft-begun"


def test_the_dsl_may_write_it_too_and_nobody_else(cast):
    policy_draft.begin(cast.dsl)
    for name in ("deputy", "office", "teacher", "pupil", "parent", "governor", "director"):
        with pytest.raises(NotAllowed):
            policy_draft.load(getattr(cast, name))
        with pytest.raises(NotAllowed):
            policy_draft.begin(getattr(cast, name))


def test_who_begins_a_second_draft_is_told_who_has_begun_one(cast, draft):
    with pytest.raises(AlreadyDone, match=f"{cast.head.name} began a draft at 10am on Monday 23 November 2026"):
        policy_draft.begin(cast.dsl)
    assert PolicyDraft.select().count() == 1


def test_the_database_holds_one_open_draft_only(cast, draft):
    row = {"base": newest(), "content": {}, "made_by": cast.dsl.id, "changed_by": cast.dsl.id}
    with pytest.raises(IntegrityError), writing():
        PolicyDraft.insert(**row, made_at=clock.now(), changed_at=clock.now()).execute()


def test_a_draft_that_is_dropped_is_gone_and_another_can_be_begun(cast, draft):
    reword(cast.head, "Look at it daily.")
    policy_draft.drop(cast.dsl)
    with pytest.raises(NotFound):
        policy_draft.load(cast.head)
    policy_draft.begin(cast.dsl)
    assert entry()["says"] == "Check often that people follow this policy."
    assert "policy-draft-dropped" in events()


def test_who_drops_a_draft_that_is_gone_is_told_so(cast):
    with pytest.raises(NotFound):
        policy_draft.drop(cast.head)


# --- Editing ------------------------------------------------------------------------------------------------


def test_a_line_is_changed_and_saved_at_once_and_the_version_in_force_stays(cast, draft):
    reword(cast.head, "  Look at   it daily. ")
    assert entry()["says"] == "Look at it daily."
    assert content_of(newest())["obligations"][1]["says"] == "Check often that people follow this policy."
    assert (events()[-1], policy_draft.find().revision) == ("policy-draft-changed", 2)


def test_a_line_keeps_its_id_whatever_is_sent(cast, draft):
    policy_draft.save(cast.head, LINES, LINE, seen(), {**A_LINE})
    assert entry() == {"id": LINE, **A_LINE}


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"clauses": ["9.9"]}, "clauses", "There is no clause “9.9”"),
        ({"clauses": []}, "clauses", "The list is empty"),
        ({"for": ["king"]}, "for", "There is no role “king”"),
        ({"for": ["pupil", "pupil"]}, "for", "twice"),
        ({"when": "sometimes"}, "when", "There is no time “sometimes”"),
        ({"when": "before"}, "when", "before what"),
        ({"before": "go"}, "when", "goes only with"),
        ({"form": "holiday"}, "form", "There is no form “holiday”"),
        ({"says": ""}, "says", "empty"),
        ({"says": "a" * 501}, "says", "501 characters"),
        ({"says": "a\u202eb"}, "says", "hidden character"),
        ({"easy": [{"picture": "dragon", "says": "Look."}]}, "easy", "There is no picture “dragon”"),
        ({"easy": [{"picture": "look", "says": ""}]}, "easy", "empty"),
    ],
)
def test_what_a_file_may_not_say_a_line_may_not_say_either(cast, draft, changed, field, words):
    errors = refused(cast.head, **changed)
    if field == "when" and "before" in changed:
        field = "before"
    assert errors.keys() == {field}
    assert words in errors[field]


def test_all_that_is_wrong_with_a_line_is_said_at_once(cast, draft):
    assert refused(cast.head, clauses=["9.9"], says="", form="x").keys() == {"clauses", "says", "form"}


def test_a_script_in_a_sentence_is_a_sentence(cast, draft):
    reword(cast.head, "<script>alert(1)</script> Look.")
    assert entry()["says"] == "<script>alert(1)</script> Look."


def test_a_line_is_added_behind_another_one_and_gets_an_id_of_its_own(cast, draft):
    first = policy_draft.add(cast.head, LINES, A_LINE, after=LINE)
    again = policy_draft.add(cast.head, LINES, A_LINE, after=LINE)
    last = policy_draft.add(cast.head, LINES, {**A_LINE, "says": "„…“"})
    assert (first, again, last) == ("charge-your-phone-at-home", "charge-your-phone-at-home-2", "line")
    place = keys().index(LINE)
    assert keys()[place : place + 3] == [LINE, again, first]
    assert keys()[-1] == last


def test_a_line_is_deleted_and_moved(cast, draft):
    first, second, third = keys()[:3]
    policy_draft.move(cast.head, LINES, first, seen(first), third)
    assert keys()[:3] == [second, third, first]
    policy_draft.move(cast.head, LINES, first, seen(first), "")
    assert keys()[:3] == [first, second, third]
    policy_draft.remove(cast.head, LINES, second, seen(second))
    assert keys()[:2] == [first, third]


def test_the_last_line_of_a_list_cannot_be_deleted(cast, draft):
    sources = SECTIONS["sources"]
    policy_draft.remove(cast.head, sources, "1", seen("1", sources))
    with pytest.raises(Invalid):
        policy_draft.remove(cast.head, sources, "1", seen("1", sources))
    assert len(keys(sources)) == 1


def test_a_place_that_requests_may_name_stays_and_a_new_one_can_be_taken_out_again(cast, draft):
    with pytest.raises(NotAllowed):
        policy_draft.remove(cast.head, PLACES, "car-park", seen("car-park", PLACES))
    hall = policy_draft.add(cast.head, PLACES, {"name": "The new hall", "exemptions": True})
    assert hall == "the-new-hall"
    policy_draft.remove(cast.head, PLACES, hall, seen(hall, PLACES))
    assert hall not in keys(PLACES)


def test_the_texts_to_acknowledge_are_always_both_there(cast, draft):
    procedures = SECTIONS["procedures"]
    assert keys(procedures) == ["complaints", "whistleblowing"]
    with pytest.raises(NotAllowed):
        policy_draft.remove(cast.head, procedures, "complaints", seen("complaints", procedures))
    with pytest.raises(NotAllowed):
        policy_draft.add(cast.head, procedures, entry("complaints", procedures))
    with pytest.raises(NotAllowed):
        policy_draft.move(cast.head, procedures, "complaints", seen("complaints", procedures), "whistleblowing")


def test_the_front_page_is_changed_field_by_field_and_its_other_fields_stay(cast, draft):
    before = policy_draft.find().content["school"]
    dates = {**entry("front", DATES), "approved_by": "The governing body", "approved_on": "2026-11-19"}
    policy_draft.save(cast.head, DATES, "front", seen("front", DATES), {**dates, "name": "Another school"})
    assert policy_draft.find().content["school"] == {
        **before,
        "approved_by": "The governing body",
        "approved_on": "2026-11-19",
    }


def test_times_of_the_day_that_cannot_be_are_refused_at_their_field(cast, draft):
    assert refused(cast.head, "front", SECTIONS["times"], closes="06:00").keys() == {"closes"}
    assert refused(cast.head, "front", SECTIONS["times"], opens="25:00").keys() == {"opens"}
    assert refused(cast.head, "front", SECTIONS["times"], pupils_leave="08:00").keys() == {"pupils_leave"}


def test_an_entry_that_there_is_not_is_not_found(cast, draft):
    with pytest.raises(NotFound):
        policy_draft.save(cast.head, LINES, "nothing", "x", A_LINE)
    with pytest.raises(NotFound):
        policy_draft.move(cast.head, LINES, "nothing", "x", LINE)
    with pytest.raises(Invalid):
        policy_draft.move(cast.head, LINES, LINE, seen(), "nothing")


# --- Two people ---------------------------------------------------------------------------------------------


def test_two_people_change_different_lines_and_both_are_kept(cast, draft):
    opened = seen("review-each-summer")
    reword(cast.dsl, "Look at it daily.")
    line = {name: value for name, value in entry("review-each-summer").items() if name != "id"}
    policy_draft.save(cast.head, LINES, "review-each-summer", opened, {**line, "says": "Review it in June."})
    assert (entry()["says"], entry("review-each-summer")["says"]) == ("Look at it daily.", "Review it in June.")


def test_who_saves_a_line_that_somebody_else_has_changed_is_told_who_and_when(cast, draft):
    opened = seen()
    with clock.frozen(clock.now() + dt.timedelta(minutes=5)):
        reword(cast.dsl, "Look at it daily.")
    told = f"{cast.dsl.name} was the last to change the draft, at 10:05am on Monday 23 November 2026"
    with pytest.raises(Changed, match=told):
        policy_draft.save(cast.head, LINES, LINE, opened, A_LINE)
    with pytest.raises(Changed, match=told):
        policy_draft.remove(cast.head, LINES, LINE, opened)
    assert entry()["says"] == "Look at it daily."


def test_a_draft_that_was_published_meanwhile_is_changed_by_nobody(cast, draft):
    reword(cast.head, "Look at it daily.")
    opened = seen()
    publish(cast.head)
    with pytest.raises(NotFound):
        policy_draft.save(cast.dsl, LINES, LINE, opened, A_LINE)


# --- As a file ----------------------------------------------------------------------------------------------


def test_a_draft_saved_as_a_file_and_sent_back_is_the_same_policy(cast, draft):
    reword(cast.head, "Look: “daily” – #1, yes & no.")
    text = policy_draft.as_file(cast.head)
    assert read_sent("policy.yaml", text.encode()).digest == read_content(policy_draft.find().content).digest


def test_a_file_is_looked_at_before_it_becomes_the_draft(cast, draft):
    text = policy_draft.as_file(cast.head).replace("Staff room", "Room of the staff")
    before = policy_draft.find()
    content, token = policy_draft.look_at(cast.head, "policy.yaml", text.encode())
    assert policy_draft.find() == before
    assert "Room of the staff" in str(content["zones"])
    policy_draft.take_file(cast.head, token)
    assert policy_draft.find().content == content
    assert events()[-1] == "policy-draft-read"
    with pytest.raises(Conflict):
        policy_draft.take_file(cast.head, token)


def test_a_file_becomes_the_draft_where_there_was_none_and_only_for_its_sender(cast, draft):
    text = policy_draft.as_file(cast.head)
    policy_draft.drop(cast.head)
    _, token = policy_draft.look_at(cast.head, "policy.yaml", text.encode())
    with pytest.raises(Conflict):
        policy_draft.take_file(cast.dsl, token)
    policy_draft.take_file(cast.head, token)
    assert policy_draft.find().base == newest()


SPOILT = (
    ("  - '0.1'\n", "  - '9.9'\n", "no clause “9.9”"),
    ("  - governor\n", "  - king\n", "no role “king”"),
    ("  - off-site\n", "  - moon\n", "no place “moon”"),
    ("- id: tablet\n", "- id: phone\n", "taken by an entry above"),
)


def test_every_fault_of_a_file_is_told_with_its_line(cast, draft):
    text, wanted = policy_draft.as_file(cast.head), []
    for old, new, words in SPOILT:
        place = text.index(old, text.index("obligations:") if "'" in old else 0)
        text = text[:place] + new + text[place + len(old) :]
        wanted.append((text[:place].count("\n") + 1, words))
    with pytest.raises(PolicyFileError) as caught:
        policy_draft.look_at(cast.head, "policy.yaml", text.encode())
    told = {fault.line: fault.reason for fault in caught.value.all}
    for line, words in wanted:
        assert words in told[line]
    assert len(told) == len(wanted)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "empty"),
        (b"x" * 1_000_001, "larger than a policy"),
        (b"a: &x [b]\n", "shortcuts"),
        (b"".join(b"k%d: 1\n" % number for number in range(90_000)), "far more entries than a policy has"),
        (b"[" * 5000, "lists inside lists"),
        (b"just words", "keys were expected"),
        (b"school: !!str {a: b}\n", "is missing"),
        (b"%PDF-1.7\n\x00", "hidden character"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_with_its_line(cast, raw, words):
    with pytest.raises(PolicyFileError, match=words) as caught:
        policy_draft.look_at(cast.head, "policy.yaml", raw)
    assert caught.value.line >= 1


# --- Any sequence of edits ----------------------------------------------------------------------------------

WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["A.", "yes", "null", "07:00", "- a: b", "#", "'"]
)
KEYS = st.integers(0, 3)
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("reword"), st.sampled_from(["obligations", "places", "visitors", "sources"]), KEYS, WORDS),
        st.tuples(st.just("add"), st.sampled_from(["obligations", "places", "visitors", "documents"]), KEYS, WORDS),
        st.tuples(st.just("remove"), st.sampled_from(list(SECTIONS)), KEYS, WORDS),
        st.tuples(st.just("move"), st.sampled_from(list(SECTIONS)), KEYS, WORDS),
        st.tuples(st.just("day"), st.just("times"), KEYS, st.sampled_from(["07:30", "23:00", "6:00", "05:00"])),
    ),
    max_size=8,
)


def edit(actor, verb, section, number, words):
    """One edit of whatever stands at a number; what is refused changes nothing."""
    section = SECTIONS[section]
    key = keys(section)[number % len(keys(section))]
    old = entry(key, section)
    text = next((name for name in ("says", "name", "title") if name in old), None)
    if verb == "reword":
        policy_draft.save(actor, section, key, seen(key, section), {**old, text: words})
    elif verb == "add":
        new = {name: value for name, value in old.items() if name != "id"}
        policy_draft.add(actor, section, {**new, text: words}, key)
    elif verb == "remove":
        policy_draft.remove(actor, section, key, seen(key, section))
    elif verb == "move":
        policy_draft.move(actor, section, key, seen(key, section), keys(section)[0])
    else:
        policy_draft.save(actor, section, key, seen(key, section), {**old, "opens": words})


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_whatever_is_edited_the_draft_can_be_read_and_its_file_is_the_same_policy(cast, edits):
    with db.atomic() as attempt:
        policy_draft.begin(cast.head)
        for verb, *rest in edits:
            before = policy_draft.find()
            try:
                edit(cast.head, verb, *rest)
            except (Invalid, NotAllowed):
                assert policy_draft.find() == before
        content = policy_draft.find().content
        pack = read_content(content)
        assert content_from(pack) == content
        assert read_sent("policy.yaml", policy_draft.as_file(cast.head).encode()) == pack
        attempt.rollback()
