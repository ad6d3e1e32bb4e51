"""The list of the day, and that of one's classes."""

from blueprints.today import my_classes
from blueprints.today.routes import blueprint

__all__ = ["blueprint", "my_classes"]
