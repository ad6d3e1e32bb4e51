"""The office brings the school's dates in from a file: first what it would do, then all of it or nothing."""

import datetime as dt

import pytest

from models import AuditEvent, CalendarDay, Term, Upload
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, NotAllowed
from rules.imports.csv_files import CsvFault
from rules.imports.plan import LineOutcome, Refused
from rules.site import calendar, calendar_changes, calendar_import
from rules.site.calendar_changes import Dates, kind_of
from tests.conftest import CAST
from tests.rules.imports.test_ics_files import event
from tests.rules.imports.test_ics_files import file_of as ics_of

OTHERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_SITE].isdisjoint(roles)]
HEAD = "name,from,to,kind"
TERM, HALF_TERM = "Autumn term,02/09/2026,2026-12-18,term", "Half term,26/10/2026,30/10/2026,closed"
INSET = "Training,04/01/2027,,Inset"


def file_of(*lines):
    """A CSV file as bytes."""
    return "\r\n".join((HEAD, *lines)).encode()


def outcomes(plan):
    """What becomes of each line."""
    return [(line.number, line.outcome.value) for line in plan.lines]


def says(plan):
    """The first thing that is said of each line."""
    return [line.says[0] for line in plan.lines]


# --- Looking ------------------------------------------------------------------------------------------------


def test_a_table_of_dates_is_looked_at_before_anything_is_entered(cast):
    plan, token = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM, HALF_TERM, INSET))
    assert outcomes(plan) == [(2, "new"), (3, "new"), (4, "new")]
    assert says(plan) == [
        "Term, Wed 2 Sep 2026 to Fri 18 Dec 2026",
        "The school is closed, Mon 26 Oct 2026 to Fri 30 Oct 2026",
        "Inset day, Mon 4 Jan 2027",
    ]
    assert token
    assert (Term.select().count(), CalendarDay.select().count()) == (0, 0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (TERM.replace("02/09/2026", "soon"), "“soon” is not a day"),
        (TERM.replace("02/09/2026", "31/09/2026"), "is not a day"),
        (TERM.replace("02/09/2026", ""), "Choose the first day"),
        (TERM.replace("2026-12-18", ""), "Choose the last day"),
        (TERM.replace("2026-12-18", "2026-08-18"), "before the first"),
        (TERM.replace("2026-12-18", "2027-12-18"), "more than 200 days"),
        (TERM.replace("Autumn term", ""), "Give the term a name"),
        (TERM.replace(",term", ",trem"), "“trem” is not a kind. Write one of: term, school, closed"),
        (TERM.replace("2026", "2036"), "next three years"),
        (HALF_TERM.replace("26/10/2026,30/10/2026", "24/10/2026,25/10/2026"), "a weekend"),
    ],
)
def test_a_line_that_cannot_be_entered_is_refused_with_its_reason(cast, line, words):
    plan, token = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(INSET, line))
    assert outcomes(plan) == [(2, "new"), (3, "refused")]
    assert words in plan.lines[1].says[0]
    assert token is None
    assert Upload.select().count() == 0


def test_two_terms_that_share_a_day_are_refused_in_the_file_and_beside_the_calendar(cast):
    plan, _ = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM, TERM.replace("Autumn", "Other")))
    assert outcomes(plan) == [(2, "new"), (3, "refused")]
    calendar_changes.add_term(cast.head, Dates("Old", dt.date(2026, 12, 1), dt.date(2026, 12, 20)))
    plan, _ = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM))
    assert "“Old” is there already" in says(plan)[0]


@pytest.mark.parametrize(
    ("summary", "days", "outcome", "words"),
    [
        ("Autumn Term 2026", ("20260902", "20261219"), "new", "Term, Wed 2 Sep 2026 to Fri 18 Dec 2026"),
        ("Autumn half-term", ("20261026", "20261031"), "new", "The school is closed, Mon 26 Oct"),
        ("Christmas holidays", ("20261221", "20270104"), "new", "The school is closed"),
        ("INSET day (closed to pupils)", ("20261127", "20261128"), "new", "Inset day, Fri 27 Nov 2026"),
        ("Non-pupil day", ("20261127", "20261128"), "new", "Inset day"),
        ("Extra bank holiday", ("20270507", "20270508"), "new", "Bank holiday, Fri 7 May 2027"),
        ("Autumn term starts", ("20260902", "20260903"), "unchanged", "Left out. It tells where something begins"),
        ("Break up for Christmas holidays", ("20261218", "20261219"), "unchanged", "Left out. It tells where"),
        ("Last day before half term", ("20261023", "20261024"), "unchanged", "Left out. It tells where"),
        ("Summer term", ("20270412", "20270413"), "unchanged", "Left out. It tells where"),
        ("Sports day", ("20270612", "20270613"), "unchanged", "Left out. We cannot tell"),
        ("Breakfast club", ("20261127", "20261128"), "unchanged", "Left out. We cannot tell"),
        ("Summer holidays", ("20230720", "20230901"), "unchanged", "Left out. Choose a day of the last year"),
        ("Whole year term", ("20260901", "20270722"), "unchanged", "Left out. That is more than 200 days"),
        ("Half term", ("20261026T090000Z", "20261031"), "unchanged", "Left out. It is not of whole days"),
    ],
)
def test_an_event_of_a_calendar_file_is_told_by_its_name_or_left_out_with_the_reason(
    cast, summary, days, outcome, words
):
    raw = ics_of(event(summary=summary, start=days[0], end=days[1]))
    (line,) = calendar_import.SCHOOL_DATES.look_at(cast.office, raw)[0].lines
    assert line.outcome.value == outcome
    assert line.says[0].startswith(words)


