"""The house holds its shape: floors, rooms, sizes, words. See `design.md` for why."""

import ast
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from rules.exemption_kinds import KINDS

ROOT = Path(__file__).resolve().parent.parent
TOP = ("app", "serve", "commands", "demo", "schema", "logs", "settings")
# From the top floor down: a file imports from its own floor or a lower one.
FLOORS = (TOP, ("blueprints",), ("rules",), ("models",), ("database",), ("fields",), ("enums",))
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE, MOST_MODULES = 400, 60, 120, 14
LONGEST_SILENT = 5
# One declaration after another: read as a catalogue.
DATA = {"models.py", "rules/audit/events.py", "rules/exemption_kinds/kinds.py", "rules/auth/permissions.py"}


def sources():
    """Every Python file of the program itself."""
    return sorted(
        [*ROOT.glob("*.py"), *ROOT.glob("blueprints/**/*.py"), *ROOT.glob("rules/**/*.py"), *ROOT.glob("demo/*.py")]
    )


def name_of(path):
    """A file as people name it: rules/today/day_list.py."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path):
    """A file as syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path):
    """What a file imports, as (module, name or None)."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((each.name, None) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield from ((node.module, each.name) for each in node.names)


def floor_of(module):
    """The number of the floor of one of our modules, 0 at the top; None for others'."""
    return next((number for number, rooms in enumerate(FLOORS) if module.split(".")[0] in rooms), None)


def own_module(path):
    """The module name of a file."""
    return name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_an_import_goes_down_or_stays_on_its_floor(path):
    here = floor_of(own_module(path))
    assert here is not None, "a file that stands on no floor"
    for module, _ in imports_of(path):
        there = floor_of(module)
        assert there is None or there >= here, f"{name_of(path)} imports {module}, which is above it"


@pytest.mark.parametrize("path", [p for p in sources() if name_of(p).startswith("rules/")], ids=name_of)
def test_rules_know_nothing_of_the_web(path):
    for module, _ in imports_of(path):
        room = module.split(".")[0]
        assert not room.startswith(("flask", "werkzeug", "wtforms", "jinja2", "markupsafe", "waitress")), module


# Which area of `rules/` may import which, from the ground up; each may import `notices` and itself.
ALLOWED = {
    "core": "",
    "audit": "core",
    "auth": "core audit",
    "imports": "core",
    "people": "core audit auth imports",
    "exemption_kinds": "auth",
    "policy": "core audit auth imports exemption_kinds",
    "acknowledgements": "core audit auth people policy",
    "site": "core audit auth imports policy",
    "visitors": "core audit auth people policy",
    "exams": "core audit auth imports people policy",
    "exemptions": "core audit auth people exemption_kinds policy site visitors exams",
    "agreements": "core audit auth people exemption_kinds exemptions",
    "decisions": "core audit auth people exemption_kinds policy exemptions agreements",
    "devices": "core audit auth imports people exemption_kinds policy site acknowledgements exemptions",
    "lockers": "core audit auth people policy site",
    "may_i": "core auth people exemption_kinds policy site exams exemptions devices",
    "today": "core exemption_kinds policy visitors exemptions",
    "reception": "core audit auth people exemption_kinds policy site visitors exemptions lockers may_i",
    "concerns": "core audit auth people policy site visitors devices",
}
ORDER = list(ALLOWED)


def rules_files():
    """Every file of the rules that stands in an area."""
    return [path for path in sources() if name_of(path).startswith("rules/") and path.parent != ROOT / "rules"]


def modules_imported_by(path):
    """The modules of ours that a file imports, whether it imports the module or something of it."""
    known = {own_module(each) for each in sources()}
    for module, name in imports_of(path):
        yield f"{module}.{name}" if f"{module}.{name}" in known else module


def test_the_table_of_areas_is_complete():
    assert {path.name for path in (ROOT / "rules").iterdir() if path.is_dir() and path.name != "__pycache__"} == set(
        ORDER
    )
    assert [name_of(path) for path in (ROOT / "rules").glob("*.py")] == ["rules/__init__.py"]


@pytest.mark.parametrize("path", rules_files(), ids=name_of)
def test_an_area_imports_only_those_below_that_it_names(path):
    here = path.relative_to(ROOT / "rules").parts[0]
    for module in modules_imported_by(path):
        if module.startswith("rules."):
            area = module.split(".")[1]
            assert area in {*ALLOWED[here].split(), here}, f"{name_of(path)} imports {module}"
            assert ORDER.index(area) <= ORDER.index(here), f"{name_of(path)} imports {module}, which is above it"


