"""All that the policy can say is edited on the page: each part has its section, and each change is counted."""

import copy

import pytest

from rules.core.errors import Changed, Invalid, NotAllowed
from rules.policy import draft as policy_draft
from rules.policy.pack import content_from, read_pack
from rules.policy.sections import SECTIONS, count, place_of
from tests.support.policy import LINE, LINES, SHIPPED, entry, keys, seen

OLD = content_from(read_pack(SHIPPED))
CLAUSES, SIGNS, DEVICES = SECTIONS["clauses"], SECTIONS["signs"], SECTIONS["devices"]
NOTICES, PURPOSES, SOURCES = SECTIONS["notices"], SECTIONS["purposes"], SECTIONS["sources"]
A_CLAUSE = {"id": "7.9", "title": "New", "gist": "Something new.", "for": ["pupil"]}


@pytest.fixture
def draft(cast):
    """A draft that the headteacher has begun."""
    policy_draft.begin(cast.head)


def change(actor, section, key, **words):
    """Somebody changes fields of an entry that they have just opened."""
    policy_draft.save(actor, section, key, seen(key, section), {**entry(key, section), **words})


def leaves(node, path=()):
    """Every path of a content at which there is no mapping."""
    if not isinstance(node, dict):
        return {path}
    return set().union(*(leaves(value, (*path, key)) for key, value in node.items()))


def test_every_key_of_the_policy_is_in_a_section_but_the_agreement_which_has_a_page_of_its_own():
    covered = {
        (*section.path, name) if section.fields else section.path
        for section in SECTIONS.values()
        for name in section.fields or ("",)
    }
    there = {path for path in leaves(OLD) if path[0] != "agreement"}
    assert there <= covered
    assert covered - there == {("school", "monitoring_easy")} - there


def test_what_is_new_changed_and_deleted_is_counted():
    new = copy.deepcopy(OLD)
    assert count(new, OLD, LINES) == {}
    new["obligations"][0]["says"] = "Look."
    new["obligations"].append({**OLD["obligations"][1], "id": "x"})
    del new["obligations"][2]
    assert count(new, OLD, LINES) == {"changed": 1, "new": 1, "deleted": 1}
    new["school"]["name"] = "Another"
    assert count(new, OLD, SECTIONS["school"]) == {"changed": 1}
    new["school"]["sources"][0]["edition"] = "2026"
    assert count(new, OLD, SOURCES) == {"new": 1, "deleted": 1}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("obligations", 1, "clauses", 0), "What everybody must do: “Check often that people follow this policy.”"),
        (("school", "day", "opens"), "Times of the school day"),
        (("school", "name"), "The school, and who watches over the policy"),
        (("visitors", "free_places", 0), "Where visitors need no permission"),
        (("nothing",), ""),
        (("agreement", "easy"), ""),
    ],
)
def test_a_place_in_the_policy_is_told_in_words(path, words):
    assert place_of(OLD, path) == words


# --- Clauses ------------------------------------------------------------------------------------------------


def test_a_clause_is_reworded_and_keeps_its_number_whatever_is_sent(cast, draft):
    change(cast.head, CLAUSES, "4.1", id="9.9", gist="Lock it away.")
    assert (entry("4.1", CLAUSES)["id"], entry("4.1", CLAUSES)["gist"]) == ("4.1", "Lock it away.")


def test_a_new_clause_has_the_number_that_is_written_and_no_number_is_there_twice(cast, draft):
    assert policy_draft.add(cast.head, CLAUSES, A_CLAUSE, "7.3") == "7.9"
    assert keys(CLAUSES)[keys(CLAUSES).index("7.3") + 1] == "7.9"
    with pytest.raises(Invalid) as caught:
        policy_draft.add(cast.head, CLAUSES, A_CLAUSE)
    assert caught.value.errors == {"id": "There is a clause 7.9 already. Choose another number"}
    with pytest.raises(Invalid) as caught:
        policy_draft.add(cast.head, CLAUSES, {**A_CLAUSE, "id": "nine"})
    assert "a clause is a number" in caught.value.errors["id"]


def test_a_clause_that_lines_may_cite_stays_and_a_new_one_goes_unless_a_line_cites_it(cast, draft):
    with pytest.raises(NotAllowed):
        policy_draft.remove(cast.head, CLAUSES, "4.1", seen("4.1", CLAUSES))
    policy_draft.add(cast.head, CLAUSES, A_CLAUSE)
    change(cast.head, LINES, LINE, clauses=["0.2", "7.9"])
    with pytest.raises(Invalid) as caught:
        policy_draft.remove(cast.head, CLAUSES, "7.9", seen("7.9", CLAUSES))
    assert "What everybody must do: “Check often" in caught.value.errors[""]
    change(cast.head, LINES, LINE, clauses=["0.2"])
    policy_draft.remove(cast.head, CLAUSES, "7.9", seen("7.9", CLAUSES))
    assert "7.9" not in keys(CLAUSES)


