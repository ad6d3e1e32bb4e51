"""People: who there is, what they may do, whose parents they are and in which classes they work."""

from blueprints.people import family
from blueprints.people.routes import blueprint

__all__ = ["blueprint", "family"]
