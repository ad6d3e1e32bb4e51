"""What a day is for the school, and why: terms, days set by hand, weekends, bank holidays."""

import datetime as dt

import pytest
from dateutil.easter import easter
from holidays.countries.united_kingdom import UnitedKingdom
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database import db
from models import AuditEvent, CalendarDay, Term
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.site import calendar, calendar_changes
from rules.site.calendar import bank_holiday, bank_holidays
from rules.site.calendar_changes import KIND_CHOICES, Dates, kind_of
from tests.conftest import CAST, examples
from tests.support.visitors import later

OTHERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_SITE].isdisjoint(roles)]
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
TERM = ("Autumn term", "2026-09-02", "2026-12-18")


def day(text):
    """A day from its usual spelling, or None."""
    return dt.date.fromisoformat(text) if text else None


def dates(name, first, last=None, kind=None):
    """Days as they are entered."""
    return Dates(name, day(first), day(last), kind_of(kind))


@pytest.fixture
def autumn(cast):
    """A calendar with one term of this school year."""
    calendar_changes.add_term(cast.office, dates(*TERM))


def reason(text):
    """Whether pupils come on a day, and why."""
    answer = calendar.answer(day(text))
    return answer.school, answer.reason


def errors(call):
    """What is said of what cannot be kept; nothing is kept then."""
    before = Term.select().count(), CalendarDay.select().count(), AuditEvent.select().count(), touched()
    with pytest.raises(Invalid) as caught:
        call()
    assert (Term.select().count(), CalendarDay.select().count(), AuditEvent.select().count(), touched()) == before
    return caught.value.errors


# --- What a day is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "comes", "why"),
    [
        ("2026-11-23", True, "school day"),
        ("2026-09-02", True, "school day"),
        ("2026-12-18", True, "school day"),
        ("2026-09-01", False, "no term"),
        ("2026-12-21", True, calendar.NEXT_NOT_ENTERED),
        ("2027-01-11", True, calendar.NEXT_NOT_ENTERED),
        ("2027-07-30", True, calendar.NEXT_NOT_ENTERED),
        ("2027-08-02", False, "no term"),
        ("2027-08-31", False, "no term"),
        ("2026-11-28", False, "weekend"),
        ("2026-12-25", False, "bank holiday: Christmas Day"),
        ("2026-12-28", False, "bank holiday: Boxing Day (substitute day)"),
    ],
)
def test_a_day_is_told_with_its_reason(autumn, of, comes, why):
    assert reason(of) == (comes, why)


@pytest.mark.parametrize(
    ("kind", "comes", "why"),
    [
        ("school", True, "school day"),
        ("closed", False, "the school is closed"),
        ("inset", False, "inset day"),
        ("bank holiday", False, "bank holiday"),
    ],
)
@pytest.mark.parametrize("of", ["2026-11-23", "2026-11-28", "2026-12-25", "2027-05-20"])
def test_what_is_set_by_hand_counts_before_all_else(autumn, cast, kind, comes, why, of):
    calendar_changes.set_days(cast.office, dates("", of, kind=kind))
    assert reason(of) == (comes, why)


def test_in_a_school_year_without_a_term_every_weekday_counts_as_a_school_day(autumn):
    assert reason("2027-10-04") == (True, calendar.NOT_ENTERED)
    assert reason("2027-10-03") == (False, "weekend")
    assert reason("2027-12-27")[1].startswith("bank holiday")
    assert reason("2027-08-31") == (False, "no term")
    assert reason("2027-09-01") == (True, calendar.NOT_ENTERED)


def test_between_terms_and_after_the_last_one_of_the_year_pupils_have_holidays(autumn, cast):
    calendar_changes.add_term(cast.office, dates("Spring term", "2027-01-04", "2027-03-25"))
    calendar_changes.add_term(cast.office, dates("Summer term", "2027-04-12", "2027-07-21"))
    for holiday in ("2026-12-21", "2027-04-09", "2027-07-22", "2027-07-30", "2027-08-02"):
        assert reason(holiday) == (False, "no term")


def test_a_term_that_was_forgotten_is_no_holiday(autumn, cast):
    calendar_changes.add_term(cast.office, dates("Summer term", "2027-04-12", "2027-07-21"))
    for of in ("2026-12-21", "2027-01-11", "2027-03-25", "2027-04-09"):
        assert reason(of) == (True, calendar.TERM_MISSING)
    assert reason("2027-03-26") == (False, "bank holiday: Good Friday")
    calendar_changes.add_term(cast.office, dates("Spring term", "2027-01-04", "2027-03-25"))
    assert reason("2026-12-21") == reason("2027-04-09") == (False, "no term")


