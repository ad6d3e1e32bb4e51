"""The same person entered twice becomes one person, and two again where that was a mistake (clause 6.1)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import db
from models import Person, Visitor, VisitorMerge
from rules.audit import trail
from rules.core.errors import Conflict, NotAllowed, NotFound
from rules.reception import announcing, log, stays
from rules.visitors import duplicates, register, visits
from tests.conftest import CAST, examples
from tests.support.visitors import TUESDAY, a_visit, at

MAY = ("office", "head", "dsl")


@pytest.fixture
def came(cast):
    """Somebody came and went; the id of the entry."""

    def make(name="Maeve O’Brien", organisation="Larch Ltd", **changed):
        visit = announcing.announce(
            cast.office, a_visit(cast.teacher, name=name, organisation=organisation, **changed)
        )[0]
        stays.sign_out(cast.office, stays.sign_in(cast.office, visit, True, ()))
        return visits.one(visit).visitor

    return make


def history(cast, visitor):
    """The entries (ids) whose stays the history of a visitor shows."""
    return [row.visitor for row in log.of_visitor(cast.dsl, visitor)[1]]


def links():
    """What each entry counts as."""
    return {row.id: row.same_as_id for row in Visitor.select()}


def merge_of(visitor):
    """The id of the newest merge of an entry."""
    return VisitorMerge.select().where(VisitorMerge.visitor == visitor).order_by(VisitorMerge.id.desc()).first().id


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- Merging ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", MAY)
def test_two_entries_of_one_person_become_one_and_the_history_has_the_stays_of_both(cast, came, who):
    kept, gone = came(), came(organisation="Larch Heating")
    duplicates.merge(getattr(cast, who), kept, gone)
    assert history(cast, kept) == history(cast, gone) == [gone, kept]
    assert log.of_visitor(cast.dsl, gone)[0].id == kept
    assert f"found that visitor:{gone} is the same person as another entry of a visitor" in newest()


def test_new_visits_under_either_name_count_for_the_person(cast, came):
    kept, gone = came(), came(name="O'Brien, Maeve", organisation="")
    duplicates.merge(cast.office, kept, gone)
    with at(TUESDAY, 9):
        assert (came(), came(name="o’brien, maeve", organisation="")) == (kept, gone)
    assert history(cast, kept) == [gone, kept, gone, kept]
    assert Visitor.select().count() == 2


def test_what_counted_as_the_second_entry_counts_as_the_first_from_then_on(cast, came):
    first, second, third = came(name="A"), came(name="B"), came(name="C")
    duplicates.merge(cast.office, second, third)
    duplicates.merge(cast.office, first, second)
    assert links() == {first: None, second: first, third: first}
    assert history(cast, third) == [third, second, first]


def test_an_entry_is_not_merged_with_itself_or_with_one_that_is_not_there(cast, came):
    entry = came()
    for pair in ((entry, entry), (entry, 999), (999, entry), (entry, 2**63)):
        with pytest.raises(NotFound):
            duplicates.merge(cast.office, *pair)
    assert VisitorMerge.select().count() == 0


def test_of_two_who_merge_the_same_entries_the_second_is_told_who_was_first_and_when(cast, came):
    kept, gone = came(), came(organisation="Elm")
    duplicates.merge(cast.office, kept, gone)
    said = "counts as “Maeve O’Brien” already: Office Invented said so at 10am on Monday 23 November 2026"
    for pair in ((kept, gone), (gone, kept)):
        with pytest.raises(Conflict, match=said):
            duplicates.merge(cast.dsl, *pair)
    assert VisitorMerge.select().count() == 1


def test_who_merged_the_entry_in_between_is_named_also_where_it_was_moved_on(cast, came):
    first, second, third = came(name="A"), came(name="B"), came(name="C")
    duplicates.merge(cast.office, second, third)
    duplicates.merge(cast.head, first, second)
    with pytest.raises(Conflict, match="“C” counts as “A” already: Head Invented"):
        duplicates.merge(cast.dsl, third, first)


@pytest.mark.parametrize("who", sorted(CAST.keys() - set(MAY)))
def test_nobody_else_merges_parts_or_looks_for_entries(cast, came, who):
    actor, kept, gone = getattr(cast, who), came(), came(organisation="Elm")
    duplicates.merge(cast.office, kept, gone)
    known = register.entry(kept)
    for act in (
        lambda: duplicates.merge(actor, kept, gone),
        lambda: duplicates.pair(actor, kept, gone),
        lambda: duplicates.undo(actor, merge_of(gone)),
        lambda: duplicates.standing(actor, kept),
        lambda: duplicates.likely(actor, known),
        lambda: duplicates.search(actor, known, "maeve"),
        lambda: duplicates.entry(actor, kept),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert links()[gone] == kept


# --- Undoing ------------------------------------------------------------------------------------------------


def test_a_merge_is_undone_and_exactly_what_was_moved_goes_back(cast, came):
    first, second, third, fourth = (came(name=name) for name in "ABCD")
    duplicates.merge(cast.office, second, third)
    duplicates.merge(cast.office, first, fourth)
    duplicates.merge(cast.office, first, second)
    duplicates.undo(cast.dsl, merge_of(second))
    assert links() == {first: None, second: None, third: second, fourth: first}
    assert (
        newest() == f"Dsl Invented parted visitor:{second} from the entry of a visitor with which it had been merged."
    )
    assert [merge.name for merge in duplicates.standing(cast.dsl, first)] == ["D"]


def test_a_merge_on_which_a_later_one_stands_is_undone_after_that(cast, came):
    first, second, third = came(name="A"), came(name="B"), came(name="C")
    duplicates.merge(cast.office, second, third)
    duplicates.merge(cast.office, first, second)
    with pytest.raises(Conflict, match="“B” was later found to be the same person as “A”"):
        duplicates.undo(cast.office, merge_of(third))
    assert links() == {first: None, second: first, third: first}
    duplicates.undo(cast.office, merge_of(second))
    duplicates.undo(cast.office, merge_of(third))
    assert set(links().values()) == {None}


def test_of_two_who_undo_a_merge_the_second_is_told_who_was_first(cast, came):
    kept, gone = came(), came(organisation="Elm")
    duplicates.merge(cast.office, kept, gone)
    duplicates.undo(cast.head, merge_of(gone))
    with pytest.raises(Conflict, match="undone already: by Head Invented at 10am on Monday"):
        duplicates.undo(cast.dsl, merge_of(gone))
    with pytest.raises(NotFound):
        duplicates.undo(cast.dsl, 999)


def test_the_trail_names_nobody_who_visited(cast, came):
    kept, gone = came(), came(organisation="Elm")
    duplicates.merge(cast.office, kept, gone)
    duplicates.undo(cast.office, merge_of(gone))
    entries = trail.entries(trail.Filter(record=f"visitor:{kept}"))[0]
    assert len(entries) == 2
    assert not any("Maeve" in entry.sentence for entry in entries)


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 5)), max_size=14)


def step(actor, entries, is_merge, one, other):
    """Merge two entries, or undo one of the merges that stand; what cannot be done is left."""
    standing = [row.id for row in VisitorMerge.select().where(VisitorMerge.undone_at.is_null())]
    try:
        if is_merge:
            duplicates.merge(actor, entries[one], entries[other])
        elif standing:
            duplicates.undo(actor, standing[one % len(standing)])
    except (Conflict, NotFound):
        pass


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_merged_and_undone_each_stay_belongs_to_one_person_and_all_can_be_undone(cast, came, steps):
    with db.atomic() as attempt:
        entries = [came(name=f"Visitor {letter}") for letter in "abcdef"]
        for each in steps:
            step(cast.office, entries, *each)
            now = links()
            assert all(now[into] is None for into in now.values() if into), "always one step"
            people = [entry for entry, into in now.items() if into is None]
            assert sorted(visitor for person in people for visitor in history(cast, person)) == entries
        for row in VisitorMerge.select().where(VisitorMerge.undone_at.is_null()).order_by(VisitorMerge.id.desc()):
            duplicates.undo(cast.office, row.id)
        assert set(links().values()) == {None}
        attempt.rollback()


# --- Likely entries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "organisation", "alike"),
    [
        ("maeve obrien", "Elm", True),
        ("O'Brien Maeve", "Larch Ltd", True),
        ("O’Brien, Maeve", "", True),
        ("Maeve", "Larch Ltd", False),
        ("Maeve O’Brien Smith", "Larch Ltd", False),
    ],
)
def test_likely_is_who_has_the_same_name_elsewhere_or_its_words_in_another_order(cast, came, name, organisation, alike):
    entry, other = came(), came(name=name, organisation=organisation)
    for one, two in ((entry, other), (other, entry)):
        found = duplicates.likely(cast.office, register.entry(one))
        assert [each.id for each in found] == ([two] if alike else [])


def test_a_likely_entry_that_counts_as_another_is_offered_as_the_one_that_counts_and_never_twice(cast, came):
    entry, second, third = came(), came(organisation="Elm"), came(organisation="Oak")
    duplicates.merge(cast.office, second, third)
    (found,) = duplicates.likely(cast.office, register.entry(entry))
    assert (found.id, found.stays, found.last.isoformat()) == (second, 2, "2026-11-23")
    duplicates.merge(cast.office, entry, second)
    assert duplicates.likely(cast.office, register.entry(entry)) == []


def test_an_entry_is_found_by_words_of_its_stays_and_by_the_beginning_of_its_name(cast, came):
    entry = came()
    boiler = came(name="Jo Null", organisation="Elm & Co", purpose="To paint the hall")
    (expected,) = announcing.announce(cast.office, a_visit(cast.teacher, name="Ann Hill", organisation=""))
    known = register.entry(entry)
    for text, found in (
        ("elm", [boiler]),
        ("paint", [boiler]),
        ("jo n", [boiler]),
        ("ann", [visits.one(expected).visitor]),
        ("maeve", []),
        ("🦊", []),
        ("", []),
    ):
        assert [each.id for each in duplicates.search(cast.office, known, text)] == found, text


def test_a_host_who_is_renamed_changes_nothing_of_an_entry(cast, came):
    entry = came()
    Person.update(name="Ada Newname").where(Person.id == cast.teacher.id).execute()
    assert duplicates.entry(cast.office, entry).name == "Maeve O’Brien"


def test_a_name_of_signs_alone_that_was_kept_long_ago_is_like_no_other(cast, came):
    entry = came()
    Visitor.update(name="ʼ", name_key="").where(Visitor.id == entry).execute()
    assert duplicates.likely(cast.dsl, register.entry(entry)) == []
