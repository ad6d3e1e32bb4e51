"""Lockers: the register, giving them out, the morning at reception, what is held, and one's own."""

from blueprints.lockers import assigning, held, mine, morning
from blueprints.lockers.routes import blueprint

__all__ = ["assigning", "blueprint", "held", "mine", "morning"]
