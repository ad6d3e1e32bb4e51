"""Deciding: the queue, the one click, the receipt, and who stands in."""

from blueprints.decisions.routes import blueprint

__all__ = ["blueprint"]
