"""The page of the audit trail."""

from blueprints.audit.routes import blueprint

__all__ = ["blueprint"]
