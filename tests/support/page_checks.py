"""The page gate: what every page and every fragment must hold to, whichever test opened it."""

import re
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
DIST = Path(__file__).resolve().parents[2] / "static" / "dist"
LEAKS = re.compile(r"\{\{|\}\}|\{%|%\}|\bNone\b|\bUndefined\b|<[a-z_.]+ object at 0x")
TYPED_ON_PURPOSE = "{{7*7}}"
SWAP = re.compile(r"[a-zA-Z]+( (scroll|show):(top|bottom)| (scrollTarget|showTarget):\S+)*")  # what htmx 4 knows of it


class Element:
    """One element of a page, with its children and its text."""

    def __init__(self, tag, attrs, parent):
        self.tag, self.attrs, self.parent, self.parts = tag, attrs, parent, []

    def __getitem__(self, name):
        return self.attrs.get(name)

    @property
    def classes(self):
        """Its classes."""
        return (self["class"] or "").split()

    @property
    def text(self):
        """Its text as people read it, runs of space as one space."""
        return " ".join("".join(self._texts()).split())

    def _texts(self):
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield " " if part.tag in {"br", "li", "p", "div", "td", "th", "dt", "dd"} else ""
                yield from part._texts()

    def all(self, *tags):
        """Every element with one of these tags below it, in the order of the page."""
        found = []
        for part in self.parts:
            if not isinstance(part, str):
                found += [part] if not tags or part.tag in tags else []
                found += part.all(*tags)
        return found

    def inside(self, name):
        """Whether it lies in an element with this tag or class."""
        at = self.parent
        while at is not None:
            if at.tag == name or name in at.classes:
                return True
            at = at.parent
        return False


