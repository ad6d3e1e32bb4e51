"""Reading a CSV file that somebody has made, with whatever program: rows by column, or a clear complaint.

A cell is text, whatever it begins with: what looks like a formula is kept as it stands, and never worked out.
"""

import csv
import io
from itertools import islice

from rules.core.text import text_error

LONGEST_CELL, LONGEST_LINE = 500, 20_000
SEPARATORS = ",;\t"
# How files begin that are no text: a spreadsheet of Excel or LibreOffice, an old Excel file, a PDF, UTF-16.
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe", b"\xfe\xff")
SAVE_AS = "Open it in your spreadsheet program, choose “Save as”, then “CSV UTF-8”, and send that file"


class CsvFault(Exception):
    """The file as a whole cannot be read. The message says why and how to mend it, for people."""


def read(raw, columns, required, most_lines=5000):
    """The lines of a CSV file (bytes) as a list of (line number, {column: text}).

    `columns` are the names that may stand in the first line, `required` those that must. Capitals and spaces make
    no difference there: “Date of birth” is the column `date_of_birth`. A column that is not in the file is not in
    the rows. The number is that of the line in the file on which the row begins, from 1. Raises CsvFault.
    """
    text = text_of(raw)
    below = max(text.count("\n"), text.count("\r")) - text.endswith(("\n", "\r"))  # the lines under the first one
    if below > 10 * most_lines:
        raise _too_many(below, most_lines)
    rows = _rows(text, _separator(text))
    number, head = next(rows, (0, []))
    if not number:
        raise CsvFault("This file is empty. Choose another one")
    names = _names(head, columns, required)
    lines = list(islice(rows, most_lines + 1))
    if not lines:
        raise CsvFault("There is no line below the names of the columns. Add one line for each")
    if len(lines) > most_lines:
        raise _too_many(below, most_lines)
    return [(number, _line(number, cells, names)) for number, cells in lines]


def _too_many(lines, most):
    return CsvFault(f"This file has {lines:,} lines. Import at most {most:,} at a time")


def text_of(raw):
    """The text of a file (bytes): UTF-8, or Windows-1252 as older programs save it. Raises CsvFault."""
    if raw.startswith(NOT_TEXT):
        raise CsvFault(f"This is not a CSV file. {SAVE_AS}")
    if b"\x00" in raw:
        line = raw[: raw.index(b"\x00")].count(b"\n") + 1
        raise CsvFault(f"Line {line} has characters that are no text. {SAVE_AS}")
    for encoding in ("utf-8-sig", "windows-1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
    raise CsvFault(f"Line {line} has characters that cannot be read. {SAVE_AS}")


def _separator(text):
    """What stands between the cells: the sign that is most often in the first line that is not empty."""
    head = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    return max(SEPARATORS, key=head.count)


def _rows(text, separator):
    """The rows that are not empty, each with the number of the line on which it begins."""
    reader = csv.reader(_not_too_long(io.StringIO(text, newline="")), delimiter=separator, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise CsvFault(
                f"Line {begins} has a quotation mark in the wrong place, or one that is never closed. Check its cells"
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _not_too_long(lines):
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise CsvFault(f"Line {number} has {len(line):,} letters. Use {LONGEST_LINE:,} or fewer")
        yield line


def _names(head, columns, required):
    """The columns of the first line, spelled as they are declared."""
    while head and not head[-1].strip():
        head.pop()
    names = ["_".join(name.casefold().replace("_", " ").split()) for name in head]
    known = ", ".join(columns)
    if not set(names) & set(columns):
        raise CsvFault(f"The first line must name the columns. They are: {known}")
    for name, typed in zip(names, head, strict=True):
        if name not in columns:
            words = f"a column “{_short(typed)}” that is not known" if name else "a column without a name"
            raise CsvFault(f"The first line has {words}. The columns are: {known}")
        if names.count(name) > 1:
            raise CsvFault(f"The first line has the column “{name}” twice. Take one of them out")
    for name in required:
        if name not in names:
            raise CsvFault(f"The column “{name}” is missing. Add it to the first line")
    return names


def _line(number, cells, names):
    cells = [cell.strip() for cell in cells]
    while len(cells) > len(names) and not cells[-1]:
        cells.pop()  # a spreadsheet may end each line with empty cells
    if len(cells) != len(names):
        raise CsvFault(
            f"Line {number} has {_count(len(cells))}, the first line has {_count(len(names))}. "
            "Check its separators and quotation marks"
        )
    for name, cell in zip(names, cells, strict=True):
        if fault := text_error(cell, LONGEST_CELL):
            raise CsvFault(f"Line {number}, column “{name}”: {fault[0].lower()}{fault[1:]}")
    return dict(zip(names, cells, strict=True))


def _count(cells):
    return "1 cell" if cells == 1 else f"{cells:,} cells"


def _short(text, longest=40):
    """A text that somebody typed, short and plain enough to be shown in a complaint."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text.strip())
    return plain if len(plain) <= longest else plain[:longest] + "…"
