"""The examples in the rules' own words are true."""

import doctest
import importlib

import pytest

from settings import ROOT

RULES = ROOT / "rules"
WITH_EXAMPLES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for path in RULES.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_are_true(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_there_are_examples():
    known = {"people.classes", "exemptions.request", "agreements.terms", "agreements.signing", "core.clock"}
    assert {f"rules.{name}" for name in known} <= set(WITH_EXAMPLES)
