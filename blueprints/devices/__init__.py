"""School devices: the register, lending and taking back, who may borrow, work phones, labels."""

from blueprints.devices import imports, labels, lending, permissions, work_phones
from blueprints.devices.routes import blueprint

__all__ = ["blueprint", "imports", "labels", "lending", "permissions", "work_phones"]
