"""A calendar file of whatever program is read for its whole days, or refused in clear words."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.imports import ics_files
from rules.imports.csv_files import CsvFault


def event(*lines, summary="Autumn term", start="20260902", end="20261219"):
    """The lines of one event."""
    days = [f"DTSTART;VALUE=DATE:{start}"] + ([f"DTEND;VALUE=DATE:{end}"] if end else [])
    return ["BEGIN:VEVENT", f"SUMMARY:{summary}", *days, *lines, "END:VEVENT"]


def file_of(*events, ends="\r\n"):
    """A calendar file as bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Invented//EN", *(line for each in events for line in each)]
    return ends.join([*lines, "END:VCALENDAR", ""]).encode()


def only(*lines, **words):
    """The one event of a file."""
    (found,) = ics_files.read(file_of(event(*lines, **words)))
    return found


def test_the_end_of_an_event_is_the_day_before_the_one_that_is_written():
    found = only()
    assert (found.summary, found.starts_on, found.ends_on) == (
        "Autumn term",
        dt.date(2026, 9, 2),
        dt.date(2026, 12, 18),
    )
    assert (found.number, found.useless) == (4, "")


@pytest.mark.parametrize("end", [None, "20260902", "20260903"])
def test_an_event_of_one_day_is_one_day_however_its_end_is_written(end):
    found = only(end=end)
    assert (found.starts_on, found.ends_on) == (dt.date(2026, 9, 2), dt.date(2026, 9, 2))


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        ("20280228", "20280301", dt.date(2028, 2, 29)),
        ("20270327", "20270329", dt.date(2027, 3, 28)),
        ("20261024", "20261026", dt.date(2026, 10, 25)),
        ("20261231", "20270101", dt.date(2026, 12, 31)),
    ],
)
def test_leap_days_the_nights_of_the_clock_change_and_new_year_are_days_like_others(start, end, last):
    assert only(start=start, end=end).ends_on == last


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\r\n \n"])
def test_any_line_ends_and_a_mark_before_the_first_letter_are_read(ends, mark):
    raw = mark + file_of(event(), ends=ends)
    assert ics_files.is_one(raw)
    if not mark.startswith(b"\r"):
        assert ics_files.read(raw)[0].summary == "Autumn term"


def test_folded_lines_are_joined_and_signs_are_what_they_stand_for():
    lines = ['SUMMARY;LANGUAGE=en;X-A="a:b;c":Half term\\, Octo', " ber\\; all", "\t classes\\nand \\\\ staff"]
    raw = file_of(["BEGIN:VEVENT", *lines, "DTSTART;VALUE=DATE:20261026", "END:VEVENT"])
    assert ics_files.read(raw)[0].summary == "Half term, October; all classes and \\ staff"


def test_the_words_of_an_alarm_inside_an_event_are_not_its_own():
    found = only("BEGIN:VALARM", "SUMMARY:Wake up", "DTSTART:20200101T000000Z", "END:VALARM")
    assert (found.summary, found.useless) == ("Autumn term", "")


WEEK = (dt.date(2027, 6, 14), dt.date(2027, 6, 18))


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;VALUE=DATE:20270614", "DTEND;VALUE=DATE:20270619"),
        ("DTSTART;TZID=Europe/London:20270614T000000", "DTEND;TZID=Europe/London:20270619T000000"),
        ("DTSTART;TZID=GMT Standard Time:20270614T000000", "DTEND;TZID=GMT Standard Time:20270618T235959"),
        ('DTSTART;TZID="(UTC) Dublin, London":20270614T000000', 'DTEND;TZID="(UTC) Dublin, London":20270618T235900'),
        ("DTSTART:20270614T000000", "DTEND:20270619T000000"),
        ("DTSTART:20270614T000000Z", "DTEND:20270619T000000Z"),
        ("DTSTART:20270613T230000Z", "DTEND:20270618T230000Z"),
        ("DTSTART;VALUE=DATE:20270614T000000Z", "DTEND;VALUE=DATE:20270619T000000Z"),
        ("DTSTART;VALUE=DATE:20270614", "DURATION:P5D"),
        ("DTSTART;TZID=Europe:20270614T000000", "DTEND;TZID=A,B:20270619T000000"),
        (f"DTSTART;TZID={'x' * 3000}:20270614T000000", "DURATION:P5D"),
        ("DTSTART;TZID=Europe/London:20270614T000000", "DURATION:P5D"),
        ("DTSTART;VALUE=DATE:20270614", "DTEND;VALUE=DATE:20270619", "RDATE:", "RRULE:"),
        ("dtstart;value=date:20270614", "DTEND;VALUE=DATE:20270619", "DTEND;VALUE=DATE:20280619"),
    ],
)
def test_whole_days_are_read_however_a_program_writes_them(lines):
    (found,) = ics_files.read(file_of(["BEGIN:VEVENT", "SUMMARY:Activities week", *lines, "END:VEVENT"]))
    assert (found.starts_on, found.ends_on, found.useless) == (*WEEK, "")


@pytest.mark.parametrize("start", ["20270328", "20261025"])
def test_the_nights_of_the_clock_change_last_one_day_each(start):
    lines = (f"DTSTART;TZID=Europe/London:{start}T000000", "DURATION:P1D")
    (found,) = ics_files.read(file_of(["BEGIN:VEVENT", "SUMMARY:INSET day", *lines, "END:VEVENT"]))
    assert found.starts_on == found.ends_on == dt.date.fromisoformat(start)


