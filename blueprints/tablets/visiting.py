"""The pages of the reception tablet itself, on which visitors sign in and out. Nothing of them is in an address."""

import secrets

from flask import render_template

from blueprints.gate import public
from blueprints.tablets.forms import AboutForm, AcceptForm, LeaveForm, with_choices
from blueprints.tablets.kiosk import at_tablet
from blueprints.tablets.routes import blueprint
from rules import expectations, regulars, tablet_arrivals, tablet_leaving
from rules.errors import Conflict, Invalid
from rules.obligations import policy_in_force

WAIT = ("Please wait here", "Somebody from the office comes to you.")
GOODBYE = ("You are signed out", "Thank you for your visit. Please put your badge into the box at reception.")
NOT_KNOWN = "We do not find this name with this code. Ask reception if you cannot find your badge"
AT_RECEPTION = "Please go to reception"
FORGOTTEN = "We cannot sign you out here. Reception does it with you."
LOCKED = "Too many wrong codes were typed here. Please sign out at reception, or come back after {}."


@blueprint.get("/sign-in")
@public
@at_tablet
def start(tablet):
    """Two large buttons: sign in, sign out."""
    return render_template("tablets/start.html")


# --- Signing in ---------------------------------------------------------------------------------------------


@blueprint.route("/sign-in/about", methods=["GET", "POST"])
@public
@at_tablet
def about(tablet):
    """The first step: who they are, whom they visit, what they carry."""
    form = with_choices(AboutForm(data={"form_key": secrets.token_urlsafe(16)}))
    if form.sent():
        form.add_errors(tablet_arrivals.validate(form.said()))
        return _about_page(form) if form.errors else _accept_page(form)
    return _about_page(form)


@blueprint.post("/sign-in/change")
@public
@at_tablet
def change(tablet):
    """Back to the first step, with what was typed."""
    form = with_choices(AcceptForm())
    form.sent()
    return _about_page(form)


@blueprint.post("/sign-in/accept")
@public
@at_tablet
def accept(tablet):
    """The second step: what is expected of them has been read and accepted, and they are signed in."""
    form = with_choices(AcceptForm())
    form.sent()
    try:
        stay = tablet_arrivals.arrive(tablet, form.said(), form.accepted(), form.key)
    except Conflict as conflict:
        return _say(AT_RECEPTION, str(conflict))
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        accepting = invalid.errors.keys() <= {"accepts", "accepts_fuller"}
        return _accept_page(form) if accepting else _about_page(form)
    return render_template("tablets/done.html", stay=stay) if stay else _say(*WAIT)


def _about_page(form):
    return render_template("tablets/about.html", form=form), 422 if form.errors else 200


def _accept_page(form):
    """The second page. It carries along what was said on the first, so that nothing waits for anybody's return."""
    accepting = form if isinstance(form, AcceptForm) else with_choices(AcceptForm())
    policy, lines = policy_in_force(), expectations.lines()
    accepting.show_anew(policy.version)
    told = {line.says for line in lines}
    more = regulars.fuller_text(policy) if tablet_arrivals.owes_fuller(form.said()) else ()
    fuller = [line for line in more if line.says not in told]
    page = render_template("tablets/accept.html", form=accepting, lines=lines, owes=bool(more), fuller=fuller)
    return page, 422 if form.errors else 200


def _say(title, words):
    return render_template("tablets/said.html", title=title, words=words)


# --- Signing out --------------------------------------------------------------------------------------------


@blueprint.route("/sign-in/out", methods=["GET", "POST"])
@public
@at_tablet
def leave(tablet):
    """Sign out by name and code."""
    form = LeaveForm()
    if form.sent():
        try:
            tablet_leaving.leave(tablet, form.name.data or "", form.code.data or "")
            return _say(*GOODBYE)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except tablet_leaving.Forgotten:
            return _say(AT_RECEPTION, FORGOTTEN)
        except tablet_leaving.NotKnown:
            form.add_errors({"code": NOT_KNOWN})
        except tablet_leaving.Locked as locked:
            return _say(AT_RECEPTION, LOCKED.format(locked.until)), 429
    return render_template("tablets/leave.html", form=form), 422 if form.errors else 200
