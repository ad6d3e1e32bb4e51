"""Error pages and fragments: what went wrong, how to go on, and a reference that is also in the log."""

import secrets

from flask import current_app, g, get_template_attribute, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from blueprints.core.gate import ask_to_sign_in, is_quiet, record_refusal, where_it_stands
from blueprints.core.htmx import htmx
from database import DatabaseError
from rules.auth.throttle import SlowDown
from rules.core.errors import Conflict, NotAllowed, NotFound
from rules.decisions import receipts

WORDS = {
    400: ("We could not read that", "Go back, check what you typed, and send it again."),
    403: (
        "You cannot open this page",
        "You do not have permission. If you need it, ask the office or the headteacher.",
    ),
    404: ("We cannot find that page", "Check the address, or go to your page."),
    405: ("That does not work this way", "Go to your page and use the button or link there."),
    409: ("This has changed", "Go back and load the page again."),
    413: ("That is too much at once", "Send less text. Your page has not been changed."),
    415: ("We could not read that", "Go back, check what you typed, and send it again."),
    422: ("Something is missing or wrong", "Go back, check what you typed, and send it again."),
    429: ("Please wait a moment", "There were too many tries. Wait a little, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing was changed. Try again, and tell the office if it happens again.",
    ),
    503: (
        "We could not save that",
        "Nothing was changed. Try again in a minute, and tell the office if it happens again.",
    ),
}
TABLET = "/visitors/sign-in"
FORM_TOO_OLD = (
    "This form is out of date",
    "Somebody has signed in or out in this browser since the page was opened. Load the page again, then send it.",
)


def answer(status, why=None, headers=None):
    """The page or the fragment for an error, with a reference to find it by in the log."""
    reference = g.setdefault("reference", secrets.token_hex(4))
    title, advice = (
        why if isinstance(why, tuple) else (WORDS.get(status, WORDS[400])[0], why or WORDS.get(status, WORDS[400])[1])
    )
    current_app.logger.info("answered %s to %s %s, reference %s", status, request.method, _where(), reference)
    words = {"title": title, "advice": advice, "reference": reference}
    try:
        body = render_template(_template(status), **words)
    except DatabaseError:  # the page's head asks the database for the school, and Flask-Login for the person
        bare = "errors/_piece.html" if htmx else "errors/bare.html"
        body = current_app.jinja_env.get_template(bare).render(words)
    return body, status, headers or {}


def _template(status):
    """Visitors at the reception tablet get a page without a way out of it, from which they can start again.

    An open page that asks by itself is told when it is no longer for who has it open, and takes that in its place.
    """
    if request.path.startswith(TABLET) and not current_user.is_authenticated:
        return "errors/tablet.html"
    if htmx and status in {403, 404} and is_quiet():
        return "errors/_gone.html"
    return "errors/_piece.html" if htmx else "errors/page.html"


def _where():
    """The page by its name: an address may hold what somebody typed."""
    return request.endpoint or "an unknown address"


def on_http_error(error):
    """An error that Werkzeug or a view has named. A message of ours is shown, a library's is not."""
    if error.code is None or error.code < 400:
        return error
    if error.code == 403:
        record_refusal()
    ours = getattr(error, "description", None)
    why = ours if ours and ours != type(error).description else None
    headers = {"Allow": ", ".join(sorted(error.valid_methods))} if error.code == 405 and error.valid_methods else None
    return answer(error.code, why if error.code in {403, 409, 422} else None, headers)


def on_conflict(error):
    """Somebody was first, or it cannot be done as things stand."""
    return conflict_page(str(error))


def conflict_page(message, where=None, written=()):
    """The one answer to what came second: why, the way to how it stands now, and the texts written in vain.

    `where` is an address; without it, the page that the view has named with `stands_on`. `written` are pairs of a
    field's label and what was typed there.
    """
    current_app.logger.info("answered 409 to %s %s", request.method, _where())
    context = {"message": message, "where": where or where_it_stands(), "written": written, "piece": bool(htmx)}
    return render_template("components/conflict.html", **context), 409


def exemption_changed(exemption, where=None, written=()):
    """The same answer about an exemption (as it is read): how it stands now, with its newest decision."""
    stands = get_template_attribute("components/cases.html", "stands")
    where = where or url_for("exemptions.one", exemption=exemption.id)
    return conflict_page(stands(exemption, receipts.decisions_on(exemption)), where, written)


def on_csrf_error(error):
    """A form without the token of this browser's session. When the session is over, it is the way back in."""
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "permission", None) is not None and not current_user.is_authenticated:
        return ask_to_sign_in()
    record_refusal()
    return answer(400, FORM_TOO_OLD)


def on_slow_down(error):
    """Too many wrong passwords."""
    return answer(
        429,
        f"There were too many tries. Wait {error.seconds} seconds, then try again.",
        {"Retry-After": str(error.seconds)},
    )


def on_database_error(error):
    """The database could not be written or read: a full or read-only disk. Nothing half-done stays."""
    current_app.logger.error(
        "database: %s, reference %s", type(error).__name__, g.setdefault("reference", secrets.token_hex(4))
    )
    return answer(503)


def on_crash(error):
    """Anything nobody thought of. The trace goes to the log, never to the page."""
    reference = g.setdefault("reference", secrets.token_hex(4))
    current_app.logger.exception("crash in %s, reference %s", _where(), reference)
    return answer(500)


def register(app):
    """Give every error its page."""
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(NotFound, lambda error: answer(404))
    app.register_error_handler(NotAllowed, _on_not_allowed)
    app.register_error_handler(Conflict, on_conflict)
    app.register_error_handler(SlowDown, on_slow_down)
    app.register_error_handler(DatabaseError, on_database_error)
    app.register_error_handler(Exception, on_crash)


def _on_not_allowed(error):
    record_refusal()
    return answer(403, str(error))
