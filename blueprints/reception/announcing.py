"""Pages for whoever expects visitors: announcing them, one's own visits, changing and cancelling one."""

import secrets

from flask import flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields, whole_number
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.reception.forms import AnnounceForm, ChangeForm, key_of, with_choices
from blueprints.reception.routes import blueprint
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.reception import announcing


@blueprint.get("/mine")
@allow(Permission.ANNOUNCE_VISITORS)
def mine():
    """The visits that one hosts or has announced, from today on."""
    reads_log, receives = (
        current_actor().may(Permission.READ_VISITOR_LOG),
        current_actor().may(Permission.RECEIVE_VISITORS),
    )
    return render_template(
        "reception/mine.html", visits=announcing.mine(current_actor()), reads_log=reads_log, receives=receives
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.ANNOUNCE_VISITORS)
def new():
    """Announce one visitor or several."""
    start = {"host": str(current_actor().id), "starts_on": clock.today(), "form_key": secrets.token_urlsafe(16)}
    form = with_choices(AnnounceForm(data=start if request.method == "GET" else None))
    if form.is_submitted() and (announced := _announced(form)):
        flash("The visitor has been announced." if announced == 1 else f"{announced} visitors have been announced.")
        return redirect(url_for("reception.mine"), 303)
    return _visit_page(form)


def _announced(form):
    """How many visitors were announced; 0 where something is wrong, which is then said at its field."""
    details = form.details()
    if not form.sent():
        form.add_other_errors(announcing.validate(details))
        return 0
    try:
        announcing.announce(current_actor(), details, key_of(form))
        return 1 + len(details.cleaned().more_names)
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return 0


def _home():
    """Where a visit is changed from: reception's page, or one's own visits."""
    return url_for("reception.page" if current_actor().may(Permission.RECEIVE_VISITORS) else "reception.mine")


def _visit_page(form, visit=None):
    page = render_template("reception/visit.html", form=form, visit=visit, home=_home())
    return page, 422 if form.errors else 200


@blueprint.route("/visits/<record:visit>/change", methods=["GET", "POST"])
@allow(Permission.ANNOUNCE_VISITORS)
@stands_on("reception.change")
def change(visit):
    """Change a visit of one's own; reception changes any."""
    current = announcing.find_to_change(current_actor(), visit)
    form = with_choices(ChangeForm(data={**current._asdict(), "host": str(current.host)}), current)
    if form.is_submitted():
        revision = whole_number(request.form.get("revision"))
        if _changed(form, current, revision):
            flash("The visit has been changed.")
            return redirect(_home(), 303)
    return _visit_page(form, current)


def _changed(form, current, revision):
    """Save what the form says; returns whether it could be. If not, every error is shown at its field at once."""
    if not form.sent():
        form.add_other_errors(announcing.validate(form.details(), current))
        return False
    try:
        announcing.change(current_actor(), current.id, revision, form.details())
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return False
    return True


@blueprint.post("/visits/<record:visit>/cancel")
@allow(Permission.ANNOUNCE_VISITORS)
@stands_on("reception.mine")
def cancel(visit):
    """Cancel a visit of one's own; reception cancels any."""
    only_fields()
    announcing.cancel(current_actor(), visit)
    flash("The visit has been cancelled.")
    return redirect(_home(), 303)