def test_rules_import_each_other_without_a_circle():
    below = {own_module(path): set(modules_imported_by(path)) for path in rules_files()}

    def visit(module, above):
        assert module not in above, f"a circle: {' → '.join([*above, module])}"
        for each in below.get(module, ()):
            visit(each, [*above, module])

    for module in below:
        visit(module, [])


def test_an_area_of_pages_imports_no_other_but_what_all_share():
    for path in sources():
        if not name_of(path).startswith("blueprints/") or path.parent == ROOT / "blueprints":
            continue
        here = path.relative_to(ROOT / "blueprints").parts[0]
        for module in modules_imported_by(path):
            if module.startswith("blueprints."):
                assert module.split(".")[1] in {here, "core", "imports"}, f"{name_of(path)} imports {module}"


def test_a_package_is_small_enough_to_be_looked_through():
    for folder in {path.parent for path in sources() if path.parent != ROOT}:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= MOST_MODULES, f"{folder.relative_to(ROOT)} has {len(modules)} modules"


def test_only_the_kinds_of_exemption_have_a_face():
    """The `__init__.py` of an area says what it is for and holds no code: there is one name for each thing."""
    for path in (ROOT / "rules").rglob("__init__.py"):
        if name_of(path) not in {"rules/exemption_kinds/__init__.py", "rules/__init__.py"}:
            assert len(tree_of(path).body) == 1, name_of(path)


@pytest.mark.parametrize("path", [p for p in sources() if name_of(p).startswith("blueprints/")], ids=name_of)
def test_pages_hold_no_sql_and_no_tables(path):
    for module, name in imports_of(path):
        room = module.split(".")[0]
        assert room not in {"peewee", "playhouse", "apsw", "sqlite3", "fields"}, module
        assert room != "database" or name == "DatabaseError", f"{name} of the database"
        assert room != "models", f"the table {name}"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b", text)
    assert ".execute(" not in text


def test_only_hypermedia_knows_the_headers_of_htmx():
    knowing = {name_of(path) for path in sources() if re.search(r"\bHX-", path.read_text(encoding="utf-8"))}
    assert knowing == {"blueprints/core/htmx.py"}


def test_only_the_audit_trail_counts_the_changes_of_lists():
    counting = {name_of(path) for path in sources() for of in imports_of(path) if of == ("rules.core.changes", "touch")}
    assert counting == {"rules/audit/record.py"}
    assert not [name_of(path) for path in sources() if "changes.touch(" in path.read_text(encoding="utf-8")]


def test_only_the_clock_reads_the_clock():
    reading = set()
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "fromtimestamp"}:
                owner = ast.unparse(node.value)
                if owner not in {"clock", "rules.core.clock"} and owner.split(".")[-1] in {"dt", "datetime", "date"}:
                    reading.add(name_of(path))
        for module, name in imports_of(path):
            if module == "time" or name in {"monotonic", "perf_counter"}:
                reading.add(name_of(path))
    assert reading == {"rules/core/clock.py"}


def test_only_its_declaration_names_a_kind_of_exemption():
    """The kinds differ by data: nothing else in the program asks which kind it is."""
    naming = set()
    for path in [*sources(), *templates()]:
        text = path.read_text(encoding="utf-8")
        if any(f'"{kind}"' in text or f"'{kind}'" in text for kind in KINDS):
            naming.add(name_of(path))
    # The demo school asks for exemptions of each kind, as people do.
    assert {name for name in naming if not name.startswith("demo/")} == {"rules/exemption_kinds/kinds.py"}


def functions():
    """Every function and class of the program, as (file, node, whether it is public)."""
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield path, node


def test_every_file_says_what_it_is_for():
    assert [name_of(path) for path in sources() if not ast.get_docstring(tree_of(path))] == []


def test_every_public_function_of_rules_and_pages_says_what_it_does():
    """What is shorter than six lines can be read instead."""
    silent = []
    for path in sources():
        if path.parent == ROOT:
            continue
        for node in tree_of(path).body:
            known = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
            short = known and node.end_lineno - node.lineno + 1 <= LONGEST_SILENT
            if known and not short and not ast.get_docstring(node) and not node.name.endswith("Form"):
                silent.append(f"{name_of(path)}: {node.name}")
    assert silent == []


def test_files_stay_short():
    for path in sources():
        name, lines = name_of(path), len(path.read_text(encoding="utf-8").splitlines())
        if name not in DATA:
            assert lines <= LONGEST_FILE, f"{name} has {lines} lines"


