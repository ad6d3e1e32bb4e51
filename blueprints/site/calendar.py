"""Pages of `/site/calendar`: a school year day by day, its terms, and days set by hand."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor
from blueprints.site.forms import SpanForm, TermForm, days_form
from blueprints.site.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import parsing
from rules.core.errors import Conflict, Invalid
from rules.site import calendar as site_calendar
from rules.site import calendar_changes


@blueprint.get("/calendar")
@allow(Permission.KEEP_SITE)
def calendar():
    """One school year: this one, or the one that begins in `year`."""
    return _year_page(_wanted(request.args.get("year", "")))


def _wanted(text):
    if not text:
        return None
    known = text.isascii() and text.isdigit() and len(text) == 4
    if not known or not site_calendar.FIRST_YEAR <= int(text) <= site_calendar.LAST_YEAR:
        abort(422, f"Choose a year from {site_calendar.FIRST_YEAR} to {site_calendar.LAST_YEAR}.")
    return int(text)


def _year_page(begins_in=None, status=200, trouble=""):
    year = site_calendar.year_of(current_actor(), begins_in)
    return render_template("site/calendar.html", year=year, trouble=trouble), status


def _to_year_of(day):
    """Back to the calendar, to the year in which the day lies."""
    return redirect(url_for("site.calendar", year=site_calendar.begins_in(day)), 303)


@blueprint.route("/calendar/terms/new", methods=["GET", "POST"])
@allow(Permission.KEEP_SITE)
def add_term():
    """Enter a term."""
    form = TermForm()
    if form.is_submitted() and _kept(form, calendar_changes.add_term, calendar_changes.validate_term):
        flash("The term has been entered.")
        return _to_year_of(form.starts_on.data)
    return render_template("site/term.html", form=form), 422 if form.errors else 200


@blueprint.route("/calendar/days/new", methods=["GET", "POST"])
@allow(Permission.KEEP_SITE)
def set_days():
    """Say of some days what they are."""
    form = days_form()
    if form.is_submitted() and _kept(form, calendar_changes.set_days, calendar_changes.validate_days):
        flash("The days have been set.")
        return _to_year_of(form.starts_on.data)
    return render_template("site/days.html", form=form), 422 if form.errors else 200


def _kept(form, keep, validate):
    """Save what the form says; returns whether it could be. If not, every error is shown at its field at once."""
    if not form.sent():
        form.add_other_errors(validate(form.dates()))
        return False
    try:
        keep(current_actor(), form.dates())
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return False
    return True


@blueprint.post("/calendar/terms/<record:term>/take-out")
@allow(Permission.KEEP_SITE)
def take_out_term(term):
    """Take a term out of the calendar."""
    only_fields()
    try:
        first = calendar_changes.take_out_term(current_actor(), term)
    except Conflict as conflict:
        return _year_page(status=409, trouble=str(conflict))
    flash("The term has been taken out.")
    return _to_year_of(first)


@blueprint.post("/calendar/days/clear")
@allow(Permission.KEEP_SITE)
def clear_days():
    """Take back what was set by hand of the days of a line."""
    form = SpanForm()
    if not form.sent() or (kind := calendar_changes.kind_of(form.kind.data)) is None:
        abort(400)
    try:
        first, last = (parsing.read_day(text or "") for text in (form.first.data, form.last.data))
        set_at = parsing.read_moment(form.set_at.data or "")
    except ValueError:
        abort(400)
    try:
        calendar_changes.clear_days(current_actor(), first, last, kind, set_at)
    except Conflict as conflict:
        return _year_page(status=409, trouble=str(conflict))
    flash("Taken back. The calendar says again what it said before.")
    return _to_year_of(first)
