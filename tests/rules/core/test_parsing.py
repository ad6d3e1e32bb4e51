"""Days and times are read as people write them, and nothing else is taken for one."""

import datetime as dt

import pytest

from rules.core.parsing import read_day, read_time


@pytest.mark.parametrize("text", ["2028-02-29", "29/02/2028", "29/2/2028", "29.2.2028", "29-2-2028", "29 2 2028"])
def test_a_day_is_read_in_every_usual_spelling(text):
    assert read_day(text) == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "29/02/2027",
        "2027-02-29",
        "31/04/2027",
        "02/29/2028",
        "1/1/27",
        "2027/05/14",
        "٢٩/٠٢/٢٠٢٨",
        "0000-01-01",
        "soon",
    ],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 (the caller says what is wrong)
        read_day(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("9:00", (9, 0)),
        ("09.05", (9, 5)),
        ("9am", (9, 0)),
        ("1:30 PM", (13, 30)),
        ("12am", (0, 0)),
        ("12pm", (12, 0)),
        ("00:00", (0, 0)),
        ("23:59", (23, 59)),
    ],
)
def test_a_time_is_read_in_every_usual_spelling(text, time):
    assert read_time(text) == dt.time(*time)


@pytest.mark.parametrize("text", ["", "9", "24:00", "9:60", "13pm", "0am", "9:0", "٩:٠٠", "9:00:00", "noon"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 (the caller says what is wrong)
        read_time(text)
