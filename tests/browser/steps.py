"""What the stories do over and over: ask, find a row, read the badge."""

import datetime as dt
import re
from itertools import count

from rules.core import clock

DEVICES = count(1)
APPROVE = re.compile("^Approve ?:")  # and for whom, which is read aloud alone
DECIDED = re.compile("Approved|Declined|Returned|Revoked")
# So late in the day nothing can be asked for any more: the school closes at six.
LAST_CALL = dt.time(17, 30)


def a_day_to_ask_for():
    """Today, or tomorrow when the school has closed or is about to."""
    here = clock.local(clock.now())
    return here.date() if here.time() < LAST_CALL else here.date() + dt.timedelta(days=1)


def a_device():
    """A device nobody has asked for, so that no two tests are in each other's way."""
    return f"My own phone number {next(DEVICES)}"


def fill_in(page, device, day, reason="The ward may ring.", times=("07:00", "18:00")):
    """Fill the form for teaching-period use in, without sending it."""
    page.get_by_label("What kind of device is it?").select_option("phone")
    page.get_by_label("Which one?").fill(device)
    page.get_by_label("An emergency in my family").check()
    page.get_by_label("Why do you need it?").fill(reason)
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_label("From", exact=True).fill(times[0])
    page.get_by_label("To", exact=True).fill(times[1])
    page.get_by_label("Staff room").check()


def ask(page, device=None, **more):
    """Ask for teaching-period use through the form; the number of the new exemption."""
    page.goto("/exemptions/new/teaching-period")
    fill_in(page, device or a_device(), more.pop("day", None) or a_day_to_ask_for(), **more)
    page.get_by_role("button", name="Send my request").click()
    return number_in(page)


def number_in(page):
    """The number of the exemption whose page has just been opened."""
    page.wait_for_url(re.compile(r"/exemptions/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def queue(page, exemption=None):
    """Open the decisions; the row of an exemption."""
    page.goto("/decisions")
    return exemption and row(page, exemption)


def stop_asking(page):
    """Keep an open queue from asking whether the session is over before somebody clicks."""
    page.route("**/decisions/changes*", lambda route: route.fulfill(status=204))


def row(page, exemption):
    """The row in which an exemption waits, or what has become of it."""
    return page.locator(f"#request-{exemption}")


def outcome(page, exemption):
    """What a click on a verdict has led to: in the row with scripts, else in the banner of the next page."""
    banner = page.locator(".govuk-notification-banner").filter(has_text=DECIDED)
    return page.locator(f"#request-{exemption}.ox-row--done").or_(banner).first


def approve(page, exemption):
    """One click on Approve in the row of an exemption."""
    row(page, exemption).get_by_role("button", name=APPROVE).click()


def approved(head, exemption):
    """Open the decisions and approve with one click, until it is done."""
    queue(head, exemption)
    approve(head, exemption)
    head.get_by_text("See it").or_(head.locator(".govuk-notification-banner")).first.wait_for()


def answer_with_words(place, verdict, text):
    """Unfold a verdict that takes text, in a row, write and send."""
    place.locator("summary").filter(has_text=re.compile(rf"^{verdict}:")).click()
    form = place.locator("details[open] form").filter(has=place.page.get_by_role("button", name=verdict, exact=True))
    form.locator("textarea").fill(text)
    form.get_by_role("button", name=verdict, exact=True).click()


def waiting(page):
    """The number on the badge in the navigation."""
    said = page.locator("#waiting-count").inner_text()
    return int(re.match(r"\d+", said)[0]) if said.strip() else 0


def mark(page):
    """Leave a mark that is gone with the next page load."""
    page.evaluate("window.notLoadedAgain = true")


def is_marked(page):
    """Whether the page has not been loaded again since."""
    return page.evaluate("window.notLoadedAgain === true")


def verdicts_of_slip(day):
    """What a slip for the whole school day may say at this moment."""
    here = clock.local(clock.now())
    inside = here.date() == day and dt.time(7) <= here.time() < dt.time(18)
    return "Permitted now" if inside else "Not permitted at this time"