def test_neither_is_one_before_the_first_that_was_entered(cast):
    calendar_changes.add_term(cast.office, dates("Spring term", "2027-01-04", "2027-03-25"))
    assert reason("2026-09-01") == reason("2026-11-23") == (True, calendar.FIRST_MISSING)
    calendar_changes.add_term(cast.office, dates("After half term", "2026-10-19", "2026-12-18"))
    assert reason("2026-09-01") == reason("2026-10-16") == (True, calendar.FIRST_MISSING)
    calendar_changes.add_term(cast.office, dates("First half term", "2026-09-02", "2026-10-09"))
    assert reason("2026-09-01") == reason("2026-10-16") == (False, "no term")


@pytest.mark.parametrize(
    ("ends", "begins", "holidays"),
    [
        ("2026-12-11", "2027-01-08", True),
        ("2026-12-11", "2027-01-09", True),
        ("2026-12-11", "2027-01-10", False),
        # The clocks go forward, and a leap year's February has a day more.
        ("2027-03-12", "2027-04-10", True),
        ("2027-03-12", "2027-04-11", False),
        ("2028-02-11", "2028-03-11", True),
        ("2028-02-11", "2028-03-12", False),
    ],
)
def test_four_weeks_without_a_term_are_holidays_and_a_day_more_is_not(cast, ends, begins, holidays):
    before, after = day(ends), day(begins)
    for name, first, last in (("A", before - dt.timedelta(7), before), ("B", after, after + dt.timedelta(7))):
        Term.insert(name=name, starts_on=first, ends_on=last, made_by=cast.office.id, made_at=clock.now()).execute()
    middle = before + dt.timedelta(days=14)
    weekday = next(
        each for n in range(7) if bank_holiday(each := middle + dt.timedelta(n)) is None and each.weekday() < 5
    )
    assert calendar.answer(weekday).school is not holidays


@st.composite
def school_years(draw):
    """The six half terms of a school in England, with its holidays: leap years and moved clocks are among them."""
    begins, terms = dt.date(draw(st.integers(2001, 2097)), 9, draw(st.integers(1, 4))), []
    weeks = (7, 7, *(draw(st.integers(5, 6)) for _ in range(3)), draw(st.integers(5, 6)))
    for length, holidays in zip(weeks, (9, draw(st.integers(14, 18)), 9, draw(st.integers(14, 23)), 9, 0), strict=True):
        last = begins + dt.timedelta(weeks=length) - dt.timedelta(days=1)
        terms.append((begins, last))
        begins = last + dt.timedelta(days=holidays + 1)
    return terms


