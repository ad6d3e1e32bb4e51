"""The documents say what is true: settings, commands, files, links, usernames."""

import re
import shutil
import subprocess
from dataclasses import fields

import pytest
from click import Group

from demo.people import DEMO_PASSWORD, DEMO_PEOPLE
from rules.exemptions.lifecycle import TRANSITIONS
from settings import ROOT, Settings

README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = ("my-page.png", "decisions.png", "today.png", "easy-read.png")

# Folders whose files a document may name in code marks. What the program makes is not in the repository.
FOLDERS = ("blueprints", "docs", "migrations", "policy", "rules", "static", "templates", "tests", "tools")
MADE = ("static/dist", "instance")

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def words(path):
    """The text of a file."""
    return path.read_text(encoding="utf-8")


def section(path, heading):
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", words(path), re.MULTILINE | re.DOTALL)
    assert found, f"{path.name} has no heading {heading!r}"
    return found[1]


def table(text):
    """The rows of the first table in a text, without its head, as lists of cells."""
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def without_blocks(text):
    """A text without its blocks of code, where a # is a comment and brackets are no link."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def code_of(path):
    """Everything that stands as code in a document: the blocks and the words in code marks."""
    text = words(path)
    blocks = re.findall(r"^ *```[^\n]*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", without_blocks(text))]


def prose_of(path):
    """A document without anything that stands as code."""
    return re.sub(r"`[^`\n]+`", "", without_blocks(words(path)))


# --- Settings, usernames, transitions -----------------------------------------------------------------------


def shown_default(value):
    """A default as the table writes it."""
    if value == "":
        return "empty"
    return f"`{int(value) if isinstance(value, bool) else value}`"


def test_the_table_of_settings_is_exactly_that_of_the_program():
    declared = [
        [f"`{each.metadata['variable']}`", shown_default(each.default), each.metadata["meaning"]]
        for each in fields(Settings)
        if "variable" in each.metadata
    ]
    assert table(section(README, "Settings")) == declared


def test_every_variable_that_a_document_names_is_a_setting():
    known = {each.metadata.get("variable") for each in fields(Settings)}
    named = {name for path in DOCUMENTS for name in re.findall(r"INTRANET_[A-Z_]+|DATABASE_URL", words(path))}
    assert named <= known


def test_the_demos_usernames_and_password_are_those_of_the_demo_school():
    text = section(README, "Try it")
    named = [name for row in table(text) for name in re.findall(r"`([a-z]+)`", row[0])]
    assert sorted(named) == sorted(person[0] for person in DEMO_PEOPLE)
    assert f"`{DEMO_PASSWORD}`" in text


def test_the_life_of_an_exemption_is_drawn_as_it_is():
    steps = [
        [f"`{name}`", ", ".join(sorted(step.sources)), str(step.target or "the same"), f"`{step.event}`"]
        for name, step in TRANSITIONS.items()
    ]
    assert table(section(ROOT / "docs" / "how-it-is-built.md", "The life of an exemption")) == steps


# --- Commands -----------------------------------------------------------------------------------------------


def make_targets():
    """The targets of the Makefile, and those of them that `make help` lists."""
    text = words(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):(?!=)", text, re.MULTILINE))
    return targets, set(re.findall(r"^([a-z-]+):.* ## ", text, re.MULTILINE))


@every_document
def test_every_make_target_that_is_named_exists(path):
    named = {name for code in code_of(path) for name in re.findall(r"\bmake +([a-z-]+)", code)}
    assert named <= make_targets()[0]


def test_make_help_lists_every_explained_target_and_the_readme_names_it():
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not on this machine")
    listed = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^ +make ([a-z-]+)", listed, re.MULTILINE)) == make_targets()[1]
    assert "`make help`" in words(README)


@every_document
def test_every_flask_command_that_is_named_exists(app, path):
    pattern = re.compile(r"\bflask(?:\.exe)?(?: --app app)? ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
    for name, sub in (found.groups() for code in code_of(path) for found in pattern.finditer(code)):
        command = app.cli.commands.get(name)
        assert command, f"there is no flask {name}"
        assert not isinstance(command, Group) or sub in command.commands, f"there is no flask {name} {sub}"


def test_the_readme_lists_every_command_of_the_program(app):
    own = {
        f"`flask {name} {sub}`" if sub else f"`flask {name}`"
        for name, command in app.cli.commands.items()
        for sub in (command.commands if isinstance(command, Group) else [None])
    }
    assert {row[0] for row in table(section(README, "Commands"))} == own


# --- Links, files and pictures ------------------------------------------------------------------------------


def anchor(heading):
    """The anchor of a heading, as the usual readers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def anchors_of(path):
    """The anchors of a document."""
    return {anchor(found) for found in re.findall(r"^#+ (.+)$", without_blocks(words(path)), re.MULTILINE)}


@every_document
def test_every_link_leads_somewhere(path):
    for where in re.findall(r"\]\(([^)\s]+)\)", prose_of(path)):
        if re.match(r"https?:", where):
            continue
        file, _, mark = where.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{where} is not there"
        assert not mark or mark in anchors_of(target), f"{where} has no such heading"


@every_document
def test_every_file_that_is_named_exists(path):
    for code in code_of(path):
        name = code.strip().rstrip("/")
        of_ours = name.split("/")[0] in FOLDERS and "/" in name
        at_the_top = re.fullmatch(r"[a-z_]+\.py", name)
        if (of_ours or at_the_top) and not name.startswith(MADE) and not re.search(r"[<>*…\s]", name):
            assert (ROOT / name).exists(), f"there is no {name}"


@every_document
def test_every_document_can_be_reached_from_the_readme(path):
    reached, waiting = set(), [README]
    while waiting:
        here = waiting.pop()
        reached.add(here)
        links = re.findall(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)", prose_of(here))
        waiting += {(here.parent / link).resolve() for link in links} - reached
    assert path in reached


@pytest.mark.parametrize("name", PICTURES)
def test_the_readme_shows_a_picture_that_exists(name):
    assert f"](docs/pictures/{name})" in words(README)
    assert (ROOT / "docs" / "pictures" / name).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


# --- What a document must not hold --------------------------------------------------------------------------


def files_of_the_repository():
    """Every text file that is in the repository or about to be; where there is no git, the documents."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return DOCUMENTS
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000]]


def test_no_file_names_somebodys_machine_or_package_registry():
    folders = re.compile(r"(?<![\w.~/-])/(?:work|root|home|Users)/\w")
    registry = re.compile(
        r"https?://[^\s\"'/]*(?:registry|pypi|pythonhosted|artifactory|nexus|proxy)[^\s\"'/]*/|--index[-]url"
    )
    for path in files_of_the_repository():
        for number, line in enumerate(words(path).splitlines(), start=1):
            assert not folders.search(line), f"{path.name}, line {number} names a folder of one machine"
            assert not registry.search(line), f"{path.name}, line {number} names a package registry"
    assert '"resolved"' not in words(ROOT / "package-lock.json")


def test_the_changes_begin_with_what_is_not_released_yet():
    headings = re.findall(r"^## (.+)$", words(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"


def test_every_decision_is_short_numbered_and_listed():
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("[0-9]*.md"))
    index = words(folder / "README.md")
    for path in records:
        number, lines = int(path.name[:4]), words(path).splitlines()
        assert lines[0].startswith(f"# {number}. ")
        assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequence"]
        assert len(lines) <= 25
        assert f"({path.name})" in index
