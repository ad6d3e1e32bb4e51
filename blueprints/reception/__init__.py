"""The building's door: visits announced, signed in and out, the tablet, badges, the log."""

from blueprints.reception import admission, announcing, badges, log, tablet_pages, tablets
from blueprints.reception.routes import blueprint

__all__ = ["admission", "announcing", "badges", "blueprint", "log", "tablet_pages", "tablets"]
