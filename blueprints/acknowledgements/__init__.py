"""Acknowledging the policy: one's own, a child's, from paper; and who has not."""

from blueprints.acknowledgements import paper, reports
from blueprints.acknowledgements.routes import blueprint

__all__ = ["blueprint", "paper", "reports"]
