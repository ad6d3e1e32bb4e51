"""The draft as a file: saved, edited anywhere, sent back, looked at, and made the draft."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from wtforms.fields import TextAreaField

from blueprints.core.forms import StrictForm, only_fields
from blueprints.core.gate import allow, current_actor, takes_file, work
from blueprints.policy.routes import blueprint, yaml_answer
from rules.auth.permissions import Permission
from rules.policy import draft, publishing
from rules.policy.source import PolicyFileError


class FileForm(StrictForm):
    """The policy file, or its text. A file counts before what is pasted."""

    file = FileField("The policy file")
    pasted = TextAreaField("Or paste it here")

    def content(self):
        """What was sent, as its name and bytes; no bytes where nothing was."""
        sent = self.file.data.read() if self.file.data else b""
        return "policy.yaml", sent or (self.pasted.data or "").encode("utf-8", "surrogatepass")


@blueprint.get("/draft/download")
@allow(Permission.DRAFT_POLICY)
def download():
    return yaml_answer("policy-draft", draft.as_file(current_actor()))


@blueprint.get("/draft/file")
@allow(Permission.DRAFT_POLICY)
def send():
    """Choose a file, or paste it."""
    return render_template("policy/file.html", form=FileForm(formdata=None), draft=draft.find())


@blueprint.post("/draft/file")
@allow(Permission.DRAFT_POLICY)
@takes_file
def look():
    """What the file would change, or all that is wrong with it, by line. Nothing is changed yet."""
    form, faults = FileForm(), ()
    if form.sent():
        name, raw = form.content()
        if raw.strip():
            try:
                content, token = draft.look_at(current_actor(), name, raw)
            except PolicyFileError as error:
                faults = error.all
                form.add_errors({"file": "The file cannot be used yet. What is wrong is listed below, by line"})
            else:
                changes = publishing.changes_to(content)
                context = {"changes": changes, "missing": publishing.missing(content), "token": token}
                return render_template("policy/file_preview.html", draft=draft.find(), **context)
        else:
            form.add_errors({"file": "Choose a file, or paste its lines below"})
    return render_template("policy/file.html", form=form, faults=faults, draft=draft.find()), 422


@blueprint.post("/draft/file/apply")
@allow(Permission.DRAFT_POLICY)
@work
def apply():
    """Make the file that was looked at the draft."""
    only_fields("token")
    draft.take_file(current_actor(), request.form.get("token") or abort(400))
    flash("The file is the draft now. Nothing changes for anybody before it is published.")
    return redirect(url_for("policy.draft"), 303)