class Page(HTMLParser):
    """A page as a tree of elements."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.root = self._at = Element("", {}, None)
        self.unclosed = []
        self.feed(html)
        self.close()
        self._every = self.root.all()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.unclosed.append(f"<{tag}> has an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.parts.append(element)
        if tag not in VOID:
            self._at = element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._at = self._at.parent

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self._at.tag != tag:
            self.unclosed.append(f"</{tag}> closes <{self._at.tag}>")
            return
        self._at = self._at.parent

    def handle_data(self, data):
        self._at.parts.append(data)

    def all(self, *tags):
        """Every element with one of these tags."""
        return [each for each in self._every if not tags or each.tag in tags]

    def one(self, tag):
        """The only element with this tag."""
        (found,) = self.all(tag)
        return found

    def by_id(self, key):
        """The element with this id, or None."""
        return next((each for each in self.all() if each["id"] == key), None)

    @property
    def ids(self):
        """Every id, those that stand twice twice."""
        return [each["id"] for each in self.all() if each["id"] is not None]

    @property
    def text(self):
        """What people read, and what is in the fields."""
        return self.root.text

    def field(self, name):
        """The first control of that name."""
        return next(each for each in self.all("input", "select", "textarea", "button") if each["name"] == name)

    def value(self, name):
        """What stands in the field of that name: of a list of choices, those that are chosen."""
        same = [each for each in self.all("input", "select", "textarea") if each["name"] == name]
        if same[0].tag == "textarea":
            return "".join(part for part in same[0].parts if isinstance(part, str)).removeprefix("\n")
        if same[0].tag == "select":
            chosen = [option["value"] for option in same[0].all("option") if option["selected"] is not None]
            return chosen[0] if chosen else ""
        if same[0]["type"] in {"radio", "checkbox"}:
            return [each["value"] for each in same if each["checked"] is not None]
        return same[0]["value"]

    def message_beside(self, name):
        """The error message that the field of that name is described by."""
        field = self.field(name)
        described = field["aria-describedby"] or ""
        if not described:
            at = field
            while at is not None and at.tag != "fieldset":
                at = at.parent
            described = (at["aria-describedby"] or "") if at else ""
        if not described and field["type"] in {"radio", "checkbox"}:
            described = f"{field['id']}-error"
        texts = [self.by_id(key).text for key in described.split() if key.endswith("-error") and self.by_id(key)]
        return " ".join(texts).removeprefix("Error:").strip()

    @property
    def links(self):
        """Where the links of the page lead, by their words."""
        return {link.text: link["href"] for link in self.all("a")}


def faults_of(app, page, whole):
    """Everything that is wrong with a page (`whole`) or a fragment, in words."""
    checks = [_markup, _ids, _controls, _attributes, _scripts, _leaks, lambda page: _links(app, page)]
    checks += [_whole, _headings] if whole else []
    return [fault for check in checks for fault in check(page)]


def _markup(page):
    yield from page.unclosed
    if page._at is not page.root:
        yield f"<{page._at.tag}> is never closed"


def _whole(page):
    if page.one("html")["lang"] != "en":
        yield "the language is not said"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1"
        return
    if len(page.all("main")) != 1:
        yield "not one main"
    head, title = page.one("h1").text, page.one("title").text
    words, dash, school = title.removeprefix("Error: ").rpartition(" - ")
    if not dash or not school:
        yield f"title {title!r} does not name the school"
    if not words or not head.startswith(words):
        yield f"title {title!r} does not begin with the h1 {head!r}"
    wrong = any("govuk-error-summary" in each.classes or "govuk-input--error" in each.classes for each in page.all())
    if wrong and not title.startswith("Error: "):
        yield f"title {title!r} does not say that there is an error"


def _headings(page):
    before = 1
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        if heading.inside("govuk-error-summary"):
            continue
        level = int(heading.tag[1])
        if level > before + 1:
            yield f"{heading.tag} {heading.text!r} follows h{before}"
        if not heading.text:
            yield f"an empty {heading.tag}"
        before = level


def _ids(page):
    ids = page.ids
    for key in sorted({key for key in ids if ids.count(key) > 1 or not key or " " in key}):
        yield f"id {key!r} stands twice or is no id"
    for each in page.all():
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for key in (each[name] or "").split():
                if key not in ids:
                    yield f"{name}={key!r} points nowhere"
        if each.tag == "a" and (each["href"] or "").startswith("#") and each["href"][1:] not in ids:
            yield f"link {each.text!r} points nowhere: {each['href']}"


def _controls(page):
    labelled = {label["for"] for label in page.all("label") if label.text}
    for control in page.all("input", "select", "textarea"):
        if control["type"] == "hidden" or control["aria-label"] or control.inside("label"):
            continue
        if control["id"] not in labelled:
            yield f"{control.tag} {control['name']!r} has no label"
    for each in page.all("button", "a"):
        if not each.text and not each["aria-label"]:
            yield f"a {each.tag} without words"
    for form in page.all("form"):
        posts = (form["method"] or "get").lower() == "post"
        tokens = [each for each in form.all("input") if each["name"] == "csrf_token"]
        if len(tokens) != posts:
            yield f"form {form['action']!r} has {len(tokens)} tokens"
    for table in page.all("table"):
        if not table.all("caption") or any(not head["scope"] for head in table.all("th")):
            yield "a table without a caption or with a head of no scope"


def _attributes(page):
    for each in page.all():
        if each["type"] in {"checkbox", "radio"} and each["autocomplete"] is not None:
            yield f"autocomplete on the {each['type']} {each['id']!r}, where HTML has none"
        for name in ("hx-swap", "hx-swap:inherited"):
            if each[name] is not None and not SWAP.fullmatch(each[name]):
                yield f"{name}={each[name]!r} is not what htmx knows"


def _scripts(page):
    for each in page.all():
        for name in each.attrs:
            if name.startswith(("on", "hx-on")) or name == "style":
                yield f"{name} on <{each.tag}>"
        if each.tag == "style" or (each.tag == "script" and not each["src"]):
            yield f"inline <{each.tag}>"
        if any((each[name] or "").strip().lower().startswith(("javascript:", "data:")) for name in ("href", "src")):
            yield "an address that is a program"


def _leaks(page):
    texts = [part for each in [page.root, *page.all()] for part in each.parts if isinstance(part, str)]
    values = [value for each in page.all() for value in each.attrs.values()]
    for text in texts + values:
        if found := LEAKS.search(text.replace(TYPED_ON_PURPOSE, "")):
            yield f"{found[0]!r} leaked in {text[:80]!r}"


def _links(app, page):
    for each in page.all():
        for name, method in (("href", "GET"), ("src", "GET"), ("action", None), ("hx-get", "GET"), ("hx-post", "POST")):
            address = each[name]
            if address is None or address.startswith("#"):
                continue
            method = method or (each["method"] or "get").upper()
            if not address.startswith("/") or address.startswith("//"):
                yield f"{name}={address!r} leaves the school"
            elif not _leads_somewhere(app, address, method):
                yield f"{name}={address!r} leads nowhere by {method}"
        target = each["hx-target"]
        known = target is None or target[1:] in page.ids or each.tag == "hx-partial"
        if not known and page.all("html"):
            yield f"hx-target={target!r} is not on the page"


@lru_cache(maxsize=10_000)  # the program's addresses stay the same, and every page has them
def _leads_somewhere(app, address, method):
    path = re.split(r"[?#]", address)[0]
    if path.startswith("/static/"):
        return (DIST / path.removeprefix("/static/")).is_file()
    try:
        app.url_map.bind("localhost").match(path, method=method)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
