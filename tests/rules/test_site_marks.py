"""The office says that pupils are on site and that all have left: one click each, and nothing is lost in a race."""

import datetime as dt

import pytest

from models import AuditEvent, SiteMark
from rules import audit_trail, clock, site, site_marks
from rules.changes import touched
from rules.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.roles import WHO_MAY, Permission
from rules.site_marks import NoSchoolToday
from tests.conftest import CAST
from tests.rules.receiving import MONDAY, TUESDAY, at

SECRET = "Zebra-4711"
KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_SITE] & set(roles)]
SUNDAY = dt.date(2026, 11, 29)


def press(actor, on_site=True, seen=0, day=MONDAY, sure=False):
    """Somebody presses a button of a page of that day that showed that mark."""
    site_marks.press(actor, on_site, day, seen, sure)


def newest():
    """The id of the mark that counts now."""
    return site.newest_mark(clock.today()).id


def refused(call, *words):
    """That nothing was changed, and what was said."""
    before = list(SiteMark.select().dicts()), AuditEvent.select().count(), touched()
    with pytest.raises(Conflict) as caught:
        call()
    assert (list(SiteMark.select().dicts()), AuditEvent.select().count(), touched()) == before
    for part in words:
        assert part in str(caught.value)


# --- Saying it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_one_click_says_that_pupils_are_on_site_and_another_that_all_have_left(cast, who):
    actor, before = getattr(cast, who), touched()
    press(actor)
    assert site.status().pupils_on_site
    press(actor, False, newest())
    assert not site.status().pupils_on_site
    told = [event.event for event in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(2)]
    assert told == ["site-all-left", "site-pupils-on-site"]
    assert touched() > before
    assert audit_trail.verify()[1] == []