def test_a_day_that_somebody_entered_without_an_end_is_that_day():
    lines = ("DTSTART;TZID=Europe/London:20270104T000000", "DTEND;TZID=Europe/London:20270104T010000")
    (found,) = ics_files.read(file_of(["BEGIN:VEVENT", "SUMMARY:INSET day", *lines, "END:VEVENT"]))
    assert (found.starts_on, found.ends_on) == (dt.date(2027, 1, 4), dt.date(2027, 1, 4))


def test_a_line_that_was_folded_in_the_middle_of_a_letter_is_joined():
    raw = file_of(event(summary="Café morning")).replace("é".encode(), b"\xc3\r\n \xa9")
    assert ics_files.read(raw)[0].summary == "Café morning"


@pytest.mark.parametrize(
    ("lines", "words", "why"),
    [
        ((), {"start": "20260902T090000", "end": None}, "not of whole days"),
        ((), {"start": "20260230", "end": None}, "cannot be read"),
        ((), {"end": "20260902T090000"}, "not of whole days"),
        ((), {"start": "20260901T230000Z", "end": "20260902T090000Z"}, "not of whole days"),
        ((), {"start": "20260902T230000Z", "end": "20260902T235900Z"}, "not of whole days"),
        ((), {"end": "20260801"}, "ends before it begins"),
        ((), {"summary": " "}, "no name"),
        (("RRULE:FREQ=WEEKLY",), {}, "repeats"),
        (("STATUS:CANCELLED",), {}, "cancelled"),
        (("DURATION:PT3H",), {"end": None}, "not of whole days"),
        (("DURATION:three",), {"end": None}, "cannot be read"),
        (("DURATION:20260903",), {"end": None}, "cannot be read"),
        ((), {"start": "100000", "end": None}, "cannot be read"),
        ((), {"start": "20260901/20260902", "end": None}, "cannot be read"),
        (("DTEND;VALUE=TEXT:",), {"end": None}, "cannot be read"),
        (("DTEND:P1D",), {"end": None}, "cannot be read"),
        (("DURATION;VALUE=UTC-OFFSET:+0100",), {"end": None}, "cannot be read"),
        (("DTEND;VALUE=PERIOD:99990101T000000/P9999D",), {"end": None}, "cannot be read"),
        (("RRULE:zzz",), {}, "repeats"),
        (("RDATE:zzz",), {}, "repeats"),
    ],
)
def test_what_is_no_whole_day_of_the_school_is_told_apart(lines, words, why):
    assert why in only(*lines, **words).useless


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (file_of(), "no event"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:A\r\n", "stops in the middle"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nEND:VCALENDAR\r\n", "no event"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nBEGIN:VALARM\r\nEND:VEVENT\r\n", "stops in the middle"),
        (file_of(event(*(["RDATE:" + "20270215," * 400] * 2000))), "far more than a school's calendar"),
        (file_of(*[event("DTSTART" + ";A=," * 900 + ":x")] * 1900), "far more than a school's calendar"),
        (b"BEGIN:VCALENDAR\r\nwhat is this\r\nEND:VCALENDAR", "no event"),
        (file_of(event(summary="a\x00b")), "Line 4, the name of the event: take out the characters"),
        (file_of(event(summary="a\x01b")), "characters that cannot be shown"),
        (file_of(event(summary="x" * 501)), "500 characters"),
        (file_of(event(summary="x" * 4001)), "Line 5 is longer than 4,000 letters"),
        (file_of(event()).replace(b"Autumn", b"\x81"), "Line 5 has characters that cannot be read"),
        (file_of(*[event()] * 2001), "2,001 events"),
        (b"BEGIN:VCALENDAR\r\n" * 50_001, "lines"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(raw, words):
    with pytest.raises(CsvFault, match=words):
        ics_files.read(raw)


@pytest.mark.parametrize("name", ["DTSTART", "SUMMARY"])
def test_a_line_made_to_be_hard_to_read_is_refused_unread(name):
    hard = f"{name}" + ";A=," * 20_000 + ":x"
    with pytest.raises(CsvFault, match="Line 8 is longer"):
        ics_files.read(file_of(event(hard)))


@pytest.mark.parametrize("line", ["X-ALT-DESC" + ";A=," * 20_000 + ":x", "ATTACH:" + "A" * 100_000, "a raw line break"])
def test_what_says_nothing_of_days_may_be_in_any_state(line):
    assert only(line, "X-WHAT;A:b") == only()


VALUES = st.sampled_from(
    ["20270901", "20270901T000000Z", "100000", "P1D", "-P1D", "20270901/P1D", "zzz", "", "99999999"]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["DTSTART", "DTEND", "DURATION", "RDATE", "RRULE", "STATUS", "SUMMARY"]),
            st.sampled_from(["", ";VALUE=DATE", ";VALUE=TEXT", ";VALUE=PERIOD", ";TZID=Europe/London", ";TZID="]),
            VALUES,
        ),
        max_size=6,
    )
)
def test_whatever_an_event_says_of_its_days_it_is_read_or_told_apart(properties):
    lines = [f"{name}{parameters}:{value}" for name, parameters, value in properties]
    with contextlib.suppress(CsvFault):
        for found in ics_files.read(file_of(["BEGIN:VEVENT", *lines, "END:VEVENT"])):
            assert found.useless or found.starts_on <= found.ends_on


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_it_is_read_or_refused(raw):
    for whole in (raw, b"BEGIN:VCALENDAR\r\n" + raw, file_of(["BEGIN:VEVENT", raw.decode("latin-1"), "END:VEVENT"])):
        with contextlib.suppress(CsvFault):
            assert ics_files.read(whole)
