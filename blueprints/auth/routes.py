"""Signing in and out, the first password, and one's own account."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user
from wtforms.fields import PasswordField, StringField

from blueprints.core.fields import Needed
from blueprints.core.forms import StrictForm, inside, only_fields
from blueprints.core.gate import SignedIn, allow, current_actor, end_session, public, slow
from blueprints.core.templating import demo
from rules.acknowledgements import owed
from rules.auth import actors, passwords, sessions
from rules.auth.permissions import Permission
from rules.core import clock
from rules.policy.in_force import policy_in_force

blueprint = Blueprint("auth", __name__)

NOT_KNOWN = "That username and password do not go together. Check both and try again"
TO_READ = "There is something new to read in the policy. It can wait: you find it on your page."
WHY_OVER = {
    "idle": "nothing was done here for too long",
    "longest": "nobody stays signed in for longer than a working day",
    "ended": "your time was up, or your password or your roles have changed",
    "gone": "somebody signed out in this browser, or it was closed",
}
CODE_NOT_KNOWN = "That username and code do not go together, or the code is too old. Ask the office for a new code"


class SignInForm(StrictForm):
    username = StringField("Username", [Needed("Write your username")])
    password = PasswordField("Password", [Needed("Write your password")])
    next = StringField()


class NewPassword(StrictForm):
    """The fields for choosing a password; the old one or a code stands before them."""

    new = PasswordField("New password", [Needed("Choose a new password")])
    again = PasswordField("New password again", [Needed("Write the new password again")])

    def fit_for(self, *personal):
        """Whether the new password can be used by somebody with these names."""
        words = (*personal, policy_in_force().school["name"])
        if fault := passwords.password_error(self.new.data, *words):
            self.add_errors({"new": fault})
        elif self.new.data != self.again.data:
            self.add_errors({"again": "The two new passwords are not the same. Write them again"})
        return not self.errors


class FirstPasswordForm(NewPassword):
    username = StringField("Username", [Needed("Write your username")])
    code = StringField("Single-use code", [Needed("Write the code you were given")])


class ChangePasswordForm(NewPassword):
    old = PasswordField("Password you use now", [Needed("Write the password you use now")])


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@slow
def sign_in():
    """Sign in by username and password."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.sent():
        try:
            token = sessions.sign_in(form.username.data, form.password.data, request.remote_addr or "")
        except sessions.WrongPassword:
            form.add_errors({"username": NOT_KNOWN})
        else:
            _enter(token)
            return redirect(_go_on(inside(form.next.data)), 303)
    elif current_user.is_authenticated and request.method == "GET":
        return redirect(url_for("home.home"), 303)
    people = current_app.config["DEMO_PEOPLE"] if demo() else ()
    over = {"why": WHY_OVER.get(request.args.get("why", "")), "clicked": "sent" in request.args}
    told = {"people": people, "password": current_app.config["DEMO_PASSWORD"], **over}
    return render_template("auth/page.html", form=form, **told), 422 if form.errors else 200


def _enter(token):
    """Begin the session of a token in this browser: a new cookie, nothing of the old one kept."""
    session.clear()
    session["seen"] = int(clock.now().timestamp())
    login_user(SignedIn(token, actors.actor_of_token(token)))


def _go_on(where):
    """Where somebody goes after signing in: who owes an acknowledgement goes there first (clause 7.1).

    Who wanted to go anywhere but to their own page may be in the middle of something: they are only told.
    """
    if not owed.owed(current_actor()):
        return where
    if where == url_for("home.home"):
        return url_for("acknowledgements.mine")
    flash(TO_READ)
    return where


@blueprint.post("/sign-out")
@public
def sign_out():
    """End this session, here and on the server. One that is over already leaves nothing in the browser either."""
    only_fields()
    if current_user.is_authenticated:
        end_session()
    session.clear()
    answer = redirect(url_for("auth.sign_in"), 303)
    # Pages that the browser keeps are gone with the session. Cookies stay: the reception tablet lives in one.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.route("/first-password", methods=["GET", "POST"])
@public
@slow
def first_password():
    """Choose a first password with a single-use code from the office."""
    form = FirstPasswordForm()
    if form.sent():
        address = request.remote_addr or ""
        try:
            person = sessions.person_with_code(form.username.data, form.code.data, address)
            if form.fit_for(person.username, person.name, person.team):
                _enter(sessions.choose_first_password(person, form.code.data, form.new.data, address))
                return redirect(_go_on(url_for("home.home")), 303)
        except sessions.WrongPassword:
            form.add_errors({"code": CODE_NOT_KNOWN})
    return render_template("auth/first_password.html", form=form), 422 if form.errors else 200


@blueprint.route("/account", methods=["GET", "POST"])
@allow(Permission.USE_OWN_PAGE)
@slow
def account():
    """My account: my roles, and changing my password."""
    form = ChangePasswordForm()
    if form.sent() and form.fit_for(current_actor().username, current_actor().name, current_actor().team):
        try:
            token = sessions.change_password(current_actor(), form.old.data, form.new.data)
        except sessions.WrongPassword:
            form.add_errors({"old": "That is not the password you use now. Write it again"})
        else:
            _enter(token)
            flash("Your password has been changed. Every other browser has been signed out.")
            return redirect(url_for("auth.account"), 303)
    return render_template("auth/account.html", form=form, actor=current_actor()), 422 if form.errors else 200