def test_a_clause_is_for_somebody(cast, draft):
    with pytest.raises(Invalid) as caught:
        change(cast.head, CLAUSES, "4.1", **{"for": []})
    assert caught.value.errors.keys() == {"for"}


# --- Devices, uses, notices, signs --------------------------------------------------------------------------


@pytest.mark.parametrize(("section", "key"), [(DEVICES, "phone"), (PURPOSES, "family-emergency")])
def test_what_requests_name_stays(cast, draft, section, key):
    with pytest.raises(NotAllowed):
        policy_draft.remove(cast.head, section, key, seen(key, section))
    change(cast.head, section, key, name="Another name")
    assert entry(key, section)["name"] == "Another name"


def test_a_new_kind_of_device_that_a_notice_names_is_taken_out_of_the_notice_first(cast, draft):
    glasses = policy_draft.add(cast.head, DEVICES, {"name": "Smart glasses"})
    change(cast.head, NOTICES, "phone-free-by-default", devices=["phone", glasses])
    with pytest.raises(Invalid) as caught:
        policy_draft.remove(cast.head, DEVICES, glasses, seen(glasses, DEVICES))
    assert "What people are told on the forms: “Phones in lessons”" in caught.value.errors[""]


def test_the_last_entry_of_a_list_stays_and_it_is_said_why(cast, draft):
    with pytest.raises(Invalid) as caught:
        policy_draft.remove(cast.head, NOTICES, "phone-free-by-default", seen("phone-free-by-default", NOTICES))
    assert caught.value.errors == {"": "There has to be at least one notice"}


def test_a_use_that_a_clause_forbids_says_what_to_do_instead(cast, draft):
    change(cast.head, PURPOSES, "family-emergency", refused_by="4.6", refusal="Ask the office.")
    for wrong in ({"refused_by": "4.6"}, {"refused_by": "9.9", "refusal": "Ask."}, {"kinds": ["holiday"]}):
        kept = {name: value for name, value in entry("own-medical-need", PURPOSES).items() if name != "id"}
        with pytest.raises(Invalid):
            policy_draft.save(
                cast.head, PURPOSES, "own-medical-need", seen("own-medical-need", PURPOSES), {**kept, **wrong}
            )


def test_a_sign_is_added_renamed_and_taken_down(cast, draft):
    gate = policy_draft.add(cast.head, SIGNS, {"name": "Back gate"}, "front-door")
    assert keys(SIGNS)[:2] == ["front-door", gate]
    change(cast.head, SIGNS, gate, name="Rear gate")
    assert entry(gate, SIGNS) == {"id": "back-gate", "name": "Rear gate"}
    policy_draft.remove(cast.head, SIGNS, "hall", seen("hall", SIGNS))
    assert "hall" not in keys(SIGNS)


def test_a_place_that_visitors_are_free_at_is_taken_out_of_that_list_first(cast, draft):
    places, free = SECTIONS["places"], SECTIONS["free"]
    hall = policy_draft.add(cast.head, places, {"name": "The new hall", "exemptions": True})
    change(cast.head, free, "front", free_places=[*entry("front", free)["free_places"], hall])
    with pytest.raises(Invalid) as caught:
        policy_draft.remove(cast.head, places, hall, seen(hall, places))
    assert "Where visitors need no permission" in caught.value.errors[""]


@pytest.mark.parametrize("wrong", [{"visits": 31}, {"days": 0}, {"days": 367}, {"visits": 0}])
def test_who_is_regular_comes_on_no_more_days_than_there_are(cast, draft, wrong):
    with pytest.raises(Invalid):
        change(cast.head, SECTIONS["regular"], "front", **wrong)
    change(cast.head, SECTIONS["regular"], "front", visits=5, days=60)
    assert policy_draft.find().content["visitors"]["regular"] == {"visits": 5, "days": 60}


def test_who_moves_what_has_another_number_meanwhile_is_told(cast, draft):
    """Sources have no id: after somebody has deleted the first, the second is another one."""
    opened = seen("1", SOURCES)
    policy_draft.remove(cast.dsl, SOURCES, "1", opened)
    with pytest.raises(Changed):
        policy_draft.move(cast.head, SOURCES, "1", opened, "")


@pytest.mark.parametrize("words", ["a\u202eb", "x" * 20_000, "", "\u200b"])
@pytest.mark.parametrize(
    ("section", "key", "field"),
    [
        (CLAUSES, "4.1", "gist"),
        (PURPOSES, "family-emergency", "name"),
        (NOTICES, "phone-free-by-default", "says"),
        (SECTIONS["assessments"], "activity", "who"),
        (SIGNS, "hall", "name"),
        (SECTIONS["school"], "front", "name"),
    ],
)
def test_words_that_mislead_or_never_end_are_refused_at_their_field(cast, draft, section, key, field, words):
    with pytest.raises(Invalid) as caught:
        change(cast.head, section, key, **{field: words})
    assert caught.value.errors.keys() == {field}
