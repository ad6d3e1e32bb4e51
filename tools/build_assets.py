"""Builds static/dist: static/scss by sass, static/js by esbuild, each under a name that changes with its content.

A page asks for `site.css`; manifest.json says which file that is now, so a browser may keep a file for ever.
Beside each file lies its gzip, made once here instead of at every request. Called by tools/setup.py.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
GOVUK = ROOT / "node_modules" / "govuk-frontend" / "dist"
SCRIPTS = ("site.js", "tablet.js")  # for everybody's pages, and for the reception tablet
# The oldest in which the scripts are understood. docs/run-it.md says from which on all of it works.
BROWSERS = "chrome92,firefox101,safari15"


def main() -> None:
    DIST.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DIST) as folder:
        new = Path(folder)
        build_styles(new / "site.css")
        for name in SCRIPTS:
            build_script(new / name)
        shutil.copyfile(STATIC / "icon.svg", new / "icon.svg")
        manifest = {file.name: give_hashed_name(file) for file in sorted(new.iterdir())}
        for name in manifest.values():
            write_gzip(new / name)
        (new / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
        publish(new)


def build_styles(target: Path) -> None:
    options = ["--style=compressed", "--no-source-map", "--no-charset", f"--load-path={GOVUK}"]
    run("sass", *options, f"{STATIC / 'scss' / 'site.scss'}:{target}")


def build_script(target: Path) -> None:
    options = ["--bundle", "--minify", f"--target={BROWSERS}", "--legal-comments=none", "--log-level=warning"]
    run("esbuild", str(STATIC / "js" / target.name), *options, f"--outfile={target}")


def run(tool: str, *arguments: str) -> None:
    """Runs a program that npm installed. The Node.js in .venv is for machines without one."""
    fallback = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    path = os.pathsep.join([os.environ.get("PATH", ""), str(fallback)])
    program = shutil.which(tool, path=str(ROOT / "node_modules" / ".bin"))
    if not program:
        sys.exit(f"{tool} is missing: run python3 tools/setup.py")
    subprocess.run([program, *arguments], cwd=ROOT, env={**os.environ, "PATH": path}, check=True)


def give_hashed_name(file: Path) -> str:
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return file.rename(file.with_name(f"{file.stem}.{mark}{file.suffix}")).name


def write_gzip(file: Path) -> None:
    # No time of day in it: the same source gives the same bytes.
    file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), compresslevel=9, mtime=0))


def publish(new: Path) -> None:
    """New files first, the manifest that names them next, and only then away with the old: never a gap."""
    fresh = sorted(new.iterdir(), key=lambda file: file.name == "manifest.json")
    names = {file.name for file in fresh}
    for file in fresh:
        file.replace(DIST / file.name)
    for file in DIST.iterdir():
        if file.is_file() and file.name not in names:
            file.unlink()


if __name__ == "__main__":
    main()
