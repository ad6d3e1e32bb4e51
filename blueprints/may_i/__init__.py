"""May I use this device here and now?"""

from blueprints.may_i.routes import blueprint

__all__ = ["blueprint"]
