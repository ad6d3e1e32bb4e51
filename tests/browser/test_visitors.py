"""A visitor with a device as people live it, on two screens: reception's, and the headteacher's phone (clause 6.5)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

NURSE = "Nina Nettlecombe"
SECRET = "Zebra5712"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def screens(screens_at_ten):
    """Screens in a demo school of this test's own, at ten in the morning."""
    return screens_at_ten


def row_of(reception):
    """Reception's row of the nurse."""
    return reception.locator(".ox-visit").filter(has_text=NURSE).first


def walk_in(reception):
    """The nurse was not announced; reception signs her in."""
    reception.goto("/visitors")
    reception.get_by_role("link", name="Sign in somebody who was not announced").click()
    reception.get_by_label("Visitor’s name").fill(NURSE)
    reception.get_by_label("Organisation").fill("Invented Health Trust")
    reception.get_by_label("Professional").check()
    reception.get_by_label("Whom do they visit?").select_option(label="Samuel Oakenfold")
    reception.get_by_label("Why do they come?").fill("A review")
    reception.get_by_label("have read and accepted").check()
    reception.get_by_role("button", name="Sign in").click()
    expect(row_of(reception)).to_contain_text("Here since 10")


def ask_for_her_tablet(reception, pupil_handles):
    """Reception fills in the request for her and sends it."""
    row_of(reception).get_by_role("link", name=f"Ask for a device for {NURSE}").click()
    reception.get_by_label("What kind of device is it?").select_option("tablet")
    reception.get_by_label("Which one?").fill("Tablet of the trust")
    reception.get_by_label("An assessment, a therapy").check()
    reception.get_by_label("Why is it needed?").fill(f"{SECRET} is why.")
    reception.get_by_label("To", exact=True).fill("14:00")
    reception.get_by_label("Teaching areas").check()
    reception.get_by_label("Which pupils are involved?").fill("Kestrel class")
    reception.get_by_label(pupil_handles, exact=True).check()
    reception.get_by_label("How is the device kept safe").fill("Locked, in her bag")
    reception.get_by_role("button", name="Send my request").click()


def approve_on_the_phone(head):
    """The headteacher writes down the discussion and the risk assessment, and approves with the same click."""
    head.goto("/decisions")
    head.get_by_role("link", name=f"Write it down for {NURSE}").click()
    head.get_by_label("Who talked about it?").fill("The nurse and I")
    head.get_by_label("When was it?").fill("2026-11-23")
    head.get_by_label("What was agreed?").fill("Notes only, no pictures.")
    head.get_by_label("A risk assessment is not required").check()
    head.get_by_label("What does it say, or why is none needed?").fill("No pupil can see the screen.")
    head.get_by_role("button", name="Save and approve").click()
    expect(head.get_by_text(f"Approved: {NURSE}, visitor access.")).to_be_visible()


def shows(reception, scripts, words):
    """Reception's open page shows the words in the nurse's row, by itself where there are scripts."""
    if not scripts:
        reception.reload()
    expect(row_of(reception)).to_contain_text(words)


@pytest.mark.journey
@with_and_without_scripts
def test_a_nurse_may_use_her_tablet_once_the_headteacher_has_said_yes(screens, scripts):
    reception, head = (
        screens.signed_in("office", javascript=scripts),
        screens.signed_in("head", javascript=scripts, width=390, height=800),
    )
    walk_in(reception)
    ask_for_her_tablet(reception, "No")
    shows(reception, scripts, "Device: waiting for the headteacher")
    assert SECRET not in reception.content()
    approve_on_the_phone(head)
    shows(reception, scripts, "Device: approved")
    expect(row_of(reception)).to_contain_text("10am to 2pm, Teaching areas")
    row_of(reception).get_by_role("link", name="Print the badge").click()
    expect(reception.locator("main")).to_contain_text("Device: approved until 2pm, Teaching areas")
    reception.goto("/visitors")
    row_of(reception).get_by_role("button", name="Sign out").click()
    shows(reception, scripts, "10am to 10")
    reception.goto("/today")
    expect(reception.locator(".ox-today").filter(has_text=NURSE)).to_contain_text("Teaching areas")
    reception.goto("/visitors/log")
    entry = reception.locator("tr").filter(has_text=NURSE)
    for words in ("Invented Health Trust", "Samuel Oakenfold", "Approved", "Teaching areas", "Hazel Winterbourne"):
        expect(entry).to_contain_text(words)
    assert SECRET not in reception.content()


@with_and_without_scripts
def test_a_visitors_device_that_a_pupil_would_handle_goes_no_further_than_the_form(screens, scripts):
    screens.expect_status(422)
    reception = screens.signed_in("office", javascript=scripts)
    walk_in(reception)
    ask_for_her_tablet(reception, "Yes")
    expect(reception.locator(".govuk-error-summary")).to_contain_text("A pupil may never handle a visitor’s device")
    expect(reception.get_by_label("Why is it needed?")).to_have_value(f"{SECRET} is why.")
    expect(reception.locator("main")).to_contain_text("Let pupils use devices in a lesson activity")
    reception.goto("/visitors")
    expect(row_of(reception)).to_contain_text("Ask for a device")
    head = screens.signed_in("head", javascript=scripts)
    head.goto("/decisions")
    expect(head.locator("main")).not_to_contain_text(NURSE)