@pytest.mark.parametrize("raw", [b"", file_of(), b"BEGIN:VCALENDAR\r\n", b"PK\x03\x04", file_of(*[INSET] * 2001)])
def test_a_file_that_is_none_is_refused_as_a_whole(cast, raw):
    with pytest.raises(CsvFault):
        calendar_import.SCHOOL_DATES.look_at(cast.office, raw)
    assert Upload.select().count() == 0


def test_what_somebody_has_set_by_hand_stays_as_it_is(cast):
    calendar_changes.set_days(cast.head, Dates("Fair", dt.date(2026, 10, 26), None, kind_of("school")))
    plan, token = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(HALF_TERM))
    assert plan.lines[0].says[1] == "1 of these days is set otherwise and stays so"
    calendar_import.SCHOOL_DATES.apply_kept(cast.office, token)
    assert calendar.answer(dt.date(2026, 10, 26)).school
    assert CalendarDay.select().count() == 5


# --- Applying -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        file_of(TERM, HALF_TERM, INSET),
        ics_of(
            event(),
            event(summary="Half term", start="20261026", end="20261031"),
            event(summary="Inset day", start="20270104", end=None),
            event(summary="Fair", start="20270104", end=None),
        ),
    ],
    ids=["CSV", "ICS"],
)
def test_applying_enters_all_of_it_once_and_a_second_run_changes_nothing(cast, raw):
    before = touched()
    _, token = calendar_import.SCHOOL_DATES.look_at(cast.office, raw)
    plan = calendar_import.SCHOOL_DATES.apply_kept(cast.office, token)
    assert plan.counts[LineOutcome.NEW] == 3
    assert (Term.select().count(), CalendarDay.select().count(), Upload.select().count()) == (1, 6, 0)
    assert touched() > before
    event_told = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert (event_told.event, event_told.payload) == ("calendar-imported", {"terms": 1, "days": 6})
    assert not calendar.answer(dt.date(2026, 10, 28)).school
    assert calendar.answer(dt.date(2026, 11, 3)).reason == "school day"
    count = AuditEvent.select().count()
    plan, token = calendar_import.SCHOOL_DATES.look_at(cast.office, raw)
    assert token is None
    assert {line.outcome for line in plan.lines} == {LineOutcome.UNCHANGED}
    assert AuditEvent.select().count() == count


def test_what_no_longer_fits_when_it_is_applied_is_refused_as_a_whole(cast):
    _, token = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM, HALF_TERM))
    calendar_changes.add_term(cast.head, Dates("Old", dt.date(2026, 12, 1), dt.date(2026, 12, 20)))
    count = AuditEvent.select().count()
    with pytest.raises(Refused) as caught:
        calendar_import.SCHOOL_DATES.apply_kept(cast.office, token)
    assert [line.number for line in caught.value.plan.of(LineOutcome.REFUSED)] == [2]
    assert (CalendarDay.select().count(), AuditEvent.select().count()) == (0, count)


def test_a_file_is_applied_once_by_its_sender_within_the_hour(cast):
    _, token = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM))
    with pytest.raises(Conflict):
        calendar_import.SCHOOL_DATES.apply_kept(cast.head, token)
    with clock.frozen(clock.now() + dt.timedelta(minutes=61)), pytest.raises(Conflict):
        calendar_import.SCHOOL_DATES.apply_kept(cast.office, token)
    calendar_import.SCHOOL_DATES.apply_kept(cast.office, token)
    with pytest.raises(Conflict):
        calendar_import.SCHOOL_DATES.apply_kept(cast.office, token)


def test_a_file_that_is_given_up_is_forgotten(cast):
    _, token = calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM))
    calendar_import.SCHOOL_DATES.give_up(cast.office, token)
    assert Upload.select().count() == 0


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_imports_dates(cast, who):
    actor, (_, token) = getattr(cast, who), calendar_import.SCHOOL_DATES.look_at(cast.office, file_of(TERM))
    for attempt in (
        lambda: calendar_import.SCHOOL_DATES.look_at(actor, file_of(TERM)),
        lambda: calendar_import.SCHOOL_DATES.apply_kept(actor, token),
        lambda: calendar_import.SCHOOL_DATES.give_up(actor, token),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace("ä".encode(), b"\xc3\r\n \xa4"),
        lambda raw: raw.replace(b"END:VEVENT", b"DESCRIPTION:\xff\xfe\x00 \x81\r\nEND:VEVENT"),
        lambda raw: raw.replace("ä".encode(), b"\xe4"),
    ],
    ids=["folded in a letter", "a description that is no text", "windows-1252"],
)
def test_what_is_applied_of_a_calendar_file_is_what_was_looked_at(cast, spoil):
    raw = spoil(ics_of(event(summary="Ferien März holidays", start="20270329", end="20270403")))
    plan, token = calendar_import.SCHOOL_DATES.look_at(cast.office, raw)
    assert [line.who for line in plan.lines] == ["Ferien März holidays"]
    assert calendar_import.SCHOOL_DATES.apply_kept(cast.office, token).lines == plan.lines
