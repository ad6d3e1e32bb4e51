"""Asking for an exemption and seeing what became of it; lessons; the chronology."""

from blueprints.exemptions import activities, chronology, completing
from blueprints.exemptions.routes import blueprint

__all__ = ["activities", "blueprint", "chronology", "completing"]
