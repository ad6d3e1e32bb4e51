"""The terms of an agreement: issued with an approval, changed later, and the template that each starts from."""

from flask import flash, redirect, render_template, request, url_for

from blueprints.agreements.forms import IssueForm, TemplateForm, terms_form
from blueprints.agreements.routes import blueprint
from blueprints.core.errors import exemption_changed
from blueprints.core.forms import whole_number
from blueprints.core.gate import allow, current_actor
from enums import ExemptionState
from rules.agreements import agreements
from rules.auth.permissions import Permission
from rules.core.easy_read import PICTURES
from rules.core.errors import Changed, Invalid, NotFound
from rules.decisions import deciding, queue
from rules.exemptions import permissions
from rules.policy.in_force import policy_in_force


@blueprint.route("/for/<record:exemption>", methods=["GET", "POST"])
@allow(Permission.DECIDE_EXEMPTIONS)
def issue(exemption):
    """Read or change an agreement: approve a request with it, or issue it as a new version of what was approved."""
    view = permissions.load_to_decide(current_actor(), exemption)
    if not view.kind.agreement:
        raise NotFound
    newest = _newest(view)
    terms = newest.terms if newest else agreements.template(policy_in_force())
    form = terms_form(IssueForm, terms, revision=view.revision, version=newest.version if newest else 0)
    if form.sent():
        try:
            _issue(view, form)
        except Invalid as invalid:
            form.add_errors({{"text": "conditions"}.get(name, name): fault for name, fault in invalid.errors.items()})
        except deciding.NotReady as missing:
            form.add_errors({"expectations": f"It cannot be approved yet. {missing}"})
        except Changed as changed:
            return _changed(changed.current, form)
        else:
            flash("The agreement has been issued. It is in force once it is signed.")
            return redirect(url_for("exemptions.one", exemption=exemption), 303)
    elif not _is_open(view):
        return exemption_changed(view, written=form.written())
    return _issue_page(view, form, newest)


def _newest(view):
    """The agreement that counts, where the request is approved."""
    return agreements.newest_of(view) if view.state is ExemptionState.APPROVED else None


def _is_open(view):
    return view.waits or view.holds


def _issue_page(view, form, newest, changed=False):
    page = render_template(
        "agreements/terms.html",
        form=form,
        exemption=view,
        newest=newest,
        blockers=queue.blockers_of(view) if view.waits else [],
        changed=changed,
        pictures=PICTURES,
    )
    return page, 409 if changed else 422 if form.errors else 200


def _changed(view, form):
    """Somebody else was first: what was typed is kept beside what is there now, if it can still be sent."""
    newest = _newest(view)
    if not _is_open(view) or bool(newest) != bool(whole_number(form.version.data)):
        return exemption_changed(view, written=form.written())
    form.revision.data, form.version.data = view.revision, newest.version if newest else 0
    return _issue_page(view, form, newest, changed=True)


def _issue(view, form):
    """Approve with these terms, or change those that were issued; which of the two is what the page was about."""
    version, revision = (whole_number(request.form.get(name)) for name in ("version", "revision"))
    if version:
        agreements.issue_anew(current_actor(), view.id, version, form.terms())
    else:
        deciding.approve(current_actor(), view.id, revision, form.conditions.data or "", form.terms())


@blueprint.route("/template", methods=["GET", "POST"])
@allow(Permission.KEEP_TEMPLATE)
def template():
    """The agreement that every new one starts from."""
    policy, changed = policy_in_force(), None
    current = agreements.school_template(policy)
    form = terms_form(TemplateForm, current.terms, seen=current.version)
    if form.sent():
        try:
            agreements.save_template(current_actor(), policy, form.terms(), whole_number(form.seen.data))
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except Changed as conflict:
            changed = conflict.current
            form.seen.data = changed.version
        else:
            flash("Saved. New agreements start from this one.")
            return redirect(url_for("agreements.template"), 303)
    page = render_template("agreements/template.html", form=form, changed=changed, pictures=PICTURES)
    return page, 409 if changed else 422 if form.errors else 200
