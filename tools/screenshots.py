"""Takes the README's pictures from a new demo school: python tools/screenshots.py, or `make screenshots`."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

from tests.browser.people_at_screens import FLAGS, Screens
from tests.browser.program import MovedClock, a_demo_school
from tests.conftest import browser_path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402 (found from anywhere)

FOLDER = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1280, 900
PICTURES = (
    ("teacher", "/", "my-page.png"),
    ("head", "/decisions", "decisions.png"),
    ("office", "/today", "today.png"),
    ("pupil", "/#right-now", "easy-read.png"),
)
# A school morning, so that the pictures are the same whenever they are taken.
MORNING = dt.datetime(2026, 11, 23, 10, 30, tzinfo=dt.UTC)


def main() -> None:
    path = browser_path()
    if not path:
        sys.exit("No browser was found. Install Debian's package chromium, then run python3 tools/setup.py dev.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        moved = MovedClock(Path(folder), MORNING)
        with a_demo_school(Path(folder), moved=moved) as address:
            take_all(playwright.chromium.launch(executable_path=path, args=FLAGS), address, moved)


def take_all(chromium: Browser, address: str, moved: MovedClock) -> None:
    screens = Screens(chromium, address, moved=moved)
    screens.signed_in("pupil").get_by_role("button", name="Show it in easy-read").click()
    for who, where, name in PICTURES:
        take(screens, who, where, FOLDER / name)
    screens.close()
    chromium.close()


def take(screens: Screens, who: str, where: str, target: Path) -> None:
    """Takes what somebody sees first on a page, without the cursor's traces."""
    page = screens.signed_in(who, width=WIDTH, height=HEIGHT)
    page.goto(where, wait_until="networkidle")
    page.mouse.move(0, 0)
    page.screenshot(path=target, animations="disabled", caret="hide", scale="css")
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
