"""The page of work phones: who needs one to be in contact with pupils or parents, and who has none (clause 3.1)."""

from flask import flash, redirect, render_template, url_for
from wtforms.fields import SelectField

from blueprints.core.forms import StrictForm, only_fields
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.devices.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Invalid
from rules.devices import work_phones as device_work_phones
from rules.people import staff


class ContactForm(StrictForm):
    """Who needs a work phone."""

    person = SelectField("Who needs to be in contact with pupils or parents?", validate_choice=False)

    def person_id(self):
        """The id that was chosen, or None."""
        return {key: int(key) for key, _ in self.person.choices if key}.get(self.person.data)


def _form():
    form = ContactForm()
    form.person.choices = [("", "Choose one"), *((str(key), name) for key, name in staff.current().items())]
    return form


def _page(form):
    page = render_template(
        "devices/work_phones.html",
        form=form,
        contacts=device_work_phones.contacts(current_actor()),
        keeps=current_actor().may(Permission.KEEP_DEVICES),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/work-phones")
@allow(Permission.READ_DEVICES)
def work_phones():
    """Who needs a work phone, and the number of the one they have."""
    return _page(_form())


@blueprint.post("/work-phones")
@allow(Permission.KEEP_DEVICES)
@stands_on("devices.work_phones")
def add_contact():
    """Write down that somebody needs a work phone."""
    form = _form()
    if form.sent():
        try:
            device_work_phones.add(current_actor(), form.person_id())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Written down.")
            return redirect(url_for("devices.work_phones"), 303)
    return _page(form)


@blueprint.post("/work-phones/<record:contact>/end")
@allow(Permission.KEEP_DEVICES)
@stands_on("devices.work_phones")
def end_contact(contact):
    """Write down that somebody no longer needs one."""
    only_fields()
    device_work_phones.end(current_actor(), contact)
    flash("Written down. A phone they have stays with them until it is returned.")
    return redirect(url_for("devices.work_phones"), 303)
