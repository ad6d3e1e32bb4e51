"""Signing in and out, the first password, one's account."""

from blueprints.auth.routes import blueprint

__all__ = ["blueprint"]
