"""What visitors do at the reception tablet, and the office that switches it on."""

from playwright.sync_api import expect

ACROSS, UPRIGHT = {"width": 1024, "height": 768}, {"width": 768, "height": 1024}


def switch_on(screens, name, javascript=True):
    """A tablet's first page: the office has made a browser of its own the reception tablet."""
    page = screens.signed_in("office", javascript, anew=True, **ACROSS)
    page.goto("/visitors/tablets")
    page.get_by_label("Name of this tablet").fill(name)
    page.get_by_role("button", name="Make this browser the reception tablet").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome to")
    return page


def begin(page):
    """Touch Sign in."""
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in: about you")


def fill_in(page, name, javascript=True, needs_device="No"):
    """Fill in the first step, as a visitor of the headteacher."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your organisation").fill("Elm & Co")
    if javascript:
        page.get_by_role("combobox", name="Whom do you visit?").fill("haz")
        page.get_by_role("option", name="Hazel Winterbourne").click()
    else:
        page.get_by_label("Whom do you visit?").select_option("Hazel Winterbourne")
    page.get_by_text("Contractor or delivery").click()
    page.get_by_text("Mobile phone").click()
    page.get_by_text(needs_device, exact=True).click()


def go_on(page):
    """To the second step."""
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What we expect of you")


def accept(page):
    """Tick and sign in; the code."""
    page.get_by_text("I have read this and accept it").click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed in")
    return page.locator(".ox-digits").inner_text()[-4:]


def leave(page, name, code):
    """Sign out by name and code."""
    page.get_by_role("link", name="Sign out").click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("The four-digit code on your badge").fill(code)
    page.get_by_role("button", name="Sign out").click()
