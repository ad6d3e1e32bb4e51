"""Every setting, its environment variable and its safe default. The README's table is tested against this."""

import os
import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SHORTEST_SECRET = 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class WrongSetting(ValueError):
    """A setting has a value that the program cannot safely run with."""


def _setting(variable, default, meaning):
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """How this school runs the program."""

    instance: str = _setting("INTRANET_INSTANCE", "instance", "folder for the database, the secrets and the anchor")
    database: str = _setting(
        "DATABASE_URL", "", "sqlite:///path of the database; empty: school.sqlite3 in the instance folder"
    )
    host: str = _setting("INTRANET_HOST", "127.0.0.1", "address to listen on")
    port: int = _setting("INTRANET_PORT", 8000, "port to listen on")
    tls: bool = _setting("INTRANET_TLS", False, "1 when people reach it over https: Secure cookies and HSTS")
    trusted_proxies: int = _setting(
        "INTRANET_TRUSTED_PROXIES", 0, "how many proxies of your own set X-Forwarded-*; 0: they are ignored"
    )
    idle_minutes: int = _setting("INTRANET_IDLE_MINUTES", 60, "minutes a session may lie idle")
    session_hours: int = _setting("INTRANET_SESSION_HOURS", 12, "hours a session may last")
    strict_idle_minutes: int = _setting(
        "INTRANET_STRICT_IDLE_MINUTES", 30, "the same for headteacher, DSL, deputy DSL and office"
    )
    strict_session_hours: int = _setting(
        "INTRANET_STRICT_SESSION_HOURS", 9, "the same for headteacher, DSL, deputy DSL and office"
    )
    poll_seconds: int = _setting("INTRANET_POLL_SECONDS", 10, "how often an open list asks whether it has changed")
    open_requests: int = _setting(
        "INTRANET_OPEN_REQUESTS", 20, "how many requests of one person may wait for an answer at once"
    )
    open_visits: int = _setting(
        "INTRANET_OPEN_VISITS", 100, "how many visits that one person announced may be to come; reception has no limit"
    )
    log_json: bool = _setting("INTRANET_LOG_JSON", False, "1: each log line is a JSON object")
    secret_key: str = _setting(
        "INTRANET_SECRET_KEY",
        "",
        "secret of the cookies; empty: made at first start and kept in the instance folder",
    )
    audit_key: str = _setting(
        "INTRANET_AUDIT_KEY",
        "",
        "secret of the audit chain; empty: made at first start and kept in the instance folder",
    )
    demo: bool = _setting("INTRANET_DEMO", False, "1: the demo school with invented people, as `make run` has it")

    def __post_init__(self):
        if not 0 < self.port < 65536:
            raise WrongSetting(f"INTRANET_PORT is {self.port}: choose 1 to 65535")
        for setting in fields(self):
            value = getattr(self, setting.name)
            if isinstance(value, int) and not isinstance(value, bool) and value < (setting.name != "trusted_proxies"):
                raise WrongSetting(f"{setting.metadata['variable']} is {value}: choose a larger number")
        if self.demo and self.host not in LOOPBACK:
            raise WrongSetting(f"the demo school is only served on this computer itself, not on {self.host}")

    @property
    def folder(self):
        """The instance folder."""
        return (ROOT / self.instance).resolve()

    @property
    def database_path(self):
        """Where the database file is."""
        if not self.database:
            return self.folder / ("demo.sqlite3" if self.demo else "school.sqlite3")
        scheme, _, path = self.database.partition(":///")
        if scheme != "sqlite" or not path:
            raise WrongSetting("DATABASE_URL must read sqlite:///path/of/the/file.sqlite3")
        return ROOT / path


def from_environment(environ=None, **overrides):
    """The settings of this machine. Raises WrongSetting, naming the variable, for a value that does not fit."""
    environ = os.environ if environ is None else environ
    values = {}
    for setting in fields(Settings):
        variable = setting.metadata["variable"]
        if variable in environ:
            values[setting.name] = _read(variable, environ[variable], setting.default)
    return Settings(**{**values, **overrides})


def _read(variable, text, default):
    if isinstance(default, bool):
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"", "0", "false", "no", "off"}:
            return False
        raise WrongSetting(f"{variable} is {text!r}: write 1 or 0")
    if isinstance(default, int):
        if not text.strip().isascii() or not text.strip().isdigit():
            raise WrongSetting(f"{variable} is {text!r}: write a whole number")
        return int(text)
    return text


def secret(settings, name):
    """A secret from the settings, or from its file in the instance folder, made there (mode 600) at first start.

    A secret that is short or has few different characters is refused with WrongSetting.
    """
    text = getattr(settings, name) or _kept_secret(settings.folder / name)
    if len(text) < SHORTEST_SECRET or len(set(text)) < 10:
        raise WrongSetting(f"{name} is too weak: use at least {SHORTEST_SECRET} random characters")
    return text


def _kept_secret(path):
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        text = secrets.token_urlsafe(48)
        file.write(text + "\n")
    return text
