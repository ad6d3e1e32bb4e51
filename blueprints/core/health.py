"""Whether the program answers: for a monitor, which needs no sign-in."""

from flask import Blueprint

from blueprints.core.gate import public, quiet
from database import DatabaseError
from rules.core.health import can_read

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@public
@quiet
def health():
    """200 when the database can be read, 503 when not. Anybody may ask, so nothing is written."""
    try:
        can_read()
    except DatabaseError:
        return "the database cannot be read\n", 503, {"Content-Type": "text/plain"}
    return "ready\n", 200, {"Content-Type": "text/plain"}
