"""Written agreements: read, sign, change, and the school's template."""

from blueprints.agreements import terms
from blueprints.agreements.routes import blueprint

__all__ = ["blueprint", "terms"]
