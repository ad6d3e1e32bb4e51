"""The tablet's cookie, and what stands above each page that only a reception tablet may use."""

import datetime as dt
from functools import wraps

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer

from blueprints.core.gate import TABLET_MARK, of_tablet
from rules.reception import tablets

PATH = "/visitors/sign-in"  # the browser sends the cookie to these pages and to no others
LASTS = dt.timedelta(days=365)


def _name():
    """The cookie's name. Where people come over https the browser takes it over https alone."""
    return "__Secure-tablet" if current_app.config["SESSION_COOKIE_SECURE"] else "tablet"


def _signer():
    return URLSafeSerializer(current_app.secret_key, salt="reception-tablet")


def hand_over(response, tablet):
    """Put a tablet's id and secret into the browser's cookie; returns the response."""
    response.set_cookie(_name(), _signer().dumps([tablet.id, tablet.secret]), path=PATH, **_lasting("Strict"))
    return _marked(response)


def _lasting(samesite):
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return {"max_age": LASTS, "secure": secure, "httponly": True, "samesite": samesite}


def _marked(response):
    """The response, which marks the browser for all pages as the tablet, where it is not marked yet."""
    if TABLET_MARK not in request.cookies:
        response.set_cookie(TABLET_MARK, "1", **_lasting("Lax"))
    return response


def _unmarked(page, status=200):
    """A page for a browser that is no tablet, or none any more: staff may sign in in it."""
    response = make_response(page, status)
    if TABLET_MARK in request.cookies:
        response.delete_cookie(TABLET_MARK)
    return response


def _cookie():
    """The id and the secret in this browser's cookie, or None. A cookie that we have not signed is none."""
    try:
        return _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return None


def at_tablet(view):
    """Mark a view as one for the reception tablet: it is called with the tablet.

    Somebody who is signed in, and a browser that is no tablet, are sent to the first page, which says what it is for.
    Whatever is sent is answered with a new secret; a GET changes nothing.
    """

    @wraps(view)
    def guarded():
        cookie = None if current_user.is_authenticated else _cookie()
        sends = request.method == "POST"
        try:
            tablet = cookie and (tablets.renew if sends else tablets.look)(*cookie)
        except tablets.Off:
            return _unmarked(render_template("reception/tablet/off.html"), 403 if sends else 200)
        if not tablet:
            return _elsewhere()
        response = make_response(view(tablet))
        return hand_over(response, tablet) if sends else _marked(response)

    return of_tablet(guarded)


def _elsewhere():
    start = url_for("reception.tablet_start")
    if request.path != start:
        return redirect(start, 303)
    return _unmarked(render_template("reception/tablet/elsewhere.html"))
