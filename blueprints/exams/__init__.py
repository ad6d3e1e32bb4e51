"""Exams: what is sat and when, and what was found in them."""

from blueprints.exams import imports, reports
from blueprints.exams.routes import blueprint

__all__ = ["blueprint", "imports", "reports"]
