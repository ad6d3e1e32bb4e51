"""Open pages at a screen: they say plainly when they are no longer for who has them open."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)


@pytest.mark.journey
def test_an_open_slip_goes_when_the_parents_link_ends_and_asks_no_more(screens_at_ten):
    screens = screens_at_ten
    screens.expect_status(404)
    parent = screens.signed_in("parent")
    robins = parent.locator(".ox-case").filter(has_text="Robin’s phone")
    robins.get_by_role("link", name="Show the permission slip").click()
    expect(parent.locator("#slip")).to_contain_text("Robin Applegarth")
    office = screens.signed_in("office")
    office.goto("/people?name=robin")
    office.get_by_role("link", name="Robin Applegarth").click()
    office.locator("li").filter(has_text="Dana Applegarth").get_by_role("button", name="End this link").click()
    expect(parent.locator("h1")).to_have_text("This page is no longer for you")
    expect(parent.locator("main")).not_to_contain_text("Robin")
    assert parent.title().startswith("This page is no longer for you")
    assert parent.locator("main [hx-get]").count() == 0


def test_an_open_page_asks_to_sign_in_when_its_session_has_ended_elsewhere(screens_at_ten):
    screens = screens_at_ten
    screens.expect_status(401)
    page = screens.signed_in("office", anew=True)
    page.goto("/today")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    other.close()
    page.bring_to_front()
    expect(page.locator("h1")).to_have_text("Sign in")
