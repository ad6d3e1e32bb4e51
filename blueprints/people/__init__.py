"""People: who there is, what they may do, whose parents they are, and bringing them in from files."""

from blueprints.people import family, imports
from blueprints.people.routes import blueprint

__all__ = ["blueprint", "family", "imports"]
