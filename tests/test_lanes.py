"""What is slow on purpose is served in a lane of its own, and every view that is slow says so."""

import ast

import pytest

import serve
from settings import ROOT


@pytest.fixture(scope="module")
def lanes(app):
    """The dispatcher of the server."""
    made = serve.Lanes(app)
    yield made
    made.shutdown()


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/sign-in", "pages"),
        ("POST", "/sign-in", "slow"),
        ("POST", "/sign-in/", "slow"),
        ("POST", "/first-password", "slow"),
        ("POST", "/account", "slow"),
        ("POST", "/agreements/12/sign", "slow"),
        ("POST", "/agreements/12/sign/more", "pages"),
        ("POST", "/sign-out", "pages"),
        ("POST", "/people/import/pupils", "work"),
        ("POST", "/people/import/apply", "work"),
        ("POST", "/policy/draft/file", "work"),
        ("POST", "/policy/draft/file/apply", "work"),
        ("POST", "/exams/import", "work"),
        ("POST", "/lockers/morning", "pages"),
        ("POST", "", "pages"),
        ("", "", "pages"),
    ],
)
def test_what_is_posted_takes_the_lane_that_its_view_names(lanes, method, path, lane):
    assert lanes.lane_of(method, path) == lane


def test_every_view_that_looks_at_a_password_is_marked(app):
    """The views whose module calls a rule that is slow on purpose, by the name of the rule."""
    slow = {"sign_in", "choose_first_password", "change_password", "must_know_password", "sign"}
    calling = set()
    for path in ROOT.glob("blueprints/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                calls = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
                if calls & {f"{module}.{name}" for module in ("sessions", "signing") for name in slow}:
                    calling.add(node.name)
    marked = {view.__name__ for view in app.view_functions.values() if getattr(view, "lane", "") == "slow"}
    assert calling <= marked
    assert marked == {"sign_in", "first_password", "account", "sign"}
