"""Today's list for the office: on the page, live, on paper and as a file. Never the reason."""

import datetime as dt
from functools import lru_cache
from urllib.parse import urlencode

from flask import Blueprint, abort, get_template_attribute, render_template, request
from markupsafe import Markup

from blueprints.core.csv_response import csv_file
from blueprints.core.fields import DayField
from blueprints.core.gate import allow, current_actor, quiet
from blueprints.core.templating import policy as policy_of_page
from rules.auth.permissions import Permission
from rules.core import clock
from rules.exemptions.request import format_weekdays
from rules.policy.in_force import policy_version
from rules.today import day_list, words

blueprint = Blueprint("today", __name__)

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 2), dt.date(2199, 12, 30)
CSV_HEAD = (
    "Person",
    "Class or team",
    "With",
    "Kind",
    "Device",
    "From",
    "To",
    "Days of the week",
    "Places",
    "Sound allowed",
    "Conditions",
    "Agreement",
    "Approved by",
    "Until",
    "Note",
)
TODAYS_GROUPS = (
    (day_list.OVERTIME, "Over time: this should have ended"),
    (day_list.NOW, "In force now"),
    (day_list.EXAM, "Suspended: in an exam"),
    (day_list.UNSIGNED, "Not yet: waiting for a signature"),
    (day_list.LATER, "Later today, or not started"),
    (day_list.ENDED, "Ended today"),
)
OTHER_DAYS_GROUPS = (
    (day_list.ALL_DAY, "In force on this day"),
    (day_list.UNSIGNED, "Not yet: waiting for a signature"),
)


class Wanted:
    """Which list is asked for: the day, a place, a part of a name. A day that cannot be read is `wrong`."""

    def __init__(self, args):
        self.typed = args.get("date", "")
        self.zone, self.name = args.get("zone", ""), args.get("name", "")[:100]
        self.wrong = False
        self.day = clock.today()
        if self.typed.strip():
            self._read()
        if self.zone and self.zone not in policy_of_page().zones:
            abort(422, "There is no such place. Choose one from the list.")

    def _read(self):
        try:
            self.day = DayField.read(self.typed.strip())
        except ValueError:
            self.wrong = True
        if not FIRST_DAY <= self.day <= LAST_DAY:
            self.day, self.wrong = clock.today(), True

    def address(self, page, **other):
        """The address of this list on a page, or of one that differs in `other`."""
        day = "" if self.day == clock.today() else self.day.isoformat()
        query = {"date": day, "zone": self.zone, "name": self.name, **other}
        sent = urlencode({name: value for name, value in query.items() if value}, safe=":")
        return f"{page}?{sent}" if sent else page

    def beside(self, days):
        """The address of the list so many days away."""
        return self.address("/today", date=(self.day + dt.timedelta(days=days)).isoformat())


@blueprint.get("/today")
@allow(Permission.SEE_TODAY)
def today():
    """Who may use which device on a day."""
    wanted = Wanted(request.args)
    page = render_template("today/page.html", **_list(wanted), actor=current_actor())
    return page, 422 if wanted.wrong else 200


@blueprint.get("/today/changes")
@allow(Permission.SEE_TODAY)
@quiet
def changes():
    """For an open list: 204 while it is unchanged, else the new list."""
    if day_list.unchanged(request.args.get("seen", "")):
        return "", 204
    return render_template("today/_list.html", **_list(Wanted(request.args)))


def _list(wanted):
    listing = day_list.list_of(wanted.day, wanted.zone, wanted.name)
    caption = [clock.format_date(listing.day)]
    caption += [policy_of_page().zone_names([wanted.zone])] if wanted.zone else []
    caption += [f"name contains “{wanted.name}”"] if wanted.name else []
    context = {"wanted": wanted, "listing": listing, "groups": groups_of(listing), "now": clock.now()}
    return {**context, "caption": ", ".join(caption)}


def groups_of(listing):
    """The groups of a day's list, as (heading, number of lines, their HTML)."""
    headings = TODAYS_GROUPS if listing.day == clock.today() else OTHER_DAYS_GROUPS
    version = policy_of_page().version
    return [(heading, *_rows(listing.group(when), version)) for when, heading in headings]


def _rows(lines, version):
    """How many lines there are, and their HTML in one piece: each was escaped when it was made."""
    return len(lines), Markup("".join([row_html(line, version) for line in lines]))  # noqa: S704 (escaped when made)


@lru_cache(maxsize=4096)
def row_html(line, version):
    """One line as HTML. It depends on the line and the names of places alone: nobody's token, nobody's rights."""
    return get_template_attribute("today/_row.html", "row")(line, policy_version(version))


@blueprint.get("/today.csv")
@allow(Permission.SEE_TODAY)
def as_csv():
    """The list as a file for a spreadsheet."""
    wanted = Wanted(request.args)
    if wanted.wrong:
        abort(422, "Write the day like this: 23/11/2026.")
    policy = policy_of_page()
    lines = day_list.list_of(wanted.day, wanted.zone, wanted.name).lines
    return csv_file(f"exemptions-{wanted.day.isoformat()}", CSV_HEAD, [_cells(line, policy) for line in lines])


def _cells(line, policy):
    return (
        line.name,
        line.team,
        line.with_pupils,
        line.kind_name,
        words.device_words(line, policy),
        line.starts_at,
        line.ends_at,
        format_weekdays(line.weekdays),
        words.place_words(line, policy),
        "Yes" if line.audible_alert else "",
        line.conditions,
        line.agreement,
        line.approved_by,
        line.ends_on,
        "; ".join(words.notes_of(line)),
    )