def test_functions_stay_short():
    long = []
    for path, node in functions():
        if not isinstance(node, ast.ClassDef) and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION:
            long.append(f"{name_of(path)}: {node.name} has {node.end_lineno - node.lineno + 1} lines")
    assert long == []


def test_nothing_is_left_to_do_and_nothing_is_printed():
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text), name_of(path)


# --- Templates ----------------------------------------------------------------------------------------------


def templates():
    """Every template."""
    return sorted((ROOT / "templates").rglob("*.html"))


def template_name(path):
    """A template as it is named in code."""
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", templates(), ids=template_name)
def test_a_template_is_short_and_used(path):
    text, name = path.read_text(encoding="utf-8"), template_name(path)
    assert len(text.splitlines()) < LONGEST_TEMPLATE
    others = [p.read_text(encoding="utf-8") for p in [*templates(), *ROOT.glob("blueprints/**/*.py")] if p != path]
    # The verdicts' pieces are chosen by the last part of their name.
    known = any(f'"{name}"' in text for text in others) or any(f'"{path.name}"' in text for text in others)
    assert known, f"{name} is used nowhere"


@pytest.mark.parametrize("path", templates(), ids=template_name)
def test_a_template_imports_only_what_it_uses(path):
    text = path.read_text(encoding="utf-8")
    imports = re.findall(r'\{% from "[^"]+" import ([^%]+?)(?: with context)? %\}', text)
    names = [name.split(" as ")[-1].strip() for line in imports for name in line.split(",")]
    names += re.findall(r'\{% import "[^"]+" as (\w+)', text)
    included = "".join(
        (ROOT / "templates" / each).read_text(encoding="utf-8") for each in re.findall(r'\{% include "([^"]+)"', text)
    )
    rest = re.sub(r"\{% (from|import) [^%]+%\}", "", text) + included
    assert [name for name in names if not re.search(rf"\b{name}\b", rest)] == []


@pytest.mark.parametrize("path", templates(), ids=template_name)
def test_a_template_escapes_everything_and_styles_nothing_inline(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|<style|\sstyle=|\son[a-z]+=|\bhx-on|javascript:", text)


@pytest.mark.parametrize("path", templates(), ids=template_name)
def test_every_post_form_carries_its_token(path):
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        if re.search(r'method="post"', form):
            assert "csrf" in form, form[:90]


def folders_in(folder):
    """The names of the folders in a folder that hold more than what Python has compiled before a move."""
    return {
        path.name
        for path in folder.iterdir()
        if path.is_dir() and any(each.name != "__pycache__" for each in path.iterdir()) and path.name != "__pycache__"
    }


def test_an_area_has_the_same_name_on_every_floor(app):
    pages_only = {"home"}  # an area of pages that gathers what others say
    without_pages = {"exemption_kinds"}
    areas = folders_in(ROOT / "blueprints")
    assert areas - pages_only == set(ORDER) - without_pages
    assert set(app.blueprints) - {"health"} == areas - {"core", "imports"}
    assert folders_in(ROOT / "templates") - {"components", "errors"} == areas - {"core"}
    for floor, known in (("rules", set(ORDER)), ("pages", areas)):
        folders = folders_in(ROOT / "tests" / floor)
        assert folders <= known, f"tests/{floor}: {folders - known}"


def test_a_page_renders_only_templates_of_its_own_area():
    for path in sources():
        if name_of(path).startswith("blueprints/") and path.parent != ROOT / "blueprints":
            area = path.relative_to(ROOT / "blueprints").parts[0]
            for name in re.findall(r'"([a-z_]+)/(?:[a-z_]+/)?_?[a-z_]+\.html"', path.read_text(encoding="utf-8")):
                assert name in {area, "components", "imports"} or area == "core", f"{name_of(path)} renders {name}/"


# --- What is in the repository ------------------------------------------------------------------------------


def test_nothing_of_other_peoples_is_committed():
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if git.returncode:
        pytest.skip("not a git repository")
    for name in git.stdout.splitlines():
        assert not re.match(r"(node_modules|\.venv|static/dist|build|instance)/", name), name
        assert not re.search(r"\.(min\.(js|css)|whl|woff2?|ttf|sqlite3?|db|pyc|map|pem|key|anchor)$", name), name
        assert not re.search(r"(^|/)(htmx|govuk-frontend|jquery|bootstrap)[^/]*\.(js|css)$", name), name
        assert "vendor" not in name, name


def test_the_browser_parts_are_pinned():
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for part in ("dependencies", "devDependencies"):
        for name, version in package.get(part, {}).items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith(("#", "-", " ")):
            assert "==" in line, line
