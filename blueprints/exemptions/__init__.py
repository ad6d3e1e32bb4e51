"""Asking for an exemption, and seeing what became of it."""

from blueprints.exemptions import completing
from blueprints.exemptions.routes import blueprint

__all__ = ["blueprint", "completing"]
