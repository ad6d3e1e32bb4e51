"""What only the rule tests need."""

import pytest

from tests.rules.own_school import OwnSchool


@pytest.fixture
def own_school(tmp_path):
    """A small school in a database file of its own, empty until a script has run in it."""
    return OwnSchool(tmp_path)
