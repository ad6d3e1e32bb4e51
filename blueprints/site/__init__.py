"""Pupils on site: saying so, taking it back, and the school calendar that says what to expect."""

from blueprints.site import calendar, imports
from blueprints.site.routes import blueprint

__all__ = ["blueprint", "calendar", "imports"]
