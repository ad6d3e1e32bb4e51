"""What answers carry, and what posts must show, so that no other site has a hand in ours."""

import pytest

from blueprints.core.responses import safe_headers
from tests.conftest import PASSWORD

SIGN_IN = {"username": "teacher", "password": PASSWORD, "next": ""}


def test_a_file_carries_the_headers_of_a_page(app, stranger):
    page = stranger.get("/sign-in")
    address = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    with app.test_client().get(address) as file:
        assert file.status_code == 200
    for name, value in safe_headers(tls=False):
        assert file.headers.get_all(name) == page.headers.getlist(name) == [value]
    assert "no-store" not in file.headers["Cache-Control"]


def test_with_https_both_say_that_it_stays_so():
    assert dict(safe_headers(tls=True))["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in dict(safe_headers(tls=False))


def test_signing_out_clears_what_the_browser_keeps_but_no_cookie_of_the_tablet(sign_in_as):
    answer = sign_in_as("teacher").post("/sign-out")
    assert answer.status == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_signing_out_of_a_session_that_is_over_clears_the_browser_and_leads_nobody_back(cast, sign_in_as, later):
    browser = sign_in_as("teacher")
    browser.get("/exemptions")
    with later(hours=13):
        answer = browser.post("/sign-out", headers={"Referer": "http://localhost/exemptions"})
        assert (answer.status, answer.location) == (303, "/sign-in")
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    "says",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "what is this"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_what_another_site_sends_is_refused_though_it_has_the_token(stranger, sign_in_as, says):
    assert stranger.post("/sign-in", SIGN_IN, headers=says).status == 403
    teacher = sign_in_as("teacher")
    assert teacher.post("/sign-out", headers=says).status == 403
    assert teacher.get("/").status == 200, "and nothing was changed"


@pytest.mark.parametrize(
    "says",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://as-the-proxy-calls-it.example"},
    ],
)
def test_what_comes_from_our_own_pages_is_let_through(stranger, says):
    assert stranger.post("/sign-in", SIGN_IN, headers=says).status == 303
