"""The pages of the reception tablet itself, on which visitors sign in and out. Nothing of them is in an address."""

import secrets

from flask import render_template

from blueprints.core.gate import public
from blueprints.reception.routes import blueprint
from blueprints.reception.tablet_cookie import at_tablet
from blueprints.reception.tablet_forms import AboutForm, AcceptForm, LeaveForm, with_choices
from rules.core.errors import Conflict, Invalid
from rules.policy.in_force import policy_in_force
from rules.reception import tablet_sign_in, tablet_sign_out
from rules.visitors import expectations, regulars

WAIT = ("Please wait here", "Somebody from the office comes to you.")
GOODBYE = ("You are signed out", "Thank you for your visit. Please put your badge into the box at reception.")
NOT_KNOWN = "We do not find this name with this code. Ask reception if you cannot find your badge"
AT_RECEPTION = "Please go to reception"
FORGOTTEN = "We cannot sign you out here. Reception does it with you."
LOCKED = "Too many wrong codes were typed here. Please sign out at reception, or come back after {}."


@blueprint.get("/sign-in")
@public
@at_tablet
def tablet_start(tablet):
    """Two large buttons: sign in, sign out."""
    return render_template("reception/tablet/start.html")


# --- Signing in ---------------------------------------------------------------------------------------------


@blueprint.route("/sign-in/about", methods=["GET", "POST"])
@public
@at_tablet
def tablet_about(tablet):
    """The first step: who they are, whom they visit, what they carry."""
    form = AboutForm(data={"form_key": secrets.token_urlsafe(16)})
    if form.sent():
        form.add_errors(tablet_sign_in.validate(form.said()))
        return _about_page(form) if form.errors else _accept_page(form)
    return _about_page(form)


@blueprint.post("/sign-in/change")
@public
@at_tablet
def tablet_change(tablet):
    """Back to the first step, with what was typed."""
    form = AcceptForm()
    form.sent()
    return _about_page(form)


@blueprint.post("/sign-in/accept")
@public
@at_tablet
def tablet_accept(tablet):
    """The second step: what is expected of them has been read and accepted, and they are signed in."""
    form = AcceptForm()
    form.sent()
    try:
        stay = tablet_sign_in.arrive(tablet, form.said(), form.accepted(), form.key)
    except Conflict as conflict:
        return _say(AT_RECEPTION, str(conflict))
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        accepting = invalid.errors.keys() <= {"accepts", "accepts_fuller"}
        return _accept_page(form) if accepting else _about_page(form)
    return render_template("reception/tablet/done.html", stay=stay) if stay else _say(*WAIT)


def _about_page(form):
    return render_template("reception/tablet/about.html", form=with_choices(form)), 422 if form.errors else 200


def _accept_page(form):
    """The second page. It carries along what was said on the first, so that nothing waits for anybody's return."""
    accepting = form if isinstance(form, AcceptForm) else AcceptForm()
    policy, lines = policy_in_force(), expectations.lines()
    accepting.show_anew(policy.version)
    said = {line.says for line in lines}
    more = regulars.fuller_text(policy) if tablet_sign_in.owes_fuller(form.said()) else ()
    fuller = [line for line in more if line.says not in said]
    page = render_template("reception/tablet/accept.html", form=accepting, lines=lines, owes=bool(more), fuller=fuller)
    return page, 422 if form.errors else 200


def _say(title, words):
    return render_template("reception/tablet/said.html", title=title, words=words)


# --- Signing out --------------------------------------------------------------------------------------------


@blueprint.route("/sign-in/out", methods=["GET", "POST"])
@public
@at_tablet
def tablet_leave(tablet):
    """Sign out by name and code."""
    form = LeaveForm()
    if form.sent():
        try:
            tablet_sign_out.leave(tablet, form.name.data or "", form.code.data or "")
            return _say(*GOODBYE)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except tablet_sign_out.Forgotten:
            return _say(AT_RECEPTION, FORGOTTEN)
        except tablet_sign_out.NotKnown:
            form.add_errors({"code": NOT_KNOWN})
        except tablet_sign_out.Locked as locked:
            return _say(AT_RECEPTION, LOCKED.format(locked.until)), 429
    return render_template("reception/tablet/leave.html", form=form), 422 if form.errors else 200
