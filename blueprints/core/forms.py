"""Reading what was posted, strictly: a field that the form does not have, or has once, is never let through."""

from flask import abort, current_app, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect, FlaskForm
from wtforms.fields import SelectMultipleField, StringField, TextAreaField

csrf = CSRFProtect()
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_FILE = 8 * 1024 * 1024


class StrictForm(FlaskForm):
    """A form that knows its fields. Its CSRF token is checked for every POST before any view runs."""

    class Meta:
        csrf = False

    def sent(self):
        """Whether the form was posted and its fields are fit. Foreign and doubled fields are answered with 400."""
        if request.method != "POST":
            return False
        many = {name for name, field in self._fields.items() if isinstance(field, SelectMultipleField)}
        only_fields(*self._fields, many=many)
        return self.validate()

    def written(self):
        """The texts that somebody wrote into this form, with their labels, to be shown where they could not be kept."""
        shown = [field for field in self if type(field) in {StringField, TextAreaField} and field.raw_data]
        return [(field.label.text, field.data) for field in shown if field.data and field.data.strip()]

    def add_errors(self, errors):
        """Show the errors that a rule has found at their fields."""
        for name, message in errors.items():
            field = self._fields.get(name)
            if field is None:
                abort(422, message)
            field.errors = [*field.errors, message]


def check():
    """Before each request: what is posted to a view must be fit to be read, and have the token of its session."""
    asked = request._get_current_object()
    if asked.method in READING or not asked.endpoint:
        return
    if _from_elsewhere(asked):
        abort(403, "This was sent by another site, so nothing was changed. Open your page here and do it there.")
    if asked.method == "POST":
        refuse_unfit()
    csrf.protect()


def _from_elsewhere(asked):
    """Whether the browser says that another site sent this. What says nothing of it has the token to show.

    `Sec-Fetch-Site` is sent over https and on the computer itself. `Origin` also comes over http, and there tells as
    much, because no proxy stands between.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = asked.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != asked.host


def refuse_unfit():
    """Before any form is read: answer 400 to a file, or to a field without a name, which libraries stumble over.

    A view that takes a file may be sent one, a large one, by somebody who may open it.
    """
    view = current_app.view_functions[request.endpoint]
    taken = getattr(view, "takes_file", False)
    if taken and current_user.is_authenticated and current_user.actor.may(view.permission):
        request.max_content_length = request.max_form_memory_size = LARGEST_FILE
    files = [name for name, _ in request.files.items(multi=True)]
    if None in request.form or files not in ([[], ["file"]] if taken else [[]]):
        abort(400)


def only_fields(*names, many=()):
    """Answer 400 to a POST that has a field it should not have, or one field twice."""
    for name, values in request.form.lists():
        if name != "csrf_token" and name not in names:
            abort(400)
        if len(values) > 1 and name not in many:
            abort(400)


def whole_number(text):
    """A number from a hidden field: ASCII digits within the database's range, or 400."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 18:
        abort(400)
    return int(text)


def inside(where):
    """An address of this site to go on to; anything else becomes my page."""
    plain = where and where.isascii() and where.isprintable() and "\\" not in where
    inside_path = plain and where.startswith("/") and not where.startswith("//")
    return where if inside_path else url_for("home.home")
