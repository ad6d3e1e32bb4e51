"""The first page of everybody who is signed in."""

from blueprints.home.routes import blueprint

__all__ = ["blueprint"]
