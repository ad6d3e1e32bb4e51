"""Visitors: announced, received at reception, and the log."""

from blueprints.visitors import announcing, log, regulars, same_person
from blueprints.visitors.routes import blueprint

__all__ = ["announcing", "blueprint", "log", "regulars", "same_person"]
