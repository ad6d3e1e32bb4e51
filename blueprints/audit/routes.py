"""The audit trail, for the headteacher and the DSL."""

import re

from flask import Blueprint, render_template, request
from wtforms.fields import SelectField, StringField

from blueprints.core.fields import DayField
from blueprints.core.forms import StrictForm
from blueprints.core.gate import allow
from rules.audit import trail as audit_trail
from rules.audit.record import EVENTS
from rules.auth.permissions import Permission
from rules.people.people import everyones_names

blueprint = Blueprint("audit", __name__)

_RECORD = re.compile(r"[a-z]{1,20}:[1-9][0-9]{0,17}")


class FilterForm(StrictForm):
    """What to look for. It is read from the address, so that a view can be kept as a bookmark."""

    person = SelectField("Person", validate_choice=False)
    event = SelectField("What happened", validate_choice=False)
    first = DayField("From")
    last = DayField("To")
    record = StringField("Record")
    before = StringField()

    def wanted(self):
        """The filter; what cannot be is an error at its field."""
        person, record, before = (
            self.person.data or "",
            (self.record.data or "").strip(),
            self.before.data or "",
        )
        if person and person not in dict(self.person.choices):
            self.add_errors({"person": "Choose somebody from the list"})
        if self.event.data and self.event.data not in EVENTS:
            self.add_errors({"event": "Choose one from the list"})
        if record and not _RECORD.fullmatch(record):
            self.add_errors({"record": "Write a record like this: exemption:12"})
        number = before.isascii() and before.isdigit() and len(before) <= 18
        if self.errors:
            return None
        return audit_trail.Filter(
            person=int(person) if person else None,
            record=record or None,
            event=self.event.data or None,
            first=self.first.data,
            last=self.last.data,
            before=int(before) if number else None,
        )


@blueprint.get("/audit")
@allow(Permission.READ_AUDIT)
def trail():
    """Every event as a sentence, newest first."""
    form = FilterForm(formdata=request.args)
    form.person.choices = [("", "Anybody"), *((str(key), name) for key, name in everyones_names())]
    form.event.choices = [("", "Anything"), *((name, name.replace("-", " ").capitalize()) for name in EVENTS)]
    form.validate()
    wanted = form.wanted()
    entries, older = audit_trail.entries(wanted) if wanted else ([], None)
    filters = {key: value for key, value in request.args.items() if key in form._fields and key != "before" and value}
    page = render_template("audit/page.html", form=form, entries=entries, older=older, filters=filters)
    return page, 422 if form.errors else 200
