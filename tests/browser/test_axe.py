"""Every page of every role, wide and on a phone: no fault that axe can find, nothing sideways, all by keyboard.

axe looks at whatever has a new shape: an element in a place, with attributes or in colours, in which it has seen none
yet on a screen of that width. A page of which it has seen everything is only looked at for what concerns it as a whole.
"""

import re
from collections import Counter, defaultdict
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from demo.people import DEMO_PASSWORD
from settings import ROOT
from tests.browser import at_tablet, steps

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
ONE_OF_EACH_ROLE = (
    *("head", "deputy", "dsl", "deputydsl", "teacher", "finance"),
    *("office", "pupil", "parent", "governor", "director", "volunteer"),
)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 700}
MOST_PAGES = 140
# Requests look different in each of their states, so more than one is looked at.
SEVERAL = {"/exemptions/#": 4, "/people/#": 3, "/agreements/#": 3, "/exams/reports/#": 2}
FILES = (
    *("/today.csv", "/visitors/log.csv", "/exams/import/template", "/people/import/templates/"),
    *("/site/calendar/import/template", "/school-devices/list.csv", "/school-devices/import/template"),
)


# What a page consists of, each only once: every element that is seen, where it stands, and all that axe's rules ask of
# it (its attributes, whether it has words and a label, how it is drawn), and which heading or landmark follows which.
SHAPE = """() => {
  const told = /^(role|type|scope|lang|hidden|disabled|aria-(hidden|current|expanded|live|pressed|sort|invalid))$/;
  const name = (each) => each.localName + [...each.classList].map((one) => "." + one).join("");
  const places = new Map([[document.documentElement, "html"]]), parts = new Set(), outline = [];
  for (const each of document.documentElement.querySelectorAll("*")) {
    places.set(each, places.get(each.parentElement) + ">" + name(each));
    if (!each.checkVisibility()) continue;
    const has = [...each.attributes].map((one) => told.test(one.name) ? `${one.name}=${one.value}` : one.name).sort();
    const words = [...each.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    const look = getComputedStyle(each), drawn = words || each.matches("input, select, textarea, button");
    parts.add([places.get(each), has, words, each.textContent.trim() !== "", each.labels?.length,
      drawn && [look.color, look.backgroundColor, look.fontSize, look.fontWeight, look.opacity]].join("|"));
    if (each.matches("h1, h2, h3, h4, h5, h6, main, nav, header, footer, aside, [role]")) outline.push(name(each));
  }
  outline.forEach((each, number) => parts.add(`${each} follows ${outline[number - 1]}`));
  return [...parts];
}"""
# What is wrong with a page as a whole, whatever its parts are.
WHOLE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id), told = [];
  const twice = ids.filter((each, number) => ids.indexOf(each) !== number);
  if (twice.length) told.push(`an id stands twice: ${twice}`);
  const heads = [...document.querySelectorAll("h1")].filter((each) => each.textContent.trim());
  if (heads.length !== 1) told.push(`${heads.length} headings of the first level`);
  if (document.querySelectorAll("main").length !== 1) told.push("not one main");
  if (!document.title) told.push("no title");
  return told;
}"""
_seen = defaultdict(set)  # by width of the screen: what axe has looked at


def faults_of(page, sizes=(WIDE, PHONE)):
    """What is wrong with a page, wide and on a phone."""
    found = page.evaluate(WHOLE)
    for size in sizes:
        page.set_viewport_size(size)
        shape = set(page.evaluate(SHAPE))
        if not shape <= _seen[size["width"]]:
            faults = _axe(page)
            found += faults
            _seen[size["width"]] |= set() if faults else shape
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            found.append(f"{width} px wide on a screen of {size['width']} px")
    page.set_viewport_size(sizes[0])
    return [f"{page.url}: {fault}" for fault in dict.fromkeys(found)]


def _axe(page):
    """What axe finds."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    faults = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [
        f"{fault['id']}: {fault['help']} at {[' '.join(map(str, node['target'])) for node in fault['nodes'][:3]]}"
        for fault in faults
    ]


