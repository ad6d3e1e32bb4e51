"""Lists as files for a spreadsheet."""

import csv
import io

from flask import make_response


def csv_file(name, head, rows):
    """An answer that a browser saves as `name`.csv: a line of headings, then the rows, each cell harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return csv_answer(name, out.getvalue())


def csv_answer(name, text):
    """An answer that a browser saves as `name`.csv. It begins with a mark by which spreadsheets know UTF-8."""
    answer = make_response("\ufeff" + text)
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def harmless(cell):
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip()[:1] in tuple("=+-@\t\r|%＝＋－＠") and cell.strip() else cell
