"""The policy: its text and its versions for everybody, and the draft of the next one."""

from blueprints.policy import drafting, files, publishing
from blueprints.policy.routes import blueprint

__all__ = ["blueprint", "drafting", "files", "publishing"]
