"""How many visitors came, without names."""

from flask import render_template, request

from blueprints.core.fields import DayField
from blueprints.core.forms import StrictForm
from blueprints.core.gate import allow, current_actor
from blueprints.visitors.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.visitors import counts as visitor_counts


class YearForm(StrictForm):
    """A day of the school year to count. What cannot be read is today."""

    on = DayField("Day")


@blueprint.get("/counts")
@allow(Permission.COUNT_VISITORS)
def counts():
    """How many visitors came in a school year, by month: numbers alone."""
    form = YearForm(formdata=request.args)
    form.validate()
    year = visitor_counts.of_year(current_actor(), form.on.data or clock.today())
    reads_log = current_actor().may(Permission.READ_VISITOR_LOG)
    return render_template("visitors/counts.html", year=year, kinds=visitor_counts.KINDS, reads_log=reads_log)
