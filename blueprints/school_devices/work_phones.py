"""The page of work phones: who needs one to be in contact with pupils or parents, and who has none (clause 3.1)."""

from flask import flash, redirect, render_template, url_for
from wtforms.fields import SelectField

from blueprints.gate import allow, me, stands_on
from blueprints.posted import StrictForm, only_fields
from blueprints.school_devices.routes import blueprint
from rules import staff
from rules import work_phones as rules
from rules.errors import Invalid
from rules.roles import Permission


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
        "school_devices/work_phones.html",
        form=form,
        contacts=rules.contacts(me),
        keeps=me.may(Permission.KEEP_DEVICES),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/work-phones")
@allow(Permission.READ_DEVICES)
def work_phones():
    """Who needs a work phone, and the number of the one they have."""
    return _page(_form())


@blueprint.post("/work-phones")
@allow(Permission.KEEP_DEVICES)
@stands_on("school_devices.work_phones")
def add_contact():
    """Write down that somebody needs a work phone."""
    form = _form()
    if form.sent():
        try:
            rules.add(me, form.person_id())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("Written down.")
            return redirect(url_for("school_devices.work_phones"), 303)
    return _page(form)


@blueprint.post("/work-phones/<record:contact>/end")
@allow(Permission.KEEP_DEVICES)
@stands_on("school_devices.work_phones")
def end_contact(contact):
    """Write down that somebody needs none any more."""
    only_fields()
    rules.end(me, contact)
    flash("Written down. A phone they have stays with them until it is returned.")
    return redirect(url_for("school_devices.work_phones"), 303)
