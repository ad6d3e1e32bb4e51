"""The kinds of exemption and what each needs first, as declarations.

It lies below `policy` because a policy pack names kinds. The only package with a face: what everybody needs of it is
imported from here.
"""

from rules.exemption_kinds.kinds import KINDS, Kind, Scope
from rules.exemption_kinds.prerequisites import Prerequisite

__all__ = ["KINDS", "Kind", "Prerequisite", "Scope"]
