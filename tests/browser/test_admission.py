"""Somebody who is not let in without the headteacher, as people live it: at reception, and on the DSL's phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import faults_of

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

UNWELCOME, WHY = "Roderick Thornapple", "He filmed"


@pytest.fixture
def screens(screens_at_ten):
    """Screens in a demo school of this test's own, at ten in the morning."""
    return screens_at_ten


def walk_in(reception):
    """He was not announced for today; reception fills in the form."""
    reception.goto("/visitors/walk-in")
    reception.get_by_label("Visitor’s name").fill("roderick THORNAPPLE")
    reception.get_by_label("Organisation").fill("Thornapple & Sons")
    reception.get_by_label("Contractor").check()
    reception.get_by_label("Whom do they visit?").select_option(label="Samuel Oakenfold")
    reception.get_by_label("Why do they come?").fill("The gutters")
    reception.get_by_label("have read and accepted").check()
    reception.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("answer", [pytest.param("Let them in today", marks=pytest.mark.journey), "Do not let them in"])
def test_the_dsl_answers_on_a_phone_and_neither_screen_is_reloaded(screens, answer):
    reception, dsl = screens.signed_in("office"), screens.signed_in("dsl", width=320, height=700)
    expect(dsl.locator("#at-reception")).to_be_attached()
    screens.expect_status(422)
    walk_in(reception)
    expect(reception.locator("#tries")).to_have_text(re.compile(r"Waiting for the headteacher: .* since 10"))
    notice = dsl.get_by_role("alert").filter(has_text="stands at reception")
    expect(notice).to_contain_text("with Priya Lanternby")
    faults = faults_of(dsl) + faults_of(reception)
    assert not faults, "\n".join(faults)
    notice.get_by_role("button", name=answer).click()
    expect(dsl.get_by_role("status").first).to_contain_text("Reception is told")
    if answer.startswith("Let"):
        expect(reception.locator("#tries")).to_have_text(re.compile("You may let roderick THORNAPPLE in"))
        reception.get_by_role("button", name="Sign in").click()
        expect(reception.locator("#here ~ ul").first).to_contain_text(UNWELCOME)
        expect(reception.locator("#tries")).to_be_empty()
    else:
        expect(reception.locator("#tries")).to_have_text("Do not let roderick THORNAPPLE in")
    assert WHY not in reception.content()
    faults = faults_of(dsl)
    assert not faults, "\n".join(faults)
