"""What is different between two versions of the policy, and for whom."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enums import Role
from rules.auth.permissions import STAFF
from rules.policy.differences import What, changed_for, differences, differences_for, marked
from rules.policy.pack import content_from, read_pack
from rules.policy.versions import newest
from tests.support.policy import LINE, SHIPPED, new_version

OLD = content_from(read_pack(SHIPPED))
WATCHERS = {Role.HEADTEACHER, Role.DSL, Role.REGIONAL_DIRECTOR}


def compared(alter, roles=None):
    """What has changed after a content was altered, as somebody with these roles sees it."""
    new = copy.deepcopy(OLD)
    alter(new)
    changes = differences(OLD, new)
    return changes if roles is None else differences_for(roles, changes)


def line(content, key=LINE):
    return next(one for one in content["obligations"] if one["id"] == key)


def reworded(content):
    line(content)["says"] = "Check each week that people follow this policy."


def test_a_version_is_not_different_from_itself():
    assert differences(OLD, copy.deepcopy(OLD)) == ()


def test_the_words_that_changed_are_marked_in_both():
    (change,) = compared(reworded)
    assert (change.part, change.key, change.what) == ("obligations", LINE, What.CHANGED)
    (row,) = change.shown
    old, new = row.pieces
    assert [(piece.words, piece.marked) for piece in old] == [
        ("Check", False),
        ("often", True),
        ("that people follow this policy.", False),
    ]
    assert [piece.words for piece in new if piece.marked] == ["each week"]


@pytest.mark.parametrize("role", Role)
def test_a_line_that_changed_is_seen_by_those_whom_it_binds_and_by_nobody_else(role):
    assert bool(compared(reworded, {role})) == (role in WATCHERS)


def test_a_line_that_is_given_to_others_as_well_is_new_for_them_and_no_change_for_those_who_had_it():
    def give(content):
        line(content)["for"].append("slt")

    assert compared(give, {Role.HEADTEACHER}) == ()
    (change,) = compared(give, {Role.SLT})
    assert change.what is What.ADDED
    assert {row.old for row in change.rows} == {""}


def test_a_line_that_is_taken_from_somebody_is_removed_for_them_alone():
    def take(content):
        line(content)["for"].remove("dsl")

    (change,) = compared(take, {Role.DSL})
    assert (change.what, {row.new for row in change.rows}) == (What.REMOVED, {""})
    assert compared(take, {Role.HEADTEACHER}) == ()
    assert compared(take, {Role.DSL, Role.HEADTEACHER}) == ()  # they must do it still


def test_lines_that_are_added_and_removed_are_told():
    def swap(content):
        content["obligations"].remove(line(content))
        content["obligations"].append({**OLD["obligations"][2], "id": "a-new-line"})

    assert [(change.what, change.key) for change in compared(swap)] == [
        (What.ADDED, "a-new-line"),
        (What.REMOVED, LINE),
    ]


def test_another_order_is_told_and_is_nothing_to_anybody():
    def turn(content):
        content["obligations"].reverse()

    (change,) = compared(turn)
    assert change.what is What.MOVED
    assert compared(turn, set(Role)) == ()


def test_the_monitoring_notice_is_for_staff_and_pupils_and_whistleblowing_for_staff():
    def notice(content):
        content["school"]["monitoring_notice"] = "We look at it."

    def whistle(content):
        content["procedures"][1]["says"] = ["Tell us."]

    assert {role for role in Role if compared(notice, {role})} == STAFF | {Role.PUPIL}
    assert {role for role in Role if compared(whistle, {role})} == STAFF


@pytest.mark.parametrize(
    ("alter", "part"),
    [
        (lambda content: content["school"].update(approved_by="The governors"), "dates"),
        (lambda content: content["school"].update(review_due="2027-07-31"), "dates"),
        (lambda content: content["school"].update(name="Another School"), "dates"),
        (lambda content: content["school"]["day"].update(opens="07:30"), "times"),
        (lambda content: content["school"].update(academic_year_ends="07-31"), "times"),
        (lambda content: content["zones"][0].update(exemptions=False), "zones"),
        (lambda content: content["visitors"]["free_places"].remove("offices"), "zones"),
        (lambda content: content["devices"][0].update(name="Phone"), "devices"),
        (lambda content: content["clauses"][0].update(gist="Short."), "clauses"),
        (lambda content: content["purposes"][0].update(name="An emergency"), "purposes"),
        (lambda content: content["notices"][0].update(source="DfE"), "notices"),
        (lambda content: content["agreement"]["sanctions"].append("More."), "agreement"),
        (lambda content: content["assessments"][0].update(who="Nobody"), "assessments"),
        (lambda content: content["visitors"]["expects"][0].update(picture="watch"), "visitors"),
        (lambda content: content["visitors"]["signs"][0].update(name="Gate"), "visitors"),
        (lambda content: content["visitors"]["regular"].update(visits=4), "visitors"),
        (lambda content: content["school"].update(monitored_by=["dsl"]), "dates"),
        (lambda content: content["clauses"][0]["for"].append("slt"), "clauses"),
        (lambda content: content["purposes"][0].update(refused_by="4.6", refusal="Ask."), "purposes"),
        (lambda content: content["notices"][0]["devices"].append("tablet"), "notices"),
        (lambda content: content["school"]["sources"][0].update(edition="2026"), "sources"),
        (lambda content: content["school"]["linked_documents"][0].update(publisher="DfE"), "documents"),
        (lambda content: content["school"].pop("monitoring_easy"), "monitoring"),
    ],
)
def test_every_part_is_compared(alter, part):
    changes = compared(alter)
    assert {change.part for change in changes} == {part}
    assert changes[0].shown


@pytest.mark.parametrize(
    ("alter", "label", "new"),
    [
        (lambda content: content["purposes"][0].update(refused_by="4.6", refusal="Ask."), "What to do instead", "Ask."),
        (lambda content: content["notices"][0]["devices"].append("tablet"), "Devices", "phone, smart watch, tablet"),
        (lambda content: content["assessments"][0].update(who="Nobody"), "Who could be harmed", "Nobody"),
        (lambda content: content["visitors"]["regular"].update(visits=4), "Different days", "4"),
        (lambda content: content["visitors"]["signs"][0].update(name="Gate"), "Place", "Gate"),
        (
            lambda content: content["visitors"]["free_places"].remove("offices"),
            "May visitors use their device there?",
            "not without permission",
        ),
        (lambda content: content["school"].update(academic_year_ends="07-31"), "The school year ends on", "31 July"),
        (
            lambda content: content["school"].update(monitored_by=["dsl"]),
            "Watched over by",
            "Designated safeguarding lead (DSL)",
        ),
    ],
)
def test_each_change_is_told_in_words_to_those_whom_it_concerns(alter, label, new):
    (change,) = compared(alter, {Role.HEADTEACHER})
    assert [(row.label, row.new) for row in change.shown if row.label == label] == [(label, new)]


@pytest.mark.parametrize(
    ("alter", "roles"),
    [
        (lambda content: content["clauses"][0].update(gist="Short."), {Role.GOVERNOR}),
        (lambda content: content["assessments"][0].update(who="Nobody"), STAFF),
        (lambda content: content["visitors"]["regular"].update(visits=4), STAFF | {Role.REGULAR_VISITOR}),
        (lambda content: content["devices"][0].update(name="Phone"), set(Role)),
    ],
)
def test_a_change_is_seen_by_those_whom_it_concerns_and_by_nobody_else(alter, roles):
    assert {role for role in Role if compared(alter, {role})} == roles


def test_the_same_title_twice_is_two_entries():
    def twice(content):
        content["school"]["sources"].append({**content["school"]["sources"][0], "edition": "2026"})

    (change,) = compared(twice)
    assert (change.what, change.title) == (What.ADDED, OLD["school"]["sources"][0]["title"])


def test_between_versions_it_is_told_by_role(cast):
    """Clause 7.1."""
    first = newest()
    second = new_version(cast.head)
    (change,) = changed_for(frozenset({Role.DSL}), first, second)
    assert change.key == LINE
    assert changed_for(frozenset({Role.PUPIL}), first, second) == ()
    assert changed_for(frozenset({Role.DSL}), second, second) == ()


TEXTS = st.lists(st.sampled_from(["you", "may", "not", "use", "your", "phone", "here", ".", "now"]), max_size=12).map(
    " ".join
)


@given(TEXTS, TEXTS)
def test_the_pieces_of_two_texts_are_the_texts_and_what_is_not_marked_is_in_both(old, new):
    one, other = marked(old, new)
    assert " ".join(piece.words for piece in one) == old
    assert " ".join(piece.words for piece in other) == new
    assert [piece.words for piece in one if not piece.marked] == [piece.words for piece in other if not piece.marked]
