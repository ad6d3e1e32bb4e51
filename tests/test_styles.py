"""The styles: a class name means one thing, and has a use."""

import re
from collections import defaultdict

from settings import ROOT

PARTIALS = sorted((ROOT / "static" / "scss").glob("_*.scss"))
# The beginning of a rule that stands by itself, not inside another one's or only for paper.
OWN_RULE = re.compile(r"^(?:[a-z]+)?\.(ox-[a-z0-9_-]+)(?=[ ,.:])", re.MULTILINE)
NAME = re.compile(r"\box-[a-z0-9_-]+")


def test_what_begins_with_the_same_word_stands_in_one_partial():
    partials = defaultdict(set)
    for path in PARTIALS:
        for name in OWN_RULE.findall(path.read_text(encoding="utf-8")):
            partials[re.split("__|--", name)[0]].add(path.name)
    assert {word: sorted(names) for word, names in partials.items() if len(names) > 1} == {}
    assert len(partials) > 40


def test_every_style_is_used_somewhere():
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    used = {name for path in pages for name in NAME.findall(path.read_text(encoding="utf-8"))}
    made = tuple(name for name in used if name.endswith("--"))  # a state is put behind it, as in `ox-tile--{{ state }}`
    styled = {name for path in PARTIALS for name in re.findall(r"\.(ox-[a-z0-9_-]+)", path.read_text(encoding="utf-8"))}
    assert {name for name in styled - used if not name.startswith(made)} == set()