@pytest.mark.parametrize("who", [who for who in CAST if who not in KEEPERS])
def test_nobody_else_presses_takes_back_or_reads_what_was_said(cast, who):
    press(cast.office)
    actor, mark = getattr(cast, who), newest()
    for attempt in (
        lambda: press(actor, False, mark),
        lambda: site_marks.undo(actor, mark, "Why not"),
        lambda: site_marks.recent(actor),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert SiteMark.select().count() == 1


def test_two_offices_press_opposite_buttons_and_the_second_is_told_who_was_first_and_when(cast):
    press(cast.office)
    seen = newest()
    with at(MONDAY, 15, 42):
        press(cast.office, False, seen)
    with at(MONDAY, 15, 43):
        refused(lambda: press(cast.head, True, seen), "Office Invented was first", "3:42pm", "all pupils have left")
        assert site.status().words == "All pupils left at 3:42pm"


def test_two_offices_press_the_same_button_and_it_is_said_once(cast):
    press(cast.office)
    refused(lambda: press(cast.head, True, 0), "Office Invented was first", "10am", "pupils are on site")
    refused(lambda: press(cast.head, True, newest()), "Office Invented was first")
    assert SiteMark.select().count() == 1


def test_an_impatient_second_click_of_the_same_person_is_the_same_click(cast):
    press(cast.office)
    press(cast.office)
    assert SiteMark.select().count() == 1
    refused(lambda: press(cast.office, True, newest()), "10am", "pupils are on site")


def test_that_all_have_left_can_be_said_in_the_afternoon_after_it_was_said_too_early(cast):
    with at(MONDAY, 7, 30):
        press(cast.office)
        first = newest()
    with at(MONDAY, 7, 45):
        press(cast.office, False, first)
        early = newest()
    for number, seen in enumerate((early, first)):
        with at(MONDAY, 15, 42 + number):
            assert site.status().pupils_on_site
            press(cast.office, False, seen)
            assert site.status().words == f"All pupils left at 3:{42 + number}pm"
            press(cast.office, False, seen)
            site_marks.undo(cast.office, newest(), "To try it once more")
    assert SiteMark.select().count() == 4


def test_what_was_taken_back_is_told_too_where_what_came_before_no_longer_counts(cast):
    with at(MONDAY, 7, 30):
        press(cast.office)
        press(cast.office, False, newest())
    with at(MONDAY, 10):
        press(cast.office, True, newest())
        seen = newest()
        site_marks.undo(cast.head, seen, "Nobody is here")
        refused(lambda: press(cast.office, False, seen), "taken back by Head Invented at 10am")


def test_a_page_from_before_midnight_is_told_that_the_day_has_changed(cast):
    with at(TUESDAY, 0, 1):
        refused(lambda: press(cast.office, False, 0, MONDAY), "Monday 23 November 2026", "Now it is Tuesday")
    refused(lambda: press(cast.office, True, 0, TUESDAY), "Tuesday 24 November 2026")


def test_on_a_day_without_school_it_has_to_be_pressed_again(cast):
    with at(SUNDAY, 10):
        with pytest.raises(NoSchoolToday, match="no school today \\(weekend\\)"):
            press(cast.office, day=SUNDAY)
        assert SiteMark.select().count() == 0
        press(cast.office, day=SUNDAY, sure=True)
        assert site.status().pupils_on_site
        press(cast.office, False, newest(), SUNDAY)
        assert not site.status().pupils_on_site


def test_that_all_have_left_is_not_said_where_nobody_is_here_as_far_as_we_know(cast):
    for day, hour in ((SUNDAY, 10), (MONDAY, 7)):
        with at(day, hour):
            refused(lambda day=day: press(cast.office, False, 0, day), "nothing to change")


def test_all_left_is_said_of_pupils_whom_we_only_assume(cast):
    with at(MONDAY, 16):
        press(cast.office, False)
        assert site.status().words == "All pupils left at 4pm"


def test_a_page_that_showed_what_was_taken_back_is_told_so(cast):
    press(cast.office)
    seen = newest()
    site_marks.undo(cast.head, seen, "Nobody is here")
    refused(lambda: press(cast.office, False, seen), "taken back by Head Invented at 10am")
    refused(lambda: press(cast.office, False, 2**63 - 1), "taken back")


@pytest.mark.parametrize("hour", [0, 1])
def test_both_hours_of_the_autumn_night_are_pressed_one_after_the_other(cast, hour):
    night = dt.date(2026, 10, 25)
    first = clock.at(night, dt.time(1, 30))
    with clock.frozen(first):
        press(cast.office, day=night, sure=True)
    with clock.frozen(first + dt.timedelta(hours=hour, minutes=5)):
        press(cast.office, False, newest(), night)
        assert site.status().words == "All pupils left at 1:35am"
        site_marks.undo(cast.office, newest(), "Not yet")
        assert site.status().words == "Pupils are on site since 1:30am"


# --- Taking it back -----------------------------------------------------------------------------------------


def test_within_ten_minutes_it_is_taken_back_with_a_reason_and_what_held_before_holds_again(cast):
    with at(MONDAY, 8, 40):
        press(cast.office)
    with at(MONDAY, 9, 0):
        press(cast.office, False, newest())
    with at(MONDAY, 9, 10):
        site_marks.undo(cast.head, newest(), f"  The wrong button. {SECRET}  ")
        assert site.status().words == "Pupils are on site since 8:40am"
    row = SiteMark.select().order_by(SiteMark.id.desc()).get()
    assert (row.undone_by_id, row.undone_reason) == (cast.head.id, f"The wrong button. {SECRET}")
    event = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert (event.event, event.payload) == ("site-mark-undone", {"what": "that all pupils have left"})
    assert not any(SECRET in str(event.payload) for event in AuditEvent.select())


def test_before_the_first_press_there_is_only_what_we_assume_and_that_comes_back(cast):
    press(cast.office)
    site_marks.undo(cast.office, newest(), "Too early")
    assert site.status().assumed


def test_after_ten_minutes_the_other_button_is_the_way(cast):
    with at(MONDAY, 8, 40):
        press(cast.office)
        mark = newest()
    just_over = clock.at(MONDAY, dt.time(8, 50)) + dt.timedelta(seconds=1)
    with clock.frozen(just_over):
        assert site_marks.undo_until(site.newest_mark(MONDAY)) is None
        refused(lambda: site_marks.undo(cast.office, mark, "Late"), "8:40am", "ten minutes", "other button")
    with at(MONDAY, 8, 50):
        site_marks.undo(cast.office, mark, "In time")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b", "abc\u202ecba"])
def test_it_is_not_taken_back_without_a_reason_that_can_be_read(cast, reason):
    press(cast.office)
    with pytest.raises(Invalid) as caught:
        site_marks.undo(cast.office, newest(), reason)
    assert set(caught.value.errors) == {"reason"}
    assert site.status().by == "Office Invented"


def test_only_the_newest_is_taken_back_and_only_once(cast):
    press(cast.office)
    first = newest()
    press(cast.head, False, first)
    refused(
        lambda: site_marks.undo(cast.office, first, "No"), "Head Invented has said meanwhile", "all pupils have left"
    )
    second = newest()
    site_marks.undo(cast.office, second, "They are here")
    refused(lambda: site_marks.undo(cast.head, second, "Indeed"), "taken back already by Office Invented at 10am")
    site_marks.undo(cast.office, first, "A test of the button")
    assert site.status().assumed


def test_what_was_said_yesterday_is_not_taken_back_after_midnight(cast):
    with at(MONDAY, 23, 58):
        press(cast.office)
        mark = newest()
    with at(TUESDAY, 0, 3):
        refused(lambda: site_marks.undo(cast.office, mark, "Oh"), "Monday 23 November 2026", "begins anew")


@pytest.mark.parametrize("mark", [0, -1, 999_999, 2**63])
def test_a_mark_that_is_none_is_not_found(cast, mark):
    with pytest.raises(NotFound):
        site_marks.undo(cast.office, mark, "Why")


# --- The last days ------------------------------------------------------------------------------------------


def test_the_marks_of_the_last_week_are_shown_with_what_was_taken_back(cast):
    for days in (9, 7, 1):
        day = MONDAY - dt.timedelta(days=days)
        with at(day, 8, 40):
            press(cast.office, day=day, sure=True)
    press(cast.head)
    site_marks.undo(cast.office, newest(), "Wrong")
    shown = site_marks.recent(cast.office)
    assert [(each.day, each.by, each.undone_by, each.undone_reason) for each in shown] == [
        (MONDAY, "Head Invented", "Office Invented", "Wrong"),
        (MONDAY - dt.timedelta(days=1), "Office Invented", None, ""),
        (MONDAY - dt.timedelta(days=7), "Office Invented", None, ""),
    ]