@settings(deadline=None, max_examples=examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(terms=school_years(), order=st.permutations(range(6)))
def test_entering_a_term_never_turns_a_school_day_into_a_holiday(cast, terms, order):
    """However many terms are entered, and in which order, no school day is ever called a holiday."""
    bounds = calendar.school_year(terms[0][0], "08-31")
    taught = [first + dt.timedelta(n) for first, last in terms for n in range((last - first).days + 1)]
    taught = {each for each in taught if each.weekday() < 5 and bank_holiday(each) is None}
    with db.atomic() as attempt:
        for number in order:
            first, last = terms[number]
            row = {"name": "A term", "starts_on": first, "ends_on": last, "made_by": cast.office.id}
            Term.insert(**row, made_at=clock.now()).execute()
            answers = calendar.answers_of_year(*bounds)
            assert {each.day for each in answers if not each.school}.isdisjoint(taught)
        assert {each.day for each in answers if each.reason == calendar.SCHOOL_DAY} == taught
        assert {each.reason for each in answers} & {
            calendar.TERM_MISSING,
            calendar.FIRST_MISSING,
        } == set()
        attempt.rollback()


def test_the_office_is_told_which_days_are_not_entered(autumn, cast):
    calendar_changes.add_term(cast.office, dates("Summer term", "2027-04-12", "2027-07-21"))
    (run,) = calendar.still_missing(cast.office)
    assert (run.first, run.last) == (day("2026-12-21"), day("2027-04-09"))


def test_a_term_that_was_taken_out_no_longer_counts(autumn, cast):
    calendar_changes.take_out_term(cast.head, Term.get().id)
    assert reason("2026-11-23") == (True, calendar.NOT_ENTERED)


@settings(deadline=None, max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of=DAYS, first=DAYS, length=st.integers(0, 150))
def test_a_day_alone_and_the_same_day_in_its_year_get_the_same_answer(cast, of, first, length):
    with db.atomic() as attempt:
        row = {"name": "A term", "starts_on": first, "ends_on": first + dt.timedelta(days=length)}
        Term.insert(**row, made_by=cast.office.id, made_at=clock.now()).execute()
        for each in (of, first):
            bounds = calendar.school_year(each, "08-31")
            of_year = {answer.day: answer for answer in calendar.answers_of_year(*bounds)}
            assert of_year[each] == calendar.answer(each)
            assert len(of_year) in {365, 366}
        attempt.rollback()


@given(DAYS, st.sampled_from(["08-31", "07-15", "12-31", "01-01", "02-28"]))
def test_every_day_lies_in_one_school_year_and_the_next_one_begins_the_day_after(of, year_ends):
    first, last = calendar.school_year(of, year_ends)
    assert first <= of <= last
    assert (last - first).days + 1 in {365, 366}
    assert calendar.school_year(last + dt.timedelta(days=1), year_ends)[0] == last + dt.timedelta(days=1)


@pytest.mark.parametrize("of", [dt.date.min, dt.date.max, dt.date(2028, 2, 29), dt.date(9999, 9, 1)])
def test_even_the_first_and_the_last_day_there_is_has_an_answer(school, of):
    assert calendar.answer(of).day == of


@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of=DAYS)
def test_no_weekend_and_no_bank_holiday_is_a_school_day_unless_somebody_says_so(school, of):
    assert calendar.answer(of).school is (of.weekday() < 5 and bank_holiday(of) is None)


# --- Terms --------------------------------------------------------------------------------------------------


def test_a_term_is_entered_and_everything_open_follows(cast):
    before = touched()
    calendar_changes.add_term(cast.office, dates("  Autumn   term ", "2026-09-02", "2026-12-18"))
    assert [term.name for term in calendar.terms(day("2026-12-18"), day("2027-01-10"))] == ["Autumn term"]
    assert touched() > before
    event = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert event.event == "calendar-term-added"
    assert event.payload == {"span": "Wednesday 2 September 2026 to Friday 18 December 2026"}
    assert trail.verify()[1] == []


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        (("", "2026-09-02", "2026-12-18"), "name"),
        (("x" * 61, "2026-09-02", "2026-12-18"), "name"),
        (("A\x00", "2026-09-02", "2026-12-18"), "name"),
        (("A", None, "2026-12-18"), "starts_on"),
        (("A", "2026-09-02", None), "ends_on"),
        (("A", "2026-09-02", "2026-09-01"), "ends_on"),
        (("A", "2026-09-02", "2027-07-21"), "ends_on"),
        (("A", "2027-06-01", "2027-09-01"), "ends_on"),
        (("A", "2024-09-02", "2024-12-18"), "starts_on"),
        (("A", "2036-09-02", "2036-12-18"), "starts_on"),
    ],
)
def test_a_term_that_cannot_be_is_refused_at_its_field(cast, entered, field):
    assert set(errors(lambda: calendar_changes.add_term(cast.office, dates(*entered)))) == {field}


@pytest.mark.parametrize(("first", "last"), [("2026-12-18", "2027-01-20"), ("2026-09-01", "2026-09-02"), TERM[1:]])
def test_two_terms_do_not_share_a_day(autumn, cast, first, last):
    found = errors(lambda: calendar_changes.add_term(cast.head, dates("Other", first, last)))
    assert found["starts_on"].startswith("“Autumn term” is there already, Wednesday 2 September 2026")


def test_a_term_is_taken_out_once(autumn, cast):
    term = Term.get().id
    assert calendar_changes.take_out_term(cast.office, term) == day("2026-09-02")
    with pytest.raises(Conflict, match="at 10am on Monday 23 November 2026"):
        calendar_changes.take_out_term(cast.head, term)
    for none in (0, 999_999, 2**63):
        with pytest.raises(NotFound):
            calendar_changes.take_out_term(cast.head, none)
    calendar_changes.add_term(cast.office, dates(*TERM))


# --- Days set by hand ---------------------------------------------------------------------------------------


