"""The session of a browser: Flask's signed cookie, of which only what is new is verified and written."""

from functools import lru_cache

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

COOKIES_KEPT = 1024
# Who is signed in and the token of forms: 224 letters. A longer one carries words to be shown once, and comes once.
LONGEST_KEPT = 240


class SessionCookie(SecureCookieSessionInterface):
    """Flask's session interface for one app, at a third of its cost for a request that changes nothing.

    The signer is made once. A signature that was good is not verified again while the same cookie is sent: an open
    page sends it with every request, and the session it names has its end in the database (`rules.auth.sessions`).
    """

    def __init__(self, app):
        self._serializer = super().get_signing_serializer(app)
        self._name = self.get_cookie_name(app)
        self._longest = int(app.permanent_session_lifetime.total_seconds())
        self._content_of = lru_cache(COOKIES_KEPT)(self._read)  # a bad signature raises and is not kept

    def get_signing_serializer(self, app):
        """The signer of the app's cookies."""
        return self._serializer

    def _read(self, cookie):
        return self._serializer.loads(cookie, max_age=self._longest)

    def open_session(self, app, request):
        """The session that a browser's cookie holds; an empty one without a cookie or with one not signed by us."""
        cookie = request.cookies.get(self._name)
        if not cookie:
            return self.session_class()
        try:
            content = self._content_of(cookie) if len(cookie) <= LONGEST_KEPT else self._read(cookie)
        except BadSignature:
            return self.session_class()
        # A copy for this request: the list of what is shown once (`flash`) can be changed in place.
        return self.session_class({key: [*of] if isinstance(of, list) else of for key, of in content.items()})

    def save_session(self, app, session, response):
        """Write the cookie where the session has changed. Our sessions end with the browser, so none is renewed."""
        if session.modified:
            super().save_session(app, session, response)
