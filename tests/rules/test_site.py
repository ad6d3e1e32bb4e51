"""Are pupils on site? What the office said, what we assume until it has, and what holds at any time of any day."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import PolicyVersion
from rules import calendar_changes, clock, obligations, site, site_marks
from rules.calendar_changes import Dates
from rules.changes import touch
from rules.school_calendar import Answer
from tests.conftest import examples
from tests.rules.receiving import MONDAY, TUESDAY, at

SATURDAY, CHRISTMAS = dt.date(2026, 11, 28), dt.date(2026, 12, 25)
SPRING_NIGHT, AUTUMN_NIGHT = dt.date(2027, 3, 28), dt.date(2026, 10, 25)  # Sundays on which the clock changes
POLICY = SimpleNamespace(pupils_come=dt.time(8, 45), pupils_leave=dt.time(15, 30))
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
PRESSES = st.lists(st.tuples(TIMES, st.booleans()), max_size=6).map(lambda found: sorted(found, key=lambda one: one[0]))


def say(actor, on_site, day=None):
    """Somebody presses a button of a page that shows what holds now."""
    day = day or clock.today()
    mark = site.newest_mark(day)
    site_marks.press(actor, on_site, day, mark.id if mark else 0, sure=True)


def words_at(hour, minute=0, day=MONDAY):
    """What everybody reads at a time of a day."""
    with at(day, hour, minute):
        return site.status().words


# --- Nobody has pressed -------------------------------------------------------------------------------------


def test_before_pupils_come_we_assume_that_none_is_on_site(school):
    with at(MONDAY, 8, 44):
        status = site.status()
    assert (status.pupils_on_site, status.assumed, status.school_day, status.since, status.by) == (
        *(False, True, True, None, ""),
    )
    assert status.words == "We assume that no pupils are on site before 8:45am"
    assert status.asks == ""


def test_from_the_set_time_on_we_assume_that_pupils_are_on_site_and_the_office_is_asked(school):
    with at(MONDAY, 8, 45):
        status = site.status()
    assert (status.pupils_on_site, status.assumed, status.since) == (True, True, dt.time(8, 45))
    assert status.words == "We assume that pupils are on site since 8:45am"
    assert status.asks == "Nobody has said today whether pupils are on site."


def test_after_school_pupils_are_still_assumed_on_site_until_somebody_says_that_they_left(school):
    with at(MONDAY, 23, 59):
        status = site.status()
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
        status = site.status()
        assert not status.pupils_on_site
        assert not status.school_day
        assert status.words == f"There is no school today ({why}), so we assume that no pupils are on site"
        assert status.asks == ""
    assert "on that day" in site.status_at(day, dt.time(10)).words


def test_the_times_are_those_of_the_policy_and_an_older_version_has_the_usual_ones(school):
    newest = PolicyVersion.select().order_by(PolicyVersion.id.desc()).get()
    for times, come in (({"pupils_come": "09:15", "pupils_leave": "14:00"}, (9, 15)), ({}, (8, 45))):
        day = {"opens": "07:00", "closes": "18:00", **times}
        columns = {**newest.__data__, "id": None, "digest": f"of {come}", "school": {**newest.school, "day": day}}
        PolicyVersion.insert(columns).execute()
        minute_before = clock.at(MONDAY, dt.time(*come)) - dt.timedelta(minutes=1)
        with clock.frozen(minute_before):
            assert not site.status().pupils_on_site
        with at(MONDAY, *come):
            assert site.status().pupils_on_site


# --- The office has pressed ---------------------------------------------------------------------------------


def test_everybody_sees_since_when_pupils_are_on_site_and_who_said_so(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    status = site.status()
    assert (status.pupils_on_site, status.since, status.by, status.assumed) == (
        *(True, dt.time(8, 40), "Office Invented", False),
    )
    assert status.words == "Pupils are on site since 8:40am"
    assert status.asks == ""


def test_the_office_is_asked_whether_all_have_left_once_pupils_usually_have(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 15, 29):
        assert site.status().asks == ""
    with at(MONDAY, 15, 30):
        assert site.status().asks == "Have all pupils left? On a usual day they leave by 3:30pm."


def test_all_pupils_left_at_the_time_at_which_it_was_said(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 15, 42):
        say(cast.head, False)
    with at(MONDAY, 20):
        status = site.status()
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
        status = site.status()
    assert (status.pupils_on_site, status.school_day, status.assumed) == (True, False, False)


def test_what_was_taken_back_never_counted(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 8, 41):
        say(cast.office, False)
        site_marks.undo(cast.office, site.newest_mark(MONDAY).id, "The wrong button")
    for time in (dt.time(8, 41), dt.time(12)):
        assert site.status_at(MONDAY, time).words == "Pupils are on site since 8:40am"


# --- Any day and time ---------------------------------------------------------------------------------------


def test_another_time_of_today_is_told_from_what_was_said_by_then(cast):
    with at(MONDAY, 8, 40):
        say(cast.office, True)
    with at(MONDAY, 15, 42):
        say(cast.office, False)
    told = {
        hour: site.status_at(MONDAY, dt.time(*hour)).pupils_on_site for hour in ((8, 39), (8, 40), (15, 41), (15, 42))
    }
    assert told == {(8, 39): False, (8, 40): True, (15, 41): True, (15, 42): False}
    assert site.status_at(TUESDAY, dt.time(10)).assumed


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), time=TIMES)
def test_of_every_day_and_time_there_is_one_answer_that_says_what_it_rests_on(school, day, time):
    status = site.status_at(day, time)
    assert status.assumed
    assert status.by == ""
    assert status.pupils_on_site is (status.school_day and time >= dt.time(8, 45))
    assert (status.since is not None) is status.pupils_on_site
    assert status.words.startswith(("We assume", "There is no school"))


@settings(deadline=None, max_examples=examples(200))
@given(presses=PRESSES, time=TIMES, school_day=st.booleans())
def test_pupils_are_never_assumed_away_while_the_last_word_is_that_they_are_here(presses, time, school_day):
    marks = [
        site.Mark(number, on_site, clock.at(MONDAY, at_time), "Office", 1)
        for number, (at_time, on_site) in enumerate(presses, start=1)
        if at_time <= time
    ]
    newest = marks[-1] if marks else None
    status = site.judge(Answer(MONDAY, school_day, "school day"), time, newest, POLICY)
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
            assert site.status().pupils_on_site is expected
            assert site.status().since == clock.local(moment).time().replace(second=0, microsecond=0)
        moment, expected = moment + dt.timedelta(minutes=47), not expected


def test_in_the_hour_that_comes_twice_a_time_means_the_first(cast):
    half_past_one = clock.at(AUTUMN_NIGHT, dt.time(1, 30))
    with clock.frozen(half_past_one):
        say(cast.office, True, AUTUMN_NIGHT)
    with clock.frozen(half_past_one + dt.timedelta(hours=1)):
        say(cast.office, False, AUTUMN_NIGHT)
        assert site.status().words == "All pupils left at 1:30am"
    assert site.status_at(AUTUMN_NIGHT, dt.time(1, 30)).pupils_on_site
    assert not site.status_at(AUTUMN_NIGHT, dt.time(2, 0)).pupils_on_site


# --- Open pages ---------------------------------------------------------------------------------------------


def test_an_open_page_is_good_until_somebody_presses_or_anything_changes(cast):
    token = site.token()
    assert site.unchanged(token)
    say(cast.office, True)
    assert not site.unchanged(token)
    token = site.token()
    touch()
    assert not site.unchanged(token)


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
        token = site.token()
    with at(MONDAY, *now):
        assert site.unchanged(token) is same
    with at(TUESDAY, 0):
        assert not site.unchanged(token)


def test_a_change_of_the_calendar_is_seen_on_open_pages(cast):
    token = site.token()
    calendar_changes.set_days(cast.office, Dates("Snow", MONDAY, None, calendar_changes.kind_of("closed")))
    assert not site.unchanged(token)
    assert site.status().words.startswith("There is no school today (the school is closed)")


@pytest.mark.parametrize("token", ["", "x", "1.2.3", "é", "1", "..", "9" * 400])
def test_what_is_no_token_is_never_good(school, token):
    assert not site.unchanged(token)


def test_the_next_thing_to_say_is_what_is_most_likely(cast):
    policy = obligations.policy_in_force()
    for hour, expected in ((7, True), (10, True), (16, False)):
        with at(MONDAY, hour):
            assert site.next_is_on_site(site.status(), policy) is expected
    with at(MONDAY, 8, 40):
        say(cast.office, True)
        assert not site.next_is_on_site(site.status(), policy)
