"""What a request needs beside what is asked: the asker's assessment, the note of a discussion."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.errors import exemption_changed
from blueprints.core.forms import whole_number
from blueprints.core.gate import allow, current_actor
from blueprints.exemptions.forms import answers_of, prerequisite_form
from blueprints.exemptions.routes import blueprint
from rules.auth.permissions import Permission
from rules.core.errors import Changed, Invalid, NotAllowed
from rules.decisions import deciding
from rules.exemptions import lifecycle, permissions, prerequisites


@blueprint.route("/exemptions/<record:exemption>/needs/<prerequisite>", methods=["GET", "POST"])
@allow(Permission.USE_OWN_PAGE)
def complete(exemption, prerequisite):
    """Complete something that a request needs: its asker's assessment, or the note of a discussion."""
    view = permissions.load(current_actor(), exemption)
    prerequisite = view.kind.prerequisite(prerequisite) or abort(404)
    if not lifecycle.may_complete(current_actor(), view, prerequisite):
        raise NotAllowed("Somebody else has to complete this.")
    if request.method == "GET":
        permissions.look_at(current_actor(), exemption)
    form = prerequisite_form(prerequisite, prerequisites.completed(view).get(prerequisite.id), revision=view.revision)
    if form.sent():
        posted = request.form.get("revision")
        seen = whole_number(posted) if posted or form.then.data else None
        at_once = form.then.data == "approve" and deciding.waits_only_for(current_actor(), view, prerequisite)
        try:
            lifecycle.complete(current_actor(), exemption, prerequisite.id, answers_of(form, prerequisite), seen)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except Changed as changed:
            return _prerequisite_page(form, prerequisite, changed.current, changed=True)
        else:
            return (at_once and _approve_at_once(view)) or _saved(view)
    return _prerequisite_page(form, prerequisite, view)


def _prerequisite_page(form, prerequisite, view, changed=False):
    """The form of a prerequisite; where the request was `changed` meanwhile, with what was typed, to be sent again."""
    if not view.undecided:
        return exemption_changed(view, written=form.written())
    form.revision.data = view.revision
    last = deciding.waits_only_for(current_actor(), view, prerequisite)
    page = render_template(
        "exemptions/prerequisite.html", form=form, prerequisite=prerequisite, exemption=view, last=last, changed=changed
    )
    return page, 409 if changed else 422 if form.errors else 200


def _approve_at_once(view):
    """Approve with the same click, where that was the button: the request as it was seen, with what was just saved."""
    try:
        deciding.approve(current_actor(), view.id, view.revision + 1)
    except Changed:
        flash("It has changed since you opened it. Read it again before you approve it.")
        return None
    except deciding.NotReady:
        flash("It cannot be approved yet. What is missing stands beside it.")
        return None
    flash(f"Approved: {view.name}, {view.kind.name}.")
    return redirect(url_for("decisions.page"), 303)


def _saved(view):
    flash("Saved.")
    return redirect(_after_completing(view), 303)


def _after_completing(view):
    """Where somebody goes on: who decides, to the row with its Approve button; everybody else, to the exemption."""
    if not permissions.may_decide(current_actor(), view):
        return url_for("exemptions.one", exemption=view.id)
    if view.kind.confidential:
        return url_for("decisions.request_alone", exemption=view.id)
    return url_for("decisions.page", _anchor=f"request-{view.id}")
