"""Lockers: the register, giving them out, the morning at reception, what is held, and one's own."""

from blueprints.lockers import assignments, hand_in, own
from blueprints.lockers.routes import blueprint

__all__ = ["assignments", "blueprint", "hand_in", "own"]
