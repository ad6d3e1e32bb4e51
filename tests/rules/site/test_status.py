"""Are pupils on site? What the office said, what we assume until it has, and what holds at any time of any day."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import AuditEvent, PolicyVersion, SiteMark
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touch, touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.policy import in_force
from rules.site import calendar_changes
from rules.site import status as site_status
from rules.site.calendar import Answer
from rules.site.calendar_changes import Dates
from rules.site.status import NoSchoolToday
from tests.conftest import CAST, examples
from tests.support.visitors import MONDAY, TUESDAY, at

SATURDAY, CHRISTMAS = dt.date(2026, 11, 28), dt.date(2026, 12, 25)
SPRING_NIGHT, AUTUMN_NIGHT = dt.date(2027, 3, 28), dt.date(2026, 10, 25)  # Sundays on which the clock changes
POLICY = SimpleNamespace(pupils_come=dt.time(8, 45), pupils_leave=dt.time(15, 30))
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
PRESSES = st.lists(st.tuples(TIMES, st.booleans()), max_size=6).map(lambda found: sorted(found, key=lambda one: one[0]))


def say(actor, on_site, day=None):
    """Somebody presses a button of a page that shows what holds now."""
    day = day or clock.today()
    mark = site_status.newest_mark(day)
    site_status.press(actor, on_site, day, mark.id if mark else 0, sure=True)


def words_at(hour, minute=0, day=MONDAY):
    """What everybody reads at a time of a day."""
    with at(day, hour, minute):
        return site_status.status().words


# --- Nobody has pressed -------------------------------------------------------------------------------------


def test_before_pupils_come_we_assume_that_none_is_on_site(school):
    with at(MONDAY, 8, 44):
        status = site_status.status()
    assert (status.pupils_on_site, status.assumed, status.school_day, status.since, status.by) == (
        *(False, True, True, None, ""),
    )
    assert status.words == "We assume that no pupils are on site before 8:45am"
    assert status.asks == ""


def test_from_the_set_time_on_we_assume_that_pupils_are_on_site_and_the_office_is_asked(school):
    with at(MONDAY, 8, 45):
        status = site_status.status()
    assert (status.pupils_on_site, status.assumed, status.since) == (True, True, dt.time(8, 45))
    assert status.words == "We assume that pupils are on site since 8:45am"
    assert status.asks == "Nobody has said today whether pupils are on site."


def test_after_school_pupils_are_still_assumed_on_site_until_somebody_says_that_they_left(school):
    with at(MONDAY, 23, 59):
        status = site_status.status()
    assert status.pupils_on_site
    assert status.words == "We assume that pupils are still on site"
    assert status.asks == "Nobody has said today that all pupils have left."
    assert words_at(15, 29) == "We assume that pupils are on site since 8:45am"
    assert words_at(15, 30) == "We assume that pupils are still on site"


def test_at_midnight_the_day_begins_anew(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    assert words_at(23, 59) == "Pupils are on site since 8:40am"
    assert words_at(0, 0, TUESDAY) == "We assume that no pupils are on site before 8:45am"


@pytest.mark.parametrize(("day", "why"), [(SATURDAY, "weekend"), (CHRISTMAS, "bank holiday: Christmas Day")])
def test_on_a_day_without_school_we_assume_nobody_and_say_why(school, day, why):
    with at(day, 10):
        status = site_status.status()
        assert not status.pupils_on_site
        assert not status.school_day
        assert status.words == f"There is no school today ({why}), so we assume that no pupils are on site"
        assert status.asks == ""
    assert "on that day" in site_status.status_at(day, dt.time(10)).words


def test_the_times_are_those_of_the_policy_and_an_older_version_has_the_usual_ones(school):
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    for times, come in (({"pupils_come": "09:15", "pupils_leave": "14:00"}, (9, 15)), ({}, (8, 45))):
        day = {"opens": "07:00", "closes": "18:00", **times}
        columns = {**newest.__data__, "id": None, "digest": f"of {come}", "school": {**newest.school, "day": day}}
        PolicyVersion.insert(columns).execute()
        minute_before = clock.at(MONDAY, dt.time(*come)) - dt.timedelta(minutes=1)
        with clock.frozen(minute_before):
            assert not site_status.status().pupils_on_site
        with at(MONDAY, *come):
            assert site_status.status().pupils_on_site


# --- The office has pressed ---------------------------------------------------------------------------------


def test_everybody_sees_since_when_pupils_are_on_site_and_who_said_so(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    status = site_status.status()
    assert (status.pupils_on_site, status.since, status.by, status.assumed) == (
        *(True, dt.time(8, 40), "Office Invented", False),
    )
    assert status.words == "Pupils are on site since 8:40am"
    assert status.asks == ""


def test_the_office_is_asked_whether_all_have_left_once_pupils_usually_have(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 15, 29):
        assert site_status.status().asks == ""
    with at(MONDAY, 15, 30):
        assert site_status.status().asks == "Have all pupils left? On a usual day they leave by 3:30pm."


def test_all_pupils_left_at_the_time_at_which_it_was_said(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 15, 42):
        say(cast.head, False)
    with at(MONDAY, 20):
        status = site_status.status()
    assert (status.pupils_on_site, status.since, status.by) == (False, dt.time(15, 42), "Head Invented")
    assert status.words == "All pupils left at 3:42pm"
    assert status.asks == ""


def test_that_all_have_left_before_pupils_come_is_over_once_they_come(cast):
    with at(MONDAY, 7, 30):
        say(cast.office, True)
    with at(MONDAY, 8, 10):
        say(cast.office, False)
    assert words_at(8, 44) == "All pupils left at 8:10am"
    assert words_at(8, 45) == "We assume that pupils are on site since 8:45am"


def test_pupils_are_on_site_on_a_sunday_if_somebody_says_so(cast):
    sunday = dt.date(2026, 11, 29)
    with at(sunday, 10):
        say(cast.office, True)
        status = site_status.status()
    assert (status.pupils_on_site, status.school_day, status.assumed) == (True, False, False)


def test_what_was_taken_back_never_counted(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 8, 41):
        say(cast.office, False)
        site_status.undo(cast.office, site_status.newest_mark(MONDAY).id, "The wrong button")
    for time in (dt.time(8, 41), dt.time(12)):
        assert site_status.status_at(MONDAY, time).words == "Pupils are on site since 8:40am"


# --- Any day and time ---------------------------------------------------------------------------------------


def test_another_time_of_today_is_told_from_what_was_said_by_then(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 15, 42):
        say(cast.office, False)
    told = {
        hour: site_status.status_at(MONDAY, dt.time(*hour)).pupils_on_site
        for hour in ((8, 39), (8, 40), (15, 41), (15, 42))
    }
    assert told == {(8, 39): False, (8, 40): True, (15, 41): True, (15, 42): False}
    assert site_status.status_at(TUESDAY, dt.time(10)).assumed


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), time=TIMES)
def test_of_every_day_and_time_there_is_one_answer_that_says_what_it_rests_on(school, day, time):
    status = site_status.status_at(day, time)
    assert status.assumed
    assert status.by == ""
    assert status.pupils_on_site is (status.school_day and time >= dt.time(8, 45))
    assert (status.since is not None) is status.pupils_on_site
    assert status.words.startswith(("We assume", "There is no school"))


@settings(deadline=None, max_examples=examples(200))
@given(presses=PRESSES, time=TIMES, school_day=st.booleans())
def test_pupils_are_never_assumed_away_while_the_last_word_is_that_they_are_here(presses, time, school_day):
    marks = [
        site_status.Mark(number, on_site, clock.at(MONDAY, at_time), "Office", 1)
        for number, (at_time, on_site) in enumerate(presses, start=1)
        if at_time <= time
    ]
    newest = marks[-1] if marks else None
    status = site_status.judge(Answer(MONDAY, school_day, "school day"), time, newest, POLICY)
    if newest and newest.on_site:
        assert status.pupils_on_site
    if not status.pupils_on_site and school_day and time >= POLICY.pupils_come:
        assert newest
        assert not newest.on_site
        assert newest.time >= POLICY.pupils_come
    assert status.assumed is (status.by == "")


@pytest.mark.parametrize("day", [SPRING_NIGHT, AUTUMN_NIGHT])
def test_in_the_nights_of_the_clock_change_what_was_said_last_holds(cast, day):
    first, last = clock.day_bounds(day)
    moment, expected = first, True
    while moment < last:
        with clock.frozen(moment):
            say(cast.office, expected, day)
            assert site_status.status().pupils_on_site is expected
            assert site_status.status().since == clock.local(moment).time().replace(second=0, microsecond=0)
        moment, expected = moment + dt.timedelta(minutes=47), not expected


def test_in_the_hour_that_comes_twice_a_time_means_the_first(cast):
    half_past_one = clock.at(AUTUMN_NIGHT, dt.time(1, 30))
    with clock.frozen(half_past_one):
        say(cast.office, True, AUTUMN_NIGHT)
    with clock.frozen(half_past_one + dt.timedelta(hours=1)):
        say(cast.office, False, AUTUMN_NIGHT)
        assert site_status.status().words == "All pupils left at 1:30am"
    assert site_status.status_at(AUTUMN_NIGHT, dt.time(1, 30)).pupils_on_site
    assert not site_status.status_at(AUTUMN_NIGHT, dt.time(2, 0)).pupils_on_site


# --- Open pages ---------------------------------------------------------------------------------------------


def test_an_open_page_is_good_until_somebody_presses_or_anything_changes(cast):
    token = site_status.token()
    assert site_status.unchanged(token)
    say(cast.office, True)
    assert not site_status.unchanged(token)
    token = site_status.token()
    touch()
    assert not site_status.unchanged(token)


@pytest.mark.parametrize(
    ("seen", "now", "same"),
    [
        ((8, 0), (8, 44), True),
        ((8, 0), (8, 45), False),
        ((8, 45), (15, 29), True),
        ((8, 45), (15, 30), False),
        ((15, 30), (23, 59), True),
    ],
)
def test_an_open_page_is_good_until_the_clock_changes_what_we_assume(school, seen, now, same):
    with at(MONDAY, *seen):
        token = site_status.token()
    with at(MONDAY, *now):
        assert site_status.unchanged(token) is same
    with at(TUESDAY, 0):
        assert not site_status.unchanged(token)


def test_a_change_of_the_calendar_is_seen_on_open_pages(cast):
    token = site_status.token()
    calendar_changes.set_days(cast.office, Dates("Snow", MONDAY, None, calendar_changes.kind_of("closed")))
    assert not site_status.unchanged(token)
    assert site_status.status().words.startswith("There is no school today (the school is closed)")


@pytest.mark.parametrize("token", ["", "x", "1.2.3", "é", "1", "..", "9" * 400])
def test_what_is_no_token_is_never_good(school, token):
    assert not site_status.unchanged(token)


def test_the_next_thing_to_say_is_what_is_most_likely(cast):
    policy = in_force.policy_in_force()
    for hour, expected in ((7, True), (10, True), (16, False)):
        with at(MONDAY, hour):
            assert site_status.next_is_on_site(site_status.status(), policy) is expected
    with at(MONDAY, 8, 40):
        say(cast.office, True)
        assert not site_status.next_is_on_site(site_status.status(), policy)


SECRET = "Zebra-4711"
KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_SITE] & set(roles)]
SUNDAY = dt.date(2026, 11, 29)


def press(actor, on_site=True, seen=0, day=MONDAY, sure=False):
    """Somebody presses a button of a page of that day that showed that mark."""
    site_status.press(actor, on_site, day, seen, sure)


def newest():
    """The id of the mark that counts now."""
    return site_status.newest_mark(clock.today()).id


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
    assert site_status.status().pupils_on_site
    press(actor, False, newest())
    assert not site_status.status().pupils_on_site
    told = [event.event for event in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(2)]
    assert told == ["site-all-left", "site-pupils-on-site"]
    assert touched() > before
    assert trail.verify()[1] == []


@pytest.mark.parametrize("who", [who for who in CAST if who not in KEEPERS])
def test_nobody_else_presses_takes_back_or_reads_what_was_said(cast, who):
    press(cast.office)
    actor, mark = getattr(cast, who), newest()
    for attempt in (
        lambda: press(actor, False, mark),
        lambda: site_status.undo(actor, mark, "Why not"),
        lambda: site_status.recent(actor),
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
        assert site_status.status().words == "All pupils left at 3:42pm"


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
            assert site_status.status().pupils_on_site
            press(cast.office, False, seen)
            assert site_status.status().words == f"All pupils left at 3:{42 + number}pm"
            press(cast.office, False, seen)
            site_status.undo(cast.office, newest(), "To try it once more")
    assert SiteMark.select().count() == 4


def test_what_was_taken_back_is_told_too_where_what_came_before_no_longer_counts(cast):
    with at(MONDAY, 7, 30):
        press(cast.office)
        press(cast.office, False, newest())
    with at(MONDAY, 10):
        press(cast.office, True, newest())
        seen = newest()
        site_status.undo(cast.head, seen, "Nobody is here")
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
        assert site_status.status().pupils_on_site
        press(cast.office, False, newest(), SUNDAY)
        assert not site_status.status().pupils_on_site


def test_that_all_have_left_is_not_said_where_nobody_is_here_as_far_as_we_know(cast):
    for day, hour in ((SUNDAY, 10), (MONDAY, 7)):
        with at(day, hour):
            refused(lambda day=day: press(cast.office, False, 0, day), "nothing to change")


def test_all_left_is_said_of_pupils_whom_we_only_assume(cast):
    with at(MONDAY, 16):
        press(cast.office, False)
        assert site_status.status().words == "All pupils left at 4pm"


def test_a_page_that_showed_what_was_taken_back_is_told_so(cast):
    press(cast.office)
    seen = newest()
    site_status.undo(cast.head, seen, "Nobody is here")
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
        assert site_status.status().words == "All pupils left at 1:35am"
        site_status.undo(cast.office, newest(), "Not yet")
        assert site_status.status().words == "Pupils are on site since 1:30am"


# --- Taking it back -----------------------------------------------------------------------------------------


def test_within_ten_minutes_it_is_taken_back_with_a_reason_and_what_held_before_holds_again(cast):
    with at(MONDAY, 8, 40):
        press(cast.office)
    with at(MONDAY, 9, 0):
        press(cast.office, False, newest())
    with at(MONDAY, 9, 10):
        site_status.undo(cast.head, newest(), f"  The wrong button. {SECRET}  ")
        assert site_status.status().words == "Pupils are on site since 8:40am"
    row = SiteMark.select().order_by(SiteMark.id.desc()).get()
    assert (row.undone_by_id, row.undone_reason) == (cast.head.id, f"The wrong button. {SECRET}")
    event = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert (event.event, event.payload) == ("site-mark-undone", {"what": "that all pupils have left"})
    assert not any(SECRET in str(event.payload) for event in AuditEvent.select())


def test_before_the_first_press_there_is_only_what_we_assume_and_that_comes_back(cast):
    press(cast.office)
    site_status.undo(cast.office, newest(), "Too early")
    assert site_status.status().assumed


def test_after_ten_minutes_the_other_button_is_the_way(cast):
    with at(MONDAY, 8, 40):
        press(cast.office)
        mark = newest()
    just_over = clock.at(MONDAY, dt.time(8, 50)) + dt.timedelta(seconds=1)
    with clock.frozen(just_over):
        assert site_status.undo_until(site_status.newest_mark(MONDAY)) is None
        refused(lambda: site_status.undo(cast.office, mark, "Late"), "8:40am", "ten minutes", "other button")
    with at(MONDAY, 8, 50):
        site_status.undo(cast.office, mark, "In time")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\x00b", "abc\u202ecba"])
def test_it_is_not_taken_back_without_a_reason_that_can_be_read(cast, reason):
    press(cast.office)
    with pytest.raises(Invalid) as caught:
        site_status.undo(cast.office, newest(), reason)
    assert set(caught.value.errors) == {"reason"}
    assert site_status.status().by == "Office Invented"


def test_only_the_newest_is_taken_back_and_only_once(cast):
    press(cast.office)
    first = newest()
    press(cast.head, False, first)
    refused(
        lambda: site_status.undo(cast.office, first, "No"), "Head Invented has said meanwhile", "all pupils have left"
    )
    second = newest()
    site_status.undo(cast.office, second, "They are here")
    refused(lambda: site_status.undo(cast.head, second, "Indeed"), "taken back already by Office Invented at 10am")
    site_status.undo(cast.office, first, "A test of the button")
    assert site_status.status().assumed


def test_what_was_said_yesterday_is_not_taken_back_after_midnight(cast):
    with at(MONDAY, 23, 58):
        press(cast.office)
        mark = newest()
    with at(TUESDAY, 0, 3):
        refused(lambda: site_status.undo(cast.office, mark, "Oh"), "Monday 23 November 2026", "begins anew")


@pytest.mark.parametrize("mark", [0, -1, 999_999, 2**63])
def test_a_mark_that_is_none_is_not_found(cast, mark):
    with pytest.raises(NotFound):
        site_status.undo(cast.office, mark, "Why")


# --- The last days ------------------------------------------------------------------------------------------


def test_the_marks_of_the_last_week_are_shown_with_what_was_taken_back(cast):
    for days in (9, 7, 1):
        day = MONDAY - dt.timedelta(days=days)
        with at(day, 8, 40):
            press(cast.office, day=day, sure=True)
    press(cast.head)
    site_status.undo(cast.office, newest(), "Wrong")
    shown = site_status.recent(cast.office)
    assert [(each.day, each.by, each.undone_by, each.undone_reason) for each in shown] == [
        (MONDAY, "Head Invented", "Office Invented", "Wrong"),
        (MONDAY - dt.timedelta(days=1), "Office Invented", None, ""),
        (MONDAY - dt.timedelta(days=7), "Office Invented", None, ""),
    ]