def test_a_half_term_is_set_at_once_and_weekends_are_left_as_they_are(autumn, cast):
    calendar_changes.set_days(cast.office, dates("Half term", "2026-10-24", "2026-11-01", "closed"))
    assert [row.day.day for row in CalendarDay.select().order_by(CalendarDay.day)] == [26, 27, 28, 29, 30]
    known = calendar.set_by_hand(day("2026-10-26"), day("2026-10-26"))[day("2026-10-26")]
    assert (known.note, known.by) == ("Half term", "Office Invented")
    calendar_changes.set_days(cast.office, dates("Fair", "2026-10-24", None, "school"))
    assert reason("2026-10-24") == (True, "school day")


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        (("", "2026-11-23", None, None), "kind"),
        (("", "2026-11-23", None, "king"), "kind"),
        (("", None, None, "closed"), "starts_on"),
        (("", "2026-11-23", "2026-11-22", "closed"), "ends_on"),
        (("", "2026-11-28", "2026-11-29", "closed"), "ends_on"),
        (("", "2026-11-23", "2027-11-23", "closed"), "ends_on"),
        (("x" * 61, "2026-11-23", None, "closed"), "name"),
        (("", "2025-01-01", None, "closed"), "starts_on"),
    ],
)
def test_days_that_cannot_be_set_are_refused_at_their_field(cast, entered, field):
    assert set(errors(lambda: calendar_changes.set_days(cast.office, dates(*entered)))) == {field}


def test_whoever_sets_a_day_otherwise_is_told_who_has_set_it(cast):
    calendar_changes.set_days(cast.office, dates("", "2026-11-24", None, "inset"))
    found = errors(lambda: calendar_changes.set_days(cast.head, dates("", "2026-11-23", "2026-11-27", "closed")))
    assert found["starts_on"].startswith("Office Invented has set Tuesday 24 November 2026 already: inset day")


def test_the_same_set_twice_is_set_once(cast):
    calendar_changes.set_days(cast.office, dates("Snow", "2026-11-24", "2026-11-25", "closed"))
    count = AuditEvent.select().count()
    calendar_changes.set_days(cast.head, dates("Snow", "2026-11-24", "2026-11-25", "closed"))
    assert (CalendarDay.select().count(), AuditEvent.select().count()) == (2, count)


def test_what_was_set_is_taken_back_once_and_the_calendar_says_what_it_said_before(autumn, cast):
    calendar_changes.set_days(cast.office, dates("Snow", "2026-11-24", "2026-11-25", "closed"))
    line = (day("2026-11-24"), day("2026-11-25"), "closed", clock.now())
    calendar_changes.clear_days(cast.head, *line)
    assert reason("2026-11-24") == (True, "school day")
    with pytest.raises(Conflict):
        calendar_changes.clear_days(cast.office, *line)
    told = [event.event for event in AuditEvent.select().order_by(AuditEvent.id.desc()).limit(2)]
    assert told == ["calendar-days-cleared", "calendar-days-set"]
    assert not any("Snow" in str(event.payload) for event in AuditEvent.select())


def test_an_old_page_does_not_take_back_what_a_colleague_has_set_since(autumn, cast):
    calendar_changes.set_days(cast.office, dates("Snow", "2026-11-24", "2026-11-25", "closed"))
    line = (day("2026-11-24"), day("2026-11-25"), "closed", clock.now())
    calendar_changes.clear_days(cast.office, *line)
    with later(minutes=5):
        calendar_changes.set_days(cast.head, dates("More snow", "2026-11-24", None, "closed"))
    for stale in (line, (*line[:2], "inset", clock.now() + dt.timedelta(minutes=5))):
        with pytest.raises(Conflict):
            calendar_changes.clear_days(cast.office, *stale)
    assert [row.note for row in CalendarDay.select()] == ["More snow"]


def test_every_kind_of_day_can_be_chosen():
    assert {kind_of(text).value for text in KIND_CHOICES} == {kind.value for kind in calendar.BY_HAND}


# --- The year -----------------------------------------------------------------------------------------------


