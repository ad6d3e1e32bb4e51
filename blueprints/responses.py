"""What every answer carries: headers that keep the browser safe, and compression."""

import gzip

from flask import current_app, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SMALLEST_TO_COMPRESS = 1000
HSTS = "max-age=31536000"


def finish(response):
    """After each request: no copy is kept of a page of people, and no other site may frame or script it."""
    headers = response.headers
    headers["Cache-Control"] = "no-store"
    if response.status_code == 204:
        del headers["Content-Type"]
        return response  # nothing to show, so nothing to guard: a poll stays small
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if current_app.config["SETTINGS"].tls:
        headers["Strict-Transport-Security"] = HSTS
    return _compressed(response)


def _compressed(response):
    if (
        response.direct_passthrough
        or response.content_length is None
        or response.content_length < SMALLEST_TO_COMPRESS
        or "gzip" not in request.headers.get("Accept-Encoding", "")
        or not (response.mimetype or "").startswith("text/")
    ):
        return response
    # Level 1: four fifths of the saving for a fifth of the work.
    response.set_data(gzip.compress(response.get_data(), 1, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
