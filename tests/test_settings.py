"""The settings: safe without any, refused in plain words when they do not fit."""

import dataclasses
import stat

import pytest

from settings import ROOT, Settings, WrongSetting, from_environment, secret

GOOD_SECRET = "abcdefghijklmnopqrstuvwxyz0123456789"


def test_without_any_setting_it_serves_this_computer_only():
    settings = from_environment({})
    assert (settings.host, settings.port, settings.tls, settings.demo) == ("127.0.0.1", 8000, False, False)
    assert settings.folder == ROOT / "instance"
    assert settings.database_path == ROOT / "instance" / "school.sqlite3"


@pytest.mark.parametrize("each", [each for each in dataclasses.fields(Settings) if each.metadata], ids=lambda f: f.name)
def test_every_setting_is_read_from_its_variable(each):
    value = {bool: "1", int: "7", str: "127.0.0.9"}[type(each.default)]
    read = getattr(from_environment({each.metadata["variable"]: value}), each.name)
    assert read == type(each.default)(value)
    assert read != each.default
    assert each.metadata["meaning"]


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("", False)])
def test_a_switch_is_read_as_people_write_it(text, value):
    assert from_environment({"INTRANET_TLS": text}).tls is value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("INTRANET_TLS", "perhaps"),
        ("INTRANET_PORT", "eight"),
        ("INTRANET_PORT", ""),
        ("INTRANET_PORT", "-1"),
        ("INTRANET_PORT", "0"),
        ("INTRANET_PORT", "65536"),
        ("INTRANET_PORT", "８０００"),
        ("INTRANET_IDLE_MINUTES", "0"),
        ("INTRANET_STRICT_SESSION_HOURS", "0"),
        ("INTRANET_POLL_SECONDS", "0"),
        ("INTRANET_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_its_variable_named(variable, text):
    with pytest.raises(WrongSetting, match=variable):
        from_environment({variable: text})


def test_no_proxy_need_be_trusted():
    assert from_environment({"INTRANET_TRUSTED_PROXIES": "0"}).trusted_proxies == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "school.example"])  # noqa: S104 (refused)
def test_the_demo_school_is_not_shown_to_the_network(host):
    with pytest.raises(WrongSetting, match="demo"):
        from_environment({"INTRANET_HOST": host}, demo=True)


def test_the_demo_school_has_a_database_of_its_own():
    assert from_environment({}, demo=True).database_path.name == "demo.sqlite3"


def test_the_database_may_lie_elsewhere(tmp_path):
    url = f"sqlite:///{tmp_path}/elsewhere.sqlite3"
    assert from_environment({"DATABASE_URL": url}).database_path == tmp_path / "elsewhere.sqlite3"


@pytest.mark.parametrize("url", ["postgresql://localhost/school", "sqlite:", "sqlite:///", "school.sqlite3"])
def test_a_database_that_this_program_cannot_use_is_refused(url):
    with pytest.raises(WrongSetting, match="DATABASE_URL"):
        _ = from_environment({"DATABASE_URL": url}).database_path


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    settings = from_environment({}, instance=str(tmp_path / "new" / "instance"))
    made = secret(settings, "secret_key")
    assert secret(settings, "secret_key") == made
    assert secret(settings, "audit_key") != made
    assert stat.S_IMODE((settings.folder / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.folder.stat().st_mode) == 0o700


def test_a_secret_from_the_environment_is_used_and_not_written_down(tmp_path):
    settings = from_environment({"INTRANET_SECRET_KEY": GOOD_SECRET}, instance=str(tmp_path))
    assert secret(settings, "secret_key") == GOOD_SECRET
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("weak", ["short", "a" * 64, "ab" * 32, "changeme" * 8])
def test_a_weak_secret_is_refused(tmp_path, weak):
    settings = from_environment({"INTRANET_AUDIT_KEY": weak}, instance=str(tmp_path))
    with pytest.raises(WrongSetting, match="audit_key"):
        secret(settings, "audit_key")


def test_a_secret_file_that_is_empty_is_not_taken_for_a_secret(tmp_path):
    (tmp_path / "secret_key").touch()
    with pytest.raises(WrongSetting, match="too weak"):
        secret(from_environment({}, instance=str(tmp_path)), "secret_key")
