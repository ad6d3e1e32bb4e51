"""The reception tablet: switched on and off by the office, used by visitors who sign themselves in and out."""

from blueprints.tablets import visiting
from blueprints.tablets.routes import blueprint

__all__ = ["blueprint", "visiting"]
