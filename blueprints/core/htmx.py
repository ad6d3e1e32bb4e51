"""The only code that knows htmx's headers: whether a page or a piece of it is wanted."""

from flask import make_response, render_template, request
from flask_htmx import HTMX


class Htmx(HTMX):
    """flask-htmx for htmx 4: true only when a piece of a page is wanted, not for Back or a whole page."""

    def __bool__(self):
        return request.headers.get("HX-Request-Type") == "partial"


htmx = Htmx()


def go_to(where):
    """Send the browser to another page in answer to a request for a piece: a redirect would land inside the piece."""
    return "", 401, {"HX-Redirect": where}


def page_or_piece(page, piece, status=200, **context):
    """Render the piece alone where htmx asked for it, the whole page otherwise."""
    return make_response(render_template(piece if htmx else page, **context), status)
