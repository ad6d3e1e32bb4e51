"""Who visits: one visitor's page, entries of one person, regular visitors, numbers, what is expected, the signs."""

from blueprints.visitors import counts, expectations, regulars, signs
from blueprints.visitors.routes import blueprint

__all__ = ["blueprint", "counts", "expectations", "regulars", "signs"]