def pages_from(page):
    """Open, one after the other, the pages that links lead to from where somebody is: one of each kind."""
    waiting, seen = ["/"], Counter({"/": 1})
    for _ in range(MOST_PAGES):
        if not waiting:
            return
        page.goto(waiting.pop(0))
        yield page
        for link in page.locator("a[href]:not([download])").evaluate_all("links => links.map(link => link.href)"):
            where = urlsplit(link)
            kind = re.sub(r"[0-9]+", "#", where.path.rstrip("/") or "/")
            kind = re.sub(r"^(/policy/draft/[a-z]+)/.+", r"\1/#", kind)  # a line there is named by words
            if seen[kind] < SEVERAL.get(kind, 1) and not where.path.startswith(FILES) and where.path not in waiting:
                seen[kind] += 1
                waiting.append(where.path)
    raise AssertionError(f"more pages than {MOST_PAGES}: {sorted(seen)}")


@pytest.mark.parametrize("who", ONE_OF_EACH_ROLE)
def test_every_page_somebody_can_reach_is_fit_for_everybody(screens, who):
    faults, opened = [], 0
    for page in pages_from(screens.signed_in(who)):
        faults += faults_of(page)
        opened += 1
    assert not faults, "\n".join(faults)
    assert opened >= 3


@pytest.mark.parametrize("who", ["pupil", "parent"])
def test_every_page_of_a_family_is_fit_for_everybody_in_easy_read(screens, who):
    page = screens.signed_in(who)
    page.goto("/" if who == "pupil" else _agreement_of(page))
    page.get_by_role("button", name="Show it in easy-read").click()
    expect(page.get_by_role("button", name="Show all the words")).to_be_visible()
    faults, pictures = [], 0
    for each in pages_from(page):
        faults += faults_of(each)
        pictures += each.locator(".ox-easy").count()
    assert not faults, "\n".join(faults)
    assert pictures >= (2 if who == "pupil" else 1)


def _agreement_of(page):
    page.goto("/")
    return page.get_by_role("link", name="Read and sign the agreement").first.get_attribute("href")


def test_signing_without_a_word_says_so_to_everybody(screens):
    page = screens.signed_in("parent")
    page.goto(_agreement_of(page))
    screens.expect_status(422)
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    faults = faults_of(page)
    assert not faults, "\n".join(faults)


# What can be touched on the tablet and is not as high as a thumb. A tick or a choice is touched by its whole box.
TOUCHED = "a, button, select, input:not(.ox-kiosk__choice > input), .ox-kiosk__choice label, [role=option]"
SMALL = """touched => [...document.querySelectorAll(touched)]
  .filter((each) => each.type !== "hidden" && each.checkVisibility() && each.getBoundingClientRect().height < 60)
  .map((each) => each.outerHTML.slice(0, 90))"""


def test_every_page_of_the_reception_tablet_is_fit_for_everybody_across_and_upright(screens):
    page, faults = at_tablet.switch_on(screens, "Axe"), []
    page.clock.install()

    def look():
        faults.extend(faults_of(page, (at_tablet.ACROSS, at_tablet.UPRIGHT, PHONE)))
        faults.extend(f"{page.title()}: too small: {each}" for each in page.evaluate(SMALL, TOUCHED))

    look()
    screens.expect_status(422)
    at_tablet.begin(page)
    look()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look()
    page.get_by_role("combobox").fill("a")
    expect(page.get_by_role("option").first).to_be_visible()
    look()
    at_tablet.fill_in(page, "Wilma Axe", needs_device="Yes")
    at_tablet.go_on(page)
    expect(page.locator("#main")).to_be_focused()
    look()
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look()
    at_tablet.accept(page)
    look()
    page.get_by_role("link", name="I have got my code").click()
    at_tablet.leave(page, "Wilma Axe", "")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look()
    page.clock.fast_forward(45_000)
    expect(page.get_by_role("button", name="I am still here")).to_be_visible()
    look()
    assert not faults, "\n".join(faults)


def test_signing_in_a_visitor_without_the_tick_says_so_in_the_row(screens):
    page = screens.signed_in("office")
    page.goto("/visitors")
    screens.expect_status(422)
    page.get_by_role("button", name="Sign in Winifred Oduya").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    faults = faults_of(page)
    assert not faults, "\n".join(faults)
    page.locator(".govuk-error-summary a").click()
    expect(page.get_by_role("checkbox", name=re.compile("accepted what we expect.*Winifred Oduya"))).to_be_focused()


