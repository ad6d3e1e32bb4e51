"""The badge of a visitor: who they are, whom they visit, what is approved for them, how they sign out (6.1, 6.6)."""

from typing import NamedTuple

from rules.reception import device_access, stays
from rules.reception.queries import StayView
from rules.visitors.expectations import code_for

# A name is printed smaller from so many letters on, or where one of its words has so many, so that it fits.
LONG_NAME, LONG_WORD = 26, 13
VERY_LONG_NAME, VERY_LONG_WORD = 60, 19

__all__ = ["Badge", "code_for", "find"]


class Badge(NamedTuple):
    """What is printed for a stay. `device` says in words what is approved for the visitor."""

    stay: StayView
    device: str

    @property
    def size(self):
        """How large the name is printed: large, middle or small."""
        name = self.stay.name
        word = max(map(len, name.replace("-", "- ").split()))
        if len(name) > VERY_LONG_NAME or word > VERY_LONG_WORD:
            return "small"
        return "middle" if len(name) > LONG_NAME or word > LONG_WORD else "large"

    @property
    def forgotten(self):
        """Whether they were not signed out on an earlier day, so that the time has to be settled."""
        return self.stay.left_at is None and stays.forgotten(self.stay)


def find(actor, stay):
    """The badge of a stay (by id), for reception. Raises NotFound."""
    view = stays.find(actor, stay)
    return Badge(view, device_access.shown({view.visit})[view.visit].words)