def test_the_year_is_told_in_runs_of_the_same_answer(autumn, cast):
    calendar_changes.set_days(cast.office, dates("Half term", "2026-10-26", "2026-10-30", "closed"))
    year = calendar.year_of(cast.office)
    assert (year.name, year.first, year.last) == ("2026 to 2027", day("2026-09-01"), day("2027-08-31"))
    told = [(f"{run.first:%d %b}", f"{run.last:%d %b}", run.answer.reason, run.days) for run in year.runs[:5]]
    assert told == [
        ("01 Sep", "01 Sep", "no term", 1),
        ("02 Sep", "23 Oct", "school day", 38),
        ("26 Oct", "30 Oct", "the school is closed", 5),
        ("02 Nov", "18 Dec", "school day", 35),
        ("21 Dec", "24 Dec", calendar.NEXT_NOT_ENTERED, 4),
    ]
    assert [run.answer.reason for run in year.runs if run.first == day("2027-08-02")] == ["no term"]
    assert [term.name for term in year.terms] == ["Autumn term"]


@given(st.integers(calendar.FIRST_YEAR, calendar.LAST_YEAR))
@settings(deadline=None, max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_runs_of_any_year_hold_each_of_its_weekdays_once(cast, begins):
    year = calendar.year_of(cast.office, begins)
    assert year.first == dt.date(begins, 9, 1)
    every = [year.first + dt.timedelta(days=number) for number in range((year.last - year.first).days + 1)]
    assert sum(run.days for run in year.runs) == sum(
        each.weekday() < 5 or bank_holiday(each) is not None for each in every
    )
    assert calendar.begins_in(year.last) == begins


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_keeps_the_calendar(autumn, cast, who):
    actor, term = getattr(cast, who), Term.get().id
    for attempt in (
        lambda: calendar.year_of(actor),
        lambda: calendar_changes.add_term(actor, dates("A", "2027-01-04", "2027-03-24")),
        lambda: calendar_changes.take_out_term(actor, term),
        lambda: calendar_changes.set_days(actor, dates("", "2026-11-24", None, "closed")),
        lambda: calendar_changes.clear_days(actor, day("2026-11-24"), day("2026-11-24"), "closed", clock.now()),
    ):
        with pytest.raises(NotAllowed):
            attempt()


YEARS = st.integers(2000, 2099)
CHRISTMAS, BOXING_DAY, NEW_YEAR = (12, 25), (12, 26), (1, 1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", "Boxing Day"),
        ("2026-12-28", "Boxing Day (substitute day)"),
        ("2027-12-27", "Christmas Day (substitute day)"),
        ("2027-12-28", "Boxing Day (substitute day)"),
        ("2028-01-03", "New Year’s Day (substitute day)"),
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "Easter Monday"),
        ("2020-05-08", "May Day"),  # moved from the Monday, for the 75th anniversary of the end of the war
        ("2022-06-03", "Platinum Jubilee of Elizabeth II"),
    ],
)
def test_england_has_its_bank_holidays(day, name):
    assert bank_holiday(dt.date.fromisoformat(day)) == name


@pytest.mark.parametrize("day", ["2026-12-24", "2026-03-17", "2026-11-30", "2026-01-02", "2026-08-03", "2020-05-04"])
def test_what_is_a_holiday_in_scotland_or_ireland_or_was_moved_away_is_none(day):
    assert bank_holiday(dt.date.fromisoformat(day)) is None


def test_every_year_is_as_the_package_has_it():
    for year in range(2000, 2100):
        package = UnitedKingdom(subdiv="ENG", years=year).items()
        said = {day: name.replace("(observed)", "(substitute day)").replace("'", "’") for day, name in package}
        assert bank_holidays(year) == {day: name for day, name in said.items() if day.year == year}, year


@given(YEARS)
def test_easter_is_where_the_calendar_has_it(year):
    sunday = easter(year)
    assert bank_holiday(sunday - dt.timedelta(days=2)) == "Good Friday"
    assert bank_holiday(sunday + dt.timedelta(days=1)) == "Easter Monday"
    assert bank_holiday(sunday) is None


@given(YEARS)
def test_a_holiday_on_a_weekend_has_a_weekday_instead(year):
    for month, number in (CHRISTMAS, BOXING_DAY, NEW_YEAR):
        day = dt.date(year, month, number)
        if day.weekday() < 5:
            assert "substitute" not in bank_holiday(day)
            continue
        near = [bank_holiday(day + dt.timedelta(days=after)) or "" for after in (1, 2, 3)]
        assert any("substitute" in name for name in near), day


@given(YEARS)
def test_every_year_has_eight_weekdays_off_at_least(year):
    assert sum(day.weekday() < 5 for day in bank_holidays(year)) >= 8


@pytest.mark.parametrize("year", [1, 1999, 2100, 9999])
def test_of_years_that_nobody_plans_no_holiday_is_told(year):
    assert bank_holidays(year) == {}