# --- What goes wrong, and what appears only after a click ---------------------------------------------------

FORMS = (
    ("teacher", "/exemptions/new/teaching-period", "Send my request"),
    ("finance", "/exemptions/new/remote-learning", "Send my request"),
    ("teacher", "/exemptions/new/educational-activity", "Send my request"),
    ("parent", "/exemptions/new/exceptional-access", "Send my request"),
    ("assistant", "/exemptions/new/known-family", "Send my request"),
    ("office", "/exams/new", "Enter this sitting"),
    ("teacher", "/exams/reports/new", "Send the report"),
    ("teacher", "/visitors/new", "Announce"),
    ("office", "/visitors/walk-in", "Sign in"),
    ("office", "/visitors/tablets", "Make this browser the reception tablet"),
    ("head", "/visitors/not-admitted", "Put on the list"),
    ("office", "/people/new", "Add and make a code"),
    ("office", "/lockers/new", "Add them"),
    ("office", "/site/calendar/terms/new", "Enter the term"),
    ("office", "/site/calendar/days/new", "Set these days"),
    ("office", "/school-devices/new", "Add this device"),
    ("office", "/school-devices/lend", "Lend"),
    ("head", "/policy/draft/add/obligations", "Save in the draft"),
    ("head", "/policy/draft/add/visitors", "Save in the draft"),
    ("teacher", "/acknowledgements/", "Say that I have read it"),
    ("pupil", "/account", "Change my password"),
    ("head", "/decisions/delegation", "Name them"),
    (None, "/first-password", "Save and sign in"),
    (None, "/sign-in", "Sign in"),
)
ERRORS = (
    ("office", "/today?date=someday", 422),
    ("head", "/audit?record=nothing", 422),
    ("office", "/visitors/log?first=someday", 422),
    ("teacher", "/may-i?place=classroom&date=someday", 422),
    ("pupil", "/decisions", 403),
    ("teacher", "/nowhere", 404),
    (None, "/nowhere", 404),
    (None, "/visitors/sign-in/nowhere", 404),
)


def screen_of(screens, who):
    """A page of somebody signed in, or of nobody."""
    return screens.signed_in(who) if who else screens.profile().new_page()


@pytest.mark.parametrize(("who", "where", "button"), FORMS, ids=[form[1] for form in FORMS])
def test_a_form_sent_empty_says_so_to_everybody(screens, who, where, button):
    page = screen_of(screens, who)
    page.goto(where)
    screens.expect_status(422)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    faults = faults_of(page)
    assert not faults, "\n".join(faults)
    for link in page.locator(".govuk-error-summary a").all():
        link.click()
        expect(page.locator(link.get_attribute("href"))).to_be_focused()


@pytest.mark.parametrize(("who", "where", "status"), ERRORS, ids=[f"{error[2]}-{error[1]}" for error in ERRORS])
def test_an_error_page_is_fit_for_everybody(screens, who, where, status):
    page = screen_of(screens, who)
    screens.expect_status(status)
    assert page.goto(where).status == status
    faults = faults_of(page)
    assert not faults, "\n".join(faults)


def test_what_appears_in_the_queue_is_fit_for_everybody(screens):
    teacher, head = screens.signed_in("teacher"), screens.signed_in("head")
    declined, done = steps.ask(teacher), steps.ask(teacher)
    row = steps.queue(head, declined)
    screens.expect_status(422)
    steps.answer_with_words(row, "Decline", "")
    expect(row.locator(".govuk-error-message")).to_be_visible()
    steps.approve(head, done)
    expect(steps.row(head, done)).to_contain_text("Approved by")
    steps.ask(teacher)
    expect(head.locator("#news")).to_contain_text("new or changed")
    for summary in head.locator("summary").all():
        summary.click()
    faults = faults_of(head)
    assert not faults, "\n".join(faults)


