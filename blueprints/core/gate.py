"""The gate in front of every view: who may open it is declared above it, and nothing declared means refused."""

from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, RequestRedirect

from blueprints.core.htmx import go_to, htmx
from rules.audit import refusals
from rules.auth import actors, sessions
from rules.auth.permissions import Permission
from rules.core import clock

login_manager = LoginManager()
# The token is random, kept on the server as a digest and ended there: an address or a browser string adds nothing
# to it, and would sign people out whose address changes.
login_manager.session_protection = None

REFRESH_AFTER = 60
# In a browser that is the reception tablet, so that every page knows it. It is no secret and opens nothing.
TABLET_MARK = "at-reception"


class SignedIn(UserMixin):
    """What Flask-Login keeps in the cookie for a signed-in browser: the session's token, never a person's id."""

    def __init__(self, token, actor):
        self.token, self.actor = token, actor

    def get_id(self):
        return self.token


class RecordId(BaseConverter):
    """The number of a record in an address: ASCII digits only, no larger than the database can hold."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value):
        return int(value)


def current_actor():
    """Whoever is signed in, with the roles they hold today."""
    return current_user.actor


def allow(permission):
    """Mark a view with the permission that it needs."""

    def mark(view):
        view.permission = Permission(permission)
        return view

    return mark


def public(view):
    """Mark a view as open to anybody, signed in or not."""
    view.permission = None
    return view


def takes_file(view):
    """Mark a view that takes a file, in the field `file`. Every other view answers a file with 400."""
    view.takes_file = True
    return work(view)


def slow(view):
    """Mark a view to which a password is posted: a lane of its own keeps its arithmetic from holding pages up."""
    view.lane = "slow"
    return view


def work(view):
    """Mark a view to which a file or a policy pack is posted that takes a second or two, in a third lane."""
    view.lane = "work"
    return view


def of_tablet(view):
    """Mark a view as a page of the reception tablet, the only ones that its browser is led to."""
    view.of_tablet = True
    return view


def quiet(view):
    """Mark a view that an open page asks by itself, so that it does not count as somebody being there."""
    view.quiet = True
    return view


def stands_on(page):
    """Mark a view that changes something with the page (an endpoint) that shows it.

    A conflict leads there, and so does signing in again.
    """

    def mark(view):
        view.stands_on = page
        return view

    return mark


def is_quiet():
    """Whether this request comes from an open page that asks on its own."""
    return getattr(current_app.view_functions.get(request.endpoint), "quiet", False)


@login_manager.user_loader
def load_signed_in(token):
    """Who a cookie's token stands for, for Flask-Login: nobody when the session is over or has lain idle too long."""
    return _signed_in(token, session.get("seen", 0))


def _signed_in(token, seen):
    actor = actors.actor_of_token(token, seen)
    return actor and SignedIn(token, actor)


def guard():
    """Before each request: find out who asks, and whether they may."""
    endpoint = request.endpoint
    if endpoint is None:
        return None
    view = current_app.view_functions[endpoint]
    permission = getattr(view, "permission", Ellipsis)
    if permission is Ellipsis:
        current_app.logger.error("view without a permission: %s", endpoint)
        abort(403)
    cookie = session._get_current_object()
    if permission is None:
        strays = TABLET_MARK in request.cookies and not getattr(view, "of_tablet", False) and not _find_out(cookie)
        return _to_tablet() if strays else None
    signed_in = _find_out(cookie)
    if signed_in is None:
        return ask_to_sign_in()
    if not getattr(view, "quiet", False):
        _note_seen(cookie)
    if not signed_in.actor.may(permission):
        abort(403, "You do not have permission to open this page.")
    return None


def _find_out(cookie):
    """Who is signed in, or None.

    Flask-Login is given the answer where it keeps its own. It would find the same through `load_signed_in`, after
    looking for a cookie that remembers people and for the browser's address, neither of which is used here.
    """
    if "_login_user" in g:
        return current_user if current_user.is_authenticated else None
    token = cookie.get("_user_id")
    signed_in = _signed_in(token, cookie.get("seen", 0)) if token else None
    if signed_in is not None:
        g._login_user = signed_in
    return signed_in


def _note_seen(cookie):
    """Keep in the cookie when somebody was last there. It is not in the database, so that a GET writes nothing."""
    now = int(clock.now().timestamp())
    if abs(now - cookie.get("seen", 0)) > REFRESH_AFTER:
        cookie["seen"] = now


def _to_tablet():
    """Lead the browser that is the reception tablet to the tablet's first page, wherever Back has brought it."""
    where = url_for("reception.tablet_start")
    return go_to(where) if htmx else redirect(where, 303)


def ask_to_sign_in():
    """Send somebody to the sign-in page, which says why, and afterwards back to the page where they were.

    A fragment is told to do so by its header.
    """
    if TABLET_MARK in request.cookies:
        return _to_tablet()
    opens = request.method == "GET" and not htmx
    here = request.full_path.rstrip("?") if opens else _page_before()
    why = sessions.why_over(session.get("_user_id"), session.get("seen")) or (None if opens else "gone")
    sent = 1 if request.method == "POST" else None
    where = url_for("auth.sign_in", next=here if here and here != "/" else None, why=why, sent=sent)
    return go_to(where) if htmx else redirect(where, 303)


def _page_before():
    """The page of ours that somebody clicked on, or that asks by itself; else the one that the view stands on."""
    try:
        page = urlsplit(htmx.current_url or request.referrer or "")
    except ValueError:
        return where_it_stands()
    if page.netloc != request.host or not _can_be_opened(page.path):
        return where_it_stands()
    return f"{page.path}?{page.query}" if page.query else page.path


def _can_be_opened(path):
    try:
        current_app.create_url_adapter(request).match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


def where_it_stands():
    """The address of the page that the view has named with `stands_on`, or None."""
    page = getattr(current_app.view_functions[request.endpoint], "stands_on", None)
    if page is None:
        return None
    takes = next(current_app.url_map.iter_rules(page)).arguments
    where = url_for(page, **{name: value for name, value in (request.view_args or {}).items() if name in takes})
    return None if request.method == "GET" and where == request.path else where


def end_session():
    """Sign out whoever is signed in in this browser: nothing of them stays in it."""
    sessions.sign_out(current_actor(), current_user.token)
    logout_user()
    session.clear()


def record_refusal():
    """Put a refusal on the trail. It says which page, by its name in the program, and nothing that was typed."""
    if current_user.is_authenticated and request.endpoint and not g.get("refusal_recorded"):
        g.refusal_recorded = True
        refusals.note(current_actor().id, request.endpoint.replace(".", " ").replace("_", " "))
