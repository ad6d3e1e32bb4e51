"""Two apps in one process keep their own settings: nothing of one is known to a module, and so to the other."""

import contextvars

import pytest

import settings as school_settings
from app import create_app
from models import SignInFailure
from rules.audit import record, trail
from rules.auth import actors, throttle
from rules.auth.permissions import Role
from rules.core import config
from rules.people import importing
from tests.pages.conftest import signed_in


@pytest.fixture
def other(app, school, tmp_path, monkeypatch):
    """A second app on the same database, with keys, an anchor and limits of its own."""
    folder = tmp_path / "other"
    monkeypatch.setattr("app.open_database", lambda path: None)  # the test's transaction is open in it
    monkeypatch.setattr("app.schema.bring_up_to_date", lambda: None)
    with config.using(config.current()):
        made = create_app(school_settings.from_environment({}, instance=str(folder), idle_minutes=5))
    made.testing = True
    return made


def fail_to_sign_in(app):
    """A wrong password through the sign-in page: the event it left, and the digest under which the try is counted."""
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    fields = {"csrf_token": token, "username": "teacher", "password": "not this one", "next": ""}
    assert client.post("/sign-in", data=fields).status_code == 422
    return record.LAST.one().id, SignInFailure.select().order_by(SignInFailure.id.desc()).get().account


def under(app):
    """The config of an app, for a while."""
    return config.using(app.extensions["school"])


def test_each_signs_the_trail_with_its_own_key(app, other):
    ours, _ = fail_to_sign_in(app)
    theirs, _ = fail_to_sign_in(other)
    for one, first_wrong in ((app, theirs), (other, 1)):
        with under(one):
            count, faults = trail.verify()
        assert count == first_wrong - 1
        assert faults == [f"Event {first_wrong} is not as it was written, or the one before it was changed."]
    assert theirs == ours + 1


def test_each_digests_what_is_typed_with_its_own_key(app, other):
    kept = {one: fail_to_sign_in(one)[1] for one in (app, other)}
    assert kept[app] != kept[other]
    assert fail_to_sign_in(app)[1] == kept[app]
    for one in (app, other):
        with under(one):
            assert throttle.digest("name", "teacher") == kept[one]


def test_each_has_an_anchor_of_its_own(app, other):
    assert app.extensions["school"].anchor != other.extensions["school"].anchor


def test_each_has_its_own_limits_and_its_own_running_imports(app, other, cast):
    idle = {}
    for one in (app, other):
        with under(one):
            idle[one] = actors.idle_limit({Role.STAFF_DIRECT}).total_seconds() / 60
    assert idle == {app: 60, other: 5}
    with under(other):
        for _ in importing.count(cast.office, ["a line"]):
            assert importing.progress_of(cast.office).total == 1
            with under(app):
                assert importing.progress_of(cast.office) is None


def test_a_cookie_of_one_is_none_of_the_others(app, other, cast):
    browser = signed_in(app, cast.teacher)
    cookie = browser.client.get_cookie("session").value
    stranger = other.test_client()
    stranger.set_cookie("session", cookie)
    assert stranger.get("/").status_code == 303


def test_outside_of_any_app_there_is_no_config():
    with pytest.raises(LookupError):
        contextvars.Context().run(config.current)
