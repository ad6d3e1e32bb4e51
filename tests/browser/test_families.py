"""Two stories of pupils as people live them: a medical device with its agreement, and a lesson with tablets."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from demo.people import DEMO_PASSWORD
from tests.browser import steps

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

MONDAY = dt.date(2026, 11, 23)
SECRET = "Zebra5712"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def screens(screens_at_ten):
    """Screens in a demo school of this test's own, at ten in the morning."""
    return screens_at_ten


def group_of(page, line):
    """The heading of the group in which a line of today's list stands."""
    return page.locator(f"tbody:has(#line-{line}) .ox-today__group th")


def stands_in(page, line, heading, scripts):
    """An open list shows a line under a heading: by itself, or after loading it again where there are no scripts."""
    if not scripts:
        page.reload()
    expect(group_of(page, line)).to_contain_text(heading)


def ask_for_robin(parent):
    """Dana asks for Robin's pump on the form; the number of the exemption."""
    parent.get_by_role("link", name="Ask for an exemption").click()
    parent.get_by_role("link", name="Let a pupil use a device for a special need", exact=True).click()
    parent.get_by_label("Who is it for?").select_option(label="Robin Applegarth, Kestrel class")
    parent.get_by_label("What kind of device is it?").select_option("phone")
    parent.get_by_label("Which one?").fill("Robin’s pump")
    parent.get_by_label("Watching a health condition").check()
    parent.get_by_label("Why is it needed?").fill(f"{SECRET} is why.")
    parent.get_by_label("Last day").fill("2026-12-11")
    parent.get_by_label("From", exact=True).fill("08:00")
    parent.get_by_label("To", exact=True).fill("16:00")
    parent.get_by_label("Classroom").check()
    parent.get_by_label("It must be able to make a sound").check()
    parent.get_by_role("button", name="Send my request").click()
    return steps.number_in(parent)