def test_what_somebody_else_has_decided_is_told_to_everybody(screens):
    exemption = steps.ask(screens.signed_in("teacher"))
    head = screens.signed_in("head")
    row = steps.queue(head, exemption)
    steps.approved(head.context.new_page(), exemption)
    screens.expect_status(409)
    # Sent past htmx, as a browser without scripts does: axe itself needs them.
    row.locator("form").first.evaluate("form => form.submit()")
    head.wait_for_load_state()
    expect(steps.row(head, exemption)).to_contain_text("Approved by")
    faults = faults_of(head)
    assert not faults, "\n".join(faults)


def test_a_single_use_code_is_fit_for_everybody(screens):
    office = screens.signed_in("office")
    office.goto("/people/new")
    office.get_by_label("Full name").fill("Wilhelmina Featherstonehaugh-Cholmondeley")
    office.get_by_label("Username").fill("wilhelmina")
    office.get_by_label("Staff not working directly with children").check()
    office.get_by_role("button", name="Add and make a code").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text("Single-use code")
    faults = faults_of(office)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("place", "word"), [("classroom", "NO"), ("off-site", "YES")])
def test_an_answer_of_may_i_is_fit_for_everybody(screens, place, word):
    teacher = screens.signed_in("teacher")
    teacher.goto("/may-i?name=a")
    teacher.get_by_role("link", name=re.compile("^Ask about ")).first.click()
    teacher.locator(f"button[name=place][value={place}]").click()
    expect(teacher.locator(".ox-answer__word")).to_have_text(word)
    faults = faults_of(teacher)
    assert not faults, "\n".join(faults)


def test_what_keeps_a_school_device_from_being_lent_is_told_to_everybody(screens):
    office = screens.signed_in("office")
    office.goto("/school-devices/lend")
    office.get_by_label("Asset tag").fill("T-11")
    office.get_by_label("Who borrows it?").select_option(label="Samuel Oakenfold")
    screens.expect_status(422)
    office.get_by_role("button", name="Lend", exact=True).click()
    expect(office.locator("#missing")).to_contain_text("No PIN is set on T-11")
    faults = faults_of(office)
    assert not faults, "\n".join(faults)


# --- By keyboard --------------------------------------------------------------------------------------------

# What has the focus: a name of its own, and whether anything about it looks different now.
FOCUSED = """() => {
  const here = document.activeElement;
  if (here === document.body) return null;
  const look = getComputedStyle(here), box = here.getBoundingClientRect();
  window.seenInOrder ??= [];
  if (!window.seenInOrder.includes(here)) window.seenInOrder.push(here);
  return {
    number: window.seenInOrder.indexOf(here),
    name: here.outerHTML.slice(0, 90),
    marked: (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== "none",
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
CONTROLS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((each) => !each.disabled && each.type !== "hidden" && each.checkVisibility())"""


def test_the_first_tab_leads_past_the_navigation(screens):
    page = screens.signed_in("head")
    page.goto("/decisions")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_tab_reaches_every_control_of_the_decisions_and_shows_where_it_is(screens):
    page = screens.signed_in("head")
    page.goto("/decisions")
    page.locator("summary").filter(has_text="Decline").first.click()
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    controls = page.evaluate(f"({CONTROLS})().length")
    page.evaluate("document.documentElement.tabIndex = -1; document.documentElement.focus()")
    visited = {}
    for _ in range(controls + 3):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["number"] in visited:
            break
        visited[focused["number"]] = focused
    missing = page.evaluate(
        f"({CONTROLS})().filter((each) => !seenInOrder.includes(each)).map((each) => each.outerHTML)"
    )
    assert missing == []
    assert [each["name"] for each in visited.values() if not each["marked"]] == []
    assert [each["name"] for each in visited.values() if not each["seen"]] == []


@pytest.mark.journey
def test_a_request_is_approved_without_a_mouse(screens):
    exemption = steps.ask(screens.signed_in("teacher"))
    page = screens.profile().new_page()
    page.goto("/sign-in")
    page.get_by_label("Username").focus()
    page.keyboard.type("head")
    page.keyboard.press("Tab")
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    row = steps.queue(page, exemption)
    row.get_by_role("button", name=steps.APPROVE).focus()
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Approved by Hazel Winterbourne")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#main') !== null"), "the focus was lost"
