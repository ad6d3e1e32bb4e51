"""What somebody has to tell in confidence: today, what visitors did."""

from blueprints.concerns.visitor_concerns import blueprint

__all__ = ["blueprint"]
