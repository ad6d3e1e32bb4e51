"""What a request needs beside what is asked: the asker's assessment, the note of a discussion."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.errors import exemption_changed
from blueprints.exemptions.forms import answers_of, need_form
from blueprints.exemptions.routes import blueprint
from blueprints.gate import allow, me
from blueprints.posted import whole_number
from rules import completing, decisions, exemption_permissions, needs
from rules.errors import Changed, Invalid, NotAllowed
from rules.roles import Permission


@blueprint.route("/<record:exemption>/needs/<need>", methods=["GET", "POST"])
@allow(Permission.USE_OWN_PAGE)
def complete(exemption, need):
    """Complete something that a request needs: its asker's assessment, or the note of a discussion."""
    view = exemption_permissions.load(me, exemption)
    need = view.kind.need(need) or abort(404)
    if not completing.may_complete(me, view, need):
        raise NotAllowed("Somebody else has to complete this.")
    if request.method == "GET":
        exemption_permissions.look_at(me, exemption)
    form = need_form(need, needs.needs_met(view).get(need.id), revision=view.revision)
    if form.sent():
        posted = request.form.get("revision")
        seen = whole_number(posted) if posted or form.then.data else None
        at_once = form.then.data == "approve" and decisions.waits_only_for(me, view, need)
        try:
            completing.meet_need(me, exemption, need.id, answers_of(form, need), seen)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except Changed as changed:
            return _need_page(form, need, changed.current, changed=True)
        else:
            return (at_once and _approve_at_once(view)) or _saved(view)
    return _need_page(form, need, view)


def _need_page(form, need, view, changed=False):
    """The form of a need; with what was typed where the request was `changed` meanwhile and can be read again."""
    if view.state not in completing.OPEN_STATES:
        return exemption_changed(view, written=form.written())
    form.revision.data = view.revision
    last = decisions.waits_only_for(me, view, need)
    page = render_template("exemptions/need.html", form=form, need=need, exemption=view, last=last, changed=changed)
    return page, 409 if changed else 422 if form.errors else 200


def _approve_at_once(view):
    """Approve with the same click, where that was the button: the request as it was seen, with what was just saved."""
    try:
        decisions.approve(me._get_current_object(), view.id, view.revision + 1)
    except Changed:
        flash("It has changed since you opened it. Read it again before you approve it.")
        return None
    except decisions.NotReady:
        flash("It cannot be approved yet. What is missing stands beside it.")
        return None
    flash(f"Approved: {view.name}, {view.kind.name}.")
    return redirect(url_for("decisions.page"), 303)


def _saved(view):
    flash("Saved.")
    return redirect(_after_completing(view), 303)


def _after_completing(view):
    """Where somebody goes on: who decides, to the row with its Approve button; everybody else, to the exemption."""
    if not exemption_permissions.may_decide(me, view):
        return url_for("exemptions.one", exemption=view.id)
    if view.kind.confidential:
        return url_for("decisions.request_alone", exemption=view.id)
    return url_for("decisions.page", _anchor=f"request-{view.id}")
