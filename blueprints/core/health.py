"""Whether the program is ready: for a monitor."""

from flask import Blueprint

from blueprints.core.gate import public, quiet
from database import DatabaseError
from rules.core.health import can_write

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@public
@quiet
def health():
    """200 when the database can be written, 503 when not."""
    try:
        can_write()
    except DatabaseError:
        return "the database cannot be written\n", 503, {"Content-Type": "text/plain"}
    return "ready\n", 200, {"Content-Type": "text/plain"}
