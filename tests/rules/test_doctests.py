"""The examples in the rules' own words are true."""

import doctest
import importlib
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[2] / "rules"
WITH_EXAMPLES = sorted(path.stem for path in RULES.glob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_are_true(name):
    result = doctest.testmod(importlib.import_module(f"rules.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_there_are_examples():
    assert {"classes", "requests", "terms", "signing", "clock"} <= set(WITH_EXAMPLES)
