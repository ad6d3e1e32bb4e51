"""Pages of `/site/calendar/import`: a file of school dates, CSV or a calendar."""

from blueprints.imports.flow import ImportPages, Looking, Sending, register_import
from blueprints.site.routes import blueprint
from rules.auth.permissions import Permission
from rules.imports.plan import LineOutcome
from rules.site.calendar_import import COLUMNS, KINDS, SCHOOL_DATES

LINES = (
    ",".join(COLUMNS),
    "Autumn term,02/09/2027,17/12/2027,term",
    "Autumn half term,25/10/2027,29/10/2027,closed",
)
SENDING = Sending(
    title="Import school dates",
    back=("/site/calendar", "Back to the school calendar"),
    template=("school-dates", "".join(f"{line}\r\n" for line in LINES)),
    intro="Send a calendar file (.ics) that your council or your calendar program has made, or a CSV file.",
    save="Save a CSV file to start from",
    after="You see first what would be entered, and nothing is entered until you say so.",
    columns_title="The columns of a CSV file",
    columns=(
        ("name", "The name of a term, or a note for other days"),
        ("from", "The first day, like 02/09/2027 or 2027-09-02"),
        ("to", "The last day. Leave it empty for a single day"),
        ("kind", f"One of: {', '.join(KINDS)}"),
    ),
    more=(
        (
            "How a calendar file is read",
            "Only events of whole days are taken. Their names say what they are: a term, an inset day, a bank holiday, "
            "or a time when the school is closed, such as a half term or a holiday. Everything else is left out, and "
            "you see why.",
        ),
    ),
    hint="A calendar file or a CSV file, with at most 2,000 dates",
    accepts=".ics,.csv,text/calendar,text/csv",
    pasted="Of a CSV file, the first line names the columns",
)

register_import(
    blueprint,
    ImportPages(
        rules=SCHOOL_DATES,
        permission=Permission.KEEP_SITE,
        address="/calendar/import",
        sending=lambda: SENDING,
        looking=Looking(
            headings={"refused": "Cannot be entered", "new": "New", "unchanged": "Here already, or left out"},
            who="Dates",
            what="What it is",
            apply="Enter all that is new",
            cancel="Do not enter them",
            nothing="enter: all of it is in the calendar already, or was left out.",
        ),
        home="site.calendar",
        says=lambda n: (
            f"Entered: {n[LineOutcome.NEW]:,} new, {n[LineOutcome.UNCHANGED]:,} were here before or left out."
        ),
    ),
)