def sign(page, name):
    """Read and sign the agreement that waits on my page."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("Read and sign the agreement.*exceptional access")).first.click()
    page.get_by_label("I have read this agreement").check()
    page.get_by_label("Type your name").fill(name)
    page.get_by_label("Your password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign the agreement").click()
    expect(page.locator(".govuk-notification-banner")).to_have_text("You have signed the agreement.")


@pytest.mark.journey
@with_and_without_scripts
def test_a_medical_device_is_asked_for_talked_over_agreed_and_suspended_by_an_exam(screens, wire, moved, scripts):
    line_in = wire(screens.address)
    office = screens.signed_in("office", scripts, address=line_in.address)
    office.goto("/today")
    parent = screens.signed_in("parent", scripts)
    exemption = ask_for_robin(parent)
    expect(parent.locator("main")).to_contain_text(f"{SECRET} is why.")

    head = screens.signed_in("head", scripts)
    row = steps.queue(head, exemption)
    expect(row.get_by_role("button", name=steps.APPROVE)).to_be_disabled()
    row.get_by_role("link", name="Write it down").click()
    head.get_by_label("Who took part?").fill("Dana Applegarth and the headteacher")
    head.get_by_label("When was it?").fill("2026-11-23")
    head.get_by_label("What was agreed?").fill(f"{SECRET}: in the belt bag.")
    head.get_by_role("button", name="Save").click()
    steps.approve(head, exemption)
    expect(steps.outcome(head, exemption)).to_contain_text("Approved")
    stands_in(office, exemption, "Not yet: waiting for a signature", scripts)

    for _ in range(2):  # the demo's parent has another agreement to sign, and signs both
        sign(parent, "Dana Applegarth")
    stands_in(office, exemption, "Not yet: waiting for a signature", scripts)
    pupil = screens.signed_in("pupil", scripts)
    pupil.get_by_role("button", name="Show it in easy-read").click()
    expect(pupil.locator("main")).to_contain_text("Put your device in your locker.")
    sign(pupil, "robin applegarth")
    expect(pupil.locator("main")).to_contain_text("I use only the device we agreed.")
    stands_in(office, exemption, "In force now", scripts)
    pupil.goto(f"/exemptions/{exemption}/slip")
    expect(pupil.locator(".ox-slip__verdict").last).to_contain_text("Permitted now, until 4pm")

    enter_exam(screens.signed_in("office", scripts, anew=True))
    stands_in(office, exemption, "Suspended: in an exam", scripts)
    pupil.reload()
    expect(pupil.locator(".ox-slip__verdict").last).to_contain_text("Not permitted during the exam")
    moved.go_on(minutes=21)
    stands_in(office, exemption, "In force now", scripts)

    head.goto(f"/exemptions/{exemption}")
    head.get_by_role("link", name="Change the agreement").click()
    head.get_by_label("What is expected").fill("It stays in the belt bag.")
    head.get_by_role("button", name="Issue the new version").click()
    expect(head.locator("main")).to_contain_text("Not yet: it waits for the signature of Robin Applegarth and a parent")
    stands_in(office, exemption, "Not yet: waiting for a signature", scripts)
    assert SECRET.encode() not in line_in.received()


def enter_exam(office):
    """The office enters an exam that Robin sits now, for twenty minutes."""
    office.goto("/exams/new")
    office.get_by_label("Exam", exact=True).fill("Functional Skills Maths")
    office.get_by_label("Examining body").fill("Pinewood Awards")
    office.get_by_label("Day", exact=True).fill(MONDAY.isoformat())
    office.get_by_label("From", exact=True).fill("09:55")
    office.get_by_label("To", exact=True).fill("10:20")
    office.locator("summary").filter(has_text="Kestrel class").click()
    office.get_by_label(re.compile("Robin Applegarth")).check()
    office.get_by_role("button", name="Enter this sitting").click()
    expect(office.locator(".govuk-notification-banner")).to_be_visible()


@pytest.mark.journey
@with_and_without_scripts
def test_a_lesson_with_tablets_is_approved_started_runs_over_and_is_ended(screens, moved, scripts):
    teacher = screens.signed_in("teacher", scripts, width=320, height=700)
    teacher.goto("/exemptions/new/educational-activity")
    expect(teacher.locator("main")).to_contain_text("National guidance of 2026")
    teacher.get_by_label("All of Kestrel class").check()
    teacher.get_by_label("What kind of device is it?").select_option("tablet")
    teacher.get_by_label("Which devices?").fill("Five tablets")
    teacher.get_by_label("The school’s", exact=True).check()
    teacher.get_by_label("What is the aim of the activity?").fill(f"{SECRET}: a film.")
    teacher.get_by_label("From", exact=True).fill("10:00")
    teacher.get_by_label("To", exact=True).fill("10:20")
    teacher.get_by_label("Classroom").check()
    teacher.get_by_label("When will you look at it again?").fill("2026-12-18")
    teacher.get_by_label("I sign this risk assessment").check()
    teacher.get_by_role("button", name="Send my request").click()
    exemption = steps.number_in(teacher)
    steps.approved(screens.signed_in("deputy", scripts), exemption)

    office = screens.signed_in("office", scripts)
    office.goto("/today")
    stands_in(office, exemption, "Later today, or not started", scripts)
    teacher.goto("/")
    teacher.get_by_role("link", name="Start your lesson activity with Kestrel class").first.click()
    teacher.goto(f"/activities/{exemption}")
    teacher.get_by_role("button", name="Start").click()
    stands_in(office, exemption, "In force now", scripts)
    line = office.locator(f"#line-{exemption}")
    expect(line).to_contain_text(re.compile(r"Started at 10(:0\d)?am"))
    if scripts:
        expect(line.locator("[data-until]")).to_have_text(re.compile(r"^1?\d:\d\d left$"))
        expect(teacher.locator(".ox-live__left")).to_have_text(re.compile(r"^1?\d:\d\d left$"))

    moved.go_on(minutes=20)
    stands_in(office, exemption, "Over time", scripts)
    teacher.reload()
    expect(teacher.locator("main")).to_contain_text("Put the devices away and end it now.")
    teacher.get_by_role("button", name="End").click()
    expect(teacher.locator(".govuk-notification-banner")).to_have_text("Ended.")
    stands_in(office, exemption, "Ended today", scripts)
    assert SECRET not in office.content()
