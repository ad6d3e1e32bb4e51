"""A CSV file is read whatever program has made it, or refused with words that say how to mend it."""

import codecs

import pytest

from rules.imports import csv_files
from rules.imports.csv_files import CsvFault, read

COLUMNS = ("username", "name", "date_of_birth")
REQUIRED = ("username", "name")
TWO = "username,name\nsam,Sam Hart\njo,Jo Hill\n"


def rows(content, **more):
    raw = content if isinstance(content, bytes) else content.encode()
    return read(raw, COLUMNS, REQUIRED, **more)


def complaint(content, **more):
    with pytest.raises(CsvFault) as caught:
        rows(content, **more)
    return str(caught.value)


# --- What is read -------------------------------------------------------------------------------------------

SAM_AND_JO = [(2, {"username": "sam", "name": "Sam Hart"}), (3, {"username": "jo", "name": "Jo Hill"})]


@pytest.mark.parametrize(
    "content",
    [
        TWO,
        codecs.BOM_UTF8 + TWO.encode(),
        TWO.replace(",", ";"),
        TWO.replace(",", "\t"),
        TWO.replace("\n", "\r\n"),
        TWO.replace("\n", "\r"),
        TWO.strip(),
        '"username","name"\n"sam","Sam Hart"\n"jo","Jo Hill"\n',
        " User Name ".replace("User Name", "USERNAME") + ", Name \n sam , Sam Hart \njo,Jo Hill",
        "username,name,,\nsam,Sam Hart,,\njo,Jo Hill,,",
    ],
)
def test_the_same_lines_are_read_however_a_program_writes_them(content):
    assert rows(content) == SAM_AND_JO


@pytest.mark.parametrize("head", ["date_of_birth", "Date of Birth", "DATE  OF_BIRTH", " date of birth "])
def test_a_column_is_known_by_its_name_without_capitals_and_spaces(head):
    assert rows(f"username,name,{head}\nsam,Sam,x")[0][1]["date_of_birth"] == "x"


def test_a_column_that_is_not_in_the_file_is_not_in_the_rows():
    assert "date_of_birth" not in rows(TWO)[0][1]


def test_columns_stand_in_any_order():
    assert rows("name,username\nSam Hart,sam\nJo Hill,jo") == SAM_AND_JO


def test_empty_lines_are_passed_over_and_the_others_keep_their_numbers():
    assert [number for number, _ in rows("\n\nusername,name\n\nsam,Sam\n,\n  \njo,Jo\n\n")] == [5, 8]


def test_quotes_hold_separators_quotes_and_line_breaks():
    found = rows('username,name\nsam,"Hart, ""Sam""\nsecond line"\njo,Jo')
    assert found == [
        (2, {"username": "sam", "name": 'Hart, "Sam"\nsecond line'}),
        (4, {"username": "jo", "name": "Jo"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_letters_of_older_programs_are_read(encoding):
    assert rows("username,name\nzoe,Zoé O’Hara".encode(encoding))[0][1]["name"] == "Zoé O’Hara"


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+44 1234", "-", "@sum"])
def test_what_looks_like_a_formula_is_plain_text(cell):
    assert rows(f"username,name\nsam,{cell}")[0][1]["name"] == cell


def test_as_many_lines_as_are_allowed_are_read():
    assert len(rows("username,name\n" + "sam,Sam\n" * 5000)) == 5000


# --- What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty"),
        (b"\n \n,,\n", "This file is empty"),
        (codecs.BOM_UTF8, "This file is empty"),
        ("username,name\n", "no line below"),
        ("sam,Sam Hart\njo,Jo Hill", "The first line must name the columns. They are: username, name, date_of_birth"),
        ("username\nsam", "The column “name” is missing"),
        ("username,name,name\nsam,Sam,Sam", "“name” twice"),
        ("username,name,Name \nsam,Sam,Sam", "“name” twice"),
        ("username,name,shoe size\nsam,Sam,9", "“shoe size” that is not known"),
        ("username,,name\nsam,,Sam", "a column without a name"),
        ("username,name\nsam,Sam\njo,Jo,Hill", "Line 3 has 3 cells, the first line has 2 cells"),
        ("username,name\nsam\n", "Line 2 has 1 cell, the first line has 2 cells"),
        ('username,name\nsam,"Sam\njo,Jo', "Line 2 has a quotation mark"),
        ('username,name\nsam,"Sam" Hart\n', "Line 2 has a quotation mark"),
        ("username,name\nsam,Sam\x00\n", "Line 2 has characters that are no text"),
        ("username,name\nsam,Sam\x07\n", "Line 2, column “name”: take out the characters that cannot be shown"),
        ("username,name\nsam,Sam\u202eevil\n", "Line 2, column “name”: take out the hidden marks"),
        ("username,name\nsam," + "x" * 501, "Line 2, column “name”: use 500 characters or fewer"),
        ("username,name\nsam," + "x" * 200_000, "Line 2 has 200,004 letters. Use 20,000 or fewer"),
        ("username,name\n" + "," * 200_000, "Line 2 has 200,000 letters"),
        ("username,name\n" + "\n" * 60_000, "This file has 60,000 lines. Import at most 5,000 at a time"),
        (b"username,name\nsam,\x81\n", "Line 2 has characters that cannot be read"),
        ("username,name\n" + "sam,Sam\n" * 50_000, "This file has 50,000 lines. Import at most 5,000 at a time"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_where_and_why(content, words):
    assert words in complaint(content)


def test_no_more_lines_are_read_than_may_be_imported(monkeypatch):
    taken, rows = [], csv_files._rows

    def counted(*arguments):
        for row in rows(*arguments):
            taken.append(row)
            yield row

    monkeypatch.setattr(csv_files, "_rows", counted)
    assert "This file has 20,000 lines" in complaint("username,name\n" + "a,b\n" * 20_000)
    assert len(taken) <= 5_002
    taken.clear()
    assert "This file has 4,000,000 lines" in complaint("username,name\n" + "a\n" * 4_000_000)
    assert taken == []


@pytest.mark.parametrize(
    "begins",
    [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1", b"%PDF-1.7", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE],
)
def test_a_file_of_another_program_is_told_how_to_be_saved(begins):
    assert "This is not a CSV file" in complaint(begins + b"\x00rest")
    assert "CSV UTF-8" in complaint(begins + b"\x00rest")


def test_a_limit_of_ones_own_is_kept():
    assert "This file has 3 lines. Import at most 2 at a time" in complaint(
        "username,name\n" + "a,A\n" * 3, most_lines=2
    )


def test_a_complaint_shows_no_more_than_the_start_of_what_was_typed():
    assert len(complaint("username,name," + "y" * 5000 + "\na,b,c")) < 200
