"""Who is on the list is not let in before the headteacher or the DSL has said yes, and nobody else learns why."""

import datetime as dt
from dataclasses import replace

import pytest

from database import IntegrityError, writing
from models import AdmissionAlert, AuditEvent, DoNotAdmit, Stay, Tablet, Visit, VisitorMerge
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.reception import admission, announcing, stays
from rules.visitors import duplicates, visits, watchlist
from tests.conftest import CAST
from tests.support.visitors import FRIDAY, MONDAY, TUESDAY, a_visit, at, later, receive

REASON = "Zebra-reason: a court has forbidden it."
KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_WATCHLIST] & set(roles)]
OTHERS = sorted(CAST.keys() - set(KEEPERS))


@pytest.fixture
def listed(cast):
    """Somebody whom the DSL has put on the list; the id of the entry."""
    return watchlist.put_on(cast.dsl, "Maeve O’Brien-Hall", REASON)


def walks_in(actor, host, name="Maeve O’Brien-Hall", **changed):
    """Somebody walks in; what reception is told where they are not signed in, else None."""
    try:
        stays.walk_in(actor, a_visit(host, name=name, **changed), True, ())
    except Invalid as invalid:
        return invalid.errors["name"]


def alert():
    """The newest alert."""
    return AdmissionAlert.select().order_by(AdmissionAlert.id.desc()).get()


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- The list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_the_headteacher_and_the_dsl_put_somebody_on_the_list_and_take_them_off(cast, who):
    actor = getattr(cast, who)
    entry = watchlist.put_on(actor, "  Maeve   O’Brien ", f" {REASON}\r\n")
    (kept,) = watchlist.entries(actor)
    assert (kept.id, kept.name, kept.reason, kept.by, kept.at) == (
        entry,
        "Maeve O’Brien",
        REASON,
        actor.name,
        clock.now(),
    )
    with later(minutes=5):
        watchlist.take_off(actor, entry)
    assert watchlist.entries(actor) == []
    (gone,) = watchlist.ended(actor)
    assert (gone.reason, gone.ended_by, gone.ended_at - gone.at) == (REASON, actor.name, dt.timedelta(minutes=5))


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_reads_or_changes_the_list_or_answers(cast, listed, who):
    actor = getattr(cast, who)
    admission.stopped("Maeve O'Brien-Hall", "", seen_by=cast.office.id)
    for step in (
        lambda: watchlist.entries(actor),
        lambda: watchlist.ended(actor),
        lambda: watchlist.put_on(actor, "Ann Hill", "x"),
        lambda: watchlist.take_off(actor, listed),
        lambda: watchlist.find(actor, listed),
        lambda: admission.answered(actor),
        lambda: admission.answer(actor, alert().id, True),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert admission.waiting_for(actor) == []
    assert DoNotAdmit.get_by_id(listed).ended_at is None
    assert alert().let_in is None


def test_who_stands_in_for_the_headteacher_does_not_read_the_list(cast, listed):
    with pytest.raises(NotAllowed):
        watchlist.entries(replace(cast.deputy, delegate_of=cast.head.id))


@pytest.mark.parametrize(
    ("name", "reason", "field"),
    [
        ("", REASON, "name"),
        ("…", REASON, "name"),
        ("Mr", REASON, "name"),
        ("Dr. Prof", REASON, "name"),
        ("x" * 201, REASON, "name"),
        ("abc\u202ecba", REASON, "name"),
        ("maeve obrien hall", REASON, "name"),
        ("Ann Hill", "  ", "reason"),
        ("Ann Hill", "x" * 2001, "reason"),
        ("Ann Hill", "a\x00b", "reason"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_at_its_field(cast, listed, name, reason, field):
    with pytest.raises(Invalid) as caught:
        watchlist.put_on(cast.head, name, reason)
    assert list(caught.value.errors) == [field]
    assert DoNotAdmit.select().count() == 1


def test_who_was_taken_off_can_be_put_on_again_and_the_first_entry_stays(cast, listed):
    watchlist.take_off(cast.head, listed)
    watchlist.put_on(cast.head, "Maeve O’Brien-Hall", "Again.")
    assert [entry.reason for entry in watchlist.entries(cast.head)] == ["Again."]
    assert [entry.reason for entry in watchlist.ended(cast.head)] == [REASON]


def test_of_two_who_take_somebody_off_the_second_is_told_who_was_first(cast, listed):
    watchlist.take_off(cast.head, listed)
    with (
        later(minutes=5),
        pytest.raises(Conflict, match=r"Head Invented took Maeve .* off .* at 10am on Mon"),
    ):
        watchlist.take_off(cast.dsl, listed)
    for unknown in (listed + 1, 2**63):
        with pytest.raises(NotFound):
            watchlist.take_off(cast.dsl, unknown)


def test_the_trail_holds_neither_the_name_nor_the_reason(cast, listed):
    walks_in(cast.office, cast.teacher)
    admission.answer(cast.dsl, alert().id, False)
    watchlist.take_off(cast.head, listed)
    told = trail.entries(trail.Filter())[0]
    assert [entry.sentence for entry in told[:4]] == [
        "Head Invented took somebody off the list of who is not let in without the headteacher.",
        "Dsl Invented answered whether a visitor is let in: not let in today.",
        "Office Invented was told to ask the headteacher before letting a visitor in.",
        "Dsl Invented put somebody on the list of who is not let in without the headteacher.",
    ]
    for event in AuditEvent.select():
        assert "Maeve" not in str(event.payload)
        assert "Zebra" not in str(event.payload)


def test_who_is_on_the_list_is_announced_without_a_word_and_the_keepers_see_it(cast, listed):
    announcing.announce(cast.teacher, a_visit(cast.assistant, name="maeve o'brien hall", starts_on=FRIDAY))
    cancelled = announcing.announce(
        cast.teacher, a_visit(cast.assistant, name="Maeve O’Brien-Hall", starts_on=TUESDAY)
    )[0]
    announcing.cancel(cast.teacher, cancelled)
    announcing.announce(cast.teacher, a_visit(cast.assistant, name="Maeve O’Bryan"))
    ((coming,),) = [entry.coming for entry in watchlist.entries(cast.head)]
    assert (coming.starts_on, coming.host, coming.by, coming.here) == (
        FRIDAY,
        "Assistant Invented",
        "Teacher Invented",
        False,
    )
    with at(dt.date(2026, 11, 28), 9):
        assert watchlist.entries(cast.head)[0].coming == ()


def test_the_keepers_see_that_who_is_put_on_the_list_is_in_the_building(cast):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher))
    stay = receive(cast.office, visit)
    watchlist.put_on(cast.head, "Maeve O’Brien", REASON)
    assert [coming.here for coming in watchlist.entries(cast.head)[0].coming] == [True]
    stays.sign_out(cast.office, stay)
    assert [coming.here for coming in watchlist.entries(cast.head)[0].coming] == [False]


# --- At reception -------------------------------------------------------------------------------------------

SPELLINGS = [
    "Maeve O’Brien-Hall",
    "MAEVE O'BRIEN HALL",
    " maeve  obrien–hall ",
    "Máeve Ó Brien-Hall",
    "Mae\u0301ve O.Brien/Hall",
]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_name_on_the_list_is_found_in_any_spelling(cast, listed, name):
    before = touched()
    assert walks_in(cast.office, cast.teacher, name) == "Ask the headteacher before letting this person in"
    assert (Stay.select().count(), Visit.select().count()) == (0, 0)
    kept = alert()
    assert (kept.entry_id, kept.name, kept.organisation) == (listed, " ".join(kept.name.split()), "Larch Ltd")
    assert (kept.day, kept.at, kept.seen_by_id, kept.tablet_id) == (MONDAY, clock.now(), cast.office.id, None)
    assert touched() > before


@pytest.mark.parametrize(
    "name", ["Lake, Ann", "Mrs Ann Lake", "Ann B. Lake", "Ann Lake (plumber)", "LAKE-HILL, Änn", "Ann-Lake", "annlake"]
)
def test_whoever_gives_all_words_of_a_listed_name_is_stopped_whatever_else_they_write(cast, name):
    entry = watchlist.put_on(cast.head, "Ann Lake", REASON)
    assert walks_in(cast.office, cast.teacher, name) == admission.ASK_FIRST
    assert alert().entry_id == entry
    announcing.announce(cast.teacher, a_visit(cast.teacher, name=name, starts_on=FRIDAY))
    ((coming,),) = [entry.coming for entry in watchlist.entries(cast.head)]
    assert coming.starts_on == FRIDAY


@pytest.mark.parametrize("name", ["Ann Blake", "Anna Lake", "Annie Lake", "Ann", "Lake", "An Lake"])
def test_a_name_that_only_looks_alike_is_let_in(cast, name):
    watchlist.put_on(cast.head, "Ann Lake", REASON)
    assert walks_in(cast.office, cast.teacher, name) is None


def test_whose_name_has_two_entries_on_the_list_needs_a_yes_to_each(cast):
    for name in ("Ann Lake", "Ann Hill Lake"):
        watchlist.put_on(cast.head, name, REASON)
    for _ in range(2):
        assert walks_in(cast.office, cast.teacher, "Ann Hill Lake") == admission.ASK_FIRST
        admission.answer(cast.head, admission.waiting_for(cast.head)[0].id, True)
    assert walks_in(cast.office, cast.teacher, "Ann Hill Lake") is None


@pytest.fixture
def merged(cast):
    """Winnie and Winifred Oakhurst came, and were found to be one person; the ids of their visits of today."""
    both = [
        announcing.announce(cast.teacher, a_visit(cast.teacher, name=name))[0]
        for name in ("Winnie Oakhurst", "Winifred Oakhurst")
    ]
    duplicates.merge(cast.office, *(visits.one(visit).visitor for visit in both))
    return both


@pytest.mark.parametrize("name", ["Winnie Oakhurst", "Winifred Oakhurst"])
def test_somebody_entered_twice_is_stopped_under_either_name(cast, merged, name):
    entry = watchlist.put_on(cast.head, name, REASON)
    for visit in merged:
        with pytest.raises(Invalid) as caught:
            stays.sign_in(cast.office, visit, True, ())
        assert caught.value.errors == {"accepts": admission.ASK_FIRST}
    assert walks_in(cast.office, cast.teacher, "winnie oakhurst", organisation="Elm") == admission.ASK_FIRST
    assert [each.entry_id for each in AdmissionAlert.select()] == [entry]
    assert len(watchlist.entries(cast.head)[0].coming) == 2
    admission.answer(cast.head, alert().id, False)
    assert walks_in(cast.office, cast.teacher, "winifred oakhurst") == f"{admission.ASK_FIRST}. {admission.SAID_NO}"


def test_two_people_who_were_parted_again_are_two(cast, merged):
    watchlist.put_on(cast.head, "Winifred Oakhurst", REASON)
    duplicates.undo(cast.office, VisitorMerge.get().id)
    assert stays.sign_in(cast.office, merged[0], True, ())
    with pytest.raises(Invalid):
        stays.sign_in(cast.office, merged[1], True, ())


@pytest.mark.parametrize(
    ("on_list", "given"),
    [
        ("Łukasz Nowak", "Lukasz Nowak"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Mrs Ann Lakeman", "Ann Lakeman"),
        ("John Smith-Jones", "John Smith"),
    ],
)
def test_reception_asks_first_however_a_listed_name_is_written(cast, on_list, given):
    """How names are compared is tested in tests/rules/visitors/test_names.py."""
    watchlist.put_on(cast.head, on_list, REASON)
    assert walks_in(cast.office, cast.teacher, given) == admission.ASK_FIRST


@pytest.mark.parametrize("name", ["Maeve O’Bryan", "Maeve Halling", "Eve O’Brien-Hall", "李"])
def test_another_name_is_let_in_as_ever(cast, listed, name):
    assert walks_in(cast.office, cast.teacher, name) is None
    assert AdmissionAlert.select().count() == 0


def test_who_was_announced_is_stopped_as_well_and_nothing_else_is_said(cast, listed):
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, name="Maeve O’Brien-Hall"))
    with pytest.raises(Invalid) as caught:
        stays.sign_in(cast.office, visit, True, ())
    assert caught.value.errors == {"accepts": admission.ASK_FIRST}
    assert Stay.select().count() == 0
    assert alert().entry_id == listed


def test_a_form_that_is_not_complete_raises_no_alarm(cast, listed):
    with pytest.raises(Invalid):
        stays.walk_in(cast.office, a_visit(cast.teacher, name="Maeve O’Brien-Hall"), False, ())
    assert AdmissionAlert.select().count() == 0


def test_an_entry_that_was_ended_stops_nobody(cast, listed):
    watchlist.take_off(cast.head, listed)
    assert walks_in(cast.office, cast.teacher) is None


def test_a_second_try_makes_no_second_alert_and_the_next_day_makes_one(cast, listed):
    for who in (cast.office, cast.head):
        assert walks_in(who, cast.teacher) == admission.ASK_FIRST
    assert AdmissionAlert.select().count() == 1
    with at(TUESDAY, 0, 5):
        assert walks_in(cast.office, cast.teacher) == admission.ASK_FIRST
        assert AdmissionAlert.select().count() == 2
        assert [each.day for each in admission.waiting_for(cast.head)] == [TUESDAY]


def test_the_database_keeps_a_second_open_alert_of_a_day_out(cast, listed):
    walks_in(cast.office, cast.teacher)
    kept = alert()
    with pytest.raises(IntegrityError), writing():
        AdmissionAlert.insert(entry=listed, name="x", day=kept.day, at=kept.at, seen_by=cast.head.id).execute()


def test_at_a_tablet_nobody_is_named_and_it_is_said_where_they_stand(cast, listed):
    made = {"name": "Front door", "secret_digest": "x", "made_by": cast.office.id, "made_at": clock.now()}
    tablet = Tablet.insert(made).execute()
    with writing():
        assert admission.stopped("Maeve O'Brien Hall", " Larch  Ltd ", tablet=tablet)
    (waiting,) = admission.waiting_for(cast.head)
    assert (waiting.where, waiting.organisation, waiting.since) == ("at the tablet Front door", "Larch Ltd", "10am")
    assert newest() == "A visitor at a tablet was told to wait for the headteacher’s answer."


# --- The answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_it_waits_for_the_headteacher_and_the_dsl_with_all_they_need_to_know(cast, listed, who):
    with at(MONDAY, 9, 5):
        walks_in(cast.office, cast.teacher, "maeve obrien hall")
    (waiting,) = admission.waiting_for(getattr(cast, who))
    assert (waiting.name, waiting.organisation, waiting.since, waiting.where) == (
        "maeve obrien hall",
        "Larch Ltd",
        "9:05am",
        "with Office Invented",
    )
    assert [each.may_come_in for each in admission.tries(cast.office)] == [None]


def test_after_a_yes_reception_signs_them_in_that_day_and_not_the_next(cast, listed):
    walks_in(cast.office, cast.teacher)
    before = touched()
    admission.answer(cast.dsl, alert().id, True)
    assert touched() > before
    assert [each.may_come_in for each in admission.tries(cast.office)] == [True]
    assert admission.waiting_for(cast.head) == []
    with later(hours=1):
        assert walks_in(cast.office, cast.teacher, "Maeve OBrien Hall") is None
    with at(TUESDAY, 9):
        assert walks_in(cast.office, cast.teacher) == admission.ASK_FIRST


def test_after_a_no_reception_is_told_so_and_not_why(cast, listed):
    walks_in(cast.office, cast.teacher)
    admission.answer(cast.head, alert().id, False)
    told = walks_in(cast.office, cast.teacher)
    assert told == "Ask the headteacher before letting this person in. The headteacher has said no today"
    assert [each.may_come_in for each in admission.tries(cast.office)] == [False]
    assert AdmissionAlert.select().count() == 1
    with at(TUESDAY, 9):
        assert walks_in(cast.office, cast.teacher) == admission.ASK_FIRST


@pytest.mark.parametrize(("first", "said"), [(True, "is let in that day"), (False, "is not let in that day")])
def test_of_two_answers_the_second_is_told_who_answered_and_when(cast, listed, first, said):
    walks_in(cast.office, cast.teacher)
    admission.answer(cast.head, alert().id, first)
    with later(minutes=5), pytest.raises(Conflict, match=f"Head Invented answered at 10am on Monday.* {said}"):
        admission.answer(cast.dsl, alert().id, not first)
    assert (alert().let_in, alert().answered_by_id) == (first, cast.head.id)


def test_of_two_answers_at_the_same_moment_one_counts(cast, listed, monkeypatch):
    """Both have read that nobody has answered: the guarded UPDATE decides."""
    walks_in(cast.office, cast.teacher)
    read = admission._guarded

    def first_the_other(actor, kept, *more):
        monkeypatch.setattr(admission, "_guarded", read)
        admission.answer(cast.head, kept.id, False)
        return read(actor, kept, *more)

    monkeypatch.setattr(admission, "_guarded", first_the_other)
    with pytest.raises(Conflict, match="Head Invented answered at 10am"):
        admission.answer(cast.dsl, alert().id, True)


def test_a_mistaken_yes_is_taken_back_the_same_day_and_the_trail_keeps_both(cast, listed):
    walks_in(cast.office, cast.teacher)
    admission.answer(cast.head, alert().id, True)
    before = touched()
    with later(minutes=5):
        found = admission.answer(cast.dsl, alert().id, False, after_all=True)
        assert not found.inside
        assert walks_in(cast.office, cast.teacher).endswith(admission.SAID_NO)
    assert touched() > before
    assert (alert().let_in, alert().answered_by_id) == (False, cast.dsl.id)
    assert [each.may_come_in for each in admission.tries(cast.office)] == [False]
    assert [entry.sentence for entry in trail.entries(trail.Filter())[0][:2]] == [
        "Dsl Invented changed the answer whether a visitor is let in: not let in today.",
        "Head Invented answered whether a visitor is let in: let in today.",
    ]


def test_a_mistaken_no_becomes_a_yes(cast, listed):
    walks_in(cast.office, cast.teacher)
    admission.answer(cast.head, alert().id, False)
    admission.answer(cast.dsl, alert().id, True, after_all=True)
    assert walks_in(cast.office, cast.teacher) is None


def test_who_is_in_the_building_when_a_yes_is_taken_back_stays_in_and_is_marked(cast, listed):
    walks_in(cast.office, cast.teacher)
    admission.answer(cast.head, alert().id, True)
    with later(minutes=5):
        assert walks_in(cast.office, cast.teacher, "Mrs Maeve O’Brien-Hall") is None
        assert [each.inside for each in admission.answered(cast.dsl)] == [True]
        assert admission.answer(cast.dsl, alert().id, False, after_all=True).inside
        here, _ = stays.open_stays(cast.office)
        assert len(here) == 1
        (told,) = admission.tries(cast.office, here)
        assert (told.may_come_in, told.inside) == (False, True)
    with later(minutes=9):
        admission.answer(cast.dsl, alert().id, True, after_all=True)
        assert admission.tries(cast.office, here) == []


def test_an_answer_is_changed_by_one_of_two_and_on_its_day_alone(cast, listed):
    walks_in(cast.office, cast.teacher)
    with pytest.raises(Conflict):
        admission.answer(cast.dsl, alert().id, False, after_all=True)
    assert alert().let_in is None
    admission.answer(cast.head, alert().id, True)
    admission.answer(cast.head, alert().id, False, after_all=True)
    with pytest.raises(Conflict, match=r"Head Invented answered at 10am on Monday.* is not let in"):
        admission.answer(cast.dsl, alert().id, False, after_all=True)
    with at(TUESDAY, 8):
        assert not admission.answered(cast.head)[0].can_change
        with pytest.raises(Conflict):
            admission.answer(cast.dsl, alert().id, True, after_all=True)
    assert alert().let_in is False
    watchlist.take_off(cast.head, listed)
    with pytest.raises(Conflict):
        admission.answer(cast.dsl, alert().id, True, after_all=True)


def test_what_nobody_answered_that_day_is_over_the_next(cast, listed):
    walks_in(cast.office, cast.teacher)
    with at(TUESDAY, 8):
        with pytest.raises(Conflict, match="Nobody waits for an answer any more"):
            admission.answer(cast.head, alert().id, True)
        assert admission.waiting_for(cast.head) == admission.tries(cast.office) == []
        assert [each.let_in for each in admission.answered(cast.head)] == [None]


def test_an_alert_that_does_not_exist_cannot_be_answered(cast):
    for unknown in (1, 2**63):
        with pytest.raises(NotFound):
            admission.answer(cast.head, unknown, True)


def test_who_is_taken_off_while_they_wait_may_come_in(cast, listed):
    walks_in(cast.office, cast.teacher)
    watchlist.take_off(cast.head, listed)
    assert admission.waiting_for(cast.dsl) == []
    assert [each.may_come_in for each in admission.tries(cast.office)] == [True]
    with pytest.raises(Conflict, match="no longer on the list"):
        admission.answer(cast.dsl, alert().id, True)
    watchlist.put_on(cast.head, "Maeve O’Brien-Hall", "Again.")
    assert admission.tries(cast.office) == []
    assert walks_in(cast.office, cast.teacher) == admission.ASK_FIRST


def test_a_yes_leaves_receptions_page_once_they_have_come(cast, listed):
    def seen():
        here, _ = stays.open_stays(cast.office)
        return [each.may_come_in for each in admission.tries(cast.office, here + stays.left_today(cast.office))]

    watchlist.take_off(cast.head, listed)
    (visit,) = announcing.announce(cast.teacher, a_visit(cast.teacher, name="Maeve O’Brien-Hall"))
    stay = receive(cast.office, visit)
    watchlist.put_on(cast.head, "Maeve O’Brien-Hall", REASON)
    stays.sign_out(cast.office, stay)
    with later(minutes=5):
        assert walks_in(cast.office, cast.teacher) == admission.ASK_FIRST
        admission.answer(cast.head, alert().id, True)
        assert seen() == [True]  # they were here before the answer
    with later(minutes=6):
        assert walks_in(cast.office, cast.teacher) is None
        assert seen() == []


def test_only_reception_asks_who_waits(cast, listed):
    for who in sorted(CAST.keys() - {"office", "head"}):
        with pytest.raises(NotAllowed):
            admission.tries(getattr(cast, who))


def test_a_page_is_unchanged_until_somebody_stands_at_reception_or_the_day_ends(cast, listed):
    token = admission.token()
    assert admission.unchanged(token)
    with at(TUESDAY, 0):
        assert not admission.unchanged(token)
    walks_in(cast.office, cast.teacher)
    assert not admission.unchanged(token)
